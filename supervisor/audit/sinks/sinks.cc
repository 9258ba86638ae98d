#include "supervisor/audit/sinks/sinks.h"

#include "supervisor/audit/sinks/journald_sink.h"
#include "supervisor/audit/sinks/socket_sink.h"

namespace scsup {

Sinks::Sinks(const AuditSettings& settings, const char* syslog) : anchor_(settings.anchor), syslog_(syslog) {
  if (settings.journald) journald_ = std::make_unique<JournaldSink>();
  if (!settings.socket.empty()) socket_ = std::make_unique<SocketSink>(settings.socket);
}

Sinks::~Sinks() = default;

void Sinks::take(std::string_view lines) {
  if (lines.empty()) return;
  std::lock_guard lock(mutex_);
  if (journald_) journald_->take(lines);
  if (socket_) socket_->take(lines);
}

void Sinks::set_head(std::string_view head) {
  std::lock_guard lock(mutex_);
  if (anchor_.count() == 0 || head == head_) return;
  head_ = head;
  if (std::chrono::steady_clock::now() >= next_anchor_) tell();
}

std::optional<Sinks::Time> Sinks::head_is_due() const {
  std::lock_guard lock(mutex_);
  return due();
}

void Sinks::tell_head() {
  std::lock_guard lock(mutex_);
  tell();
}

std::optional<Sinks::Time> Sinks::due() const {
  if (head_.empty() || head_ == told_) return std::nullopt;
  return next_anchor_;
}

void Sinks::tell() {
  if (!due()) return;
  next_anchor_ = std::chrono::steady_clock::now() + anchor_;
  told_ = head_;
  send_to_syslog("the audit log's last seal is " + told_, syslog_);
}

}  // namespace scsup
