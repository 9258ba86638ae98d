// Globs compared with their documented meaning, and with a slow reference that shares no code with them.
#include "supervisor/policy/paths/glob.h"

#include <gtest/gtest.h>

#include <memory_resource>
#include <random>
#include <string>
#include <vector>

#include "supervisor/policy/paths/path_set.h"

namespace scsup {
namespace {

constexpr GlobNames names{"/home/ann", "/srv/w [1]*"};

PathSet set_of(const std::vector<std::string>& globs, std::int64_t automaton_bytes = 64 << 20) {
  std::vector<PathSet::Entry> entries;
  for (std::uint32_t rule = 0; rule < globs.size(); ++rule) {
    auto flat = read_glob(globs[rule], names);
    if (!flat) {
      ADD_FAILURE() << globs[rule] << ": " << flat.error();
      continue;
    }
    for (auto& glob : *flat) entries.push_back({rule, std::move(glob)});
  }
  auto set = PathSet::make(std::move(entries), automaton_bytes);
  EXPECT_TRUE(set) << set.error().text();
  return std::move(*set);
}

std::vector<std::uint32_t> match(const PathSet& set, std::string_view path) {
  std::pmr::vector<std::uint32_t> rules;
  set.match(path, rules);
  return {rules.begin(), rules.end()};
}

bool matches(const std::string& glob, std::string_view path) { return !match(set_of({glob}), path).empty(); }

std::string mistake(const std::string& glob, const GlobNames& with = names) {
  const auto flat = read_glob(glob, with);
  return flat ? "" : flat.error();
}

TEST(Glob, LiteralPathMatchesItselfOnly) {
  EXPECT_TRUE(matches("/srv/app", "/srv/app"));
  EXPECT_FALSE(matches("/srv/app", "/srv/app/x"));
  EXPECT_FALSE(matches("/srv/app", "/srv/apps"));
  EXPECT_FALSE(matches("/srv/app", "/srv"));
  EXPECT_FALSE(matches("/srv/app", "/x/srv/app"));
  EXPECT_TRUE(matches("/", "/"));
  EXPECT_FALSE(matches("/", "/a"));
}

TEST(Glob, StarAndQuestionMarkStayInOneComponent) {
  EXPECT_TRUE(matches("/a/*.c", "/a/.c"));
  EXPECT_TRUE(matches("/a/*.c", "/a/x.c"));
  EXPECT_FALSE(matches("/a/*.c", "/a/b/x.c"));
  EXPECT_FALSE(matches("/a/*.c", "/a/x.cc"));
  EXPECT_TRUE(matches("/a/?", "/a/x"));
  EXPECT_FALSE(matches("/a/?", "/a/"));
  EXPECT_FALSE(matches("/a?b", "/a/b"));
  EXPECT_FALSE(matches("/*", "/"));
  EXPECT_TRUE(matches("/a*b*c", "/a\nb\nc"));
}

TEST(Glob, DoubleStarIsAnyNumberOfComponents) {
  for (const char* path : {"/srv/app", "/srv/app/x", "/srv/app/x/y"})
    EXPECT_TRUE(matches("/srv/app/**", path));
  for (const char* path : {"/srv", "/srv/apple", "/"}) EXPECT_FALSE(matches("/srv/app/**", path));
  for (const char* path : {"/x", "/a/x", "/a/b/x"}) EXPECT_TRUE(matches("/**/x", path));
  EXPECT_FALSE(matches("/**/x", "/ax"));
  EXPECT_FALSE(matches("/**/x", "/x/a"));
  for (const char* path : {"/", "/a", "/a/b"}) EXPECT_TRUE(matches("/**", path));
  EXPECT_TRUE(matches("/a/**/**/b", "/a/b"));
  EXPECT_FALSE(matches("/a/**/b", "/ab"));
}

TEST(Glob, SetsTakeRangesAndNegationAndNeverASlash) {
  EXPECT_TRUE(matches("/[a-c]", "/b"));
  EXPECT_FALSE(matches("/[a-c]", "/d"));
  EXPECT_FALSE(matches("/[!a-c]", "/b"));
  EXPECT_TRUE(matches("/[^a-c]", "/d"));
  EXPECT_FALSE(matches("/a[!x]b", "/a/b"));
  EXPECT_FALSE(matches("/a[+-9]b", "/a/b"));
  EXPECT_TRUE(matches("/a[+-9]b", "/a.b"));
  EXPECT_TRUE(matches("/[]]", "/]"));
  EXPECT_TRUE(matches("/[!]]", "/x"));
  EXPECT_TRUE(matches("/[a-]", "/-"));
  EXPECT_TRUE(matches("/[\\]x]", "/]"));
  EXPECT_TRUE(matches("/[é-ü]", "/ö"));
  EXPECT_FALSE(matches("/[é-ü]", "/a"));
  EXPECT_TRUE(matches("/[.^$|\\\\]", "/\\"));
}

TEST(Glob, OneCharacterIsOneUtf8SequenceOrOneStrayByte) {
  EXPECT_TRUE(matches("/?", "/é"));
  EXPECT_FALSE(matches("/??", "/é"));
  EXPECT_TRUE(matches("/?", "/\U0001f600"));
  EXPECT_TRUE(matches("/?", "/\xff"));
  EXPECT_TRUE(matches("/??", "/\xc3x"));
  EXPECT_TRUE(matches("/??", "/\xc3\xff"));
  EXPECT_TRUE(matches("/??", "/\xc0\xaf"));            // overlong '/'
  EXPECT_TRUE(matches("/???", "/\xed\xa0\x80"));       // a surrogate
  EXPECT_TRUE(matches("/????", "/\xf4\x8f\xbf\xbf"));  // the stand-ins for stray bytes are not characters
                                                       // themselves
  EXPECT_TRUE(matches("/[!a]", "/\xfe"));
  EXPECT_TRUE(matches("/x*y", "/x\xff\xfe\x80y"));
  EXPECT_TRUE(matches("/**/b", "/\xff/b"));
}

TEST(Glob, BracesNestAndMayHoldSlashes) {
  for (const char* path : {"/a/x", "/b/c/x", "/b/d/x"}) EXPECT_TRUE(matches("/{a,b/{c,d}}/x", path));
  EXPECT_FALSE(matches("/{a,b/{c,d}}/x", "/b/x"));
  EXPECT_TRUE(matches("{/srv,/tmp}/**", "/tmp/q"));
  EXPECT_TRUE(matches("/x{,y}", "/x"));
  EXPECT_TRUE(matches("/x/{**,a}/z", "/x/q/r/z"));
  EXPECT_TRUE(matches("/a,b", "/a,b"));
  EXPECT_TRUE(matches("/{a\\,b,c}", "/a,b"));
}

TEST(Glob, BackslashTakesTheNextCharacterAsItIs) {
  EXPECT_TRUE(matches("/\\*", "/*"));
  EXPECT_FALSE(matches("/\\*", "/x"));
  EXPECT_TRUE(matches("/\\{a\\}", "/{a}"));
  EXPECT_TRUE(matches("/\\é", "/é"));
  EXPECT_TRUE(matches("/.+(x)|$", "/.+(x)|$"));
  EXPECT_FALSE(matches("/.*x", "/axx"));
}

TEST(Glob, NamesAreInsertedLiterally) {
  EXPECT_TRUE(matches("~", "/home/ann"));
  EXPECT_TRUE(matches("~/**", "/home/ann/x"));
  EXPECT_FALSE(matches("/~", "/home/ann"));
  EXPECT_TRUE(matches("/~", "/~"));
  EXPECT_TRUE(matches("{~,/tmp}/x", "/home/ann/x"));
  EXPECT_TRUE(matches("${PWD}/**", "/srv/w [1]*/x"));
  EXPECT_FALSE(matches("${PWD}/**", "/srv/w 1/x"));
  EXPECT_FALSE(matches("${PWD}/*.c", "/srv/w [1]zz/a.c"));
  EXPECT_TRUE(matches("${PWD}/*.c", "/srv/w [1]*/a.c"));
}

TEST(Glob, SlashesAtTheEndAndTwiceCountOnce) {
  EXPECT_TRUE(matches("/srv/app/", "/srv/app"));
  EXPECT_TRUE(matches("//srv///app", "/srv/app"));
}

TEST(Glob, ObjectsWithoutAPlaceMatchNothing) {
  for (const char* path : {"", "pipe:[1]", "x/y", "(unreachable)/x"})
    EXPECT_FALSE(matches("/**", path)) << path;
}

TEST(Glob, MistakesAreSaidInOneSentence) {
  EXPECT_EQ(mistake("/["), "'[' is not closed by ']'");
  EXPECT_EQ(mistake("/[]"), "'[' is not closed by ']'");
  EXPECT_EQ(mistake("/{a"), "'{' is not closed by '}'");
  EXPECT_EQ(mistake("/a}"), "'}' without '{'; for a plain '}' write '\\}'");
  EXPECT_EQ(mistake("/a\\"), "'\\' at the end escapes nothing");
  EXPECT_EQ(mistake("/a**"), "'**' must be a whole component ('/**/'); inside one write '*'");
  EXPECT_EQ(mistake("/[z-a]"), "a range in '[...]' runs backwards");
  EXPECT_EQ(mistake("/[/]"), "'[/]' matches nothing: '/' only stands between components");
  EXPECT_NE(mistake("a/b"), "");
  EXPECT_NE(mistake(""), "");
  EXPECT_NE(mistake("{/a,b}"), "");
  EXPECT_NE(mistake("/a/../b"), "");
  EXPECT_NE(mistake("~bob/x"), "");
  EXPECT_NE(mistake("/${HOME}"), "");
  EXPECT_NE(mistake("~", {"", "/"}), "");
  EXPECT_NE(mistake("${PWD}", {"/", ""}), "");
}

TEST(Glob, HostileGlobsAreRefusedCheaply) {
  std::string many = "/";
  for (int i = 0; i < 20; ++i) many += "{a,b}";
  EXPECT_EQ(mistake(many), "'{...}' makes more than 1024 alternatives");
  EXPECT_EQ(mistake("/" + std::string(100, '{') + std::string(100, '}')), "more than 64 '{' in one glob");
  EXPECT_EQ(mistake("/" + std::string(5000, 'a')), "the glob is longer than 4096 bytes");
}

// The reference: braces expanded as text, then plain backtracking over characters. Slow, short, independent.
namespace reference {

std::vector<std::string> expand(const std::string& glob) {
  int depth = 0;
  std::size_t open = 0;
  std::vector<std::size_t> cuts;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '{' && depth++ == 0) open = i, cuts = {i};
    if (glob[i] == ',' && depth == 1) cuts.push_back(i);
    if (glob[i] == '}' && --depth == 0) {
      cuts.push_back(i);
      std::vector<std::string> result;
      for (std::size_t c = 0; c + 1 < cuts.size(); ++c)
        for (auto& one : expand(glob.substr(0, open) + glob.substr(cuts[c] + 1, cuts[c + 1] - cuts[c] - 1) +
                                glob.substr(i + 1)))
          result.push_back(one);
      return result;
    }
  }
  return {glob};
}

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : path + "/") {
    if (c != '/')
      part += c;
    else if (!part.empty())
      parts.push_back(part), part.clear();
  }
  return parts;
}

std::vector<std::string> characters(const std::string& text) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    if (i + wanted <= text.size()) {
      bool good = true;
      for (std::size_t k = 1; k < wanted; ++k) good = good && (text[i + k] & 0xc0) == 0x80;
      if (good) length = wanted;
    }
    result.push_back(text.substr(i, length));
    i += length;
  }
  return result;
}

using Characters = std::vector<std::string>;

bool component(const Characters& glob, std::size_t g, const Characters& text, std::size_t t) {
  if (g == glob.size()) return t == text.size();
  if (glob[g] == "*") {
    for (std::size_t to = t; to <= text.size(); ++to)
      if (component(glob, g + 1, text, to)) return true;
    return false;
  }
  if (t == text.size()) return false;
  if (glob[g] == "?") return component(glob, g + 1, text, t + 1);
  if (glob[g] == "[") {
    std::size_t end = g + 1;
    const bool negated = glob[end] == "!";
    if (negated) ++end;
    bool inside = false;
    for (; glob[end] != "]"; ++end) {
      if (glob[end + 1] == "-") {
        inside = inside ||
                 (glob[end] <= text[t] && text[t] <= glob[end + 2] && text[t].size() == glob[end].size());
        end += 2;
      } else {
        inside = inside || glob[end] == text[t];
      }
    }
    return inside != negated && component(glob, end + 1, text, t + 1);
  }
  return glob[g] == text[t] && component(glob, g + 1, text, t + 1);
}

bool components(const std::vector<std::string>& glob, std::size_t g, const std::vector<std::string>& path,
                std::size_t p) {
  if (g == glob.size()) return p == path.size();
  if (glob[g] == "**") {
    for (std::size_t to = p; to <= path.size(); ++to)
      if (components(glob, g + 1, path, to)) return true;
    return false;
  }
  return p < path.size() && component(characters(glob[g]), 0, characters(path[p]), 0) &&
         components(glob, g + 1, path, p + 1);
}

bool matches(const std::string& glob, const std::string& path) {
  for (const auto& one : expand(glob))
    if (components(split(one), 0, split(path), 0)) return true;
  return false;
}

}  // namespace reference

class Random {
 public:
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  std::string pick(const std::vector<std::string>& from) {
    return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))];
  }

  std::string path() {
    std::string text;
    for (int i = below(4); i >= 0; --i) {
      text += '/';
      for (int k = 1 + below(3); k > 0; --k) text += pick({"a", "b", "é", "\xff", "\xc3", "."});
      if (text.ends_with("/.") || text.ends_with("/..")) text += "a";
    }
    return below(30) == 0 ? "/" : text;
  }

  std::string glob() {
    std::string text;
    for (int i = below(4); i >= 0; --i) text += "/" + piece(2);
    return text;
  }

 private:
  std::string piece(int depth) {
    if (below(5) == 0) return "**";
    std::string text;
    bool star = false;
    for (int k = 1 + below(3); k > 0; --k) {
      const int kind = below(depth > 0 ? 9 : 7);
      if (kind == 0 && !star)
        text += "*";
      else if (kind == 1)
        text += "?";
      else if (kind == 2)
        text += pick({"[ab]", "[!a]", "[a-b]", "[é]", "[!é]", "[!a-b]"});
      else if (kind >= 7)
        text += "{" + word() + "," + (below(2) ? word() : word() + "/" + word() + "{a,b}") + "}";
      else
        text += word();
      star = kind == 0;
    }
    return text;
  }
  std::string word() { return pick({"a", "b", "ab", "é"}); }

  std::mt19937 engine_{20240607};
};

TEST(PathSet, AgreesWithTheReferenceOnRandomGlobsAndPaths) {
  Random random;
  int matched = 0;
  for (int round = 0; round < 25; ++round) {
    std::vector<std::string> globs;
    for (int i = 0; i < 40; ++i) globs.push_back(random.glob());
    const PathSet set = set_of(globs), starved = set_of(globs, 1);
    for (int i = 0; i < 60; ++i) {
      const std::string path = random.path();
      std::vector<std::uint32_t> expected;
      for (std::uint32_t rule = 0; rule < globs.size(); ++rule)
        if (reference::matches(globs[rule], path)) expected.push_back(rule);
      ASSERT_EQ(match(set, path), expected) << path;
      ASSERT_EQ(match(starved, path), expected) << path;
      matched += static_cast<int>(expected.size());
    }
  }
  EXPECT_GT(matched, 1000);
}

TEST(PathSet, PatternsBeyondTheMemoryOfOneAutomatonStillMatch) {
  // The automaton of these has about 2^20 states: the smallest limit is too little to compile it, the others are too
  // little to keep it.
  std::vector<std::string> globs;
  for (int i = 0; i < 12; ++i) globs.push_back("/x/*a" + std::string(static_cast<std::size_t>(12 + i), '?'));
  std::mt19937 engine(7);
  for (const std::int64_t bytes : {std::int64_t{1}, std::int64_t{1} << 17, std::int64_t{1} << 20}) {
    const PathSet set = set_of(globs, bytes);
    for (int i = 0; i < 20; ++i) {
      std::string path = "/x/";
      for (int k = 0; k < 500; ++k) path += "ab"[engine() & 1];
      std::vector<std::uint32_t> expected;
      for (std::uint32_t rule = 0; rule < globs.size(); ++rule)
        if (path[path.size() - 13 - rule] == 'a') expected.push_back(rule);
      ASSERT_EQ(match(set, path), expected) << bytes;
    }
  }
}

TEST(PathSet, RulesComeAscendingAndOnce) {
  const PathSet set = set_of({"/a/**", "/b", "/{a,a/*}/x", "/**", "/a/*"});
  EXPECT_EQ(match(set, "/a/x"), (std::vector<std::uint32_t>{0, 2, 3, 4}));
  EXPECT_EQ(match(set, "/b"), (std::vector<std::uint32_t>{1, 3}));
}

TEST(PathSet, TenThousandDirectoriesFindTheRightOne) {
  std::vector<std::string> globs;
  for (int i = 0; i < 10000; ++i) globs.push_back("/data/dir" + std::to_string(i) + "/**");
  const PathSet set = set_of(globs);
  EXPECT_EQ(match(set, "/data/dir1234/a/b"), (std::vector<std::uint32_t>{1234}));
  EXPECT_TRUE(match(set, "/data/dir10000/a").empty());
}

}  // namespace
}  // namespace scsup
