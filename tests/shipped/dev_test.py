"""./dev says what it can do, and refuses what it can't."""

import os
import shutil
import unittest

from shipped import SOURCE, Shipped, run

DEV = os.path.join(SOURCE, "dev")


class Dev(Shipped):
    def test_alone_it_lists_its_verbs_from_anywhere(self):
        done = run(DEV, cwd="/")
        self.assertEqual(done.returncode, 0)
        for verb in ("run", "build", "test", "lint", "bench", "fuzz", "install", "clean"):
            self.assertRegex(done.stdout, rf"(?m)^  {verb}\b")

    def test_an_unknown_verb_is_an_error(self):
        done = run(DEV, "tset")
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertIn("no verb 'tset'", done.stderr)

    def test_a_build_that_is_somebody_elses_is_said(self):
        mine = os.path.join(self.work, "dev")
        shutil.copy(DEV, mine)
        os.mkdir(os.path.join(self.work, "build.lock"))  # also root can't write that
        done = run(mine, "compile", "release")
        self.assertEqual(done.returncode, 125)
        self.assertEqual(done.stderr, f"dev: cannot write {self.work}/build.lock: build as who made it, or remove it\n")

    def test_packages_are_named_once_with_a_reason(self):
        with open(os.path.join(SOURCE, "packages.txt")) as file:
            rows = [line.split(None, 2) for line in file if not line.startswith("#")]
        self.assertTrue(all(len(r) == 3 and r[1] in ("build", "test", "container") for r in rows), rows)
        self.assertEqual(len({r[0] for r in rows}), len(rows))


if __name__ == "__main__":
    unittest.main(verbosity=2)
