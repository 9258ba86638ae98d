// The names of a log's files, and what happens to a segment once it is closed.
#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"

namespace scsup {

class Segments {
 public:
  explicit Segments(const std::string& path);
  Segments(const Segments&) = delete;
  ~Segments();  // waits for compression

  const std::string& path() const { return path_; }  // /var/log/scsup/audit.jsonl
  const std::string& directory() const { return directory_; }
  const std::string& name() const { return name_; }        // audit.jsonl
  std::string closed_name(std::uint64_t first_seq) const;  // audit-000000000001.jsonl: sorts by number
  std::string beside(const std::string& name) const { return directory_ + "/" + name; }
  std::string torn_path(off_t offset) const;
  std::string journal_name(const std::string& run) const { return "." + name_ + "." + run + ".journal"; }
  bool is_journal(const std::string& name) const;

  // Gives the file its closed name. Fails if that is taken.
  Result<void> close(std::uint64_t first_seq) const;
  // Compresses closed segments in the background, also older ones: NAME.jsonl to NAME.jsonl.zst.
  void compress();
  void wait_for_compression();
  // The closed segment with the highest number: its number, and its name. 0: there is none.
  struct Last {
    std::uint64_t first_seq = 0;
    std::string name;
  };
  Last last_closed() const;
  // The name of the closed segment with the line of that number; "" if there can be none.
  std::string closed_with(std::uint64_t seq) const;

 private:
  bool is_closed(const std::string& name, std::uint64_t& first_seq) const;
  std::vector<std::pair<std::uint64_t, std::string>> closed() const;

  std::string path_, directory_, name_, stem_, extension_;
  std::thread compressing_;
};

// zstd(1)'s format. The new file is complete and on the disk before the old one is removed.
Result<void> compress_file(const std::string& path);

}  // namespace scsup
