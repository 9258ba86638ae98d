// Any bytes as a policy file: no crash, no hang, and printable remarks.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "supervisor/policy/document/parse.h"
#include "supervisor/policy/policy.h"

namespace {

void require(bool holds, const scsup::Diagnostic& diagnostic) {
  if (holds) return;
  std::cerr << "unfit remark: " << scsup::render("p", diagnostic) << '\n';
  std::abort();
}

// Our messages never contain the JSON library's own.
bool names_library(std::string_view text) { return text.find("json.exception") != std::string_view::npos; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const bool names_the_library = names_library(text);  // then a remark may quote it
  scsup::Parsed parsed = scsup::parse(text);
  for (const scsup::Diagnostic& diagnostic : parsed.diagnostics) {
    require(!diagnostic.message.empty(), diagnostic);
    require(diagnostic.message.size() < 1000, diagnostic);
    if (!names_the_library) require(!names_library(diagnostic.message), diagnostic);
    require(diagnostic.place.line <= size + 1 && diagnostic.place.column <= size + 1, diagnostic);
    for (char c : diagnostic.message) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, diagnostic);
  }
  if (scsup::has_errors(parsed.diagnostics)) return 0;
  scsup::Environment environment;
  environment.home = "/home/user";
  environment.directory = "/srv";
  scsup::build(parsed.document, "p", environment);
  return 0;
}
