#include "supervisor/session/attachment.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstdio>

#include "supervisor/seccomp/filter.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

tl::unexpected<Error> unexpected_message() {
  return failed(
      0, "the agent sent a message that does not belong here; is it of another version than the supervisor?");
}

// A warning or mistake that shows only for this target's environment (a capability, a home directory).
Result<void> report(const PolicyFile& file, const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.severity == Diagnostic::Severity::error) return failed(0, render(file.file, diagnostic));
  return {};
}

// How long the supervisor's end waits for calls in work: for ordinary ones, and then for those that can't be
// given up any more because something is being done for the target.
constexpr std::chrono::milliseconds usual_work{100}, last_work{1000};

// The kernel's own name for it. An ioctl on anything else (a file of a FUSE file system, say) could hang or
// do harm.
bool is_listener(const Fd& fd) { return name_of(fd).value_or(std::string()) == "anon_inode:seccomp notify"; }

}  // namespace

bool Reception::begin_handshake() {
  if (handshakes_.fetch_add(1) < most_handshakes) return true;
  end_handshake();
  return false;
}

void Reception::end_handshake() { --handshakes_; }

void Reception::came() {
  std::lock_guard lock(mutex_);
  ++here_;
}

void Reception::came(const std::shared_ptr<Session>& session) {
  std::lock_guard lock(mutex_);
  ++here_;
  std::erase_if(living_, [](const std::weak_ptr<Session>& other) { return other.expired(); });
  living_.push_back(session);
}

void Reception::look_at_kernel(const Listener& listener) {
  if (listener.wakes_on_this_cpu() || kernel.quiet || told_.exchange(true)) return;
  std::fputs(
      "scsup: no SYNC_WAKE_UP (Linux 6.6): a supervised call may wait for an interrupt to another CPU and "
      "then takes "
      "several times as long\n",
      stderr);
}

void Reception::end_sessions() {
  std::vector<std::shared_ptr<Session>> living;
  {
    std::lock_guard lock(mutex_);
    for (const auto& one : living_)
      if (auto session = one.lock()) living.push_back(std::move(session));
  }
  for (const auto& session : living) session->close();
  const auto answered_within = [&](std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    return std::all_of(living.begin(), living.end(),
                       [&](const auto& s) { return s->wait_until_answered(end); });
  };
  if (!answered_within(usual_work)) {
    services.loop.stall_watch().expire_all();
    (void)answered_within(last_work);
  }
  for (const auto& session : living) session->expire();
}

void Reception::went(const Counts& counts) {
  {
    std::lock_guard lock(mutex_);
    total_ += counts;
    if (--here_ != 0) return;
  }
  all_gone_();
}

bool Reception::is_empty() const {
  std::lock_guard lock(mutex_);
  return here_ == 0;
}

Counts Reception::total() const {
  std::lock_guard lock(mutex_);
  return total_;
}

Attachment::Attachment(Fd socket, Reception& reception)
    : socket_(std::move(socket)), reception_(reception), in_handshake_(reception.begin_handshake()) {
  reception_.came();
  if (in_handshake_) return;
  (void)send_packet(
      socket_, handshake::encode(handshake::Refused{"too many agents attach at this moment; try again"}));
  shutdown(socket_.get(), SHUT_RDWR);  // the loop then sees it closed
}

Attachment::~Attachment() { end_handshake(); }

void Attachment::end_handshake() {
  if (in_handshake_) reception_.end_handshake();
  in_handshake_ = false;
}

Source::Next Attachment::serve(std::uint32_t, Lead&) {
  auto packet = receive_packet(socket_);
  if (!packet && packet.error().err == EAGAIN) return Next::again;
  if (!packet || packet->bytes.empty()) {  // the agent has exec'ed, or has gone
    reception_.went({});
    return Next::done;
  }
  if (auto heard = hear(std::move(*packet)); !heard) {
    std::fprintf(stderr, "scsup: refused an agent (pid %d): %s\n", peer_, heard.error().text().c_str());
    (void)send_packet(socket_, handshake::encode(handshake::Refused{heard.error().text()}));
    reception_.went({});
    return Next::done;
  }
  return Next::again;
}

void Attachment::expire() {
  if (awaiting_ != Awaiting::exec) shutdown(socket_.get(), SHUT_RDWR);  // the loop then sees it closed
}

Result<void> Attachment::hear(Packet packet) {
  auto message = handshake::decode(packet.bytes);
  if (!message) return failed(message.error());
  if (auto* hello = std::get_if<handshake::Hello>(&*message); hello && awaiting_ == Awaiting::hello)
    return on(std::move(*hello));
  if (auto* listener = std::get_if<handshake::Listener>(&*message);
      listener && awaiting_ == Awaiting::listener)
    return on(*listener, std::move(packet.fds));
  if (auto* exec_failed = std::get_if<handshake::ExecFailed>(&*message);
      exec_failed && awaiting_ == Awaiting::exec)
    return on(*exec_failed);
  return unexpected_message();
}

Result<void> Attachment::on(handshake::Hello hello) {
  if (auto peer = peer_of(socket_)) peer_ = peer->pid;
  command_ = hello.command;
  const PolicyFile& file = reception_.policy;
  if (!hello.policy.empty() && hello.policy != file.name())
    return failed(
        0, "there is no policy '" + hello.policy + "' here; this supervisor serves '" + file.name() + "'");
  Built built = build(file.parsed.document, file.file, environment_of(hello));
  if (auto fine = report(file, built.diagnostics); !fine) return fine;
  policy_ = std::move(built.policy);
  auto program = compile(policy_->filter());
  if (!program) return failed(program.error());
  auto memfd = sealed_memfd(*program);
  if (!memfd) return failed(memfd.error());
  std::uint32_t flags = reception_.kernel.load_flags;
  if (policy_->filter().log) flags |= SECCOMP_FILTER_FLAG_LOG;
  auto sent = send_packet(
      socket_,
      handshake::encode(handshake::Program{true, flags} /* plan.h: every plan traps or refuses execve */),
      memfd->get());
  if (sent) awaiting_ = Awaiting::listener;
  return sent;
}

Result<void> Attachment::on(const handshake::Listener& message, std::vector<Fd> fds) {
  if (fds.size() != 1)
    return failed(0, "the agent sent " + std::to_string(fds.size()) + " descriptors instead of its listener");
  if (!is_listener(fds.front())) return failed(0, "the agent sent a descriptor that is no seccomp listener");
  end_handshake();
  awaiting_ = Awaiting::exec;
  // Before the session answers the waiting execve: afterwards nobody is there to read it.
  if (auto sent = send_packet(socket_, handshake::encode(handshake::Go{})); !sent) return sent;
  start_session(std::move(fds.front()), message.tid);
  return {};
}

void Attachment::start_session(Fd listener, std::uint32_t tid) {
  const std::uint32_t number = reception_.next_session_number();
  const std::string& sha = reception_.policy.sha;
  reception_.services.log.attach(number, command_, static_cast<pid_t>(tid), sha);
  Listener receiver(std::move(listener));
  reception_.look_at_kernel(receiver);
  session_ = std::make_shared<Session>(
      number, std::move(receiver), policy_, "\"sha\":\"" + sha.substr(0, 16) + "\",\"gen\":1",
      reception_.services, [&reception = reception_](const Counts& counts) { reception.went(counts); });
  reception_.came(session_);
  session_->start();
}

Result<void> Attachment::on(const handshake::ExecFailed&) {
  return send_packet(socket_, handshake::encode(handshake::Reason{session_->refused_exec()}));
}

}  // namespace scsup
