#include "runtime/command_line.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace scsup::runtime {
namespace {

// The verbs of runc 1.0 to 1.4 and crun 1.8 to 1.24; youki has the same.
constexpr std::string_view verbs[] = {"checkpoint", "completion", "create",  "delete", "events", "exec",
                                      "features",   "help",       "init",    "kill",   "list",   "mounts",
                                      "pause",      "ps",         "restore", "resume", "run",    "spec",
                                      "start",      "state",      "update"};
constexpr std::string_view global_with_value[] = {"cgroup-manager", "criu", "log",     "log-format",
                                                  "log-level",      "root", "rootless"};
constexpr std::string_view global_switches[] = {"debug", "h", "help",    "systemd-cgroup",
                                                "usage", "v", "version", "V"};
constexpr std::string_view start_with_value[] = {"console-socket", "pid-file", "pidfd-socket",
                                                 "preserve-fds"};

bool is_among(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// "--root=/x", "-root", "--root"
struct Option {
  std::string_view name;
  std::optional<std::string> value;
};

std::optional<Option> option(std::string_view word) {
  if (word.size() < 2 || word[0] != '-' || word == "--") return std::nullopt;
  word.remove_prefix(word[1] == '-' ? 2 : 1);
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return Option{word, {}};
  return Option{word.substr(0, equals), std::string(word.substr(equals + 1))};
}

// Calls `found` for each global option with a value; returns the verb's position.
std::size_t read_global(std::span<const std::string> arguments,
                        const std::function<void(std::string_view, const std::string&)>& found) {
  bool may_be_value = false;  // the previous option is unknown to us
  std::size_t i = 0;
  for (; i < arguments.size(); ++i) {
    const auto one = option(arguments[i]);
    if (!one) {
      if (arguments[i] == "--") return i + 1;
      if (!may_be_value || is_among(arguments[i], verbs)) return i;
      may_be_value = false;
      continue;
    }
    may_be_value = false;
    if (one->value) {
      found(one->name, *one->value);
    } else if (is_among(one->name, global_with_value)) {
      if (i + 1 < arguments.size()) found(one->name, arguments[i + 1]);
      ++i;
    } else {
      may_be_value = !is_among(one->name, global_switches);
    }
  }
  return arguments.size();
}

tl::unexpected<Error> unclear(const std::string& word, const char* write) {
  return failed(0, "runc and crun read '" + word + "' in different ways; write " + write);
}

// For crun "--bund" is --bundle; "-db" is -d -b.
bool is_short_for(std::string_view word, std::string_view name, char letter) {
  if (word.starts_with("--")) {
    const std::string_view given = word.substr(2, word.find('=') - 2);
    return given.size() < name.size() && given.size() > 1 && name.starts_with(given);
  }
  const std::string_view letters = word.substr(1);
  const std::size_t end = letters.find_first_not_of('d');
  return end != std::string_view::npos && letters[end] == letter;
}

class StartOptions {
 public:
  explicit StartOptions(std::span<const std::string> words) : words_(words) {}

  Result<CommandLine> read() {
    CommandLine line;
    line.verb = CommandLine::Verb::start;
    for (std::size_t i = 0; i < words_.size() && words_[i] != "--"; ++i) {
      const std::string& word = words_[i];
      const auto one = option(word);
      if (!one) continue;
      if (word == "--help" || word == "-h" || word == "--usage" || word == "-?") return CommandLine{};
      const bool bundle = is(word, "bundle", 'b'), config = is(word, "config", 'f');
      if (bundle || config) {
        std::string& place = bundle ? line.bundle : line.config;
        bool& given = bundle ? bundle_given_ : config_given_;
        if (given) return failed(0, "'" + std::string(bundle ? "--bundle" : "--config") + "' is given twice");
        given = true;
        if (!one->value && i + 1 >= words_.size()) return failed(0, "'" + word + "' needs a value");
        place = one->value ? *one->value : words_[++i];
      } else if (is_short_for(word, "bundle", 'b')) {
        return unclear(word, "--bundle DIR");
      } else if (is_short_for(word, "config", 'f')) {
        return unclear(word, "--config FILE");
      } else if (!one->value && is_among(one->name, start_with_value)) {
        ++i;
      }
    }
    return line;
  }

 private:
  // In the forms that both accept.
  static bool is(const std::string& word, const std::string& name, char letter) {
    const std::string brief = std::string("-") + letter;
    return word == "--" + name || word.starts_with("--" + name + "=") || word == brief ||
           word.starts_with(brief + "=");
  }

  std::span<const std::string> words_;
  bool bundle_given_ = false, config_given_ = false;
};

}  // namespace

Result<CommandLine> read_command_line(std::span<const std::string> arguments) {
  const std::size_t at = read_global(arguments, [](std::string_view, const std::string&) {});
  CommandLine line;
  if (at >= arguments.size()) return line;
  const std::string& verb = arguments[at];
  if (verb == "restore") line.verb = CommandLine::Verb::restore;
  if (verb != "create" && verb != "run") return line;
  return StartOptions(arguments.subspan(at + 1)).read();
}

LogPlace read_log_place(std::span<const std::string> arguments) {
  LogPlace place;
  read_global(arguments, [&](std::string_view name, const std::string& value) {
    if (name == "log") place.path = value;
    if (name == "log-format") place.json = value == "json";
  });
  // crun: [file:]PATH, journald:ID, syslog:ID
  if (place.path.starts_with("file:")) place.path.erase(0, 5);
  if (place.path.starts_with("journald:") || place.path.starts_with("syslog:")) place.path.clear();
  return place;
}

}  // namespace scsup::runtime
