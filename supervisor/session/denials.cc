#include "supervisor/session/denials.h"

#include "base/printable.h"
#include "supervisor/policy/text/errno_names.h"

namespace scsup {

void Denials::add(const Call& call, std::string_view path, int err, const Origin& origin) {
  std::lock_guard lock(mutex_);
  for (Denial& denial : seen_) {  // the usual case, without formatting
    if (denial.nr != call.nr || denial.abi != call.abi || denial.err != err || denial.path != path ||
        denial.by != origin.words)
      continue;
    ++denial.times;
    return;
  }
  if (seen_.size() == most) {
    ++others_;
    return;
  }
  std::string words = "denied ";
  words +=
      call.syscall ? std::string(call.syscall->name) : "system call " + std::to_string(call.nr & ~x32_bit);
  if (call.abi != Abi::x86_64) words += " (" + std::string(name(call.abi)) + ")";
  if (!path.empty()) words += " " + printable(path);
  words += ": " + std::string(errno_name(err)) + ", " + origin.words;
  seen_.push_back({call.abi, call.nr, err, std::string(path), origin.words, std::move(words)});
}

std::vector<std::string> Denials::lines() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const Denial& denial : seen_)
    lines.push_back(denial.words + (denial.times > 1 ? " (" + std::to_string(denial.times) + " times)" : ""));
  if (others_ > 0) lines.back() += "; and " + std::to_string(others_) + " more denials, see the audit log";
  return lines;
}

}  // namespace scsup
