"""docs/audit.schema.json is a JSON Schema, knows what scsup writes, and knows nothing else.

The fixtures of the other tests validate their records against it too (tests/schema)."""

import copy
import glob
import json
import os
import unittest

from audited import Audited
from shipped import known_records

SCRIPT = """mkdir a; mkdir a; chmod 700 a; cd a; mkdir ../b; ln -s b ../c; chmod 711 ../c; mkdir "$(printf 'x\\377\\033[31m')"
python3 -c 'import os; os.mkdir("a" * 5000)'; sh -c 'mkdir d; exec chmod 1777 d'; true"""


@unittest.skipUnless(known_records.jsonschema, known_records.LACKING)
class Schema(Audited):
    def records(self):
        for policy in ("no-chmod.json", "workspace.json", "private-dirs.json", "docker-like.json"):
            done = self.supervised(policy, "sh", "-c", SCRIPT)
            self.assertNotEqual(done.returncode, 125, done.stderr)
        with open(self.audit) as file:
            return [json.loads(line) for line in file]

    def test_it_is_a_schema_and_knows_what_is_written(self):
        judge = known_records.validator()
        records = self.records()
        self.assertLessEqual({"run", "call", "attach", "detach", "end"}, {r["type"] for r in records})
        self.assertTrue(any("path_b64" in r.get("obj", {}) for r in records), "no hostile name was recorded")
        self.assertEqual([f"{e.json_path}: {e.message}" for r in records for e in judge.iter_errors(r)], [])

    def test_it_knows_what_a_service_writes(self):
        # Segments, seals, redacted paths, supervisors that were killed, torn ends.
        settings = {"segment": {"size": "8K"}, "seal": True,
                    "redact": {"paths": [self.space + "/secret/**"], "arguments": ["--password=*"]}}
        os.makedirs(os.path.join(self.space, "secret", "x"))
        script = 'for i in 1 2 3 4; do chmod 700 .; chmod 700 "$PWD/secret/x"; done; true'
        for ending in ("kill", "kill", "terminate"):
            service = self.serve(settings)
            done = self.join("sh", "-c", script)
            self.assertEqual(done.returncode, 0, done.stderr)
            getattr(service, ending)()
            service.wait()
            if ending == "kill":
                with open(self.audit, "a") as file:
                    file.write('{"type":"call","torn')
        records = []
        for name in sorted(glob.glob(os.path.join(self.work, "audit*.jsonl"))):
            with open(name) as file:
                records += [json.loads(line) for line in file]
        self.assertLessEqual({"run", "policy", "attach", "call", "task", "seal", "recover", "end"}, {r["type"] for r in records})
        self.assertTrue(any("segment" in r for r in records), "no segment was closed")
        self.assertTrue(any(r.get("obj", {}).get("path", "").endswith("***") for r in records), "nothing was redacted")
        judge = known_records.validator()
        self.assertEqual([f"{e.json_path}: {e.message}" for r in records for e in judge.iter_errors(r)], [])

    def test_it_knows_nothing_else(self):
        judge = known_records.validator()
        samples = {r["type"]: r for r in self.records()}
        for kind, record in samples.items():
            for change in ("unknown", "lacks time"):
                changed = copy.deepcopy(record)
                changed.update({"unheard_of": 1}) if change == "unknown" else changed.pop("time")
                self.assertFalse(judge.is_valid(changed), f"{kind}: {change}")
        for group in ("proc", "sys", "obj", "rule", "policy"):
            changed = copy.deepcopy(samples["call"])
            changed.setdefault(group, {})["unheard_of"] = 1
            self.assertFalse(judge.is_valid(changed), group)

    def test_each_member_of_a_call_goes_somewhere(self):
        defs = known_records.schema()["$defs"]
        for group in ("call", "proc", "sys", "obj", "rule", "policy_named", "container"):
            for name, member in defs[group]["properties"].items():
                if name == "type" or set(member) == {"$ref"}:
                    continue
                for target in ("x-ocsf", "x-ecs"):
                    self.assertIn(target, member, f"{group}.{name}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
