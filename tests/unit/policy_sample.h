// A policy from text and calls from names, for the tests of policy/.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "supervisor/policy/document/parse.h"
#include "supervisor/policy/policy.h"

namespace scsup::test {

inline Environment environment() {
  Environment result;
  result.kernel_major = 6, result.kernel_minor = 1;
  result.home = "/home/ann";
  result.directory = "/work dir";
  return result;
}

inline std::string all_text(const Diagnostics& diagnostics) {
  std::string text;
  for (const auto& one : diagnostics) text += render("p.json", one) + "\n";
  return text;
}

// The Document of a text without mistakes.
inline Document document(const std::string& text) {
  Parsed parsed = parse(text);
  EXPECT_FALSE(has_errors(parsed.diagnostics)) << all_text(parsed.diagnostics);
  return std::move(parsed.document);
}

inline std::shared_ptr<const Policy> policy(const Document& from, const Environment& with = environment()) {
  Built built = build(from, "p.json", with);
  EXPECT_TRUE(built.policy) << all_text(built.diagnostics);
  return built.policy;
}
inline std::shared_ptr<const Policy> policy(const std::string& text,
                                            const Environment& with = environment()) {
  return policy(document(text), with);
}

inline Call call(Abi abi, std::uint32_t nr, std::array<std::uint64_t, 6> args = {}) {
  return call_of(abi, nr, args);
}
inline Call call(std::string_view name, std::array<std::uint64_t, 6> args = {}, Abi abi = Abi::x86_64) {
  return call(abi, static_cast<std::uint32_t>(find_syscall(name)->number(abi)), args);
}

inline std::string file_text(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace scsup::test
