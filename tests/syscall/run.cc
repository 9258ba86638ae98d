#include "tests/syscall/run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/fd.h"

namespace twin {

namespace {

std::string contents(const scsup::Fd& fd) {
  std::string text;
  char chunk[65536];
  off_t at = 0;
  for (ssize_t got; (got = pread(fd.get(), chunk, sizeof chunk, at)) > 0; at += got)
    text.append(chunk, static_cast<std::size_t>(got));
  return text;
}

}  // namespace

Ran run(const std::vector<std::string>& command, const std::string& directory) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  scsup::Fd out(memfd_create("stdout", MFD_CLOEXEC)), err(memfd_create("stderr", MFD_CLOEXEC));

  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    const int null = open("/dev/null", O_RDONLY);
    if (dup2(null, 0) < 0 || dup2(out.get(), 1) < 0 || dup2(err.get(), 2) < 0 ||
        chdir(directory.c_str()) != 0)
      _exit(96);
    close(null);
    for (int fd : {1, 2})  // both write at the end, after each other's output
      fcntl(fd, F_SETFL, O_APPEND);
    execv(arguments[0], arguments.data());
    _exit(96);
  }
  Ran ran;
  scsup::Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  pollfd ended{pidfd.get(), POLLIN, 0};
  int ready;
  do {
    ready = poll(&ended, 1, 30000);
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) {
    ran.in_time = false;
    kill(child, SIGKILL);
  }
  waitpid(child, &ran.status, 0);
  ran.out = contents(out);
  ran.err = contents(err);
  return ran;
}

Recorded read_audit(const std::string& path) {
  Recorded recorded;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto record = nlohmann::json::parse(line);
    if (record.value("type", "") != "call") continue;
    const std::string name = record.at("sys").value("name", "");
    const bool is_tested =
        std::ranges::any_of(std::initializer_list<const char*>{"mkdir", "chmod", "rmdir", "unlink"},
                            [&](const char* tested) { return name.find(tested) != name.npos; });
    if (!is_tested) continue;
    const std::string how = record.value("how", "");
    if (how == "performed")
      ++recorded.performed;
    else if (how == "continue")
      ++recorded.continued;
    else if (line.find("\"@path\"") != std::string::npos)
      ++recorded.failed_on_the_way;
    else
      recorded.refused.push_back(line);
  }
  return recorded;
}

}  // namespace twin
