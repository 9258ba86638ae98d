// Finds where one JSON object ends in a stream of bytes, looking at each byte once.
//
// It only knows brackets and strings: what it accepts need not be JSON, but valid JSON ends where it says. So a
// message that comes in any number of pieces is parsed once, when it is complete.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace scsup::oci {

class ObjectEnd {
 public:
  static constexpr std::size_t depth_limit = 32;  // a container's state has three levels

  enum class Verdict : std::uint8_t {
    open,           // the object hasn't ended
    closed,         // it has ended; what followed was white space
    no_object,      // the first character is not '{'
    wrong_bracket,  // '[' closed by '}', or the other way round
    too_deep,
    trailing  // something follows the object
  };

  // The verdict after these further bytes. Everything but `open` and `closed` is final.
  Verdict read(std::string_view bytes);

 private:
  void read(char byte);

  Verdict verdict_ = Verdict::open;
  std::bitset<depth_limit> objects_;  // which of the open brackets are '{'
  std::size_t depth_ = 0;
  bool in_string_ = false, escaped_ = false;
};

}  // namespace scsup::oci
