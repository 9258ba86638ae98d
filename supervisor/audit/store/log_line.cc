#include "supervisor/audit/store/log_line.h"

#include <charconv>

#include "supervisor/audit/json_line.h"

namespace scsup {

void append_numbered(std::string& out, const LogLine& line, std::uint64_t seq, std::string_view more) {
  char number[24];
  const auto end = std::to_chars(number, number + sizeof number, seq).ptr;
  out += line.text.substr(0, line.split);
  out += ",\"seq\":";
  out.append(number, end);
  out += more;
  out += line.text.substr(line.split);
}

OwnedLine remark_line(std::string_view type, std::string_view run, std::string_view time,
                      std::string_view members) {
  JsonLine line;
  line.open().word("type", type).word("run", run);
  OwnedLine remark;
  remark.split = static_cast<std::uint32_t>(line.view().size());
  line.word("time", time).members(members).close().end_line();
  remark.text = line.view();
  return remark;
}

}  // namespace scsup
