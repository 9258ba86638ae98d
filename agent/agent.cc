#include "agent/agent.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "agent/conversation.h"
#include "agent/courier.h"
#include "agent/executable.h"
#include "agent/filtered_thread.h"
#include "agent/introduction.h"
#include "agent/last_words.h"
#include "agent/program.h"
#include "base/read_file.h"
#include "base/sealed.h"

namespace scsup::agent {
namespace {

// Blocking, close-on-exec, and none of 0, 1, 2: if the command's stderr is closed, an error must not be printed into
// the conversation with the supervisor.
Result<Fd> usable(Fd socket) {
  if (socket.get() <= STDERR_FILENO) {
    Fd higher(::fcntl(socket.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!higher) return failed("cannot move the supervisor's socket");
    socket = std::move(higher);
  }
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags & ~O_NONBLOCK) < 0 ||
      ::fcntl(socket.get(), F_SETFD, FD_CLOEXEC) < 0)
    return failed("cannot use the supervisor's socket");
  return socket;
}

// The supervisor reads the file, with its own limit; an empty Fd if no policy is sent along.
Result<Fd> policy_to_bring(const Command& command) {
  constexpr std::size_t limit = 16u << 20;
  if (command.policy_file.empty()) return Fd();
  const std::string what = "the policy '" + command.policy_file + "'";
  auto file = read_regular_file(command.policy_file, what, limit);
  if (!file) return failed(file.error());
  return seal(file->text, what);
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

}  // namespace

void run(Fd socket, const Command& command) {
  if (command.argv.empty()) end(exit_own_failure, "no command was given");
  const std::string& name = command.argv.front();
  const auto unrun = [&](const std::string& why) {
    end(exit_own_failure, why + "; '" + name + "' was not run");
  };

  auto path = find_executable(name);
  if (!path) {
    const int status = path.error().err == ENOENT ? exit_not_found : exit_not_executable;
    end(status, "cannot run '" + name + "': " + path.error().what);
  }
  auto connection = usable(std::move(socket));
  if (!connection) unrun(connection.error().text());
  const std::vector<char*> argv = pointers(command.argv);

  if (std::max(command.policy.size(), command.policy_file.size()) > handshake::string_limit)
    unrun("the policy's name is too long");
  const auto own_policy = policy_to_bring(command);
  if (!own_policy) unrun(own_policy.error().text());
  if (auto said = say(*connection, introduce(command), own_policy->get()); !said) unrun(said.error().text());
  const auto filter = hear_program(*connection);
  if (!filter) unrun(filter.error().text());

  Handover handover;
  handover.socket = std::move(*connection);
  handover.command = name;
  handover.path = std::move(*path);
  handover.tid = static_cast<int>(::syscall(SYS_gettid));
  if (const int err = start_courier(handover))
    unrun(std::string("cannot start a thread: ") + std::strerror(err));
  load_and_exec(handover, *filter, argv.data());
}

}  // namespace scsup::agent
