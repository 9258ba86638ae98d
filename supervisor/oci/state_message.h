// The message of an OCI runtime on a listenerPath socket, assembled from the pieces in which it comes.
//
// One JSON object, and exactly one descriptor, which comes with its first bytes. The message is complete when the
// object is: the runtime may keep the connection open as long as the container lives (runc before 1.2.7). Has no
// deadline: the caller has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/socket.h"
#include "supervisor/oci/container_state.h"
#include "supervisor/oci/object_end.h"

namespace scsup::oci {

class StateMessage {
 public:
  static constexpr std::size_t size_limit = 1u << 20;  // bytes; annotations of 300 kB occur in practice

  enum class Progress : std::uint8_t { more, complete, broken };

  // A chunk from receive_stream(). An empty chunk means that the peer has closed. Once broken it stays broken; once
  // complete it stays so unless something follows.
  Progress feed(Chunk chunk);
  Progress progress() const { return progress_; }

  // What is wrong: "the runtime's message is broken: ..."; only of a broken message.
  const std::string& mistake() const { return mistake_; }
  // Only of a complete message.
  const ContainerState& state() const { return state_; }
  // The descriptors that came along: one if the message is complete. With a broken message any number: they may be
  // listeners whose targets wait, and the caller can deny their calls instead of leaving them to ENOSYS.
  std::vector<Fd> take_descriptors() { return std::move(fds_); }

 private:
  Progress broken(const std::string& why);
  Progress judge_descriptors(Chunk& chunk);

  Progress progress_ = Progress::more;
  ObjectEnd end_;
  std::size_t size_ = 0;  // bytes received
  std::string text_;      // the bytes, until they are parsed
  std::vector<Fd> fds_;
  std::string mistake_;
  ContainerState state_;
};

}  // namespace scsup::oci
