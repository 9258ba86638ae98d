#include "analysis/explain/recorded_call.h"

#include <algorithm>
#include <charconv>

namespace scsup::analysis {
namespace {

std::optional<Abi> abi_named(std::string_view word) {
  for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32})
    if (name(abi) == word) return abi;
  return std::nullopt;
}

std::optional<std::uint64_t> hex(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// The true bytes of a name, not their readable form.
std::string name_of(std::string_view text, std::string_view base64) {
  if (auto bytes = base64.empty() ? std::nullopt : bytes_of(base64)) return std::move(*bytes);
  return std::string(text);
}

bool has_redacted_component(std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (path.substr(0, slash).ends_with("***")) return true;  // /home/a* leaves "/home/a***"
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return false;
}

}  // namespace

Result<RecordedCall> recorded_call(const Record& record) {
  const std::optional<Abi> abi = abi_named(record.arch);
  if (!abi) return failed(0, "the record has no architecture that this version knows");
  if (record.nr < 0 || record.nr > UINT32_MAX) return failed(0, "the record has no number of the call");
  RecordedCall recorded;
  std::array<std::uint64_t, 6> args{};
  for (std::size_t i = 0; i < record.arg_count; ++i) {
    const auto value = hex(record.args[i]);
    if (!value) return failed(0, "a register is redacted, or no number");
    args[i] = *value;
  }
  Call& call = recorded.call = call_of(*abi, static_cast<std::uint32_t>(record.nr), args);
  recorded.registers = record.arg_count;
  if (call.syscall && recorded.registers < call.syscall->arity(call.abi))
    return failed(0, "the record lacks registers of the call");
  if (!record.path.empty()) call.operand.path = name_of(record.path, record.path_b64);
  if (!record.resolved.empty()) recorded.object = name_of(record.resolved, record.resolved_b64);
  recorded.redacted = has_redacted_component(record.object());
  return recorded;
}

std::optional<std::string_view> seen_object(const Record& record, const RecordedCall& call,
                                            const Policy& policy) {
  if (call.object) return std::string_view(*call.object);
  const bool looked =
      record.how == "performed" || record.act == "emulate" || !policy.decide(call.call, nullptr);
  return looked ? std::optional(std::string_view()) : std::nullopt;
}

std::optional<std::string> written_path(const Record& record) {
  std::string path = name_of(record.path, record.path_b64);
  if (path.empty() || (!path.starts_with('/') && (record.from_dirfd || !record.cwd.starts_with('/'))))
    return std::nullopt;
  if (!path.starts_with('/')) {
    if (record.cwd.find("\xef\xbf\xbd") != std::string_view::npos) return std::nullopt;  // not UTF-8
    path = std::string(record.cwd) + "/" + path;
  }
  std::string clean;
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view component = rest.substr(0, slash);
    if (component == "." || component == ".." || component.ends_with("***")) return std::nullopt;
    if (!component.empty()) (clean += '/') += component;
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  return clean.empty() ? "/" : clean;
}

std::optional<std::string> bytes_of(std::string_view base64) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (base64.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && base64.ends_with('='); ++padding) base64.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : base64) {
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if ((count += 6) < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

}  // namespace scsup::analysis
