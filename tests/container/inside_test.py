"""scsup run inside containers, whose profiles refuse its preferred calls."""

import json
import unittest

from case import EngineCase
from docker import Docker
from podman import PodmanCrun, PodmanRootless
from portable import PLACE, make_portable, portable

POLICY = {"supervise": {"default": {"action": "deny", "errno": "EXDEV"}, "rules": [
    {"id": "in-tmp", "syscalls": ["@mkdir", "@chmod"], "path": ["/tmp/**"], "action": "allow"}]}}
# Natively: 750 for the umask, and what chmod says.
WORK = ("umask 027; mkdir /tmp/masked; ln -s masked /tmp/link; mkdir /tmp/link/../beside; >/tmp/file;"
        " chmod 604 /tmp/file; mkdir /out; stat -c '%a %n' /tmp/masked /tmp/beside /tmp/file; exit 7")
MADE = "750 /tmp/masked\n750 /tmp/beside\n604 /tmp/file\n"
PROFILE_OF_THE_FIELD = "/usr/share/containers/seccomp.json"
# What Docker's default profile has refused since its version 25 without the capability for it.
REFUSED = {"io_uring_enter", "io_uring_register", "io_uring_setup", "kcmp", "pidfd_getfd", "process_madvise", "setns",
           "unshare", "userfaultfd"}


def strict_profile():
    with open(PROFILE_OF_THE_FIELD) as file:
        profile = json.load(file)
    for entry in profile["syscalls"]:
        if entry["action"] == "SCMP_ACT_ALLOW":
            entry["names"] = [name for name in entry["names"] if name not in REFUSED]
    profile["syscalls"] = [entry for entry in profile["syscalls"] if entry["names"]]
    return profile


class Inside(EngineCase):
    @classmethod
    def start_service(cls):
        cls.programs = make_portable(cls.subdirectory("programs"))
        cls.write("programs/policy.json", POLICY)
        cls.strict = cls.write("strict.json", strict_profile())

    def in_a_container(self, script, audit="/tmp/audit.jsonl", **wanted):
        """The container's command: scsup with a shell script under it."""
        command = portable("scsup") + ["--policy", f"{PLACE}/policy.json", "--audit", audit, "--", "sh", "-c", script]
        container = self.container(*command, mounts={self.programs: PLACE}, no_new_privileges=False, **wanted)
        self.addCleanup(self.engine.remove, container)
        return self.engine.run(container)

    def test_a_service_says_that_it_waits_by_epoll(self):
        serve = " ".join(portable("scsup") + ["serve", "--socket", "/tmp/agents", "--policy", f"{PLACE}/policy.json"])
        container = self.container("sh", "-c", f"mkfifo /tmp/said; {serve} --audit none 2>/tmp/said & exec 3</tmp/said;"
                                   " read one <&3; read other <&3; echo $other; kill $!; wait $!",
                                   mounts={self.programs: PLACE}, profile=self.strict)
        self.addCleanup(self.engine.remove, container)
        self.assertEqual(self.succeeds(self.engine.run(container)),
                         "scsup: events come by epoll, as io_uring is refused here\n")

    def works(self, **wanted):
        done = self.in_a_container(WORK, **wanted)
        self.assertEqual((done.returncode, done.stdout), (7, MADE), done.stderr)
        self.assertEqual(done.stderr, "mkdir: can't create directory '/out': Invalid cross-device link\n")

    def test_by_the_engines_own_profile(self):
        self.works()

    def test_by_a_profile_as_strict_as_todays(self):
        self.works(profile=self.strict)

    def test_without_a_profile(self):
        self.works(profile="unconfined")

    def test_without_capabilities(self):
        self.works(dropped_capabilities=("all",), profile=self.strict)

    def test_without_a_writable_root(self):
        done = self.in_a_container("mkdir /out", audit="/audit.jsonl", read_only=True)
        self.assertEqual(done.returncode, 125)
        self.assertIn("cannot open the audit log '/audit.jsonl': Read-only file system (see --audit)", done.stderr)
        done = self.in_a_container("mkdir /out; exit 7", audit="none", read_only=True)
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertIn("Invalid cross-device link", done.stderr)


class InDocker(Inside):
    ENGINE = Docker


class InPodman(Inside):
    ENGINE = PodmanCrun


class InPodmanRootless(Inside):
    ENGINE = PodmanRootless


del Inside

if __name__ == "__main__":
    unittest.main(verbosity=2)
