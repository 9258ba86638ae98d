// A supervisor's control socket without a supervisor behind it, for tests of its clients.
//
// usage: control_server PATH [COUNT]   COUNT sessions (2); their counts grow with each request
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/socket.h"
#include "supervisor/control/door.h"
#include "tests/unit/control_sample.h"

namespace {

using namespace scsup;
using namespace scsup::control;

class Growing : public SampleService {
 public:
  explicit Growing(int count) {
    for (int number = 3; number <= count; ++number) {
      SessionState session = sample_session(static_cast<std::uint32_t>(number));
      session.command = "job-" + std::to_string(number);
      sessions_.push_back(session);
    }
    sessions_[0].command = "m\x1b[31make";
  }
  std::vector<SessionState> sessions() const override {
    std::lock_guard lock(mutex_);
    std::vector<SessionState> now = sessions_;
    ++looks_;
    for (SessionState& session : now) {
      session.generations.back().counts.allowed += 1000 * looks_ * session.number;
      if (session.number == 2) session.generations.back().counts.denied += 10 * looks_;
    }
    return now;
  }

 private:
  mutable std::uint64_t looks_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 125;
  auto listening = listen_unix(argv[1], Carries::stream);
  if (!listening) {
    std::fprintf(stderr, "%s\n", listening.error().text().c_str());
    return 125;
  }
  auto* workers = new Workers([] {});
  Growing service(argc > 2 ? std::atoi(argv[2]) : 2);
  if (std::getenv("REFUSE")) service.refuse(geteuid());
  Loop loop([] {});
  loop.add(std::make_shared<Door>(std::move(*listening), loop, *workers, service));
  std::puts("ready");
  std::fflush(stdout);
  _exit(loop.run() ? 0 : 125);
}
