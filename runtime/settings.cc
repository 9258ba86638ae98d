#include "runtime/settings.h"

#include <unistd.h>

#include <cerrno>

#include "supervisor/config/config.h"

namespace scsup::runtime {

Result<Settings> read_settings(const char* file) {
  const Places places = default_places();
  const std::string path = file ? file : places.config;
  Config config = default_config(places, geteuid());
  auto read = read_config(path, config, system_accounts());
  if (read) {
    if (has_errors(read->diagnostics)) return failed(0, first_error(path, read->diagnostics));
    config = std::move(read->config);
  } else if (file || read.error().err != ENOENT) {
    return failed(read.error());
  }
  if (config.sockets.oci.path.empty())
    return failed(0, "'" + path + "' opens no socket for containers: \"sockets\": {\"oci\": ...}");
  return Settings{path, config.runtime, config.policies, config.default_policy, config.sockets.oci.path};
}

}  // namespace scsup::runtime
