// A log that is not a file: a pipe, a terminal, standard output. Numbers begin with 1; nothing can be taken back.
#pragma once

#include <map>
#include <vector>

#include "base/fd.h"
#include "supervisor/audit/clock.h"
#include "supervisor/audit/store/appender.h"

namespace scsup {

class LogStream : public Appender {
 public:
  LogStream(Fd stream, std::string run) : stream_(std::move(stream)), run_(std::move(run)) {}

  Appended append(std::span<const LogLine> lines, Sync sync, const Announce& announce) override;
  void open_with_run(OwnedLine line) override { opening_ = std::move(line); }
  void open_with(const std::string&, OwnedLine) override {}
  void remark(std::string_view type, std::string members) override;
  std::string_view written() const override { return out_; }

 private:
  Fd stream_;
  const std::string run_;
  WallClock clock_;
  OwnedLine opening_;
  std::vector<OwnedLine> remarks_;
  std::uint64_t next_seq_ = 1;
  bool torn_ = false;
  std::string out_;
};

}  // namespace scsup
