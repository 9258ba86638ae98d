"""A daemon that says when it is ready (sd_notify(3)), so that no test waits for a fixed time."""

import os
import select
import socket
import subprocess

from talk import PATIENCE

PATH = "/usr/bin:/usr/sbin:/bin:/sbin"


class Daemon:
    def __init__(self, command, directory, name):
        self._log = os.path.join(directory, name + ".log")
        address = os.path.join(directory, name + ".notify")
        if os.path.exists(address):  # of one that was here before
            os.unlink(address)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, open(self._log, "w") as log:
            ready.bind(address)
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=dict(os.environ, PATH=PATH, NOTIFY_SOCKET=address))
            self._wait(ready)

    def _wait(self, ready):
        pidfd = os.pidfd_open(self.process.pid)
        try:
            while True:
                now, _, _ = select.select([ready, pidfd], [], [], PATIENCE)
                if ready in now and b"READY=1" in ready.recv(65536).split():
                    return
                if ready not in now:
                    self.process.kill()
                    self.process.wait()
                    raise RuntimeError(f"{self.process.args} did not become ready:\n{self.log()}")
        finally:
            os.close(pidfd)

    def log(self):
        with open(self._log, errors="replace") as file:
            return file.read()
