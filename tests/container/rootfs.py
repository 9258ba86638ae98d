"""A root file system and an image of it, from busybox alone: nothing is downloaded."""

import hashlib
import io
import json
import os
import subprocess
import tarfile

BUSYBOX = "/bin/busybox"  # busybox-static


def make_rootfs(directory, owner=0):
    for name in ("bin", "proc", "sys", "dev", "etc", "root", "talk", "run"):
        os.makedirs(os.path.join(directory, name))
    os.mkdir(os.path.join(directory, "tmp"))
    os.chmod(os.path.join(directory, "tmp"), 0o1777)
    with open(BUSYBOX, "rb") as source, open(os.path.join(directory, "bin/busybox"), "wb") as copy:
        copy.write(source.read())
    os.chmod(os.path.join(directory, "bin/busybox"), 0o755)
    for applet in subprocess.run([BUSYBOX, "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout.split():
        if applet != "busybox":
            os.symlink("busybox", os.path.join(directory, "bin", applet))
    with open(os.path.join(directory, "etc/passwd"), "w") as file:
        file.write("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n")
    with open(os.path.join(directory, "etc/group"), "w") as file:
        file.write("root:x:0:\nnogroup:x:65534:\n")
    if owner:
        for here, folders, files in os.walk(directory):
            for name in (".", *folders, *files):
                os.chown(os.path.join(here, name), owner, owner, follow_symlinks=False)
    return directory


def make_layer(rootfs, file):
    """A tar of it, as `docker import` and `podman import` take it."""
    with tarfile.open(file, "w") as tar:
        tar.add(rootfs, arcname=".")
    return file


def make_image(layer, name, file):
    """A docker archive with that one layer, for `ctr image import`."""
    with open(layer, "rb") as source:
        bytes_ = source.read()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {"Cmd": ["/bin/sh"], "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(bytes_).hexdigest()]}}).encode()
    digest = hashlib.sha256(config).hexdigest()
    manifest = json.dumps([{"Config": f"{digest}.json", "RepoTags": [name], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(file, "w") as tar:
        for member, content in ((f"{digest}.json", config), ("layer.tar", bytes_), ("manifest.json", manifest)):
            header = tarfile.TarInfo(member)
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
    return file
