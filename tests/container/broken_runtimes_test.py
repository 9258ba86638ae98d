"""Runtimes that send nonsense, too much, or nothing: their targets get no further, and no other target notices."""

import os
import shutil
import socket
import subprocess
import unittest

from case import missing_for_root, scratch_directory
from fake_runtime import FakeRuntime, state
from policies import ALL
from service import Service

NOBODY = 65534  # may attach with one policy only


class BrokenRuntimes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if lacking := missing_for_root():
            raise unittest.SkipTest(lacking)
        cls.directory = scratch_directory()
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        oci = {"path": os.path.join(cls.directory, "service/oci"), "group": NOBODY}
        cls.service = Service(os.path.join(cls.directory, "service"), ALL, oci=oci, config={
            "attach": [{"uid": 0, "policies": ["*"]}, {"uid": NOBODY, "policies": ["neither"]}]})
        cls.addClassCleanup(cls.service.end)

    def setUp(self):
        # Another target, which is served before, during and after.
        self.other = self.runtime()
        self.connect_and_send(self.other, state("other-" + self._testMethodName, metadata="policy=neither"))
        self.assert_other_is_served()
        self.addCleanup(self.assert_other_is_served)

    def assert_other_is_served(self):
        self.assertEqual(self.other.mkdir(self.place("other")), "E2BIG")

    def place(self, name="made"):
        return os.path.join(self.directory, name)

    def runtime(self):
        runtime = FakeRuntime()
        self.addCleanup(runtime.end)
        return runtime

    def connect_and_send(self, runtime, message, descriptors=1):
        connection = runtime.connect(self.service.oci)
        self.addCleanup(connection.close)
        runtime.send(connection, message, descriptors)
        return connection

    def assert_denied(self, runtime, *said):
        """Denied, recorded, and the log says why."""
        before = len(self.service.records("call"))
        self.assertEqual(runtime.mkdir(self.place()), "EPERM")
        self.assertFalse(os.path.exists(self.place()))
        last = self.service.records("call")[before:]
        self.assertEqual([(r["sys"]["name"], r["act"], r["rule"]["id"]) for r in last],
                         [("mkdir", "deny", "@no-policy")])
        for words in said:
            self.assertIn(words, self.service.daemon.log())

    def assert_hung_up(self, connection):
        """The service closes it, however long that takes; nothing comes before."""
        try:
            self.assertEqual(connection.recv(1), b"")
        except ConnectionResetError:
            pass

    def test_a_good_one(self):
        runtime = self.runtime()
        self.connect_and_send(runtime, state("good", metadata="policy=mkdir-only"))
        self.assertEqual(runtime.mkdir(self.place()), "")
        os.rmdir(self.place())
        self.assertEqual([r["rule"]["id"] for r in self.service.calls("good", "mkdir")], ["make"])

    def test_a_policy_by_annotation(self):
        runtime = self.runtime()
        members = {"id": "annotated", "status": "creating", "annotations": {"io.scsup.policy": "chmod-only"}}
        self.connect_and_send(runtime, state("annotated", state=members))
        self.assertEqual(runtime.mkdir(self.place()), "EDOM")

    def test_the_process_of_somebody_else_is_not_a_containers(self):
        """Otherwise `scsup kill` would end it, with the service's rights."""
        bystander = subprocess.Popen(["tail", "-f", "/dev/null"])
        self.addCleanup(bystander.wait)
        self.addCleanup(bystander.kill)
        for user, expected in ((NOBODY, 0), (0, bystander.pid)):
            runtime = self.runtime()
            identity = f"claims-{user}"
            members = {"id": identity, "status": "creating", "pid": bystander.pid}
            with runtime.as_user(user):
                self.connect_and_send(runtime, state(identity, state=members, pid=bystander.pid, metadata="policy=neither"))
            self.assertEqual(runtime.mkdir(self.place()), "E2BIG")
            session = self.service.session(identity)
            self.assertEqual(session["pid"], expected)
            if user:
                self.assertEqual(self.service.ask("kill", str(session["number"])).returncode, 0)
                self.assertIsNone(bystander.poll())

    def test_a_policy_that_is_not_there(self):
        names = ("nowhere", "../mkdir-only", "", "a\0b", "x" * 5000)
        for number, metadata in enumerate(f"policy={name}" for name in names):
            runtime = self.runtime()
            self.connect_and_send(runtime, state(f"unknown-{number}", metadata=metadata))
            self.assert_denied(runtime, "listenerMetadata policy=NAME")

    def test_no_policy_named_and_no_default(self):
        runtime = self.runtime()
        self.connect_and_send(runtime, state("unnamed"))
        self.assert_denied(runtime)
        self.assertIn("policy", self.service.session("unnamed")["remark"])

    def test_broken_messages(self):
        good = state("broken", metadata="policy=mkdir-only")
        for message in (b"nonsense", b"{]", good + good, b"{}", b'{"fds":["seccompFd"],"state":{}}', b"\0" * 1000,
                        b"[" * 60000, b'{"a":' * 10000, good.replace(b'"broken"', b"[]"), b"\xff" * 5000):
            runtime = self.runtime()
            connection = self.connect_and_send(runtime, message)
            self.assert_denied(runtime, "the runtime's message is broken")
            self.assert_hung_up(connection)

    def test_a_message_that_ends_in_its_middle(self):
        good = state("half", metadata="policy=mkdir-only")
        for end in (1, len(good) // 2, len(good) - 1):
            runtime = self.runtime()
            self.connect_and_send(runtime, good[:end]).shutdown(socket.SHUT_WR)
            self.assert_denied(runtime, f"ends after {end} bytes")

    def test_five_descriptors(self):
        runtime = self.runtime()
        connection = self.connect_and_send(runtime, state("five", metadata="policy=mkdir-only"), 5)
        self.assert_denied(runtime, "5 descriptors came with it instead of one")
        self.assert_hung_up(connection)

    def test_a_flood_of_descriptors(self):
        runtime = self.runtime()
        connection = self.connect_and_send(runtime, state("flood", metadata="policy=mkdir-only"), 253)
        self.assert_denied(runtime, "more descriptors")
        self.assert_hung_up(connection)

    def test_no_descriptor(self):
        runtime = self.runtime()
        connection = self.connect_and_send(runtime, state("none", metadata="policy=mkdir-only"), 0)
        self.assert_hung_up(connection)
        self.assertIn("no descriptor came with its first bytes", self.service.daemon.log())
        self.assertIsNone(self.service.session("none"))

    def test_a_descriptor_that_is_no_listener(self):
        runtime = self.runtime()
        connection = runtime.connect(self.service.oci)
        self.addCleanup(connection.close)
        with open("/dev/zero") as zero:
            socket.send_fds(connection, [state("zero", metadata="policy=mkdir-only")], [zero.fileno()])
        self.assert_hung_up(connection)
        self.assertIsNone(self.service.session("zero"))

    def test_the_same_id_twice_is_two_containers_if_they_ask_for_different_policies(self):
        for policy, errno in (("neither", "E2BIG"), ("chmod-only", "EDOM"), ("neither", "E2BIG")):
            runtime = self.runtime()
            self.connect_and_send(runtime, state("twice", metadata=f"policy={policy}"))
            self.assertEqual(runtime.mkdir(self.place()), errno)
        sessions = [s for s in self.service.sessions() if s["container"].get("id") == "twice"]
        self.assertEqual([(s["generations"][-1]["policy"], s["listeners"]) for s in sessions],
                         [("neither", 2), ("chmod-only", 1)])

    def test_another_user_does_not_come_in_by_a_containers_id(self):
        first = self.runtime()
        self.connect_and_send(first, state("roots", metadata="policy=chmod-only"))
        self.assertEqual(first.mkdir(self.place()), "EDOM")
        for metadata, errno in (("policy=neither", "E2BIG"), ("policy=chmod-only", "EPERM")):
            stranger = self.runtime()
            with stranger.as_user(NOBODY):
                self.connect_and_send(stranger, state("roots", metadata=metadata))
            self.assertEqual(stranger.mkdir(self.place()), errno)
        self.assertIn(f"uid {NOBODY} may not attach with policy 'chmod-only'", self.service.daemon.log())

    def test_a_megabyte_byte_by_byte_has_an_end(self):
        runtime = self.runtime()
        connection = self.connect_and_send(runtime, b"{")
        sent = 1
        try:
            while sent < 3 << 20:
                connection.send(b" ")
                sent += 1
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertLess(sent, 2 << 20)
        self.assert_denied(runtime, "the runtime's message is broken")

    def test_one_that_stops_speaking_has_an_end(self):
        runtime = self.runtime()
        connection = self.connect_and_send(runtime, state("stops")[:50])
        self.assert_hung_up(connection)
        self.assert_denied(runtime, "in time")

    def test_many_that_never_speak_keep_nobody_out(self):
        for _ in range(150):
            self.addCleanup(self.other.connect(self.service.oci).close)
        runtime = self.runtime()
        self.connect_and_send(runtime, state("speaks", metadata="policy=chmod-only"))
        self.assertEqual(runtime.mkdir(self.place()), "EDOM")

    def test_many_that_say_half_keep_nobody_out_for_ever(self):
        halves = [self.runtime() for _ in range(70)]
        for runtime in halves:
            self.connect_and_send(runtime, b"{")
        for runtime in halves:
            self.assertEqual(runtime.mkdir(self.place()), "EPERM")


if __name__ == "__main__":
    unittest.main(verbosity=2)
