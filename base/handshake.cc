#include "base/handshake.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace scsup::handshake {
namespace {

constexpr std::string_view magic = "SCSP";

// On the wire a message's type is its position in Message, from 1.
enum class Type : std::uint16_t { hello = 1, program, listener, go, exec_failed, reason, refused };

class Writer {
 public:
  explicit Writer(Type type) {
    bytes_ = magic;
    number(version, 2);
    number(static_cast<std::uint16_t>(type), 2);
  }
  void number(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
  }
  void text(std::string_view value) {
    number(value.size(), 4);
    bytes_ += value;
  }
  void prose(std::string value) {
    std::replace(value.begin(), value.end(), '\0', ' ');
    text(std::string_view(value).substr(0, string_limit));
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

void write(Writer& out, const Hello& hello) {
  out.text(hello.policy);
  out.text(hello.command);
  out.text(hello.directory);
  out.text(hello.home);
  out.number(hello.caps, 8);
  out.text(hello.policy_file);
}
void write(Writer& out, const Program& program) {
  out.number(program.exec_waits, 4);
  out.number(program.flags, 4);
}
void write(Writer& out, const Listener& listener) { out.number(listener.tid, 4); }
void write(Writer&, const Go&) {}
void write(Writer& out, const ExecFailed& failure) { out.number(failure.err, 4); }
void write(Writer& out, const Reason& reason) { out.prose(reason.text); }
void write(Writer& out, const Refused& refused) { out.prose(refused.text); }

// Reads fields in order. After the first mistake all further values are empty; finish() reports it.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number(std::size_t size, const char* field) {
    if (!has(size, field)) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    rest_.remove_prefix(size);
    return value;
  }
  std::uint32_t number32(const char* field) { return static_cast<std::uint32_t>(number(4, field)); }
  bool boolean(const char* field) {
    const std::uint32_t value = number32(field);
    if (value > 1) mistake("its " + std::string(field) + " is neither 0 nor 1");
    return value == 1;
  }

  std::string text(const char* field) {
    const std::uint64_t size = number(4, field);
    if (size > string_limit) {
      mistake("its " + std::string(field) + " of " + std::to_string(size) + " bytes is longer than " +
              std::to_string(string_limit));
      return {};
    }
    if (!has(size, field)) return {};
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    if (value.find('\0') != std::string::npos) mistake("its " + std::string(field) + " contains a NUL byte");
    return value;
  }

  // The first mistake, or left-over bytes as one; "" if there is none.
  std::string finish() {
    if (!rest_.empty()) mistake(std::to_string(rest_.size()) + " bytes follow its last field");
    return mistake_;
  }
  bool ok() const { return mistake_.empty(); }

 private:
  bool has(std::size_t size, const char* field) {
    if (ok() && rest_.size() < size) mistake("it ends within its " + std::string(field));
    return ok();
  }
  void mistake(std::string what) {
    if (ok()) mistake_ = std::move(what);
  }

  std::string_view rest_;
  std::string mistake_;
};

Message read(Reader& in, Type type) {
  switch (type) {
    case Type::hello: {
      Hello hello;
      hello.policy = in.text("policy");
      hello.command = in.text("command");
      hello.directory = in.text("directory");
      hello.home = in.text("home");
      hello.caps = in.number(8, "capabilities");
      hello.policy_file = in.text("policy file");
      return hello;
    }
    case Type::program:
      return Program{in.boolean("exec_waits"), in.number32("flags")};
    case Type::listener:
      return Listener{in.number32("tid")};
    case Type::go:
      return Go{};
    case Type::exec_failed:
      return ExecFailed{in.number32("errno")};
    case Type::reason:
      return Reason{in.text("text")};
    case Type::refused:
      return Refused{in.text("text")};
  }
  return Go{};  // decode() has checked the type
}

const char* name(Type type) {
  constexpr const char* names[] = {"Hello", "Program", "Listener", "Go", "ExecFailed", "Reason", "Refused"};
  static_assert(std::size(names) == std::variant_size_v<Message>);
  return names[static_cast<int>(type) - 1];
}

}  // namespace

std::string encode(const Message& message) {
  Writer out(static_cast<Type>(message.index() + 1));
  std::visit([&](const auto& m) { write(out, m); }, message);
  return out.take();
}

Result<Message> decode(std::string_view packet) {
  if (!packet.starts_with(magic)) return failed(0, "the other end doesn't speak scsup's handshake");
  Reader in(packet.substr(magic.size()));
  const auto spoken = in.number(2, "version");
  if (in.ok() && spoken != version)
    return failed(0, "the other end speaks version " + std::to_string(spoken) +
                         " of the handshake, this is version " + std::to_string(version) +
                         "; use scsup and scsup-agent of one release");
  const auto type = in.number(2, "type");
  if (!in.ok()) return failed(0, "a handshake message is broken: " + in.finish());
  if (type < 1 || type > std::variant_size_v<Message>)
    return failed(0, "a handshake message has the unknown type " + std::to_string(type));
  Message message = read(in, static_cast<Type>(type));
  if (std::string mistake = in.finish(); !mistake.empty())
    return failed(
        0, std::string("a handshake message ") + name(static_cast<Type>(type)) + " is broken: " + mistake);
  return message;
}

}  // namespace scsup::handshake
