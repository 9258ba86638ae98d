// Opens what a Log needs: the file, the files beside it, the journal.
#include <fcntl.h>
#include <sys/stat.h>

#include "supervisor/audit/log.h"
#include "supervisor/audit/store/log_stream.h"
#include "supervisor/audit/store/recovery.h"

namespace scsup {
namespace {

Result<void> make_parents(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (mkdir(parent.c_str(), 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
      return failed("cannot create the directory '" + parent + "'");
  }
  return {};
}

// The owner of a file can cut and change it.
bool is_somebody_elses(const Fd& fd) {
  struct stat st {};
  return fstat(fd.get(), &st) == 0 && S_ISREG(st.st_mode) && st.st_uid != geteuid() && st.st_uid != 0;
}

bool is_file(const Fd& fd) {
  struct stat st {};
  return fstat(fd.get(), &st) == 0 && S_ISREG(st.st_mode);
}

Error in_the_log(const std::string& name, const Error& error) {
  return {error.err, "cannot use the audit log '" + name + "': " + error.what};
}

}  // namespace

Result<Fd> open_log_file(const std::string& path) {
  if (auto made = make_parents(path); !made) return failed(made.error());
  constexpr int flags = O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
  struct stat st {};
  const bool is_other = lstat(path.c_str(), &st) == 0 && !S_ISREG(st.st_mode);
  Fd fd(open(path.c_str(), flags | (is_other ? O_WRONLY : O_RDWR), 0600));
  if (!fd) {
    if (errno == ELOOP) return failed(0, "cannot open the audit log '" + path + "': it is a symbolic link");
    if (errno == ENXIO)
      return failed(0, "cannot open the audit log '" + path + "': a pipe that nobody reads");
    return failed("cannot open the audit log '" + path + "'");
  }
  if (is_somebody_elses(fd))
    return failed(0, "cannot open the audit log '" + path + "': it belongs to another user");
  const int now = fcntl(fd.get(), F_GETFL);  // O_NONBLOCK was for opening a FIFO only
  if (now < 0 || fcntl(fd.get(), F_SETFL, now & ~O_NONBLOCK) != 0)
    return failed("cannot set up '" + path + "'");
  return fd;
}

Result<void> recover_log(Fd fd, const std::string& path, const std::string& name,
                         const AuditSettings& settings, const std::string& run) {
  auto file = LogFile::open(std::move(fd), path, settings, run);
  if (!file) return failed(in_the_log(name, file.error()));
  if (auto recovered = recover_journals(**file); !recovered)
    return failed(in_the_log(name, recovered.error()));
  if (auto told = (*file)->append({}, Sync::no, {}); told.error) return failed(in_the_log(name, *told.error));
  return {};
}

Result<LogParts> open_log(Fd fd, const std::string& path, std::string name, const AuditSettings& settings,
                          const std::string& run) {
  LogParts parts;
  parts.name = std::move(name);
  parts.run = run;
  parts.settings = settings;
  auto redaction = Redaction::make(settings.redact_paths, settings.redact_arguments);
  if (!redaction) return failed(redaction.error());
  parts.redaction = std::move(*redaction);
  if (!is_file(fd)) {
    parts.appender = std::make_unique<LogStream>(std::move(fd), parts.run);
    return parts;
  }
  auto file = LogFile::open(std::move(fd), path, settings, parts.run);
  if (!file) return failed(in_the_log(parts.name, file.error()));
  parts.file = path;
  const Segments& segments = (*file)->segments();
  if (auto journal = Journal::create(segments.beside(segments.journal_name(parts.run)), parts.run))
    parts.journal = std::move(*journal);  // without one each record is a write(2)
  parts.appender = std::move(*file);
  return parts;
}

}  // namespace scsup
