// Turns records into lines of the schema scsup.audit.v1, scsup-audit(5), without their numbers.
#pragma once

#include <string>

#include "supervisor/audit/clock.h"
#include "supervisor/audit/json_line.h"
#include "supervisor/audit/record.h"
#include "supervisor/audit/redact.h"
#include "supervisor/audit/settings.h"
#include "supervisor/audit/store/log_line.h"

namespace scsup {

// A rendered line is valid until the next one is rendered.
class Renderer {
 public:
  Renderer(std::string run, Redaction redaction) : run_(std::move(run)), redaction_(std::move(redaction)) {}

  LogLine run(const RunRecord& record, Durability durability);
  LogLine policy(const PolicyRecord& record);
  LogLine attach(const AttachRecord& record);
  LogLine detach(std::uint32_t session, const Counts& counts);
  LogLine death(const DeathRecord& record);
  LogLine call(const CallRecord& record);
  LogLine task(const CallRecord& record);
  // What became of an answer: "gone", it never arrived; "denied", although the record says otherwise.
  LogLine amend(std::uint32_t session, std::uint64_t id, std::string_view out);
  LogLine end(const Counts& counts, std::uint64_t lost);

  // The members of "proc", redacted.
  std::string describe(Process process) const;

 private:
  void begin(std::string_view type);
  LogLine finish();
  void put(const CallRecord& record);
  void put_object(const CallRecord& record);
  void put(const PolicyRecord& record);

  const std::string run_;
  const Redaction redaction_;
  WallClock clock_;
  JsonLine line_;
  std::uint32_t split_ = 0;
  std::string memory_;
};

std::string new_run_id();  // 16 hex digits

}  // namespace scsup
