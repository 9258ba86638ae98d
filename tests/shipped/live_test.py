"""scsup-audit asks a running service for its log, by its control socket."""

import json
import os
import signal
import socket
import threading
import unittest

from audited import AUDIT, Audited
from shipped import run
from tail_test import Followed


class Live(Audited):
    def setUp(self):
        super().setUp()
        self.control = os.path.join(self.work, "control")

    def deny(self, count=5):
        done = self.join("sh", "-c", f"for i in $(seq {count}); do chmod 700 .; done; true")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_was_decided_up_to_now_is_there_with_closed_segments(self):
        for compress in (False, True):
            service = self.serve({"segment": {"size": "4K", "compress": compress}})
            for total in (5, 10, 15):
                self.deny()
                summary = json.loads(self.tool("summary", "--json", self.control))
                self.assertEqual(summary["total"]["denied"], total)
            service.terminate()
            service.wait()
            names = [name for name in os.listdir(self.work) if name.startswith("audit")]
            self.assertGreater(len(names), 2)
            for name in names:
                os.unlink(os.path.join(self.work, name))

    def test_another_log_beside_it_is_not_meant(self):
        with open(os.path.join(self.work, "audit-other.jsonl"), "w") as file:
            file.write("no record\n")
        self.serve({})
        self.deny(1)
        self.assertEqual(len(self.tool("show", self.control).splitlines()), 1)

    def test_it_is_followed(self):
        self.serve({"segment": {"size": "4K"}})
        tail = Followed(self, "--json", "--records", self.control)
        self.assertEqual(json.loads(tail.line())["type"], "run")  # it has the first file, before that is a segment
        for turn in range(3):
            self.deny()
            calls = []
            while len(calls) < 5:
                record = json.loads(tail.line())
                calls += [record["sys"]["name"]] if record["type"] == "call" else []
            self.assertEqual(calls, ["fchmodat"] * 5, turn)

    def test_a_service_without_a_file_says_so(self):
        self.audit = "none"
        self.serve({})
        done = run(AUDIT, "summary", self.control)
        self.assertEqual((done.returncode, done.stderr),
                         (125, f"scsup: asked the service at '{self.control}' for its log: its records go to no file\n"))

    def test_who_may_control_it_but_not_read_its_log_is_told(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: becomes another user")
        os.chmod(self.work, 0o755)
        self.serve({}, control=[{"uid": 65534}])
        os.chmod(self.control, 0o666)
        done = run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", AUDIT, "summary", self.control)
        self.assertEqual((done.returncode, done.stderr, done.stdout),
                         (125, f"scsup: cannot open '{self.audit}', where the service's records go: Permission denied\n", ""))

    def test_who_may_not_control_it_reads_nothing(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: becomes another user")
        self.serve({})
        for path in (self.work, self.control):
            os.chmod(path, 0o777)
        done = run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", AUDIT, "summary", self.control)
        self.assertEqual(done.returncode, 125)
        self.assertRegex(done.stderr, rf"^scsup: asked the service at '{self.control}' for its log: .*user 65534.*\n$")

    def test_nobody_there_and_somebody_else(self):
        service = self.serve({})
        service.send_signal(signal.SIGKILL)
        service.wait()
        done = run(AUDIT, "summary", self.control)
        self.assertEqual(done.returncode, 125)
        # Refused, or reset by one of the service's processes that lived a moment longer.
        self.assertRegex(done.stderr, rf"^scsup: no service answers at '{self.control}': Connection (refused|reset by peer)\n$")
        other = os.path.join(self.work, "other")
        for said in (b"\x1b[31mred\0", b'{"parameters":{"file":7}}\0', b'{"parameters":{}}\0', b'{"error":"x.\\u001b"}\0', b"half"):
            with socket.socket(socket.AF_UNIX) as door:
                if os.path.exists(other):
                    os.unlink(other)
                door.bind(other)
                door.listen()

                def answer():
                    peer = door.accept()[0]
                    with peer:
                        peer.recv(4096)
                        peer.sendall(said)

                thread = threading.Thread(target=answer)
                thread.start()
                done = run(AUDIT, "show", other)
                thread.join()
                self.assertEqual(done.returncode, 125, said)
                self.assertTrue(done.stderr.isprintable() or done.stderr.rstrip("\n").isprintable(), done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
