"""The cases of tests/syscall in containers: natively and supervised, in two otherwise equal containers. What the
target sees is the same, to the byte, and so are the files that it leaves."""

import difflib
import os
import shutil
import stat
import subprocess
import unittest

from bare_runtime import Crun, Runc
from bundle import OWNER_IN_USER_NAMESPACE
from case import EngineCase, for_each_engine
from engine import Container
from service import Service

TARGET = os.environ.get("TWIN_TARGET", "")
RAN = "ended with 7"
NO_SETUP = "ended with 98"  # natively: this container has no rights to set the case up
# None of these calls ever gives EXDEV by itself.
POLICY = {
    "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    "supervise": {"default": {"action": "deny", "errno": "EXDEV"}, "rules": [
        {"syscalls": ["@mkdir", "@chmod", "@rmdir", "@unlink"], "path": "/**", "action": "allow"},
        {"syscalls": ["@mkdir", "@chmod", "@rmdir", "@unlink"], "action": "allow"}]}}
SCRIPT = """
for case in $(/twin/target --list); do
  cd /work/$case/in && timeout 30 /twin/target $case /work/$case/in >/out/$case.out 2>/out/$case.err
  echo $? >/out/$case.status
done
"""
EVERY_CAPABILITY = ("CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH", "CAP_LINUX_IMMUTABLE",
                    "CAP_IPC_LOCK", "CAP_LEASE", "CAP_SYS_NICE")


def extended(path, name):
    try:
        return os.getxattr(path, name, follow_symlinks=False).hex()
    except OSError as error:
        return error.strerror


def tree(top):
    """A line for everything below."""
    lines = []
    for directory, folders, files in os.walk(top):
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(directory, name))]
        for name in sorted([".", *files, *links]):
            path = os.path.join(directory, name)
            found = os.lstat(path)
            line = f"{os.path.relpath(path, top)} {found.st_mode:o} {found.st_uid} {found.st_gid}"
            if stat.S_ISLNK(found.st_mode):
                line += " -> " + os.readlink(path)
            else:
                line += "".join(" " + extended(path, f"system.posix_acl_{kind}") for kind in ("access", "default"))
            lines.append(line)
    return lines


def difference(case, native, supervised):
    lines = difflib.unified_diff(native, supervised, "natively", "supervised", n=0, lineterm="")
    return f"{case}:\n" + "\n".join(list(lines)[:20])


class Twins(EngineCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = subprocess.run([TARGET, "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        twin = cls.subdirectory("twin")
        shutil.copy(TARGET, os.path.join(twin, "target"))

    @classmethod
    def start_service(cls):
        cls.service = Service(cls.subdirectory("service"), {"twins": POLICY})
        cls.addClassCleanup(cls.service.end)

    def results(self, place, profile, **wanted):
        """case -> its result, in one container for all of them."""
        owner = OWNER_IN_USER_NAMESPACE if wanted.get("user_namespace") else 0
        container = Container(["/bin/sh", "-c", SCRIPT], profile=profile, **wanted)
        self.addCleanup(self.engine.remove, container)
        out = self.subdirectory(f"out-{container.name}")
        os.chown(out, owner, owner)
        work = place(container)
        for case in self.cases:
            os.makedirs(os.path.join(work, case, "in"))
            for directory in (case, f"{case}/in"):
                os.chmod(os.path.join(work, directory), 0o755)
                os.chown(os.path.join(work, directory), owner, owner)
        container.mounts.update({out: "/out", os.path.join(self.directory, "twin"): "/twin"})
        done = self.engine.run(container)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        results = {}
        for case in self.cases:
            texts = []
            for kind in ("status", "out", "err"):
                with open(os.path.join(out, f"{case}.{kind}")) as file:
                    texts.append(file.read())
            results[case] = [f"ended with {texts[0].strip()}", *texts[1].splitlines(), *texts[2].splitlines(),
                             *tree(os.path.join(work, case))]
        return container, results

    def compare(self, place, at_least, **wanted):
        _, native = self.results(place, "", **wanted)
        ran = [case for case in self.cases if native[case][0] == RAN]
        self.assertGreaterEqual(len(ran), at_least, {c: native[c][:3] for c in self.cases if c not in ran})
        for case in self.cases:
            self.assertIn(native[case][0], (RAN, NO_SETUP), (case, native[case]))
        container, supervised = self.results(place, self.service.profile("twins"), **wanted)
        different = [difference(case, native[case], supervised[case]) for case in ran
                     if native[case] != supervised[case]]
        self.assertFalse(different, f"{len(different)} of {len(ran)}:\n" + "\n".join(different[:20]))
        # And scsup made the calls.
        calls = self.service.calls(self.engine.identity(container), "mkdir", "chmod", "rmdir", "unlink")
        self.assertGreater(sum(r["how"] == "performed" for r in calls), len(ran))
        others = [r for r in calls if r["how"] != "performed" and r["rule"]["id"] != "@path"]
        self.assertEqual(others, [])

    # Where the cases work.
    def in_a_volume(self, container):
        work = self.subdirectory(f"work-{container.name}")
        container.mounts[work] = "/work"
        return work

    def in_an_overlay(self, container):
        """An overlay of its own for /work; its mount is visible only in the engine's namespaces."""
        top = self.subdirectory(f"overlay-{container.name}")
        for name in ("lower", "upper", "scratch", "merged"):
            os.mkdir(os.path.join(top, name))
        self.engine.call("mount", "-t", "overlay", "none", f"{top}/merged", "-o",
                         f"lowerdir={top}/lower,upperdir={top}/upper,workdir={top}/scratch", check=True)
        container.mounts[f"{top}/merged"] = "/work"
        return self.namespaces.path(f"{top}/merged")

    def test_with_the_usual_capabilities(self):
        self.compare(self.in_a_volume, 85)

    def test_with_nearly_every_capability(self):
        self.compare(self.in_a_volume, 95, capabilities=EVERY_CAPABILITY)

    def test_on_overlayfs(self):
        self.compare(self.in_an_overlay, 85)

    def test_in_a_user_namespace(self):
        self.compare(self.in_a_volume, 85, user_namespace=True)

    def test_in_a_user_namespace_with_nearly_every_capability_on_overlayfs(self):
        self.compare(self.in_an_overlay, 95, user_namespace=True, capabilities=EVERY_CAPABILITY)


for_each_engine(globals(), Twins, (Runc, Crun))
del Twins

if __name__ == "__main__":
    unittest.main(verbosity=2)
