#include "supervisor/session/denials.h"

#include <algorithm>
#include <cstdio>

#include "supervisor/policy/errno_names.h"

namespace scsup {

namespace {

// Of what is no ASCII only whole, well-formed characters (RFC 3629) are shown. Not the C1 controls U+0080 to
// U+009F, which drive terminals, and not what turns the direction of the text around it.
bool may_be_shown(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  for (std::size_t i = 1; i < character.size(); ++i)
    if ((byte(i) & 0xc0) != 0x80) return false;
  switch (byte(0)) {
    case 0xc2:
      return byte(1) >= 0xa0;
    case 0xe0:
      return byte(1) >= 0xa0;
    case 0xed:
      return byte(1) <= 0x9f;
    case 0xf0:
      return byte(1) >= 0x90;
    case 0xf4:
      return byte(1) <= 0x8f;
    default:
      break;
  }
  for (const char* turning : {"\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
                              "\u2066", "\u2067", "\u2068", "\u2069"})
    if (character == turning) return false;
  return true;
}

}  // namespace

std::string printable(const std::string& bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(bytes[i]);
    std::size_t length = c >= 0xc2 && c <= 0xdf   ? 2
                         : c >= 0xe0 && c <= 0xef ? 3
                         : c >= 0xf0 && c <= 0xf4 ? 4
                                                  : 0;
    if (length != 0 && i + length > bytes.size()) length = 0;
    if (length != 0 && !may_be_shown(std::string_view(bytes).substr(i, length))) length = 0;
    if (length != 0) {
      out.append(bytes, i, length);
      i += length - 1;
    } else if (c >= 0x20 && c < 0x7f && c != '\\') {
      out += static_cast<char>(c);
    } else {
      char octal[8];
      std::snprintf(octal, sizeof octal, "\\%03o", c);
      out += octal;
    }
  }
  return out;
}

void Denials::add(const Call& call, const std::string& path, int err, const Origin& origin) {
  std::lock_guard lock(mutex_);
  for (Denial& denial : seen_) {  // the usual case, without building the words
    if (denial.nr != call.nr || denial.abi != call.abi || denial.err != err || denial.path != path ||
        denial.by != origin.words)
      continue;
    ++denial.times;
    return;
  }
  if (seen_.size() == most) {
    ++others_;
    return;
  }
  std::string words = "denied ";
  words +=
      call.syscall ? std::string(call.syscall->name) : "system call " + std::to_string(call.nr & ~x32_bit);
  if (call.abi != Abi::x86_64) words += " (" + std::string(name(call.abi)) + ")";
  if (!path.empty()) words += " " + printable(path);
  words += ": " + std::string(errno_name(err)) + ", " + origin.words;
  seen_.push_back({call.abi, call.nr, err, path, origin.words, std::move(words)});
}

std::vector<std::string> Denials::lines() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const Denial& denial : seen_)
    lines.push_back(denial.words + (denial.times > 1 ? " (" + std::to_string(denial.times) + " times)" : ""));
  if (others_ > 0) lines.back() += "; and " + std::to_string(others_) + " more denials, see the audit log";
  return lines;
}

}  // namespace scsup
