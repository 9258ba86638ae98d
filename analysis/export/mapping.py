#!/usr/bin/env python3
"""Makes a C++ table of what docs/audit.schema.json says of other schemas: its x-ocsf and x-ecs.

usage: mapping.py SCHEMA >mapping.inc

One row for each place that a member goes to, in the schema's order: a later row wins.
"""

import json
import sys


def text(value):
    return json.dumps(json.dumps(value, ensure_ascii=True))


def rows(target, kind, member, said):
    if said is None:
        return
    if isinstance(said, str):
        said = {said: "copy"}
    for to, how in said.items():
        if isinstance(how, str):
            if how not in ("copy", "text", "epoch_ms", "milliseconds"):
                raise SystemExit(f"{member}: no way of getting to {to} is called {how}")
            way, value = how, '""'
        elif isinstance(how, dict):
            way, value = "words", text(how)
        else:
            way, value = "constant", text(how[0] if isinstance(how, list) else how)
        yield f"{{Target::{target}, Type::{kind}, {json.dumps(member)}, {json.dumps(to)}, Way::{way}, {value}}},"


def members(schema, kind, target, record, before=""):
    yield from rows(target, kind, before, record.get("x-" + target))
    for name, member in record.get("properties", {}).items():
        path = before + "/" + name
        yield from rows(target, kind, path, member.get("x-" + target))
        if "$ref" in member:
            yield from members(schema, kind, target, schema["$defs"][member["$ref"].rsplit("/", 1)[1]], path)


def main(file):
    with open(file) as opened:
        schema = json.load(opened)
    print("// Made of docs/audit.schema.json by analysis/export/mapping.py.")
    for target in ("ocsf", "ecs"):
        for kind in ("call", "run"):
            for row in members(schema, kind, target, schema["$defs"][kind]):
                print(row)


if __name__ == "__main__":
    main(sys.argv[1])
