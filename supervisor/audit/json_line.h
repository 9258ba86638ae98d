// One line of I-JSON (RFC 7493), built in a buffer that is reused for each call: no allocation once it has grown.
//
// Text may hold any bytes. Invalid UTF-8 is shown as U+FFFD, and the true bytes follow as base64 in a second member
// "<name>_b64". Control characters and DEL are escaped, so a log can be shown on a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace scsup {

class JsonLine {
 public:
  void clear() { size_ = 0; }
  std::string_view view() const { return {bytes_.data(), size_}; }

  JsonLine& open(std::string_view name = {});  // {
  JsonLine& close();                           // }
  JsonLine& open_list(std::string_view name);  // [
  JsonLine& close_list();
  JsonLine& text(std::string_view name, std::string_view value);
  JsonLine& word(std::string_view name, std::string_view value);  // known to need no escaping
  JsonLine& number(std::string_view name, std::int64_t value);
  JsonLine& hex(std::string_view name,
                std::uint64_t value);  // "0x..." because integers above 2^53 get rounded
  JsonLine& octal(std::string_view name, std::uint32_t value);  // "0755"
  JsonLine& boolean(std::string_view name, bool value);
  JsonLine& item_hex(std::uint64_t value);  // in a list
  JsonLine& item_text(std::string_view value);
  JsonLine& members(std::string_view rendered);  // "\"a\":1,\"b\":2", already rendered
  JsonLine& end_line();

 private:
  void need(std::size_t more) {
    if (bytes_.size() - size_ < more) bytes_.resize(2 * bytes_.size() + more);
  }
  void put(char c) { bytes_[size_++] = c; }  // after need()
  void put(std::string_view text) {
    text.copy(&bytes_[size_], text.size());
    size_ += text.size();
  }
  void begin(std::string_view name, std::size_t room);  // a comma if needed, the name, and room for the value
  void digits(std::uint64_t value, unsigned base);
  bool escaped(std::string_view value);
  void base64(std::string_view bytes);

  std::string bytes_ = std::string(4096, '\0');
  std::size_t size_ = 0;
};

}  // namespace scsup
