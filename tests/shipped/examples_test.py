"""Each script of examples/ shows what it claims, and fails if that isn't true."""

import os
import unittest

from shipped import SOURCE, Shipped, run

FOLDER = os.path.join(SOURCE, "examples")


class Examples(Shipped):
    def each(self):
        scripts = sorted(f for f in os.listdir(FOLDER) if f[0].isdigit())
        self.assertEqual(len(scripts), 3)
        return [os.path.join(FOLDER, f) for f in scripts]

    def test_each_succeeds(self):
        for script in self.each():
            done = run(script, cwd=self.work)
            self.assertEqual(done.returncode, 0, f"{script}:\n{done.stdout}{done.stderr}")
            self.assertTrue(done.stdout)

    def test_each_fails_when_nothing_supervises(self):
        fake = os.path.join(self.work, "scsup")
        with open(fake, "w") as file:
            file.write('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n')
        os.chmod(fake, 0o755)
        for script in self.each():
            self.assertNotEqual(run(script, cwd=self.work, env={"SCSUP": fake}).returncode, 0, script)


if __name__ == "__main__":
    unittest.main(verbosity=2)
