"""runc and crun as they are, on bundles."""

import os

from bundle import OWNER_IN_USER_NAMESPACE, write_bundle
from engine import Engine
from rootfs import make_rootfs


class BareRuntime(Engine):
    def __init__(self, namespaces, directory, cgroup):
        super().__init__(namespaces, directory, cgroup)
        self.program = [self.REAL_RUNTIME, "--root", os.path.join(directory, "state")]

    def runtime(self, container):
        return [container.runtime, *self.program[1:]] if container.runtime else self.program

    def bundle(self, container):
        bundle = os.path.join(self.directory, container.name)
        os.mkdir(bundle)
        owner = OWNER_IN_USER_NAMESPACE if container.user_namespace else 0
        make_rootfs(os.path.join(bundle, "rootfs"), owner)
        write_bundle(bundle, container, "rootfs", self.cgroup)
        return bundle

    def run(self, container):
        return self.call(*self.runtime(container), "run", "--bundle", self.bundle(container), container.name)

    def detach(self, container):
        bundle = self.bundle(container)
        return self.call(*self.runtime(container), "run", "--detach", "--bundle", bundle, container.name)

    def create(self, container):
        return self.call(*self.runtime(container), "create", "--bundle", self.bundle(container), container.name)

    def start(self, container):
        return self.call(*self.runtime(container), "start", container.name)

    def exec(self, container, *command):
        return self.call(*self.runtime(container), "exec", container.name, *command)

    def kill(self, container, signal="KILL"):
        return self.call(*self.runtime(container), "kill", container.name, signal)

    def remove(self, container):
        return self.call(*self.runtime(container), "delete", "--force", container.name)


class Runc(BareRuntime):
    PROGRAMS = ("runc",)


class Crun(BareRuntime):
    PROGRAMS = ("crun",)
    REAL_RUNTIME = "crun"
