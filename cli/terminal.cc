#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

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

bool has_colours() {
  const char* const off = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && !(off && *off);
}

}  // namespace scsup
