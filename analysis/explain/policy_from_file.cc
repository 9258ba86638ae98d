#include "analysis/explain/policy_from_file.h"

#include "analysis/read/input.h"
#include "supervisor/policy/document/parse.h"

namespace scsup::analysis {

Result<std::string> policy_from_file(const std::string& name) {
  const auto input = Input::open(name);
  if (!input) return failed(input.error());
  std::string text;
  for (;;) {
    char some[65536];
    const auto got = (*input)->read(some, sizeof some);
    if (!got) return failed(got.error());
    if (*got == 0) return text;
    text.append(some, *got);
    if (text.size() > policy_size_limit) return failed(0, "'" + name + "' is too long for a policy");
  }
}

}  // namespace scsup::analysis
