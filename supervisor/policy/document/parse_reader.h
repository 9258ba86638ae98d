// Reads typed values out of a JSON tree and collects the mistakes. Used by parse*.cc here and for the service's
// config.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "supervisor/policy/document/document.h"
#include "supervisor/policy/text/diagnostic.h"
#include "supervisor/policy/text/json.h"

namespace scsup {

template <class T>
struct Word {
  std::string_view word;
  T value;
};

class Reader {
 public:
  explicit Reader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void error(Place place, std::string message);
  void warning(Place place, std::string message);
  std::size_t errors() const { return errors_; }
  // "unknown WHAT 'word'; did you mean 'known'?"
  void unknown(Place place, std::string_view what, std::string_view word,
               std::span<const std::string_view> candidates);
  // "expected EXPECTED for WHAT, found ..."
  void mismatch(const Json& json, std::string_view expected, std::string_view what);

  // Is it an object? Reports each key that isn't in `keys`. `what` names it in messages: "a rule".
  bool object(const Json& json, std::string_view what, std::span<const std::string_view> keys);
  const std::vector<Json>* list(const Json& json, std::string_view what);
  std::optional<Located<std::string>> text(const Json& json, std::string_view what);
  std::vector<Located<std::string>> texts(const Json& json, std::string_view what);
  std::optional<bool> boolean(const Json& json, std::string_view what);
  // A number from 0 to `most`; `bits` is the width in which a negative one would be written.
  std::optional<std::uint64_t> whole(const Json& json, std::string_view what, std::uint64_t most,
                                     int bits = 0);

  template <class T>
  std::optional<T> word(const Json& json, std::string_view what, std::span<const Word<T>> words) {
    auto written = text(json, what);
    if (!written) return std::nullopt;
    std::vector<std::string_view> known;
    for (const Word<T>& w : words) {
      if (w.word == written->value) return w.value;
      known.push_back(w.word);
    }
    unknown(written->place, what, written->value, known);
    return std::nullopt;
  }

 private:
  // Hostile files may be full of mistakes: past the limit nothing is rendered or compared any more.
  bool full() const;

  Diagnostics& diagnostics_;
  std::size_t errors_ = 0;
};

// The value of a key; nullptr when absent.
const Json* value_of(const Json& object, std::string_view key);
// The same for the Docker part, where Go writes absent lists as null.
const Json* given(const Json& object, std::string_view key);

}  // namespace scsup
