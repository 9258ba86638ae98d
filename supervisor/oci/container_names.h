// A container's readable names, from the annotations that its engine has put on it.
//
// Only for records and messages: whoever made the container wrote the annotations, so no decision depends on these
// names.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace scsup::oci {

inline constexpr std::size_t name_limit = 512;  // bytes; a longer one is ignored, because it would be in each
                                                // record

struct ContainerNames {  // each "" if not given
  std::string name;      // of the container: "web"
  std::string image;     // "docker.io/library/nginx:1.25"
  std::string pod, pod_namespace;
  std::string engine;  // "docker", "podman", "cri-o", "containerd"
};

ContainerNames names_of(const std::map<std::string, std::string>& annotations, const std::string& bundle);

}  // namespace scsup::oci
