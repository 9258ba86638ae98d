#include "supervisor/audit/json_line.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace scsup {
namespace {

std::string text(std::string_view value) {
  JsonLine line;
  line.open().text("p", value).close();
  return std::string(line.view());
}

TEST(JsonLine, PutsCommasBetweenMembersAndItems) {
  JsonLine line;
  line.open().word("a", "x").number("b", -7).open("c").boolean("d", true).close().open_list("e").item_hex(
      255);
  line.item_text("f").close_list().octal("g", 0755).octal("h", 0).close().end_line();
  EXPECT_EQ(line.view(), R"({"a":"x","b":-7,"c":{"d":true},"e":["0xff","f"],"g":"0755","h":"0"})"
                         "\n");
}

TEST(JsonLine, HoldsTheSmallestNumber) {
  JsonLine line;
  line.open().number("n", std::numeric_limits<std::int64_t>::min()).close();
  EXPECT_EQ(line.view(), R"({"n":-9223372036854775808})");
}

TEST(JsonLine, EscapesWhatWouldBreakALineOrDriveATerminal) {
  EXPECT_EQ(text("a\"b\\c\n\x1b[31m\x7f"), R"({"p":"a\"b\\c\u000a\u001b[31m\u007f"})");
  EXPECT_EQ(text("\xc2\x9b"), R"({"p":"\u009b"})");  // C1: CSI
}

// Text is checked eight bytes at a time: each byte is escaped wherever it is.
TEST(JsonLine, EscapesAByteAtAnyPlaceAsItDoesAlone) {
  const auto escaped = [](const std::string& text) {
    JsonLine line;
    line.text("t", text);
    return std::string(line.view()).substr(5, line.view().size() - 6);
  };
  for (int c = 0; c < 0x80; ++c) {
    const std::string one(1, static_cast<char>(c)), alone = escaped(one);
    EXPECT_EQ(alone.size() == 1, c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) << c;
    for (std::size_t before = 0; before < 20; ++before)
      for (const std::size_t after : {0, 3, 9})
        ASSERT_EQ(escaped(std::string(before, 'a') + one + std::string(after, '~')),
                  std::string(before, 'a') + alone + std::string(after, '~'))
            << c;
  }
}

TEST(JsonLine, KeepsUtf8AsItIs) {
  EXPECT_EQ(text("h\u00e9\u4e16\U0001f600"), "{\"p\":\"h\u00e9\u4e16\U0001f600\"}");
}

TEST(JsonLine, GivesTheTrueBytesOfWhatIsNoUtf8) {
  EXPECT_EQ(text("a\xff"), "{\"p\":\"a\xef\xbf\xbd\",\"p_b64\":\"Yf8=\"}");
  // Overlong, a surrogate, cut short, beyond U+10FFFF.
  for (const char* bytes : {"\xc0\xaf", "\xed\xa0\x80", "\xe4\xb8", "\xf4\x90\x80\x80"})
    EXPECT_NE(text(bytes).find("p_b64"), std::string::npos) << bytes;
}

}  // namespace
}  // namespace scsup
