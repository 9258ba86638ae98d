#include "analysis/views/stream.h"

#include "analysis/read/reading.h"

namespace scsup::analysis {

Stream::Stream(const std::string& log) : source_(open_logs({log})), lines_(source_) {}

bool Stream::next() {
  for (Lines::Line next;;) {
    const auto more = lines_.next(next);
    if (!more) damage_.error = more.error().text();
    if (!more || !*more) return false;
    const std::string_view line = next.text;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (!reader_.read(line, record_)) {
      ++damage_.broken;
      if (damage_.first.size() < Damage::shown) damage_.first.push_back({next.place, reader_.broken()});
      continue;
    }
    damage_.unknown += record_.type == Type::other;
    if (!record_.time.empty()) time_ = record_.time;
    return true;
  }
}

}  // namespace scsup::analysis
