#include "cli/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cli/table.h"

namespace scsup {

void print_lines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) std::puts(line.c_str());
}

std::size_t output_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0) return Table::unlimited;
  return size.ws_col;
}

bool has_utf8() {
  const locale_t user = newlocale(LC_CTYPE_MASK, "", nullptr);
  if (!user) return false;
  const bool is_utf8 = std::strcmp(nl_langinfo_l(CODESET, user), "UTF-8") == 0;
  freelocale(user);
  return is_utf8;
}

bool has_colours() {
  const char* const off = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && !(off && *off);
}

}  // namespace scsup
