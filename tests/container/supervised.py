"""An engine's containers under the service: whatever an engine can do with a container, its policy decides. The modules
by_profile_test and by_runtime_test say how a container gets its policy."""

from case import EngineCase
from policies import ALL, CHMOD, MKDIR, SAYS
from service import Service


class Supervised(EngineCase):
    @classmethod
    def start_service(cls):
        cls.service = Service(cls.subdirectory("service"), ALL)
        cls.addClassCleanup(cls.service.end)

    def under(self, policy, *command, **wanted):
        return self.container(*command, **self.wanting(policy), **wanted)

    def shell_under(self, policy, **wanted):
        return self.shell(**self.wanting(policy), **wanted)

    def wanting(self, policy):
        """The engine's options for a container under that policy."""
        raise NotImplementedError

    def run_under(self, policy, command, **wanted):
        return self.run_whole(command, **self.wanting(policy), **wanted)

    def decided(self, identity):
        return [(r["act"], r["rule"]["id"], r["obj"].get("path"), r.get("errno", "")) for r in
                self.service.calls(identity, "mkdir", "chmod")]

    def test_run(self):
        container, done = self.run_under("mkdir-only", f"{MKDIR}; {CHMOD}; exit 3")
        self.assertEqual((done.returncode, done.stdout), (3, "".join(SAYS["mkdir-only"])), done.stderr)
        identity = self.engine.identity(container)
        self.assertEqual(self.decided(identity),
                         [("emulate", "make", "/tmp/x", ""), ("deny", "no-chmod", "/tmp", "EXDEV")])
        self.assertEqual([r["how"] for r in self.service.calls(identity, "mkdir")], ["performed"])

    def test_create_start_exec_kill(self):
        container, talk = self.shell_under("mkdir-only")
        self.succeeds(self.engine.create(container))
        self.succeeds(self.engine.start(container))
        self.assertEqual(talk.ask(MKDIR), SAYS["mkdir-only"][0])
        identity = self.engine.identity(container)
        before = self.service.session(identity)

        done = self.engine.exec(container, "sh", "-c", CHMOD)
        self.assertEqual(done.stdout, SAYS["mkdir-only"][1], done.stderr)
        self.assertEqual([r["session"] for r in self.service.calls(identity, "mkdir", "chmod")], [before["number"]] * 2)
        self.assertEqual(talk.ask(CHMOD), SAYS["mkdir-only"][1])

        self.succeeds(self.engine.kill(container))
        talk.wait_for_end()
        self.service.wait_for_records(
            lambda: [r for r in self.service.records("detach") if r["session"] == before["number"]])
        self.assertIsNone(self.service.session(identity))

    def test_a_container_outlives_its_run(self):
        container, talk = self.shell_under("chmod-only")
        self.succeeds(self.engine.detach(container))
        self.assertEqual(talk.ask(MKDIR) + talk.ask(CHMOD), "".join(SAYS["chmod-only"]))
        session = self.service.session(self.engine.identity(container))
        self.assertEqual([g["policy"] for g in session["generations"]], ["chmod-only"])
        talk.tell("exit")
        talk.wait_for_end()

    def test_several_with_different_policies(self):
        several = [(policy, *self.shell_under(policy)) for policy in (*ALL, *ALL)]
        for _, container, _ in several:
            self.succeeds(self.engine.detach(container))
        for _ in range(3):
            for policy, _, talk in several:
                self.assertEqual(talk.ask(MKDIR) + talk.ask(CHMOD), "".join(SAYS[policy]), policy)
        for policy, container, _ in several:
            session = self.service.session(self.engine.identity(container))
            self.assertEqual(session["generations"][-1]["policy"], policy)

    def test_a_user_namespace(self):
        if not self.engine.USER_NAMESPACE:
            self.skipTest("needs a daemon that was started with user namespaces")
        _, done = self.run_under("mkdir-only", f"mkdir /x && stat -c '%a %u %g' /x; {CHMOD}", user_namespace=True)
        self.assertEqual(done.stdout, "750 0 0\n" + SAYS["mkdir-only"][1], done.stderr)
        # Root inside has rights over what its mapping covers, and over nothing else.
        _, done = self.run_under("mkdir-only", "mkdir /proc/x; mkdir /talk/x", user_namespace=True,
                                 mounts={self.subdirectory("roots-own"): "/talk"})
        self.assertIn("mkdir: can't create directory '/talk/x': Permission denied\n", done.stderr)

    def test_a_read_only_root(self):
        container, done = self.run_under("mkdir-only", f"mkdir /x; mkdir /dev/shm/x && stat -c %a /dev/shm/x; {CHMOD}",
                                         read_only=True)
        self.assertEqual(done.stderr, "mkdir: can't create directory '/x': Read-only file system\n")
        self.assertEqual(done.stdout, "750\n" + SAYS["mkdir-only"][1])
        self.assertEqual(len(self.service.calls(self.engine.identity(container), "mkdir", "chmod")), 3)

    def test_no_new_privileges_on_and_off(self):
        for wanted in (True, False):
            _, done = self.run_under("mkdir-only", f"grep -o NoNewPrivs.* /proc/self/status; {MKDIR}; {CHMOD}",
                                     no_new_privileges=wanted)
            self.assertEqual(done.stdout, f"NoNewPrivs:\t{int(wanted)}\n" + "".join(SAYS["mkdir-only"]), done.stderr)

    def test_what_was_received_was_answered_and_recorded(self):
        self.run_under("mkdir-only", f"for i in 1 2 3 4 5; do {MKDIR}; done")
        sessions = {r["session"] for r in self.service.records("attach")}
        self.service.wait_for_records(lambda: sessions <= {r["session"] for r in self.service.records("detach")})
        for record in self.service.records("detach"):
            self.assertEqual(record["received"], record["answered"], record)
            self.assertEqual(record["received"], record["recorded"], record)
