// The settings of `scsup serve`: its options, the config (scsup-config(5)) and what was opened according to them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "supervisor/catalogue/catalogue.h"
#include "supervisor/command/audit_file.h"
#include "supervisor/config/config.h"
#include "supervisor/seccomp/kernel.h"
#include "supervisor/service/sockets.h"

namespace scsup {

struct ServeSettings {
  Config config;
  std::unique_ptr<Catalogue> catalogue;
  LogParts audit;
  KernelFeatures kernel;
  ServiceSockets sockets;
  bool quiet = false;

  std::string greeting() const;  // what is served where
};

const std::vector<Option>& serve_options();

// Reads it, and reports mistakes; false: it can't be used.
bool read_config_file(const std::string& file, Config& config);

// Opens what has to be opened. Nothing: the mistake was reported. Throws UsageError.
std::optional<ServeSettings> read_serve_settings(const Options& given);

}  // namespace scsup
