"""Each command of examples/audit/README.md works on a log of a real run, and reports its contents."""

import json
import os
import re
import shutil
import subprocess
import unittest
from collections import Counter

from audited import AUDIT, Audited
from shipped import SOURCE, run

FOLDER = os.path.join(SOURCE, "examples", "audit")


def blocks():
    with open(os.path.join(FOLDER, "README.md")) as file:
        return re.findall(r"^```sh\n(.*?)^```$", file.read(), re.S | re.M)


class Examples(Audited):
    def setUp(self):
        super().setUp()
        self.record("mkdir a b; mkdir a; chmod 700 a; chmod 700 a; chmod 701 b; python3 -c 'import os; os.mkdir(\"c\")'")
        self.calls = self.records("call")

    def commands(self, tool):
        """The output of each command of the block that begins with, or uses, that tool."""
        if not shutil.which(tool):
            self.skipTest(f"needs {tool}")
        block, = [b for b in blocks() if re.search(rf"^{tool} ", b, re.M)]
        outputs = []
        env = dict(os.environ, LC_ALL="C.UTF-8", LOG=self.audit, WORK=self.work, HOME=self.work, TERM="xterm",
                   PATH=os.path.dirname(AUDIT) + ":" + os.environ["PATH"])
        for command in block.splitlines():
            done = subprocess.run(["sh", "-c", command], cwd=FOLDER, env=env, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            if command.startswith(tool):
                outputs.append(done.stdout)
        return outputs

    def count(self, *keys):
        return Counter(tuple(key(c) for key in keys) for c in self.calls)

    def test_jq(self):
        denials, complete = self.commands("jq")
        rows = [line.split("\t") for line in denials.splitlines()]
        self.assertEqual([(n, rule, os.path.basename(exe), call, path) for n, rule, exe, call, path in rows],
                         [("2", "no-chmod", "chmod", "fchmodat", "a"), ("1", "no-chmod", "chmod", "fchmodat", "b")])
        self.assertEqual(json.loads(complete), {"gapless": True, "lost": 0, "runs": [
            {"run": self.records()[0]["run"], "calls": len(self.calls), "ended": True}]})

    def test_sqlite(self):
        slowest, first = self.commands("sqlite3")
        rows = [tuple(cell.strip() for cell in line.strip("│").split("│")) for line in slowest.splitlines() if line[0] == "│"][1:]
        expected = self.count(lambda c: c["sys"]["name"], lambda c: c["how"])
        self.assertEqual({(r[0], r[1]): int(r[2]) for r in rows}, dict(expected))
        self.assertEqual(max(int(r[5]) for r in rows), max(c["dec_ns"] for c in self.calls) // 1000)
        exe, line = first.strip().split("|", 1)
        denied = next(c for c in self.calls if c["act"] == "deny")
        self.assertEqual((exe, json.loads(line)), (denied["proc"]["exe"], denied))

    def test_duckdb(self):
        if not shutil.which("node"):
            self.skipTest("needs node")
        modules = os.environ.get("NODE_PATH", "")
        if shutil.which("npm"):
            modules += ":" + run("npm", "root", "-g").stdout.strip()
        os.environ["NODE_PATH"] = modules
        if subprocess.run(["node", "-e", "require('@duckdb/node-api')"], stderr=subprocess.DEVNULL, cwd=FOLDER).returncode:
            self.skipTest("needs @duckdb/node-api (npm)")
        said, = self.commands("node")
        rows = [line.split("\t") for line in said.splitlines()]
        expected = self.count(lambda c: c["proc"]["exe"], lambda c: c["sys"]["name"], lambda c: c["act"],
                              lambda c: c.get("errno", "-"))
        self.assertEqual({tuple(r[1:]): int(r[0]) for r in rows}, dict(expected))

    def test_lnav(self):
        shown, asked = self.commands("lnav")
        lines = [line.split() for line in shown.splitlines()]
        self.assertEqual(len(lines), len(self.records()), "a line for each record")
        denied = [line for line in lines if "deny" in line]
        self.assertEqual([line[1:] for line in denied],
                         [[str(c["seq"]), "call", "deny", "chmod", c["sys"]["name"], c["obj"]["path"], "EXDEV", "no-chmod"]
                          for c in self.calls if c["act"] == "deny"])
        rows = [line.split() for line in asked.splitlines()]
        counted = {(r[0], r[1]): int(r[2]) for r in rows if len(r) == 3 and r[2].isdigit()}
        self.assertEqual(counted, dict(self.count(lambda c: c["act"], lambda c: c["sys"]["name"])))

    def test_each_file_is_used(self):
        text = "".join(blocks())
        for name in os.listdir(FOLDER):
            if name != "README.md":
                self.assertIn(name, text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
