"""scsup-audit tail: the end of a log, and new records, wherever its file goes."""

import json
import os
import select
import shutil
import signal
import subprocess
import unittest

from audited import AUDIT, Audited
from shipped import run

PATIENCE = 20  # seconds


def call(seq, path="/x", act="allow"):
    return json.dumps({"type": "call", "run": "00000000000000aa", "seq": seq, "time": f"2026-01-31T08:31:{seq % 60:02}.000000000Z",
                       "session": 1, "proc": {"tid": 1, "pid": 1, "exe": "/bin/mkdir"}, "sys": {"name": "mkdir"},
                       "obj": {"path": path}, "act": act, "how": "performed", "ret": 0, "rule": {"id": "r", "at": "p:1:1"}}) + "\n"


class Followed:
    def __init__(self, case, *words, out=subprocess.PIPE):
        self.process = subprocess.Popen([AUDIT, "tail", "-f", *words], stdin=subprocess.DEVNULL, stdout=out,
                                        stderr=subprocess.PIPE)
        case.addCleanup(self.close)
        self.read = b""

    def close(self):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def line(self, stream=None):
        """Waits for the next one."""
        stream = stream or self.process.stdout
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([stream], [], [], PATIENCE)[0]:
                raise TimeoutError(f"nothing came within {PATIENCE} s, after {line}")
            byte = os.read(stream.fileno(), 1)
            if not byte:
                raise EOFError(line)
            line += byte
        return line.decode()

    def numbers(self, count):
        return [int(self.line().split()[0]) for _ in range(count)]


class Tail(Audited):
    def write(self, *lines, name="audit.jsonl", mode="a"):
        path = os.path.join(self.work, "log", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, mode) as file:
            file.write("".join(lines))
        return path

    def numbers(self, *words):
        return [int(line.split()[0]) for line in self.tool("tail", *words).splitlines()]

    def test_the_last_calls_are_as_show_has_them(self):
        self.record("mkdir a; mkdir b; chmod 700 a; mkdir c")
        shown = self.tool("show", self.audit).splitlines()
        self.assertEqual(self.tool("tail", "-n", "2", self.audit).splitlines(), shown[-2:])
        self.assertEqual(self.tool("tail", self.audit).splitlines(), shown)
        self.assertEqual(self.tool("tail", "--lines", "1", "--act", "deny", self.audit).splitlines(), [shown[2]])
        self.assertEqual(self.tool("tail", "-n0", self.audit), "")
        last = self.tool("tail", "--json", "--records", "-n", "1", self.audit)
        self.assertEqual(json.loads(last), self.records()[-1])

    def test_of_a_large_log_the_end_is_read(self):
        padding = "y" * 2000
        path = self.write(*(call(seq, "/" + padding if seq > 3 else "/first") for seq in range(1, 2001)))
        self.assertEqual(self.numbers("-n", "2", path), [1999, 2000])
        self.assertEqual(self.numbers("-n", "1500", path), list(range(501, 2001)))
        self.assertEqual(self.numbers("-n", "2", "--path", "/first", path), [2, 3])
        traced = run("strace", "-f", "-e", "trace=pread64", AUDIT, "tail", "-n", "2", path) if os.path.exists("/usr/bin/strace") else None
        if traced and traced.returncode == 0:
            bytes_read = sum(int(line.rsplit("= ", 1)[1]) for line in traced.stderr.splitlines() if "pread64(" in line)
            self.assertLess(bytes_read, os.path.getsize(path) / 2)

    def test_a_directory_and_standard_input_have_an_end_too(self):
        self.write(call(1), call(2), name="audit-1.jsonl")
        path = self.write(call(3), call(4))
        self.assertEqual(self.numbers("-n", "3", os.path.dirname(path)), [2, 3, 4])
        with open(path) as file:
            done = subprocess.run([AUDIT, "tail", "-n", "1", "-"], stdin=file, stdout=subprocess.PIPE, text=True)
        self.assertEqual(done.stdout.split()[0], "4")
        if shutil.which("zstd"):
            compressed = path + ".x"
            subprocess.run(["zstd", "-q", path, "-o", compressed], check=True)
            self.assertEqual(self.numbers("-n", "1", compressed), [4])

    def test_what_comes_is_shown_as_it_comes(self):
        path = self.write(call(1), call(2), call(3))
        tail = Followed(self, "-n", "2", path)
        self.assertEqual(tail.numbers(2), [2, 3])
        line = call(4)
        self.write(line[:50])  # half a line is none yet
        self.write(line[50:])
        self.assertEqual(tail.numbers(1), [4])
        self.write(call(5), call(6))
        self.assertEqual(tail.numbers(2), [5, 6])

    def test_what_a_run_writes_is_shown(self):
        self.record("mkdir a")
        tail = Followed(self, "--json", "--act", "deny", self.audit)
        self.record("mkdir b; chmod 701 b")
        self.assertEqual(json.loads(tail.line()), [r for r in self.records("call") if r["act"] == "deny"][0])

    def test_a_rotated_log_is_followed(self):
        path = self.write(call(1))
        segment = os.path.join(os.path.dirname(path), "audit-1.jsonl")
        for target in (path, os.path.dirname(path)):
            tail = Followed(self, target)
            self.assertEqual(tail.numbers(1), [1])
            self.write(call(2))
            os.rename(path, segment)
            self.write(call(3), name="audit-1.jsonl")  # the writer's last words to it
            self.write(call(4))
            self.assertEqual(tail.numbers(3), [2, 3, 4])
            self.write(call(5))
            self.assertEqual(tail.numbers(1), [5])
            os.unlink(segment)
            self.write(call(1), mode="w")
            tail.close()

    def test_a_service_is_followed_over_its_segments(self):
        for compress in (False, True):
            service = self.serve({"segment": {"size": "4K", "compress": compress}, "seal": compress})
            tail = Followed(self, "--json", "--records", "-n", "1000", self.audit)
            records = [json.loads(tail.line())]  # it has the first file, before that is a segment
            for _ in range(6):
                done = self.join("sh", "-c", "for i in 1 2 3 4 5; do chmod 700 .; done; true")
                self.assertEqual(done.returncode, 0, done.stderr)
            service.terminate()
            service.wait()
            while records[-1]["type"] != "end":
                records.append(json.loads(tail.line()))
            numbers = [r["seq"] for r in records if "seq" in r]
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
            self.assertEqual(sum(r["type"] == "call" for r in records), 30)
            self.assertGreater(sum("segment" in r for r in records), 2)
            tail.close()
            for name in os.listdir(self.work):
                if name.startswith("audit"):
                    os.unlink(os.path.join(self.work, name))

    def test_segments_that_came_and_went_meanwhile_are_shown(self):
        path = self.write(call(1))
        directory = os.path.dirname(path)
        tail = Followed(self, path)
        self.assertEqual(tail.numbers(1), [1])
        os.kill(tail.process.pid, signal.SIGSTOP)
        os.waitpid(tail.process.pid, os.WUNTRACED)
        self.write(call(2))
        os.rename(path, os.path.join(directory, "audit-1.jsonl"))
        for seq in (3, 5, 10):  # numbers, not words: 10 is behind 5
            self.write(call(seq), call(seq + 1))
            os.rename(path, os.path.join(directory, f"audit-{seq}.jsonl"))
        self.write(call(12))
        if shutil.which("zstd"):  # one is compressed, of one both are there
            for name, keep in (("audit-3.jsonl", []), ("audit-5.jsonl", ["--keep"])):
                subprocess.run(["zstd", "-q", *(keep or ["--rm"]), os.path.join(directory, name)], check=True)
        os.kill(tail.process.pid, signal.SIGCONT)
        self.assertEqual(tail.numbers(8), [2, 3, 4, 5, 6, 10, 11, 12])

    def test_truncation_is_said(self):
        path = self.write(call(1), call(2))
        tail = Followed(self, path)
        self.assertEqual(tail.numbers(2), [1, 2])
        self.write(call(3), mode="w")
        self.assertEqual(tail.numbers(1), [3])
        self.assertEqual(tail.line(tail.process.stderr), f"scsup: '{path}' was truncated; its beginning follows\n")

    def test_it_ends_when_asked_or_when_nobody_reads(self):
        path = self.write(call(1))
        for sent in (signal.SIGINT, signal.SIGTERM):
            tail = Followed(self, path)
            tail.line()
            tail.process.send_signal(sent)
            self.assertEqual((tail.process.wait(PATIENCE), tail.process.stderr.read()), (0, b""))
        tail = Followed(self, path)
        tail.line()
        tail.process.stdout.close()
        self.assertEqual(tail.process.wait(PATIENCE), 0)
        tail.process.stdout = None

    def test_what_is_no_record_is_said(self):
        path = self.write(call(1), "\x1b[31mno record\n", call(2))
        done = run(AUDIT, "tail", path)
        self.assertEqual(([line.split()[0] for line in done.stdout.splitlines()], done.returncode), (["1", "2"], 1))
        self.assertRegex(done.stderr, rf"^{path}: a line is no record of scsup's \(.*\)\n$")
        for words, said in ((("-n", "x"), "-n takes a number up to 1000000, not 'x'"),
                            (("-f", "-"), "-f follows one log"),
                            (("-f", "/dev/null"), "cannot follow '/dev/null', which is no plain file: Invalid argument")):
            done = run(AUDIT, "tail", *words)
            self.assertEqual((done.returncode, done.stderr), (125, f"scsup: {said}\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
