"""An OCI bundle for runc and crun: as `docker run` would make it, without what needs more rights than a test may have."""

import json
import os

# Docker's default set, as far as a container's root needs it here.
CAPABILITIES = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
                "CAP_SETPCAP", "CAP_SETFCAP", "CAP_MKNOD", "CAP_SYS_CHROOT", "CAP_AUDIT_WRITE", "CAP_NET_RAW",
                "CAP_NET_BIND_SERVICE"]
OWNER_IN_USER_NAMESPACE = 100000


def mount(destination, kind, *options, source=None):
    return {"destination": destination, "type": kind, "source": source or kind, "options": list(options)}


def write_bundle(directory, container, rootfs, cgroup):
    config = {
        "ociVersion": "1.0.2",
        "hostname": "container",
        "process": {
            "terminal": False, "user": {"uid": 0, "gid": 0}, "args": container.command, "cwd": "/",
            "env": ["PATH=/bin"], "noNewPrivileges": container.no_new_privileges,
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"),
                                          [*CAPABILITIES, *container.capabilities]),
        },
        "root": {"path": rootfs, "readonly": container.read_only},
        "mounts": [
            mount("/proc", "proc", "nosuid", "noexec", "nodev"),
            mount("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
            mount("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k", source="shm"),
        ] + [mount(inside, "bind", "rbind", "rw", source=outside) for outside, inside in container.mounts.items()],
        "linux": {
            "cgroupsPath": f"/{cgroup}/{container.name}",
            "namespaces": [{"type": t} for t in ("pid", "network", "ipc", "uts", "mount")],
            "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"],
        },
        "annotations": container.annotations,
    }
    if container.profile:
        with open(container.profile) as file:
            config["linux"]["seccomp"] = json.load(file)
    if container.user_namespace:
        mapping = [{"containerID": 0, "hostID": OWNER_IN_USER_NAMESPACE, "size": 65536}]
        config["linux"]["namespaces"].append({"type": "user"})
        config["linux"].update(uidMappings=mapping, gidMappings=mapping)
    with open(os.path.join(directory, "config.json"), "w") as file:
        json.dump(config, file)
