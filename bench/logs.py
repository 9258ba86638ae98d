"""Reading logs: scsup-audit beside programs that only count lines, or that do the same in general."""

import os
import shutil
import statistics
import subprocess
import time


def make_log(lines, count, path):
    """`count` records by repeating real ones; seq and times repeat too, which a summary doesn't mind."""
    with open(path, "wb") as out:
        chunk = b"".join(lines)
        for _ in range(count // len(lines)):
            out.write(chunk)


def table(bin_directory, lines, work, quick, rounds):
    """lines: `call` records that scsup has written."""
    count = 20000 if quick else 1000000
    log = os.path.join(work, "log.jsonl")
    lines = lines[:1000]
    make_log(lines, count, log)
    count -= count % len(lines)
    rows = [("wc -l", ["wc", "-l", log], None),
            ("scsup-audit summary", [os.path.join(bin_directory, "scsup-audit"), "summary", log], 2.0),
            ("jq, the same question", ["jq", "-cn", 'reduce inputs as $r ({}; .[$r.sys.name + $r.act] += 1)', log], None)]
    found = {name: [] for name, _, _ in rows}
    for _ in range(min(rounds, 3)):
        for name, command, _ in rows:
            if shutil.which(command[0]):
                began = time.monotonic()
                subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
                found[name].append(time.monotonic() - began)
    size = os.path.getsize(log) / 1e6
    print(f"\n{f'reading {count} records ({size:.0f} MB)':38}{'s':>9}{'ratio':>8}{'to reach':>10}")
    least = statistics.median(found["wc -l"])
    for name, _, asked in rows:
        if not found[name]:
            print(f"{name:38}{'-':>9}  it is not installed")
            continue
        seconds = statistics.median(found[name])
        print(f"{name:38}{seconds:9.3f}{seconds / least:8.1f}{'' if asked is None else f'<= {asked:.2f}':>10}")
    os.unlink(log)
