"""Policies in other files, by the real program: they decide as the profile alone would."""

import json
import os
import unittest

import shipped
from shipped import SCSUP

PROFILE = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
    {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}
YAML = """apiVersion: security-profiles-operator.x-k8s.io/v1beta1
kind: SeccompProfile
metadata:
  name: no-mkdir
spec:
  defaultAction: SCMP_ACT_ALLOW
  syscalls:
  - names: [mkdir, mkdirat]
    action: SCMP_ACT_ERRNO
    errnoRet: 95
"""


class Enclosed(shipped.Shipped):
    def test_each_kind_denies_what_its_profile_denies(self):
        options = ["seccomp=" + json.dumps(PROFILE)]
        kinds = {
            "an OCI bundle's config.json": json.dumps({"ociVersion": "1.0.2", "linux": {"seccomp": PROFILE}}),
            "a Kubernetes SeccompProfile": YAML,
            "a container's security options": json.dumps([{"HostConfig": {"SecurityOpt": options}}], indent=4),
        }
        for kind, text in kinds.items():
            with self.subTest(kind):
                file = os.path.join(self.work, "policy")
                with open(file, "w", encoding="utf-8") as out:
                    out.write(text)
                check = shipped.run(SCSUP, "policy", "check", file)
                self.assertEqual(check.returncode, 0, check.stdout)
                self.assertIn(": note: this is " + kind, check.stdout)
                done = shipped.run(SCSUP, "--policy", file, "--audit", self.audit, "--", "mkdir", "d", cwd=self.space)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("Operation not supported", done.stderr)


if __name__ == "__main__":
    unittest.main()
