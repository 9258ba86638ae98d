"""The units: systemd accepts them, they are as hardened as they say, and scsup works within them."""

import contextlib
import os
import re
import shutil
import subprocess
import unittest

from shipped import SCSUP, SOURCE, Shipped, run

UNITS = os.path.join(SOURCE, "systemd")
AGENT = os.path.join(os.path.dirname(SCSUP), "scsup-agent")
EXPOSURE = 40  # tenths; what is left of it is what acting for targets of all users needs


def settings(name, unit="scsup.service"):
    """The words of all lines NAME=... of a unit."""
    with open(os.path.join(UNITS, unit)) as file:
        return " ".join(re.findall(rf"(?m)^{name}=(.*)$", file.read())).split()


class Units(Shipped):
    def setUp(self):
        super().setUp()
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        self.units = [os.path.join(self.work, name) for name in ("scsup.service", "scsup.socket")]
        for path in self.units:
            with open(os.path.join(UNITS, os.path.basename(path))) as file:
                text = file.read()
            with open(path, "w") as file:
                file.write(text.replace("=/usr/bin/scsup", "=" + SCSUP))

    def test_systemd_has_nothing_to_say_about_them(self):
        done = run("systemd-analyze", "verify", "--man=no", *self.units)
        ours = [line for line in (done.stdout + done.stderr).splitlines() if "scsup" in line]
        self.assertEqual((done.returncode, ours), (0, []))

    def test_they_are_hardened(self):
        done = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", self.units[0])
        if "unrecognized option" in done.stderr:
            self.skipTest("needs systemd-analyze security --offline (systemd 250)")
        self.assertEqual(done.returncode, 0, done.stdout[-200:] + done.stderr)

    def test_the_sockets_are_where_scsup_looks_for_them(self):
        self.assertEqual(settings("ListenSequentialPacket", "scsup.socket"), ["/run/scsup/agent.sock"])
        self.assertEqual(settings("ListenStream", "scsup.socket"), ["/run/scsup/oci.sock", "/run/scsup/control.sock"])


class Capabilities(Shipped):
    """A supervisor with the unit's capabilities and no more."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        os.chmod(self.work, 0o755)
        os.chmod(self.space, 0o777)
        self.policy = os.path.join(self.work, "p.json")
        with open(self.policy, "w") as file:
            file.write('{"supervise": {"rules": [{"syscalls": ["@mkdir", "@chmod", "@rmdir"], "path": "%s/**",'
                       ' "action": "allow"}]}}' % self.space)

    @contextlib.contextmanager
    def serve(self, without=()):
        left = [c for c in settings("CapabilityBoundingSet") if c not in without]
        words = "-all" + "".join(",+" + c.lower()[len("cap_"):] for c in left)
        socket = os.path.join(self.work, "socket" + "".join(without))
        command = ["setpriv", "--bounding-set", words, "--inh-caps=-all", "--no-new-privs", SCSUP, "serve", "--socket",
                   socket, "--policy", self.policy, "--audit", self.audit]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as service:
            try:
                self.assertTrue(any("serving" in line for line in service.stderr), "the service did not start")
                yield socket
            finally:
                service.terminate()

    def target(self, socket, user, *command):
        os.chmod(socket, 0o666)
        become = [] if user == 0 else ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        return run(AGENT, "--socket", socket, "--", *become, *command, cwd=self.space)

    def test_targets_of_any_user_are_served_with_their_own_rights(self):
        os.mkdir(os.path.join(self.space, "theirs"), 0o700)
        os.chown(os.path.join(self.space, "theirs"), 4711, 4711)
        with self.serve() as socket:
            for user, name in ((0, "theirs/by-root"), (4711, "theirs/by-owner"), (4712, "by-another")):
                done = self.target(socket, user, "sh", "-c", f"mkdir {name} && chmod 1750 {name}")
                self.assertEqual((done.returncode, done.stderr), (0, ""), name)
                status = os.stat(os.path.join(self.space, name))
                self.assertEqual((status.st_uid, status.st_gid, status.st_mode & 0o7777), (user, user, 0o1750))
            done = self.target(socket, 0, "unshare", "--mount", "rmdir", "theirs/by-root")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            done = self.target(socket, 4712, "mkdir", "theirs/by-another")
            self.assertIn("Permission denied", done.stderr)

    def test_none_can_be_spared(self):
        own = re.search(r"(?m)^Capability bounding set: (.*)$", run("setpriv", "--dump").stdout)[1].split(",")
        for_taking_over = ("CAP_SETUID", "CAP_SETGID", "CAP_SYS_PTRACE")
        for capability in settings("CapabilityBoundingSet"):
            if capability == "CAP_KILL" or capability.lower()[len("cap_"):] not in own:
                continue  # it is for scsup kill; or no target of ours has it
            user = 4711 if capability in for_taking_over else 0
            with self.serve(without=(capability,)) as socket:
                where = ("unshare", "--mount") if capability == "CAP_SYS_CHROOT" else ()
                done = self.target(socket, user, *where, "sh", "-c",
                                   f"mkdir without-{capability} && rmdir without-{capability}")
                self.assertNotEqual(done.returncode, 0, capability)


if __name__ == "__main__":
    unittest.main(verbosity=2)
