// The message of an OCI runtime on a listenerPath socket, put together from whatever pieces it comes in.
//
// One JSON object, and exactly one descriptor, which comes with its first bytes. It is whole when the object
// is: the runtime may keep the connection open for as long as the container lives (runc before 1.2.7).
// No deadline in here: whoever feeds has one.
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
  static constexpr std::size_t size_limit = 1u << 20;  // bytes; 300 kB of annotations are seen in the field

  enum class Progress : std::uint8_t { more, complete, broken };

  // What receive_stream() gave. An empty chunk is the peer's close. Once broken it stays so; once complete it
  // stays so while nothing follows.
  Progress feed(Chunk chunk);
  Progress progress() const { return progress_; }

  // What is wrong: "the runtime's message is broken: ..."; of a broken one only.
  const std::string& mistake() const { return mistake_; }
  // Of a complete one only.
  const ContainerState& state() const { return state_; }
  // What came along, one descriptor if the message is complete. Of a broken one, any number: they may be
  // listeners whose targets wait, and whoever takes them can deny instead of leaving them to ENOSYS.
  std::vector<Fd> take_descriptors() { return std::move(fds_); }

 private:
  Progress broken(const std::string& why);
  Progress judge_descriptors(Chunk& chunk);

  Progress progress_ = Progress::more;
  ObjectEnd end_;
  std::size_t size_ = 0;  // bytes that have come
  std::string text_;      // they, until they are understood
  std::vector<Fd> fds_;
  std::string mistake_;
  ContainerState state_;
};

}  // namespace scsup::oci
