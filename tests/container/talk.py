"""A conversation with a shell in a container, through two FIFOs: so a test waits for events, and never for a fixed time.

The directory is bind-mounted at /talk and the container's command is Talk.SHELL.
"""

import os
import select
import time

PATIENCE = 60  # seconds; on a busy machine with a sanitized supervisor everything takes long
END = "::answered"


class Talk:
    SHELL = ["/bin/sh", "-c", "exec /bin/sh </talk/in >/talk/out 2>&1"]

    def __init__(self, directory):
        os.mkdir(directory)
        os.chmod(directory, 0o755)
        self.directory = directory
        for name in ("in", "out"):
            os.mkfifo(os.path.join(directory, name))
            os.chmod(os.path.join(directory, name), 0o666)
        # Open for both, so that it doesn't wait for the other end (fifo(7)).
        self._in = os.open(os.path.join(directory, "in"), os.O_RDWR | os.O_CLOEXEC)
        self._out = os.open(os.path.join(directory, "out"), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._said = b""

    def ask(self, line):
        """The shell's output for a line of commands."""
        os.write(self._in, f"{line}\necho {END}\n".encode())
        mark = f"{END}\n".encode()
        while mark not in self._said:
            if not self._hear():
                raise EOFError(f"the shell ended in {line!r} after {self._said!r}")
        answer, self._said = self._said.split(mark, 1)
        return answer.decode()

    def tell(self, line):
        os.write(self._in, f"{line}\n".encode())

    def wait_for_end(self):
        """Waits until no process in the container holds /talk/out any more; returns the output until then."""
        while self._hear():
            pass
        said, self._said = self._said, b""
        return said.decode()

    def _hear(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            poll = select.poll()
            poll.register(self._out, select.POLLIN)
            if not poll.poll(max(0, deadline - time.monotonic()) * 1000):
                raise TimeoutError(f"the container's shell said nothing for {PATIENCE} s after {self._said!r}")
            try:
                piece = os.read(self._out, 65536)
            except BlockingIOError:
                continue
            self._said += piece
            return bool(piece)

    def close(self):
        os.close(self._in)
        os.close(self._out)
