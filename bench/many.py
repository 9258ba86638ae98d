"""Many sessions under one service: how long a session's calls take while others hang, stop, flood or come and go.

Each row is taken in turns with the same alone, on the same service; shown are medians of the rounds.
"""

import contextlib
import json
import os
import select
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time

PATIENCE = 60  # seconds, for what must happen


class Service:
    """scsup serve with one policy: mkdir below ROOM is denied."""

    def __init__(self, bin_directory, room, audit):
        self.bin = bin_directory
        self.room, self.audit = room, audit
        self._scratch = tempfile.TemporaryDirectory(prefix="scsup-bench-")  # a socket's path has to be short
        self.directory = self._scratch.name
        self.policy = os.path.join(self.directory, "policies", "room.json")
        os.mkdir(os.path.dirname(self.policy))
        self.write_policy(0)
        self.agent, self.control = (os.path.join(self.directory, name) for name in ("agent", "control"))
        config = os.path.join(self.directory, "config.json")
        with open(config, "w") as file:
            json.dump({"policies": os.path.dirname(self.policy), "default_policy": "room", "audit": audit,
                       "sockets": {"agent": self.agent, "control": self.control, "oci": "none"}}, file)
        os.chmod(config, 0o600)
        address = os.path.join(self.directory, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(address)
            ready.settimeout(PATIENCE)
            self.process = subprocess.Popen([os.path.join(self.bin, "scsup"), "serve", "--config", config], process_group=0,
                                            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                            env=dict(os.environ, NOTIFY_SOCKET=address))
            while b"READY=1" not in ready.recv(65536):
                pass

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self._scratch.cleanup()

    def write_policy(self, number):
        """A different text each time, with the same meaning."""
        rules = [{"syscalls": ["@mkdir"], "path": [self.room + "/**"], "action": "deny", "errno": "EPERM"}]
        with open(self.policy + ".new", "w") as file:
            json.dump({"defaultAction": "SCMP_ACT_ALLOW",
                       "supervise": {"comment": str(number), "default": {"action": "allow"}, "rules": rules}}, file)
        os.rename(self.policy + ".new", self.policy)

    def under(self, *command):
        return [os.path.join(self.bin, "scsup-agent"), "--socket", self.agent, "--", *command]

    def ask(self, method, **parameters):
        """scsup-control(7)."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(self.control)
            call = {"method": "io.scsup.control." + method, "parameters": parameters}
            connection.sendall(json.dumps(call).encode() + b"\0")
            reply = b""
            while not reply.endswith(b"\0"):
                reply += connection.recv(65536)
        reply = json.loads(reply[:-1])
        if "error" in reply:
            raise RuntimeError(str(reply))
        return reply["parameters"]

    def wait_for(self, sessions):
        deadline = time.monotonic() + PATIENCE
        while len(self.ask("Sessions")["sessions"]) != sessions:
            if time.monotonic() > deadline:
                raise RuntimeError(f"there are not {sessions} sessions")

    def attached(self):
        """How many sessions there have been."""
        with open(self.audit) as file:
            return sum(line.startswith('{"type":"attach"') for line in file)

    def anonymous_kib(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("RssAnon:"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_ticks(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])


class Many:
    def __init__(self, bin_directory, programs, room, audit, quick):
        self.calls = os.path.join(programs, "calls")
        self.hung_fuse = os.path.join(programs, "hung_fuse")
        self.room, self.quick = room, quick
        self.service = Service(bin_directory, room, audit)

    def close(self):
        self.service.close()

    # What other sessions do meanwhile: each is in effect inside its `with`.
    @contextlib.contextmanager
    def nothing(self):
        yield

    @contextlib.contextmanager
    def other(self, *command, ends=False):
        """Another session. `ends`: it may end by itself."""
        before = len(self.service.ask("Sessions")["sessions"])
        with subprocess.Popen(self.service.under(*command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, process_group=0) as process:
            try:
                self.service.wait_for(before + 1)
                yield process
                if process.poll() is not None and not ends:
                    raise RuntimeError(f"{command[0]} ended by itself")
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        self.service.wait_for(before)

    @contextlib.contextmanager
    def hung_mount(self):
        place = tempfile.mkdtemp(dir=self.room)
        with subprocess.Popen([self.hung_fuse, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as fuse:
            if fuse.stdout.readline() != "mounted\n":
                raise NotMeasured(fuse.stderr.read().strip())
            try:
                with self.other("sh", "-c", f"mkdir {place}/a/b & mkdir {place}/c/d", ends=True):
                    if fuse.stdout.readline() != "asked\n":
                        raise RuntimeError("nobody asked the hung mount")
                    yield
                    fuse.stdin.close()  # what hangs in it can't be killed before
                    fuse.wait(PATIENCE)
            finally:
                if fuse.poll() is None:
                    fuse.kill()
        os.rmdir(place)

    @contextlib.contextmanager
    def stopped(self):
        with self.other(self.calls, "--threads", "8", "mkdir-denied", "1000000000", self.room + "/other") as process:
            os.killpg(process.pid, signal.SIGSTOP)
            yield

    @contextlib.contextmanager
    def flood(self):
        with self.other(self.calls, "--threads", "64", "mkdir-denied", "1000000000", self.room + "/other"):
            yield

    @contextlib.contextmanager
    def reloads(self):
        """Ten reloads a second, of a text that has changed each time."""
        end, done = threading.Event(), []

        def reload_all():
            while True:
                self.service.write_policy(time.monotonic_ns())
                reply = self.service.ask("Reload", names=["room"])
                done.append(not reply["policies"][0]["mistakes"])
                if end.wait(0.1):
                    return

        thread = threading.Thread(target=reload_all)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()
        if not done or not all(done):
            raise RuntimeError("reloads failed")

    def percentile(self):
        """(p99, slowest) in nanoseconds, of one session's denied calls."""
        n = 2000 if self.quick else 40000
        done = subprocess.run(self.service.under(self.calls, "--each", "mkdir-denied", str(n), self.room + "/d"),
                              stdout=subprocess.PIPE, check=True, text=True, process_group=0, timeout=PATIENCE)
        _, p99, slowest = map(float, done.stdout.split())
        return p99, slowest

    def beside(self, rounds):
        found = {what: [] for what in ("nothing", "hung_mount", "stopped", "flood", "reloads")}
        reasons = {}
        for _ in range(rounds):
            for what, values in found.items():
                try:
                    if what not in reasons:
                        with getattr(self, what)():
                            values.append(self.percentile())
                except NotMeasured as reason:
                    reasons[what] = str(reason)
        alone = [statistics.median(column) for column in zip(*found["nothing"])]
        for what, title in (("nothing", "a denied call, alone"), ("hung_mount", "beside a FUSE mount that hangs"),
                            ("stopped", "beside a target that is stopped"), ("flood", "beside a flood of 64 threads"),
                            ("reloads", "beside ten reloads a second")):
            if what in reasons:
                print(f"{title:38}{'-':>9}  {reasons[what]}")
                continue
            p99, slowest = (statistics.median(column) for column in zip(*found[what]))
            print(f"{title:38}{p99 / 1000:9.2f}{p99 / alone[0]:8.2f}{'' if what == 'nothing' else '<= 2.00':>10}"
                  f"{slowest / 1000:11.1f}")

    def idle(self):
        count = 100 if self.quick else 1000
        service = self.service
        with contextlib.ExitStack() as stack:
            memory, descriptors, attached = service.anonymous_kib(), service.descriptors(), service.attached()
            reading, writing = os.pipe()
            stack.callback(os.close, reading)
            processes = [subprocess.Popen(service.under("cat"), stdin=reading, stdout=subprocess.DEVNULL, close_fds=True)
                         for _ in range(count)]
            while service.attached() < attached + count:  # not by asking: replies with all of them take memory too
                select.select([], [], [], 0.05)
            kib = (service.anonymous_kib() - memory) / count
            ticks = service.cpu_ticks()
            select.select([], [], [], 0.2 if self.quick else 2)
            ticks = service.cpu_ticks() - ticks
            os.close(writing)
            for process in processes:
                process.wait(PATIENCE)
            service.wait_for(0)
        print(f"{f'{count} idle sessions: KiB for each':38}{kib:9.1f}{'':8}{'<= 16':>10}")
        print(f"{'  clock ticks of CPU in two seconds':38}{ticks:9}{'':8}{'0':>10}")
        print(f"{'  descriptors left afterwards':38}{service.descriptors() - descriptors:9}{'':8}{'0':>10}")

    def cycles(self):
        count, service = (300 if self.quick else 10000), self.service

        def some(n):
            for _ in range(n):
                subprocess.run(service.under("true"), check=True, stdin=subprocess.DEVNULL)
            service.wait_for(0)
            return service.anonymous_kib(), service.descriptors()

        memory, descriptors = some(count // 10)  # what is kept for the next session is there after some
        after = some(count)
        print(f"{f'{count} sessions come and go: KiB more':38}{after[0] - memory:9}")
        print(f"{'  descriptors more':38}{after[1] - descriptors:9}{'':8}{'0':>10}")

    def table(self, rounds):
        print(f"\n{'many sessions, one service':38}{'p99 us':>9}{'ratio':>8}{'to reach':>10}{'slowest us':>11}")
        self.beside(rounds)
        self.idle()
        self.cycles()


class NotMeasured(Exception):
    pass
