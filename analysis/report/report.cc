// scsup-audit report: a log as one self-contained page.
#include <charconv>
#include <cstdio>
#include <stdexcept>

#include "analysis/command.h"
#include "analysis/read/reading.h"
#include "analysis/report/digest_json.h"
#include "analysis/report/out_file.h"
#include "analysis/report/page.h"
#include "analysis/report/setting.h"

namespace scsup::analysis {
namespace {

constexpr const char* report_usage =
    "Usage: scsup-audit report [OPTION...] OUT.html [LOG...]\n"
    "\n"
    "What happened as one HTML file that needs no network: what was denied and by which rule, calls by\n"
    "time, how long decisions took, processes, the policy with its rules' hits. OUT.html must not be there\n"
    "yet; - is standard output. With --json: what the page shows, not the page. LOG as for summary.\n";

std::size_t size_limit(const Options& options) {
  const std::string text = options.value("size").value_or("1000000");
  std::size_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 100'000)
    throw UsageError("--size takes a number of bytes, 100000 or more, not '" + text + "'");
  return value;
}

std::string names_of(const Source& source) {
  std::string text;
  for (const std::string& file : source.files()) {
    if (text.size() > 300) return text + ", ...";
    text += (text.empty() ? "" : ", ") + (file == "-" ? "standard input" : file);
  }
  return text;
}

// As much as fits.
std::string rendered(const Digest& digest, const PolicyShelf& shelf, const Damage& damage,
                     const std::string& source, bool as_json, std::size_t limit) {
  std::string text;
  Lengths lengths;
  for (int attempt = 0; attempt < 12; ++attempt, lengths.halve()) {
    text = to_json(digest, shelf, damage, source, lengths)
               .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    text = as_json ? text + "\n" : page(text);
    if (text.size() <= limit) break;
  }
  return text;
}

}  // namespace

int command_report(const Arguments& arguments) {
  Reading reading(report_usage, arguments,
                  {{"force", nullptr, "replace what is there"},
                   {"size", "BYTES", "at most so large (1000000): the ends of long lists are left out"}});
  if (reading.helped()) return 0;
  std::vector<std::string> logs = reading.options().rest();
  if (logs.empty()) throw UsageError("report needs the name of the page to write");
  const std::string out = logs.front();
  logs.erase(logs.begin());
  const std::size_t limit = size_limit(reading.options());

  Source source = open_logs(logs);
  // Records that say under what calls were decided count whatever the filter.
  struct Part {
    Digest digest;
    Setting setting;
  };
  std::vector<Part> parts(usual_threads());
  const Filter& filter = reading.filter();
  reading.all(source, usual_threads(), [&](unsigned worker, const Record& record, const Place& place) {
    parts[worker].setting.add(record, place);
    if (filter.passes(record)) parts[worker].digest.add(record);
  });
  for (std::size_t i = 1; i < parts.size(); ++i) {
    parts[0].digest.add(parts[i].digest);
    parts[0].setting.add(std::move(parts[i].setting));
    parts[i].digest = Digest();
  }
  const Digest& digest = parts[0].digest;
  const PolicyShelf shelf = parts[0].setting.shelf();
  const std::string text = rendered(digest, shelf, reading.damage(), names_of(source), reading.json(), limit);
  if (out == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
  } else {
    const auto existing = reading.options().has("force") ? Existing::replaced : Existing::kept;
    if (const auto wrote = write_new_file(out, text, existing); !wrote)
      throw std::runtime_error(wrote.error().text());
    std::printf("%s\n", verdict(digest).c_str());
  }
  return reading.finish(source);
}

}  // namespace scsup::analysis
