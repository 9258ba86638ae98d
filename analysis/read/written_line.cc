#include "analysis/read/written_line.h"

#include <bit>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace scsup::analysis {
namespace {

// The first byte from `at` on that can't stand for itself in a JSON string: '"', '\\', below 0x20; or that is not
// ASCII. There is one.
#ifdef __SSE2__
// A bit for each of 16 bytes.
inline unsigned odd_bytes(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  // As signed bytes, those that are not ASCII are below 0x20 too.
  const __m128i odd = _mm_or_si128(
      _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
      _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  return static_cast<unsigned>(_mm_movemask_epi8(odd));
}
inline const char* end_of_word(const char* at) {
  for (;; at += 16)
    if (const unsigned odd = odd_bytes(at)) return at + std::countr_zero(odd);
}
// 32 at a time, for texts that are often longer than 16: a wrong branch prediction costs more than the look.
inline const char* end_of_text(const char* at) {
  for (;; at += 32)
    if (const unsigned odd = odd_bytes(at) | odd_bytes(at + 16) << 16) return at + std::countr_zero(odd);
}
#else
inline const char* end_of_text(const char* at) {
  while (static_cast<signed char>(*at) >= 0x20 && *at != '"' && *at != '\\') ++at;
  return at;
}
inline const char* end_of_word(const char* at) { return end_of_text(at); }
#endif

// Whether a text ends, with a quote, right after its first `size` bytes.
template <std::size_t size>
bool ends_after(const char* at) {
#ifdef __SSE2__
  static_assert(size < 31);
  const unsigned odd = size < 16 ? odd_bytes(at) : odd_bytes(at) | odd_bytes(at + 16) << 16;
  return (odd & ((2u << size) - 1)) == 1u << size && at[size] == '"';
#else
  return end_of_text(at) == at + size && at[size] == '"';
#endif
}

// Up to eight digits at `at`: their count and their value.
struct Digits {
  unsigned count;
  std::uint64_t number;
};
inline Digits digits(const char* at) {
  std::uint64_t bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
  bytes ^= 0x3030303030303030;  // a digit is below 10 now
  const std::uint64_t others = (bytes | (bytes + 0x7676767676767676)) & 0x8080808080808080;
  const auto count = static_cast<unsigned>(std::countr_zero(others)) / 8;
  if (count == 0) return {0, 0};
  bytes <<= 64 - 8 * count;  // zeros before the first
  bytes = bytes * 10 + (bytes >> 8);
  bytes = ((bytes & 0x000000ff000000ff) * (100 + (1000000ull << 32)) +
           (bytes >> 16 & 0x000000ff000000ff) * (1 + (10000ull << 32))) >>
          32;
  return {count, bytes & 0xffffffff};
}

// Walks over a line. After the first mismatch it is at a place where nothing matches. The processor predicts that the
// expected bytes come, so that the next look needn't wait for the end of this one.
class Walk {
 public:
  explicit Walk(const char* line) : at_(line) {}
  bool is_lost() const { return at_ == nowhere; }
  const char* at() const { return at_; }
  void lose() { at_ = nowhere; }
  void skip(std::size_t size) { at_ += size; }

  // Whether `words` come next; if so, moves past them.
  template <std::size_t size>
  bool next_is(const char (&words)[size]) {
    if (std::memcmp(at_, words, size - 1) != 0) return false;
    at_ += size - 1;
    return true;
  }
  template <std::size_t size>
  void must(const char (&words)[size]) {
    if (!next_is(words)) [[unlikely]]
      lose();
  }
  // The same if members before it may be missing: `words` begin with the comma that the first member doesn't have.
  enum class Comma : bool { none, due };
  template <std::size_t size>
  bool member(Comma& comma, const char (&words)[size]) {
    if (comma == Comma::due) return next_is(words);
    if (std::memcmp(at_, words + 1, size - 2) != 0) return false;
    at_ += size - 2;
    comma = Comma::due;
    return true;
  }
  // The text after `"`; moves past the next one.
  void text(std::string_view& value) { take(value, end_of_text(at_)); }
  // The same for a text that usually has `usual` bytes: the processor then predicts that it ends there, and the next
  // look needn't wait for this one.
  template <std::size_t usual>
  void text_of(std::string_view& value) {
    if (!ends_after<usual>(at_)) [[unlikely]]
      return text(value);
    value = {at_, usual};
    at_ += usual + 1;
  }
  // The same for what is short.
  void word(std::string_view& value) { take(value, end_of_word(at_)); }
  // As in JSON, up to 16 digits, which CLOCK_MONOTONIC has in ns for the first 115 days; "-0" is left to a parser.
  void number(std::int64_t& value) {
    const bool negative = *at_ == '-';
    const char* const first = at_ + negative;
    auto [count, number] = digits(first);
    if (count == 8) {
      constexpr std::uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
      const Digits more = digits(first + 8);
      number = number * powers[more.count] + more.number;
      count += more.count;
    }
    const bool is_longer = count == 16 && first[16] >= '0' && first[16] <= '9';
    if (count == 0 || is_longer || (*first == '0' && (count != 1 || negative))) [[unlikely]]
      return lose();
    value = negative ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
    at_ = first + count;
  }

 private:
  void take(std::string_view& value, const char* end) {
    if (*end != '"') [[unlikely]]
      return lose();
    value = {at_, static_cast<std::size_t>(end - at_)};
    at_ = end + 1;
  }

  static constexpr char nowhere[64] = {};
  const char* at_;
};

// "a":"...","b":"..." in any order, like the parser's take_container().
void container(Walk& walk, Record& r) {
  for (bool more = true; more && !walk.is_lost();) {
    std::string_view key, value;
    walk.must("\"");
    walk.word(key);
    walk.must(":\"");
    walk.text(value);
    if (key == "id") r.container_id = value;
    if (key == "name") r.container_name = value;
    if (key == "image") r.image = value;
    more = walk.next_is(",");
  }
  walk.must("},");
}

void proc(Walk& walk, Record& r) {
  std::int64_t start = 0;
  walk.must("\"proc\":{\"tid\":");
  walk.number(r.tid);
  if (walk.next_is(",\"pid\":")) {
    walk.number(r.pid);
    walk.must(",\"ppid\":");
    walk.number(r.ppid);
    walk.must(",\"start\":");
    walk.number(start);
    walk.must(",\"comm\":\"");
    walk.word(r.comm);
    walk.must(",\"exe\":\"");
    walk.text(r.exe);
    walk.must(",\"cwd\":\"");
    walk.text(r.cwd);
    walk.must(",\"uid\":");
    walk.number(r.uid);
    walk.must(",\"gid\":");
    walk.number(r.gid);
  }
  walk.must("},");
}

void sys(Walk& walk, Record& r) {
  walk.must("\"sys\":{\"arch\":\"");
  walk.text_of<6>(r.arch);
  walk.must(",\"nr\":");
  walk.number(r.nr);
  if (walk.next_is(",\"name\":\"")) walk.word(r.syscall);
  walk.must(",\"args\":[");
  if (walk.next_is("]}")) return;
  do {
    if (r.arg_count == r.args.size()) return walk.lose();
    walk.must("\"");
    walk.word(r.args[r.arg_count++]);
  } while (walk.next_is(","));
  walk.must("]}");
}

// Any of its members may be missing.
void obj(Walk& walk, Record& r) {
  std::string_view unreadable;
  std::int64_t dirfd = 0;
  Walk::Comma comma = Walk::Comma::none;
  if (walk.member(comma, ",\"path\":\"")) walk.text(r.path);
  if (walk.member(comma, ",\"unreadable\":\"")) walk.word(unreadable);
  if (walk.member(comma, ",\"resolved\":\"")) walk.text(r.resolved);
  if (walk.member(comma, ",\"dirfd\":")) {
    walk.number(dirfd);
    r.from_dirfd = true;
  }
  if (walk.member(comma, ",\"mode\":\"")) walk.text_of<4>(r.mode);
  if (walk.member(comma, ",\"flags\":\"")) walk.word(r.flags);
  walk.must("}");
}

void answer(Walk& walk, Record& r) {
  walk.must(",\"act\":\"");
  walk.word(r.act);
  walk.must(",\"how\":\"");
  walk.word(r.how);
  if (walk.next_is(",\"errno\":\"")) walk.word(r.err);
  if (walk.next_is(",\"ret\":")) walk.number(r.ret);
  walk.must(",\"rule\":{\"id\":\"");
  walk.word(r.rule);
  walk.must(",\"at\":\"");
  walk.text(r.rule_at);
  walk.must(",\"default\":");
  r.by_default = walk.next_is("true");
  if (!r.by_default) walk.must("false");
  walk.must("},");
  if (walk.next_is("\"policy\":{\"sha\":\"")) {
    walk.text_of<16>(r.policy_sha);
    walk.must(",\"gen\":");
    walk.number(r.generation);
    walk.must("},");
  }
  walk.must("\"out\":\"");
  walk.text_of<9>(r.out);
  walk.must(",\"dec_ns\":");
  walk.number(r.dec_ns);
}

// Of a record that stands for several calls.
void alike(Walk& walk, Record& r) {
  std::int64_t last_mono_ns = 0;
  walk.number(r.count);
  if (r.count < 1 || r.count > Record::most_alike) return walk.lose();
  walk.must(",\"last_time\":\"");
  walk.text_of<30>(r.last_time);
  walk.must(",\"last_mono_ns\":");
  walk.number(last_mono_ns);
  walk.must(",\"dec_ns_sum\":");
  walk.number(r.dec_ns_sum);
  walk.must(",\"dec_ns_max\":");
  walk.number(r.dec_ns_max);
}

// After `{"type":"seal"`.
void seal(Walk& walk, Record& r) {
  std::int64_t number = 0;
  std::string_view hex;
  walk.must(",\"time\":\"");
  walk.text(r.time);
  walk.must(",\"first\":");
  walk.number(number);
  walk.must(",\"last\":");
  walk.number(number);
  if (walk.next_is(",\"key\":")) walk.number(number);
  walk.must(",\"prev\":\"");
  walk.text(hex);
  walk.must(",\"sha256\":\"");
  walk.text(hex);
  if (walk.next_is(",\"mac\":\"")) walk.text(hex);
}

// From after `"run":"` to before `,"session"`.
void head(Walk& walk, Record& r) {
  std::int64_t mono_ns = 0;
  walk.text_of<16>(r.run);
  if (walk.next_is(",\"seq\":")) walk.number(r.seq);
  walk.must(",\"time\":\"");
  walk.text_of<30>(r.time);
  walk.must(",\"mono_ns\":");
  walk.number(mono_ns);
  walk.must(",\"id\":\"");
  walk.text_of<18>(r.id);
}

void caller(Walk& walk, Record& r) {
  walk.must(",\"session\":");
  walk.number(r.session);
  walk.must(",");
  if (walk.next_is("\"container\":{")) container(walk, r);
  proc(walk, r);
}

}  // namespace

const char* WrittenLine::read(const char* line, const char* limit, Record& record) {
  Walk walk(line);
  if (walk.next_is("{\"type\":\"call\",\"run\":\"")) {
    record.type = Type::call;
  } else if (walk.next_is("{\"type\":\"task\",\"run\":\"")) {
    record.type = Type::task;
  } else if (walk.next_is("{\"type\":\"seal\"")) {
    record.type = Type::seal;
  } else {
    return nullptr;
  }
  record.type_name = {line + 9, 4};
  if (record.type == Type::seal) {
    seal(walk, record);
  } else {
    head(walk, record);
    if (walk.is_lost()) return nullptr;
    const char* const who = walk.at();
    if (const std::size_t known = take_known(who, limit, record)) {
      walk.skip(known);
    } else {
      caller(walk, record);
      if (walk.is_lost()) return nullptr;
      remember({who, static_cast<std::size_t>(walk.at() - who)}, record);
    }
    sys(walk, record);
    if (walk.next_is(",\"obj\":{")) obj(walk, record);
    if (record.type == Type::call) answer(walk, record);
    if (record.type == Type::call && walk.next_is(",\"count\":")) alike(walk, record);
  }
  walk.must("}");
  if (walk.is_lost()) return nullptr;
  record.line = {line, static_cast<std::size_t>(walk.at() - line)};
  return walk.at();
}

// What Caller and Record both have.
template <class From, class To>
void WrittenLine::copy(const From& from, To& to) {
  to.session = from.session;
  to.container_id = from.container_id;
  to.container_name = from.container_name;
  to.image = from.image;
  to.tid = from.tid;
  to.pid = from.pid;
  to.ppid = from.ppid;
  to.comm = from.comm;
  to.exe = from.exe;
  to.cwd = from.cwd;
  to.uid = from.uid;
  to.gid = from.gid;
}

std::size_t WrittenLine::take_known(const char* at, const char* limit, Record& record) {
  const auto left = static_cast<std::size_t>(limit - at);
  for (std::size_t i = 0; i < callers_.size(); ++i) {
    const std::size_t index = (recent_ + i) % callers_.size();
    const Caller& one = callers_[index];
    if (one.size == 0 || one.size > left || std::memcmp(at, one.bytes.data(), one.size) != 0) continue;
    recent_ = index;
    copy(one, record);
    return one.size;
  }
  return 0;
}

void WrittenLine::remember(std::string_view words, const Record& record) {
  if (words.size() > callers_[0].bytes.size()) return;
  recent_ = (recent_ + callers_.size() - 1) % callers_.size();  // the one that is looked for last
  Caller& one = callers_[recent_];
  words.copy(one.bytes.data(), words.size());
  one.size = words.size();
  copy(record, one);
  for (std::string_view* text :
       {&one.container_id, &one.container_name, &one.image, &one.comm, &one.exe, &one.cwd})
    if (!text->empty()) *text = {one.bytes.data() + (text->data() - words.data()), text->size()};
}

}  // namespace scsup::analysis
