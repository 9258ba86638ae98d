"""The scripts that README shows for containers, with the real engines and what is installed."""

import glob
import os
import re
import secrets
import shutil
import subprocess
import sys
import unittest

from case import missing, scratch_directory
from docker import Docker
from bare_runtime import Runc
from namespaces import Namespaces, remove_cgroups
from podman import PodmanRunc
from rootfs import make_layer, make_rootfs
from talk import PATIENCE

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ["SCSUP_SOURCE"]
BUILD = os.environ["SCSUP_BUILD"]
DENIED = "mkdir: can't create directory '{}': Operation not permitted\n"
# The usual places, except where a test has no rights or no network.
STORAGE = '[storage]\ndriver = "vfs"\ngraphroot = "{0}/root"\nrunroot = "{0}/runroot"\n'
CONTAINERS = ('[containers]\nnetns = "none"\nlabel = false\n'
              'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
              '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\ntmp_dir = "{0}/tmp"\n')
PODMANS_CGROUP = "libpod_parent"


def commands(name):
    """A script's lines without its first comments."""
    with open(os.path.join(SOURCE, "examples", name)) as file:
        return "".join(line for line in file if not line.startswith("#"))


class UsualDocker(Docker):
    """At docker's usual socket, with docker's usual configuration file."""

    def __init__(self, namespaces, directory, cgroup):
        super().__init__(namespaces, directory, cgroup, socket="unix:///run/docker.sock", pidfile="/run/docker.pid")
        self.call(*self.program, "tag", "busybox-image", "busybox", check=True)


class Examples(unittest.TestCase):
    def setUp(self):
        self.directory = scratch_directory()
        self.addCleanup(shutil.rmtree, self.directory)
        self.cgroup = f"scsup-{os.getpid()}-{secrets.token_hex(4)}"

    def start(self, engine):
        """Namespaces whose /etc is a copy and whose /usr/local is what `./dev install` makes, with the service."""
        if lacking := missing(engine):
            self.skipTest(lacking)
        local, etc = os.path.join(self.directory, "local"), os.path.join(self.directory, "etc")
        subprocess.run(["cmake", "--install", BUILD, "--prefix", local], check=True, stdout=subprocess.DEVNULL)
        # The units name the prefix; here it is seen at /usr/local.
        unit = os.path.join(local, "lib/systemd/system/scsup.service")
        with open(unit) as file:
            text = file.read()
        with open(unit, "w") as file:
            file.write(text.replace(local, "/usr/local"))
        subprocess.run(["cp", "-a", "/etc", etc], check=True)
        shutil.rmtree(os.path.join(etc, "scsup"), ignore_errors=True)
        self.namespaces = Namespaces([(local, "/usr/local"), (etc, "/etc")])
        self.addCleanup(remove_cgroups, self.cgroup)
        self.addCleanup(self.namespaces.end)
        self.programs = os.path.join(self.directory, "bin")
        os.mkdir(self.programs)
        self.write("bin/systemctl", f"#!/bin/sh\nPYTHONPATH={HERE} exec {sys.executable} {HERE}/systemctl.py \"$@\"\n")
        os.chmod(os.path.join(self.programs, "systemctl"), 0o755)
        self.assertEqual(self.run_script("service"), ("", ""))

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def run_script(self, name, **environment):
        """(stdout, stderr) of examples/NAME."""
        environment = dict(os.environ, PATH=f"{self.programs}:/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin",
                           EXAMPLES=self.directory, SCSUP_AUDIT=os.path.join(self.directory, "audit.jsonl"), **environment)
        command = self.namespaces.command(os.path.join(SOURCE, "examples", name), cwd=self.directory)
        # Processes that a script leaves may hold its output open, so that goes to files.
        with open(self.write("out", ""), "r+") as out, open(self.write("err", ""), "r+") as err:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=2 * PATIENCE, env=environment,
                           check=False)
            out.seek(0)
            err.seek(0)
            return out.read(), err.read()

    def test_they_are_what_the_readme_shows(self):
        with open(os.path.join(SOURCE, "README.md")) as file:
            shown = re.findall(r"^```sh\n(.*?)^```$", file.read(), re.M | re.S)
        for name in ("service", "docker", "podman", "runc"):
            self.assertIn(commands(name), shown, f"examples/{name}")

    def test_docker(self):
        self.start(UsualDocker)
        state = os.path.join(self.directory, "engine")
        os.mkdir(state)
        self.engine = UsualDocker(self.namespaces, state, self.cgroup)
        out, err = self.run_script("docker")
        said = [line for line in err.splitlines(keepends=True) if not line.startswith("WARNING: IPv4")]  # no bridge here
        self.assertEqual(said, 2 * [DENIED.format("/x")], out)
        self.assertRegex(out, r"(?m)^containers: .*generation 2\b")
        self.assertRegex(out, r"(?m)^ +chmod is not trapped in session 2; its filter still decides it: allow$")
        self.assertRegex(out, r"(?m)^drwxr-xr-x .* /x$")
        self.assertRegex(out, r"(?m)^ +2 +\d+ [0-9a-f]{12} +containers +2 ")

    def test_podman(self):
        if glob.glob(f"/sys/fs/cgroup/{PODMANS_CGROUP}") + glob.glob(f"/sys/fs/cgroup/*/{PODMANS_CGROUP}"):
            self.skipTest("needs a machine without containers of podman's own")
        self.start(PodmanRunc)
        self.addCleanup(remove_cgroups, PODMANS_CGROUP)
        self.addCleanup(self.namespaces.end)
        state = os.path.join(self.directory, "engine")
        os.mkdir(state)
        environment = {"CONTAINERS_STORAGE_CONF": self.write("storage.conf", STORAGE.format(state)),
                       "CONTAINERS_CONF": self.write("containers.conf", CONTAINERS.format(state))}
        layer = make_layer(make_rootfs(os.path.join(state, "rootfs")), os.path.join(state, "layer.tar"))
        subprocess.run(self.namespaces.command("podman", "import", "--quiet", layer, "busybox"), check=True,
                       stdout=subprocess.DEVNULL, env=dict(os.environ, **environment))
        _, err = self.run_script("podman", **environment)
        self.assertEqual(err, "chmod: /tmp: Operation not permitted\n".join(2 * [DENIED.format("/x")]))

    def test_runc(self):
        self.start(Runc)
        out, err = self.run_script("runc")
        self.assertEqual((out, err), ("", DENIED.format("x")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
