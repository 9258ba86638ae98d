#!/usr/bin/env python3
"""Checks on the source that no compiler makes. One line per mistake: FILE:LINE: what is wrong.

usage: lint.py [--root DIR] [CHECK...]    all checks but tidy, or those named
"""

import os
import re
import shutil
import subprocess
import sys

# The arrows: a folder may include itself and these folders (with all below them) and files, and nothing else of ours.
BELOW = {
    "base": [],
    "agent": ["base"],
    "cli": ["base"],
    "supervisor/seccomp": ["base"],
    "supervisor/target": ["supervisor/seccomp", "base"],
    "supervisor/policy/text": ["base"],
    "supervisor/policy/paths": ["base"],
    "supervisor/policy/document": ["supervisor/policy/text", "supervisor/policy/paths", "supervisor/seccomp", "base"],
    "supervisor/policy/rules": ["supervisor/policy/document", "supervisor/policy/paths", "supervisor/policy/text",
                                "supervisor/seccomp", "base"],
    "supervisor/policy/filter": ["supervisor/policy/rules", "supervisor/seccomp", "base"],
    "supervisor/policy": ["supervisor/policy/filter", "supervisor/policy/rules", "supervisor/policy/document",
                          "supervisor/policy/text", "supervisor/seccomp", "base"],
    "supervisor/policy/engines": ["supervisor/policy/policy.h", "supervisor/policy/rules", "supervisor/policy/document",
                                  "supervisor/policy/text", "supervisor/seccomp", "base"],
    "supervisor/policy/explain": ["supervisor/policy/policy.h", "supervisor/policy/rules", "supervisor/policy/document",
                                  "supervisor/policy/paths", "supervisor/policy/text", "supervisor/seccomp", "base"],
    "supervisor/emulate": ["supervisor/target", "supervisor/seccomp", "base"],
    "supervisor/config": ["supervisor/audit", "supervisor/policy", "base"],
    "supervisor/oci": ["base"],
    "supervisor/audit": ["supervisor/policy", "supervisor/seccomp", "base"],
    "supervisor/catalogue": ["supervisor/audit", "supervisor/policy", "supervisor/seccomp", "base"],
    "supervisor/loop": ["base"],
    "supervisor/session": ["supervisor/loop", "supervisor/oci", "supervisor/catalogue", "supervisor/audit",
                           "supervisor/emulate", "supervisor/target", "supervisor/policy", "supervisor/seccomp", "base"],
    "supervisor/control": ["supervisor/loop", "base"],
    "supervisor/service": ["supervisor/session", "supervisor/control", "supervisor/config", "supervisor/catalogue",
                           "supervisor/loop", "supervisor/policy", "supervisor/target", "base"],
    "supervisor/client": ["supervisor/control", "supervisor/catalogue", "supervisor/policy", "cli", "base"],
    "supervisor/command": ["supervisor/service", "supervisor/session", "supervisor/control", "supervisor/client",
                           "supervisor/config", "supervisor/catalogue", "supervisor/audit", "supervisor/emulate",
                           "supervisor/target", "supervisor/policy", "supervisor/seccomp", "supervisor/loop", "agent",
                           "cli", "base"],
    "supervisor": [],
    "analysis": ["cli", "supervisor/control/client.h", "supervisor/policy", "supervisor/seccomp", "base"],
    "runtime": ["supervisor/catalogue", "supervisor/config", "supervisor/policy", "supervisor/seccomp", "base"],
}
# System headers that belong to some folders only (tests and bench may use any).
RESERVED = {
    "linux/seccomp.h": ("supervisor/seccomp", "agent"),
    "linux/filter.h": ("supervisor/seccomp", "agent"),
    "seccomp.h": ("supervisor/seccomp",),
    "liburing.h": ("supervisor/loop", "supervisor/audit"),
}
# policy/ is pure: no I/O, no clock.
IMPURE = {"fstream", "iostream", "filesystem", "chrono", "ctime", "time.h", "unistd.h", "thread", "mutex"}
LONGEST = 400
TABLES = {"supervisor/seccomp/syscall_table.inc"}
CODE = (".h", ".cc", ".c", ".inc")
SKIP = re.compile(r"^(\.git|build.*|\.cache)$")
WORDS = "TO" + "DO|FIX" + "ME|X" + "XX|HA" + "CK"


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = []
        for directory, folders, files in os.walk(root):
            folders[:] = sorted(f for f in folders if not SKIP.match(f))
            where = os.path.relpath(directory, root)
            self.files += [os.path.normpath(os.path.join(where, f)) for f in sorted(files)]

    def path(self, name):
        return os.path.join(self.root, name)

    def text(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def code(self):
        return [f for f in self.files if f.endswith(CODE)]

    def scripts(self):
        return [f for f in self.files if re.match(rb"#!.*\b(ba|da)?sh\b", self.head(f))]

    def head(self, name):
        with open(self.path(name), "rb") as file:
            return file.readline(100)


def folder_of(name):
    """The longest of our folders that `name` lies in, or None (tests, bench)."""
    inside = [f for f in BELOW if name.startswith(f + "/")]
    return max(inside, key=len) if inside else None


def includes(tree):
    for name in tree.code():
        folder = folder_of(name)
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            ours = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            system = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            if ours:
                target = ours[1]
                if not os.path.exists(tree.path(target)):
                    yield name, number, f'"{target}" is not a path from the root of the project'
                elif folder:
                    into = folder_of(target)
                    if into != folder and not any(target == f or target.startswith(f + "/") for f in BELOW[folder]):
                        allowed = ", ".join(BELOW[folder]) or "nothing of ours"
                        yield name, number, f"{folder} must not include {into or target}; it may include {allowed}"
            elif system and folder:
                owners = RESERVED.get(system[1])
                if owners and folder not in owners:
                    yield name, number, f"<{system[1]}> belongs to {' and '.join(owners)}"
                if folder.startswith("supervisor/policy") and system[1] in IMPURE:
                    yield name, number, f"<{system[1]}>: policy/ does no I/O and knows no clock"


def length(tree):
    for name in tree.files:
        if name.endswith(CODE + (".py", ".sh")) and name not in TABLES:
            lines = tree.text(name).count("\n")
            if lines > LONGEST:
                yield name, lines, f"{lines} lines; over {LONGEST} it is two concepts"


def words(tree):
    for name in tree.files:
        if not name.endswith(CODE + (".py", ".sh", ".md", ".scd", ".txt", ".json")):
            continue
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            for found in re.finditer(rf"\b({WORDS})\b(.{{0,30}})", line):
                if found[1] != WORDS.split("|")[0] or not re.match(r"\((security|perf|port)\): \S", found[2]):
                    yield name, number, f"{found[1]} without an owner: write {WORDS.split('|')[0]}(security|perf|port): why"


def names(tree):
    suffixes = "Manager|Helper|Helpers|Util|Utils|Context|Data|Info|Handler"
    for name in tree.code():
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            line = line.split("//")[0]
            for kind in re.findall(rf"\b(?:class|struct|enum|union|using|concept)\s+((?:[A-Z]\w*)?(?:{suffixes}))\b", line):
                yield name, number, f"{kind} says nothing; name it by the noun of the field"
            if re.match(r"\s*[\w:<>&*]+[\s&*]+(\w+::)?process\(", line) and "return" not in line:
                yield name, number, "process() says nothing; name it by what it does"


def listed(tree):
    """Source lists are kept by hand: a file that no CMakeLists.txt names is dead."""
    for name in tree.files:
        if not name.endswith((".cc", ".c")):
            continue
        folder, file = os.path.split(name)
        stem = os.path.splitext(file)[0]
        parts = folder.split("/")
        lists = [os.path.join(*parts[:i], "CMakeLists.txt") for i in range(len(parts), 0, -1)]
        text = "\n".join(re.sub(r"#.*", "", tree.text(f)) for f in lists if os.path.exists(tree.path(f)))
        if not re.search(rf"(?<![\w.-]){re.escape(stem)}(?![\w-])", text):
            yield name, 1, f"no CMakeLists.txt names {stem}"


def waits(tree):
    for name in tree.code():
        if name.startswith("tests/"):
            for number, line in enumerate(tree.text(name).splitlines(), 1):
                if re.search(r"\b(sleep|usleep|nanosleep|sleep_for|sleep_until)\s*\(", line.split("//")[0]):
                    yield name, number, "a test that sleeps; wait on a pidfd, an eventfd or a condition"


def format(tree):
    tool = shutil.which("clang-format-14")
    if not tool:
        raise Missing("clang-format-14")
    files = [f for f in tree.code() if not f.endswith(".inc")]
    done = subprocess.run([tool, "--dry-run", "-Werror", "--ferror-limit=1", *files], cwd=tree.root,
                          stderr=subprocess.PIPE, text=True) if files else None
    for name, number in re.findall(r"^(.+?):(\d+):\d+: error:", done.stderr if done else "", re.M):
        yield name, int(number), "not formatted: clang-format-14 -i " + name


def shell(tree):
    tool = shutil.which("shellcheck")
    if not tool:
        raise Missing("shellcheck")
    scripts = tree.scripts()
    done = subprocess.run([tool, "--format=gcc", *scripts], cwd=tree.root, stdout=subprocess.PIPE,
                          text=True) if scripts else None
    for name, number, message in re.findall(r"^(.+?):(\d+):\d+: (.*)$", done.stdout if done else "", re.M):
        yield name, int(number), message


def tidy(tree):
    done = subprocess.run(["run-clang-tidy-14", "-quiet", "-j2", "-p", "build", r"/(base|agent|supervisor)/"], cwd=tree.root,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    seen = set(re.findall(r"^(.+?):(\d+):\d+: (?:warning|error): (.*)$", done.stdout, re.M))
    for name, number, message in sorted(seen):
        yield os.path.relpath(name, tree.root), int(number), message
    if done.returncode and not seen:
        yield "build/compile_commands.json", 1, "clang-tidy failed; ./dev build first"


class Missing(Exception):
    pass


CHECKS = {c.__name__: c for c in (includes, length, words, names, listed, waits, format, shell, tidy)}


def main(arguments):
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if arguments[:1] == ["--root"]:
        root, arguments = arguments[1], arguments[2:]
    unknown = [a for a in arguments if a not in CHECKS]
    if unknown:
        print(f"lint: there is no check '{unknown[0]}'; there are: {' '.join(CHECKS)}", file=sys.stderr)
        return 125
    everything = [c for c in CHECKS if c != "tidy"]
    chosen = everything if not arguments or arguments == ["tidy"] else []
    chosen = chosen + [a for a in arguments if a not in chosen]
    tree = Tree(root)
    mistakes = 0
    missing = []
    for check in chosen:
        try:
            for name, number, message in CHECKS[check](tree):
                print(f"{name}:{number}: {message} [{check}]")
                mistakes += 1
        except Missing as tool:
            missing.append(f"{tool} is not installed")
    print(f"lint: {len(chosen)} checks on {len(tree.files)} files, {mistakes} mistakes"
          + "".join(f", {m}" for m in missing))
    return 1 if mistakes else 77 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
