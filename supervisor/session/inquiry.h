// One call on its way: received, looked at, judged, performed if need be, recorded, answered.
//
//   look():   task -> decode -> decide -> [resolve -> decide -> perform]      may block; does not answer
//   answer(): record -> respond                                              exactly once
// An Inquiry is looked at by one thread at a time: the leading one first, without patience, then perhaps a
// worker. If it takes too long before anything was done for the target, expire() answers in its place.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "supervisor/audit/record.h"
#include "supervisor/emulate/deputies.h"
#include "supervisor/emulate/object.h"
#include "supervisor/emulate/resolve.h"
#include "supervisor/loop/stall_watch.h"
#include "supervisor/policy/policy.h"
#include "supervisor/seccomp/listener.h"
#include "supervisor/target/task_table.h"

namespace scsup {

class Line;
class Session;
struct InForce;
class Zygote;

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
  Progress refuse(int err, const Origin& why);
  bool confirm(Asked asked);
  Progress look_again(Patience patience);
  Progress condemn();
  void kill_caller() const;
  Progress decided(const Decision& decision);
  std::optional<Decision> decide(const std::string_view* object) const;
  Progress look_at_object(Patience patience, std::optional<Decision> decision);
  Progress look_by_deputy(const Start& start, const Ground& ground, std::optional<Decision> decision);
  Progress confine(Patience patience, const Decision& decision);
  template <class Hands>
  Progress judge(const Object& object, Hands& hands, std::optional<Decision> decision);
  void count(const CallRecord& record, bool watched_only);
  void record_and_send(CallRecord& record);

  const std::shared_ptr<Line> line_;  // its listener stays open as long as we may answer
  const std::shared_ptr<Session> session_;
  const std::shared_ptr<InForce> policy_;
  const Request request_;
  Notification notification_;  // touched only by the thread that has claimed the answer
  const std::int64_t received_ns_;
  std::atomic<Stage> stage_{Stage::looking};

  TaskTable::Met caller_;  // its task is null: it can't be read
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
