#include "supervisor/session/examination.h"

#include <cerrno>

#include "supervisor/emulate/identity.h"
#include "supervisor/emulate/perform.h"
#include "supervisor/session/refusals.h"
#include "supervisor/target/mount_namespace.h"

namespace scsup {

namespace {

Examined refused(int err, const Origin& why) {
  Examined examined;
  examined.err = err;
  examined.refusal = &why;
  return examined;
}

// Errors that the kernel itself finds in a path, or in flags that it checks before.
bool is_natural(int err) { return err == EFAULT || err == ENAMETOOLONG || err == EINVAL || err == ENOSYS; }

}  // namespace

Examined examine(const Call& call, const Task* task, const Request& request, LandlockDomains& domains) {
  if (!task || !task->readable) return refused(EPERM, refusal::unreadable);
  const Operand& operand = call.operand;
  int err = precheck(call, *task);  // the kernel checks flags before it reads the path
  if (err == 0) err = operand.path_error;
  if (operand.path_error != 0 && !is_natural(err)) return refused(EPERM, refusal::unreadable);
  if (err != 0) return refused(err, refusal::no_path);

  Examined examined;
  examined.start = start_of(call, *task);
  if (examined.start.unseen) return refused(EPERM, refusal::unreadable);
  err = operand.path->empty() && !operand.may_be_empty ? ENOENT : examined.start.err;
  if (err != 0) return refused(err, refusal::no_path);

  const Operation& operation = call.operation();
  Ground& ground = examined.ground;
  if (operation.by_landlock) {
    auto domain = domains.of(*task, request);
    if (!domain) return refused(EPERM, refusal::no_domain);
    ground.domain = std::move(*domain);
  }
  if (operation.minds_mounts) {
    auto its = foreign_mount_namespace(*task);
    if (!its) return refused(EPERM, refusal::no_deputy);
    ground.mount_namespace = std::move(*its);
  }
  examined.by_deputy = task->user_namespace || ground.domain || ground.mount_namespace ||
                       (operation.creates() && !has_own_umask());
  return examined;
}

}  // namespace scsup
