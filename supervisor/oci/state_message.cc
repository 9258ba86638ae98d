#include "supervisor/oci/state_message.h"

#include <utility>

namespace scsup::oci {

StateMessage::Progress StateMessage::broken(const std::string& why) {
  progress_ = Progress::broken;
  mistake_ = "the runtime's message is broken: " + why;
  text_ = {};
  return progress_;
}

StateMessage::Progress StateMessage::judge_descriptors(Chunk& chunk) {
  const bool first = size_ == 0;
  for (Fd& fd : chunk.fds)
    if (fds_.size() < packet_fd_limit) fds_.push_back(std::move(fd));
  if (chunk.fds_lost) return broken("more descriptors came with it than scsup has room for");
  if (first && chunk.fds.empty()) return broken("no descriptor came with its first bytes");
  if (first && chunk.fds.size() > 1)
    return broken(std::to_string(chunk.fds.size()) + " descriptors came with it instead of one");
  if (!first && !chunk.fds.empty()) return broken("another descriptor came with its later bytes");
  return progress_;
}

StateMessage::Progress StateMessage::feed(Chunk chunk) {
  const bool closed = chunk.bytes.empty();
  if (progress_ == Progress::broken || (closed && progress_ == Progress::complete)) return progress_;
  if (closed)
    return broken(size_ == 0 ? "the connection was closed before anything came"
                             : "it ends after " + std::to_string(size_) + " bytes, in its middle");
  if (judge_descriptors(chunk) == Progress::broken) return progress_;
  size_ += chunk.bytes.size();
  if (size_ > size_limit) return broken("it has more than " + std::to_string(size_limit) + " bytes");
  text_ += chunk.bytes;

  switch (end_.read(chunk.bytes)) {
    case ObjectEnd::Verdict::open:
      return progress_;
    case ObjectEnd::Verdict::no_object:
      return broken("it is no JSON object");
    case ObjectEnd::Verdict::wrong_bracket:
      return broken("it is no JSON object: a bracket is closed by one of another kind");
    case ObjectEnd::Verdict::too_deep:
      return broken("it is nested deeper than " + std::to_string(ObjectEnd::depth_limit) + " levels");
    case ObjectEnd::Verdict::trailing:
      return broken("something follows behind its end");
    case ObjectEnd::Verdict::closed:
      break;
  }
  if (progress_ == Progress::complete) return progress_;  // only white space followed
  auto state = parse_container_state(text_);
  text_ = {};
  if (!state) return broken(state.error().what);
  state_ = std::move(*state);
  progress_ = Progress::complete;
  return progress_;
}

}  // namespace scsup::oci
