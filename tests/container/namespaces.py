"""Where engines run: mount, pid and network namespaces of their own, which end with everything in them.

Engines leave daemons, shims and containers behind, and keep state in fixed places. Here /run is an empty tmpfs, what
they mount and whom they start is gone when the first process of the pid namespace is, and that one ends with the test
(its standard input is a pipe from it), whatever happens to the test. /dev has nodes of its own: what is done to one in
a container (crun gives the devices that it passes on to the container's root) would else be done to the machine's.
"""

import os
import subprocess

# crun refuses a cgroup v1 tree with a v2 tree beside it: that one is removed. Ignored children are reaped.
FIRST = """
import os, signal, subprocess, sys
def do(*command):
    subprocess.run(command, check=True)
do("mount", "-t", "tmpfs", "-o", "mode=755", "none", "/run")
do("mkdir", "-p", "/run/dev/pts", "/run/dev/shm", "/run/dev/mqueue")
do("chmod", "1777", "/run/dev/shm", "/run/dev/mqueue")
nodes = "null zero full random urandom tty ptmx fd stdin stdout stderr"
do("cp", "-a", *("/dev/" + n for n in nodes.split()), "/run/dev")
do("mount", "--bind", "/dev/pts", "/run/dev/pts")
do("mount", "--rbind", "/run/dev", "/dev")
if os.path.ismount("/sys/fs/cgroup/unified"):
    do("umount", "/sys/fs/cgroup/unified")
for source, place in zip(sys.argv[1::2], sys.argv[2::2]):
    do("mount", "--bind", source, place)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
sys.stdin.read()
"""


class Namespaces:
    def __init__(self, binds=()):
        """binds: (source, place) to be seen at `place` in there; each place must exist."""
        pairs = [str(word) for pair in binds for word in pair]
        self._unshare = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--net", "--fork", "--mount-proc", "python3", "-c", FIRST, *pairs],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self._unshare.stdout.readline() != "ready\n":
            _, said = self._unshare.communicate()
            raise RuntimeError(f"no namespaces for the engines: {said.strip()}")
        pid = self._unshare.pid
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            self.first = int(file.read())

    def command(self, *words, cwd="/"):
        """`words` as a command that runs in there."""
        enter = ["nsenter", "--target", str(self.first), "--mount", "--pid", "--net", f"--wdns={cwd}", "--"]
        return enter + [str(w) for w in words]

    def path(self, path):
        """What lies at `path` in there, as seen from here."""
        return f"/proc/{self.first}/root{path}"

    def end(self):
        """Returns when every process in there is gone."""
        self._unshare.stdin.close()
        self._unshare.wait()
        self._unshare.stdout.close()
        self._unshare.stderr.close()


def remove_cgroups(parent):
    """The empty cgroups below /`parent`, in each hierarchy."""
    top = "/sys/fs/cgroup"
    for hierarchy in [top] + [f.path for f in os.scandir(top) if f.is_dir(follow_symlinks=False)]:
        for directory, _, _ in os.walk(os.path.join(hierarchy, parent), topdown=False):
            os.rmdir(directory)
