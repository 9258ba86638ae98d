"""A supervisor of a few lines: accepts the listeners of OCI runtimes, keeps their messages, denies some calls."""

import fcntl
import json
import os
import select
import socket
import struct
import threading

RECV, SEND = 0xC0502100, 0xC0182101  # linux/seccomp.h
CONTINUE = 1


class Listener:
    def __init__(self, path, denied):
        """denied: number of an x86_64 call -> errno."""
        self.denied, self.said, self.calls = denied, [], []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(path)
        self._socket.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self._socket.accept()
            threading.Thread(target=self._hear, args=(connection,), daemon=True).start()

    def _hear(self, connection):
        text = b""
        with connection:
            while True:
                piece, fds, _, _ = socket.recv_fds(connection, 65536, 4)
                for fd in fds:
                    threading.Thread(target=self._answer, args=(fd,), daemon=True).start()
                text += piece
                try:
                    self.said.append(json.loads(text))
                    return
                except ValueError:
                    if not piece:
                        return

    def _answer(self, fd):
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        while poll.poll()[0][1] & select.POLLIN:
            call = bytearray(80)
            try:
                fcntl.ioctl(fd, RECV, call)
                cookie, _, _, number = struct.unpack_from("<QIIi", call)
                self.calls.append(number)
                err = self.denied.get(number, 0)
                fcntl.ioctl(fd, SEND, struct.pack("<QqiI", cookie, 0, -err, 0 if err else CONTINUE))
            except FileNotFoundError:  # the target has gone
                pass
        os.close(fd)
