#include "supervisor/catalogue/policy_file.h"

#include <sys/utsname.h>

#include <cstdio>

#include "base/read_file.h"
#include "supervisor/audit/sha256.h"

namespace scsup {

std::string PolicyFile::name() const {
  std::string last = file.substr(file.rfind('/') + 1);
  if (last.ends_with(".json")) last.resize(last.size() - 5);
  return last;
}

Result<PolicyFile> read_policy_file(const std::string& file) {
  auto read = read_regular_file(file, "the policy", policy_size_limit);
  if (!read) return failed(read.error());
  return policy_file_of(file, std::move(read->text));
}

PolicyFile policy_file_of(std::string file, std::string text) {
  PolicyFile policy;
  policy.file = std::move(file);
  policy.text = std::move(text);
  policy.sha = sha256_hex(policy.text);
  policy.parsed = parse(policy.text);
  return policy;
}

std::vector<std::string> mistakes_in(const PolicyFile& file) {
  std::vector<std::string> mistakes;
  for (const Diagnostic& diagnostic : file.parsed.diagnostics)
    if (diagnostic.severity == Diagnostic::Severity::error) mistakes.push_back(render(file.file, diagnostic));
  return mistakes;
}

Environment environment_of(const handshake::Hello& hello) {
  Environment environment;
  environment.caps = hello.caps;
  environment.home = hello.home;
  environment.directory = hello.directory;
  utsname kernel{};
  if (uname(&kernel) == 0)
    std::sscanf(kernel.release, "%d.%d", &environment.kernel_major, &environment.kernel_minor);
  return environment;
}

}  // namespace scsup
