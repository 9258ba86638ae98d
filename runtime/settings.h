// /etc/scsup/runtime.json, or the file that $SCSUP_RUNTIME_CONFIG names: scsup-runtime(8).
#pragma once

#include <string>

#include "base/result.h"

namespace scsup::runtime {

struct Settings {
  std::string file;     // "": there is none, and what follows holds
  std::string runtime;  // a name for $PATH or an absolute path; "": runc, else crun
  std::string policies = "/etc/scsup/policies";
  std::string default_policy = "default";
  std::string listener = "/run/scsup/oci.sock";
};

inline constexpr const char* usual_file = "/etc/scsup/runtime.json";
inline constexpr std::size_t settings_size_limit = 1u << 20;  // bytes

// Only the usual file may be missing. Refuses one that others than its owner may write to, or whose owner is
// neither root nor ourselves: whoever writes it decides what is run.
Result<Settings> read_settings(const char* file);  // nullptr: the usual one

}  // namespace scsup::runtime
