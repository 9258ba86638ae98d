#include "supervisor/audit/redact.h"

#include <fnmatch.h>

#include <filesystem>
#include <memory_resource>

namespace scsup {
namespace {

constexpr const char* wildcards = "*?[{\\";
constexpr const char* hidden = "***";

std::string before_wildcards(const std::string& pattern) {
  return pattern.substr(0, pattern.find_first_of(wildcards)) + hidden;
}

}  // namespace

Result<Redaction> Redaction::make(const std::vector<std::string>& paths, std::vector<std::string> arguments) {
  Redaction redaction;
  redaction.arguments_ = std::move(arguments);
  if (paths.empty()) return redaction;
  std::vector<PathSet::Entry> entries;
  for (const std::string& pattern : paths) {
    auto globs = read_glob(pattern, {});
    if (!globs) return failed(0, "\"redact\" has the glob '" + pattern + "': " + globs.error());
    const auto number = static_cast<std::uint32_t>(redaction.shown_.size());
    redaction.shown_.push_back(before_wildcards(pattern));
    for (FlatGlob& glob : *globs) entries.push_back({number, std::move(glob)});
  }
  auto set = PathSet::make(std::move(entries));
  if (!set) return failed(set.error());
  redaction.paths_ = std::move(*set);
  return redaction;
}

const std::string* Redaction::match(std::string_view path) const {
  std::pmr::vector<std::uint32_t> rules;
  paths_->match(path, rules);
  return rules.empty() ? nullptr : &shown_[rules.front()];
}

std::string_view Redaction::path(std::string_view path, std::string_view directory,
                                 std::string& memory) const {
  if (!paths_ || path.empty()) return path;
  std::filesystem::path whole(path);
  if (!path.starts_with('/')) whole = std::filesystem::path(directory) / whole;
  memory = whole.lexically_normal();
  const std::string* const shown = match(memory);
  if (!shown) return path;
  memory = path.starts_with('/') ? *shown : hidden;
  return memory;
}

std::string Redaction::argument(const std::string& argument) const {
  for (const std::string& pattern : arguments_)
    if (fnmatch(pattern.c_str(), argument.c_str(), 0) == 0) return before_wildcards(pattern);
  std::string memory;
  return std::string(argument.starts_with('/') ? path(argument, "", memory) : argument);
}

}  // namespace scsup
