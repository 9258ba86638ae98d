"""What engines themselves write about a container, given as a policy: docker inspect, podman inspect."""

import os
import subprocess
import unittest

from case import EngineCase
from docker import Docker
from podman import PodmanCrun

PROFILE = {"defaultAction": "SCMP_ACT_ALLOW",
           "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18}]}
NOTE = ": note: this is a container's security options; the profile in \"seccomp=...\" is taken as the policy\n"


class Inspected(EngineCase):
    @classmethod
    def start_service(cls):
        cls.profile = cls.write("profile.json", PROFILE)

    def inspected(self, **wanted):
        container = self.container("true", **wanted)
        self.addCleanup(self.engine.remove, container)
        self.succeeds(self.engine.create(container))
        said = self.succeeds(self.engine.inspect(container))
        file = os.path.join(self.directory, f"{container.name}.json")
        with open(file, "w") as out:
            out.write(said)
        return file

    def mkdir_under(self, policy):
        made = os.path.join(self.directory, "made")
        return subprocess.run([os.environ["SCSUP"], "--policy", policy, "--audit", "none", "--", "mkdir", made],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_a_container_without_a_profile_of_its_own(self):
        done = self.mkdir_under(self.inspected())
        self.assertEqual(done.returncode, 125)
        self.assertRegex(done.stderr, r"\.json:\d+:\d+: error: .*(engine's own profile|none of these security options)")


class InDocker(Inspected):
    ENGINE = Docker

    def test_the_profile_is_used(self):
        file = self.inspected(profile=self.profile)
        done = self.mkdir_under(file)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("Invalid cross-device link", done.stderr)
        self.assertIn(NOTE, done.stderr)


class InPodman(Inspected):
    ENGINE = PodmanCrun

    def test_the_profile_is_named(self):
        done = self.mkdir_under(self.inspected(profile=self.profile))
        self.assertEqual(done.returncode, 125)
        self.assertIn(self.profile, done.stderr)


del Inspected

if __name__ == "__main__":
    unittest.main(verbosity=2)
