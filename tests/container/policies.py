"""Policies of the tests. Every errno is one that nothing else gives for these calls."""

# The C library's texts for EXDEV and EDOM.
NO_CHMOD = "Invalid cross-device link"
NO_MKDIR = "Numerical argument out of domain"
NEITHER = "Argument list too long"

_PROFILE = {"defaultAction": "SCMP_ACT_ALLOW",
            "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]}


def _policy(*rules):
    return dict(_PROFILE, supervise={"trap": ["@mkdir", "@chmod"], "rules": list(rules)})


# mkdir is emulated with fewer rights, chmod is refused.
MKDIR_ONLY = _policy(
    {"id": "make", "syscalls": ["@mkdir"], "path": ["/**"], "action": "emulate", "emulate": {"mode_mask": "0750"}},
    {"id": "no-chmod", "syscalls": ["@chmod"], "action": "deny", "errno": "EXDEV"})
# The other way round.
CHMOD_ONLY = _policy(
    {"id": "no-mkdir", "syscalls": ["@mkdir"], "action": "deny", "errno": "EDOM"},
    {"id": "change", "syscalls": ["@chmod"], "path": ["/**"], "action": "emulate", "emulate": {"mode_mask": "0705"}})
NEITHER_OF_THEM = _policy(
    {"id": "neither", "syscalls": ["@mkdir", "@chmod"], "action": "deny", "errno": "E2BIG"})

ALL = {"mkdir-only": MKDIR_ONLY, "chmod-only": CHMOD_ONLY, "neither": NEITHER_OF_THEM}

# Commands that show which of them decides.
MKDIR = "mkdir /tmp/x 2>&1; stat -c %a /tmp/x 2>/dev/null; rmdir /tmp/x 2>/dev/null"
CHMOD = "chmod 777 /tmp 2>&1 && stat -c %a /tmp"
SAYS = {  # policy -> what MKDIR, CHMOD say
    "mkdir-only": ("750\n", f"chmod: /tmp: {NO_CHMOD}\n"),
    "chmod-only": (f"mkdir: can't create directory '/tmp/x': {NO_MKDIR}\n", "705\n"),
    "neither": (f"mkdir: can't create directory '/tmp/x': {NEITHER}\n", f"chmod: /tmp: {NEITHER}\n"),
}
