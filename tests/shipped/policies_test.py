"""Each policy of policies/ does what policies/README.md says."""

import os
import sys
import tempfile
import unittest

from shipped import SCSUP, SOURCE, Shipped, run

PYTHON = sys.executable


class Policies(Shipped):
    def test_each_is_good_and_explained(self):
        folder = os.path.join(SOURCE, "policies")
        with open(os.path.join(folder, "README.md")) as file:
            explained = file.read()
        policies = sorted(f for f in os.listdir(folder) if f.endswith(".json"))
        self.assertGreaterEqual(len(policies), 5)
        for policy in policies:
            self.assertIn(f"`{policy}`", explained)
            checked = run(SCSUP, "policy", "check", os.path.join(folder, policy))
            self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))

    def test_no_mkdir_denies_every_way_and_names_its_rule(self):
        for way in ("os.mkdir('d')", "os.mkdir('d', dir_fd=os.open('.', os.O_RDONLY))"):
            done = self.supervised("no-mkdir.json", PYTHON, "-c", f"import os; {way}")
            self.assertIn("Operation not permitted", done.stderr)
        self.assertEqual(os.listdir(self.space), [])
        rules = {(c["sys"]["name"], c["rule"]["at"].rsplit("/", 1)[-1], c["errno"]) for c in self.calls("deny")}
        self.assertEqual(rules, {("mkdir", "no-mkdir.json:6:7", "EPERM"), ("mkdirat", "no-mkdir.json:6:7", "EPERM")})

    def test_no_chmod_denies_every_way(self):
        with open(os.path.join(self.space, "f"), "w"):
            os.chmod(os.path.join(self.space, "f"), 0o640)
        for way in ("os.chmod('f', 0)", "os.fchmod(os.open('f', os.O_RDONLY), 0)",
                    "os.chmod('f', 0, dir_fd=os.open('.', os.O_RDONLY))"):
            done = self.supervised("no-chmod.json", PYTHON, "-c", f"import os; {way}")
            self.assertIn("Operation not permitted", done.stderr, way)
        self.assertEqual(self.mode("f"), 0o640)

    def test_workspace_allows_below_the_current_directory(self):
        done = self.supervised("workspace.json", "sh", "-c", "umask 022; mkdir -p a/b && chmod 1711 a")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual((self.mode("a"), self.mode("a/b")), (0o1711, 0o755))

    def test_workspace_ends_at_its_edge(self):
        with tempfile.TemporaryDirectory(dir="/var/tmp") as outside:
            os.symlink(outside, os.path.join(self.space, "out"))
            for name in (outside + "/d", "out/d"):
                done = self.supervised("workspace.json", "mkdir", name)
                self.assertEqual((done.returncode, "Permission denied" in done.stderr), (1, True), done.stderr)
            self.assertEqual(os.listdir(outside), [])

    def test_workspace_gives_nobody_setuid(self):
        os.mkdir(os.path.join(self.space, "a"))
        for bits in ("4755", "2755"):
            done = self.supervised("workspace.json", "chmod", bits, "a")
            self.assertIn("Operation not permitted", done.stderr)
        self.assertEqual(self.mode("a") & 0o6000, 0)

    def test_private_dirs_takes_the_others_rights_away(self):
        done = self.supervised("private-dirs.json", "sh", "-c", "umask 0; mkdir -m 777 d; mkdir -p e/f")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual((self.mode("e"), self.mode("e/f")), (0o700, 0o700))
        self.assertEqual({c["rule"]["id"] for c in self.calls("emulate")}, {"private"})

    def test_private_dirs_leaves_other_places_alone(self):
        other = os.path.join(self.work, "other")
        done = self.supervised("private-dirs.json", "sh", "-c", f"umask 022; mkdir {other}")
        self.assertEqual((done.returncode, os.stat(other).st_mode & 0o7777), (0, 0o755), done.stderr)

    def test_docker_like_runs_ordinary_programs(self):
        script = "import threading, subprocess, socket, tempfile; socket.socketpair();" \
                 "t = threading.Thread(target=print, args=('thread',)); t.start(); t.join();" \
                 "print(subprocess.run(['sh', '-c', 'ls / >/dev/null; echo child'], stdout=-1).stdout.decode())"
        done = self.supervised("docker-like.json", PYTHON, "-c", script)
        self.assertEqual((done.returncode, done.stdout.split(), done.stderr), (0, ["thread", "child"], ""))

    def test_docker_like_denies_and_says_where(self):
        done = self.supervised("docker-like.json", "unshare", "--user", "true")
        self.assertIn("Operation not permitted", done.stderr)
        denied = [c for c in self.calls("deny") if c["sys"]["name"] == "unshare"]
        self.assertEqual([(c["errno"], c["rule"]["at"].rsplit("/", 1)[-1]) for c in denied],
                         [("EPERM", "docker-like.json:8:5")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
