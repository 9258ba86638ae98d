"""Every engine that the tests know."""

from bare_runtime import Crun, Runc
from containerd import Containerd
from docker import Docker, DockerRemapped
from podman import PodmanCrun, PodmanRunc

ENGINES = (Runc, Crun, PodmanRunc, PodmanCrun, Docker, DockerRemapped, Containerd)
