// scsup-audit verify: is the log whole, and as it was written?
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/read/lines.h"
#include "analysis/read/reading.h"
#include "analysis/verify/verifier.h"
#include "base/printable.h"

namespace scsup::analysis {
namespace {

constexpr const char* verify_usage =
    "Usage: scsup-audit verify [OPTION...] [LOG...]\n"
    "\n"
    "Whether anything is missing or changed, in one sentence. Seals are checked where the log has them.\n"
    "Exit status: 0 complete, 2 torn at its end, 3 a gap, 4 changed, 5 cut, or without an end yet.\n";

const std::vector<Option> verify_options = {
    {"key", "KEY", "the key that scsup-audit keygen has printed: only its owner can have made the seals"},
    {"head", "SHA256", "a seal that must be in the log, as sent to syslog"},
    {"live", nullptr, "a log that is still written needs no end"},
    {"json", nullptr, "as JSON, for programs"},
};

struct Word {
  const char* name;
  int status;
};

Word word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::complete:
      return {"complete", 0};
    case Verdict::torn:
      return {"torn", 2};
    case Verdict::gap:
      return {"gap", 3};
    case Verdict::changed:
      return {"changed", 4};
    case Verdict::cut:
      return {"cut", 5};
  }
  return {"changed", 4};
}

// An Error: the source could not be read to its end.
Result<void> read_all(Source& source, Verifier& verifier) {
  Lines lines(source);
  for (Lines::Line line;;) {
    const auto more = lines.next(line);
    if (!more) return failed(more.error());
    if (!*more) return {};
    verifier.line(line.text, line.ended, line.place);
  }
}

std::string whole_sentence(const Verifier& verifier) {
  std::string text = "complete: records " + std::to_string(verifier.first_seq()) + " to " +
                     std::to_string(verifier.last_seq()) + ", none missing";
  return text + (verifier.seals() == 0 ? "; it is not sealed, so changes within a record don't show"
                                       : ", " + std::to_string(verifier.seals()) + " seals hold");
}

}  // namespace

int command_verify(const Arguments& arguments) {
  const Options given(arguments, verify_options);
  if (given.has("help")) {
    std::fputs(help(verify_usage, verify_options).c_str(), stdout);
    return 0;
  }
  std::optional<VerificationKeys> keys;
  if (const auto key = given.value("key")) keys.emplace(*key);
  Source source = open_logs(given.rest());
  Verifier verifier(std::move(keys), given.value("head").value_or(""), given.has("live"));
  if (auto read = read_all(source, verifier); !read) throw std::runtime_error(read.error().text());
  const Finding finding = verifier.finish();
  const Word word = word_of(finding.verdict);
  const std::string file =
      finding.place.file < source.files().size() ? source.files()[finding.place.file] : "";
  const bool whole = finding.verdict == Verdict::complete;
  if (given.has("json")) {
    const nlohmann::json reply = {{"verdict", word.name},
                                  {"sentence", whole ? whole_sentence(verifier) : finding.sentence},
                                  {"file", file},
                                  {"line", finding.place.line},
                                  {"byte", finding.place.offset},
                                  {"records", verifier.records()},
                                  {"first", verifier.first_seq()},
                                  {"last", verifier.last_seq()},
                                  {"lost", verifier.lost()},
                                  {"seals", verifier.seals()},
                                  {"head", verifier.head()}};
    std::puts(reply.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
  } else if (whole) {
    std::puts(whole_sentence(verifier).c_str());
  } else {
    std::printf("%s: %s:%llu, byte %llu: %s\n", word.name, printable(file).c_str(),
                static_cast<unsigned long long>(finding.place.line),
                static_cast<unsigned long long>(finding.place.offset), printable(finding.sentence).c_str());
  }
  return word.status;
}

}  // namespace scsup::analysis
