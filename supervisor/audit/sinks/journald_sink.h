// Records as entries of the journal, by its native protocol (systemd.io, JOURNAL_NATIVE_PROTOCOL): MESSAGE is the
// record; SCSUP_TYPE, SCSUP_SEQ and SCSUP_ACT are for matching.
#pragma once

#include <string_view>

#include "base/fd.h"

namespace scsup {

class JournaldSink {
 public:
  explicit JournaldSink(const char* socket = "/run/systemd/journal/socket");
  void take(std::string_view lines);

 private:
  const char* const path_;
  Fd socket_;
};

// Sends one message to syslog(3)'s socket, without waiting, with LOG_AUTHPRIV and LOG_NOTICE. False: it was not
// accepted.
bool send_to_syslog(std::string_view message, const char* socket = "/dev/log");

}  // namespace scsup
