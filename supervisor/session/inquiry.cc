#include "supervisor/session/inquiry.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

#include "supervisor/audit/clock.h"
#include "supervisor/emulate/identity.h"
#include "supervisor/emulate/perform.h"
#include "supervisor/policy/text/errno_names.h"
#include "supervisor/seccomp/compat.h"
#include "supervisor/seccomp/runtime_calls.h"
#include "supervisor/session/line.h"
#include "supervisor/target/decode.h"
#include "supervisor/target/mount_namespace.h"

namespace scsup {

namespace {

// Decisions that no rule makes. Each says what a user can do about it.
Origin builtin(const char* id, const char* words) { return {Origin::Kind::builtin, id, "", words}; }

const Origin foreign_call =
    builtin("@arch", "the call came by an architecture that this supervisor doesn't know");
const Origin no_path = builtin("@path", "the path can't be followed; without scsup it fails the same way");
const Origin unreadable = builtin("@unreadable",
                                  "the target's memory can't be read (it isn't dumpable, see prctl(2) "
                                  "PR_SET_DUMPABLE; run scsup with CAP_SYS_PTRACE)");
const Origin no_identity = builtin("@identity",
                                   "scsup lacks the capabilities to act with the target's identity, or a "
                                   "filter refuses setfsuid, setfsgid, setgroups or capset to it");
const Origin no_deputy = builtin(
    "@userns",
    "scsup can't act in the target's user or mount namespace, or its process there was killed meanwhile");
const Origin no_domain = builtin(
    "@landlock", "scsup can't follow the target into its Landlock domain, or can't tell which that is");
const Origin too_late =
    builtin("@deadline", "the call could not be looked at within 10 seconds, or before scsup ended");
const Origin no_audit = builtin("@audit", "the audit log can't be written");
const Origin runtime_call =
    builtin("@runtime", "what the container runtime does itself before it runs the program");
const Origin killed = builtin("@kill", "the session was killed (scsup kill)");
const Origin vanished = builtin("@gone", "the target has gone");

// What acts on an object that was judged: this thread, which wears the target's identity...
struct OwnHands {
  const Call& call;
  const Object& object;
  Patience patience;
  bool may_wait() const { return patience == Patience::none && scsup::may_wait(object.fd); }
  bool exists_already() const { return scsup::exists_already(call, object); }
  Result<Outcome> perform(std::optional<std::uint32_t> mode_mask, mode_t umask) const {
    if (call.operation().creates) have_umask(umask);
    return scsup::perform(call, object, mode_mask);
  }
};

// ...or a process of its own: in the target's user namespace or Landlock domain, or with its umask.
struct DeputysHands {
  const Call& call;
  Deputies::Errand& errand;
  static Deadline end() { return std::chrono::steady_clock::now() + StallWatch::patience; }
  bool may_wait() const { return false; }  // it isn't this thread that does
  bool exists_already() const {
    return call.operation().creates && errand.exists_already(end()).value_or(false);
  }
  Result<Outcome> perform(std::optional<std::uint32_t> mode_mask, mode_t umask) const {
    return errand.perform(call.mode & mode_mask.value_or(07777), umask, end());
  }
};

}  // namespace

Inquiry::Inquiry(std::shared_ptr<Line> line, Notification notification, std::int64_t received_ns)
    : line_(std::move(line)),
      session_(line_->session()),
      policy_(session_->in_force()),
      request_(notification.request()),
      notification_(std::move(notification)),
      received_ns_(received_ns) {}

bool Inquiry::claim(Stage next) {
  Stage expected = Stage::looking;
  return stage_.compare_exchange_strong(expected, next);
}

Inquiry::Progress Inquiry::refuse(int err, const Origin& why) {
  Decision decision;
  decision.act = Act::deny;
  decision.err = err;
  decision.origin = &why;
  return decided(decision);
}

Inquiry::Progress Inquiry::decided(const Decision& decision) {
  if (!claim(Stage::answering)) return Progress::given_up;
  decision_ = decision;
  err_ = decision.act == Act::allow ? 0 : decision.err;
  how_ = decision.act == Act::allow ? How::continued : How::answered;
  return Progress::ready;
}

// Somebody has ended the session: whoever still calls was missed.
Inquiry::Progress Inquiry::condemn() {
  if (!call_) call_ = decode_registers(request_.data()).value_or(Call{});
  Decision decision;
  decision.act = Act::kill;
  decision.origin = &killed;
  return decided(decision);
}

// The whole process, as a signal can't end one thread. Where that fails the call is denied all the same.
void Inquiry::kill_caller() const {
  Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, static_cast<pid_t>(request_.tid()), PIDFD_THREAD)));
  if (!pidfd && caller_.task)
    pidfd = Fd(static_cast<int>(syscall(SYS_pidfd_open, caller_.task->pid, 0)));  // before 6.9
  if (pidfd && request_.still_valid()) (void)syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
}

Inquiry::Progress Inquiry::look(Patience patience) {
  if (session_->is_condemned()) return condemn();
  if (!caller_.task) caller_ = session_->tasks_.find(request_).value_or(TaskTable::Met{});
  if (!call_) {
    call_ = decode(request_);
    if (!call_) {
      call_.emplace();
      return refuse(ENOSYS, foreign_call);
    }
  }
  const std::optional<Decision> decision = decide(nullptr);
  if (!decision || decision->act == Act::emulate) return look_at_object(patience, decision);
  if (!confirm(Asked::to_record)) return look_again(patience);
  const bool confines = call_->syscall && call_->syscall->confines && decision->act == Act::allow;
  return confines ? confine(patience, *decision) : decided(*decision);
}

// The task restricts itself as soon as it is let through: what scsup does for it is done there from then on.
Inquiry::Progress Inquiry::confine(Patience patience, const Decision& decision) {
  if (patience == Patience::none) return Progress::needs_patience;
  const Deadline end = Deadline(std::chrono::nanoseconds(received_ns_)) + StallWatch::patience;
  const bool follows = caller_.task && session_->landlock_domains_.enter(*caller_.task, *call_, end);
  return follows ? decided(decision) : refuse(EPERM, no_domain);
}

std::optional<Decision> Inquiry::decide(const std::string_view* object) const {
  if (!policy_->policy) {
    Decision refused;
    refused.origin = &policy_->refusal;
    return refused;
  }
  if (line_->is_in_runtime() && call_->syscall && is_runtime_call(*call_->syscall)) {
    Decision allowed;
    allowed.act = Act::allow;
    allowed.origin = &runtime_call;
    return allowed;
  }
  return policy_->policy->decide(*call_, object);
}

// Is what has been read so far right for the task that made the call? What was remembered of it is read anew
// if it has changed.
bool Inquiry::confirm(Asked asked) {
  if (!caller_.task) return request_.still_valid();
  auto now = session_->tasks_.confirm(caller_, request_, asked);
  if (!now) return false;
  caller_ = std::move(*now);
  return true;
}

// No. Either the task was killed, and nobody waits for the answer; or what we remembered was an earlier task
// with its number.
Inquiry::Progress Inquiry::look_again(Patience patience) {
  if (caller_.task && !looked_again_ && request_.still_valid()) {
    looked_again_ = true;
    session_->tasks_.forget(*caller_.task);
    caller_ = {};
    call_.reset();
    return look(patience);  // now with a task that was read for this call
  }
  gone_ = true;
  return refuse(EPERM, vanished);
}

// The rule needs to see what the path leads to, or the call is to be performed.
Inquiry::Progress Inquiry::look_at_object(Patience patience, std::optional<Decision> decision) {
  const Call& call = *call_;
  const Asked asked = call.operation().creates    ? Asked::to_create
                      : patience == Patience::none ? Asked::to_act_here
                                                   : Asked::to_act;
  if (!confirm(asked)) return look_again(patience);
  const Task* const task = caller_.task.get();
  const bool can_look = task && task->readable;
  int err = can_look ? precheck(call, *task) : 0;  // the kernel looks at flags before it reads the path
  if (err == 0) err = call.operand.path_error;
  Start start = can_look && err == 0 && call.operand.path ? start_of(call, *task) : Start{};
  if (!can_look || start.unseen ||
      (call.operand.path_error != 0 && err != EFAULT && err != ENAMETOOLONG && err != EINVAL &&
       err != ENOSYS))
    return refuse(EPERM, unreadable);
  if (err == 0)
    err = call.operand.path->empty() && !call.operand.may_be_empty ? ENOENT : start.err;  // nothing to judge
  if (err != 0) return refuse(err, no_path);

  Ground ground;
  if (call.operation().by_landlock) {
    auto domain = session_->landlock_domains_.of(*task, request_);
    if (!domain) return refuse(EPERM, no_domain);
    ground.domain = std::move(*domain);
  }
  if (call.operation().minds_mounts) {
    auto its = foreign_mount_namespace(*task);
    if (!its) return refuse(EPERM, no_deputy);
    ground.mount_namespace = std::move(*its);
  }
  if (task->user_namespace || ground.domain || ground.mount_namespace ||
      (call.operation().creates && !has_own_umask()))
    return patience == Patience::none ? Progress::needs_patience : look_by_deputy(start, ground, decision);
  const Wear wear(*task);
  if (!wear.worn()) return refuse(EPERM, no_identity);
  OwnRightsHere own_rights(*task);
  const Object object = resolve(call, *task, std::move(start), patience, own_rights);
  if (object.state == Object::State::would_block) return Progress::needs_patience;
  OwnHands hands{call, object, patience};
  return judge(object, hands, decision);
}

// As above, by a process that stands where the target does. It may take no longer than a call may be in
// work, whatever the target does to the deputy.
Inquiry::Progress Inquiry::look_by_deputy(const Start& start, const Ground& ground,
                                          std::optional<Decision> decision) {
  const Deadline end = Deadline(std::chrono::nanoseconds(received_ns_)) + StallWatch::patience;
  auto errand = session_->deputies_.send(*call_, *caller_.task, start, ground, end);
  if (!errand)
    return errand.error().err == ETIMEDOUT ? refuse(ETIMEDOUT, too_late) : refuse(EPERM, no_deputy);
  DeputysHands hands{*call_, *errand};
  return judge(errand->object(), hands, decision);
}

template <class Hands>
Inquiry::Progress Inquiry::judge(const Object& object, Hands& hands, std::optional<Decision> decision) {
  const bool found = object.state == Object::State::found;
  resolved_ = object.path;
  const std::string_view path = object.path;
  if (!decision) decision = decide(&path);
  if (decision->act == Act::kill || (decision->act == Act::deny && !decision->existing_first))
    return decided(*decision);

  if (found && hands.may_wait()) return Progress::needs_patience;
  if (decision->act == Act::deny) {
    if (found ? hands.exists_already() : object.err == EEXIST) decision->err = EEXIST;
    return decided(*decision);
  }
  // From here on nobody gives the call up: it may be told to wait for the log.
  if (!claim(Stage::acting)) return Progress::given_up;
  if (!session_->services_.log.is_writing()) {
    decision_.act = Act::deny;
    decision_.origin = &no_audit;
    err_ = EPERM;
    return Progress::ready;
  }
  decision_ = *decision;
  how_ = How::performed;
  const Result<Outcome> outcome = found ? hands.perform(decision->mode_mask, caller_.umask) : Outcome{object.err, 0};
  if (outcome) {
    err_ = outcome->err;
    value_ = outcome->value;
  } else {  // nobody knows whether it was done
    decision_.act = Act::deny;
    decision_.origin = &no_deputy;
    err_ = EPERM;
  }
  return Progress::ready;
}

void Inquiry::answer() {
  CallRecord record;
  const Task* const task = caller_.task.get();
  record.process = task ? &task->record : nullptr;
  if (task && call_->operand.dirfd == AT_FDCWD) record.directory = task->cwd;
  record.call = &*call_;
  record.resolved = resolved_ ? &*resolved_ : nullptr;
  record.act = decision_.act;
  record.how = how_;
  record.err = err_;
  if (how_ == How::performed && err_ == 0) record.value = value_;
  record.origin = decision_.origin;
  record.gone = gone_;
  record.on_disk = decision_.on_disk;
  record_and_send(record);
}

// A call that was withdrawn is no call: its target has died, or a signal interrupts it and it calls again.
void Inquiry::count(const CallRecord& record, bool watched_only) {
  Session& session = *session_;
  const Syscall* syscall = record.call->syscall;
  const auto one_more = [&](auto& of_session, auto& of_policy) {
    of_session.fetch_add(1, std::memory_order_relaxed);
    of_policy.fetch_add(1, std::memory_order_relaxed);
  };
  const bool is_denied = record.act == Act::deny || record.act == Act::kill;
  if (record.origin)
    policy_->tally.count(record.origin, syscall ? syscall->name : std::string_view(), is_denied,
                         record.decision_ns);
  if (watched_only && !is_denied) return one_more(session.watched_, policy_->watched);
  if (record.act == Act::allow) return one_more(session.allowed_, policy_->allowed);
  if (record.act == Act::emulate) return one_more(session.emulated_, policy_->emulated);

  one_more(session.denied_, policy_->denied);
  const bool by_policy = record.origin != &no_path && record.err != EEXIST;
  const std::string_view path = record.resolved             ? std::string_view(*record.resolved)
                                : record.call->operand.path ? std::string_view(*record.call->operand.path)
                                                            : std::string_view();
  if (by_policy) session.services_.denials.add(*record.call, path, record.err, *record.origin);
  if (syscall && syscall->runs_program) {
    std::lock_guard lock(session.mutex_);
    session.refused_exec_ = std::string(syscall->name) + " is denied (" +
                            std::string(errno_name(record.err)) + ") by " + record.origin->words;
  }
}

void Inquiry::record_and_send(CallRecord& record) {
  Session& session = *session_;
  record.id = request_.id();
  record.session = session.number_;
  record.tid = static_cast<pid_t>(request_.tid());
  record.container = &session.container_record_;
  if (policy_->edition) record.policy = &policy_->edition->record();
  record.mono_ns = monotonic_ns();
  record.decision_ns = record.mono_ns - received_ns_;
  session.latency_.count(record.decision_ns);
  const bool watched_only = !decision_.record && record.act == Act::allow;
  const bool kills = record.act == Act::kill;
  const bool written = watched_only ? session.services_.log.task(record) : session.services_.log.call(record);
  if (written) {
    session.recorded_.fetch_add(1, std::memory_order_relaxed);
  } else {  // never answered kindly without a record; what was performed stands, and the loss is counted in
            // the log
    record.act = Act::deny;
    record.how = How::answered;
    record.err = EPERM;
    record.origin = &no_audit;
  }

  if (!record.gone) count(record, watched_only);
  if (const Syscall* syscall = record.call->syscall; record.how == How::continued && syscall) {
    if (syscall->runs_program) line_->program_begins();
  }

  if (kills) kill_caller();
  Notification notification = std::move(notification_);
  const Delivery delivery = record.how == How::continued ? std::move(notification).let_through()
                            : record.err != 0            ? std::move(notification).fail(record.err)
                                              : std::move(notification).succeed(record.value.value_or(0));
  if (delivery == Delivery::gone && !record.gone && !kills && written)
    session.services_.log.amend_gone(record.session, record.id);
  session.answered();
}

// Told at once and not when the thread comes back: until then each further call of its kind would hold up one
// more.
void Inquiry::held_up() { session_->stalled(); }

void Inquiry::expire() {
  if (!claim(Stage::answering)) return;
  // Another thread may still be looking: nothing that it writes is touched here.
  const Call call = decode_registers(request_.data()).value_or(Call{});
  CallRecord record;
  record.call = &call;
  record.err = ETIMEDOUT;
  record.origin = &too_late;
  record.may_wait = false;  // others have deadlines too
  record_and_send(record);
}

}  // namespace scsup
