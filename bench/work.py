"""Real work under scsup: programs that make many different calls on changing paths, natively, supervised and under strace.

Each row is a whole program; what a call costs is what supervision added, divided by the calls that were decided. So it
holds the target's waiting, cold paths and the writing of records, and none of what the program does itself or of scsup's start.
"""

import json
import os
import shutil
import statistics
import subprocess
import time


class Job:
    def __init__(self, name, command, prepare, watched, reach):
        self.name, self.command, self.prepare = name, command, prepare
        self.watched = watched  # what strace watches of it
        self.reach = reach      # a call's cost, as a ratio to the bare loop


class Work:
    def __init__(self, bench):
        self.bench = bench
        self.room = os.path.join(bench.room, "work")
        self.archive = os.path.join(bench.work, "tree.tar")
        rules = [{"syscalls": ["@mkdir", "@chmod", "@rmdir", "@unlink"], "path": [bench.room + "/**"], "action": "allow",
                  "audit": True}]
        self.policy = os.path.join(bench.work, "work.json")
        with open(self.policy, "w") as file:
            json.dump({"defaultAction": "SCMP_ACT_ALLOW", "supervise": {"default": {"action": "allow"}, "rules": rules}}, file)
        self.folders, self.each = (20, 5) if bench.quick else (2800, 7)
        self.starts = 50 if bench.quick else 1000

    def jobs(self):
        tar = ["tar", "-x", "-C", self.room, "-f", self.archive]
        start = ["sh", "-c", f"i=0; while [ $i -lt {self.starts} ]; do /bin/true; i=$((i+1)); done"]
        return [
            Job(f"tar x, {self.folders * self.each} files", tar, self.empty, "mkdir,mkdirat,chmod,fchmod,fchmodat", 1.5),
            Job("rm -r of it", ["rm", "-r", self.room], self.unpacked, "rmdir,unlink,unlinkat", None),
            Job(f"{self.starts} starts of true", start, self.empty, "execve", None),
        ]

    def empty(self):
        shutil.rmtree(self.room, ignore_errors=True)
        os.mkdir(self.room)

    def unpacked(self):
        self.empty()
        subprocess.run(["tar", "-x", "-C", self.room, "-f", self.archive], check=True)

    def pack(self):
        self.empty()
        for folder in range(self.folders):
            directory = os.path.join(self.room, f"d{folder % 53}", f"e{folder}")
            os.makedirs(directory)
            for number in range(self.each):
                with open(os.path.join(directory, f"f{number}"), "w") as file:
                    file.write("some bytes\n" * (number + 1))
        subprocess.run(["tar", "-c", "-C", self.room, "-f", self.archive, "."], check=True)

    def seconds(self, job, command):
        job.prepare()
        if os.path.exists(self.bench.audit):
            os.unlink(self.bench.audit)
        began = time.monotonic()
        subprocess.run(command, stdin=subprocess.DEVNULL, check=True, process_group=0)
        return time.monotonic() - began

    def decided(self):
        with open(self.bench.audit) as file:
            return sum(json.loads(line).get("received", 0) for line in file if '"type":"end"' in line)

    def table(self, rounds):
        self.pack()
        bench = self.bench
        loop = bench.bare("errno", 110, *bench.calls("getppid-denied", 500 if bench.quick else 20000))
        print(f"\n{'real work':26}{'native s':>9}{'scsup':>8}{'strace':>8}{'calls':>8}{'us each':>9}{'bare loops':>12}{'to reach':>10}")
        for job in self.jobs():
            native, supervised, started, watched, bare, calls = [], [], [], [], [], 0
            scsup = [os.path.join(bench.bin, "scsup"), "--policy", self.policy, "--audit", bench.audit, "--quiet", "--"]
            strace = ["strace", "-f", "--seccomp-bpf", "-e", f"trace={job.watched}", "-o", "/dev/null"]
            for _ in range(rounds):
                native.append(self.seconds(job, job.command))
                started.append(self.seconds(job, scsup + ["true"]))
                supervised.append(self.seconds(job, scsup + job.command))
                calls = self.decided()
                bare.append(bench.measure(loop))
                if shutil.which("strace"):
                    watched.append(self.seconds(job, strace + job.command))
            own, with_scsup, start, one = (statistics.median(times) for times in (native, supervised, started, bare))
            ratio = f"{statistics.median(watched) / own:7.2f}x" if watched else f"{'-':>8}"
            line = f"{job.name:26}{own:9.3f}{with_scsup / own:7.2f}x{ratio}{calls:8}"
            if calls > self.starts:
                us = (with_scsup - start - own) / calls * 1e6
                line += f"{us:9.2f}{us * 1000 / one:11.2f}x"
                if job.reach:
                    line += f"{f'<= {job.reach:.2f}':>10}{' reached' if us * 1000 / one <= job.reach else ' MISSED'}"
            print(line)
        self.system_calls(scsup)
        shutil.rmtree(self.room, ignore_errors=True)

    def system_calls(self, scsup):
        """What the supervisor does for one decision of each job, on a tree of a hundred files."""
        if not shutil.which("strace"):
            return print("\nsystem calls per decision: strace is not installed")
        self.folders, self.each = 20, 5
        self.pack()
        print("\nthe supervisor's system calls per decision")
        for job in self.jobs()[:2]:
            job.prepare()
            if os.path.exists(self.bench.audit):
                os.unlink(self.bench.audit)
            # Not in place of the shell: what is counted begins when that reads a line.
            counts = self.bench.system_calls(scsup + ["sh", "-c", 'read go; "$@"; exit', "-", *job.command], "sh")
            decided = self.decided()
            if not counts or not decided:
                print(f"{job.name}: not measured")
                continue
            each = {name: count / decided for name, count in counts.most_common() if count / decided >= 0.05}
            print(f"{job.name:26}{sum(counts.values()) / decided:6.1f}: " + ", ".join(f"{n} {c:.2f}" for n, c in each.items()))
