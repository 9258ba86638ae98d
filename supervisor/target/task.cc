#include "supervisor/target/task.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <cstdio>
#include <cstdlib>

#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

constexpr unsigned pidfd_thread = O_EXCL;  // PIDFD_THREAD, 6.9

Result<std::shared_ptr<const TaskHandles>> open_handles(pid_t tid) {
  auto handles = std::make_shared<TaskHandles>();
  auto proc = open_task_directory(tid);
  if (!proc) return failed(proc.error());
  handles->proc = std::move(*proc);
  handles->pidfd.reset(static_cast<int>(syscall(SYS_pidfd_open, tid, pidfd_thread)));
  if (!handles->pidfd) handles->pidfd.reset(static_cast<int>(syscall(SYS_pidfd_open, tid, 0)));
  return std::shared_ptr<const TaskHandles>(std::move(handles));
}

bool same_place(const Fd& a, const Fd& b) {
  struct statx x, y;
  const unsigned want = STATX_INO | STATX_MNT_ID;
  if (statx(a.get(), "", AT_EMPTY_PATH, want, &x) != 0 || statx(b.get(), "", AT_EMPTY_PATH, want, &y) != 0)
    return false;
  return x.stx_ino == y.stx_ino && x.stx_mnt_id == y.stx_mnt_id && x.stx_dev_major == y.stx_dev_major &&
         x.stx_dev_minor == y.stx_dev_minor;
}

const std::string& own_user_namespace() {
  static const std::string link = [] {
    Fd self(open("/proc/self", O_PATH | O_CLOEXEC));
    return read_link_at(self, "ns/user").value_or(std::string());
  }();
  return link;
}

// How the task meets the file system. Fails as a whole: half a view would be worse than none.
Result<void> read_view(Task& task, const ProcStatus& status) {
  const Fd& proc = task.handles->proc;
  task.umask = status.umask;
  task.identity = {status.fsuid, status.fsgid, status.groups, status.effective_caps};
  auto user_namespace = read_link_at(proc, "ns/user");
  if (!user_namespace) return failed(user_namespace.error());
  if (*user_namespace != own_user_namespace()) {
    task.user_namespace.reset(openat(proc.get(), "ns/user", O_RDONLY | O_CLOEXEC));
    if (!task.user_namespace) return failed("cannot open the target's user namespace");
  }

  task.root.reset(openat(proc.get(), "root", O_PATH | O_CLOEXEC));
  if (!task.root) return failed("cannot open the target's root");
  static const Fd own_root(open("/", O_PATH | O_CLOEXEC));
  task.root_is_ours = same_place(task.root, own_root);
  task.root_name = "/";
  if (!task.root_is_ours) {
    auto name = name_of(task.root);
    if (!name) return failed(name.error());
    task.root_name = *name;
  }
  return {};
}

}  // namespace

Result<Identity> read_identity(const Fd& proc) {
  auto status = read_status(proc);
  if (!status) return failed(status.error());
  return Identity{status->fsuid, status->fsgid, std::move(status->groups), status->effective_caps};
}

Result<Identity> own_identity() { return read_identity(Fd(open("/proc/thread-self", O_PATH | O_CLOEXEC))); }

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

  const auto status = read_status(proc);
  if (!status) return failed(status.error());
  task->pid = status->tgid;
  task->ppid = status->ppid;
  task->uid = status->euid;
  task->gid = status->egid;
  task->pids = status->pids;
  task->tgids = status->tgids;
  task->comm = status->comm;
  if (auto stat = read_file_at(proc, "stat")) task->start = parse_start_time(*stat).value_or(0);
  // exe and cwd are for the record only: a target that hides them (not dumpable) goes without.
  task->exe = read_link_at(proc, "exe").value_or(std::string());
  task->readable = static_cast<bool>(read_view(*task, *status));
  if (auto cwd = read_link_at(proc, "cwd")) task->cwd = task->readable ? task->in_its_words(*cwd) : *cwd;
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
  char name[24];
  std::snprintf(name, sizeof name, "fdinfo/%d", number);
  auto text = read_file_at(handles->proc, name);
  if (!text) return failed(text.error());
  const std::size_t at = text->find("flags:\t");
  if (at == std::string::npos) return failed(0, "cannot parse the target's fdinfo");
  return (std::strtoul(text->c_str() + at + 7, nullptr, 8) & O_PATH) != 0;
}

std::string Task::in_its_words(const std::string& name) const {
  if (root_name == "/") return name;
  if (name == root_name) return "/";
  if (name.starts_with(root_name) && name[root_name.size()] == '/') return name.substr(root_name.size());
  return {};
}

bool is_alive(const TaskHandles& handles) {
  if (!handles.pidfd) return false;
  return syscall(SYS_pidfd_send_signal, handles.pidfd.get(), 0, nullptr, 0) == 0 || errno == EPERM;
}

}  // namespace scsup
