#include "supervisor/audit/log.h"

namespace scsup {
namespace {

// The key under which each segment repeats the session, after the policies.
std::string session_key(std::uint32_t session) { return "session " + std::to_string(session); }

}  // namespace

Log::Log(LogParts parts)
    : off_(parts.off),
      file_(std::move(parts.file)),
      durability_(parts.settings.durability),
      renderer_(parts.run, std::move(parts.redaction)) {
  if (!off_)
    writer_.emplace(std::move(parts.appender), std::move(parts.journal), parts.settings,
                    std::move(parts.name), std::move(parts.run));
}

bool Log::is_writing() {
  if (off_) return true;
  auto lock = writer_->lock();
  return writer_->is_writing(lock);
}

void Log::run(const RunRecord& record) {
  if (off_) return;
  auto lock = writer_->lock();
  writer_->begin(lock, OwnedLine(renderer_.run(record, durability_)));
}

void Log::policy(const PolicyRecord& record) {
  if (off_) return;
  auto lock = writer_->lock();
  writer_->put_control(lock, OwnedLine(renderer_.policy(record)), "policy " + record.name);
}

void Log::attach(const AttachRecord& record) {
  if (off_) return;
  auto lock = writer_->lock();
  writer_->put_control(lock, OwnedLine(renderer_.attach(record)), session_key(record.session));
}

void Log::detach(std::uint32_t session, const Counts& counts) {
  if (off_) return;
  auto lock = writer_->lock();
  writer_->put_control(lock, OwnedLine(renderer_.detach(session, counts)), session_key(session),
                       Writer::Keep::no);
}

void Log::death(const DeathRecord& record) {
  if (off_) return;
  auto lock = writer_->lock();
  writer_->put_control(lock, OwnedLine(renderer_.death(record)), session_key(record.session),
                       Writer::Keep::no);
}

bool Log::call(const CallRecord& record) {
  return put(record, [&] { return renderer_.call(record); });
}

bool Log::task(const CallRecord& record) {
  return put(record, [&] { return renderer_.task(record); });
}

template <class Render>
bool Log::put(const CallRecord& record, Render render) {
  if (off_) return true;
  const bool on_disk = record.on_disk || durability_ == Durability::sync;
  const auto what = !record.may_wait               ? Writer::Of::urgent
                    : record.how == How::performed ? Writer::Of::done
                                                   : Writer::Of::ordinary;
  auto lock = writer_->lock();
  writer_->open_call(lock, {record.session, record.id});
  const Put put = writer_->put(lock, render(), on_disk ? Urgency::on_disk : Urgency::soon, what);
  if (put == Put::doubtful) writer_->correct(lock, renderer_.amend(record.session, record.id, "denied"));
  return put == Put::done;
}

void Log::amend_gone(std::uint32_t session, std::uint64_t id) {
  if (off_) return;
  auto lock = writer_->lock();
  (void)writer_->put(lock, renderer_.amend(session, id, "gone"), Urgency::soon);
}

void Log::answered(std::uint32_t session, std::uint64_t id) {
  if (off_ || !writer_->counts_same()) return;
  auto lock = writer_->lock();
  writer_->close_call(lock, {session, id});
}

void Log::flush() {
  if (off_) return;
  auto lock = writer_->lock();
  writer_->flush(lock);
}

void Log::end(const Counts& counts) {
  if (off_) return;
  auto lock = writer_->lock();
  (void)writer_->put(lock, renderer_.end(counts, writer_->lost()), Urgency::soon);
  writer_->end(lock);
}

}  // namespace scsup
