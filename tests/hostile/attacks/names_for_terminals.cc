// Names that break lines, quotes and terminals, and names that are not UTF-8.
#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = std::string(argv[1]) + "/no/";
  for (const std::string& name :
       {std::string("line\nbreak"), std::string("quote\"back\\slash"), std::string("\x1b[31mred\x1b[0m\x07"),
        std::string("\xff\xfe\x80"),
        std::string("\xc2\x9b"
                    "31m"),
        std::string("\xed\xa0\x80"), std::string("\r\b\x7f"), std::string("},{\"type\":\"end\"}"),
        std::string("\xe2\x80\xae"
                    "evil")})
    if (mkdir((root + name).c_str(), 0777) == 0) breach("made");
}
