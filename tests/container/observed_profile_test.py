"""A profile that scsup-audit makes from a log starts a container, and allows what was recorded, and no more."""

import os
import subprocess
import unittest

from bare_runtime import Crun, Runc
from case import EngineCase, for_each_engine
from docker import Docker
from podman import PodmanCrun, PodmanRunc
from rootfs import BUSYBOX

SCSUP = os.environ["SCSUP"]
AUDIT = os.path.join(os.path.dirname(SCSUP), "scsup-audit")
RECORDS_ALL = {"defaultAction": "SCMP_ACT_ALLOW", "supervise": {"audit": "all"}}
WORK = "mkdir /tmp/made && ls -l / >/tmp/made/list && rm -r /tmp/made && echo done"


class ObservedProfile(EngineCase):
    @classmethod
    def start_service(cls):
        log = os.path.join(cls.directory, "audit.jsonl")
        work = WORK.replace("/tmp", cls.subdirectory("work"))
        subprocess.run([SCSUP, "--quiet", "--policy", cls.write("all.json", RECORDS_ALL), "--audit", log, "--", BUSYBOX,
                        "sh", "-c", work], check=True, stdout=subprocess.DEVNULL)
        made = subprocess.run([AUDIT, "profile", log], check=True, capture_output=True, text=True)
        cls.said = made.stderr
        cls.profile = cls.write("profile.json", made.stdout)

    def run_in_it(self, script):
        container = self.container("sh", "-c", script, profile=self.profile)
        self.addCleanup(self.engine.remove, container)
        return self.engine.run(container)

    def test_what_was_recorded_runs(self):
        self.assertEqual(self.said, "")
        self.assertEqual(self.succeeds(self.run_in_it(WORK)), "done\n")

    def test_what_was_not_recorded_is_denied(self):
        done = self.run_in_it("chmod 700 /tmp; echo $?")
        self.assertEqual(done.stdout, "1\n", done.stderr)
        # Docker 20.10 doesn't pass defaultErrnoRet on.
        self.assertRegex(done.stderr, "Function not implemented|Operation not permitted")


for_each_engine(globals(), ObservedProfile, (Runc, Crun, PodmanRunc, PodmanCrun, Docker))
del ObservedProfile

if __name__ == "__main__":
    unittest.main(verbosity=2)
