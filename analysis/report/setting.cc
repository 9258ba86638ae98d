#include "analysis/report/setting.h"

#include <algorithm>
#include <tuple>

namespace scsup::analysis {

KeptLine::KeptLine(std::string line) : line_(std::move(line)) {
  const std::size_t size = line_.size();
  line_.resize(size + LineReader::padding);
  (void)reader_.read(std::string_view(line_).substr(0, size), record_);  // it was read successfully before
}

void Setting::add(const Record& record, const Place& place) {
  if (record.type != Type::run && record.type != Type::policy && record.type != Type::attach) return;
  if (bytes_ > PolicyShelf::most_text) return;
  bytes_ += record.line.size();
  kept_.push_back({place, std::string(record.line)});
}

void Setting::add(Setting&& other) {
  bytes_ += other.bytes_;
  std::ranges::move(other.kept_, std::back_inserter(kept_));
  other.kept_.clear();
}

PolicyShelf Setting::shelf() const {
  std::vector<const Kept*> in_order;
  for (const Kept& kept : kept_) in_order.push_back(&kept);
  std::ranges::sort(in_order, {},
                    [](const Kept* kept) { return std::tuple(kept->place.file, kept->place.offset); });
  PolicyShelf shelf;
  for (const Kept* kept : in_order) shelf.add(KeptLine(kept->line).record());
  return shelf;
}

}  // namespace scsup::analysis
