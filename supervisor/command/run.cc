// scsup run: one command under one policy.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "agent/agent.h"
#include "base/socket.h"
#include "cli/options.h"
#include "supervisor/command/clean_fds.h"
#include "supervisor/command/command_watch.h"
#include "supervisor/command/front.h"
#include "supervisor/command/killed.h"
#include "supervisor/command/prerequisites.h"
#include "supervisor/command/process_state.h"
#include "supervisor/command/run_options.h"
#include "supervisor/command/serve_settings.h"
#include "supervisor/command/supervise.h"
#include "supervisor/command/supervisor_name.h"
#include "supervisor/policy/explain/kill_places.h"
#include "supervisor/seccomp/kernel.h"

namespace scsup {

const std::vector<Option> run_options = {
    {"policy", "FILE", "the policy; a Docker/OCI seccomp profile is one too"},
    {"audit", "FILE",
     "where each call is recorded, as JSON lines; - is standard output, none is nowhere (default: "
     "$SCSUP_AUDIT, else ~/.local/state/scsup/audit.jsonl)"},
    {"config", "FILE", "how the audit is kept: \"audit\" in scsup-config(5)"},
    {"summary", nullptr, "say at the end what was denied, even if standard error is no terminal"},
    {"die-with-parent", nullptr, "end the command and all below it when scsup or its parent is killed"},
    {"quiet", nullptr, "say nothing but errors"},
};

namespace {

constexpr const char* run_usage =
    "Usage: scsup [run] --policy FILE [OPTION...] [--] CMD [ARG...]\n"
    "\n"
    "Runs CMD under the policy and exits with its status (125: scsup failed, 126: CMD can't be\n"
    "executed, 127: CMD was not found). -- is needed only where CMD starts with a dash.\n";

bool is_by_the_filter(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS; }

struct Plan {
  Arguments argv;
  PolicyFile policy;
  AuditTarget audit;
  KernelFeatures kernel;
  Readable readable = Readable::nobody;
  bool summary = false;
  bool under_job_control = false;
  bool die_with_parent = false;
  Fd parent;  // a pidfd; with die_with_parent, if it could be had
  WhenAlone when_alone = WhenAlone::leave_command;
  Arguments command;
};

bool has_children() { return waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0; }

// The parent's pidfd tells its end. The kernel's own signal for that, our second choice, comes at the end of the
// thread that started us, not of the process.
void die_with_parent(Plan& plan, pid_t parent) {
  plan.parent.reset(static_cast<int>(syscall(SYS_pidfd_open, parent, 0)));
  if (!plan.parent) prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) raise(SIGKILL);  // it had ended before
  // If the supervisor is killed, the command becomes our child. If this process had children before it became scsup
  // (`sh -c 'x & exec scsup ...'`), not all its descendants are ours to end.
  if (has_children()) return;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  plan.when_alone = WhenAlone::end_command;
}

// Our parent is in our session but in another process group, as a shell with job control is: then the group isn't
// orphaned (setpgid(2)), whatever else is in it.
bool parent_controls_jobs() {
  const pid_t parent = getppid();
  return parent != 0 && getsid(parent) == getsid(0) && getpgid(parent) != getpgrp();
}

// The supervisor gets its own process group, so that Ctrl-Z stops the command and not the supervisor. But for the
// kernel a parent in another group of the same session, as the supervisor is for the command, also keeps the
// command's group from being orphaned. If there is no other such parent, the command's end orphans the group: SIGHUP
// to all in it if one is stopped. Then only a session of its own helps. That costs a microsecond per call where
// autogroup (sched(7)) makes each session a scheduling group.
void leave_the_job(bool under_job_control) {
  if (under_job_control)
    setpgid(0, 0);
  else
    setsid();
}

[[noreturn]] void supervise(Plan& plan, Fd front, const FrontProcess& front_process,
                            const sigset_t& original_mask) {
  auto pair = socket_pair();
  if (!pair) {
    complain(pair.error().text());
    _exit(own_failure);
  }
  // Orphans stay our descendants: so they are found when everything must end, and can be read where Yama's
  // ptrace_scope is 1.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  // A process that ignores SIGCHLD never learns how a child ended; the command gets the original setting.
  struct sigaction usual {
  }, inherited{};
  usual.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &usual, &inherited);
  const pid_t command = fork();
  if (command == 0) {
    pair->first.reset();  // otherwise it would not notice the supervisor's end
    front.reset();
    plan.audit.stream.reset();
    sigaction(SIGCHLD, &inherited, nullptr);
    sigprocmask(SIG_SETMASK, &original_mask, nullptr);
    agent::run(std::move(pair->second), {plan.command, ""});
  }
  pair->second.reset();
  if (command < 0) {
    complain("cannot start a process: " + std::string(std::strerror(errno)));
    _exit(own_failure);
  }
  leave_the_job(plan.under_job_control);
  prctl(PR_SET_NAME, supervisor_name(command).c_str());
  rlimit descriptors{};  // the command has its own limit by now; ours is for tasks and paths that we hold
                         // open
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
  }
  close_all_but({STDERR_FILENO, front.get(), front_process.pidfd(), plan.parent.get(), pair->first.get(),
                 plan.audit.stream.get()});
  auto audit = open_target(std::move(plan.audit));
  if (!audit) {
    complain(audit.error().text());
    _exit(own_failure);
  }

  const auto born = process_state(command);
  const Process who{command,  getpid(), born ? born->start : 0, plan.command.front(), {}, {},
                    getuid(), getgid()};
  const std::vector<std::string> asked_at = kill_places(plan.policy.parsed.document, plan.policy.file);
  const std::string killed = why_killed(plan.policy.parsed.document, plan.policy.file);
  Supervisor* running = nullptr;
  std::shared_ptr<CommandWatch> watch;
  std::atomic<bool> told_of_death{false};  // both the loop and the end of a session report it
  const auto stop_if_over = [&] {
    if (watch->over() && is_by_the_filter(watch->status()) && !told_of_death.exchange(true))
      running->log().death({1, nullptr, command, running->log().describe(who), asked_at});
    if (watch->over() && running->is_empty()) running->loop().stop();
  };
  watch = std::make_shared<CommandWatch>(command, front, front_process, stop_if_over);
  Supervisor supervisor(std::make_unique<Catalogue>(std::move(plan.policy)), std::move(*audit), plan.argv,
                        plan.kernel, stop_if_over);
  running = &supervisor;
  supervisor.loop().add(watch);
  supervisor.loop().add(std::make_shared<FrontLine>(
      front, *watch, plan.die_with_parent ? FrontLine::AtItsEnd::end_all : FrontLine::AtItsEnd::go_on));
  if (plan.parent)
    supervisor.loop().add(std::make_shared<ParentWatch>(std::move(plan.parent), front_process));
  supervisor.admit(std::move(pair->first), Peer{command, getuid(), getgid()});
  watch->look();
  const auto result = supervisor.run();
  if (!result) complain(result.error().text());
  if (plan.summary)
    for (const std::string& line : supervisor.denials().lines()) complain(line);
  if (!plan.kernel.quiet && !killed.empty() && watch->over() && is_by_the_filter(watch->status()))
    complain(killed);
  std::fflush(stderr);
  send_front_message(front,
                     {FrontMessage::Kind::ended, result ? watch->status() : W_EXITCODE(own_failure, 0)});
  front_process.see_off();  // a front that was just stopped doesn't read
  _exit(0);                 // doesn't wait for threads that are stuck in the kernel
}

// Nothing: the config has mistakes, which were reported.
std::optional<AuditSettings> audit_settings(const Options& given) {
  Config config = default_config(default_places(), geteuid());
  if (const auto file = given.value("config"); file && !read_config_file(*file, config)) return std::nullopt;
  return config.audit;
}

}  // namespace

int command_run(const Arguments& arguments) {
  const pid_t parent = getppid();
  reserve_standard_fds();
  Plan plan;
  plan.argv = arguments;
  bool quiet;
  try {
    const Options given(arguments, run_options);
    if (given.has("help")) {
      std::fputs(help(run_usage, run_options).c_str(), stdout);
      return 0;
    }
    if (!given.value("policy")) throw UsageError("--policy FILE is missing");
    if (given.rest().empty()) throw UsageError("the command to run is missing");
    quiet = given.has("quiet");
    plan.summary = !quiet && (given.has("summary") || isatty(STDERR_FILENO));
    plan.command = given.rest();
    plan.die_with_parent = given.has("die-with-parent");
    auto policy = load_policy(*given.value("policy"), quiet);
    if (!policy) return own_failure;
    plan.policy = std::move(*policy);
    const auto settings = audit_settings(given);
    if (!settings) return own_failure;
    auto audit = find_audit(given.value("audit"), *settings);
    if (!audit) throw std::runtime_error(audit.error().text() + " (see --audit)");
    plan.audit = std::move(*audit);
  } catch (const UsageError& error) {
    complain(std::string(error.what()) + "; try 'scsup run --help'");
    return own_failure;
  }
  if (plan.die_with_parent) die_with_parent(plan, parent);
  plan.under_job_control = parent_controls_jobs();
  plan.kernel = probe_kernel();
  plan.kernel.quiet = quiet;
  plan.readable = whose_memory_is_readable();
  Undertaking undertaking;
  undertaking.looks_at_paths = plan.policy.parsed.document.supervise.has_value();
  undertaking.must_kill_others = plan.die_with_parent;
  if (const std::string missing = what_is_missing(plan.kernel, plan.readable, undertaking);
      !missing.empty()) {
    complain(missing + "; nothing was run");
    return own_failure;
  }
  if (!quiet)
    for (const std::string& fallback : plan.kernel.fallbacks) complain(fallback);

  auto line = socket_pair();
  if (!line) throw std::runtime_error(line.error().text());
  sigset_t all, original;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &original);
  std::optional<FrontProcess> front_process(std::in_place);
  const pid_t supervisor = fork();
  if (supervisor < 0)
    throw std::runtime_error("cannot start a process: " + std::string(std::strerror(errno)));
  if (supervisor == 0) {
    line->first.reset();
    supervise(plan, std::move(line->second), *front_process, original);
  }
  line->second.reset();
  front_process.reset();
  plan.parent.reset();
  return stand_for_command(std::move(line->first), supervisor, plan.audit, plan.when_alone);
}

}  // namespace scsup
