#include "analysis/report/page.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>

#include "analysis/report/page_parts.h"

namespace scsup::analysis {
namespace {

// As Content-Security-Policy level 3 writes it: 'sha256-...'.
std::string hash_source(std::string_view text) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()));
  std::uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(&context, sizeof digest, digest);
  char encoded[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE)];
  base64_encode_raw(encoded, sizeof digest, digest);
  return "'sha256-" + std::string(encoded, sizeof encoded) + "'";
}

std::string without_markup(const std::string& data) {
  std::string text;
  text.reserve(data.size());
  for (const char c : data) switch (c) {
      case '<':
        text += "\\u003c";
        break;
      case '>':
        text += "\\u003e";
        break;
      case '&':
        text += "\\u0026";
        break;
      default:
        text += c;
    }
  return text;
}

}  // namespace

std::string page(const std::string& data) {
  std::string text;
  for (std::string_view rest = page_html;;) {
    const std::size_t begin = rest.find("@{"), end = rest.find('}', begin);
    if (begin == std::string_view::npos) return text.append(rest);
    text += rest.substr(0, begin);
    const std::string_view name = rest.substr(begin + 2, end - begin - 2);
    if (name == "style") text += page_css;
    if (name == "style-hash") text += hash_source(page_css);
    if (name == "script") text += page_js;
    if (name == "script-hash") text += hash_source(page_js);
    if (name == "json") text += without_markup(data);
    rest.remove_prefix(end + 1);
  }
}

}  // namespace scsup::analysis
