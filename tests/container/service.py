"""scsup serve, and the commands that ask it."""

import ctypes
import json
import os
import select
import subprocess
import sys
import time

from daemon import Daemon
from talk import PATIENCE

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "schema"))
import known_records  # noqa: E402

IN_MODIFY, IN_CLOEXEC = 2, 0o2000000


def program(name):
    """The build's; a sanitized one with SCSUP_BIN_DIR."""
    folder = os.environ.get("SCSUP_BIN_DIR") or os.path.dirname(os.environ["SCSUP"])
    return os.path.join(folder, name)


class Service:
    def __init__(self, directory, policies, default="", config=None, oci=None):
        """policies: name -> policy, as JSON or its text. oci: the config's value for that socket, if not its path."""
        self.directory = directory
        self.policies = os.path.join(directory, "policies")
        os.makedirs(self.policies, exist_ok=True)
        for name, policy in policies.items():
            self.put(name, policy)
        self.oci, self.control, self.agent, self.audit = (
            os.path.join(directory, name) for name in ("oci", "control", "agent", "audit.jsonl"))
        settings = {"policies": self.policies, "audit": self.audit,
                    "sockets": {"oci": oci or self.oci, "control": self.control, "agent": self.agent}}
        if default:
            settings["default_policy"] = default
        self.settings = dict(settings, **(config or {}))
        file = os.path.join(directory, "config.json")
        with open(file, "w") as out:
            json.dump(self.settings, out)
        os.chmod(file, 0o644)
        self.daemon = Daemon([program("scsup"), "serve", "--config", file], directory, "service")

    def file(self, name):
        return os.path.join(self.policies, name + ".json")

    def put(self, name, policy):
        """Replaces the file in one step, as an editor does."""
        with open(self.file("." + name), "w") as out:
            out.write(policy if isinstance(policy, str) else json.dumps(policy, indent=1))
        os.rename(self.file("." + name), self.file(name))

    def ask(self, *words):
        """A command of scsup's that asks the service."""
        return subprocess.run([program("scsup"), *words, "--control", self.control], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)

    def sessions(self):
        """What `scsup ps --json` says."""
        done = self.ask("ps", "--json")
        if done.returncode:
            raise RuntimeError(done.stderr)
        return json.loads(done.stdout)["sessions"]

    def session(self, identity):
        """The session of a container; None when there is none."""
        found = [s for s in self.sessions() if s["container"].get("id") == identity]
        if len(found) > 1:
            raise RuntimeError(f"{len(found)} sessions of container {identity}")
        return found[0] if found else None

    def profile(self, name, *words):
        """An OCI profile that hands a container over to this service under a policy."""
        done = subprocess.run([program("scsup"), "policy", "oci", self.file(name), "--listener", self.oci, "--metadata",
                               f"policy={name}", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        path = os.path.join(self.directory, f"profile-{name}.json")
        with open(path, "w") as out:
            out.write(done.stdout)
        return path

    def runtime(self, default, real):
        """A program to give to an engine as its runtime: scsup-runtime with a configuration of its own."""
        path = os.path.join(self.directory, f"runtime-{real}-{default}")
        with open(path + ".json", "w") as out:
            json.dump(dict(self.settings, runtime=real, default_policy=default), out)
        with open(path, "w") as out:
            out.write(f"#!/bin/sh\nSCSUP_CONFIG={path}.json exec {program('scsup-runtime')} \"$@\"\n")
        os.chmod(path + ".json", 0o644)
        os.chmod(path, 0o755)
        return path

    def records(self, kind, container=None):
        """The audit's records, of one container if it is named. The calls that a reply counts are in the file."""
        if self.daemon.process.poll() is None:
            self.ask("ps")
        with open(self.audit) as file:
            lines = file.read().splitlines()
        records = [json.loads(line) for line in lines]
        return [r for r in records if r["type"] == kind and
                (container is None or r.get("container", {}).get("id") == container)]

    def calls(self, container, *names):
        """The decided calls of a container that have one of these words in their name: "mkdir", "chmod"."""
        return [r for r in self.records("call", container) if any(n in r["sys"].get("name", "") for n in names)]

    def wait_for_records(self, satisfied):
        """Waits until `satisfied()`, which is checked whenever a record is written."""
        libc = ctypes.CDLL(None, use_errno=True)
        changes = libc.inotify_init1(IN_CLOEXEC)
        libc.inotify_add_watch(changes, self.audit.encode(), IN_MODIFY)
        try:
            deadline = time.monotonic() + PATIENCE
            while not satisfied():
                if not select.select([changes], [], [], max(0, deadline - time.monotonic()))[0]:
                    raise TimeoutError(f"no such record within {PATIENCE} s")
                os.read(changes, 4096)
        finally:
            os.close(changes)

    def end(self):
        """Sends SIGTERM; returns the exit status. Validates the audit against the schema."""
        if self.daemon.process.poll() is None:
            self.daemon.process.terminate()
        status = self.daemon.process.wait(PATIENCE)
        unknown = known_records.faults(self.directory)
        if unknown:
            raise AssertionError("\n".join(unknown[:10]))
        return status
