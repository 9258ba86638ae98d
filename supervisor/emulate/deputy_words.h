// The one long message to a deputy: what to resolve, and for whom.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "supervisor/emulate/deputy_line.h"
#include "supervisor/emulate/object.h"
#include "supervisor/emulate/resolve.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/target/task.h"

namespace scsup {

// What resolve() and perform() look at, and no more: in the deputy the task has no handles.
struct Errands {
  Call call;
  Task task;
  Start start;
};

Packer pack_resolve(const Call& call, const Task& task, const Start& start);
std::optional<Errands> unpack_resolve(Parcel& parcel);  // nothing: it isn't one

Packer pack_object(const Object& object);  // without its descriptor and name
std::optional<Object> unpack_object(Parcel& parcel);

}  // namespace scsup
