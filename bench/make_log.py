#!/usr/bin/env python3
"""Makes a log of any size in the shape of real records: many programs, paths, threads, rules, containers. A program
makes some calls in a row (1 to 30), as programs do.

usage: make_log.py SAMPLE.jsonl RECORDS OUT.jsonl

What a record has, and in which order, is taken from the `call` records of SAMPLE (written by scsup); the other
records of SAMPLE open the log. The same arguments make the same log.
"""

import json
import random
import sys
import time

PROGRAMS = ["cc1", "ld", "make", "sh", "python3.11", "git", "node", "install", "mkdir", "rsync", "tar", "cp", "perl", "cmake",
            "ninja", "rustc", "cargo", "go", "java", "nginx", "postgres", "redis-server", "bash", "find", "chmod"]
FOLDERS = ["src", "build", "include", "lib", "node_modules", "target", "cache", "objects", "tmp", "docs", "test", "share"]
# What rules decide, and how many of each hundred do.
ACTS = [("allow", "continue", None), ("allow", "performed", None), ("emulate", "answered", None),
        ("deny", "answered", "EPERM"), ("deny", "answered", "EACCES")]
SHARES = [30, 48, 5, 14, 3]
CALLS = [("mkdir", 83, 2), ("mkdirat", 258, 3), ("chmod", 90, 2), ("fchmodat", 268, 3), ("unlink", 87, 1), ("rename", 82, 2),
         ("connect", 42, 3), ("openat", 257, 4), ("execve", 59, 3), ("chown", 92, 3)]
EPOCH = 1767225600  # 2026-01-01


def text(value):
    return json.dumps(value, separators=(",", ":"))


def members(some):
    return text(some)[1:-1]


class Makings:
    """Rendered pieces, a few thousand of each, from which records are assembled."""

    def __init__(self, sample, chance):
        self.sample, self.chance = sample, chance
        self.containers = [None] + [{"engine": "podman", "id": f"{chance.getrandbits(256):064x}", "name": name,
                                     "image": f"registry.example/{name}:1.{i}"} for i, name in enumerate(("web", "db", "ci"))]
        self.processes = [self.process() for _ in range(600)]
        self.objects = [self.path() for _ in range(20000)]
        self.systems = [self.system(*call) for call in CALLS for _ in range(50)]
        self.rules = [self.rule(i, *act) for i, act in enumerate(chance.choices(ACTS, SHARES, k=40))]

    def path(self):
        depth = self.chance.randint(2, 6)
        folders = "/".join(self.chance.choice(FOLDERS) for _ in range(depth))
        path = f"/srv/app/{folders}/{self.chance.getrandbits(28):x}.o"
        known = dict(self.sample.get("obj", {}), path=path, resolved=path)
        return text(known)

    def process(self):
        program = self.chance.choice(PROGRAMS)
        pid = self.chance.randint(1000, 4000000)
        session = self.chance.randrange(len(self.containers))
        facts = dict(self.sample["proc"], tid=0, pid=pid, ppid=self.chance.randint(1, pid), start=self.chance.randint(10**6, 10**8),
                     comm=program[:15], exe=f"/usr/bin/{program}", cwd=f"/srv/app/{self.chance.choice(FOLDERS)}", uid=1000, gid=1000)
        before, after = text(facts).split('"tid":0', 1)
        threads = [f'{before}"tid":{pid + i}{after}' for i in range(self.chance.choice([1, 1, 1, 2, 8]))]
        return session + 1, self.containers[session], threads

    def system(self, name, nr, arity):
        return text(dict(self.sample["sys"], nr=nr, name=name,
                         args=[f"0x{self.chance.getrandbits(47):x}" for _ in range(arity)]))

    def rule(self, number, act, how, errno):
        """The result: mostly the first; performed calls fail now and then."""
        rule = text(dict(self.sample["rule"], id=f"rule-{number}", at=f"workspace.json:{6 + 3 * number}:7"))
        said = members({"act": act, "how": how, **({"errno": errno} if errno else {"ret": 0} if how == "performed" else {})})
        failed = members({"act": act, "how": how, "errno": "EEXIST"}) if how == "performed" else said
        return [f'{words},"rule":{rule}' for words in 9 * [said] + [failed]]


def calls(sample, count, seed=1):
    """`count` lines, as bytes, in lists of up to 10,000."""
    chance = random.Random(seed)
    made = Makings(sample, chance)
    head, tail = before_and_after(sample)
    mono, cookie, seq, row = sample["mono_ns"], int(sample["id"], 16), 0, 0
    while seq < count:
        some = min(10000, count - seq)
        lines = []
        second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(EPOCH + seq // 10000))
        picked = zip(chance.choices(made.systems, k=some), chance.choices(made.objects, k=some),
                     chance.choices(made.rules, k=some), chance.choices(range(1, 1 << 16), k=some))
        for system, path, rule, noise in picked:
            if row == 0:
                session, container, threads = chance.choice(made.processes)
                thread, row = chance.choice(threads), chance.randint(1, 30)
            seq, row = seq + 1, row - 1
            mono += 1000 + noise
            where = f'"container":{text(container)},' if container else ""
            lines.append(f'{head}"seq":{seq},"time":"{second}.{seq % 10000:04d}{noise:05d}Z","mono_ns":{mono},"id":"0x{cookie + seq:x}",'
                         f'"session":{session},{where}"proc":{thread},"sys":{system},"obj":{path},'
                         f'{rule[noise % 10]},{tail}"dec_ns":{900 + noise % 9000 + (noise % 97 == 0) * 200000}}}\n')
        yield "".join(lines).encode()


def before_and_after(sample):
    """The text before `seq`, and between `rule` and `dec_ns`. Asserts that the order in between is the writer's."""
    order = ["seq", "time", "mono_ns", "id", "session", "container", "proc", "sys", "obj", "act", "how", "errno", "ret", "rule"]
    names = list(sample)
    first, last = names.index("seq"), names.index("rule")
    known = [name for name in order if name in names]
    if names[first:last + 1] != known or names[-1] != "dec_ns":
        raise SystemExit(f"make_log.py: scsup writes records in another order now: {names}")
    head = "{" + "".join(f'"{n}":{text(sample[n])},' for n in names[:first])
    tail = "".join(f'"{n}":{text(sample[n])},' for n in names[last + 1:-1])
    return head, tail


def make(sample_lines, count, path):
    """A log of `count` calls. sample_lines: from a log that scsup has written."""
    records = [json.loads(line) for line in sample_lines]
    sample = next((r for r in records if r["type"] == "call" and "obj" in r), None)
    if not sample:
        raise SystemExit("make_log.py: the sample has no call with a path")
    with open(path, "wb") as out:
        out.writelines(line for line, record in zip(sample_lines, records) if record["type"] in ("run", "policy", "attach"))
        out.writelines(calls(sample, count))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as sample_file:
        make(sample_file.readlines(), int(sys.argv[2]), sys.argv[3])
