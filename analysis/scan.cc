#include "analysis/scan.h"

#include <algorithm>
#include <mutex>
#include <thread>
#include <tuple>

#include "analysis/line_reader.h"

namespace scsup::analysis {
namespace {

class Scan {
 public:
  Scan(Source& source, const Scanning& how, const Visit& visit) : source_(source), how_(how), visit_(visit) {}

  Damage run() {
    std::vector<std::thread> others;
    for (unsigned worker = 1; worker < how_.threads; ++worker)
      others.emplace_back([this, worker] { work(worker); });
    work(0);
    for (std::thread& other : others) other.join();
    return std::move(damage_);
  }

 private:
  // Whoever is free reads the next block: reading is copying, and takes a tenth of what looking at it takes.
  bool next(Block& block) {
    std::lock_guard lock(mutex_);
    if (ended_) return false;
    const auto read = source_.next(block);
    if (!read) damage_.error = read.error().text();
    ended_ = !read || !*read;
    if (ended_) return false;
    if (how_.progress) how_.progress->fetch_add(block.text.size(), std::memory_order_relaxed);
    return true;
  }

  void work(unsigned worker) {
    LineReader reader;
    Damage damage;
    Record record;
    for (Block block; next(block);) {
      Place place{block.file, block.first_line, block.offset};
      for (std::string_view text = block.text; !text.empty(); ++place.line) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
        } else if (!reader.read(line, record)) {
          ++damage.broken;
          if (damage.first.size() < Damage::shown) damage.first.push_back({place, reader.broken()});
        } else {
          damage.unknown += record.type == Type::other;
          visit_(worker, record, place);
        }
        text.remove_prefix(size);
        place.offset += size;
      }
    }
    std::lock_guard lock(mutex_);
    damage_.add(std::move(damage));
  }

  Source& source_;
  const Scanning& how_;
  const Visit& visit_;
  std::mutex mutex_;
  bool ended_ = false;
  Damage damage_;
};

}  // namespace

void Damage::add(Damage&& other) {
  broken += other.broken;
  unknown += other.unknown;
  if (error.empty()) error = std::move(other.error);
  first.insert(first.end(), std::make_move_iterator(other.first.begin()),
               std::make_move_iterator(other.first.end()));
  std::ranges::sort(first, {}, [](const Line& line) { return std::tuple(line.place.file, line.place.line); });
  if (first.size() > shown) first.resize(shown);
}

Damage scan(Source& source, const Scanning& how, const Visit& visit) {
  return Scan(source, how, visit).run();
}

unsigned usual_threads() { return std::clamp(std::thread::hardware_concurrency(), 1u, 16u); }

}  // namespace scsup::analysis
