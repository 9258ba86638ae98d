// The server's side of the control socket for tests: a Service that returns fixed values, and records its requests.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "supervisor/control/service.h"

namespace scsup::control {

inline SessionState sample_session(std::uint32_t number) {
  SessionState session;
  session.number = number;
  session.command = "make";
  session.pid = static_cast<pid_t>(1000 + number);
  session.generations = {
      {1, "workspace", "policies/workspace.json", std::string(64, 'a'), {12345, 17, 204, 9}}};
  session.received = session.answered = 12575;
  session.p50_ns = 14'200;
  session.p99_ns = 212'000;
  session.since_unix_ns = 1'700'000'000'000'000'000;
  session.listeners = 1;
  return session;
}

inline SessionState sample_container(std::uint32_t number) {
  SessionState session = sample_session(number);
  session.command = "nginx";
  session.container = {{"id", "3f2c9a"}, {"name", "web"}, {"image", "nginx:1.25"}, {"runtime", "crun"}};
  session.generations = {{1, "web", "policies/web.json", std::string(64, 'b'), {1204, 300, 0, 0}},
                         {4, "web", "policies/web.json", std::string(64, 'c'), {981, 2, 1, 0}}};
  session.pending = 2;
  session.listeners = 3;
  session.remark = "listenerMetadata names no policy; the default was taken";
  return session;
}

class SampleService : public Service {
 public:
  bool may_control(const Peer& peer) const override { return peer.uid != refused_uid_; }

  std::vector<SessionState> sessions() const override {
    std::lock_guard lock(mutex_);
    return sessions_;
  }

  Result<Inspection> inspect(std::uint32_t number) const override {
    std::lock_guard lock(mutex_);
    for (const SessionState& session : sessions_) {
      if (session.number != number) continue;
      Inspection inspection;
      inspection.session = session;
      inspection.policy_text = "{\n\t\"defaultAction\": \"SCMP_ACT_ALLOW\"\n}\n";
      inspection.filter =
          "mkdir, mkdirat  trapped: rule no-mkdir at p.json:6:7\neverything else: filter: allow\n";
      inspection.trapped = {"mkdir", "mkdirat"};
      inspection.processes = {session.pid, session.pid + 1};
      inspection.rules = {{"rule no-mkdir at p.json:6:7", "mkdirat", 17, 17, 90'000}};
      return inspection;
    }
    return failed(ESRCH, "there is no session " + std::to_string(number));
  }

  std::vector<std::string> remarks() const override {
    return {"policies/bad.json:4:21: error: unknown errno"};
  }

  Result<std::vector<Reloaded>> reload(const std::vector<std::string>& names) override {
    std::unique_lock lock(mutex_);
    ++reloads_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    std::vector<Reloaded> all;
    for (const std::string& name : names.empty() ? std::vector<std::string>{"web"} : names) {
      if (name == "none") return failed(ENOENT, "there is no policy 'none' here");
      if (name == "disk") return failed(EIO, "cannot read 'disk.json'");
      Reloaded one{name, "policies/" + name + ".json", std::string(64, 'd'), 5, name != "same", {}, {}};
      if (name == "bad") one.mistakes = {"policies/bad.json:4:21: error: unknown errno 'EPREM'"};
      if (name == "same") one.sessions = {{3, 5, {}}, {7, 5, {"unlink needs a restart"}}};
      if (name == "web")
        one.sessions = {{2, 5, {}},
                        {7, 5, {"rename is not trapped in session 7; its filter still decides it: allow"}}};
      all.push_back(one);
    }
    return all;
  }

  Result<Reloaded> set_policy(std::uint32_t session, const std::string& file,
                              const std::string& text) override {
    std::lock_guard lock(mutex_);
    file_ = file;
    text_ = text;
    Reloaded reloaded{"p", file, std::string(64, 'e'), 6, true, {}, {{session, 6, {}}}};
    if (text.find("EPREM") != std::string::npos)
      reloaded.mistakes = {file + ":1:2: error: unknown errno 'EPREM'; did you mean 'EPERM'?"};
    return reloaded;
  }

  Result<std::uint32_t> kill(std::uint32_t number) override {
    std::lock_guard lock(mutex_);
    const auto before = sessions_.size();
    std::erase_if(sessions_, [&](const SessionState& session) { return session.number == number; });
    if (sessions_.size() == before) return failed(ESRCH, "there is no session " + std::to_string(number));
    return 2u;
  }

  // For tests to set and check.
  void set_sessions(std::vector<SessionState> sessions) {
    std::lock_guard lock(mutex_);
    sessions_ = std::move(sessions);
  }
  void refuse(uid_t uid) { refused_uid_ = uid; }
  void hold_reloads(bool held) {
    std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  void wait_for_reload() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reloads_ > 0; });
  }
  std::string file() const {
    std::lock_guard lock(mutex_);
    return file_;
  }
  std::string text() const {
    std::lock_guard lock(mutex_);
    return text_;
  }

 protected:
  mutable std::mutex mutex_;
  std::vector<SessionState> sessions_{sample_session(1), sample_container(2)};

 private:
  std::condition_variable changed_;
  std::atomic<uid_t> refused_uid_{static_cast<uid_t>(-2)};
  int reloads_ = 0;
  bool held_ = false;
  std::string file_, text_;
};

}  // namespace scsup::control
