"""scsup-audit tree and timeline: the drawn counts add up to the log's, on any terminal, for any log."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import unittest

from audited import AUDIT, POLICY, Audited
from shipped import run


def call(seq, pid=7, ppid=1, start=5, act="allow", name="mkdir", time="2026-01-31T08:31:00.000000000Z", **more):
    return json.dumps({"type": "call", "run": "00000000000000aa", "seq": seq, "time": time, "session": 1,
                       "proc": {"tid": pid, "pid": pid, "ppid": ppid, "start": start, "exe": f"/bin/p{pid}"},
                       "sys": {"name": name}, "act": act, **more}) + "\n"


class Views(Audited):
    def forge(self, *lines):
        path = os.path.join(self.work, "forged.jsonl")
        with open(path, "w") as file:
            file.writelines(lines)
        return path

    def on_terminal(self, columns, *words, **environment):
        """The output on a terminal of that width."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        child = subprocess.Popen([AUDIT, *words], stdin=subprocess.DEVNULL, stdout=theirs, env=dict(env, **environment))
        os.close(theirs)
        text = b""
        try:
            while block := os.read(ours, 4096):
                text += block
        except OSError:  # EIO: the other end is closed
            pass
        os.close(ours)
        self.assertEqual(child.wait(20), 0)
        return text.decode().replace("\r\n", "\n").splitlines()

    def test_a_tree_has_each_process_below_its_parent(self):
        policy = os.path.join(self.work, "programs.json")
        with open(policy, "w") as file:  # a process that makes no trapped call is on record by its exec
            file.write(POLICY.replace('"supervise": {', '"supervise": {"trap": ["execve"], '))
        self.record("sh -c 'mkdir a; mkdir b; chmod 700 a'; chmod 700 b", policy=policy)
        calls = self.records("call")
        whole = json.loads(self.tool("tree", "--json", self.audit))
        self.assertEqual([(r["command"], r["calls"], r["denied"]) for r in whole["roots"]], [("sh", 10, 2)])
        processes = whole["processes"]
        for one in processes:
            self.assertEqual(one["calls"], sum(c["proc"]["pid"] == one["pid"] for c in calls))
            if one["parent"] is not None:
                self.assertEqual(processes[one["parent"]]["pid"], one["ppid"])
        self.assertEqual(sum(p["parent"] is None for p in processes), 1)
        lines = self.tool("tree", self.audit).splitlines()
        self.assertEqual([line.split("[")[0] for line in lines], [
            "CALLS DENIED PROCESS", "   10      2 session 1: sh", "    1      0 `- scsup", "    1      0    |- dash",
            "    4      0    |  |- 2*", "    2      1    |  `- chmod", "    2      1    `- chmod"])
        self.assertRegex(lines[4], r"2\*\[mkdir\]$")
        every = self.tool("tree", "--all", self.audit)
        self.assertEqual(every.count(" mkdir["), 2)
        self.assertIn("    2      2 `- 2*[chmod]", self.tool("tree", "--act", "deny", self.audit))
        self.assertNotIn("mkdir", self.tool("tree", "--act", "deny", self.audit))

    def test_containers_are_roots(self):
        container = {"container": {"id": "c" * 64, "name": "web"}}
        path = self.forge(call(1, **container), call(2, pid=8, ppid=7, start=6, **container), call(3, pid=9))
        self.assertEqual(self.tool("tree", path), "CALLS DENIED PROCESS\n    2      0 container web (cccccccccccc)\n"
                         "    1      0 `- p7[7]\n    1      0    `- p8[8]\n    1      0 session 1\n    1      0 `- p9[9]\n")

    def test_a_number_that_is_used_again_is_another_process(self):
        path = self.forge(call(1, pid=7, start=5), call(2, pid=7, start=50), call(3, pid=8, ppid=7, start=9),
                          call(4, pid=9, ppid=7, start=60))
        whole = json.loads(self.tool("tree", "--json", path))
        self.assertEqual([(p["pid"], p["start"], p["parent"]) for p in whole["processes"]],
                         [(7, 5, None), (7, 50, None), (8, 9, 0), (9, 60, 1)])

    def test_a_forged_tree_ends(self):
        circle = self.forge(call(1, pid=7, ppid=8), call(2, pid=8, ppid=9), call(3, pid=9, ppid=7), call(4, pid=10, ppid=10))
        self.assertEqual(self.tool("tree", circle).count("["), 4)
        deep = self.forge(*(call(i, pid=i, ppid=i - 1, start=i) for i in range(1, 3000)))
        said = self.tool("tree", deep)
        self.assertEqual(said.count("["), 2999)
        self.assertLess(max(map(len, said.splitlines())), 200)
        many = self.forge(*(call(i, pid=i, start=i) for i in range(1, 66001)))
        whole = json.loads(self.tool("tree", "--json", many))
        self.assertEqual((len(whole["processes"]), whole["other_calls"]), (65536, 66000 - 65536))
        hostile = self.forge(call(1).replace("/bin/p7", "/bin/\\u001b[31m\\n"))
        self.assertIn("`- \\033[31m\\012[7]\n", self.tool("tree", hostile))

    def test_trees_fit_their_terminal_and_its_locale(self):
        path = self.forge(*(call(i, pid=i, ppid=i - 1, start=i) for i in range(1, 60)))
        for columns in (40, 80):
            for locale in ("C", "C.UTF-8"):
                lines = self.on_terminal(columns, "tree", path, LC_ALL=locale)
                self.assertEqual(len(lines), 61)
                self.assertLessEqual(max(map(len, lines)), columns)
                self.assertEqual("└─ p1[1]" in lines[2], locale == "C.UTF-8")

    def at(self, second, seq=1, **more):
        return call(seq, time=f"2026-01-31T08:31:{second:012.9f}Z", **more)

    def test_a_timeline_has_calls_where_they_were(self):
        path = self.forge(*[self.at(0)] * 100, *[self.at(30, act="deny", name="chmod")] * 3, self.at(59.999999))
        lines = self.tool("timeline", path).splitlines()
        self.assertEqual(lines[0], "CALLS DENIED SYSCALL 08:31:00.000" + " " * 12 + "2026-01-31" + " " * 13 + "08:31:59.999")
        chart = [line[21:] for line in lines[1:4]]
        self.assertEqual([line[:20].rstrip() for line in lines[1:4]], ["  101      0 mkdir", "    3      3 chmod", ""])
        self.assertEqual(chart, ["@" + " " * 57 + ":", " " * 29 + "-", " " * 29 + "!"])
        self.assertEqual(lines[4:], ["a column is 1.0s; the darkest are 100 calls"])
        whole = json.loads(self.tool("timeline", "--json", path))
        self.assertEqual((whole["first"], whole["last"]), ("2026-01-31T08:31:00.000000Z", "2026-01-31T08:31:59.999999Z"))
        for row in whole["rows"]:
            self.assertEqual(row["calls"], sum(b["calls"] for b in row["buckets"]))
        by_rule = self.tool("timeline", "--by", "exe", "--act", "deny", path).splitlines()
        self.assertRegex(by_rule[1], r"^    3      3 /bin/p7 +@$")

    def test_a_real_run_adds_up(self):
        self.record("mkdir a; mkdir b; chmod 700 a; chmod 700 b")
        whole = json.loads(self.tool("timeline", "--json", self.audit))
        self.assertEqual({r["key"]: (r["calls"], r["denied"]) for r in whole["rows"]},
                         {"mkdir": (2, 0), "fchmodat": (2, 2)})
        calls = self.records("call")
        self.assertEqual((whole["first"][:26], whole["last"][:26]), (calls[0]["time"][:26], calls[-1]["time"][:26]))

    def test_times_that_lie_cost_nothing(self):
        lies = [call(i, time=t) for i, t in enumerate(("9999-12-31T23:59:59.999999999Z", "1970-01-01T00:00:00Z", "soon",
                                                       "2026-02-30T00:00:00.0Z", "2026-01-01T00:00:00.x00000000Z"))]
        spread = [call(i, time=f"{1970 + i * 7 % 8000:04}-06-01T00:00:00.{i:09}Z", name=f"c{i}") for i in range(3000)]
        path = self.forge(*lies, *spread)
        whole = json.loads(self.tool("timeline", "--json", path))
        self.assertEqual(whole["without_time"], 3)
        self.assertEqual(sum(r["calls"] for r in whole["rows"]), 3002)
        self.assertEqual(len(whole["rows"]), 257)
        self.assertLessEqual(max(len(r["buckets"]) for r in whole["rows"]), 2048)
        self.assertIn("3 calls have no time", self.tool("timeline", path))
        self.assertEqual(self.tool("timeline", self.forge()), "no calls\n")

    def test_timelines_fit_their_terminal(self):
        path = self.forge(*(self.at(i % 60, name=f"call_with_a_rather_long_name_{i % 30}", act="deny" if i % 7 == 0 else "allow")
                            for i in range(500)))
        for columns in (50, 80, 200):
            lines = self.on_terminal(columns, "timeline", path, LC_ALL="C", NO_COLOR="1")
            self.assertLessEqual(max(map(len, lines)), columns)
            self.assertGreater(max(map(len, lines)), columns - 5)
        self.assertIn("█", "".join(self.on_terminal(80, "timeline", path, LC_ALL="C.UTF-8")))
        self.assertIn("\033[31m", "".join(self.on_terminal(80, "timeline", path)))
        self.assertNotIn("\033", "".join(self.on_terminal(80, "timeline", path, NO_COLOR="1")))

    def test_each_option_is_described(self):
        with open(os.path.join(os.environ["SCSUP_SOURCE"], "man", "scsup-audit.1.scd")) as file:
            page = file.read()
        for command in ("diff", "export", "merge", "tail", "timeline", "tree"):
            done = run(AUDIT, command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertLessEqual(done.stdout.count("\n"), 24, "--help fits a screen")
            for option in set(re.findall(r"--[a-z]+", done.stdout)) - {"--help"}:
                self.assertRegex(page, rf"[* ]{option}\b", f"{option} of {command}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
