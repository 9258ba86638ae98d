#include "supervisor/session/line.h"

#include <poll.h>

#include "base/say.h"
#include "supervisor/audit/clock.h"
#include "supervisor/loop/threads.h"
#include "supervisor/session/inquiry.h"

namespace scsup {

Line::Line(std::shared_ptr<Session> session, Listener listener, MadeBy made_by)
    : session_(std::move(session)), listener_(std::move(listener)), in_runtime_(made_by == MadeBy::runtime) {}

void Line::start() {
  const Services& services = session_->services();
  if (services.attended < most_attended && attend()) return;
  services.loop.add(shared_from_this());
}

// False: no thread could be started.
bool Line::attend() {
  Loop& loop = session_->services().loop;
  ++session_->services().attended;
  auto lead = std::make_shared<Lead>(loop.stall_watch(), [self = shared_from_this()] {
    --self->session_->services().attended;
    if (!self->attend()) self->session_->services().loop.add(self);
  });
  loop.stall_watch().watch(lead);
  const auto started = start_thread([self = shared_from_this(), lead] {
    self->session_->services().loop.prepare_thread();
    self->serve_until_lost(*lead);
  });
  if (started) return true;
  loop.stall_watch().forget(*lead);
  --session_->services().attended;
  return false;
}

void Line::serve_until_lost(Lead& lead) {
  const Services& services = session_->services();
  while (!lead.lost() && wait_for_call())
    if (auto inquiry = receive()) begin(std::move(inquiry), lead);
  if (lead.lost()) return;  // another thread attends
  services.loop.stall_watch().forget(lead);
  --services.attended;
  session_->line_went();
}

// False: the last target has gone. Since 6.11 RECV reports that itself; before, only poll does.
bool Line::wait_for_call() const {
  if (session_->services().receive_ends_with_targets && !nothing_came_) return true;
  pollfd listener{listener_.fd(), POLLIN, 0};
  while (poll(&listener, 1, -1) < 0) {
  }
  return (listener.revents & POLLIN) != 0;
}

Source::Next Line::serve(std::uint32_t ready, Lead& lead) {
  if ((ready & POLLIN) == 0) {  // only a hang-up is left: no task is under this filter any more
    session_->line_went();
    return Next::done;
  }
  if (robbed_ && attend()) return Next::done;
  lead.begin(shared_from_this());
  auto inquiry = receive();
  const bool leading = lead.end();
  if (inquiry && !leading) session_->hand_over(std::move(inquiry));
  if (inquiry) begin(std::move(inquiry), lead);
  return Next::again;
}

// RECV blocks although a call was there: another holder of this listener was quicker. That may happen to the line's
// own thread, not to the loop's.
void Line::held_up() { robbed_ = true; }

// nullptr: there was no call after all, or the session is closing.
std::shared_ptr<Inquiry> Line::receive() {
  auto received = listener_.receive();
  if (!received)
    say(Severity::error, "session " + std::to_string(session_->number()) + ": " + received.error().text());
  nothing_came_ = !received || !*received;
  if (nothing_came_) return nullptr;
  const std::int64_t now = monotonic_ns();
  if (!session_->may_receive()) {
    (void)std::move(**received).fail(ENOSYS);
    return nullptr;
  }
  return std::make_shared<Inquiry>(shared_from_this(), std::move(**received), now);
}

void Line::begin(std::shared_ptr<Inquiry> inquiry, Lead& lead) {
  if (session_->is_slow()) return session_->hand_over(std::move(inquiry));
  lead.begin(inquiry);
  const Inquiry::Progress progress = inquiry->look(Patience::none);
  (void)lead.end();
  if (progress == Inquiry::Progress::ready)
    inquiry->answer();
  else if (progress == Inquiry::Progress::needs_patience)
    session_->hand_over(std::move(inquiry));
}

}  // namespace scsup
