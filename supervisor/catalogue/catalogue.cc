#include "supervisor/catalogue/catalogue.h"

#include <algorithm>
#include <filesystem>

#include "supervisor/policy/text/suggest.h"

namespace scsup {

namespace {

constexpr std::size_t longest_name = 128;

}  // namespace

bool is_policy_name(const std::string& name) {
  return !name.empty() && name.size() <= longest_name && name[0] != '.' &&
         std::ranges::all_of(name, [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '/'; });
}

Catalogue::Catalogue(PolicyFile file) : fallback_(file.name()) {
  editions_.emplace(fallback_, std::make_shared<Edition>(std::move(file), next_generation()));
}

Catalogue::Catalogue(std::string directory, std::string fallback)
    : directory_(std::move(directory)), fallback_(std::move(fallback)) {}

Result<std::shared_ptr<const Edition>> Catalogue::find(const std::string& name) const {
  const std::string& wanted = name.empty() ? fallback_ : name;
  std::lock_guard lock(mutex_);
  const auto found = editions_.find(wanted);
  if (found != editions_.end()) return found->second;
  if (wanted.empty()) return failed(0, "no policy was named, and this supervisor has no default one");
  if (directory_.empty() && !editions_.empty())
    return failed(0, "there is no policy '" + name + "' here; this supervisor serves '" + fallback_ + "'");
  std::vector<std::string_view> known;
  for (const auto& [other, edition] : editions_) known.push_back(other);
  return failed(0,
                "there is no policy '" + wanted + "' in '" + directory_ + "'" + did_you_mean(wanted, known));
}

std::vector<std::string> Catalogue::names() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, edition] : editions_) names.push_back(name);
  return names;
}

std::string Catalogue::file_of(const std::string& name) const {
  if (!directory_.empty()) return directory_ + "/" + name + ".json";
  std::lock_guard lock(mutex_);
  const auto found = editions_.find(name);
  return found == editions_.end() ? std::string() : found->second->file().file;
}

Catalogue::Reading Catalogue::read(const std::string& name) {
  Reading reading;
  reading.name = name;
  if (is_policy_name(name)) reading.file = file_of(name);
  if (reading.file.empty()) {
    reading.mistakes.push_back("there is no policy '" + name + "' here");
    return reading;
  }
  auto present = find(name);
  auto file = read_policy_file(reading.file);
  if (!file) {
    reading.gone = file.error().err == ENOENT;
    reading.mistakes.push_back(reading.file + ": error: " + file.error().text());
    return reading;
  }
  if (present && (*present)->file().sha == file->sha) {
    reading.edition = *present;
    return reading;
  }
  reading.mistakes = mistakes_in(*file);
  if (!reading.mistakes.empty()) return reading;
  reading.edition = std::make_shared<Edition>(std::move(*file), next_generation());
  reading.changed = true;
  return reading;
}

std::vector<Catalogue::Reading> Catalogue::read_all() {
  std::vector<std::string> all = names();
  if (!directory_.empty()) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
      const std::string file = entry.path().filename();
      if (!file.ends_with(".json")) continue;
      const std::string name = file.substr(0, file.size() - 5);
      if (is_policy_name(name)) all.push_back(name);
    }
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::vector<Reading> readings;
  for (const std::string& name : all) readings.push_back(read(name));
  return readings;
}

void Catalogue::put(const std::vector<Reading>& readings) {
  std::lock_guard lock(mutex_);
  for (const Reading& reading : readings) {
    if (reading.edition)
      editions_.insert_or_assign(reading.name, reading.edition);
    else if (reading.gone && !directory_.empty())
      editions_.erase(reading.name);
  }
}

std::shared_ptr<const Edition> Catalogue::edition_of(PolicyFile file) {
  return std::make_shared<const Edition>(std::move(file), next_generation());
}

}  // namespace scsup
