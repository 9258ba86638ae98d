#include "supervisor/audit/renderer.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "supervisor/policy/text/errno_names.h"

namespace scsup {
namespace {

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

}  // namespace

std::string new_run_id() {
  std::uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random)
    random = static_cast<std::uint64_t>(monotonic_ns());
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(random));
  return text;
}

void Renderer::begin(std::string_view type) {
  line_.clear();
  line_.open().word("type", type).word("run", run_);
  split_ = static_cast<std::uint32_t>(line_.view().size());
}

LogLine Renderer::finish() {
  line_.close().end_line();
  return {line_.view(), split_};
}

std::string Renderer::describe(Process process) const {
  std::string memory;
  process.exe = redaction_.path(process.exe, "", memory);
  process.cwd = redaction_.path(process.cwd, "", memory);
  return render(process);
}

LogLine Renderer::run(const RunRecord& record, Durability durability) {
  utsname host{};
  uname(&host);
  begin("run");
  line_.word("schema", "scsup.audit.v1").word("time", clock_.now()).number("mono_ns", monotonic_ns());
  line_.word("version", SCSUP_VERSION).text("host", host.nodename).text("kernel", host.release);
  line_.word("boot", boot_id()).number("pid", getpid());
  line_.open_list("argv");
  for (const std::string& argument : record.argv) line_.item_text(redaction_.argument(argument));
  line_.close_list();
  if (record.policy) put(*record.policy);
  line_.word("durability", durability == Durability::sync ? "sync" : "write");
  return finish();
}

void Renderer::put(const PolicyRecord& record) {
  line_.open("policy").text("name", record.name).text("file", record.file).word("sha", record.sha);
  line_.number("gen", static_cast<std::int64_t>(record.generation));
  if (!record.replaces.empty()) line_.word("replaces", record.replaces);
  line_.text("text", record.text).close();
  if (!record.filter_summary.empty()) line_.text("filter", record.filter_summary);
}

LogLine Renderer::policy(const PolicyRecord& record) {
  begin("policy");
  line_.word("time", clock_.now()).number("mono_ns", monotonic_ns());
  put(record);
  return finish();
}

LogLine Renderer::attach(const AttachRecord& record) {
  begin("attach");
  line_.word("time", clock_.now())
      .number("session", record.session)
      .text("command", redaction_.argument(record.command));
  line_.number("pid", record.pid).number("listeners", record.listeners);
  line_.open("environment").hex("caps", record.caps);
  if (!record.home.empty()) line_.text("home", redaction_.path(record.home, "", memory_));
  if (!record.directory.empty()) line_.text("directory", redaction_.path(record.directory, "", memory_));
  line_.close();
  if (record.container && !record.container->empty())
    line_.open("container").members(*record.container).close();
  if (record.policy) line_.open("policy").members(*record.policy).close();
  return finish();
}

LogLine Renderer::detach(std::uint32_t session, const Counts& counts) {
  begin("detach");
  line_.word("time", clock_.now()).number("session", session);
  line_.number("received", static_cast<std::int64_t>(counts.received));
  line_.number("answered", static_cast<std::int64_t>(counts.answered));
  line_.number("recorded", static_cast<std::int64_t>(counts.recorded));
  return finish();
}

LogLine Renderer::death(const DeathRecord& record) {
  begin("death");
  line_.word("time", clock_.now()).number("session", record.session);
  if (record.container && !record.container->empty())
    line_.open("container").members(*record.container).close();
  line_.open("proc").number("tid", record.tid).members(record.process).close();
  line_.word("signal", "SIGSYS");
  if (!record.asked_at.empty()) {
    line_.open_list("asked_at");
    for (const std::string& place : record.asked_at) line_.item_text(place);
    line_.close_list();
  }
  return finish();
}

void Renderer::put(const CallRecord& record) {
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

  if (call.syscall && (call.operand.path || call.operand.path_error != 0 || record.resolved))
    put_object(record);
}

void Renderer::put_object(const CallRecord& record) {
  const Call& call = *record.call;
  line_.open("obj");
  // If the resolved path is redacted, so is the path as written.
  const std::string_view resolved = record.resolved ? std::string_view(*record.resolved) : std::string_view();
  const bool hides = redaction_.path(resolved, "", memory_) != resolved;
  if (call.operand.path && hides)
    line_.word("path", "***");
  else if (call.operand.path)
    line_.text("path", redaction_.path(*call.operand.path, record.directory, memory_));
  if (call.operand.path_error != 0) line_.word("unreadable", errno_name(call.operand.path_error));
  if (!resolved.empty()) line_.text("resolved", redaction_.path(resolved, "", memory_));
  if (call.operand.dirfd != AT_FDCWD) line_.number("dirfd", call.operand.dirfd);
  if (call.syscall->position(Role::mode) >= 0) line_.octal("mode", call.mode);
  if (call.flags != 0) line_.hex("flags", call.flags);
  line_.close();
}

LogLine Renderer::call(const CallRecord& record) {
  begin("call");
  put(record);
  line_.word("act", word(record.act)).word("how", word(record.how));
  if (record.err != 0) line_.word("errno", errno_name(record.err));
  if (record.value) line_.number("ret", *record.value);
  line_.open("rule").text("id", record.origin->id).text("at", record.origin->at);
  line_.boolean("default", record.origin->fallback()).close();
  if (record.policy) line_.open("policy").members(*record.policy).close();
  line_.word("out", record.gone ? "gone" : "delivered").number("dec_ns", record.decision_ns);
  return finish();
}

LogLine Renderer::task(const CallRecord& record) {
  begin("task");
  put(record);
  return finish();
}

LogLine Renderer::amend(std::uint32_t session, std::uint64_t id, std::string_view out) {
  begin("amend");
  line_.word("time", clock_.now()).number("session", session).hex("id", id).word("out", out);
  return finish();
}

LogLine Renderer::end(const Counts& counts, std::uint64_t lost) {
  begin("end");
  line_.word("time", clock_.now()).number("mono_ns", monotonic_ns());
  line_.number("received", static_cast<std::int64_t>(counts.received));
  line_.number("answered", static_cast<std::int64_t>(counts.answered));
  line_.number("recorded", static_cast<std::int64_t>(counts.recorded));
  line_.number("allowed", static_cast<std::int64_t>(counts.allowed));
  line_.number("denied", static_cast<std::int64_t>(counts.denied));
  line_.number("emulated", static_cast<std::int64_t>(counts.emulated));
  line_.number("watched", static_cast<std::int64_t>(counts.watched));
  line_.number("lost", static_cast<std::int64_t>(lost));
  return finish();
}

}  // namespace scsup
