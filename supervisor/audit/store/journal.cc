#include "supervisor/audit/store/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>

namespace scsup {
namespace {

constexpr std::size_t head_size = 4096;
constexpr off_t mapped = head_size + Journal::capacity;
constexpr char magic[16] = "scsup journal 1";
constexpr std::uint64_t usual_entry = 768;   // bytes
constexpr std::uint32_t wraps = 0xffffffff;  // the rest of the ring is empty, the next entry is at its start

struct Entry {
  std::uint32_t size;
  std::uint16_t split, place;
};
// No line is shorter than {"type":"..."}, so that each has a place that is a number.
static_assert(Journal::capacity / (sizeof(Entry) + 16) < Journal::in_the_log);

constexpr std::uint64_t aligned(std::uint64_t size) { return (size + 7) & ~std::uint64_t{7}; }

}  // namespace

struct Journal::Head {
  char magic[16];
  char run[run_length];
  std::atomic<std::uint64_t> put;
  alignas(64) std::atomic<std::uint64_t> taken;
  std::atomic<std::uint64_t> intent_end;  // 0 while the other two change
  std::uint64_t intent_offset, intent_seq;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

Journal::Journal(Fd file, std::string path, void* memory)
    : file_(std::move(file)), path_(std::move(path)), memory_(memory), run_(head().run, run_length) {}

Journal::~Journal() { munmap(memory_, mapped); }

Journal::Head& Journal::head() const { return *static_cast<Head*>(memory_); }
char* Journal::ring() const { return static_cast<char*>(memory_) + head_size; }

Result<std::unique_ptr<Journal>> Journal::create(const std::string& path, std::string_view run) {
  static_assert(sizeof(Head) <= head_size);
  Fd file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return failed("cannot create '" + path + "'");
  const auto give_up = [&path](const char* what) {
    const int err = errno;
    unlink(path.c_str());
    return failed(err, std::string("cannot ") + what + " '" + path + "'");
  };
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) return give_up("lock");
  // Not posix_fallocate(3), which writes zeros where it can't reserve: a full disk must not show up as a signal.
  if (fallocate(file.get(), 0, 0, mapped + static_cast<off_t>(reserve)) != 0)
    return give_up("reserve space for");
  void* const memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED) return give_up("map");
  madvise(memory, mapped, MADV_DONTFORK);
  Head& head = *static_cast<Head*>(memory);
  run.copy(head.run, run_length);
  std::memcpy(head.magic, magic, sizeof magic);
  return std::unique_ptr<Journal>(new Journal(std::move(file), path, memory));
}

std::unique_ptr<Journal> Journal::inherit(const std::string& path) {
  Fd file(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat st {};
  if (!file || fstat(file.get(), &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
      (st.st_mode & 077) != 0 || st.st_size < mapped || flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return nullptr;
  void* const memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED) return nullptr;
  auto journal = std::unique_ptr<Journal>(new Journal(std::move(file), path, memory));
  return journal->take_positions() ? std::move(journal) : nullptr;
}

// False: it is not a journal, or not in a state in which journals are left.
bool Journal::take_positions() {
  put_ = head().put.load(std::memory_order_acquire);
  taken_ = head().taken.load(std::memory_order_acquire);
  return std::memcmp(head().magic, magic, sizeof magic) == 0 && taken_ % 8 == 0 && put_ % 8 == 0 &&
         taken_ <= put_ && put_ - taken_ <= capacity;
}

std::uint64_t Journal::put_end() const { return put_.load(std::memory_order_acquire); }
std::uint64_t Journal::taken_end() const { return taken_.load(std::memory_order_acquire); }

bool Journal::put(const LogLine& line) {
  std::uint64_t end = put_.load(std::memory_order_relaxed);
  const std::uint64_t size = aligned(sizeof(Entry) + line.text.size());
  const std::uint64_t to_the_edge = capacity - end % capacity;
  const std::uint64_t skipped = size > to_the_edge ? to_the_edge : 0;
  if (end + skipped + size - taken_end() > capacity) return false;
  if (skipped != 0) {
    std::memcpy(ring() + end % capacity, &wraps, sizeof wraps);
    end += skipped;
  }
  const Entry entry{static_cast<std::uint32_t>(line.text.size()), static_cast<std::uint16_t>(line.split),
                    in_order};
  char* const at = ring() + end % capacity;
  std::memcpy(at, &entry, sizeof entry);
  std::memcpy(at + sizeof entry, line.text.data(), line.text.size());
  // From this store on the entry exists: a process that dies during the copy has put nothing.
  head().put.store(end + size, std::memory_order_release);
  put_.store(end + size, std::memory_order_release);
  // The taker's CPU has read the memory of the next entry: fetch those cache lines back before it comes.
  const std::uint64_t next = (end + size) % capacity;
  for (std::uint64_t ahead = 0; ahead < usual_entry && next + ahead < capacity; ahead += 64)
    __builtin_prefetch(ring() + next + ahead, 1);
  return true;
}

void Journal::waiting(Waiting& found) const {
  found.lines.clear();
  found.ends.clear();
  found.places.clear();
  const std::uint64_t end = put_end();
  for (std::uint64_t at = taken_end(); at < end;) {
    const std::uint64_t to_the_edge = capacity - at % capacity;
    Entry entry;
    std::memcpy(&entry, ring() + at % capacity, sizeof entry);
    if (entry.size == wraps) {
      at += to_the_edge;
      continue;
    }
    // Anything else means that somebody has changed the file: what follows is lost.
    if (sizeof entry + entry.size > to_the_edge || entry.split > entry.size) return;
    found.lines.push_back({{ring() + at % capacity + sizeof entry, entry.size}, entry.split});
    found.places.push_back(entry.place);
    found.ends.push_back(at += aligned(sizeof entry + entry.size));
  }
}

void Journal::set_place(const LogLine& waiting, std::uint16_t place) {
  char* const entry = ring() + (waiting.text.data() - ring()) - sizeof(Entry);
  std::memcpy(entry + offsetof(Entry, place), &place,
              sizeof place);  // before the intent changes, which is atomic
}

void Journal::intend(const Intent& intent, const Waiting& placed) {
  head().intent_end.exchange(0, std::memory_order_acq_rel);  // before the others change
  for (std::size_t i = 0; i < placed.places.size(); ++i) set_place(placed.lines[i], placed.places[i]);
  head().intent_offset = intent.offset;
  head().intent_seq = intent.first_seq;
  head().intent_end.store(intent.end, std::memory_order_release);
}

Journal::Intent Journal::intent() const {
  return {head().intent_end.load(std::memory_order_acquire), head().intent_offset, head().intent_seq};
}

void Journal::taken(std::uint64_t end) {
  head().taken.store(end, std::memory_order_release);
  taken_.store(end, std::memory_order_release);
}

void Journal::release_reserve() { (void)!ftruncate(file_.get(), mapped); }

bool Journal::take_reserve() {
  return fallocate(file_.get(), 0, 0, mapped + static_cast<off_t>(reserve)) == 0;
}

void Journal::remove() { unlink(path_.c_str()); }

}  // namespace scsup
