#!/usr/bin/env python3
"""Measures scsup against no supervision, in one run: every round takes each row once, the table shows medians.

usage: run.py [--quick] [--rounds N] --build DIR
"""

import argparse
import collections
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from make_rules import make  # noqa: E402
from many import Many  # noqa: E402
from work import Work  # noqa: E402
import logs  # noqa: E402

GETPPID, MKDIR = 110, 83  # x86_64
ADDED = "bare loop, less native"


class Bench:
    def __init__(self, build, quick):
        self.bin = os.path.join(build, "bin")
        self.programs = os.path.join(build, "bench")
        self.quick = quick
        self.work = tempfile.mkdtemp(prefix="bench-", dir=build)  # policies and the audit: a real file system
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else self.work
        self.room = os.path.realpath(tempfile.mkdtemp(prefix="scsup-bench-", dir=shared))  # where the target makes directories
        self.audit = os.path.join(self.work, "audit.jsonl")
        with open(os.path.join(self.room, "file"), "w"):
            pass
        self.policies = self.write_policies()

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.rmtree(self.room, ignore_errors=True)

    def write_policies(self):
        allow_all = {"defaultAction": "SCMP_ACT_ALLOW"}
        below = [{"id": "elsewhere", "syscalls": ["@mkdir"], "path": ["/srv/app/**"], "action": "allow"},
                 {"id": "room", "syscalls": ["@mkdir"], "path": [self.room + "/**"]}]

        def rules(*items):
            return dict(allow_all, supervise={"default": {"action": "allow"}, "rules": list(items)})

        policies = {
            "deny-registers": rules({"id": "deny", "syscalls": ["getppid"], "action": "deny", "errno": "EPERM"}),
            "continue-registers": rules({"id": "seen", "syscalls": ["getppid"], "action": "allow", "audit": True}),
            "deny-path": rules(below[0], dict(below[1], action="deny", errno="EPERM")),
            "perform": rules(below[0], dict(below[1], action="allow", audit=True)),
            "perform-all": rules({"id": "room", "syscalls": ["@mkdir", "@chmod", "@rmdir", "@unlink"],
                                  "path": [self.room + "/**"], "action": "allow", "audit": True}),
            "rules-10": make(10, self.room + "/**"),
            "rules-10000": make(10000, self.room + "/**"),
        }
        paths = {}
        for name, policy in policies.items():
            paths[name] = os.path.join(self.work, name + ".json")
            with open(paths[name], "w") as file:
                json.dump(policy, file)
        paths["docker-like"] = os.path.join(os.path.dirname(HERE), "policies", "docker-like.json")
        return paths

    def calls(self, what, n, *extra):
        names = {"mkdir-new": "", "chmod": "file", "chmod-self-fd": "file", "fchmod": "file"}
        path = [] if what.startswith("getppid") else [os.path.join(self.room, names.get(what, "d"))]
        return [os.path.join(self.programs, "calls"), *extra, what, str(n), *path]

    def scsup(self, policy, *command):
        return [os.path.join(self.bin, "scsup"), "--policy", self.policies[policy], "--audit", self.audit, "--quiet",
                "--", *command]

    def bare(self, how, nr, *command):
        return [os.path.join(self.programs, "bare"), how, str(nr), *command]

    def rows(self):
        many, some, few = (20000, 2000, 500) if self.quick else (500000, 20000, 5000)
        calls, scsup, bare = self.calls, self.scsup, self.bare
        script = ["sh", "-c", '"$@"; exit', "-"]
        strace = ["strace", "-f", "--seccomp-bpf", "-e", "trace=mkdir", "-o", "/dev/null"]
        return [
            # name, command, what it is compared with, ratio to reach
            ("native getppid", calls("getppid", many), None, None),
            # The least cost of any filter: four instructions that check another call's number.
            ("untrapped getppid, smallest filter", bare("errno", MKDIR, *calls("getppid", many)), "native getppid", None),
            ("untrapped getppid, rules on paths", scsup("perform", *calls("getppid", many)), "native getppid", 1.15),
            ("untrapped getppid, docker-like list", scsup("docker-like", *calls("getppid", many)), "native getppid", 1.15),
            ("bare loop, errno", bare("errno", GETPPID, *calls("getppid-denied", some)), None, None),
            # What no supervisor can do without that traps no call only to know what a task is.
            ("bare loop that asks what a task is", bare("reads", GETPPID, *calls("getppid-denied", some)), "bare loop, errno", None),
            ("the same, and its umask", bare("umask", GETPPID, *calls("getppid-denied", some)), "bare loop, errno", None),
            ("bare loop, continue", bare("continue", GETPPID, *calls("getppid", some)), None, None),
            ("bare loop, errno for mkdir", bare("errno", MKDIR, *calls("mkdir-denied", some)), None, None),
            ("scsup denies on registers", scsup("deny-registers", *calls("getppid-denied", some)), "bare loop, errno", 1.6),
            # There the supervisor has its own session, and so its own scheduling group (sched(7), autogroup).
            ("the same, started by a script", script + scsup("deny-registers", *calls("getppid-denied", some)),
             "bare loop, errno", None),
            ("scsup allows by CONTINUE", scsup("continue-registers", *calls("getppid", some)), "bare loop, continue", 1.6),
            ("scsup denies on the resolved path", scsup("deny-path", *calls("mkdir-denied", some)),
             "bare loop, errno for mkdir", 2.5),
            ("the same, 10 path rules", scsup("rules-10", *calls("mkdir-denied", some)), "bare loop, errno for mkdir", None),
            ("the same, 10,000 path rules", scsup("rules-10000", *calls("mkdir-denied", some)), "the same, 10 path rules", 1.2),
            ("native mkdir+rmdir", calls("mkdir", some), None, None),
            ("strace watches mkdir+rmdir", strace + calls("mkdir", few), "native mkdir+rmdir", None),
            ("proot mkdir+rmdir", ["proot", *calls("mkdir", few)], "native mkdir+rmdir", None),
            ("scsup performs mkdir, +rmdir", scsup("perform", *calls("mkdir", some)), "strace watches mkdir+rmdir", 1.0),
            *self.performed(some),
        ]

    def performed(self, n):
        """Two rows for each call: without scsup, and what scsup adds to it in bare loops."""
        rows = []
        for name, what, asked in (("fchmod of an open file", "fchmod", 1.8), ("chmod of a cached path", "chmod", 2.0),
                                  ("chmod of /proc/self/fd/N", "chmod-self-fd", 2.0), ("mkdir of a new name", "mkdir-new", 2.2)):
            rows.append((f"native {name}", self.calls(what, n), None, None))
            rows.append((f"scsup performs {name}", self.scsup("perform-all", *self.calls(what, n)), ADDED, asked))
        return rows

    def measure(self, command):
        """Nanoseconds per operation, or a sentence that says why there is no number."""
        if not shutil.which(command[0]):
            return f"{command[0]} is not installed"
        if os.path.exists(self.audit):
            os.unlink(self.audit)
        # In a process group of its own, as a shell with job control starts it.
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=120, process_group=0)
        if done.returncode or not re.fullmatch(r"[\d.]+\n", done.stdout):
            words = " ".join(done.stderr.split()) or f"exit {done.returncode}"
            return words[:200]
        return float(done.stdout)

    def table(self, rounds):
        rows = self.rows()
        found = collections.defaultdict(list)
        for _ in range(rounds):
            for name, command, _, _ in rows:
                if not isinstance(found.get(name), str):
                    value = self.measure(command)
                    if isinstance(value, str):
                        found[name] = value
                    else:
                        found[name].append(value)
        medians = {n: v if isinstance(v, str) else statistics.median(v) for n, v in found.items()}
        print(f"{'':38}{'us each':>9}{'ratio':>8}{'to reach':>10}  compared with")
        failed = []
        for name, _, against, asked in rows:
            us = medians[name]
            if isinstance(us, str):
                print(f"{name:38}{'-':>9}  {us}")
                if not us.endswith("is not installed"):
                    failed.append(name)
                continue
            line = f"{name:38}{us / 1000:9.3f}"
            less = medians.get(name.replace("scsup performs", "native")) if against == ADDED else 0
            compared = "bare loop, errno" if against == ADDED else against
            if against and not isinstance(medians[compared], str) and not isinstance(less, str):
                ratio = (us - less) / medians[compared]
                verdict = "" if asked is None else f"{'<=' if asked != 1 else '<':>4} {asked:.2f}"
                reached = "" if asked is None else " reached" if ratio <= asked else " MISSED"
                line += f"{ratio:8.2f}{verdict:>10}  {against}{reached}"
            print(line)
        return medians, failed

    def recording(self, rounds):
        """What each promise of the audit adds to one denial."""
        some, few = (2000, 200) if self.quick else (20000, 2000)
        configs = {"write": {"seal": False}, "sealed": {}, "sync": {"durability": "sync"}}
        rows = [("audit none", None, some, None)]
        for name, asked in (("write", 0.7), ("sealed", 0.7), ("sync", None)):
            config = os.path.join(self.work, f"{name}.config.json")
            with open(config, "w") as file:
                json.dump({"audit": configs[name]}, file)
            rows.append((f"audit {name}", config, few if name == "sync" else some, asked))
        found = collections.defaultdict(list)
        for _ in range(rounds):
            for name, config, n, _ in rows:
                how = ["--config", config, "--audit", self.audit] if config else ["--audit", "none"]
                value = self.measure([os.path.join(self.bin, "scsup"), "--policy", self.policies["deny-registers"], *how,
                                      "--quiet", "--", *self.calls("getppid-denied", n)])
                if isinstance(value, str):
                    print(f"\nrecording: {name}: {value}")
                    return
                found[name].append(value / 1000)
        print(f"\n{'a denial on registers':38}{'us each':>9}{'added':>8}{'to reach':>10}")
        least = statistics.median(found["audit none"])
        for name, _, _, asked in rows:
            us = statistics.median(found[name])
            line = f"{name:38}{us:9.3f}{us - least:8.2f}"
            if asked is not None:
                line += f"{f'<= {asked:.2f}':>10}{' reached' if us - least <= asked else ' MISSED'}"
            print(line)

    def logs(self, rounds):
        self.measure(self.scsup("perform", *self.calls("mkdir", 2000)))
        with open(self.audit, "rb") as file:
            sample = file.readlines()
        logs.table(self.bin, sample, self.work, self.quick, rounds)

    def real_work(self, rounds):
        Work(self).table(rounds)

    def many(self, rounds):
        many = Many(self.bin, self.programs, self.room, self.audit, self.quick)
        try:
            many.table(rounds)
        finally:
            many.close()

    def trace(self, policy, what, n):
        """The supervisor's system calls in n decisions: Counter per decision."""
        command = self.calls(what, n, "--wait")
        counts = self.system_calls(self.scsup(policy, *command), command[0])
        return counts and per_decision(counts, n)

    def system_calls(self, scsup_command, program):
        """The supervisor's system calls while `program`, which waits for a byte on its stdin, is at work: a Counter, or None."""
        log = os.path.join(self.work, "trace")
        scsup = subprocess.Popen(scsup_command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        supervisor = None
        while not supervisor:
            supervisor = parent_of(program, scsup.pid)
            if scsup.poll() is not None:
                return None
        strace = subprocess.Popen(["strace", "-f", "-q", "-o", log, "-p", str(supervisor)], stderr=subprocess.PIPE)
        deadline = time.monotonic() + 10
        while any(t != str(strace.pid) for t in tracers(supervisor)) and strace.poll() is None:
            if time.monotonic() > deadline:
                break
        scsup.communicate(b"x\n")
        strace.wait()
        counts = collections.Counter()
        with open(log, errors="replace") as file:
            for line in file:
                call = re.match(r"\d+ +(\w+)\((.*)", line)
                if not call or call[1] in ("exit_group", "exit"):
                    continue
                name = call[1]
                if name == "ioctl":
                    which = re.search(r"SECCOMP_IOCTL_NOTIF_(\w+)", call[2])
                    name = f"ioctl {which[1]}" if which else "ioctl"
                counts[name] += 1
        return counts

    def breakdown(self, medians):
        if not shutil.which("strace"):
            print("\nwhere the time goes: strace is not installed")
            return
        prices = subprocess.run([os.path.join(self.programs, "prices"), os.path.join(self.work, "prices.log"), self.room],
                                stdout=subprocess.PIPE, text=True, check=True).stdout
        price = {line.split()[0]: float(line.split()[1]) / 1000 for line in prices.splitlines()}
        n = 200 if self.quick else 2000
        for title, policy, what, bare in (
                ("scsup denies on registers", "deny-registers", "getppid-denied", "bare loop, errno"),
                ("scsup denies on the resolved path", "deny-path", "mkdir-denied", "bare loop, errno for mkdir"),
                ("scsup performs mkdir, +rmdir", "perform", "mkdir", "bare loop, errno for mkdir")):
            whole = medians[title]
            counts = self.trace(policy, what, n)
            if isinstance(whole, str) or isinstance(medians[bare], str) or counts is None:
                continue
            print(f"\nwhere the time goes: {title}\n{'step':34}{'calls per decision':>19}{'us':>8}")
            left = whole / 1000
            rest = []
            round_trip = medians[bare] / 1000
            print(f"{'kernel round trip (bare loop)':34}{1:19.2f}{round_trip:8.2f}")
            left -= round_trip
            for name, count in sorted(counts.items(), key=lambda c: -c[1]):
                if name in ("ioctl RECV", "ioctl SEND"):
                    continue
                base = name.split()[0]
                if base in price:
                    us = count * price[base]
                    left -= us
                    print(f"{name:34}{count:19.2f}{us:8.2f}")
                else:
                    rest.append(f"{name} {count:.2f}")
            if what == "mkdir" and not isinstance(medians["native mkdir+rmdir"], str):
                us = price["rmdir"]
                left -= us
                print(f"{'the target itself: rmdir':34}{1:19.2f}{us:8.2f}")
            print(f"{'our own code, waiting, the rest':34}{'':19}{left:8.2f}")
            if rest:
                print(f"  (in the rest, not priced: {', '.join(rest)})")
            print(f"{'all':34}{'':19}{whole / 1000:8.2f}")


def per_decision(counts, n):
    return {name: count / n for name, count in counts.items() if count / n >= 0.05}


def parent_of(program, pid):
    """The process below `pid` whose child runs `program`."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = file.read().split()
        for child in children:
            with open(f"/proc/{child}/cmdline") as line:
                if line.read().split("\0")[0] == program:
                    return pid
            found = parent_of(program, child)
            if found:
                return found
    except OSError:
        pass
    return None


def tracers(pid):
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status") as file:
            found.append(re.search(r"TracerPid:\s*(\d+)", file.read())[1])
    return found


def machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    return f"Linux {os.uname().release}, {os.cpu_count()} CPUs, {model[1] if model else os.uname().machine}"


def main():
    arguments = argparse.ArgumentParser(description="scsup's table of measurements")
    arguments.add_argument("--build", required=True)
    arguments.add_argument("--quick", action="store_true", help="few rounds of few calls")
    arguments.add_argument("--rounds", type=int, default=0)
    arguments.add_argument("--only", choices=("calls", "work", "recording", "many", "logs"), help="one of the tables")
    given = arguments.parse_args()
    rounds = given.rounds or (1 if given.quick else 7)
    bench = Bench(os.path.abspath(given.build), given.quick)
    try:
        print(f"{machine()}; medians of {rounds} rounds; the audit is written to {given.build}, directories are made in "
              f"{os.path.dirname(bench.room)}")
        failed = []
        if given.only in (None, "calls"):
            medians, failed = bench.table(rounds)
            bench.breakdown(medians)
        for name in ("work", "recording", "many", "logs"):
            if given.only in (None, name):
                getattr(bench, "real_work" if name == "work" else name)(rounds)
    finally:
        bench.close()
    if failed:
        print(f"\nnot measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
