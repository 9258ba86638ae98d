"""One policy file for a wrapped command and for containers: the same decisions, and the same records except for the
container."""

import json
import os
import subprocess
import unittest

from case import EngineCase, for_each_engine
from daemon import PATH
from docker import DockerRemapped
from engines import BY_PROFILE, ENGINES
from rootfs import make_rootfs
from service import Service, program
from talk import PATIENCE

POLICY = {
    "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    "supervise": {
        "default": {"action": "deny", "errno": "EXDEV"},
        "rules": [
            {"id": "private", "syscalls": ["@mkdir"], "path": ["/tmp/private/**"], "action": "emulate",
             "emulate": {"mode_mask": "0700"}},
            {"id": "work", "syscalls": ["@mkdir", "@chmod"], "path": ["/tmp/**"], "action": "allow"},
            {"id": "no-setid", "syscalls": ["@chmod"], "mode": {"any": "06000"}, "action": "deny", "errno": "EDOM"}]}}
SCRIPT = """umask 0; cd /tmp
mkdir private; mkdir private/x; mkdir ../tmp/work; ln -s /tmp/work link; mkdir link/y; mkdir /root/z; mkdir work
chmod 750 link/y; chmod u+s /etc/passwd; chmod 644 /etc/passwd; chmod 600 nothing
stat -c '%a %n' private/x work/y"""
# The command's own root, so that paths are those of the container.
IN_A_ROOT = ('mount --bind "$1" "$1" && cd "$1" && pivot_root . proc && cd / && exec /bin/sh -c "umount -l /proc; $2"')


def essence(record):
    """A record without members specific to a run or to the container."""
    kept = {k: record.get(k) for k in ("act", "how", "errno", "ret", "rule", "out", "obj")}
    kept["sys"] = {k: record["sys"].get(k) for k in ("arch", "nr", "name")}
    kept["proc"] = {k: record["proc"].get(k) for k in ("comm", "exe", "cwd", "uid", "gid")}
    kept["sha"] = record["policy"]["sha"]
    return kept


class SamePolicy(EngineCase):
    @classmethod
    def start_service(cls):
        cls.service = Service(cls.subdirectory("service"), {"same": POLICY})
        cls.addClassCleanup(cls.service.end)
        if cls.ENGINE in BY_PROFILE:
            cls.wanting = {"profile": cls.service.profile("same")}
        else:
            cls.engine_options = {"runtimes": [("scsup", cls.service.runtime("same", cls.ENGINE.REAL_RUNTIME))]}
            cls.wanting = {"runtime": "scsup"}

    def as_command(self):
        root = make_rootfs(os.path.join(self.directory, "root"))
        audit = os.path.join(self.directory, "command.jsonl")
        done = subprocess.run(
            [program("scsup"), "--quiet", "--policy", self.service.file("same"), "--audit", audit, "--",
             "unshare", "--mount", "/bin/sh", "-c", IN_A_ROOT, "-", root, SCRIPT],
            env=dict(os.environ, PATH=PATH), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, timeout=PATIENCE)
        with open(audit) as file:
            return done, [json.loads(line) for line in file]

    def test_as_a_command_and_in_a_container(self):
        command, records = self.as_command()
        container = self.container("/bin/sh", "-c", SCRIPT, **self.wanting)
        self.addCleanup(self.engine.remove, container)
        contained = self.engine.run(container)
        self.assertEqual(command.stdout, "700 private/x\n750 work/y\n", command.stderr)
        self.assertEqual((command.stdout, command.stderr, command.returncode),
                         (contained.stdout, contained.stderr, contained.returncode))
        calls = [essence(r) for r in records if r["type"] == "call" and r["proc"].get("exe") == "/bin/busybox"
                 and any(n in r["sys"].get("name", "") for n in ("mkdir", "chmod"))]
        identity = self.engine.identity(container)
        self.assertEqual(len(calls), 9)
        self.assertEqual(calls, [essence(r) for r in self.service.calls(identity, "mkdir", "chmod")])


for_each_engine(globals(), SamePolicy, [e for e in ENGINES if e is not DockerRemapped])  # other ids there
del SamePolicy

if __name__ == "__main__":
    unittest.main(verbosity=2)
