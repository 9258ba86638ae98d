// Endless signals to a thread that makes directories: each call happens once. Only a call that was not begun returns
// EINTR, and only if the handler has no SA_RESTART: the kernel lets a signal in until the supervisor has received the
// call, whatever the filter's flags are.
#include <pthread.h>
#include <signal.h>

#include <thread>

#include "tests/hostile/attacks/attack.h"

namespace {

bool restarts;
std::atomic<long> interrupted{0};

template <class Call>
void must_succeed(const char* name, Call call) {
  while (call() != 0) {
    if (restarts || errno != EINTR) breach("%s: %s", name, std::strerror(errno));
    ++interrupted;
  }
}

}  // namespace

int main(int, char** argv) {
  const std::string name = std::string(argv[1]) + "/ok/x";
  struct sigaction action {};
  static std::atomic<long> handled{0};
  action.sa_handler = [](int) { handled.fetch_add(1, std::memory_order_relaxed); };
  restarts = std::string(argv[2]) == "restart";
  action.sa_flags = restarts ? SA_RESTART : 0;
  sigaction(SIGURG, &action, nullptr);
  const pthread_t target = pthread_self();
  std::atomic<bool> over{false};
  std::thread storm([&] {
    while (!over) pthread_kill(target, SIGURG);
  });
  for (Rounds rounds(50000, 1500); rounds.next();) {
    must_succeed("mkdir", [&] { return mkdir(name.c_str(), 0777); });
    must_succeed("chmod", [&] { return chmod(name.c_str(), 0700); });
    if (rmdir(name.c_str()) != 0) breach("rmdir: %s", std::strerror(errno));
  }
  over = true;
  storm.join();
  if (handled < 100) breach("only %ld signals came", handled.load());
}
