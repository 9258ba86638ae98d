#include "supervisor/emulate/deputy_questions.h"

#include <fcntl.h>

#include <cerrno>

#include "supervisor/emulate/own_rights.h"
#include "supervisor/emulate/procfs_links.h"

namespace scsup {

namespace {

Result<void> give(const DeputyLine& line, const Result<Fd>& found) {
  if (found) return line.send(Packer(Word::given).number(0), {{found->get()}});
  const int err = found.error().err;
  return line.send(Packer(Word::given).number(static_cast<std::uint64_t>(err > 0 ? err : EIO)));
}

bool is_name(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name.find('\0') == std::string::npos &&
         name != "." && name != "..";
}

}  // namespace

Result<void> answer_question(const DeputyLine& line, Parcel& question, const Task& task) {
  OwnRightsHere own_rights(task);
  const Fd directory = question.fd();
  switch (question.word()) {
    case Word::open:
    case Word::follow: {
      const std::string name = question.text();
      const std::uint64_t flags = question.number() & O_DIRECTORY;
      if (!directory || !is_name(name) || !is_own_place(task, directory, name))
        return give(line, failed(EACCES, "not the task's own"));
      return give(line, question.word() == Word::open ? own_rights.open(directory, name, flags)
                                                      : own_rights.follow(directory, name));
    }
    case Word::is_owners: {
      const Fd link = question.fd();
      const bool is = directory && link && own_rights.is_owners(directory, link);
      return line.send(Packer(Word::given).number(0).number(is ? 1 : 0));
    }
    default:
      return failed(EPROTO, "a deputy doesn't make sense");
  }
}

}  // namespace scsup
