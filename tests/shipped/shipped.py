"""What the tests of this folder share: scsup as a program, and a temporary directory."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SCSUP = os.environ["SCSUP"]
SOURCE = os.environ["SCSUP_SOURCE"]
BUILD = os.environ["SCSUP_BUILD"]
sys.path.insert(0, os.path.join(SOURCE, "tests", "schema"))
import known_records  # noqa: E402


def run(*command, **how):
    """The finished process, its output as text; the locale's quotes are plain ones."""
    env = dict(os.environ, LC_ALL="C", **how.pop("env", {}))
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60, **how)


class Shipped(unittest.TestCase):
    def setUp(self):
        self.work = os.path.realpath(tempfile.mkdtemp(prefix="scsup-shipped-"))
        self.addCleanup(shutil.rmtree, self.work, ignore_errors=True)
        self.audit = os.path.join(self.work, "audit.jsonl")
        self.space = os.path.join(self.work, "space")
        os.mkdir(self.space)

    def tearDown(self):
        self.assertEqual(known_records.faults(self.work), [])

    def supervised(self, policy, *command, cwd=None):
        path = os.path.join(SOURCE, "policies", policy)
        return run(SCSUP, "--policy", path, "--audit", self.audit, "--", *command, cwd=cwd or self.space)

    def calls(self, act):
        with open(self.audit) as file:
            records = [json.loads(line) for line in file]
        return [r for r in records if r["type"] == "call" and r["act"] == act]

    def mode(self, name):
        return os.stat(os.path.join(self.space, name)).st_mode & 0o7777
