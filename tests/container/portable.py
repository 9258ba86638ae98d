"""scsup's programs with the libraries that they need: a directory to mount into a container that has none."""

import os
import re
import shutil
import subprocess

from service import program

PLACE = "/scsup"  # in the container


def make_portable(directory):
    """Copies them to `directory`, which is to be mounted at PLACE."""
    for name in ("scsup", "scsup-audit"):
        shutil.copy(program(name), directory)
        said = subprocess.run(["ldd", program(name)], check=True, stdout=subprocess.PIPE, text=True).stdout
        for library in re.findall(r"(/\S+) \(0x", said):
            shutil.copy(library, directory)
    for name in os.listdir(directory):
        os.chmod(os.path.join(directory, name), 0o755)
    return directory


def portable(name):
    """The beginning of a command line for that program there."""
    return [f"{PLACE}/ld-linux-x86-64.so.2", "--library-path", PLACE, f"{PLACE}/{name}"]
