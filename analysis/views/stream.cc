#include "analysis/views/stream.h"

#include <algorithm>

#include "analysis/reading.h"

namespace scsup::analysis {

Stream::Stream(const std::string& log) : source_(open_logs({log})) {}

bool Stream::next() {
  for (;;) {
    while (left_.empty()) {
      const auto more = source_.next(block_);
      if (!more) damage_.error = more.error().text();
      if (!more || !*more) return false;
      left_ = block_.text;
      place_ = {block_.file, block_.first_line, block_.offset};
    }
    const std::size_t end = std::min(left_.find('\n'), left_.size());
    const std::string_view line = left_.substr(0, end);
    const Place at = place_;
    left_.remove_prefix(std::min(end + 1, left_.size()));
    ++place_.line;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (!reader_.read(line, record_)) {
      ++damage_.broken;
      if (damage_.first.size() < Damage::shown) damage_.first.push_back({at, reader_.broken()});
      continue;
    }
    damage_.unknown += record_.type == Type::other;
    if (!record_.time.empty()) time_ = record_.time;
    return true;
  }
}

}  // namespace scsup::analysis
