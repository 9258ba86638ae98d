#!/usr/bin/env python3
"""usage: make_rules.py N PATH > policy.json: N rules on paths, of which only the last one (deny mkdir PATH) matches."""

import json
import sys


def make(count, path):
    shapes = ["/srv/app{0}/**", "/var/lib/service-{0}/*/data/**", "/home/user{0}/*.d/**", "/opt/{{a,b}}{0}/x?/**"]
    rules = [
        {"id": f"r{i}", "syscalls": ["@mkdir"], "path": [shapes[i % len(shapes)].format(i)],
         "action": "allow" if i % 2 else "deny"}
        for i in range(count - 1)
    ]
    rules.append({"id": "last", "syscalls": ["@mkdir"], "path": [path], "action": "deny", "errno": "EPERM"})
    return {"defaultAction": "SCMP_ACT_ALLOW",
            "supervise": {"default": {"action": "deny", "errno": "EACCES"}, "rules": rules}}


if __name__ == "__main__":
    json.dump(make(int(sys.argv[1]), sys.argv[2]), sys.stdout, indent=1)
