"""Do the records of a log conform to docs/audit.schema.json? Uses python3-jsonschema, an independent implementation."""

import glob
import json
import os

try:
    import jsonschema
except ImportError:
    jsonschema = None

LACKING = "needs python3-jsonschema"


def schema():
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(source, "docs", "audit.schema.json")) as file:
        return json.load(file)


def validator():
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def faults(*directories):
    """"FILE:LINE: what is wrong" of the files audit*.jsonl there. Lines that are not JSON are ignored, because tests tear
    lines. Without python3-jsonschema nothing is found; schema_test says so."""
    found = []
    files = [f for d in directories for f in sorted(glob.glob(os.path.join(d, "audit*.jsonl")))]
    if not jsonschema or not files:
        return found
    judge = validator()
    for name in files:
        with open(name, errors="replace") as file:
            for number, line in enumerate(file, 1):
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                found += [f"{name}:{number}: {e.json_path}: {e.message[:300]}" for e in judge.iter_errors(record)]
    return found
