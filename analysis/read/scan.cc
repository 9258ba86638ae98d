#include "analysis/read/scan.h"

#include <algorithm>
#include <mutex>
#include <thread>
#include <tuple>

#include "analysis/read/line_reader.h"

namespace scsup::analysis {
namespace {

// How many lines each piece has: known once it was read, and needed to number the lines after it.
struct Counted {
  std::size_t number = 0, file = 0;  // of the piece
  std::uint64_t lines = 0;
};

// A line that is no record, by its place in its piece.
struct Broken {
  std::size_t piece = 0;
  Damage::Line line;
};

class Scan {
 public:
  Scan(Source& source, const Scanning& how, const Visit& visit) : source_(source), how_(how), visit_(visit) {}

  Damage run() {
    std::vector<std::thread> others;
    for (unsigned worker = 1; worker < how_.threads; ++worker)
      others.emplace_back([this, worker] { work(worker); });
    work(0);
    for (std::thread& other : others) other.join();
    name_lines();
    return std::move(damage_);
  }

 private:
  bool next(Piece& piece) {
    std::lock_guard lock(mutex_);
    if (ended_) return false;
    const auto more = source_.next(piece);
    if (!more) fail(more.error());
    ended_ = !more || !*more;
    return !ended_;
  }

  bool next(Piece& piece, Block& block) {
    const auto more = piece.next(block);
    if (more && *more) {
      if (how_.progress) how_.progress->fetch_add(block.text.size(), std::memory_order_relaxed);
      return true;
    }
    if (!more) {
      std::lock_guard lock(mutex_);
      fail(more.error());
      ended_ = true;
    }
    return false;
  }

  void fail(const Error& error) {
    if (damage_.error.empty()) damage_.error = error.text();
  }

  void work(unsigned worker) {
    LineReader reader;
    std::vector<Counted> counted;
    std::vector<Broken> broken;
    std::uint64_t broken_count = 0, unknown = 0;
    Record record;
    Place place;
    Piece piece;
    Block block;
    const bool alone = how_.threads == 1;
    while (next(piece)) {
      if (place.file != piece.file) place.line = 0;
      place.file = piece.file;
      std::uint64_t lines = 0;
      while (next(piece, block)) {
        place.offset = block.offset;
        for (std::string_view text = block.text; !text.empty();) {
          const std::size_t before = text.size();
          const LineReader::Line line = reader.next(text, record);
          ++lines;
          place.line += alone;
          if (line == LineReader::Line::record) {
            unknown += record.type == Type::other;
            visit_(worker, record, place);
          } else if (line == LineReader::Line::broken) {
            ++broken_count;
            // A worker gets pieces in their order, so that its first ones suffice.
            if (broken.size() < Damage::shown)
              broken.push_back({piece.number, {{piece.file, lines, place.offset}, reader.broken()}});
          }
          place.offset += before - text.size();
        }
      }
      counted.push_back({piece.number, piece.file, lines});
    }
    std::lock_guard lock(mutex_);
    damage_.broken += broken_count;
    damage_.unknown += unknown;
    counted_.insert(counted_.end(), counted.begin(), counted.end());
    broken_.insert(broken_.end(), std::make_move_iterator(broken.begin()),
                   std::make_move_iterator(broken.end()));
  }

  void name_lines() {
    for (Broken& one : broken_) {
      for (const Counted& before : counted_)
        if (before.number < one.piece && before.file == one.line.place.file)
          one.line.place.line += before.lines;
      damage_.first.push_back(std::move(one.line));
    }
    damage_.add(Damage());  // sorts
  }

  Source& source_;
  const Scanning& how_;
  const Visit& visit_;
  std::mutex mutex_;
  bool ended_ = false;
  std::vector<Counted> counted_;
  std::vector<Broken> broken_;
  Damage damage_;
};

}  // namespace

std::string Damage::unknown_kinds() const {
  return (unknown == 1 ? "1 record is of a kind" : std::to_string(unknown) + " records are of kinds") +
         " that scsup-audit " SCSUP_VERSION " doesn't know: a newer scsup wrote this log";
}

void Damage::add(Damage&& other) {
  broken += other.broken;
  unknown += other.unknown;
  if (error.empty()) error = std::move(other.error);
  first.insert(first.end(), std::make_move_iterator(other.first.begin()),
               std::make_move_iterator(other.first.end()));
  std::ranges::sort(first, {},
                    [](const Line& line) { return std::tuple(line.place.file, line.place.offset); });
  if (first.size() > shown) first.resize(shown);
}

Damage scan(Source& source, const Scanning& how, const Visit& visit) {
  return Scan(source, how, visit).run();
}

unsigned usual_threads() { return std::clamp(std::thread::hardware_concurrency(), 1u, 16u); }

}  // namespace scsup::analysis
