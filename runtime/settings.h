// What scsup-runtime takes from the service's config, scsup-config(5): a container gets the policy and the socket of
// the service.
#pragma once

#include <string>

#include "base/result.h"

namespace scsup::runtime {

struct Settings {
  std::string file;     // for messages; it may be missing
  std::string runtime;  // a name for $PATH or an absolute path; "": runc, else crun
  std::string policies;
  std::string default_policy;  // "": there is none
  std::string listener;
};

// `file`: nullptr for the usual one, the only one that may be missing.
Result<Settings> read_settings(const char* file);

}  // namespace scsup::runtime
