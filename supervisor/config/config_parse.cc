// From the text of scsup-config(5) to a Config. Reports all mistakes at once, each with its place.
#include <algorithm>

#include "supervisor/config/config.h"
#include "supervisor/config/config_audit.h"
#include "supervisor/policy/document/parse_reader.h"
#include "supervisor/policy/text/json.h"
#include "supervisor/policy/text/suggest.h"

namespace scsup {
namespace {

constexpr std::string_view config_keys[] = {"policies", "default_policy", "sockets", "audit",   "attach",
                                            "control",  "at_end",         "threads", "runtime", "comment"};
constexpr std::string_view sockets_keys[] = {"agent", "oci", "control"};
constexpr std::string_view socket_keys[] = {"path", "group"};
constexpr std::string_view attach_keys[] = {"uid", "gid", "policies", "own_file", "comment"};
constexpr std::string_view control_keys[] = {"uid", "gid", "comment"};
constexpr Word<AtEnd> at_end_words[] = {{"leave", AtEnd::leave}, {"wait", AtEnd::wait}};
constexpr std::uint64_t largest_id = 0xfffffffe;  // -1 means "no id" in every call (chown(2))
constexpr unsigned most_threads = 64;
constexpr std::size_t longest_socket_path = 107;  // unix(7)

class ConfigReader {
 public:
  ConfigReader(Reader& reader, const std::string& directory, const Accounts& accounts)
      : reader_(reader), directory_(directory), accounts_(accounts) {}

  void read(const Json& file, Config& config);

 private:
  std::optional<std::string> path(const Json& json, std::string_view what);
  void socket(const Json& sockets, std::string_view name, SocketSetting& setting);
  void sockets(const Json& json, SocketSettings& settings);
  std::optional<gid_t> id(const Json& json, std::string_view what, std::string_view kind,
                          const std::function<std::optional<gid_t>(const std::string&)>& find);
  std::vector<gid_t> ids(const Json& json, std::string_view what, std::string_view kind,
                         const std::function<std::optional<gid_t>(const std::string&)>& find);
  std::vector<std::string> patterns(const Json& json);
  Grant grant(const Json& json, std::string_view what, std::span<const std::string_view> keys);
  std::vector<Grant> grants(const Json& json, std::string_view what, std::span<const std::string_view> keys);
  void policy_name(const Json& json, std::string& name);
  void program(const Json& json, std::string& name);

  Reader& reader_;
  const std::string& directory_;
  const Accounts& accounts_;
};

std::optional<std::string> ConfigReader::path(const Json& json, std::string_view what) {
  const auto written = reader_.text(json, what);
  if (!written) return std::nullopt;
  if (written->value.empty() || written->value.find('\0') != std::string::npos) {
    reader_.mismatch(json, "a path", what);
    return std::nullopt;
  }
  if (written->value.starts_with('/') || directory_.empty()) return written->value;
  return directory_ + (directory_.ends_with('/') ? "" : "/") + written->value;
}

void ConfigReader::socket(const Json& sockets, std::string_view name, SocketSetting& setting) {
  const Json* json = value_of(sockets, name);
  if (!json) return;
  const std::string what = "\"" + std::string(name) + "\"";
  const Json* place = json;
  if (json->kind == Json::Kind::object) {
    if (!reader_.object(*json, what, socket_keys)) return;
    if (const Json* group = value_of(*json, "group"))
      setting.group = id(*group, "\"group\"", "group", accounts_.group);
    place = value_of(*json, "path");
    if (!place) return;
  } else if (json->kind != Json::Kind::string) {
    reader_.mismatch(*json, "a path, \"none\", or an object with \"path\" and \"group\"", what);
    return;
  }
  if (place->kind == Json::Kind::string && place->text == "none") {
    setting = {};
    return;
  }
  auto found = path(*place, "the path of " + what);
  if (!found) return;
  if (found->size() > longest_socket_path)
    reader_.error(place->place, "the path of a socket has at most " + std::to_string(longest_socket_path) +
                                    " bytes, this one has " + std::to_string(found->size()));
  setting.path = std::move(*found);
}

void ConfigReader::sockets(const Json& json, SocketSettings& settings) {
  if (!reader_.object(json, "\"sockets\"", sockets_keys)) return;
  socket(json, "agent", settings.agent);
  socket(json, "oci", settings.oci);
  socket(json, "control", settings.control);
  const auto same = [](const SocketSetting& a, const SocketSetting& b) {
    return !a.path.empty() && a.path == b.path;
  };
  if (same(settings.agent, settings.oci) || same(settings.agent, settings.control) ||
      same(settings.oci, settings.control))
    reader_.error(json.place, "two sockets have the same path");
}

std::optional<gid_t> ConfigReader::id(const Json& json, std::string_view what, std::string_view kind,
                                      const std::function<std::optional<gid_t>(const std::string&)>& find) {
  if (json.kind == Json::Kind::number) {
    const auto number = reader_.whole(json, what, largest_id, 32);
    return number ? std::optional<gid_t>(static_cast<gid_t>(*number)) : std::nullopt;
  }
  if (json.kind != Json::Kind::string) {
    reader_.mismatch(json, "a number or a name", what);
    return std::nullopt;
  }
  // A NUL would end the name early, and another account could have that name.
  const auto found = json.text.find('\0') == std::string::npos ? find(json.text) : std::nullopt;
  if (!found)
    reader_.error(json.place,
                  "there is no " + std::string(kind) + " " + in_quotes(json.text) + " on this machine");
  return found;
}

std::vector<gid_t> ConfigReader::ids(const Json& json, std::string_view what, std::string_view kind,
                                     const std::function<std::optional<gid_t>(const std::string&)>& find) {
  std::vector<gid_t> all;
  const auto add = [&](const Json& one) {
    if (const auto number = id(one, what, kind, find)) all.push_back(*number);
  };
  if (json.kind != Json::Kind::array) {
    add(json);
  } else {
    for (const Json& one : json.items) add(one);
    if (json.items.empty()) reader_.error(json.place, std::string(what) + " is empty: it means nobody");
  }
  return all;
}

std::vector<std::string> ConfigReader::patterns(const Json& json) {
  std::vector<std::string> all;
  for (auto& pattern : reader_.texts(json, "\"policies\"")) {
    if (pattern.value.empty() || pattern.value.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
      reader_.error(pattern.place, "expected the name of a policy or a pattern such as \"web-*\", found " +
                                       in_quotes(pattern.value));
    all.push_back(std::move(pattern.value));
  }
  return all;
}

Grant ConfigReader::grant(const Json& json, std::string_view what, std::span<const std::string_view> keys) {
  Grant grant;
  if (!reader_.object(json, what, keys)) return grant;
  if (const Json* uid = value_of(json, "uid")) grant.uids = ids(*uid, "\"uid\"", "user", accounts_.user);
  if (const Json* gid = value_of(json, "gid")) grant.gids = ids(*gid, "\"gid\"", "group", accounts_.group);
  if (!grant.uids && !grant.gids)
    reader_.error(json.place, std::string(what) + " needs \"uid\", \"gid\" or both");
  if (const Json* comment = value_of(json, "comment")) reader_.text(*comment, "\"comment\"");
  if (std::ranges::find(keys, "policies") == keys.end()) return grant;
  if (const Json* own_file = value_of(json, "own_file"))
    grant.own_file = reader_.boolean(*own_file, "\"own_file\"").value_or(false);
  const Json* policies = value_of(json, "policies");
  if (policies) grant.policies = patterns(*policies);
  if (!grant.own_file && (!policies || (policies->kind == Json::Kind::array && policies->items.empty())))
    reader_.error(json.place,
                  std::string(what) + " allows nothing: \"policies\" names the policies, [\"*\"] is all");
  return grant;
}

std::vector<Grant> ConfigReader::grants(const Json& json, std::string_view what,
                                        std::span<const std::string_view> keys) {
  std::vector<Grant> all;
  if (const auto* items = reader_.list(json, what))
    for (const Json& item : *items) all.push_back(grant(item, "an entry of " + std::string(what), keys));
  return all;
}

void ConfigReader::policy_name(const Json& json, std::string& name) {
  const auto written = reader_.text(json, "\"default_policy\"");
  if (!written) return;
  std::string hint;
  if (written->value.ends_with(".json")) hint = "; a policy's name is its file's without \".json\"";
  if (written->value.empty() || !hint.empty() ||
      written->value.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
    reader_.error(json.place, "expected the name of a policy, found " + in_quotes(written->value) + hint);
  name = written->value;
}

void ConfigReader::program(const Json& json, std::string& name) {
  const auto written = reader_.text(json, "\"runtime\"");
  if (!written) return;
  const bool whole = !written->value.empty() && written->value.find('\0') == std::string::npos;
  if (whole && (written->value.starts_with('/') || written->value.find('/') == std::string::npos))
    name = written->value;
  else
    reader_.mismatch(json, "a program's name or absolute path", "\"runtime\"");
}

void ConfigReader::read(const Json& file, Config& config) {
  if (!reader_.object(file, "the config", config_keys)) return;
  if (const Json* policies = value_of(file, "policies"))
    config.policies = path(*policies, "\"policies\"").value_or("");
  if (const Json* name = value_of(file, "default_policy")) policy_name(*name, config.default_policy);
  if (const Json* all = value_of(file, "sockets")) sockets(*all, config.sockets);
  if (const Json* audit = value_of(file, "audit")) {
    const auto found = [this](const Json& json, std::string_view what) { return path(json, what); };
    read_audit(reader_, *audit, found, config.audit);
  }
  if (const Json* attach = value_of(file, "attach"))
    config.attach = grants(*attach, "\"attach\"", attach_keys);
  if (const Json* control = value_of(file, "control"))
    config.control = grants(*control, "\"control\"", control_keys);
  if (const Json* at_end = value_of(file, "at_end"))
    config.at_end = reader_.word<AtEnd>(*at_end, "\"at_end\" setting", at_end_words).value_or(AtEnd::leave);
  if (const Json* threads = value_of(file, "threads")) {
    const auto number = reader_.whole(*threads, "\"threads\"", most_threads);
    if (number == 0) reader_.error(threads->place, "\"threads\" is at least 1");
    config.threads = static_cast<unsigned>(number.value_or(1));
  }
  if (const Json* runtime = value_of(file, "runtime")) program(*runtime, config.runtime);
  if (const Json* comment = value_of(file, "comment")) reader_.text(*comment, "\"comment\"");
}

}  // namespace

ParsedConfig parse_config(std::string_view text, Config defaults, const std::string& directory,
                          const Accounts& accounts) {
  ParsedConfig parsed{std::move(defaults), {}};
  const auto file = read_json(text, parsed.diagnostics, "config");
  if (!file) return parsed;
  Reader reader(parsed.diagnostics);
  ConfigReader(reader, directory, accounts).read(*file, parsed.config);
  std::stable_sort(parsed.diagnostics.begin(), parsed.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.place < b.place; });
  return parsed;
}

}  // namespace scsup
