#include "supervisor/target/task.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "supervisor/seccomp/compat.h"
#include "supervisor/target/procfs.h"
#include "supervisor/target/root.h"

namespace scsup {

namespace {

Result<std::shared_ptr<const TaskHandles>> open_handles(pid_t tid) {
  auto handles = std::make_shared<TaskHandles>();
  auto proc = open_task_directory(tid);
  if (!proc) return failed(proc.error());
  handles->proc = std::move(*proc);
  handles->status.reset(openat(handles->proc.get(), "status", O_RDONLY | O_CLOEXEC));
  if (!handles->status) return failed("cannot open the target's /proc file status");
  handles->exe_link.reset(openat(handles->proc.get(), "exe", O_PATH | O_NOFOLLOW | O_CLOEXEC));
  handles->user_namespace_link.reset(openat(handles->proc.get(), "ns/user", O_PATH | O_NOFOLLOW | O_CLOEXEC));
  handles->pidfd.reset(static_cast<int>(syscall(SYS_pidfd_open, tid, PIDFD_THREAD)));
  if (!handles->pidfd) handles->pidfd.reset(static_cast<int>(syscall(SYS_pidfd_open, tid, 0)));
  return std::shared_ptr<const TaskHandles>(std::move(handles));
}

const std::string& own_user_namespace() {
  static const std::string link = [] {
    Fd self(open("/proc/self", O_PATH | O_CLOEXEC));
    return read_link_at(self, "ns/user").value_or(std::string());
  }();
  return link;
}

// Fails as a whole: knowing half of what a task may do would be worse than knowing nothing.
Result<void> read_rights(Task& task, const ProcStatus& status) {
  const Fd& proc = task.handles->proc;
  task.identity = {status.fsuid, status.fsgid, status.groups, status.effective_caps};
  task.permitted_caps = status.permitted_caps;
  task.no_new_privs = status.no_new_privs;
  auto user_namespace = read_link_at(proc, "ns/user");
  if (!user_namespace) return failed(user_namespace.error());
  if (*user_namespace != own_user_namespace()) {
    task.user_namespace.reset(openat(proc.get(), "ns/user", O_RDONLY | O_CLOEXEC));
    if (!task.user_namespace) return failed("cannot open the target's user namespace");
  }
  task.user_namespace_name = std::move(*user_namespace);
  return {};
}

// The parts of a task that are compared.
struct Now {
  Ids ids;
  Capabilities caps;
  std::optional<std::vector<gid_t>> groups;
};

// Reads all of it, in about the time of an unsupervised call.
Result<Now> read_by_status(const TaskHandles& handles) {
  auto status = read_status_again(handles.status);
  if (!status) return failed(status.error());
  return Now{{status->ppid, status->euid, status->fsuid, status->egid, status->fsgid},
             {status->effective_caps, status->permitted_caps},
             std::move(status->groups)};
}

// Can the groups have changed, and could they make a difference?
bool do_groups_matter(const Task& task, const Capabilities& caps, Asked asked) {
  if (asked == Asked::to_record || !can_change_groups(task.permitted_caps, task.no_new_privs)) return false;
  return asked != Asked::to_act_here || task.user_namespace || !is_above_groups(caps);
}

Result<Now> read_now(const Task& task, Asked asked) {
  const TaskHandles& handles = *task.handles;
  const Capabilities before{task.identity.effective_caps, task.permitted_caps};
  if (do_groups_matter(task, before, asked)) return read_by_status(handles);
  Now now;
  if (asked != Asked::to_record) {  // by number, so before the pidfd confirms that the number was the task's
    auto caps = read_capabilities(task.tid);
    if (!caps) return failed(caps.error());
    now.caps = *caps;
    if (do_groups_matter(task, now.caps, asked)) return read_by_status(handles);
  }
  auto ids = read_ids(handles.pidfd);
  if (!ids && ids.error().err != ESRCH)
    return read_by_status(handles);  // before Linux 6.13, or a filter refuses the call
  if (!ids) return failed(ids.error());
  now.ids = *ids;
  return now;
}

// `now` has everything that `asked` requires.
bool is_different(const Task& task, const Now& now, Asked asked) {
  if (now.ids.euid != task.uid || now.ids.egid != task.gid || now.ids.ppid != task.ppid) return true;
  const TaskHandles& handles = *task.handles;
  if (!is_link_to(handles.exe_link, "", task.exe)) return true;
  if (asked == Asked::to_record) return false;

  if (now.ids.fsuid != task.identity.fsuid || now.ids.fsgid != task.identity.fsgid ||
      now.caps.effective != task.identity.effective_caps)
    return true;
  if (now.groups && *now.groups != task.identity.groups) return true;
  // Without capabilities a user namespace makes no difference to what a task may do with files, and a task
  // that can't change its groups can't in another namespace either (user_namespaces(7), "Defining user and
  // group ID mappings").
  const bool has_none = now.caps.effective == 0 && !can_change_groups(task.permitted_caps, task.no_new_privs);
  return !has_none && !is_link_to(handles.user_namespace_link, "", task.user_namespace_name);
}

}  // namespace

Result<std::shared_ptr<Task>> look_at(pid_t tid, std::shared_ptr<const TaskHandles> known) {
  auto task = std::make_shared<Task>();
  task->tid = tid;
  if (!known) {
    auto handles = open_handles(tid);
    if (!handles) return failed(handles.error());
    known = std::move(*handles);
  }
  task->handles = std::move(known);
  const Fd& proc = task->handles->proc;

  const auto status = read_status_again(task->handles->status);
  if (!status) return failed(status.error());
  task->pid = status->tgid;
  task->ppid = status->ppid;
  task->uid = status->euid;
  task->gid = status->egid;
  task->pids = status->pids;
  task->tgids = status->tgids;
  task->comm = status->comm;
  if (auto stat = read_file_at(proc, "stat")) task->start = parse_start_time(*stat).value_or(0);
  // exe and cwd are for the record only: if a target hides them (not dumpable), the record lacks them.
  task->exe = read_link_at(proc, "exe").value_or(std::string());
  task->readable = static_cast<bool>(read_rights(*task, *status));
  const auto root = Root::of(proc);
  if (auto cwd = read_link_at(proc, "cwd")) task->cwd = root ? root->in_its_words(*cwd) : *cwd;
  return task;
}

Result<Fd> Task::open_cwd() const {
  Fd fd(openat(handles->proc.get(), "cwd", O_PATH | O_CLOEXEC));
  if (!fd) return failed("cannot open the target's working directory");
  return fd;
}

Result<Fd> Task::open_fd(int number) const {
  char name[24];
  std::snprintf(name, sizeof name, "fd/%d", number);
  Fd fd(openat(handles->proc.get(), name, O_PATH | O_CLOEXEC));
  if (!fd) return failed("cannot open a descriptor of the target");
  return fd;
}

Result<bool> Task::is_path_only(int number) const {
  // The mode bits of its link in /proc show how the descriptor is open, so there are none for O_PATH, nor for the
  // rare descriptor that is open for neither (open(2), access mode 3).
  char name[24];
  struct stat link;
  std::snprintf(name, sizeof name, "fd/%d", number);
  if (fstatat(handles->proc.get(), name, &link, AT_SYMLINK_NOFOLLOW) != 0)
    return failed("cannot look at a descriptor of the target");
  if ((link.st_mode & (S_IRUSR | S_IWUSR)) != 0) return false;
  std::snprintf(name, sizeof name, "fdinfo/%d", number);
  auto text = read_file_at(handles->proc, name);
  if (!text) return failed(text.error());
  const std::size_t at = text->find("flags:\t");
  if (at == std::string::npos) return failed(0, "cannot parse the target's fdinfo");
  return (std::strtoul(text->c_str() + at + 7, nullptr, 8) & O_PATH) != 0;
}

Result<mode_t> Task::read_umask() const { return read_umask_again(handles->status); }

Result<bool> has_changed(const Task& task, Asked asked) {
  const auto now = read_now(task, asked);
  if (!now) return failed(now.error());
  return is_different(task, *now, asked);
}

std::optional<int> exit_status(const TaskHandles& handles) {
  pidfd_info info{};
  info.mask = PIDFD_INFO_EXIT;
  if (!handles.pidfd || ioctl(handles.pidfd.get(), PIDFD_GET_INFO, &info) != 0 ||
      (info.mask & PIDFD_INFO_EXIT) == 0)
    return std::nullopt;
  return info.exit_code;
}

// Not by a null signal: a filter around us would refuse it (EPERM) for living and dead processes alike.
bool lives(const Fd& pidfd) {
  pollfd ended{pidfd.get(), POLLIN, 0};  // readable before the number is free again
  return pidfd && poll(&ended, 1, 0) == 0;
}

bool is_alive(const TaskHandles& handles) { return lives(handles.pidfd); }

}  // namespace scsup
