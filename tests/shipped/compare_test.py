"""scsup-audit diff and merge: two runs compared, several merged."""

import json
import os
import resource
import subprocess
import unittest

from audited import AUDIT, POLICY, Audited, needs_its_own_memory
from shipped import run


def record(time, kind="call", **more):
    return json.dumps({"type": kind, "time": time, "run": "00000000000000aa", **more}) + "\n"


class Compare(Audited):
    def forge(self, name, *lines):
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.writelines(line if isinstance(line, bytes) else line.encode() for line in lines)
        return path

    def logs(self):
        """The same commands under two policies, and one more command."""
        other = os.path.join(self.work, "other.json")
        with open(other, "w") as file:
            file.write(POLICY.replace('"EXDEV"', '"EBUSY"'))
        before, after = (os.path.join(self.work, name) for name in ("before.jsonl", "after.jsonl"))
        self.record("mkdir a; mkdir a; mkdir only; chmod 700 a", audit=before)
        self.record("rmdir a only", audit=os.path.join(self.work, "rest.jsonl"))
        self.record("mkdir a; chmod 700 a; chmod 700 b", audit=after, policy=other)
        return before, after

    def test_a_difference_is_a_call_a_path_or_a_decision(self):
        before, after = self.logs()
        whole = json.loads(self.tool("diff", "--json", before, after, status=1))
        place = os.path.join(self.space, "")
        rows = {(d["change"], d["syscall"], d["path"]): (d["before"], d["after"]) for d in whole["differences"]}
        self.assertEqual(rows, {("changed", "fchmodat", "a"): ({"deny EXDEV": 1}, {"deny EBUSY": 1}),
                                ("gone", "mkdir", place + "only"): ({"allow": 1}, {})})
        back = json.loads(self.tool("diff", "--json", after, before, status=1))
        self.assertEqual({d["change"] for d in back["differences"]}, {"changed", "new"})
        self.assertEqual(self.tool("diff", "--act", "allow", "--path", place + "a", before, after), "")

    def test_the_same_is_no_difference(self):
        before, _ = self.logs()
        self.assertEqual(self.tool("diff", before, before), "")
        self.assertEqual(json.loads(self.tool("diff", "--json", before, before)), {"differences": [], "not_compared": 0})

    def test_people_get_a_table(self):
        before, after = self.logs()
        lines = self.tool("diff", before, after, status=1).splitlines()
        self.assertRegex(lines[0], r"^CHANGE +CALL +PATH +BEFORE +AFTER$")
        self.assertRegex(lines[1], r"^changed fchmodat a +deny EXDEV 1 deny EBUSY 1$")
        self.assertRegex(lines[2], r"^gone    mkdir    .*/only allow 1 +-$")

    def test_a_lying_log_costs_no_memory_and_drives_no_terminal(self):
        many = self.forge("many.jsonl", *(record("2026", obj={"path": f"/{i}"}, act="allow", sys={"name": "mkdir"}) for i in range(66000)),
                          *(record("2026", obj={"path": "/1"}, act=f"act{i}", sys={"name": "mkdir"}) for i in range(100)))
        done = run(AUDIT, "diff", os.devnull, many)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"scsup: {66000 - 65536 + 100 - 63} calls on further paths were not compared\n")
        hostile = self.forge("hostile.jsonl", record("2026", obj={"path": "\x1b[31m"}, act="\x1b[32m", sys={"name": "\x1b[33m"}))
        said = self.tool("diff", os.devnull, hostile, status=1)
        self.assertIn("new    \\033[33m \\033[31m -      \\033[32m 1\n", said)

    def test_merged_records_are_in_order_and_what_they_were(self):
        a = self.forge("a.jsonl", record("2026-01-01T00:00:01.0Z", seq=1), record("2026-01-01T00:00:03.0Z", seq=2),
                       record("2026-01-01T00:00:02.0Z", seq=3))  # its clock was set back: still its order
        b = self.forge("b.jsonl", record("2026-01-01T00:00:01.0Z", seq=11), '  {"type": "end",  "x":"ä\\u0041"}\n',
                       record("2026-01-01T00:00:02.5Z", seq=12), "no record\n", record("2026-01-01T00:00:09.0Z", seq=13)[:-1])
        done = run(AUDIT, "merge", a, b)
        lines = done.stdout.splitlines()
        self.assertEqual([json.loads(line).get("seq") for line in lines], [1, 11, None, 12, 2, 3, 13])
        self.assertEqual(lines[2], '  {"type": "end",  "x":"ä\\u0041"}')
        with open(a, encoding="utf-8") as first, open(b, encoding="utf-8") as second:
            self.assertEqual(sorted(lines), sorted(line.rstrip("\n") for line in [*first, *second] if line[0] != "n"))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, rf"^{b}:4: no record of scsup's \(.*\)\n$")
        self.assertEqual([json.loads(line).get("seq") for line in self.tool("merge", "--since", "2026-01-01T00:00:03", a).splitlines()], [2])

    def test_merging_runs_gives_a_log_that_is_all_of_them(self):
        before, after = self.logs()
        merged = os.path.join(self.work, "merged.jsonl")
        with open(merged, "w") as out:
            out.write(self.tool("merge", after, before))
        self.assertEqual(self.records(audit=merged), self.records(audit=before) + self.records(audit=after))
        counts = [json.loads(self.tool("summary", "--json", log))["total"]["calls"] for log in (before, after, merged)]
        self.assertEqual(counts[0] + counts[1], counts[2])

    def test_a_directory_is_one_log(self):
        directory = os.path.dirname(self.forge("log/audit-1.jsonl", record("2026-01-01T00:00:05.0Z", seq=1)))
        self.forge("log/audit.jsonl", record("2026-01-01T00:00:01.0Z", seq=2))
        other = self.forge("other.jsonl", record("2026-01-01T00:00:02.0Z", seq=3))
        self.assertEqual([json.loads(line)["seq"] for line in self.tool("merge", directory, other).splitlines()], [3, 1, 2])

    @needs_its_own_memory
    def test_merging_takes_constant_memory(self):
        line = record("2026-01-01T00:00:01.0Z", padding="x" * 2000)
        logs = [self.forge(f"{i}.jsonl", *[line] * 20000) for i in range(3)]
        child = subprocess.Popen([AUDIT, "merge", *logs], stdout=subprocess.PIPE,
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (100 << 20, 100 << 20)))
        size = 0
        while block := child.stdout.read(1 << 20):
            size += len(block)
        child.stdout.close()
        self.assertEqual((child.wait(50), size), (0, 60000 * len(line)))

    def test_mistakes_are_named(self):
        for words, said in ((("diff", "x"), "diff takes two logs"), (("merge",), "merge takes logs"),
                            (("diff", "-", "-"), "standard input is one log, not two"),
                            (("merge", *["x"] * 65), "merge takes up to 64 logs at once"),
                            (("diff", "/absent", os.devnull), "cannot open '/absent': No such file or directory")):
            done = run(AUDIT, *words)
            self.assertEqual((done.returncode, done.stderr), (125, f"scsup: {said}\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
