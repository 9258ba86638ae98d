"""The operations of every engine, by its own command line."""

import dataclasses
import itertools
import os
import shutil
import subprocess

from daemon import PATH
from talk import PATIENCE

_numbers = itertools.count(1)


@dataclasses.dataclass
class Container:
    command: list
    name: str = ""
    profile: str = ""  # a file; the engine's default otherwise
    runtime: str = ""  # for engines that have several
    annotations: dict = dataclasses.field(default_factory=dict)
    mounts: dict = dataclasses.field(default_factory=dict)  # directory outside -> inside
    capabilities: tuple = ()  # more than the engine gives by itself
    dropped_capabilities: tuple = ()
    user_namespace: bool = False
    read_only: bool = False
    no_new_privileges: bool = True

    def __post_init__(self):
        self.name = self.name or f"c{next(_numbers)}"


def find_program(name):
    """The distribution's own, whatever else is in front of it."""
    return shutil.which(name, path="/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin:/usr/local/sbin")


class Engine:
    """Started in its constructor, in namespaces of its own; state below `directory`, cgroups below `cgroup`."""

    PROGRAMS = ()
    REAL_RUNTIME = "runc"  # that it starts containers with, or can
    USER_NAMESPACE = True  # can be asked for per container
    LOSES_OUTPUT = False  # the end of it or all, of a container that ends at once
    ANNOTATIONS = True  # the same
    # Tests to skip, with the reason: what it does only with its usual runtime, whatever runtime was requested.
    USUAL_RUNTIME_ONLY = {}

    def __init__(self, namespaces, directory, cgroup):
        self.namespaces = namespaces
        self.directory = directory
        self.cgroup = cgroup
        self._logs = itertools.count(1)

    @classmethod
    def missing(cls):
        return [name for name in cls.PROGRAMS if not find_program(name)]

    def call(self, *words, check=False, cwd="/"):
        """Runs an engine's command to its end. Processes that it leaves may hold its output open, so that goes to files."""
        log = os.path.join(self.directory, f"log{next(self._logs)}")
        # No /dev/null: crun gives what it passes on to the container's root.
        with open(log + ".in", "w+") as nothing, open(log + ".out", "w+") as out, open(log + ".err", "w+") as err:
            done = subprocess.run(self.namespaces.command(*words, cwd=cwd), stdin=nothing, stdout=out, stderr=err,
                                  timeout=PATIENCE, env=dict(os.environ, PATH=PATH))
            out.seek(0)
            err.seek(0)
            done.stdout, done.stderr = out.read(), err.read()
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    # Each of these returns a CompletedProcess. `run` stays until the container ends, `detach` doesn't.
    def run(self, container):
        raise NotImplementedError

    def detach(self, container):
        raise NotImplementedError

    def create(self, container):
        raise NotImplementedError

    def start(self, container):
        raise NotImplementedError

    def exec(self, container, *command):
        raise NotImplementedError

    def kill(self, container, signal="KILL"):
        raise NotImplementedError

    def remove(self, container):
        raise NotImplementedError

    def identity(self, container):
        """The name that the engine gives it for its runtime."""
        return container.name
