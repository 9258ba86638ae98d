// What the end-to-end tests share: the real programs, a temporary directory, policies, and the audit as JSON.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/e2e/program.h"

namespace scsup::e2e {

using Json = nlohmann::json;

// The programs under test; $SCSUP_BIN_DIR overrides where they are.
std::string scsup_program();
std::string agent_program();
std::string audit_program();
// A program from this folder.
std::string own_program(const std::string& name);
// A file of the source tree, or of this folder's profiles/.
std::string shipped_policy(const std::string& name);
std::string profile(const std::string& name);

class ScsupTest : public testing::Test {
 protected:
  ScsupTest();
  ~ScsupTest() override;

  // Writes a new file below work() with that text; returns its path.
  std::string policy(const std::string& text, const std::string& name = "policy.json") const;
  const std::string& work() const { return work_; }
  std::string at(const std::string& name) const { return work_ + "/" + name; }

  // scsup OPTIONS --policy FILE -- COMMAND, with the audit in audit.jsonl, LC_ALL=C, HOME below work().
  Start under(const std::string& policy_file, const Words& command, const Words& options = {}) const;
  Start plain(const Words& argv) const;  // the same environment without scsup
  Finished supervised(const std::string& policy_file, const Words& command, const Words& options = {}) const {
    return run(under(policy_file, command, options));
  }
  Finished scsup(Words arguments) const;

  // The records of audit.jsonl, of one type if given.
  std::vector<Json> records(const std::string& type = "") const;
  // The `call` records of that act.
  std::vector<Json> calls(const std::string& act) const;

 private:
  std::string work_;
};

inline bool is_root() { return geteuid() == 0; }
std::vector<Json> parse_records(const std::string& text);  // all with a number
std::vector<Json> parse_seals(const std::string& text);
// "mode path" of everything below, sorted; for comparing trees. Owners are equal if the same user made both.
std::string tree(const std::string& folder);

}  // namespace scsup::e2e
