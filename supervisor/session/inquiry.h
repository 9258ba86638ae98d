// One call: received, examined, judged, performed if necessary, recorded, answered.
//
//   look():   task -> decode -> decide -> [examine -> find the object -> decide -> perform]   may block; does not answer
//   answer(): settle, exactly once
// One thread at a time looks at an Inquiry: the leading one first, without patience, then perhaps a worker. If that
// takes too long before anything was done for the target, expire() answers instead.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "supervisor/audit/record.h"
#include "supervisor/emulate/actor.h"
#include "supervisor/loop/stall_watch.h"
#include "supervisor/policy/policy.h"
#include "supervisor/seccomp/listener.h"
#include "supervisor/session/examination.h"
#include "supervisor/target/task_table.h"

namespace scsup {

class Line;
class Session;
struct InForce;

class Inquiry : public Timed {
 public:
  Inquiry(std::shared_ptr<Line> line, Notification notification, std::int64_t received_ns);

  enum class Progress {
    ready,           // answer() is due, by the thread that looked
    needs_patience,  // look(Patience::unlimited) is due, on a thread that may block
    given_up,        // expire() has answered
  };
  Progress look(Patience patience);
  void answer();
  void held_up() override;
  void expire() override;

 private:
  enum class Stage : std::uint8_t { looking, acting, answering };
  bool claim(Stage next);
  Progress decided(const Decision& decision);
  Progress refuse(int err, const Origin& why);
  Progress condemn();
  bool confirm(Asked asked);
  Progress look_again(Patience patience);
  std::optional<Decision> decide(const std::string_view* object) const;
  Progress confine(Patience patience, const Decision& decision);
  Progress look_at_object(Patience patience, const std::optional<Decision>& decision);
  Progress look_by_deputy(const Examined& examined, const std::optional<Decision>& decision);
  Progress judge(Actor& actor, std::optional<Decision> decision);
  Progress perform(Actor& actor, const Decision& decision);
  void settle(const CallRecord& record, bool watched_only, const Task* task);

  const std::shared_ptr<Line> line_;  // its listener stays open as long as an answer is possible
  const std::shared_ptr<Session> session_;
  const std::shared_ptr<InForce> policy_;
  const Request request_;
  Notification notification_;  // touched only by the thread that has claimed the answer
  const std::int64_t received_ns_;
  std::atomic<Stage> stage_{Stage::looking};

  TaskTable::Met caller_;  // its task is null if it can't be read
  std::optional<Call> call_;
  std::optional<std::string> resolved_;
  Decision decision_;
  How how_ = How::answered;
  int err_ = 0;
  std::int64_t value_ = 0;
  bool gone_ = false;
  bool looked_again_ = false;
};

}  // namespace scsup
