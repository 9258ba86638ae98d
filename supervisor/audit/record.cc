#include "supervisor/audit/record.h"

#include "supervisor/audit/json_line.h"

namespace scsup {

std::string render(const Process& process) {
  JsonLine line;
  line.number("pid", process.pid).number("ppid", process.ppid);
  line.number("start", static_cast<std::int64_t>(process.start));
  line.text("comm", process.comm).text("exe", process.exe).text("cwd", process.cwd);
  line.number("uid", process.uid).number("gid", process.gid);
  return std::string(line.view());
}

std::string render(const Container& container) {
  JsonLine line;
  for (const auto& [name, value] : container) line.text(name, value);
  return std::string(line.view());
}

Counts& Counts::operator+=(const Counts& more) {
  received += more.received;
  answered += more.answered;
  recorded += more.recorded;
  allowed += more.allowed;
  denied += more.denied;
  emulated += more.emulated;
  watched += more.watched;
  return *this;
}

}  // namespace scsup
