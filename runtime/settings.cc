#include "runtime/settings.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/read_file.h"
#include "supervisor/catalogue/catalogue.h"
#include "supervisor/policy/parse_reader.h"

namespace scsup::runtime {
namespace {

constexpr std::string_view keys[] = {"runtime", "policies", "default", "listener", "comment"};
constexpr std::size_t longest_socket_path = 107;  // unix(7)

void read_absolute(Reader& reader, const Json& file, std::string_view key, std::string& value) {
  const Json* json = value_of(file, key);
  if (!json) return;
  const std::string what = "\"" + std::string(key) + "\"";
  auto text = reader.text(*json, what);
  if (!text) return;
  if (!text->value.starts_with('/') || text->value.find('\0') != std::string::npos)
    reader.mismatch(*json, "an absolute path", what);
  else
    value = std::move(text->value);
}

void read_keys(Reader& reader, const Json& file, Settings& settings) {
  if (!reader.object(file, "the configuration of scsup-runtime", keys)) return;
  read_absolute(reader, file, "policies", settings.policies);
  read_absolute(reader, file, "listener", settings.listener);
  if (settings.listener.size() > longest_socket_path)
    reader.error(value_of(file, "listener")->place,
                 "the path of a socket has at most " + std::to_string(longest_socket_path) + " bytes");
  if (const Json* json = value_of(file, "runtime")) {
    auto text = reader.text(*json, "\"runtime\"");
    const bool name = text && !text->value.empty() &&
                      text->value.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
    if (name || (text && text->value.starts_with('/')))
      settings.runtime = std::move(text->value);
    else if (text)
      reader.mismatch(*json, "a program's name or absolute path", "\"runtime\"");
  }
  if (const Json* json = value_of(file, "default")) {
    auto text = reader.text(*json, "\"default\"");
    if (text && !is_policy_name(text->value))
      reader.mismatch(*json, "the name of a policy", "\"default\"");
    else if (text)
      settings.default_policy = std::move(text->value);
  }
  if (const Json* comment = value_of(file, "comment")) reader.text(*comment, "\"comment\"");
}

}  // namespace

Result<Settings> read_settings(const char* file) {
  Settings settings;
  const std::string path = file ? file : usual_file;
  const auto read = read_regular_file(path, "the configuration", settings_size_limit);
  if (!read && read.error().err == ENOENT && !file) return settings;
  if (!read) return failed(read.error());
  if ((read->status.st_mode & 022) != 0 || (read->status.st_uid != 0 && read->status.st_uid != geteuid()))
    return failed(
        0, "'" + path + "' may be written by others than root or ourselves; it says which program is run");
  settings.file = path;
  Diagnostics mistakes;
  const auto tree = read_json(read->text, mistakes, "configuration");
  Reader reader(mistakes);
  if (tree) read_keys(reader, *tree, settings);
  if (has_errors(mistakes)) return failed(0, render(path, mistakes.front()));
  return settings;
}

}  // namespace scsup::runtime
