#include "supervisor/oci/container_names.h"

namespace scsup::oci {
namespace {

struct Source {
  const char* annotation;
  std::string ContainerNames::*name;
};

// The first one present counts. containerd: pkg/cri/annotations/annotations.go. CRI-O and podman: containers/common
// and cri-o pkg/annotations; the kubelet's labels (io.kubernetes.container.name...) are among them. podman itself
// gives neither a container's name nor its image (io.podman.annotations.* are settings).
const Source sources[] = {
    {"io.kubernetes.cri.container-name", &ContainerNames::name},
    {"io.kubernetes.container.name", &ContainerNames::name},
    {"io.kubernetes.cri-o.ContainerName", &ContainerNames::name},  // the long one: k8s_NAME_POD_NAMESPACE_...
    {"nerdctl/name", &ContainerNames::name},
    {"io.kubernetes.cri.image-name", &ContainerNames::image},
    {"io.kubernetes.cri-o.ImageName", &ContainerNames::image},
    {"io.kubernetes.cri-o.Image", &ContainerNames::image},
    {"org.opencontainers.image.ref.name", &ContainerNames::image},
    {"io.kubernetes.cri.sandbox-name", &ContainerNames::pod},
    {"io.kubernetes.pod.name", &ContainerNames::pod},
    {"io.kubernetes.cri-o.KubeName", &ContainerNames::pod},
    {"io.kubernetes.cri-o.SandboxName", &ContainerNames::pod},
    {"io.kubernetes.cri.sandbox-namespace", &ContainerNames::pod_namespace},
    {"io.kubernetes.pod.namespace", &ContainerNames::pod_namespace},
    {"io.kubernetes.cri-o.Namespace", &ContainerNames::pod_namespace},
};

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::string engine_of(const std::map<std::string, std::string>& annotations, const std::string& bundle) {
  const auto manager = annotations.find("io.container.manager");
  if (manager != annotations.end() && !manager->second.empty() && manager->second.size() <= name_limit)
    return manager->second == "libpod" ? "podman" : manager->second;
  // containerd's shim names its bundles STATE/io.containerd.runtime.v2.task/NAMESPACE/ID; Docker's namespace
  // is moby.
  if (contains(bundle, "/io.containerd.runtime.v2.task/moby/")) return "docker";
  const auto cri = annotations.lower_bound("io.kubernetes.cri.");
  if (contains(bundle, "/io.containerd.") ||
      (cri != annotations.end() && cri->first.starts_with("io.kubernetes.cri.")))
    return "containerd";
  return "";
}

}  // namespace

ContainerNames names_of(const std::map<std::string, std::string>& annotations, const std::string& bundle) {
  ContainerNames names;
  for (const auto& [annotation, field] : sources) {
    const auto found = annotations.find(annotation);
    if (found != annotations.end() && (names.*field).empty() && found->second.size() <= name_limit)
      names.*field = found->second;
  }
  names.engine = engine_of(annotations, bundle);
  return names;
}

}  // namespace scsup::oci
