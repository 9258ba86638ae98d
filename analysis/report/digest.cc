#include "analysis/report/digest.h"

namespace scsup::analysis {
namespace {

bool is_denied(const Record& call) { return call.act == "deny" || call.act == "kill"; }

}  // namespace

void Digest::add(const Record& record) {
  if (record.type == Type::gap && record.lost > 0) lost += static_cast<std::uint64_t>(record.lost);
  policies.add(record);
  if (record.type == Type::call || record.type == Type::task) processes.add(record);
  if (record.type != Type::call) return;
  calls.add(record);
  if (is_denied(record)) denials.add(record);
  if (const auto ms = milliseconds(record.time)) {
    times.add(record.syscall.empty() ? std::string_view("-") : record.syscall, *ms,
              {1, static_cast<std::uint64_t>(is_denied(record))});
    if (first.empty() || record.time < first) first = record.time;
    if (record.time > last) last = record.time;
  } else {
    ++undated;
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
