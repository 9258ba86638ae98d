#include "supervisor/control/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>

#include "base/socket.h"
#include "supervisor/control/call.h"
#include "supervisor/control/methods.h"

namespace scsup::control {

namespace {

// Bytes per turn, so that a client with a long message doesn't keep the loop from its other sources.
constexpr std::size_t read_at_once = 64u << 10, write_at_once = 256u << 10;

constexpr std::chrono::seconds slack{1};

}  // namespace

void Connection::open(Fd socket, const std::shared_ptr<Clients>& clients) {
  Fd events(epoll_create1(EPOLL_CLOEXEC));
  epoll_event interest{};
  interest.events = EPOLLIN;
  if (!events || epoll_ctl(events.get(), EPOLL_CTL_ADD, socket.get(), &interest) < 0) {
    (void)send_some(socket, write_reply(refusal("Busy", "the supervisor has no descriptor or memory left")));
    return;
  }
  auto connection = std::make_shared<Connection>(std::move(socket), std::move(events), clients);
  {
    std::lock_guard lock(connection->mutex_);
    connection->wait_for_client(true);
  }
  clients->loop.add(std::move(connection));
}

Connection::Connection(Fd socket, Fd events, std::shared_ptr<Clients> clients)
    : socket_(std::move(socket)),
      events_(std::move(events)),
      clients_(std::move(clients)),
      inbox_(call_limit) {
  ++clients_->here;
}

Connection::~Connection() {
  shrink();
  --clients_->here;
}

Source::Next Connection::serve(std::uint32_t, Lead&) {
  epoll_event event{};
  if (epoll_wait(events_.get(), &event, 1, 0) != 1) return Next::again;
  std::lock_guard lock(mutex_);
  switch (doing_) {
    case Doing::reading:
      return read();
    case Doing::writing:
      return write();
    case Doing::working:  // now only a hang-up matters; the worker ends by itself
      break;
  }
  return event.events & (EPOLLHUP | EPOLLERR) ? Next::done : Next::again;
}

Source::Next Connection::read() {
  std::array<char, read_at_once> bytes;
  const auto got = receive_some(socket_, bytes);
  if (!got) return got.error().err == EAGAIN ? Next::again : Next::done;
  if (*got == 0) return Next::done;
  inbox_.add({bytes.data(), *got});
  take_up();
  return Next::again;
}

void Connection::take_up() {
  auto message = inbox_.next();
  if (!message) return refuse(write_reply(broken_message(message.error().what)));
  if (*message) {
    wait_for_client(false);
    turn_to(Doing::working);
    clients_->workers.submit([self = shared_from_this(), text = std::move(**message)] { self->work(text); });
    return;
  }
  if (inbox_.size() > small_call_limit && !enlarge())
    return refuse(
        write_reply(refusal("Busy", "others send calls of more than " + std::to_string(small_call_limit) +
                                        " bytes at this moment; try again")));
  wait_for_client(inbox_.size() > 0);
  turn_to(Doing::reading);
}

void Connection::work(const std::string& message) {
  Answer answered = answer(clients_->service, message);
  std::lock_guard lock(mutex_);
  shrink();
  if (answered.hang_up) return refuse(std::move(answered.reply));
  if (answered.reply.empty()) return take_up();
  reply(std::move(answered.reply));
}

void Connection::reply(std::string text) {
  outbox_ = std::move(text);
  sent_ = 0;
  wait_for_client(true);
  turn_to(Doing::writing);
}

void Connection::refuse(std::string text) {
  last_ = true;
  reply(std::move(text));
}

Source::Next Connection::write() {
  const auto sent = send_some(socket_, std::string_view(outbox_).substr(sent_, write_at_once));
  if (!sent) return sent.error().err == EAGAIN ? Next::again : Next::done;
  sent_ += *sent;
  if (sent_ < outbox_.size()) return Next::again;
  if (last_) return Next::done;
  outbox_ = {};
  take_up();
  return Next::again;
}

void Connection::turn_to(Doing doing) {
  doing_ = doing;
  epoll_event interest{};
  if (doing == Doing::reading) interest.events = EPOLLIN;
  if (doing == Doing::writing) interest.events = EPOLLOUT;
  (void)epoll_ctl(events_.get(), EPOLL_CTL_MOD, socket_.get(), &interest);  // can't fail: the socket is in
                                                                            // the set
}

// Waits that begin within `slack` share one deadline, so that a client can't fill the watch's list.
void Connection::wait_for_client(bool waiting) {
  if (waiting && waiting_since_ && doing_ == Doing::reading) return;  // more of the same message
  waiting_since_.reset();
  if (!waiting) return;
  waiting_since_ = std::chrono::steady_clock::now();
  if (limited_at_ && *waiting_since_ - *limited_at_ < slack) return;
  limited_at_ = waiting_since_;
  clients_->loop.stall_watch().limit(shared_from_this());
}

void Connection::expire() {
  std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (waiting_since_ && now - *waiting_since_ >= StallWatch::patience - slack)
    ::shutdown(socket_.get(), SHUT_RDWR);  // the loop then sees it close
}

bool Connection::enlarge() {
  if (large_) return true;
  if (++clients_->large <= Clients::most_large) return large_ = true;
  --clients_->large;
  return false;
}

void Connection::shrink() {
  if (std::exchange(large_, false)) --clients_->large;
}

}  // namespace scsup::control
