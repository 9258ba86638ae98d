// What the service's config, scsup-config(5), says to scsup-runtime: a container comes to the policy and the
// socket that the service has.
#pragma once

#include <string>

#include "base/result.h"

namespace scsup::runtime {

struct Settings {
  std::string file;     // for messages; it needn't be there
  std::string runtime;  // a name for $PATH or an absolute path; "": runc, else crun
  std::string policies;
  std::string default_policy;  // "": there is none
  std::string listener;
};

// `file`: nullptr for the usual one, the only one that may be missing.
Result<Settings> read_settings(const char* file);

}  // namespace scsup::runtime
