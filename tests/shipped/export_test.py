"""scsup-audit export: other programs get the log's contents in their own format."""

import csv
import io
import json
import os
import re
import resource
import sqlite3
import subprocess
import unittest

from audited import AUDIT, HOSTILE, Audited, needs_its_own_memory
from shipped import run

# What schema.ocsf.io requires of class 1003 with the profiles container, host and security_control, and of the
# objects in it; of some, one of several.
OCSF_REQUIRED = ("activity_id", "category_uid", "class_uid", "severity_id", "time", "type_uid", "metadata.version",
                 "metadata.product", "actor.process", "device.type_id", "device.hostname", "kernel.name",
                 "kernel.type_id", "actor.process.pid", "device.os.name", "device.os.type_id", "metadata.product.name")
OCSF_INTEGERS = ("activity_id", "category_uid", "class_uid", "severity_id", "time", "type_uid", "action_id", "status_id",
                 "duration", "metadata.sequence", "actor.process.pid", "device.type_id", "kernel.type_id")
ECS_REQUIRED = ("@timestamp", "ecs.version", "event.kind", "event.category", "event.type", "event.outcome",
                "event.action", "event.dataset", "event.sequence", "process.pid", "host.hostname")


def member(event, path):
    for name in path.split("."):
        event = event[name]
    return event


class Export(Audited):
    def lines(self, to, *words):
        return [json.loads(line) for line in self.tool("export", "--to", to, *words, self.audit).splitlines()]

    def test_ocsf_has_all_that_its_class_requires(self):
        self.record("mkdir a; mkdir a; chmod 700 a")
        calls = self.records("call")
        events = self.lines("ocsf")
        self.assertEqual(len(events), len(calls))
        run_record = self.records("run")[0]
        for event, call in zip(events, calls):
            for path in OCSF_REQUIRED:
                self.assertIsNotNone(member(event, path), path)
            for path in OCSF_INTEGERS:
                self.assertIs(type(member(event, path)), int, path)
            self.assertEqual((event["class_uid"], event["category_uid"], event["activity_id"], event["type_uid"]),
                             (1003, 1, 4, 1003 * 100 + 4))
            self.assertEqual(event["metadata"]["product"],
                             {"name": "scsup", "vendor_name": "scsup", "version": run_record["version"]})
            self.assertEqual(event["device"]["hostname"], run_record["host"])
            self.assertEqual(event["kernel"]["name"], call["sys"]["name"])
            self.assertEqual(event["actor"]["process"]["pid"], call["proc"]["pid"])
            self.assertEqual(event["actor"]["process"]["path"], call["proc"]["exe"])
            self.assertEqual(event["metadata"]["sequence"], call["seq"])
            said = run("date", "-u", "-d", call["time"], "+%s%3N").stdout.strip()
            self.assertEqual(event["time"], int(said))
        made, failed, denied = events
        self.assertEqual([e["action_id"] for e in events], [1, 1, 2])
        self.assertEqual([e["status_id"] for e in events], [1, 2, 2])
        self.assertEqual([e["severity_id"] for e in events], [1, 1, 3])
        self.assertEqual((failed["status_code"], denied["status_code"]), ("EEXIST", "EXDEV"))
        self.assertEqual(made["kernel"]["path"], calls[0]["obj"]["resolved"])

    def test_ecs_has_its_core(self):
        self.record("mkdir a; mkdir a; chmod 700 a")
        events = self.lines("ecs")
        for event, call in zip(events, self.records("call"), strict=True):
            for path in ECS_REQUIRED:
                self.assertIsNotNone(member(event, path), path)
            self.assertEqual(event["@timestamp"], call["time"])
            self.assertEqual(event["event"]["duration"], call["dec_ns"])
            self.assertEqual(event["process"]["user"]["id"], str(call["proc"]["uid"]))
        self.assertEqual([e["event"]["outcome"] for e in events], ["success", "failure", "failure"])
        self.assertEqual([e["event"]["type"] for e in events], [["allowed"], ["allowed"], ["denied"]])
        self.assertEqual(events[2]["error"]["code"], "EXDEV")
        self.assertEqual(events[2]["rule"]["id"], "no-chmod")

    def test_what_a_run_says_is_there_whatever_is_chosen(self):
        self.record("mkdir a; chmod 700 a")
        events = self.lines("ocsf", "--session", "1", "--act", "deny")
        self.assertEqual([e["kernel"]["path"] for e in events], ["a"])
        self.assertEqual(events[0]["device"]["hostname"], self.records("run")[0]["host"])

    def test_a_log_that_lies_is_still_exported(self):
        with open(self.audit + ".forged", "w") as file:
            file.write('{"type":"call","proc":7,"sys":["x"],"time":"soon","errno":[],"act":"\\u001b[31m","run":3}\n')
        for to in ("ocsf", "ecs", "csv"):
            said = self.tool("export", "--to", to, self.audit + ".forged")
            self.assertNotIn("\x1b", said)
        self.assertEqual(json.loads(self.tool("export", "--to", "ocsf", self.audit + ".forged"))["class_uid"], 1003)

    def test_csv_is_read_back_and_holds_no_formula(self):
        self.record_names()
        text = subprocess.check_output([AUDIT, "export", "--to", "csv", self.audit]).decode()
        self.assertTrue(all(0x20 <= ord(c) < 0x7f or c in "\r\n" for c in text if ord(c) < 0x80))
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        calls = self.records("call")
        self.assertEqual(len(rows), len(HOSTILE))
        for row, call in zip(rows, calls):
            self.assertEqual((row["seq"], row["time"], row["syscall"], row["act"], row["rule"], row["dec_ns"]),
                             (str(call["seq"]), call["time"], call["sys"]["name"], call["act"], call["rule"]["id"],
                              str(call["dec_ns"])))
            self.assertNotIn(None, row)
        self.assertEqual([r["path"] for r in rows],
                         ["'=1+1", "'@x", "'-x", "'+x", 'a,b"c', "new\\012line", "\\033[31mred", "r\N{REPLACEMENT CHARACTER}"])
        self.assertIn('"a,b""c"', text)
        self.assertEqual(text.count("\r\n"), len(rows) + 1)

    def test_sqlite_has_each_record(self):
        self.record("mkdir a; mkdir a; chmod 700 a")
        file = os.path.join(self.work, "out.db")
        said = self.tool("export", "--json", "--to", "sqlite", "--output", file, self.audit)
        self.assertEqual(json.loads(said), {"calls": 3, "records": len(self.records())})
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
        with sqlite3.connect(file) as database:
            lines = [json.loads(line) for line, in database.execute("SELECT line FROM records ORDER BY rowid")]
            self.assertEqual(lines, self.records())
            rows = database.execute("SELECT seq, pid, syscall, path, act, errno, typeof(seq), typeof(ret) FROM calls").fetchall()
        self.assertEqual(rows, [(c["seq"], c["proc"]["pid"], c["sys"]["name"], c["obj"]["path"], c["act"], c.get("errno"),
                                 "integer", "integer" if "ret" in c else "null") for c in self.records("call")])

    def test_sqlite_takes_nothing_that_is_there(self):
        self.record("mkdir a")
        file = os.path.join(self.work, "out.db")
        with open(file, "w") as out:
            out.write("mine")
        done = run(AUDIT, "export", "--to", "sqlite", "--output", file, self.audit)
        self.assertEqual((done.returncode, done.stderr), (125, f"scsup: cannot create '{file}': File exists\n"))
        with open(file) as kept:
            self.assertEqual(kept.read(), "mine")
        # An unfinished database is not left behind.
        full = subprocess.run(["sh", "-c", f"ulimit -f 4; trap '' XFSZ; exec {AUDIT} export --to sqlite --output {file}2 {self.audit}"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(full.returncode, 125)
        self.assertRegex(full.stderr, r"^scsup: cannot write '.*': ")
        self.assertFalse(os.path.exists(file + "2"))

    @needs_its_own_memory
    def test_memory_is_constant(self):
        self.record("mkdir a")
        call = json.dumps(self.records("call")[0]).encode() + b"\n"
        for to in ("ocsf", "csv"):
            child = subprocess.Popen([AUDIT, "export", "--to", to, "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (120 << 20, 120 << 20)))
            for _ in range(50):
                child.stdin.write(call * 2000)
            child.stdin.close()
            self.assertEqual(child.wait(50), 0, to)

    def test_mistakes_are_named(self):
        for words, said in ((("--to", "xml"), "export needs --to ocsf, ecs, csv or sqlite"),
                            (("--to", "sqlite"), "--to sqlite needs --output FILE"),
                            (("--to", "csv", "--output", "x"), "--output goes with --to sqlite"),
                            (("--to", "csv", "--json"), "--json goes with ocsf, ecs and sqlite")):
            done = run(AUDIT, "export", *words, os.devnull)
            self.assertEqual(done.returncode, 125)
            self.assertTrue(re.match("scsup: " + re.escape(said), done.stderr), done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
