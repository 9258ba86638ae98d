"""What the tests here share: an engine for a class of tests, containers with which a test can communicate."""

import itertools
import json
import os
import secrets
import shutil
import tempfile
import unittest

from engine import Container
from namespaces import Namespaces, remove_cgroups
from rootfs import BUSYBOX
from talk import Talk

# Of a daemon with --userns-remap=nobody.
SUBORDINATE = "nobody:100000:65536\n"
LAST = "that was all"


def missing_for_root():
    return "" if os.geteuid() == 0 else "needs root"


def missing(engine):
    """What this machine lacks for an engine; "" when nothing."""
    if lacking := missing_for_root():
        return lacking
    if not os.path.exists(BUSYBOX):
        return "needs busybox-static"
    if not os.path.ismount("/proc") or not os.path.isdir("/sys/fs/cgroup"):
        return "needs /proc and a cgroup tree"
    programs = engine.missing()
    return f"needs {' '.join(programs)}" if programs else ""


def scratch_directory(prefix="scsup-container-"):
    """Outside /run, which is empty for engines, and open to a container's users."""
    directory = os.path.realpath(tempfile.mkdtemp(prefix=prefix, dir="/tmp" if os.access("/tmp", os.W_OK) else None))
    os.chmod(directory, 0o755)
    return directory


class EngineCase(unittest.TestCase):
    """An engine (ENGINE) runs for all tests of a class."""

    ENGINE = None
    engine_options = {}
    numbers = itertools.count(1)  # for names that are short enough for a socket

    @classmethod
    def setUpClass(cls):
        lacking = missing(cls.ENGINE)
        if lacking:
            raise unittest.SkipTest(lacking)
        cls.directory = scratch_directory()
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.cgroup = f"scsup-{os.getpid()}-{secrets.token_hex(4)}"
        cls.start_service()
        cls.start_engine()

    @classmethod
    def start_service(cls):
        """For tests that supervise: before there are engines."""

    @classmethod
    def start_engine(cls):
        binds = []
        for name in ("subuid", "subgid"):
            if os.path.exists(f"/etc/{name}"):
                binds.append((cls.write(name, SUBORDINATE), f"/etc/{name}"))
        cls.namespaces = Namespaces(binds)
        cls.addClassCleanup(remove_cgroups, cls.cgroup)
        cls.addClassCleanup(cls.namespaces.end)
        state = os.path.join(cls.directory, "engine")
        os.mkdir(state)
        cls.engine = cls.ENGINE(cls.namespaces, state, cls.cgroup, **cls.engine_options)

    @classmethod
    def write(cls, name, content):
        path = os.path.join(cls.directory, name)
        with open(path, "w") as file:
            file.write(content if isinstance(content, str) else json.dumps(content, indent=1))
        return path

    @classmethod
    def subdirectory(cls, name):
        path = os.path.join(cls.directory, name)
        os.mkdir(path)
        return path

    def container(self, *command, **wanted):
        return Container(list(command), **wanted)

    def shell(self, **wanted):
        """A container whose shell waits for commands, and the Talk with it."""
        container = Container(list(Talk.SHELL), **wanted)
        talk = Talk(os.path.join(self.directory, "talk-" + container.name))
        self.addCleanup(talk.close)
        self.addCleanup(self.engine.remove, container)
        container.mounts[talk.directory] = "/talk"
        return container, talk

    def run_whole(self, command, **wanted):
        """A container that runs a shell's command, and its result, without any loss of its output."""
        if not self.engine.LOSES_OUTPUT:
            container = self.container("sh", "-c", command, **wanted)
            self.addCleanup(self.engine.remove, container)
            return container, self.engine.run(container)
        # Both streams end with a last line: without it some output is lost, and another container is run.
        for _ in range(5):
            container = self.container("sh", "-c", f"trap 'echo {LAST}; echo {LAST} >&2' EXIT; {command}", **wanted)
            self.addCleanup(self.engine.remove, container)
            done = self.engine.run(container)
            if done.stdout.endswith(LAST + "\n") and done.stderr.endswith(LAST + "\n"):
                break
        done.stdout, done.stderr = (text.removesuffix(LAST + "\n") for text in (done.stdout, done.stderr))
        return container, done

    def succeeds(self, done):
        self.assertEqual(done.returncode, 0, f"{done.args}\n{done.stdout}{done.stderr}")
        return done.stdout


def for_each_engine(scope, base, engines):
    """A class of `base`'s tests for each engine, in the module whose globals are `scope`."""
    for engine in engines:
        scope[engine.__name__] = type(engine.__name__, (base,), {"ENGINE": engine, "__module__": scope["__name__"]})
