#include "supervisor/session/container_attachment.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/say.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

constexpr std::chrono::seconds until_it_speaks{3600};  // from a runtime's `create` to its `start`

constexpr const char* how_to_name_one =
    "; name one by listenerMetadata policy=NAME or by the annotation io.scsup.policy";

Container container_of(const oci::ContainerState& state) {
  Container container;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) container[name] = value;
  };
  add("id", state.id);
  add("name", state.names.name);
  add("image", state.names.image);
  add("pod", state.names.pod);
  add("namespace", state.names.pod_namespace);
  add("engine", state.names.engine);
  return container;
}

std::string policy_named_by(const oci::ContainerState& state) {
  if (const auto named = state.metadata.find("policy"); named != state.metadata.end()) return named->second;
  const auto named = state.annotations.find("io.scsup.policy");
  return named == state.annotations.end() ? std::string() : named->second;
}

Result<ProcStatus> status_of(pid_t pid) {
  if (pid <= 0) return failed(ESRCH, "no process was named");
  const auto proc = open_task_directory(pid);
  return proc ? read_status(*proc) : Result<ProcStatus>(failed(proc.error()));
}

// `scsup kill` ends the process that a container is said to begin with, using our rights. So a peer without those
// rights can name a process of its own user, or none.
pid_t first_process(const oci::ContainerState& state, const Peer& peer) {
  const auto status = status_of(state.pid);
  const bool is_theirs = peer.uid == 0 || peer.uid == geteuid() || (status && status->uid == peer.uid);
  return status && is_theirs ? state.pid : 0;
}

// What includes and excludes of the Docker part depend on. The home and the directory of the user in the container
// mean nothing outside.
Environment environment_in(pid_t first_process) {
  handshake::Hello hello;
  if (const auto status = status_of(first_process)) hello.caps = status->bounding_caps;
  return environment_of(hello);
}

std::shared_ptr<InForce> deny_all(const std::string& why) {
  return std::make_shared<InForce>(Origin{Origin::Kind::builtin, "@no-policy", "", why});
}

}  // namespace

ContainerAttachment::ContainerAttachment(Fd socket, Peer peer, Reception& reception)
    : socket_(std::move(socket)), peer_(peer), reception_(reception) {
  reception_.came();
}

ContainerAttachment::~ContainerAttachment() {
  if (speaks_) reception_.end_handshake();
  reception_.went({});
}

void ContainerAttachment::begin() {
  reception_.services.loop.stall_watch().limit(shared_from_this(), until_it_speaks);
  reception_.services.loop.add(shared_from_this());
}

void ContainerAttachment::expire() {
  late_ = true;
  shutdown(socket_.get(), SHUT_RDWR);  // the loop then sees it close
}

Source::Next ContainerAttachment::serve(std::uint32_t, Lead&) {
  auto chunk = receive_stream(socket_);
  if (!chunk && chunk.error().err == EAGAIN) return Next::again;
  if (!chunk) return refuse(chunk.error().text());
  if (!speaks_ && !late_ && chunk->bytes.empty()) return Next::done;  // checked only whether we are here
  // First of all, so that a listener that came along is kept even if something else is wrong.
  const auto progress = message_.feed(std::move(*chunk));
  if (late_) return refuse("its message was not complete in time");
  switch (progress) {
    case oci::StateMessage::Progress::more:
      if (!speaks_) {  // a peer that sends everything at once is never kept out by those that don't
        if (!reception_.begin_handshake()) return refuse("too many connections attach at this moment");
        speaks_ = true;
        reception_.services.loop.stall_watch().limit(shared_from_this());
      }
      return Next::again;
    case oci::StateMessage::Progress::broken:
      return refuse(message_.mistake());
    case oci::StateMessage::Progress::complete:
      break;
  }
  std::vector<Fd> descriptors = message_.take_descriptors();
  if (!is_listener(descriptors.front()))
    return refuse("the runtime sent a descriptor that is no seccomp listener");
  attach(message_.state(), Listener(std::move(descriptors.front())));
  return Next::done;
}

// The listeners that came along are served all the same, by a session that denies.
Source::Next ContainerAttachment::refuse(const std::string& why) {
  const std::string text = "a container runtime (pid " + std::to_string(peer_.pid) + "): " + why;
  say(Severity::warning, "refused " + printable(text));
  for (Fd& descriptor : message_.take_descriptors()) {
    if (!is_listener(descriptor)) continue;
    Subject subject;
    subject.command = "unknown container";
    subject.remark = why;
    reception_.begin_session(std::move(subject), deny_all(why), Listener(std::move(descriptor)),
                             Line::MadeBy::runtime);
  }
  return Next::done;
}

void ContainerAttachment::attach(const oci::ContainerState& state, Listener listener) {
  Subject subject;
  subject.claim = std::to_string(peer_.uid) + '\0' + state.id + '\0' + policy_named_by(state);
  if (reception_.join_session(subject.claim, listener)) return;
  subject.container = container_of(state);
  subject.command = state.names.name.empty() ? state.id : state.names.name;
  subject.pid = first_process(state, peer_);
  subject.environment = environment_in(subject.pid);
  auto policy = choose_policy(state, subject);
  if (!policy->policy)
    say(Severity::warning, "container " + printable(subject.command) + ": " + printable(subject.remark) +
                               "; its trapped calls are denied");
  reception_.begin_session(std::move(subject), std::move(policy), std::move(listener), Line::MadeBy::runtime);
}

std::shared_ptr<InForce> ContainerAttachment::choose_policy(const oci::ContainerState& state,
                                                            Subject& subject) const {
  const auto edition = reception_.catalogue.find(policy_named_by(state));
  if (!edition) {
    subject.remark = edition.error().text() + how_to_name_one;
    return deny_all(subject.remark);
  }
  if (!reception_.may_attach(peer_, (*edition)->name())) {
    subject.remark =
        "uid " + std::to_string(peer_.uid) + " may not attach with policy '" + (*edition)->name() + "'";
    return deny_all(subject.remark);
  }
  auto policy = (*edition)->policy(subject.environment);
  if (!policy) {
    subject.remark = policy.error().text();
    return deny_all(subject.remark);
  }
  // The program that merged the policy into the container's profile says which text that was (scsup-runtime(8)).
  const auto sha = state.metadata.find("sha");
  if (sha != state.metadata.end() && sha->second == (*edition)->file().sha) subject.installed = *policy;
  return std::make_shared<InForce>(*edition, *policy);
}

}  // namespace scsup
