"""cmake --install puts the programs, the man pages and the policies in their places."""

import os
import unittest

from shipped import BUILD, Shipped, run


class Install(Shipped):
    def test_everything_is_there(self):
        done = run("cmake", "--install", BUILD, "--prefix", self.work)
        if "install_manifest.txt" in done.stderr and "Permission denied" in done.stderr:
            self.skipTest("needs a build directory that is the user's own")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("bin/scsup", "bin/scsup-agent", "bin/scsup-runtime", "share/man/man8/scsup-runtime.8",
                     "share/man/man1/scsup.1", "share/man/man1/scsup-agent.1",
                     "share/man/man5/scsup-policy.5", "share/man/man5/scsup-config.5",
                     "share/man/man7/scsup-control.7", "share/man/man8/scsup-serve.8",
                     "share/scsup/policies/no-mkdir.json", "share/scsup/serve/config.json",
                     "share/scsup/audit.schema.json", "share/scsup/lnav/scsup_audit.json",
                     "lib/systemd/system/scsup.service", "lib/systemd/system/scsup.socket"):
            self.assertTrue(os.path.exists(os.path.join(self.work, name)), name)
        with open(os.path.join(self.work, "lib/systemd/system/scsup.service")) as unit:
            self.assertIn(f"\nExecStart={self.work}/bin/scsup serve\n", unit.read())
        policy = os.path.join(self.work, "share/scsup/policies/no-mkdir.json")
        ran = run(os.path.join(self.work, "bin/scsup"), "--policy", policy, "--audit", "none", "--", "mkdir",
                  os.path.join(self.work, "d"))
        self.assertIn("Operation not permitted", ran.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
