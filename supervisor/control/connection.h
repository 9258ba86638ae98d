// One client of the control socket, on the loop.
//
// The loop's thread only reads and writes without waiting; a worker does what a call asks for, because a reload
// compiles policies. One call of a client is in progress at a time, and the next is not read before its reply is
// written: a client that sends and never reads fills its own socket and no memory here. Whatever the supervisor waits
// for from a client (its first call, the rest of a message, room for a reply) has StallWatch::patience, or up to a
// second less; then the client is hung up on. Between calls it may be silent as long as it likes.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/fd.h"
#include "supervisor/control/inbox.h"
#include "supervisor/control/service.h"
#include "supervisor/loop/loop.h"
#include "supervisor/loop/workers.h"

namespace scsup::control {

// What all connections share, and their number.
struct Clients {
  Clients(Loop& on, Workers& by, Service& of) : loop(on), workers(by), service(of) {}
  static constexpr int most = 64;
  static constexpr int most_large = 4;  // with a call of more than small_call_limit
  Loop& loop;
  Workers& workers;
  Service& service;
  std::atomic<int> here{0}, large{0};
};

class Connection : public Source, public Timed, public std::enable_shared_from_this<Connection> {
 public:
  // Adds it to the loop, or tells the client why not. It counts as one of `clients` as long as it lives.
  static void open(Fd socket, const std::shared_ptr<Clients>& clients);
  Connection(Fd socket, Fd events, std::shared_ptr<Clients> clients);
  ~Connection() override;

  // An epoll instance with the socket in it: the awaited events change, also from other threads.
  int fd() const override { return events_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;
  void expire() override;

 private:
  enum class Doing : std::uint8_t { reading, working, writing };
  // To be called with mutex_ held.
  Next read();
  Next write();
  void take_up();  // takes the next call, or waits for it
  void reply(std::string text);
  void refuse(std::string text);  // and hang up after it
  void turn_to(Doing doing);
  void wait_for_client(bool waiting);
  bool enlarge();  // makes it one of the few with a large call
  void shrink();

  void work(const std::string& message);

  const Fd socket_, events_;
  const std::shared_ptr<Clients> clients_;
  std::mutex mutex_;
  Doing doing_ = Doing::reading;
  Inbox inbox_;
  std::string outbox_;
  std::size_t sent_ = 0;
  bool large_ = false, last_ = false;
  std::optional<std::chrono::steady_clock::time_point> waiting_since_, limited_at_;
};

}  // namespace scsup::control
