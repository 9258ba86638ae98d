"""A runtime that sends whatever a test wants: a process under a filter that traps mkdir, and the messages about it
to the service."""

import array
import contextlib
import ctypes
import errno
import json
import os
import select
import signal
import socket
import struct

from talk import PATIENCE

# linux/seccomp.h, linux/filter.h, linux/prctl.h
SET_MODE_FILTER, NEW_LISTENER, RET_USER_NOTIF, RET_ALLOW = 1, 1 << 3, 0x7FC00000, 0x7FFF0000
LOAD_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
PR_SET_NO_NEW_PRIVS = 38
NR_SECCOMP, NR_MKDIR = 317, 83  # x86_64


def _load_filter():
    libc = ctypes.CDLL(None, use_errno=True)
    steps = [(LOAD_NUMBER, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, NR_MKDIR), (RETURN, 0, 0, RET_USER_NOTIF),
             (RETURN, 0, 0, RET_ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code)))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    listener = libc.syscall(NR_SECCOMP, SET_MODE_FILTER, NEW_LISTENER, program)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return listener


def state(identity, **members):
    """A good message."""
    message = {"ociVersion": "1.0.2", "fds": ["seccompFd"], "pid": 0,
               "state": {"ociVersion": "1.0.2", "id": identity, "status": "creating", "pid": 0, "bundle": "/nowhere"}}
    return json.dumps(dict(message, **members)).encode()


class FakeRuntime:
    """`listener` is the filtered process's; mkdir() lets that process call mkdir."""

    def __init__(self):
        ours, theirs = socket.socketpair()
        self._process = os.fork()
        if self._process == 0:
            try:
                # Close the test's other descriptors: a copy of another process's listener would keep its calls waiting.
                os.closerange(3, theirs.fileno())
                os.closerange(theirs.fileno() + 1, 65536)
                self._be_filtered(theirs)
            finally:
                os._exit(99)
        theirs.close()
        self._words = ours
        _, ancillary, _, _ = ours.recvmsg(1, socket.CMSG_SPACE(4))
        self.listener = array.array("i", ancillary[0][2])[0]

    @staticmethod
    def _be_filtered(words):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        listener = _load_filter()
        words.sendmsg([b"l"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [listener]))])
        os.close(listener)  # ours would keep its calls waiting for ever
        while path := words.recv(4096):
            failed = 0
            try:
                os.mkdir(path)
            except OSError as error:
                failed = error.errno
            words.send(struct.pack("i", failed))
        os._exit(0)

    def mkdir(self, path):
        """The errno that the filtered process gets, by name; "" for success."""
        self._words.send(path.encode())
        if not select.select([self._words], [], [], PATIENCE)[0]:
            raise TimeoutError("the call was never answered")
        failed = struct.unpack("i", self._words.recv(4))[0]
        return errno.errorcode[failed] if failed else ""

    @contextlib.contextmanager
    def as_user(self, number):
        """Connections made meanwhile are that user's (SO_PEERCRED takes the effective ids)."""
        os.setegid(number)
        os.seteuid(number)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)

    def connect(self, path):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(PATIENCE)
        connection.connect(path)
        return connection

    def send(self, connection, message, descriptors=1, keep=False):
        """Some bytes with that many copies of the listener, which is given away with them."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [self.listener] * descriptors))]
        connection.sendmsg([message], rights if descriptors else [])
        if descriptors and not keep:
            os.close(self.listener)
            self.listener = -1

    def end(self):
        self._words.close()
        if self.listener >= 0:
            os.close(self.listener)
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
