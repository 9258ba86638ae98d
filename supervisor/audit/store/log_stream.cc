#include "supervisor/audit/store/log_stream.h"

#include <unistd.h>

#include "supervisor/audit/json_line.h"

namespace scsup {

void LogStream::remark(std::string_view type, std::string members) {
  remarks_.push_back(remark_line(type, run_, clock_.now(), members));
}

Appended LogStream::append(std::span<const LogLine> lines, Sync, const Announce&) {
  out_ = torn_ ? "\n" : "";  // ends the part of a line that got through
  const std::uint64_t first = next_seq_;
  const auto put = [this](const LogLine& line) { append_numbered(out_, line, next_seq_++); };
  if (!opening_.text.empty()) put(opening_.view());
  for (const OwnedLine& remark : remarks_) put(remark.view());
  for (const LogLine& line : lines) put(line);
  for (std::string_view left = out_; !left.empty();) {
    const ssize_t wrote = write(stream_.get(), left.data(), left.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      next_seq_ = first;
      return {false, Error{errno, "cannot write"}};
    }
    left.remove_prefix(static_cast<std::size_t>(wrote));
    torn_ = !left.empty() && (torn_ || out_[out_.size() - left.size() - 1] != '\n');
  }
  opening_ = {};
  remarks_.clear();
  return {};
}

}  // namespace scsup
