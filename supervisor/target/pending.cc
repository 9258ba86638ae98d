#include "supervisor/target/pending.h"

#include "supervisor/target/procfs.h"

namespace scsup {

bool PendingCalls::is_over(const PendingCall& call) {
  const auto text = read_file_at(call.handles->proc, "syscall");
  if (!text) return text.error().err == ESRCH || text.error().err == ENOENT;
  const auto current = parse_current_syscall(*text);
  return current && *current != call.nr;
}

bool PendingCalls::can_change(const Task& task) {
  bool can = false;
  for (auto it = calls_.begin(); it != calls_.end();) {
    if (it->first != task.tid && is_over(it->second)) {
      it = calls_.erase(it);
      continue;
    }
    const PendingCall& call = it->second;
    const bool view = call.alters == Alters::filesystem || call.alters == Alters::everything;
    const bool image = call.alters == Alters::image && call.process == task.pid;
    can = can || (it->first != task.tid && (view || image));
    ++it;
  }
  return can;
}

}  // namespace scsup
