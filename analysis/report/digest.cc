#include "analysis/report/digest.h"

#include "analysis/read/instant.h"

namespace scsup::analysis {

void Digest::add(const Record& record) {
  if (record.type == Type::gap && record.lost > 0) lost += static_cast<std::uint64_t>(record.lost);
  policies.add(record);
  processes.add(record);
  if (record.type != Type::call) return;
  calls.add(record);
  if (record.is_denied()) denials.add(record);
  if (const auto time = microseconds_of(record.time)) {
    times.add(or_dash(record.syscall), *time, record.is_denied(), record.calls());
    if (first.empty() || record.time < first) first = record.time;
    if (record.last() > last) last = record.last();
  } else {
    undated += record.calls();
  }
}

void Digest::add(const Digest& other) {
  calls.add(other.calls);
  denials.add(other.denials);
  times.add(other.times);
  processes.add(other.processes);
  policies.add(other.policies);
  if (!other.first.empty() && (first.empty() || other.first < first)) first = other.first;
  if (other.last > last) last = other.last;
  lost += other.lost;
  undated += other.undated;
}

}  // namespace scsup::analysis
