"""podman with runc or crun, without any of its system services."""

import os

from bundle import OWNER_IN_USER_NAMESPACE
from engine import Engine
from rootfs import make_layer, make_rootfs


class Podman(Engine):
    def __init__(self, namespaces, directory, cgroup):
        super().__init__(namespaces, directory, cgroup)
        state = [f"--{name}={os.path.join(directory, name)}" for name in ("root", "runroot", "tmpdir")]
        self.program = ["podman", *state, "--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--events-backend=file"]
        layer = make_layer(make_rootfs(os.path.join(directory, "rootfs")), os.path.join(directory, "layer.tar"))
        self.call(*self.program, "import", "--quiet", layer, "busybox-image:latest", check=True)

    def words(self, container):
        # Without CAP_SYS_RESOURCE a limit may only be lowered, and podman would raise these two.
        words = [f"--name={container.name}", "--network=none", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024",
                 f"--cgroup-parent=/{self.cgroup}", "--security-opt=label=disable"]
        if container.profile:
            words.append(f"--security-opt=seccomp={container.profile}")
        if container.no_new_privileges:
            words.append("--security-opt=no-new-privileges")
        if container.read_only:
            words.append("--read-only")
        if container.user_namespace:
            words += [f"--{kind}=0:{OWNER_IN_USER_NAMESPACE}:65536" for kind in ("uidmap", "gidmap")]
        words += [f"--annotation={key}={value}" for key, value in container.annotations.items()]
        words += [f"--volume={outside}:{inside}" for outside, inside in container.mounts.items()]
        words += [f"--cap-add={capability}" for capability in container.capabilities]
        words += [f"--cap-drop={capability}" for capability in container.dropped_capabilities]
        return words + ["busybox-image", *container.command]

    def runtime(self, container):
        return [*self.program, f"--runtime={container.runtime or self.REAL_RUNTIME}"]

    def run(self, container):
        return self.call(*self.runtime(container), "run", *self.words(container))

    def detach(self, container):
        return self.call(*self.runtime(container), "run", "--detach", *self.words(container))

    def create(self, container):
        return self.call(*self.runtime(container), "create", *self.words(container))

    def start(self, container):
        return self.call(*self.runtime(container), "start", container.name)

    def exec(self, container, *command):
        return self.call(*self.runtime(container), "exec", container.name, *command)

    def kill(self, container, signal="KILL"):
        return self.call(*self.runtime(container), "kill", f"--signal={signal}", container.name)

    def remove(self, container):
        return self.call(*self.runtime(container), "rm", "--force", "--time=0", container.name)

    def inspect(self, container):
        return self.call(*self.program, "inspect", container.name)

    def identity(self, container):
        said = self.call(*self.runtime(container), "inspect", "--format={{.Id}}", container.name, check=True)
        return said.stdout.strip()


class PodmanRunc(Podman):
    PROGRAMS = ("podman", "conmon", "runc")


class PodmanCrun(Podman):
    PROGRAMS = ("podman", "conmon", "crun")
    REAL_RUNTIME = "crun"


class PodmanRootless(Podman):
    """As an ordinary user, nobody, with the subordinate ids that case.py gives it."""

    PROGRAMS = ("podman", "conmon", "crun", "newuidmap")
    REAL_RUNTIME = "crun"
    USER_NAMESPACE = False  # it has one in any case

    def __init__(self, namespaces, directory, cgroup):
        self._home = os.path.join(directory, "home")
        os.mkdir(self._home, 0o700)
        for owned in (directory, self._home):
            os.chown(owned, 65534, 65534)
        super().__init__(namespaces, directory, cgroup)

    def call(self, *words, **wanted):
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", f"HOME={self._home}",
                f"XDG_RUNTIME_DIR={self._home}"]
        return super().call(*user, *words, **wanted)

    def words(self, container):
        # No cgroup was delegated to that user.
        return ["--cgroups=disabled"] + [w for w in super().words(container) if not w.startswith("--cgroup-parent=")]
