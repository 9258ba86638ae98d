"""What the tests of scsup-audit's exports and views share: a log of a real run, and scsup-audit."""

import json
import os
import subprocess
import unittest

from shipped import SCSUP, Shipped, run

AUDIT = os.path.join(os.environ.get("SCSUP_BIN_DIR") or os.path.dirname(SCSUP), "scsup-audit")
needs_its_own_memory = unittest.skipIf("SCSUP_SANITIZED" in os.environ, "needs a program that isn't sanitized")
POLICY = """{"supervise": {"default": {"action": "allow"}, "rules": [
  {"id": "no-chmod", "syscalls": ["@chmod"], "action": "deny", "errno": "EXDEV"},
  {"id": "make", "syscalls": ["@mkdir"], "path": "/**", "action": "allow", "audit": true}]}}"""
# Names that imitate something else: a formula, a cell's end, an escape sequence.
HOSTILE = ("=1+1", "@x", "-x", "+x", 'a,b"c', "new\nline", "\x1b[31mred", "r\udcff")


class Audited(Shipped):
    def setUp(self):
        super().setUp()
        self.policy = os.path.join(self.work, "p.json")
        with open(self.policy, "w") as file:
            file.write(POLICY)

    def record(self, script, audit=None, policy=None):
        done = run(SCSUP, "--quiet", "--policy", policy or self.policy, "--audit", audit or self.audit, "--", "sh", "-c",
                   script, cwd=self.space)
        self.assertNotEqual(done.returncode, 125, done.stderr)

    def record_names(self, names=HOSTILE):
        done = run(SCSUP, "--quiet", "--policy", self.policy, "--audit", self.audit, "--", "mkdir", "--",
                   *(os.fsencode(n) for n in names), cwd=self.space)
        self.assertEqual(done.returncode, 0, done.stderr)

    def serve(self, settings, **more):
        """A service with these audit settings, and further config; it has the policy p."""
        config = os.path.join(self.work, "config")
        with open(config, "w") as file:
            json.dump({"policies": self.work, "default_policy": "p", "audit": {"file": self.audit, **settings},
                       "sockets": {name: os.path.join(self.work, name) for name in ("agent", "control", "oci")}, **more}, file)
        service = subprocess.Popen([SCSUP, "serve", "--config", config], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(service.stderr.close)
        self.addCleanup(service.wait)
        self.addCleanup(service.kill)
        while "serving" not in (line := service.stderr.readline()):
            self.assertTrue(line, "the service has ended")
        return service

    def join(self, *command):
        """Runs a command under the service to its end."""
        agent = os.path.join(os.path.dirname(SCSUP), "scsup-agent")
        return run(agent, "--socket", os.path.join(self.work, "agent"), "--", *command, cwd=self.space)

    def tool(self, *words, status=0, **how):
        """The output of scsup-audit."""
        done = run(AUDIT, *words, **how)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout

    def records(self, kind=None, audit=None):
        with open(audit or self.audit) as file:
            records = [json.loads(line) for line in file]
        return [r for r in records if kind in (None, r["type"])]
