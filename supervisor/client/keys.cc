#include "supervisor/client/keys.h"

namespace scsup {

namespace {

constexpr char escape = '\x1b';
constexpr std::size_t longest_sequence = 16;  // a longer one is no key

// Decodes "ESC [ parameters final" or "ESC O final".
bool named(std::string_view parameters, char final, Key::Kind& kind) {
  using enum Key::Kind;
  if (final == '~') {
    if (parameters == "5") return kind = page_up, true;
    if (parameters == "6") return kind = page_down, true;
    if (parameters == "1" || parameters == "7") return kind = home, true;
    if (parameters == "4" || parameters == "8") return kind = end, true;
    return false;
  }
  switch (final) {
    case 'A':
      return kind = up, true;
    case 'B':
      return kind = down, true;
    case 'C':
      return kind = right, true;
    case 'D':
      return kind = left, true;
    case 'H':
      return kind = home, true;
    case 'F':
      return kind = end, true;
    default:
      return false;
  }
}

}  // namespace

// Takes one key from the front of pending_. False: it isn't complete.
bool Keys::take(std::vector<Key>& keys) {
  const char first = pending_[0];
  if (first != escape) {
    pending_.erase(0, 1);
    if (first == '\r' || first == '\n')
      keys.push_back({Key::Kind::enter});
    else if (first == '\x7f' || first == '\b')
      keys.push_back({Key::Kind::backspace});
    else if (first >= ' ' && first < '\x7f')
      keys.push_back({Key::Kind::character, first});
    return true;
  }
  if (pending_.size() == 1) {
    pending_.clear();
    keys.push_back({Key::Kind::escape});
    return true;
  }
  if (pending_[1] != '[' && pending_[1] != 'O') {
    pending_.erase(0, 1);
    keys.push_back({Key::Kind::escape});
    return true;
  }
  std::size_t end = 2;
  while (end < pending_.size() && (pending_[end] < '@' || pending_[end] > '~')) ++end;
  if (end == pending_.size()) {
    if (pending_.size() < longest_sequence) return false;
    pending_.clear();
    return true;
  }
  Key key;
  if (named(std::string_view(pending_).substr(2, end - 2), pending_[end], key.kind)) keys.push_back(key);
  pending_.erase(0, end + 1);
  return true;
}

std::vector<Key> Keys::typed(std::string_view bytes) {
  pending_ += bytes;
  std::vector<Key> keys;
  while (!pending_.empty() && take(keys)) {
  }
  return keys;
}

}  // namespace scsup
