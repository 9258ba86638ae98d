#include "supervisor/emulate/identity.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/say.h"

namespace scsup {

namespace {

// Read once, in the first thread that acts; all threads of the supervisor start with the same identity.
const Identity& own() {
  static const Identity identity = [] {
    auto read = own_identity();
    if (!read) {
      say(Severity::critical, read.error().text() + "; cannot act for targets");
      std::abort();
    }
    return *read;
  }();
  return identity;
}

// The capabilities that calls on files check (capabilities(7)). A service has no others (systemd/scsup.service);
// whether a target has others makes no difference to such a call.
constexpr std::uint64_t asked_by_file_calls = capability_set(
    {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID, CAP_LINUX_IMMUTABLE, CAP_MKNOD,
     CAP_SETFCAP, CAP_MAC_OVERRIDE, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_SYS_RESOURCE});

enum class Others { kept, dropped };  // permitted and inheritable capabilities that aren't to be effective

// False: the call would have fewer rights than the target, and fail where it should not. capset(2) isn't called if it
// would change nothing, because a filter around us may refuse it even then.
bool set_effective(std::uint64_t caps, Others others = Others::kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) return false;
  const std::uint64_t permitted = data[0].permitted | std::uint64_t{data[1].permitted} << 32;
  if ((caps & ~permitted & asked_by_file_calls) != 0) return false;
  caps &= permitted;
  bool changes = false;
  for (auto& half : data) {
    const auto before = half;
    half.effective = static_cast<std::uint32_t>(caps);
    caps >>= 32;
    if (others == Others::dropped) half.permitted = half.effective, half.inheritable = 0;
    changes = changes || std::memcmp(&before, &half, sizeof half) != 0;
  }
  return !changes || syscall(SYS_capset, &header, data) == 0;
}

// setfsuid(2) and setfsgid(2) don't report failure: a second call tells the present id.
bool set_fsuid(uid_t uid) {
  syscall(SYS_setfsuid, uid);
  return own_fsuid() == uid;
}
bool set_fsgid(gid_t gid) {
  syscall(SYS_setfsgid, gid);
  return own_fsgid() == gid;
}

bool set_groups(const Identity& identity) {
  if (syscall(SYS_setgroups, identity.groups.size(), identity.groups.data()) == 0) return true;
  const auto now = own_groups();
  return now && *now == identity.groups;
}

// From our own identity to the target's. Capabilities go last, because the other steps need them.
bool become(const Identity& to) {
  return take_on_ids(to, own()) &&
         set_effective(to.effective_caps);  // always: leaving fsuid 0 has dropped some
}

bool become_ourselves() {
  const Identity& to = own();
  (void)set_effective(to.effective_caps);  // for the way back
  return set_fsuid(to.fsuid) && set_effective(to.effective_caps) && set_fsgid(to.fsgid) && set_groups(to);
}

}  // namespace

bool take_on_ids(const Identity& to, const Identity& from) {
  if (to.groups != from.groups && !set_groups(to)) return false;
  if (to.fsgid != from.fsgid && !set_fsgid(to.fsgid)) return false;
  return to.fsuid == from.fsuid || set_fsuid(to.fsuid);
}

bool can_stand_for(const Identity& who, const Identity& wanted) {
  const auto caps = who.effective_caps;
  return who.fsuid == wanted.fsuid && who.fsgid == wanted.fsgid && who.groups == wanted.groups &&
         (caps & ~wanted.effective_caps) == 0 && (wanted.effective_caps & ~caps & asked_by_file_calls) == 0;
}

bool keep_capabilities(std::uint64_t caps) { return set_effective(caps, Others::dropped); }

namespace {

thread_local bool umask_is_own = false;

// What the thread wears, if that isn't its own identity.
thread_local const Identity* worn_now = nullptr;

[[noreturn]] void cannot_change_back(const char* what) {
  // A thread with a wrong identity would judge with it: end the supervisor, so that targets are refused (ENOSYS).
  say(Severity::critical, "cannot take back " + std::string(what) + " identity; ending");
  std::abort();
}

}  // namespace

void own_the_filesystem_view() {
  umask_is_own = unshare(CLONE_FS) == 0;
  own();
}

bool has_own_umask() { return umask_is_own; }

void have_umask(mode_t umask) {
  thread_local mode_t current = 0xffff;
  if (current != umask) ::umask(umask);
  current = umask;
}

Wear::Wear(const Task& task) {
  if (task.identity == own()) return;
  changed_ = true;
  worn_ = become(task.identity);
  if (worn_) worn_now = &task.identity;
}

Wear::~Wear() {
  worn_now = nullptr;
  if (changed_ && !become_ourselves()) cannot_change_back("the supervisor's own");
}

TakenOff::TakenOff() : worn_(worn_now) {
  if (worn_ && !become_ourselves()) cannot_change_back("the supervisor's own");
}

TakenOff::~TakenOff() {
  if (worn_ && !become(*worn_)) cannot_change_back("the target's");
}

}  // namespace scsup
