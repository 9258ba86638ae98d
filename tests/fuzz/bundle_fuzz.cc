// Any bytes as a container's config.json: it is refused with a sentence, or the result names our listener, and a
// second pass changes nothing.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "runtime/supervised_config.h"

namespace {

namespace fs = std::filesystem;
using scsup::runtime::Settings;

void require(bool holds, const std::string& what) {
  if (holds) return;
  std::cerr << what << '\n';
  std::abort();
}

// One policy, in a directory of its own.
struct Place {
  Place() {
    std::string name = fs::temp_directory_path() / "scsup-fuzz-XXXXXX";
    settings.policies = mkdtemp(name.data());
    std::ofstream(settings.policies + "/web.json")
        << R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "path": "/a", "action": "allow"}]}})";
  }
  ~Place() { fs::remove_all(settings.policies); }
  Settings settings{"/etc/scsup/config.json", "", "", "web", "/run/l.sock"};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Place place;
  const Settings& settings = place.settings;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto made = scsup::runtime::supervised_config(text, "config.json", settings);
  if (!made) {
    const std::string& said = made.error().what;
    require(!said.empty() && said.size() < 2000, "no sentence: " + said);
    return 0;
  }
  const std::string result = made->value_or(text);
  const auto tree = nlohmann::json::parse(result, nullptr, false);
  require(!tree.is_discarded(), "no JSON: " + result);
  require(tree["linux"]["seccomp"].value("listenerPath", "") == settings.listener, "not ours: " + result);
  const auto again = scsup::runtime::supervised_config(result, "config.json", settings);
  require(again && !*again, "changed again: " + result);
  return 0;
}
