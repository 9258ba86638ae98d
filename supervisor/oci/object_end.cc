#include "supervisor/oci/object_end.h"

namespace scsup::oci {

ObjectEnd::Verdict ObjectEnd::read(std::string_view bytes) {
  for (const char byte : bytes) {
    read(byte);
    if (verdict_ != Verdict::open && verdict_ != Verdict::closed) break;
  }
  return verdict_;
}

void ObjectEnd::read(char byte) {
  if (in_string_) {
    if (escaped_)
      escaped_ = false;
    else if (byte == '\\')
      escaped_ = true;
    else if (byte == '"')
      in_string_ = false;
    return;
  }
  if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') return;
  if (verdict_ == Verdict::closed) {
    verdict_ = Verdict::trailing;
  } else if (depth_ == 0 && byte != '{') {
    verdict_ = Verdict::no_object;
  } else if (byte == '"') {
    in_string_ = true;
  } else if (byte == '{' || byte == '[') {
    if (depth_ == depth_limit)
      verdict_ = Verdict::too_deep;
    else
      objects_[depth_++] = byte == '{';
  } else if (byte == '}' || byte == ']') {
    if (objects_[--depth_] != (byte == '}'))
      verdict_ = Verdict::wrong_bracket;
    else if (depth_ == 0)
      verdict_ = Verdict::closed;
  }
}

}  // namespace scsup::oci
