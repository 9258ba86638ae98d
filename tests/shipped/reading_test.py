"""For any log, each command of scsup-audit uses what can be read, reports what can't, and never drives a terminal."""

import json
import os
import pty
import select
import subprocess
import unittest

from audited import AUDIT, Audited
from shipped import run
from tail_test import call

PATIENCE = 20  # seconds
RUN = json.dumps({"type": "run", "run": "00000000000000aa", "seq": 1, "time": "2026-01-31T08:31:00.000000000Z"}) + "\n"
END = json.dumps({"type": "end", "run": "00000000000000aa", "seq": 9, "time": "2026-01-31T08:32:00.000000000Z"}) + "\n"
GOOD = (RUN + call(2) + call(3, act="deny")).encode()
# What follows the good part, whether it is not a record, and the message about it.
BAD = {
    "torn": (call(4)[:70].encode(), "no record of scsup's"),
    "runs of NUL": (b"\0" * 5000 + b"\n", "no record of scsup's"),
    "not a log": (b"Jan 31 08:31:00 host sshd[1]: hello\n", "no record of scsup's"),
    "no object": (b"[1,2]\n7\nnull\n\"x\"\n", "no record of scsup's"),
    "10 MB in a line": (b"x" * 10_000_000 + b"\n", "no record of scsup's"),
    "a deep one": (b'{"a":' * 100_000 + b"\n", "no record of scsup's"),
    "hostile bytes": (b"\x1b]0;owned\x07\x1b[31m\x9b31m\xff\xfe\r\n", "no record of scsup's"),
    "a hostile name": (call(4, path="\x1b[31m<script>alert(1)</script>\u202e").encode(), None),
    "numbers out of range": (call(4).replace('"seq": 4', '"seq": 99999999999999999999999').encode(), None),
    "another run": (call(4).replace("aa", "bb").encode(), None),
    "a newer version": (b'{"type":"quark","run":"00000000000000aa","seq":4,"time":"2026-01-31T08:31:04.000000000Z"}\n',
                        "1 record is of a kind that scsup-audit"),
}
COMMANDS = (["summary"], ["summary", "--by", "path"], ["show"], ["tail"], ["tree"], ["timeline"], ["coverage"], ["merge"],
            ["export", "--to", "ocsf"], ["export", "--to", "ecs"], ["export", "--to", "csv"], ["report", "-"], ["why", "3"],
            ["suggest", "3"], ["profile"], ["verify"])


class Reading(Audited):
    def log(self, content):
        path = os.path.join(self.work, "log.jsonl")
        with open(path, "wb") as file:
            file.write(content)
        return path

    def harmless(self, text, what):
        for code in [*range(9), *range(11, 13), *range(14, 32), *range(0x7F, 0xA0), 0x202E]:
            self.assertNotIn(chr(code), text, what)

    def test_each_command_uses_the_readable_rest(self):
        for name, (bad, said) in BAD.items():
            path = self.log(GOOD + bad + END.encode())
            for command in COMMANDS:
                with self.subTest(bad=name, command=command):
                    done = subprocess.run([AUDIT, *command, path], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
                    out, err = done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode()
                    self.assertIn(done.returncode, range(0, 6) if command[0] == "verify" else (0, 1, 125), err)
                    self.harmless(err, name)
                    if command[0] not in ("merge", "report"):  # bytes as they were, where no terminal sees them; a page
                        self.harmless(out, name)
                    if command[0] == "report":
                        self.assertNotIn("<script>alert", out)
                    if said and command[0] not in ("verify", "tail", "why", "suggest", "coverage", "profile"):
                        self.assertEqual(done.returncode, 1, err)
                        self.assertIn(said, err)

    def test_the_rest_is_counted(self):
        for name, (bad, _) in BAD.items():
            path = self.log(GOOD + bad + (b"" if bad.endswith(b"\n") else b"\n") + call(5).encode() + END.encode())
            done = run(AUDIT, "summary", "--json", path)
            calls = json.loads(done.stdout)["total"]["calls"]
            self.assertGreaterEqual(calls, 3, name)

    def test_an_empty_log_and_none_at_all(self):
        self.assertEqual(self.tool("summary", self.log(b"")).splitlines()[-1], "no calls")
        done = run(AUDIT, "summary", os.path.join(self.work, "nothing"))
        self.assertEqual(done.returncode, 125)
        self.assertRegex(done.stderr, r"^scsup: cannot open '.*/nothing': No such file or directory\n$")

    def on_a_terminal(self, *words, first=b"", until=b""):
        """What is shown on standard error, a terminal; standard input ends once `until` was shown."""
        shown = b""
        screen, side = pty.openpty()
        tool = subprocess.Popen([AUDIT, *words], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=side)
        os.close(side)
        tool.stdin.write(first)
        tool.stdin.flush()
        while until not in shown and select.select([screen], [], [], PATIENCE)[0]:
            shown += os.read(screen, 4096)
        tool.stdin.close()
        try:
            while more := os.read(screen, 4096):
                shown += more
        except OSError:  # EIO: nobody has the other side any more
            pass
        os.close(screen)
        self.assertEqual(tool.wait(PATIENCE), 0)
        return shown

    def test_progress_is_shown_after_a_second_on_a_terminal(self):
        shown = self.on_a_terminal("summary", "-", first=GOOD, until=b"scsup-audit: 0 MB")
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)  # and is taken away
        self.assertEqual(self.on_a_terminal("summary", self.log(GOOD)), b"")


if __name__ == "__main__":
    unittest.main(verbosity=2)
