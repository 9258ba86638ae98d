// The policies that a supervisor serves, by name: one file, or the *.json files of a directory.
//
// Reading policies and putting them in force are two steps, so that a change of several policies happens as a whole
// or not at all. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "supervisor/catalogue/edition.h"

namespace scsup {

class Catalogue {
 public:
  // Serves `file` alone, under its own name, which is the default.
  explicit Catalogue(PolicyFile file);
  // Serves a directory. `fallback` is the policy for targets that name none; "": there is none. Reads nothing yet.
  Catalogue(std::string directory, std::string fallback);

  // A policy's present edition. The Error lists the existing names.
  Result<std::shared_ptr<const Edition>> find(const std::string& name) const;
  const std::string& fallback() const { return fallback_; }
  bool is_single() const { return directory_.empty(); }
  const std::string& directory() const { return directory_; }
  std::string single_file() const { return file_of(fallback_); }
  std::vector<std::string> names() const;

  // The present state on the disk. `edition` is null if there are mistakes, or if the file has gone.
  struct Reading {
    std::string name, file;
    std::shared_ptr<const Edition> edition;  // the present one if the text is the same
    bool changed = false;
    bool gone = false;
    std::vector<std::string> mistakes;  // as printed: "FILE:LINE:COL: error: ..."
  };
  Reading read(const std::string& name);
  std::vector<Reading> read_all();
  // Puts them in force. A policy whose file has gone is no longer served; sessions keep what they have.
  void put(const std::vector<Reading>& readings);

  // An edition of a text without mistakes that is in none of these files, for one session.
  std::shared_ptr<const Edition> edition_of(PolicyFile file);

 private:
  std::string file_of(const std::string& name) const;
  std::uint64_t next_generation() { return ++generations_; }

  const std::string directory_;  // "": a single file
  std::string fallback_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Edition>> editions_;
  std::atomic<std::uint64_t> generations_{0};
};

// Is this a valid policy name? It becomes part of a file's name: no slash, no leading dot, nothing that needs
// escaping.
bool is_policy_name(const std::string& name);

}  // namespace scsup
