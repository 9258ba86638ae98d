#!/usr/bin/env python3
"""README's first command and ./dev install on a system without any of our packages: a minbase Debian 12.

One root is made by debootstrap and used by all tests, in their order: first a user with sudo, for whom all
packages are missing and everything is to be built; then root, who goes on from there.
"""

import glob
import os
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DENIED = ("mkdir: cannot create directory '/tmp/demo': Operation not permitted\n"
          "scsup: denied mkdir /tmp/demo: EPERM, rule no-mkdir at policies/no-mkdir.json:6:7\n")
RUN = "./dev run --policy policies/no-mkdir.json --summary -- mkdir /tmp/demo"

# $1: the root. Mounts go with the namespace that this runs in.
INSIDE = """
set -e
mount --make-rprivate /
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot "$1" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "${@:2}"
"""


def archive():
    """This machine's source of Debian 12; "" if apt has none."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
                           "Codename: bookworm", "Component: main"], stdout=subprocess.PIPE, text=True)
    places = done.stdout.split()
    return places[0] if done.returncode == 0 and places else ""


def copy_source(to):
    shutil.copytree(SOURCE, to, symlinks=True,
                    ignore=shutil.ignore_patterns(".git", "build", "build-*", "build.lock", "*.pyc"))


class BareDebian(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root, for chroot and mounts")
        if not shutil.which("debootstrap"):
            raise unittest.SkipTest("missing: debootstrap")
        place = archive()
        if not place:
            raise unittest.SkipTest("missing: an archive of Debian 12 in apt's sources")
        cls.folder = tempfile.mkdtemp(prefix="scsup-fresh-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.root = os.path.join(cls.folder, "root")
        made = subprocess.run(["debootstrap", "--variant=minbase", "--include=sudo", "bookworm", cls.root, place],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if made.returncode != 0:
            raise unittest.SkipTest("debootstrap can't make a root: " + made.stdout.strip().splitlines()[-1])
        os.chmod(cls.folder, 0o755)
        shutil.copy("/etc/resolv.conf", cls.root + "/etc/resolv.conf")
        for setting in glob.glob("/etc/apt/apt.conf.d/99*"):  # how this machine reaches its archive
            shutil.copy(setting, cls.root + "/etc/apt/apt.conf.d/")
        cls.inside("useradd", "--create-home", "user")
        with open(cls.root + "/etc/sudoers.d/user", "w") as file:
            file.write("user ALL=(ALL) NOPASSWD: ALL\n")
        copy_source(cls.root + "/home/user/scsup")
        cls.inside("chown", "-R", "user:user", "/home/user/scsup")

    @classmethod
    def inside(cls, *words):
        return subprocess.run(["unshare", "--mount", "bash", "-c", INSIDE, "-", cls.root, *words],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              errors="replace")

    def as_user(self, command):
        return self.inside("HOME=/home/user", "setpriv", "--reuid=user", "--regid=user", "--init-groups", "sh", "-c",
                           "cd ~/scsup && " + command)

    def as_root(self, command):
        return self.inside("HOME=/root", "sh", "-c", "cd /home/user/scsup && " + command)

    def see_denied(self, done):
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr[-4000:])
        # mkdir's quotes depend on the locale.
        said = done.stderr.replace("\u2018", "'").replace("\u2019", "'")
        self.assertTrue(said.endswith(DENIED), said[-2000:])

    def test_1_a_user_with_sudo_runs_the_first_command(self):
        done = self.as_user(RUN)
        self.see_denied(done)
        # The size is printed before anything is installed.
        self.assertRegex(done.stderr, r"dev: installing \d+ Debian packages: .*\n(.*\n)*?dev: Need to get .* of archives\.")
        self.assertNotIn("libgtest-dev", done.stderr)  # only for tests

    def test_2_root_runs_it_too_and_what_is_missing_is_installed(self):
        self.assertEqual(self.inside("dpkg", "--purge", "--force-depends", "scdoc").returncode, 0)
        done = self.as_root(RUN)
        self.see_denied(done)
        self.assertIn("dev: installing 1 Debian packages: scdoc\n", done.stderr)

    def test_3_what_is_installed_works(self):
        done = self.as_root("./dev install && scsup --policy /usr/local/share/scsup/policies/no-mkdir.json --audit none"
                            " -- mkdir /tmp/demo")
        self.assertEqual(done.returncode, 1, done.stderr[-4000:])
        self.assertIn("Operation not permitted", done.stderr)
        self.assertTrue(os.path.exists(self.root + "/usr/local/share/man/man1/scsup.1"))

    def test_4_the_second_command_has_what_it_needs_to_build_tests(self):
        # The label doesn't exist, so that packages are installed and nothing is built; then one test is.
        done = self.as_user("./dev test no-such-label")
        self.assertEqual(done.returncode, 125, done.stderr[-4000:])
        self.assertRegex(done.stderr, r"dev: installing \d+ Debian packages: .*libgtest-dev")
        self.assertIn("there is no label 'no-such-label'", done.stderr)
        done = self.as_root("./dev compile release procfs_test && build/bin/procfs_test")
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        self.assertIn("[  PASSED  ]", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
