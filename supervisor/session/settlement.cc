#include "supervisor/session/settlement.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervisor/audit/clock.h"
#include "supervisor/seccomp/compat.h"
#include "supervisor/session/line.h"
#include "supervisor/session/refusals.h"

namespace scsup {

namespace {

// Kills the whole process, as a signal can't end one thread. If that fails, the call is denied all the same.
void kill_caller(const Request& request, const Task* task) {
  Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, static_cast<pid_t>(request.tid()), PIDFD_THREAD)));
  if (!pidfd && task) pidfd = Fd(static_cast<int>(syscall(SYS_pidfd_open, task->pid, 0)));  // before 6.9
  if (pidfd && request.still_valid()) (void)syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
}

Delivery send(Notification debt, const CallRecord& record) {
  if (record.how == How::continued) return std::move(debt).let_through();
  if (record.err != 0) return std::move(debt).fail(record.err);
  return std::move(debt).succeed(record.value.value_or(0));
}

}  // namespace

void settle(const Received& call, CallRecord record, bool watched_only, const Task* task, Notification debt) {
  Session& session = *call.line.session();
  Log& log = session.services().log;
  const bool kills = record.act == Act::kill;
  record.id = call.request.id();
  record.tid = static_cast<pid_t>(call.request.tid());
  if (call.policy.edition) record.policy = &call.policy.edition->record();
  record.mono_ns = monotonic_ns();
  record.decision_ns = record.mono_ns - call.at_ns;
  session.identify(record);

  const bool written = watched_only ? log.task(record) : log.call(record);
  // No call succeeds without a record, but what was performed stands, and the log counts the loss.
  if (!written) {
    record.act = Act::deny;
    record.how = How::answered;
    record.err = EPERM;
    record.origin = &refusal::no_audit;
  }
  session.count(record, call.policy, {.written = written, .watched_only = watched_only});

  const Syscall* const syscall = record.call->syscall;
  if (record.how == How::continued && syscall && syscall->runs_program) call.line.program_begins();
  if (kills) kill_caller(call.request, task);
  const Delivery delivery = send(std::move(debt), record);
  if (delivery == Delivery::gone && !record.gone && !kills && written)
    log.amend_gone(record.session, record.id);
  log.answered(record.session, record.id);
  session.answered();
}

}  // namespace scsup
