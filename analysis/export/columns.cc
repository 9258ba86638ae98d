#include "analysis/export/columns.h"

namespace scsup::analysis {
namespace {

Cell text(std::string_view value) { return value.empty() ? Cell() : Cell(value); }
Cell number(std::int64_t value) { return value < 0 ? Cell() : Cell(value); }

Cell arguments(const Record& call) {
  std::string all;
  for (std::size_t i = 0; i < call.arg_count; ++i) {
    if (i != 0) all += ' ';
    all += call.args[i];
  }
  return all.empty() ? Cell() : Cell(std::move(all));
}

constexpr CallColumn all_columns[] = {
    {"seq", true, [](const Record& r) { return number(r.seq); }},
    {"time", false, [](const Record& r) { return text(r.time); }},
    {"run", false, [](const Record& r) { return text(r.run); }},
    {"session", true, [](const Record& r) { return number(r.session); }},
    {"container_id", false, [](const Record& r) { return text(r.container_id); }},
    {"container", false, [](const Record& r) { return text(r.container_name); }},
    {"image", false, [](const Record& r) { return text(r.image); }},
    {"pid", true, [](const Record& r) { return number(r.pid); }},
    {"tid", true, [](const Record& r) { return number(r.tid); }},
    {"ppid", true, [](const Record& r) { return number(r.ppid); }},
    {"uid", true, [](const Record& r) { return number(r.uid); }},
    {"gid", true, [](const Record& r) { return number(r.gid); }},
    {"comm", false, [](const Record& r) { return text(r.comm); }},
    {"exe", false, [](const Record& r) { return text(r.exe); }},
    {"cwd", false, [](const Record& r) { return text(r.cwd); }},
    {"arch", false, [](const Record& r) { return text(r.arch); }},
    {"nr", true, [](const Record& r) { return number(r.nr); }},
    {"syscall", false, [](const Record& r) { return text(r.syscall); }},
    {"args", false, [](const Record& r) { return arguments(r); }},
    {"path", false, [](const Record& r) { return text(r.path); }},
    {"resolved", false, [](const Record& r) { return text(r.resolved); }},
    {"mode", false, [](const Record& r) { return text(r.mode); }},
    {"flags", false, [](const Record& r) { return text(r.flags); }},
    {"act", false, [](const Record& r) { return text(r.act); }},
    {"how", false, [](const Record& r) { return text(r.how); }},
    {"errno", false, [](const Record& r) { return text(r.err); }},
    {"ret", true, [](const Record& r) { return number(r.ret); }},
    {"rule", false, [](const Record& r) { return text(r.rule); }},
    {"rule_at", false, [](const Record& r) { return text(r.rule_at); }},
    {"policy_sha", false, [](const Record& r) { return text(r.policy_sha); }},
    {"policy_gen", true, [](const Record& r) { return number(r.generation); }},
    {"out", false, [](const Record& r) { return text(r.out); }},
    {"dec_ns", true, [](const Record& r) { return number(r.dec_ns); }},
    {"count", true, [](const Record& r) { return number(r.count); }},
    {"last_time", false, [](const Record& r) { return text(r.last()); }},
    {"dec_ns_sum", true, [](const Record& r) { return number(r.dec_ns_sum < 0 ? r.dec_ns : r.dec_ns_sum); }},
    {"dec_ns_max", true, [](const Record& r) { return number(r.dec_ns_max < 0 ? r.dec_ns : r.dec_ns_max); }},
};

}  // namespace

std::span<const CallColumn> call_columns() { return all_columns; }

}  // namespace scsup::analysis
