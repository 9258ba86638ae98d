#!/usr/bin/env python3
"""Which sessions were denied calls, by which rules: asks a running `scsup serve`.

usage: denials.py SOCKET
"""
import json
import socket
import sys


def call(stream, method, **parameters):
    """One call of io.scsup.control(7): a JSON message that ends with a NUL, and one as its reply."""
    message = {"method": "io.scsup.control." + method, "parameters": parameters}
    stream.write(json.dumps(message).encode() + b"\0")
    stream.flush()
    reply = bytearray()
    while not reply.endswith(b"\0"):
        byte = stream.read(1)
        if not byte:
            sys.exit("the supervisor hung up")
        reply += byte
    reply = json.loads(reply[:-1])
    if "error" in reply:
        sys.exit(f"{reply['error']}: {reply['parameters']}")
    return reply["parameters"]


connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
connection.connect(sys.argv[1])
stream = connection.makefile("rwb")
for session in call(stream, "Sessions")["sessions"]:
    policy = session["generations"][-1]
    print(f"session {session['number']}: {session['command']!r} under {policy['policy']} {policy['number']}")
    for rule in call(stream, "Inspect", session=session["number"])["rules"]:
        if rule["denied"]:
            print(f"  {rule['denied']} times {rule['syscall']}: {rule['rule']}")
