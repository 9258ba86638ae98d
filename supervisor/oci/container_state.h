// A container runtime's description of the container whose listener it hands over: ContainerProcessState of the OCI
// runtime specification (config-linux.md, "The Container Process State").
//
// None of it is trusted: it only says which policy is requested and what to write into records.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "supervisor/oci/container_names.h"

namespace scsup::oci {

inline constexpr std::size_t id_limit = 1024;  // bytes, as in runc 1.1

struct ContainerState {
  std::string id;
  std::string status;  // "creating", "created", "running"; "" if not given
  std::string bundle;  // "." or "" if the runtime left it out (crun's exec)
  // Of the process that loaded the filter, in the runtime's pid namespace. 0: not given (crun's exec); then the
  // notification's own pid counts.
  pid_t pid = 0;
  std::string metadata_text;                    // listenerMetadata as it came
  std::map<std::string, std::string> metadata;  // see parse_metadata
  std::map<std::string, std::string> annotations;
  ContainerNames names;
};

// "policy=web; sha=0123" is {policy: web, sha: 0123}. A word without '=' is a key without a value; of equal keys the
// first counts; unknown ones are kept.
std::map<std::string, std::string> parse_metadata(std::string_view text);

// `text` is the whole message. Error::what is a sentence that names the wrong member.
Result<ContainerState> parse_container_state(std::string_view text);

}  // namespace scsup::oci
