#!/usr/bin/env python3
"""Runs the tests for ./dev test and ends on `N passed, N failed, N skipped`.

What is counted is what ran: the tests inside each GoogleTest or unittest program, in each build they ran in.
"""

import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LABELS = ("unit", "syscall", "e2e", "hostile", "lint", "container", "fresh", "bench")
SANITIZER_ENV = {
    "SCSUP_SANITIZED": "1",
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    # By default each process sleeps for a second at its end, and there are thousands.
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1:atexit_sleep_ms=10",
}


class Totals:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []  # (where, test, reason)

    def add(self, where, outcomes):
        for name, outcome, reason in outcomes:
            if outcome == "passed":
                self.passed += 1
            elif outcome == "failed":
                self.failed.append(f"{where}: {name}")
            else:
                self.skipped.append((where, name, reason))


def gtest_outcomes(text):
    """(name, outcome, reason) of each test in a GoogleTest program's output."""
    outcomes = []
    for block in re.split(r"^\[ RUN      \] ", text, flags=re.M)[1:]:
        name = block.split("\n", 1)[0].strip()
        if re.search(r"^\[       OK \] ", block, re.M):
            outcomes.append((name, "passed", ""))
        elif re.search(r"^\[  SKIPPED \] ", block, re.M):
            said = re.search(r"Skipped\n(.*?)\n*\[  SKIPPED \]", block, re.S)
            outcomes.append((name, "skipped", " ".join(said[1].split()) if said else "no reason given"))
        else:  # FAILED, or the program died in it
            outcomes.append((name, "failed", ""))
    return outcomes


def unittest_outcomes(text):
    """The same for a Python unittest program run with -v."""
    outcomes = []
    for name, verdict, reason in re.findall(r"^(\w+ \([\w.]+\))(?:\n.*?)?? \.\.\. (\w+)(?: (.*))?$", text, re.M):
        kind = {"ok": "passed", "skipped": "skipped"}.get(verdict, "failed")
        outcomes.append((name, kind, reason.strip("'\"")))
    return outcomes


def read_results(path):
    """Every test that ctest ran: outcomes, and the output of the failed ones."""
    outcomes, complaints = [], []
    for case in xml.parse(path).getroot().iter("testcase"):
        name, status = case.get("name"), case.get("status")
        text = case.findtext("system-out") or ""
        inner = gtest_outcomes(text) or unittest_outcomes(text)
        if status == "fail":
            if not any(o[1] == "failed" for o in inner):
                inner.append((name, "failed", ""))
            complaints.append((name, text))
        elif not inner and status == "run":
            inner = [(name, "passed", "")]
        elif not inner:
            # The test skipped itself (exit status 77); any other test that was not run is our mistake.
            said = case.find("skipped")
            why = said.get("message") if said is not None else status
            lines = text.strip().splitlines()
            skipped = why.startswith("SKIP_")
            inner = [(name, "skipped", lines[-1] if lines else why) if skipped else (name, "failed", "")]
            if not skipped:
                complaints.append((name, f"not run: {why}\n{text}"))
        inputs = re.search(r"number_of_executed_units: +(\d+)", text)
        if inputs:
            print(f"{name}: {inputs[1]} inputs")
        outcomes += [(o[0] if o[0] == name else f"{name} {o[0]}", o[1], o[2]) for o in inner]
    return outcomes, complaints


def essence(text):
    """The failed tests in a GoogleTest program's output, else its beginning and its end."""
    blocks = [b for b in re.split(r"^(?=\[ RUN      \] )", text, flags=re.M)[1:] if "\n[       OK ] " not in b]
    blocks = [b for b in blocks if "\n[  SKIPPED ] " not in b]
    lines = "".join(blocks or [text]).splitlines()
    if len(lines) > 200:
        lines = lines[:100] + [f"... {len(lines) - 200} lines ..."] + lines[-100:]
    return "\n".join(lines)


def compile_preset(preset, *targets):
    return subprocess.run([f"{ROOT}/dev", "compile", preset, *targets], stdin=subprocess.DEVNULL).returncode == 0


def build_directory(preset):
    return f"{ROOT}/build" if preset == "release" else f"{ROOT}/build-{preset}"


def ordinary_user(command, scratch):
    """The command as the user nobody, who can read the checkout wherever it is."""
    who = pwd.getpwnam("nobody")
    os.chown(scratch, who.pw_uid, who.pw_gid)
    prefix = ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
    closed = next((d for d in ancestors(ROOT) if not os.stat(d).st_mode & 0o001), None)
    if closed:
        # Above the checkout there is a directory that only root may enter (/root): in a separate mount namespace
        # it is replaced by an empty one with just the checkout in it.
        hold = os.path.join(scratch, "checkout")
        os.mkdir(hold)
        script = ('mount --bind "$1" "$2" && mount -t tmpfs -o mode=755 none "$3" && mkdir -p "$1" &&'
                  ' mount --bind "$2" "$1" && umount "$2" && cd / && exec "${@:4}"')
        prefix = ["unshare", "--mount", "bash", "-c", script, "-", ROOT, hold, closed] + prefix
    return prefix + command


def without_io_uring(command):
    """The command where io_uring is refused, as by Docker's default profile: scsup then waits by epoll."""
    return [f"{build_directory('release')}/tests/e2e/without", "io_uring_setup", "--", *command]


def ancestors(path):
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: i + 1]) for i in range(len(parts))]


def run_ctest(totals, where, preset, select, user=False, more_env=(), parallel=2, engine="io_uring"):
    """select: ctest's arguments, -L or -LE. engine: how the supervisor waits, if that is possible."""
    began = time.monotonic()
    scratch = tempfile.mkdtemp(prefix="scsup-test-")
    os.chmod(scratch, 0o755)
    # ctest writes its log into its directory, where the user nobody can't write: it gets one that points to the build.
    with open(os.path.join(scratch, "CTestTestfile.cmake"), "w") as file:
        file.write(f'subdirs("{build_directory(preset)}")\n')
    report = os.path.join(scratch, "report.xml")
    env = dict(os.environ, **dict(more_env))
    command = ["ctest", "--test-dir", scratch, "--parallel", str(parallel), "--timeout", "300", "--quiet",
               "--test-output-size-passed", "10000000", "--test-output-size-failed", "10000000",
               "--output-junit", report, "--no-tests=error", *select]
    if user:
        command = ordinary_user(command, scratch)
        env.update(HOME=scratch, USER="nobody", LOGNAME="nobody")
        for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR", "SUDO_USER"):
            env.pop(name, None)
    if engine == "epoll":
        command = without_io_uring(command)
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    if not os.path.exists(report):
        print(done.stdout)
        outcomes, complaints = [("ctest itself", "failed", "")], []
    else:
        outcomes, complaints = read_results(report)
        if not outcomes:
            outcomes = [("no test has that label", "failed", "")]
    shutil.rmtree(scratch, ignore_errors=True)
    for name, text in complaints:
        print(f"--- {where}: {name} failed\n" + essence(text))
    close(totals, where, outcomes, began)


def close(totals, where, outcomes, began):
    totals.add(where, outcomes)
    count = {k: sum(o[1] == k for o in outcomes) for k in ("passed", "failed", "skipped")}
    print(f"{where}: {count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped"
          f" ({time.monotonic() - began:.0f} s)", flush=True)


def built(totals, where, preset, *targets):
    if compile_preset(preset, *targets):
        return True
    close(totals, where, [("build", "failed", "")], time.monotonic())
    return False


# What each sanitizer checks: programs, and which unit tests, with their label.
PROGRAMS = ("scsup", "scsup-agent", "scsup-audit")
UNITS = {"asan": ("tests/unit/all", "unit"), "tsan": ("unit_threads", "threads")}


def build_ahead():
    """The sanitized builds, one after the other, at the lowest priority while tests run: those wait more than they
    compute. ./dev compile has whoever needs one wait for it."""
    commands = [["nice", "-n", "19", f"{ROOT}/dev", "compile", preset, *PROGRAMS, units] for preset, (units, _) in UNITS.items()]
    commands[0].append("tests/fuzz/all")
    return subprocess.Popen(["sh", "-c", "; ".join(map(shlex.join, commands))], stdin=subprocess.DEVNULL)


def sanitizer(totals, preset):
    """Its own unit tests, and the release build's drivers with its programs."""
    units, label = UNITS[preset]
    if built(totals, preset, "release") and built(totals, preset, preset, *PROGRAMS, units):
        run_ctest(totals, f"{preset}, {label}", preset, ["-L", f"^{label}$"], more_env=SANITIZER_ENV)
        programs = dict(SANITIZER_ENV, SCSUP_BIN_DIR=f"{build_directory(preset)}/bin")
        run_ctest(totals, f"{preset}, programs", "release", ["-L", "^(syscall|e2e|hostile)$"], more_env=programs)


def fuzz(totals, seconds):
    directory = build_directory("asan")
    if not built(totals, "fuzz", "asan", "tests/fuzz/all"):
        return
    subprocess.run(["cmake", f"-DSCSUP_FUZZ_SECONDS={seconds}", "--log-level=WARNING", directory], check=True,
                   stdout=subprocess.DEVNULL)
    run_ctest(totals, f"fuzz, {seconds} s each", "asan", ["-L", "^fuzz$"], more_env=SANITIZER_ENV, parallel=3)


def main(arguments):
    what = arguments[0] if arguments else "all"
    who = "root" if os.geteuid() == 0 else "user"
    totals = Totals()
    if what in LABELS:
        targets = ["tests/unit/all"] if what == "unit" else []
        if built(totals, what, "release", *targets):
            run_ctest(totals, f"{what} as {who}", "release", ["-L", f"^{what}$"])
    elif what == "epoll":
        if built(totals, what, "release"):
            run_ctest(totals, f"epoll as {who}", "release", ["-L", "^(loop|e2e|hostile)$"], engine="epoll")
    elif what in ("asan", "tsan"):
        sanitizer(totals, what)
    elif what == "fuzz":
        fuzz(totals, int(arguments[1]) if len(arguments) > 1 else 60)
    elif what == "all":
        if built(totals, "release", "release"):
            ahead = build_ahead()
            run_ctest(totals, f"all as {who}", "release", [])
            if who == "root":
                run_ctest(totals, "all as an ordinary user, by epoll", "release",
                          ["-LE", "^(lint|bench|container|fresh)$"], user=True, engine="epoll")
            for preset in UNITS:
                sanitizer(totals, preset)
            ahead.wait()
        fuzz(totals, 60)
    else:
        print(f"there is no label '{what}'; there are: all {' '.join(LABELS)} epoll asan tsan fuzz", file=sys.stderr)
        return 125

    reasons = {}
    for where, name, reason in totals.skipped:
        reasons.setdefault(reason, []).append(f"{where}: {name}")
    for reason, names in sorted(reasons.items()):
        print(f"skipped, {reason}: {len(names)} ({names[0]}{', ...' if len(names) > 1 else ''})")
    for name in totals.failed:
        print(f"failed: {name}")
    print(f"{totals.passed} passed, {len(totals.failed)} failed, {len(totals.skipped)} skipped")
    return 1 if totals.failed or not totals.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
