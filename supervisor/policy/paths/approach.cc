#include "supervisor/policy/paths/approach.h"

#include <algorithm>

namespace scsup {

void Approach::add(const FlatGlob& glob) {
  std::string path;
  on_the_way_.insert("/");
  for (const std::string& component : glob.literal) {
    path += '/';
    path += component;
    on_the_way_.insert(path);
  }
  if (glob.tail == FlatGlob::Tail::pattern) open_below_.insert(path.empty() ? "/" : path);
}

bool Approach::leads_on(std::string_view path) const {
  if (path.empty()) return false;
  if (on_the_way_.contains(path)) return true;
  if (open_below_.empty()) return false;
  while (!open_below_.contains(path)) {
    if (path == "/") return false;
    path = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
  }
  return true;
}

}  // namespace scsup
