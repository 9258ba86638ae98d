#include "supervisor/session/attachment.h"

#include <sys/socket.h>

#include "base/say.h"
#include "base/sealed.h"
#include "supervisor/policy/filter/plan.h"
#include "supervisor/seccomp/filter.h"

namespace scsup {

namespace {

tl::unexpected<Error> unexpected_message() {
  return failed(
      0, "the agent sent a message that does not belong here; is it of another version than the supervisor?");
}

}  // namespace

Attachment::Attachment(Fd socket, Peer peer, Reception& reception)
    : socket_(std::move(socket)),
      peer_(peer),
      reception_(reception),
      in_handshake_(reception.begin_handshake()) {
  reception_.came();
  if (in_handshake_) return;
  (void)send_packet(
      socket_, handshake::encode(handshake::Refused{"too many agents attach at this moment; try again"}));
  shutdown(socket_.get(), SHUT_RDWR);  // the loop then sees it close
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
    say(Severity::warning,
        "refused an agent (pid " + std::to_string(peer_.pid) + "): " + heard.error().text());
    (void)send_packet(socket_, handshake::encode(handshake::Refused{heard.error().text()}));
    reception_.went({});
    return Next::done;
  }
  return Next::again;
}

void Attachment::expire() {
  if (awaiting_ != Awaiting::exec) shutdown(socket_.get(), SHUT_RDWR);  // the loop then sees it close
}

Result<void> Attachment::hear(Packet packet) {
  auto message = handshake::decode(packet.bytes);
  if (!message) return failed(message.error());
  if (auto* hello = std::get_if<handshake::Hello>(&*message); hello && awaiting_ == Awaiting::hello)
    return on(std::move(*hello), std::move(packet.fds));
  if (auto* listener = std::get_if<handshake::Listener>(&*message);
      listener && awaiting_ == Awaiting::listener)
    return on(*listener, std::move(packet.fds));
  if (auto* exec_failed = std::get_if<handshake::ExecFailed>(&*message);
      exec_failed && awaiting_ == Awaiting::exec)
    return on(*exec_failed);
  return unexpected_message();
}

Result<std::shared_ptr<const Edition>> Attachment::choose_policy(const handshake::Hello& hello,
                                                                 std::vector<Fd> fds) const {
  const std::string peer = "uid " + std::to_string(peer_.uid);
  if (hello.policy_file.empty()) {
    auto edition = reception_.catalogue.find(hello.policy);
    if (edition && !reception_.may_attach(peer_, (*edition)->name()))
      return failed(0, peer + " may not attach with policy '" + (*edition)->name() + "'");
    return edition;
  }
  if (!reception_.may_bring_policy(peer_))
    return failed(0, peer + " may not bring a policy; name one of those here");
  if (fds.size() != 1)
    return failed(0, "the agent brings a policy and sends " + std::to_string(fds.size()) + " descriptors");
  auto text = read_sealed(fds.front(), policy_size_limit, "the policy");
  if (!text) return failed(text.error());
  PolicyFile file = policy_file_of(hello.policy_file, std::move(*text));
  if (const auto mistakes = mistakes_in(file); !mistakes.empty()) return failed(0, mistakes.front());
  auto edition = reception_.catalogue.edition_of(std::move(file));
  reception_.services.log.policy(edition->policy_record());
  return edition;
}

Result<void> Attachment::on(handshake::Hello hello, std::vector<Fd> fds) {
  auto edition = choose_policy(hello, std::move(fds));
  if (!edition) return failed(edition.error());
  edition_ = std::move(*edition);
  subject_.command = hello.command;
  subject_.environment = environment_of(hello);
  auto policy = edition_->policy(subject_.environment);
  if (!policy) return failed(policy.error());
  subject_.installed = std::move(*policy);
  const FilterPlan plan = with_marked_exec(subject_.installed->filter());
  auto program = compile(plan);
  if (!program) return failed(program.error());
  auto memfd = sealed_memfd(*program);
  if (!memfd) return failed(memfd.error());
  std::uint32_t flags = reception_.kernel.load_flags;
  if (subject_.installed->filter().log) flags |= SECCOMP_FILTER_FLAG_LOG;
  auto sent = send_packet(socket_, handshake::encode(handshake::Program{shows_marked_exec(plan), flags}),
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
  // Before the session answers the waiting execve: after that, no thread is there to read it. EPIPE: the filter has
  // killed the agent for its execve. That is a session too, which ends at once.
  if (auto sent = send_packet(socket_, handshake::encode(handshake::Go{}));
      !sent && sent.error().err != EPIPE)
    return sent;
  start_session(std::move(fds.front()), message.tid);
  return {};
}

// The policy may have been read anew since the agent got its filter: the session begins with the edition from which
// the filter was made.
void Attachment::start_session(Fd listener, std::uint32_t tid) {
  subject_.pid = static_cast<pid_t>(tid);
  auto policy = std::make_shared<InForce>(edition_, subject_.installed);
  session_ = reception_.begin_session(std::move(subject_), std::move(policy), Listener(std::move(listener)),
                                      Line::MadeBy::agent);
  // Was it read anew meanwhile? The reload may not have seen this session yet.
  if (const auto now = reception_.catalogue.find(edition_->name());
      now && *now != edition_ && (*now)->file().file == edition_->file().file)
    if (const auto newer = (*now)->policy(session_->subject().environment))
      session_->put_in_force(std::make_shared<InForce>(*now, *newer));
}

Result<void> Attachment::on(const handshake::ExecFailed&) {
  return send_packet(socket_, handshake::encode(handshake::Reason{session_->refused_exec()}));
}

}  // namespace scsup
