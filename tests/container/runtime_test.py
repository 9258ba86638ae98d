"""scsup-runtime and `scsup policy oci` with real runc and crun, in front of a listener that denies mkdir by EXDEV."""

import errno
import json
import os
import subprocess
import unittest

from bare_runtime import Crun, Runc
from case import EngineCase
from docker import Docker
from listener import Listener
from service import program

MKDIR, FCHMODAT, EXECVE = 83, 268, 59
DENIED = "can't create directory '/x': Invalid cross-device link"  # EXDEV
POLICIES = {
    "web": {"supervise": {"rules": [{"syscalls": ["@mkdir"], "path": "/srv/**", "action": "allow"}]}},
    "other": {"supervise": {"trap": ["@mkdir", "@chmod"]}},
    "short": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["read", "write", "mmap", "brk", "arch_prctl", "set_tid_address", "exit_group", "getuid"], "action": "SCMP_ACT_ALLOW"}],
        "supervise": {"rules": [{"syscalls": ["mkdir"], "action": "deny"}]}},
}
# An engine's own profile: chmod is denied with an errno that nothing else gives.
PROFILE = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [
    {"names": ["chmod", "fchmodat", "fchmodat2"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.EXFULL}]}


class Listening(EngineCase):
    """Policies, a listener, and the settings that tell scsup-runtime about both."""

    RUNTIME = "runc"

    @classmethod
    def start_service(cls):
        cls.policies = cls.subdirectory("policies")
        for name, policy in POLICIES.items():
            with open(os.path.join(cls.policies, name + ".json"), "w") as file:
                json.dump(policy, file)
        cls.socket = os.path.join(cls.directory, "listener")
        cls.listener = Listener(cls.socket, {MKDIR: errno.EXDEV})
        cls.settings = cls.write("config.json", {"runtime": cls.RUNTIME, "policies": cls.policies,
                                                 "default_policy": "web", "sockets": {"oci": cls.socket}})
        os.chmod(cls.settings, 0o644)

    def setUp(self):
        self.listener.said.clear()
        self.listener.calls.clear()


class Bundles(Listening):
    """Containers from bundles, whose runtime is scsup-runtime in front of the engine's own."""

    @classmethod
    def start_engine(cls):
        super().start_engine()
        cls.plain = cls.engine.program
        cls.log = os.path.join(cls.directory, "log.json")
        cls.through = ["env", f"SCSUP_CONFIG={cls.settings}", program("scsup-runtime"), *cls.plain[1:], "--log", cls.log,
                       "--log-format=json"]

    def setUp(self):
        super().setUp()
        self.engine.program = self.through

    def run_shell(self, line, **wanted):
        container = self.container("/bin/sh", "-c", line, **wanted)
        self.addCleanup(self.engine.remove, container)
        return self.engine.run(container), container

    def configuration(self, container):
        with open(os.path.join(self.engine.directory, container.name, "config.json")) as file:
            return json.load(file)


class Runtime(Bundles):
    def test_a_container_without_a_profile_is_supervised_under_the_default_policy(self):
        for no_new_privileges in (True, False):
            with self.subTest(no_new_privileges):
                self.listener.said.clear()
                done, container = self.run_shell("mkdir /x; chmod 700 /tmp && echo well", no_new_privileges=no_new_privileges)
                self.assertIn(DENIED, done.stderr)
                self.assertEqual(done.stdout, "well\n", done.stderr)
                [said] = self.listener.said
                self.assertRegex(said["metadata"], r"^policy=web;sha=[0-9a-f]{64}$")
                self.assertEqual(said["state"]["id"], self.engine.identity(container))

    def test_the_annotation_names_the_policy(self):
        done, _ = self.run_shell("chmod 700 /tmp", annotations={"io.scsup.policy": "other"})
        self.succeeds(done)
        self.assertRegex(self.listener.said[0]["metadata"], "^policy=other;")
        self.assertIn(FCHMODAT if FCHMODAT in self.listener.calls else 90, self.listener.calls)

    def test_what_the_engines_profile_denies_stays_denied_and_is_not_asked(self):
        profile = self.write("profile.json", PROFILE)
        done, _ = self.run_shell("chmod 700 /tmp; mkdir /x", profile=profile, annotations={"io.scsup.policy": "other"})
        self.assertIn(f"/tmp: {os.strerror(errno.EXFULL)}", done.stderr)
        self.assertIn(DENIED, done.stderr)
        self.assertEqual(sorted({90, FCHMODAT} & set(self.listener.calls)), [])

    def test_create_start_exec_and_kill_pass(self):
        container, talk = self.shell()
        self.succeeds(self.engine.create(container))
        self.succeeds(self.engine.start(container))
        self.assertIn(DENIED, talk.ask("mkdir /x").replace("\n", " "))
        done = self.engine.exec(container, "mkdir", "/x")
        self.assertIn(DENIED, done.stderr)
        self.assertEqual(len(self.listener.said), 2)
        self.succeeds(self.engine.kill(container))

    def test_a_second_time_nothing_changes(self):
        done, container = self.run_shell("true", profile=self.write("profile.json", PROFILE))
        self.succeeds(done)
        before = self.configuration(container)
        inode = os.stat(os.path.join(self.engine.directory, container.name, "config.json")).st_ino
        self.engine.remove(container)
        self.succeeds(self.engine.call(*self.engine.program, "run", "--bundle", os.path.join(self.engine.directory, container.name),
                                       container.name))
        self.assertEqual(self.configuration(container), before)
        self.assertEqual(os.stat(os.path.join(self.engine.directory, container.name, "config.json")).st_ino, inode)

    def test_without_its_policy_nothing_starts_and_the_log_says_why(self):
        done, container = self.run_shell("echo started", annotations={"io.scsup.policy": "none"})
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("scsup-runtime: there is no policy 'none'", done.stderr)
        with open(self.log) as file:
            last = json.loads(file.read().splitlines()[-1])
        self.assertEqual((last["level"], last["msg"] + "\n"), ("error", done.stderr))
        self.assertRegex(last["time"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertNotIn("seccomp", self.configuration(container)["linux"])
        self.assertNotEqual(self.engine.call(*self.plain, "state", container.name).returncode, 0)

    def test_other_commands_are_the_real_runtimes(self):
        ours = self.engine.call(*self.through[:3], "--version")
        self.assertEqual(ours.stdout, self.engine.call(self.plain[0], "--version").stdout)


class Profile(Bundles):
    """`scsup policy oci` makes a profile that the runtime takes as it is."""

    def setUp(self):
        super().setUp()
        self.engine.program = self.plain

    def profile(self, name):
        made = subprocess.run([program("scsup"), "policy", "oci", os.path.join(self.policies, name + ".json"), "--listener",
                               self.socket], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(made.returncode, 0, made.stderr)
        return self.write(f"{name}-profile.json", made.stdout)

    def test_a_container_starts_with_it_and_is_supervised(self):
        for no_new_privileges in (True, False):
            with self.subTest(no_new_privileges):
                done, _ = self.run_shell("mkdir /x; chmod 700 /tmp && echo well", profile=self.profile("web"),
                                         no_new_privileges=no_new_privileges)
                self.assertIn(DENIED, done.stderr)
                self.assertEqual(done.stdout, "well\n", done.stderr)
                self.assertEqual(self.listener.said[-1]["metadata"], "policy=web")

    def test_a_list_that_is_too_short_for_the_runtime_starts(self):
        done, _ = self.run_shell("echo well", profile=self.profile("short"))
        self.assertEqual(done.stdout, "well\n", done.stderr)
        self.assertIn(EXECVE, self.listener.calls)


class DockerRuntime(Listening):
    """`dockerd --add-runtime scsup=...`, which drops listenerPath from profiles, and an unchanged image."""

    ENGINE = Docker

    @classmethod
    def start_service(cls):
        super().start_service()
        wrapper = cls.write("scsup-runtime", f'#!/bin/sh\nSCSUP_CONFIG={cls.settings} exec {program("scsup-runtime")} "$@"\n')
        os.chmod(wrapper, 0o755)
        cls.engine_options = {"runtimes": [("scsup", wrapper)]}

    def test_one_flag_supervises_an_unchanged_image_and_what_is_executed_in_it(self):
        container, talk = self.shell(runtime="scsup")
        self.succeeds(self.engine.detach(container))
        self.assertIn(DENIED, talk.ask("mkdir /x").replace("\n", " "))
        self.assertIn(DENIED, self.engine.exec(container, "mkdir", "/x").stderr)
        self.assertIn("Operation not permitted", talk.ask("unshare -U true"), "docker's own profile holds")
        self.assertEqual({said["metadata"].split(";")[0] for said in self.listener.said}, {"policy=web"})

    def test_docker_shows_why_nothing_starts(self):
        os.rename(os.path.join(self.policies, "web.json"), os.path.join(self.policies, "gone"))
        self.addCleanup(os.rename, os.path.join(self.policies, "gone"), os.path.join(self.policies, "web.json"))
        container = self.container("echo", "started", runtime="scsup")
        self.addCleanup(self.engine.remove, container)
        done = self.engine.run(container)
        self.assertIn("there is no policy 'web' in", done.stderr)
        self.assertEqual((done.returncode, done.stdout), (125, ""))


for engine in (Runc, Crun):
    for base in (Runtime, Profile):
        name = engine.__name__ + base.__name__
        globals()[name] = type(name, (base,), {"ENGINE": engine, "RUNTIME": engine.PROGRAMS[0], "__module__": __name__})
del Listening, Bundles, Runtime, Profile, base

if __name__ == "__main__":
    unittest.main(verbosity=2)
