#include "supervisor/session/inquiry.h"

#include "supervisor/seccomp/runtime_calls.h"
#include "supervisor/session/line.h"
#include "supervisor/session/refusals.h"
#include "supervisor/session/settlement.h"
#include "supervisor/target/decode.h"

namespace scsup {

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

// The session was killed, and the kill has missed the task that makes this call.
Inquiry::Progress Inquiry::condemn() {
  if (!call_) call_ = decode_registers(request_.data()).value_or(Call{});
  Decision decision;
  decision.act = Act::kill;
  decision.origin = &refusal::killed;
  return decided(decision);
}

Inquiry::Progress Inquiry::look(Patience patience) {
  if (session_->is_condemned()) return condemn();
  if (!caller_.task) caller_ = session_->tasks_.find(request_).value_or(TaskTable::Met{});
  if (!call_) {
    call_ = decode(request_);
    if (!call_) {
      call_.emplace();
      return refuse(ENOSYS, refusal::foreign_call);
    }
  }
  const std::optional<Decision> decision = decide(nullptr);
  if (!decision || decision->act == Act::emulate) return look_at_object(patience, decision);
  if (!confirm(Asked::to_record)) return look_again(patience);
  const bool confines = call_->syscall && call_->syscall->confines && decision->act == Act::allow;
  return confines ? confine(patience, *decision) : decided(*decision);
}

// The task restricts itself as soon as the call is let through. From then on scsup acts for it within the same
// domain.
Inquiry::Progress Inquiry::confine(Patience patience, const Decision& decision) {
  if (patience == Patience::none) return Progress::needs_patience;
  const Deadline end = Deadline(std::chrono::nanoseconds(received_ns_)) + StallWatch::patience;
  const bool follows = caller_.task && session_->landlock_domains_.enter(*caller_.task, *call_, end);
  return follows ? decided(decision) : refuse(EPERM, refusal::no_domain);
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
    allowed.origin = &refusal::runtime_call;
    return allowed;
  }
  return policy_->policy->decide(*call_, object);
}

// Does what has been read so far belong to the task that made the call? Remembered properties are read anew if they
// have changed.
bool Inquiry::confirm(Asked asked) {
  if (!caller_.task) return request_.still_valid();
  auto now = session_->tasks_.confirm(caller_, request_, asked);
  if (!now) return false;
  caller_ = std::move(*now);
  return true;
}

// They do not. Either the task was killed, and no task waits for the answer; or the remembered one was an earlier
// task with its number.
Inquiry::Progress Inquiry::look_again(Patience patience) {
  if (caller_.task && !looked_again_ && request_.still_valid()) {
    looked_again_ = true;
    session_->tasks_.forget(*caller_.task);
    caller_ = {};
    call_.reset();
    return look(patience);  // now with a task that was read for this call
  }
  gone_ = true;
  return refuse(EPERM, refusal::vanished);
}

// A rule needs to know what the path leads to, or the call is to be performed.
Inquiry::Progress Inquiry::look_at_object(Patience patience, const std::optional<Decision>& decision) {
  if (!confirm(patience == Patience::none ? Asked::to_act_here : Asked::to_act)) return look_again(patience);
  const Task* const task = caller_.task.get();
  Examined examined = examine(*call_, task, request_, session_->landlock_domains_);
  if (examined.refusal) return refuse(examined.err, *examined.refusal);
  if (examined.by_deputy)
    return patience == Patience::none ? Progress::needs_patience : look_by_deputy(examined, decision);
  OwnHands hands(*call_, *task, std::move(examined.start), patience);
  if (!hands.has_identity()) return refuse(EPERM, refusal::no_identity);
  return judge(hands, decision);
}

// By a process in the target's namespaces. It may take no longer than a call may be in progress, whatever the target
// does to the deputy.
Inquiry::Progress Inquiry::look_by_deputy(const Examined& examined, const std::optional<Decision>& decision) {
  const Deadline end = Deadline(std::chrono::nanoseconds(received_ns_)) + StallWatch::patience;
  auto errand = session_->deputies_.send(*call_, *caller_.task, examined.start, examined.ground, end);
  if (!errand && errand.error().err == ETIMEDOUT) return refuse(ETIMEDOUT, refusal::too_late);
  if (!errand) return refuse(EPERM, refusal::no_deputy);
  DeputysHands hands(*call_, std::move(*errand), StallWatch::patience);
  return judge(hands, decision);
}

// `decision` is set if registers alone have made it.
Inquiry::Progress Inquiry::judge(Actor& actor, std::optional<Decision> decision) {
  const Object& object = actor.object();
  if (object.state == Object::State::would_block) return Progress::needs_patience;
  const bool found = object.state == Object::State::found;
  resolved_ = object.path;
  const std::string_view path = object.path;
  if (!decision) decision = decide(&path);
  if (decision->act == Act::kill || (decision->act == Act::deny && !decision->existing_first))
    return decided(*decision);

  if (found && actor.may_wait()) return Progress::needs_patience;
  if (decision->act == Act::allow || decision->act == Act::emulate) return perform(actor, *decision);
  if (found ? actor.exists_already() : object.err == EEXIST) decision->err = EEXIST;
  return decided(*decision);
}

Inquiry::Progress Inquiry::perform(Actor& actor, const Decision& decision) {
  const Object& object = actor.object();
  const bool found = object.state == Object::State::found;
  mode_t umask = 0;
  if (found && call_->operation().creates()) {
    const auto its = caller_.task->read_umask();
    if (!its) return refuse(EPERM, refusal::unreadable);
    umask = *its;
  }
  // From here on the deadline doesn't give the call up: it may have to wait for the log.
  if (!claim(Stage::acting)) return Progress::given_up;
  decision_ = decision;
  const auto deny = [this](const Origin& why) {
    decision_.act = Act::deny;
    decision_.origin = &why;
    err_ = EPERM;
    return Progress::ready;
  };
  if (!session_->services_.log.is_writing()) return deny(refusal::no_audit);
  how_ = How::performed;
  const auto outcome = found ? actor.perform(decision.mode_mask, umask) : Outcome{object.err, 0};
  if (!outcome) return deny(refusal::no_deputy);
  err_ = outcome->err;
  value_ = outcome->value;
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
  settle(record, !decision_.record && record.act == Act::allow, task);
}

void Inquiry::settle(const CallRecord& record, bool watched_only, const Task* task) {
  scsup::settle({*line_, *policy_, request_, received_ns_}, record, watched_only, task,
                std::move(notification_));
}

// Reported at once and not when the thread comes back: until then each further call of this kind would block another
// thread.
void Inquiry::held_up() { session_->stalled(); }

void Inquiry::expire() {
  if (!claim(Stage::answering)) return;
  // Another thread may still be looking, so nothing that it writes is touched here.
  const Call call = decode_registers(request_.data()).value_or(Call{});
  CallRecord record;
  record.call = &call;
  record.err = ETIMEDOUT;
  record.origin = &refusal::too_late;
  record.may_wait = false;  // other calls have deadlines too
  settle(record, false, nullptr);
}

}  // namespace scsup
