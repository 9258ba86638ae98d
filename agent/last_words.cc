#include "agent/last_words.h"

#include <unistd.h>

#include <string>

#include "base/printable.h"

namespace scsup::agent {

void end(int status, std::string_view sentence) {
  const std::string line = "scsup: " + printable(sentence, Backslash::kept) + "\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(status);
}

}  // namespace scsup::agent
