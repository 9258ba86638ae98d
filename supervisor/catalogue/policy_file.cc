#include "supervisor/catalogue/policy_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <cstdio>

#include "base/fd.h"
#include "supervisor/audit/sha256.h"

namespace scsup {

std::string PolicyFile::name() const {
  std::string last = file.substr(file.rfind('/') + 1);
  if (last.ends_with(".json")) last.resize(last.size() - 5);
  return last;
}

Result<PolicyFile> read_policy_file(const std::string& file) {
  const std::string what = "cannot read the policy '" + file + "'";
  Fd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));  // a FIFO must not hold us up
  struct stat st;
  if (!fd || fstat(fd.get(), &st) != 0) return failed(what);
  if (S_ISDIR(st.st_mode)) return failed(EISDIR, what);
  if (!S_ISREG(st.st_mode)) return failed(0, what + ": it is no regular file");
  const std::string too_large = what + ": it is larger than 16 MiB";
  if (st.st_size > static_cast<off_t>(policy_size_limit)) return failed(0, too_large);
  std::string text;
  text.reserve(static_cast<std::size_t>(st.st_size));
  char chunk[65536];
  for (ssize_t got; (got = read(fd.get(), chunk, sizeof chunk)) != 0;) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(what);
    text.append(chunk, static_cast<std::size_t>(got));
    if (text.size() > policy_size_limit) return failed(0, too_large);  // it grew
  }
  return policy_file_of(file, std::move(text));
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
