// A recorded call in a form that can be judged again.
#pragma once

#include <optional>
#include <string>

#include "analysis/read/record.h"
#include "base/result.h"
#include "supervisor/policy/policy.h"
#include "supervisor/seccomp/call.h"

namespace scsup::analysis {

struct RecordedCall {
  Call call;                          // ABI, number, registers; the path as given
  std::size_t registers = 0;          // how many of them were recorded: those that the call uses
  std::optional<std::string> object;  // what the path led to; nothing: it was not looked up, or has no path
  bool redacted = false;              // a path has a component that ends in "***": its true text isn't known
};

// Fails, with a sentence, if the record lacks something necessary: architecture, number, registers.
Result<RecordedCall> recorded_call(const Record& record);

// What the rules saw of the object, for Policy::decide(): "" if it has no path; nothing if it was not looked up.
// `policy` is the one that decided the call.
std::optional<std::string_view> seen_object(const Record& record, const RecordedCall& call,
                                            const Policy& policy);

// The path as the target wrote it, absolute: what it leads to if there is no link on the way. Nothing if even that
// isn't known: it starts at a descriptor, has "." or "..", or isn't completely in the log.
std::optional<std::string> written_path(const Record& record);

// The bytes of a base64 text (RFC 4648, 4); nothing if it is not base64.
std::optional<std::string> bytes_of(std::string_view base64);

}  // namespace scsup::analysis
