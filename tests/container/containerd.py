"""containerd and its ctr."""

import os

from bundle import OWNER_IN_USER_NAMESPACE
from daemon import Daemon
from engine import Engine
from rootfs import make_image, make_layer, make_rootfs

IMAGE = "docker.io/library/busybox-image:latest"
CONFIG = """version = 2
root = "{directory}/root"
state = "{directory}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{directory}/sock"
"""


class Containerd(Engine):
    PROGRAMS = ("containerd", "ctr", "runc")
    # ctr 1.6 removes a container's pipes when it has ended, even if there is still data in them.
    LOSES_OUTPUT = True
    USUAL_RUNTIME_ONLY = {
        "test_create_start_exec_kill": "needs a ctr whose `containers create` takes --runc-binary",
        "test_a_user_namespace": "needs a ctr that heeds --runc-binary beside --uidmap",
    }

    def __init__(self, namespaces, directory, cgroup):
        super().__init__(namespaces, directory, cgroup)
        config = os.path.join(directory, "config.toml")
        with open(config, "w") as file:
            file.write(CONFIG.format(directory=directory))
        # A containerd namespace's name is also that of its containers' cgroup.
        self.program = ["ctr", "--address", f"{directory}/sock", "--namespace", cgroup]
        self._daemon = Daemon(namespaces.command("containerd", "--config", config), directory, "containerd")
        layer = make_layer(make_rootfs(os.path.join(directory, "rootfs")), os.path.join(directory, "layer.tar"))
        image = make_image(layer, IMAGE, os.path.join(directory, "image.tar"))
        self.call(*self.program, "images", "import", "--snapshotter=native", image, check=True)

    def words(self, container):
        words = ["--snapshotter=native"]
        if container.profile:
            words += ["--seccomp", f"--seccomp-profile={container.profile}"]
        if container.runtime:
            words.append(f"--runc-binary={container.runtime}")
        if not container.no_new_privileges:
            words.append("--allow-new-privs")
        if container.read_only:
            words.append("--read-only")
        if container.user_namespace:
            words += [f"--{kind}=0:{OWNER_IN_USER_NAMESPACE}:65536" for kind in ("uidmap", "gidmap")]
        words += [f"--annotation={key}={value}" for key, value in container.annotations.items()]
        words += [f"--mount=type=bind,src={outside},dst={inside},options=rbind:rw"
                  for outside, inside in container.mounts.items()]
        words += [f"--cap-add={capability}" for capability in container.capabilities]
        return [*words, IMAGE, container.name]

    def run(self, container):
        return self.call(*self.program, "run", *self.words(container), *container.command)

    def detach(self, container):
        return self.call(*self.program, "run", "--detach", *self.words(container), *container.command)

    def create(self, container):
        # Unlike run, it parses the command's options as its own.
        words = [*self.words(container)[:-2], "--", IMAGE, container.name]
        return self.call(*self.program, "containers", "create", *words, *container.command)

    def start(self, container):
        return self.call(*self.program, "tasks", "start", "--detach", container.name)

    def exec(self, container, *command):
        return self.call(*self.program, "tasks", "exec", f"--exec-id=e{next(self._logs)}", container.name, *command)

    def kill(self, container, signal="KILL"):
        return self.call(*self.program, "tasks", "kill", f"--signal={signal}", container.name)

    def remove(self, container):
        self.call(*self.program, "tasks", "rm", "--force", container.name)
        return self.call(*self.program, "containers", "rm", container.name)
