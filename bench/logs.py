"""Reading logs: scsup-audit compared with programs that only count lines, or that answer the same question."""

import os
import shutil
import statistics
import subprocess
import time

import make_log

HERE = os.path.dirname(os.path.abspath(__file__))
DUCKDB = "@duckdb/node-api"
QUESTION = "reduce (inputs | select(.type == \"call\")) as $r ({}; .[$r.sys.name + \" \" + $r.act] += 1)"


def seconds(command):
    began = time.monotonic()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def missing(program):
    if not shutil.which(program):
        return f"{program} is not installed"
    if program == "node":
        found = subprocess.run(["node", "-e", f"require.resolve('{DUCKDB}')"], cwd=HERE, stderr=subprocess.DEVNULL)
        return f"npm's {DUCKDB} is not installed (NODE_PATH says where)" if found.returncode else None
    return None


def table(bin_directory, sample, work, quick, rounds):
    """sample: lines of a log that scsup has written."""
    count = 20000 if quick else 5000000
    log, part = os.path.join(work, "log.jsonl"), os.path.join(work, "part.jsonl")
    make_log.make(sample, count, log)
    # jq needs a minute for what the others do in a second: it gets a part.
    share = 1 if quick else 20
    make_log.make(sample, count // share, part)
    size = os.path.getsize(log) / 1e6
    audit = os.path.join(bin_directory, "scsup-audit")
    # name, command, how much of the log it reads, how many times slower than summary it must be
    rows = [("wc -l", ["wc", "-l", log], 1, None),
            ("scsup-audit summary", [audit, "summary", log], 1, None),
            ("DuckDB, the same question", ["node", os.path.join(HERE, "duckdb.js"), log], 1, 5),
            ("jq, the same question" + ("" if quick else f" (1/{share}, times {share})"), ["jq", "-cn", QUESTION, part], share, 50)]
    found = {name: missing(command[0]) or [] for name, command, _, _ in rows}
    seconds(["wc", "-l", log])  # from now on it is in the page cache
    for number in range(min(rounds, 7)):
        for name, command, times, _ in rows:  # in turn: the machine is as fast for each
            if not isinstance(found[name], str) and (number == 0 or times == 1):
                found[name].append(times * seconds(command))
    found = {name: value if isinstance(value, str) else statistics.median(value) for name, value in found.items()}
    print(f"\n{f'reading {count} records ({size:.0f} MB)':38}{'s':>9}{'ratio':>8}{'to reach':>10}  compared with")
    least, ours = found["wc -l"], found["scsup-audit summary"]
    if quick:  # starting takes longer than reading then
        rows = [(name, command, times, None) for name, command, times, _ in rows]
    for name, _, _, asked in rows:
        value = found[name]
        if isinstance(value, str):
            print(f"{name:38}{'-':>9}  {value}")
        elif asked:
            reached = "reached" if value / ours >= asked else "MISSED"
            print(f"{name:38}{value:9.3f}{value / ours:8.1f}{f'>= {asked:.2f}':>10}  scsup-audit summary {reached}")
        elif quick or name == "wc -l":
            print(f"{name:38}{value:9.3f}")
        else:
            reached = "reached" if value / least <= 2 else "MISSED"
            print(f"{name:38}{value:9.3f}{value / least:8.2f}{'<= 2.00':>10}  wc -l {reached}")
    os.unlink(log)
    os.unlink(part)
