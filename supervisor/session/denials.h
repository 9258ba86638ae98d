// What was denied, for the summary at the end: distinct denials with their counts.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "supervisor/policy/rules/decision.h"
#include "supervisor/seccomp/call.h"

namespace scsup {

class Denials {
 public:
  static constexpr std::size_t most = 10;

  // `path` may be empty. Thread-safe; keeps `most` distinct ones, however many a target makes.
  void add(const Call& call, std::string_view path, int err, const Origin& origin);

  // "denied mkdir /tmp/demo: EPERM, rule no-mkdir at p.json:6:7 (3 times)", in the order of their first occurrence;
  // then how many others there were.
  std::vector<std::string> lines() const;

 private:
  struct Denial {
    Abi abi;
    std::uint32_t nr;
    int err;
    std::string path, by, words;
    std::uint64_t times = 1;
  };
  mutable std::mutex mutex_;
  std::vector<Denial> seen_;
  std::uint64_t others_ = 0;
};

}  // namespace scsup
