"""dockerd with a containerd of its own, and the docker command."""

import os

from daemon import Daemon
from engine import Engine, find_program
from rootfs import make_layer, make_rootfs


class Docker(Engine):
    PROGRAMS = ("dockerd", "docker", "containerd", "runc")
    USER_NAMESPACE = False  # a matter of the daemon: DockerRemapped
    ANNOTATIONS = False  # since Docker 24

    def __init__(self, namespaces, directory, cgroup, runtimes=(), options=(), socket="", pidfile=""):
        """runtimes: (name, program), for --add-runtime."""
        super().__init__(namespaces, directory, cgroup)
        self.socket = socket or f"unix://{directory}/docker.sock"
        self.program = [find_program("docker"), "-H", self.socket]
        words = [find_program("dockerd"), "-H", self.socket, f"--data-root={directory}/data",
                 f"--exec-root={directory}/exec", f"--pidfile={pidfile or directory + '/pid'}", "--iptables=false",
                 "--ip6tables=false", "--ip-forward=false", "--bridge=none", "--storage-driver=vfs",
                 "--exec-opt=native.cgroupdriver=cgroupfs",
                 f"--cgroup-parent=/{cgroup}", *(f"--add-runtime={name}={path}" for name, path in runtimes), *options]
        self._daemon = Daemon(namespaces.command(*words), directory, "dockerd")
        layer = make_layer(make_rootfs(os.path.join(directory, "rootfs")), os.path.join(directory, "layer.tar"))
        self.call(*self.program, "import", layer, "busybox-image:latest", check=True)

    def words(self, container):
        words = [f"--name={container.name}", "--network=none"]
        if container.profile:
            words.append(f"--security-opt=seccomp={container.profile}")
        if container.no_new_privileges:
            words.append("--security-opt=no-new-privileges")
        if container.read_only:
            words.append("--read-only")
        if container.runtime:
            words.append(f"--runtime={container.runtime}")
        words += [f"--volume={outside}:{inside}" for outside, inside in container.mounts.items()]
        words += [f"--cap-add={capability}" for capability in container.capabilities]
        words += [f"--cap-drop={capability}" for capability in container.dropped_capabilities]
        return words + ["busybox-image", *container.command]

    def run(self, container):
        return self.call(*self.program, "run", *self.words(container))

    def detach(self, container):
        return self.call(*self.program, "run", "--detach", *self.words(container))

    def create(self, container):
        return self.call(*self.program, "create", *self.words(container))

    def start(self, container):
        return self.call(*self.program, "start", container.name)

    def exec(self, container, *command):
        return self.call(*self.program, "exec", container.name, *command)

    def kill(self, container, signal="KILL"):
        return self.call(*self.program, "kill", f"--signal={signal}", container.name)

    def remove(self, container):
        return self.call(*self.program, "rm", "--force", container.name)

    def inspect(self, container):
        return self.call(*self.program, "inspect", container.name)

    def identity(self, container):
        return self.call(*self.program, "inspect", "--format={{.Id}}", container.name, check=True).stdout.strip()


class DockerRemapped(Docker):
    """Every container of this daemon has a user namespace."""

    USER_NAMESPACE = True

    def __init__(self, namespaces, directory, cgroup, runtimes=()):
        super().__init__(namespaces, directory, cgroup, runtimes, ["--userns-remap=nobody:nogroup"])
