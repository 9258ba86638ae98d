#include "supervisor/audit/log.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <cstdio>
#include <cstring>
#include <fstream>

#include "base/say.h"
#include "supervisor/policy/errno_names.h"

namespace scsup {

namespace {

std::string new_run_id() {
  std::uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random)
    random = static_cast<std::uint64_t>(monotonic_ns());
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(random));
  return text;
}

std::string boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

std::string_view word(Act act) {
  switch (act) {
    case Act::allow:
      return "allow";
    case Act::deny:
      return "deny";
    case Act::emulate:
      return "emulate";
    case Act::kill:
      return "kill";
  }
  return "deny";
}

std::string_view word(How how) {
  switch (how) {
    case How::continued:
      return "continue";
    case How::performed:
      return "performed";
    case How::answered:
      return "answered";
  }
  return "answered";
}

Result<void> make_parents(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (mkdir(parent.c_str(), 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
      return failed("cannot create the directory '" + parent + "'");
  }
  return {};
}

}  // namespace

Log::Log() : run_id_(new_run_id()), off_(true) {}

Log::Log(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)), run_id_(new_run_id()) {}

Result<Fd> Log::open_file(const std::string& path) {
  if (auto made = make_parents(path); !made) return failed(made.error());
  Fd fd(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
             0600));
  if (!fd) {
    if (errno == ELOOP) return failed(0, "cannot open the audit log '" + path + "': it is a symbolic link");
    if (errno == ENXIO)
      return failed(0, "cannot open the audit log '" + path + "': a pipe that nobody reads");
    return failed("cannot open the audit log '" + path + "'");
  }
  const int flags = fcntl(fd.get(), F_GETFL);  // O_NONBLOCK was for opening a FIFO only
  if (flags < 0 || fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK) != 0)
    return failed("cannot set up '" + path + "'");
  return fd;
}

bool Log::is_writing() const {
  std::lock_guard lock(mutex_);
  return off_ || !failing_;
}

void Log::begin(std::string_view type) {
  line_.clear();
  line_.open().word("type", type).word("run", run_id_);
}

// One write(2) per line: with O_APPEND it lands whole even when several supervisors share the file.
bool Log::write_line(std::string_view line) {
  while (!line.empty()) {
    const ssize_t wrote = write(fd_.get(), line.data(), line.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    torn_ = static_cast<std::size_t>(wrote) != line.size();
    line.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

bool Log::finish() {
  if (off_) return true;
  if (ended_) return false;
  line_.close().end_line();
  if (failing_) {
    // Writing may work again. The torn line, if any, is ended first, then the loss is told.
    JsonLine gap;
    gap.open().word("type", "gap").word("run", run_id_).word("time", clock_.now());
    gap.number("lost", static_cast<std::int64_t>(lost_)).word("cause", "write failed").close().end_line();
    const bool mended = (!torn_ || write_line("\n")) && write_line(gap.view());
    if (!mended) {
      ++lost_;
      return false;
    }
    failing_ = false;
    lost_ = 0;
  }
  if (write_line(line_.view())) return true;
  const int err = errno;
  failing_ = true;
  ++lost_;
  if (!complained_) {
    complained_ = true;
    say(Severity::critical, "cannot write the audit log '" + name_ + "': " + std::strerror(err) +
                                "; calls are denied until it can be written");
  }
  return false;
}

void Log::run(const RunRecord& record) {
  std::lock_guard lock(mutex_);
  utsname host{};
  uname(&host);
  begin("run");
  line_.word("schema", "scsup.audit.v1").word("time", clock_.now()).number("mono_ns", monotonic_ns());
  line_.word("version", SCSUP_VERSION).text("host", host.nodename).text("kernel", host.release);
  line_.word("boot", boot_id()).number("pid", getpid());
  line_.open_list("argv");
  for (const std::string& argument : record.argv) line_.item_text(argument);
  line_.close_list();
  if (record.policy) render(*record.policy);
  line_.word("durability", "write");
  (void)finish();
}

void Log::render(const PolicyRecord& record) {
  line_.open("policy").text("name", record.name).text("file", record.file).word("sha", record.sha);
  line_.number("gen", static_cast<std::int64_t>(record.generation));
  if (!record.replaces.empty()) line_.word("replaces", record.replaces);
  line_.text("text", record.text).close();
  if (!record.filter_summary.empty()) line_.text("filter", record.filter_summary);
}

void Log::policy(const PolicyRecord& record) {
  std::lock_guard lock(mutex_);
  begin("policy");
  line_.word("time", clock_.now()).number("mono_ns", monotonic_ns());
  render(record);
  (void)finish();
}

void Log::attach(const AttachRecord& record) {
  std::lock_guard lock(mutex_);
  begin("attach");
  line_.word("time", clock_.now()).number("session", record.session).text("command", record.command);
  line_.number("pid", record.pid).number("listeners", record.listeners);
  if (record.container && !record.container->empty())
    line_.open("container").members(*record.container).close();
  if (record.policy) line_.open("policy").members(*record.policy).close();
  (void)finish();
}

void Log::detach(std::uint32_t session, const Counts& counts) {
  std::lock_guard lock(mutex_);
  begin("detach");
  line_.word("time", clock_.now()).number("session", session);
  line_.number("received", static_cast<std::int64_t>(counts.received));
  line_.number("answered", static_cast<std::int64_t>(counts.answered));
  line_.number("recorded", static_cast<std::int64_t>(counts.recorded));
  (void)finish();
}

void Log::render(const CallRecord& record) {
  line_.word("time", clock_.now()).number("mono_ns", record.mono_ns);
  line_.hex("id", record.id).number("session", record.session);
  if (record.container && !record.container->empty())
    line_.open("container").members(*record.container).close();
  line_.open("proc").number("tid", record.tid);
  if (record.process) line_.members(*record.process);
  line_.close();

  const Call& call = *record.call;
  line_.open("sys").word("arch", name(call.abi)).number("nr", call.nr);
  if (call.syscall) line_.word("name", call.syscall->name);
  line_.open_list("args");
  const std::size_t arity = call.syscall ? call.syscall->arity(call.abi) : call.args.size();
  for (std::size_t i = 0; i < arity; ++i) line_.item_hex(call.args[i]);
  line_.close_list().close();

  if (call.syscall && (call.path || call.path_error != 0 || record.resolved)) {
    line_.open("obj");
    if (call.path) line_.text("path", *call.path);
    if (call.path_error != 0) line_.word("unreadable", errno_name(call.path_error));
    if (record.resolved && !record.resolved->empty()) line_.text("resolved", *record.resolved);
    if (call.dirfd != AT_FDCWD) line_.number("dirfd", call.dirfd);
    if (call.syscall->position(Role::mode) >= 0) line_.octal("mode", call.mode);
    if (call.flags != 0) line_.hex("flags", call.flags);
    line_.close();
  }
}

bool Log::call(const CallRecord& record) {
  std::lock_guard lock(mutex_);
  if (off_) return true;
  begin("call");
  line_.number("seq", static_cast<std::int64_t>(seq_ + 1));
  render(record);
  line_.word("act", word(record.act)).word("how", word(record.how));
  if (record.err != 0) line_.word("errno", errno_name(record.err));
  if (record.value) line_.number("ret", *record.value);
  line_.open("rule").text("id", record.origin->id).text("at", record.origin->at);
  line_.boolean("default", record.origin->fallback()).close();
  if (record.policy) line_.open("policy").members(*record.policy).close();
  line_.word("out", record.gone ? "gone" : "delivered").number("dec_ns", record.decision_ns);
  const bool written = finish();
  if (written) ++seq_;
  return written;
}

bool Log::task(const CallRecord& record) {
  std::lock_guard lock(mutex_);
  if (off_) return true;
  begin("task");
  render(record);
  return finish();
}

void Log::amend_gone(std::uint32_t session, std::uint64_t id) {
  std::lock_guard lock(mutex_);
  begin("amend");
  line_.word("time", clock_.now()).number("session", session).hex("id", id).word("out", "gone");
  (void)finish();
}

void Log::end(const Counts& counts) {
  std::lock_guard lock(mutex_);
  begin("end");
  line_.word("time", clock_.now()).number("mono_ns", monotonic_ns());
  line_.number("received", static_cast<std::int64_t>(counts.received));
  line_.number("answered", static_cast<std::int64_t>(counts.answered));
  line_.number("recorded", static_cast<std::int64_t>(counts.recorded));
  line_.number("allowed", static_cast<std::int64_t>(counts.allowed));
  line_.number("denied", static_cast<std::int64_t>(counts.denied));
  line_.number("emulated", static_cast<std::int64_t>(counts.emulated));
  line_.number("watched", static_cast<std::int64_t>(counts.watched));
  line_.number("lost", static_cast<std::int64_t>(lost_));
  (void)finish();
  ended_ = true;
}

}  // namespace scsup
