// What a new user types: help, errors, policies to check, the table of calls.
#include <set>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

using Usage = ScsupTest;

TEST_F(Usage, HelpOfEachCommandFitsAScreen) {
  for (const Words& command : std::vector<Words>{{},
                                                 {"run"},
                                                 {"serve"},
                                                 {"policy"},
                                                 {"policy", "set"},
                                                 {"syscalls"},
                                                 {"agent"},
                                                 {"ps"},
                                                 {"inspect"},
                                                 {"top"},
                                                 {"reload"},
                                                 {"kill"},
                                                 {"orphans"}}) {
    const bool agent = command == Words{"agent"};
    Words arguments = agent ? Words{} : command;
    arguments.push_back("--help");
    arguments.insert(arguments.begin(), agent ? agent_program() : scsup_program());
    const Finished done = run(plain(arguments));
    EXPECT_EQ(done.code(), 0);
    EXPECT_EQ(done.err, "");
    const auto lines = lines_of(done.out);
    EXPECT_TRUE(done.out.starts_with("Usage: scsup")) << done.out;
    EXPECT_LE(lines.size(), 24u) << done.out;
    for (const std::string& line : lines) EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST_F(Usage, VersionIsOneLine) {
  const Finished done = scsup({"--version"});
  EXPECT_EQ(done.code(), 0);
  EXPECT_TRUE(done.out.starts_with("scsup 0.") && lines_of(done.out).size() == 1) << done.out;
  EXPECT_EQ(run(plain({agent_program(), "--version"})).out, "scsup-agent" + done.out.substr(5));
}

TEST_F(Usage, EachMistakeIsNamedWithWhereToLook) {
  const std::string p = shipped_policy("no-mkdir.json");
  const std::vector<std::pair<Words, std::string>> cases = {
      {{"true"}, "--policy FILE is missing; try 'scsup run --help'"},
      {{"--policy", p}, "the command to run is missing; try 'scsup run --help'"},
      {{"--policy", p, "--"}, "the command to run is missing; try 'scsup run --help'"},
      {{"--policy"}, "the required argument for option '--policy' is missing; try 'scsup run --help'"},
      {{"--polic", p, "true"}, "unrecognised option '--polic'; try 'scsup run --help'"},
      {{"-x", "true"}, "unrecognised option '-x'; try 'scsup run --help'"},
      {{"--policy", p, "--policy", p, "true"}, "option '--policy' is given twice; try 'scsup run --help'"},
      {{"--summary=1", "true"}, "option '--summary' does not take any arguments; try 'scsup run --help'"},
      {{"serve", "--policy", p}, "--socket PATH or --oci-socket PATH is missing; try 'scsup serve --help'"},
      {{"serve", "--policies", "/", "--policy", p},
       "--policy is for one policy, --config and --policies are for several; try 'scsup serve --help'"},
      {{"serve", "--socket", at("s"), "--policy", p, "--threads", "0"},
       "--threads takes 1 to 64; try 'scsup serve --help'"},
      {{"serve", "--socket", at("s"), "--policy", p, "x"},
       "'x' is not expected here; try 'scsup serve --help'"},
      {{"syscalls", "x"}, "'x' is not expected here; try 'scsup syscalls --help'"},
      {{"policy"},
       "one of 'check FILE...', 'show FILE', 'oci FILE' and 'set SESSION FILE' is expected; try 'scsup "
       "policy --help'"},
      {{"policy", "chek", p}, "there is no command 'policy chek'; try 'scsup policy --help'"},
      {{"policy", "check"}, "the FILE is missing; try 'scsup policy --help'"},
      {{"policy", "show"}, "the FILE is missing; try 'scsup policy --help'"},
      {{"policy", "show", p, "x"}, "'x' is not expected here; try 'scsup policy --help'"}};
  for (const auto& [arguments, message] : cases) {
    const Finished done = scsup(arguments);
    EXPECT_EQ(done.code(), 125) << message;
    EXPECT_EQ(done.err, "scsup: " + message + "\n");
    EXPECT_EQ(done.out, "");
  }
}

TEST_F(Usage, WithoutAnyArgumentThereIsTheHelp) {
  const Finished done = scsup({});
  EXPECT_EQ(done.code(), 125);
  EXPECT_EQ(done.err, scsup({"--help"}).out);
}

TEST_F(Usage, TheAgentNamesItsMistakes) {
  const std::vector<std::pair<Words, std::string>> cases = {
      {{"true"}, "no --socket was given; try 'scsup-agent --help'"},
      {{"--socket", "/s"}, "no command was given; try 'scsup-agent --help'"},
      {{"--socket"}, "'--socket' needs a value; try 'scsup-agent --help'"},
      {{"--sokcet", "/s"}, "cannot use the option '--sokcet'; try 'scsup-agent --help'"}};
  for (auto [arguments, message] : cases) {
    arguments.insert(arguments.begin(), agent_program());
    const Finished done = run(plain(arguments));
    EXPECT_EQ(done.code(), 125);
    EXPECT_EQ(done.err, "scsup: " + message + "\n");
  }
}

TEST_F(Usage, CheckIsSilentAboutGoodPolicies) {
  const Finished done =
      scsup({"policy", "check", shipped_policy("no-mkdir.json"), shipped_policy("workspace.json")});
  EXPECT_EQ(done.code(), 0);
  EXPECT_EQ(done.out + done.err, "");
}

TEST_F(Usage, CheckNamesEachMistakeInEachFile) {
  const std::string one =
      policy("{\n  \"defaultAction\": \"SCMP_ACT_ALOW\",\n  \"sycalls\": []\n}\n", "one.json");
  const std::string two = policy(
      "{\"supervise\": {\"rules\": [{\"syscalls\": [\"@mkdri\"], \"action\": \"deny\"}]}}", "two.json");
  const Finished done =
      scsup({"policy", "check", one, shipped_policy("no-mkdir.json"), two, at("none.json")});
  EXPECT_EQ(done.code(), 1);
  const auto lines = lines_of(done.out);
  ASSERT_EQ(lines.size(), 4u) << done.out;
  EXPECT_EQ(lines[0], one + ":2:20: error: unknown action 'SCMP_ACT_ALOW'; did you mean 'SCMP_ACT_ALLOW'?");
  EXPECT_TRUE(lines[1].starts_with(one + ":3:3: error: ") && lines[1].ends_with("did you mean 'syscalls'?"))
      << lines[1];
  EXPECT_TRUE(lines[2].starts_with(two + ":1:40: error: ") && lines[2].ends_with("did you mean '@mkdir'?"))
      << lines[2];
  EXPECT_EQ(lines[3], at("none.json") + ": error: cannot read the policy '" + at("none.json") +
                          "': No such file or directory");
}

TEST_F(Usage, ShowSaysWhereACallIsDecided) {
  const std::string file = shipped_policy("no-mkdir.json");
  const Finished done = scsup({"policy", "show", file});
  EXPECT_EQ(done.code(), 0);
  EXPECT_NE(done.out.find("mkdir, mkdirat  trapped: rule no-mkdir at " + file + ":6:7"), std::string::npos)
      << done.out;
  EXPECT_NE(done.out.find("everything else: filter: allow"), std::string::npos);
  EXPECT_EQ(scsup({"policy", "show", policy("{", "bad.json")}).code(), 1);
}

TEST_F(Usage, SaysWhatAPolicyWasTakenFrom) {
  const std::string bundle = policy(
      R"({"ociVersion": "1.0.2", "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW"}}})", "config.json");
  const std::string note =
      "config.json:1:46: note: this is an OCI bundle's config.json; its linux.seccomp is taken as the "
      "policy\n";
  const Finished loud = scsup({"--policy", bundle, "--audit", "none", "--", "true"});
  EXPECT_EQ(loud.code(), 0);
  EXPECT_NE(loud.err.find(note), std::string::npos) << loud.err;
  const Finished quiet = scsup({"--policy", bundle, "--audit", "none", "--quiet", "--", "true"});
  EXPECT_EQ(quiet.code(), 0);
  EXPECT_EQ(quiet.err, "");
}

TEST_F(Usage, SyscallsAreATableForPeople) {
  const Finished done = scsup({"syscalls"});
  EXPECT_EQ(done.code(), 0);
  EXPECT_NE(done.out.find("\nmkdirat                         258    296    258  @mkdir         emulated  "
                          "dirfd, path, mode\n"),
            std::string::npos);
}

TEST_F(Usage, SyscallsAreJsonForPrograms) {
  const Finished done = scsup({"syscalls", "--json"});
  EXPECT_EQ(done.code(), 0);
  std::set<std::string> names;
  for (const Json& call : parse_records(done.out)) {
    EXPECT_TRUE(names.insert(call["name"]).second) << call;
    if (call["name"] == "unlinkat") {
      EXPECT_EQ(call["groups"], Json::parse(R"(["@rmdir", "@unlink"])"));
    }
    EXPECT_TRUE(call["nr"].is_object() && !call["nr"].empty() && call["args"].size() == 6) << call;
    if (call["name"] != "mkdir") continue;
    EXPECT_EQ(call["nr"]["x86_64"], 83);
    EXPECT_EQ(call["nr"]["i386"], 39);
    EXPECT_EQ(call["groups"], Json::parse(R"(["@mkdir"])"));
    EXPECT_EQ(call["emulated"], true);
    EXPECT_EQ(call["needs"], "create");
    EXPECT_EQ(call["args"][0], "path");
    EXPECT_EQ(call["args"][1], "mode");
  }
  EXPECT_TRUE(names.count("mkdir") && names.count("fchmodat2") && names.size() > 350);
}

TEST_F(Usage, OutputThatCannotBeWrittenIsAFailure) {
  for (const std::string arguments : {"--help", "syscalls", "syscalls --json", "--version", "run --help"}) {
    const Finished done = run(plain({"sh", "-c", scsup_program() + " " + arguments + " >/dev/full"}));
    EXPECT_EQ(done.code(), 125) << arguments;
    EXPECT_EQ(done.err, "scsup: cannot write to standard output: No space left on device\n");
  }
}

}  // namespace
}  // namespace scsup::e2e
