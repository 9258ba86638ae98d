// A JSON tree as text again.
#include "supervisor/policy/text/json_text.h"

#include <gtest/gtest.h>

namespace scsup {
namespace {

Json tree(std::string_view text) {
  Diagnostics mistakes;
  auto json = read_json(text, mistakes);
  EXPECT_TRUE(json && mistakes.empty()) << text;
  return json ? std::move(*json) : Json{};
}

TEST(JsonText, GivesBackWhatWasRead) {
  for (const std::string_view text :
       {R"({"a":[1,-5,1e30,0.10,18446744073709551615,123456789012345678901234567890],"b":{},"c":[]})",
        R"(["a\"b\\c","\u0000\u001f","grün",true,false,null])", R"({"z":1,"a":{"y":2,"b":3}})"})
    EXPECT_EQ(json_text(tree(text)), text);
  EXPECT_EQ(json_text(tree("[\"\\u00fc\\/\\n\"]")), "[\"ü/\\u000a\"]");
}

TEST(JsonText, APageIsReadAsTheSame) {
  std::string text = "{\"long\":[";
  for (int i = 0; i < 200; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\"";
  text += "],\"deep\":[{\"" + std::string(90, 'k') + "\":{\"" + std::string(90, 'l') + "\":[[],{}]}}]}";
  const std::string page = json_page(tree(text));
  EXPECT_EQ(json_text(tree(page)), text);
  EXPECT_TRUE(page.starts_with("{\n  \"long\": [\n    \"0\", \"1\", ")) << page;
  std::size_t start = 0;
  for (std::size_t end; (end = page.find('\n', start)) != std::string::npos; start = end + 1)
    EXPECT_TRUE(end - start <= 110 || page.substr(start, end - start).find("llll") != std::string::npos);
}

TEST(JsonText, KeysAreSetInPlaceOrAtTheEnd) {
  Json json = tree(R"({"a":1,"b":2})");
  set(json, "a", json_string("x"));
  set(json, "c", json_number(3));
  remove(json, "b");
  EXPECT_EQ(json_text(json), R"({"a":"x","c":3})");
}

}  // namespace
}  // namespace scsup
