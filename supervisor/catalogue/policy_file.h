// A policy file on disk: read with care, parsed once, built anew for each target's environment.
#pragma once

#include <string>

#include "base/handshake.h"
#include "base/result.h"
#include "supervisor/policy/document/parse.h"
#include "supervisor/policy/policy.h"

namespace scsup {

struct PolicyFile {
  std::string file;  // as the user wrote it: places in messages begin with it
  std::string text;
  std::string sha;  // sha256 of text, hex
  Parsed parsed;

  // The name by which agents request the policy: the file's last component without ".json".
  std::string name() const;
};

// Reads and parses. Refuses anything but a regular file, and more than policy_size_limit bytes. Mistakes in the text
// are in `parsed.diagnostics`, not in the Error.
Result<PolicyFile> read_policy_file(const std::string& file);
// The same for a text from elsewhere; `file` names its places.
PolicyFile policy_file_of(std::string file, std::string text);

// The errors among its diagnostics as they are printed: "FILE:LINE:COL: error: ...".
std::vector<std::string> mistakes_in(const PolicyFile& file);

// The environment of a target as its agent describes it, on this machine.
Environment environment_of(const handshake::Hello& hello);

}  // namespace scsup
