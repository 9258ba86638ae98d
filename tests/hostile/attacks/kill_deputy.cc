// Root in a user namespace kills the processes that act for it there as fast as it can find them, or stops one. Its
// own calls may be denied then, but each is answered, and when it stops attacking, its calls succeed again. argv:
// directory, kill | stop | limit, and the supervisor's number if it isn't our parent.
#include <signal.h>
#include <sys/resource.h>

#include <thread>

#include "tests/hostile/attacks/deputies.h"

namespace {

int try_mkdir(const std::string& name) {
  const int err = mkdir(name.c_str(), 0755) == 0 ? 0 : errno;
  if (err == 0) rmdir(name.c_str());
  return err;
}

void kill_them(pid_t supervisor, const std::string& name) {
  std::atomic<bool> over{false};
  std::atomic<int> killed{0};
  std::thread killer([&] {
    while (!over)
      for (const pid_t pid : deputies(supervisor)) killed += kill(pid, SIGKILL) == 0;
  });
  for (Rounds rounds(2000, 3000); rounds.next();)
    if (const int err = try_mkdir(name); err != 0 && err != EPERM && err != EEXIST)
      breach("mkdir: %s", std::strerror(err));
  over = true;
  killer.join();
  if (killed == 0) breach("none was killed");
  rmdir(name.c_str());  // if it was made before the answer was lost
}

void stop_one(pid_t supervisor, const std::string& name) {
  for (const pid_t pid : deputies(supervisor))
    if (kill(pid, SIGSTOP) != 0) breach("kill: %s", std::strerror(errno));
  const std::int64_t began = now_ms();
  const int err = try_mkdir(name);
  if (err != ETIMEDOUT) breach("mkdir by a stopped deputy: %s", std::strerror(err));
  if (now_ms() - began > 15000)
    breach("a stopped deputy held the call up for %ld ms", static_cast<long>(now_ms() - began));
}

void limit_it(pid_t supervisor, const std::string& name) {
  const rlimit none{0, 0};
  for (const pid_t pid : deputies(supervisor))
    for (const auto which : {RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_FSIZE}) prlimit(pid, which, &none, nullptr);
  try_mkdir(name);
  for (const pid_t pid : deputies(supervisor)) kill(pid, SIGKILL);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = std::string(argv[1]) + "/ok/inside", how = argv[2];
  const pid_t supervisor = argc > 3 ? std::atoi(argv[3]) : getppid();
  enter_user_namespace();
  if (const int err = try_mkdir(name); err != 0) breach("mkdir at first: %s", std::strerror(err));
  if (deputies(supervisor).empty()) breach("there is no deputy");
  if (how == "kill") kill_them(supervisor, name);
  if (how == "stop") stop_one(supervisor, name);
  if (how == "limit") limit_it(supervisor, name);
  for (int i = 0; i < 3; ++i)
    if (const int err = try_mkdir(name); err != 0) breach("mkdir afterwards: %s", std::strerror(err));
}
