"""Every engine that the tests know."""

from bare_runtime import Crun, Runc
from containerd import Containerd
from docker import Docker, DockerRemapped
from podman import PodmanCrun, PodmanRunc

ENGINES = (Runc, Crun, PodmanRunc, PodmanCrun, Docker, DockerRemapped, Containerd)
# Those that pass a profile's listenerPath on. Docker does since its version 23.
BY_PROFILE = (Runc, Crun, PodmanRunc, PodmanCrun, Containerd)
