#include "tests/unit/bad_policy.h"

namespace scsup {
namespace {

const Bad bad_path[] = {
    {"number",
     mkdir_rule("\"path\": 5"),
     {"p:5:9: error: expected a string for \"path\", found the number 5"}},
    {"empty_list",
     mkdir_rule("\"path\": []"),
     {"p:5:9: error: \"path\" is an empty list: it would match nothing"}},
    {"empty", mkdir_rule("\"path\": [\"/a\", \"\"]"), {"p:5:17: error: an empty path matches nothing: ''"}},
    {"open_class", mkdir_rule("\"path\": \"/a/[bc\""), {"p:5:13: error: '[' is not closed by ']': '/a/[bc'"}},
    {"class_of_bracket",
     mkdir_rule("\"path\": \"/a/[]\""),
     {"p:5:13: error: '[' is not closed by ']': '/a/[]'"}},
    {"open_brace",
     mkdir_rule("\"path\": \"/{a,{b}\""),
     {"p:5:11: error: '{' is not closed by '}': '/{a,{b}'"}},
    {"stray_brace",
     mkdir_rule("\"path\": \"/a}\""),
     {"p:5:12: error: '}' without '{'; for a plain '}' write '\\}': '/a}'"}},
    {"escaped_so_the_string_is_meant",
     mkdir_rule("\"path\": \"\\/a/[bc\""),
     {"p:5:9: error: '[' is not closed by ']': '/a/[bc'"}},
    {"relative",
     mkdir_rule("\"path\": \"a/b\""),
     {"p:5:9: error: a path starts with '/', '~' or '${PWD}': it is compared with the whole resolved path: "
      "'a/b'"}},
    {"double_star_first",
     mkdir_rule("\"path\": \"**/b\""),
     {"p:5:10: error: a path starts with '/', '~' or '${PWD}'; for any directory write '/**': '**/b'"}},
    {"unknown_name",
     mkdir_rule("\"path\": \"${PDW}/b\""),
     {"p:5:10: error: unknown name '${PDW}' in a path; did you mean 'PWD'?: '${PDW}/b'"}},
    {"home_by_name",
     mkdir_rule("\"path\": \"${HOME}/b\""),
     {"p:5:10: error: unknown name '${HOME}' in a path; write '~' for the home directory: '${HOME}/b'"}},
    {"open_name",
     mkdir_rule("\"path\": \"${PWD/b\""),
     {"p:5:10: error: '${' is not closed by '}': '${PWD/b'"}},
    {"other_home",
     mkdir_rule("\"path\": \"~joe/b\""),
     {"p:5:9: error: '~' stands for the own home only: write '~' or '~/...', or '\\~' for a plain '~': "
      "'~joe/b'"}},
    {"dot_dot",
     mkdir_rule("\"path\": \"/a/../b\""),
     {"p:5:9: error: a component '..' never matches: resolved paths have none: '/a/../b'"}},
    {"nul", mkdir_rule("\"path\": \"/a\\u0000b\""), {"p:5:9: error: no path holds a NUL byte: '/a\\x00b'"}},
};
INSTANTIATE_TEST_SUITE_P(Path, BadPolicy, testing::ValuesIn(bad_path), case_name);

// Rules that can't be reached. Each has its own line, from line 3 on.
const Bad unreachable[] = {
    {"all_decided",
     rules("{\"id\": \"a\", \"syscalls\": [\"@mkdir\"], \"action\": \"deny\"},\n"
           "{\"id\": \"b\", \"syscalls\": [\"mkdir\"], \"path\": \"/x\", \"action\": \"allow\"}"),
     {"p:4:1: error: rule 'b' can never be reached: rule 'a' at line 3 decides every mkdir"}},
    {"decided_without_ids",
     rules("{\"syscalls\": [\"@mkdir\"], \"action\": \"deny\"},\n"
           "{\"syscalls\": [\"mkdir\", \"mkdirat\"], \"mode\": \"0700\", \"action\": \"allow\"}"),
     {"p:4:1: error: this rule can never be reached: the rule at line 3 decides every mkdir and mkdirat"}},
    {"decided_by_several",
     rules("{\"syscalls\": [\"mkdir\"], \"action\": \"deny\"},\n"
           "{\"syscalls\": [\"mkdirat\"], \"action\": \"deny\"},\n"
           "{\"id\": \"c\", \"syscalls\": [\"@mkdir\"], \"action\": \"allow\"}"),
     {"p:5:1: error: rule 'c' can never be reached: the rules before it decide all of its calls"}},
    {"identical",
     rules("{\"id\": \"a\", \"syscalls\": [\"@mkdir\"], \"path\": [\"/x\", \"/y\"], \"mode\": [\"0700\", "
           "\"0711\"], \"action\": \"deny\"},\n"
           "{\"id\": \"b\", \"syscalls\": [\"mkdirat\"], \"mode\": [\"0711\", \"0700\"], \"path\": \"/y\", "
           "\"action\": \"allow\"}"),
     {"p:4:1: error: rule 'b' can never be reached: rule 'a' at line 3 decides the same calls under the same "
      "conditions"}},
};
INSTANTIATE_TEST_SUITE_P(Unreachable, BadPolicy, testing::ValuesIn(unreachable), case_name);

const Bad doubtful[] = {
    {"two_conditions_on_one_argument",
     arguments("{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"},\n{\"index\": 0, \"value\": 2, \"op\": "
               "\"SCMP_CMP_EQ\"}"),
     {"p:4:1: warning: this entry has a second condition on argument 0: as in runc, any one of its "
      "conditions then suffices"}},
    {"errno_and_its_name_differ",
     entries("{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 1, \"errno\": \"EACCES\"}"),
     {"p:2:70: warning: 'EACCES' is 13, but \"errnoRet\" says 1; the number counts, as in Docker"}},
    {"errno_without_use",
     entries("{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ALLOW\", \"errnoRet\": 1}"),
     {"p:2:58: warning: \"errnoRet\" has no effect: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take it"}},
    {"no_names",
     entries("{\"names\": [], \"action\": \"SCMP_ACT_ALLOW\"}"),
     {"p:2:11: warning: \"names\" is empty: this entry has no effect"}},
};
INSTANTIATE_TEST_SUITE_P(Doubtful, BadPolicy, testing::ValuesIn(doubtful), case_name);

TEST(Rules, ThatOverlapInPartCanBeReached) {
  EXPECT_EQ(remarks(rules("{\"syscalls\": [\"mkdir\"], \"action\": \"deny\"},\n"
                          "{\"syscalls\": [\"@mkdir\"], \"action\": \"allow\"}")),
            std::vector<std::string>{});
  EXPECT_EQ(remarks(rules("{\"syscalls\": [\"mkdir\"], \"path\": \"/**\", \"action\": \"deny\"},\n"
                          "{\"syscalls\": [\"mkdir\"], \"action\": \"allow\"}")),
            std::vector<std::string>{});
  EXPECT_EQ(remarks(rules("{\"syscalls\": [\"mkdir\"], \"mode\": {\"any\": \"07\"}, \"action\": \"deny\"},\n"
                          "{\"syscalls\": [\"mkdir\"], \"mode\": {\"all\": \"07\"}, \"action\": \"allow\"}")),
            std::vector<std::string>{});
}

TEST(Rules, WithMistakesDecideNothingForTheRulesAfterThem) {
  EXPECT_EQ(remarks(rules("{\"syscalls\": [\"mkdir\"], \"path\": 5, \"action\": \"deny\"},\n"
                          "{\"syscalls\": [\"mkdir\"], \"action\": \"allow\"}")),
            std::vector<std::string>{"p:3:33: error: expected a string for \"path\", found the number 5"});
}

TEST(Mistakes, AreAllReportedInFileOrder) {
  EXPECT_EQ(remarks("{\n \"defaultAction\": \"SCMP_ACT_ALLOW\", \"defaultAction\": \"SCMP_ACT_LOG\",\n"
                    " \"supervise\": {\"rules\": [\n"
                    "  {\"syscalls\": [\"mkdirr\", \"@chmo\"], \"action\": \"deni\"},\n"
                    "  {\"syscalls\": [\"chmod\"], \"mode\": 700, \"path\": \"x\", \"action\": \"deny\"}]},\n"
                    " \"syscalls\": [{\"names\": [1]}]\n}"),
            (std::vector<std::string>{"p:2:37: error: duplicate key 'defaultAction'; it is already at 2:2",
                                      "p:4:17: error: unknown syscall 'mkdirr'; did you mean 'mkdir'?",
                                      "p:4:27: error: unknown group '@chmo'; did you mean '@chmod'?",
                                      "p:4:47: error: unknown action 'deni'; did you mean 'deny'?",
                                      "p:5:35: error: expected an octal string for \"mode\", found the "
                                      "number 700: write \"0700\", JSON has no octal numbers",
                                      "p:5:48: error: a path starts with '/', '~' or '${PWD}': it is "
                                      "compared with the whole resolved path: 'x'",
                                      "p:6:15: error: this entry has no \"action\"",
                                      "p:6:26: error: expected a string for \"names\", found the number 1"}));
}

TEST(Mistakes, AreCutOffWhenTheFileIsNothingElse) {
  std::string text =
      "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"supervise\": {\"rules\": [{\"action\": \"deny\", "
      "\"syscalls\": [\"x\"";
  for (int i = 0; i < 100'000; ++i) text += ", \"mkdirr\"";
  text += "]}]}}";
  auto found = remarks(text);
  EXPECT_EQ(found.size(), policy_mistake_limit + 1);
  EXPECT_EQ(found.back(), "p: error: there may be more mistakes; correct these first");
}

TEST(HostilePolicy, NestingIsRefusedAtOnce) {
  for (const char* open : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += open;
    std::string at = std::to_string(policy_depth_limit * std::string(open).size() + 1);
    EXPECT_EQ(remarks(text), std::vector<std::string>{
                                 "p:1:" + at + ": error: nested too deep: a policy has at most 32 levels"});
  }
}

TEST(HostilePolicy, SizeIsRefusedWithoutReading) {
  std::string text(policy_size_limit + 1, ' ');
  EXPECT_EQ(remarks(text), std::vector<std::string>{"p: error: the policy is larger than 16 MiB"});
  text.pop_back();
  text[0] = ']';
  EXPECT_EQ(remarks(text), std::vector<std::string>{"p:1:1: error: expected a policy, '{...}', found ']'"});
}

TEST(HostilePolicy, SoManyValuesAreRefused) {
  std::string text = "{\"a\": [0";
  for (int i = 0; i < 1'000'000; ++i) text += ",0";
  EXPECT_EQ(remarks(text + "]}").at(0), "p:1:2000008: error: more than 1000000 values in one policy");
}

TEST(HostilePolicy, WordsCantWriteIntoTheTerminal) {
  EXPECT_EQ(remarks(file("\"\\u001b[2J\\n\": 1, \"supervise\": {}")),
            std::vector<std::string>{"p:2:1: error: unknown key '\\x1b[2J\\x0a' in the policy"});
  std::string word(100, 'x');
  EXPECT_EQ(
      remarks("{\"" + word + "\": 1, \"supervise\": {}}"),
      std::vector<std::string>{"p:1:2: error: unknown key '" + word.substr(0, 80) + "...' in the policy"});
}

TEST(Profile, IsReadAsDockerMeansIt) {
  Profile p = document(R"({
    "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "defaultErrno": "ENOSYS",
    "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
                {"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null}],
    "architectures": null, "flags": ["SECCOMP_FILTER_FLAG_LOG"], "listenerPath": "", "listenerMetadata": "m", "comment": "",
    "syscalls": [
      {"names": ["read", "no_such_call"], "action": "SCMP_ACT_ALLOW", "args": null, "comment": "c", "includes": {}, "excludes": {}},
      {"name": "socket", "action": "SCMP_ACT_ERRNO", "errnoRet": 22, "errno": "EINVAL",
       "args": [{"index": 0, "value": 16, "valueTwo": 0, "op": "SCMP_CMP_NE"},
                {"index": 5, "value": 18446744073709551615, "valueTwo": 7, "op": "SCMP_CMP_MASKED_EQ"}],
       "includes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["amd64"], "minKernel": "4.8"}, "excludes": {"caps": ["CAP_BPF"]}}]})")
                  .profile;
  EXPECT_EQ(p.default_action->value, ProfileAction::error);
  EXPECT_EQ(p.default_action->place, (Place{2, 22}));
  EXPECT_EQ(p.default_errno_ret, 38u);
  ASSERT_EQ(p.arch_map.size(), 2u);
  EXPECT_EQ(p.arch_map[0].architecture.value, "SCMP_ARCH_X86_64");
  EXPECT_EQ(p.arch_map[0].sub.at(1).value, "SCMP_ARCH_X32");
  EXPECT_EQ(p.flags.at(0).value, "SECCOMP_FILTER_FLAG_LOG");
  ASSERT_EQ(p.entries.size(), 2u);
  EXPECT_EQ(p.entries[0].place, (Place{7, 7}));
  EXPECT_EQ(p.entries[0].names.at(1).value, "no_such_call");
  EXPECT_EQ(p.entries[0].names.at(1).place, (Place{7, 26}));
  EXPECT_EQ(p.entries[0].comment, "c");
  const ProfileEntry& socket = p.entries[1];
  EXPECT_EQ(socket.names.at(0).value, "socket");
  EXPECT_EQ(socket.errno_ret, 22u);
  EXPECT_EQ(socket.args.at(0).comparison.op, Compare::ne);
  EXPECT_EQ(socket.args.at(0).comparison.value, 16u);
  EXPECT_EQ(socket.args.at(1).comparison.arg, 5);
  EXPECT_EQ(socket.args.at(1).comparison.op, Compare::eq);
  EXPECT_EQ(socket.args.at(1).comparison.mask, ~std::uint64_t{0});
  EXPECT_EQ(socket.args.at(1).comparison.value, 7u);
  EXPECT_EQ(socket.includes.min_kernel, "4.8");
  EXPECT_EQ(socket.includes.arches.at(0).value, "amd64");
  EXPECT_EQ(socket.excludes.caps.at(0).value, "CAP_BPF");
}

TEST(Profile, KnowsEveryAction) {
  const std::pair<const char*, ProfileAction> actions[] = {{"KILL", ProfileAction::kill_thread},
                                                           {"KILL_THREAD", ProfileAction::kill_thread},
                                                           {"KILL_PROCESS", ProfileAction::kill_process},
                                                           {"TRAP", ProfileAction::trap},
                                                           {"ERRNO", ProfileAction::error},
                                                           {"TRACE", ProfileAction::trace},
                                                           {"ALLOW", ProfileAction::allow},
                                                           {"LOG", ProfileAction::log},
                                                           {"NOTIFY", ProfileAction::notify}};
  for (auto [word, action] : actions) {
    Document d =
        document(entries("{\"names\": [\"a\"], \"action\": \"SCMP_ACT_" + std::string(word) + "\"}"));
    EXPECT_EQ(d.profile.entries.at(0).action, action) << word;
  }
}

TEST(Profile, KnowsEveryOperator) {
  const std::pair<const char*, Compare> operators[] = {{"NE", Compare::ne}, {"LT", Compare::lt},
                                                       {"LE", Compare::le}, {"EQ", Compare::eq},
                                                       {"GE", Compare::ge}, {"GT", Compare::gt}};
  for (auto [word, op] : operators) {
    Document d =
        document(arguments("{\"index\": 1, \"value\": 9, \"op\": \"SCMP_CMP_" + std::string(word) + "\"}"));
    const Comparison& c = d.profile.entries.at(0).args.at(0).comparison;
    EXPECT_EQ(c.op, op) << word;
    EXPECT_EQ(c.value, 9u);
    EXPECT_EQ(c.mask, ~std::uint64_t{0});
  }
}

TEST(Profile, OfDebiansPodmanLoads) {
  const char* path = "/usr/share/containers/seccomp.json";
  std::ifstream in(path);
  if (!in) GTEST_SKIP() << path << " is missing (golang-github-containers-common)";
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_GT(document(text.str()).profile.entries.size(), 10u);
}

TEST(Supervise, IsReadWhole) {
  Supervise s = *document(R"({"supervise": {
    "audit": "all", "io_uring": "allow", "comment": "why", "default": {"action": "deny", "errno": "EACCES"},
    "rules": [
      {"id": "a.b_c-1", "syscalls": ["mkdir", "@chmod"], "path": ["/srv/{a,b}/**", "~/x[!a-z]?", "${PWD}/*"],
       "mode": {"any": "06000", "none": "0002", "all": "0400", "min": "0", "max": "07777"}, "action": "allow", "audit": true, "comment": "c"},
      {"syscalls": ["fchmodat2"], "flags": ["AT_EMPTY_PATH", "AT_SYMLINK_NOFOLLOW"], "mode": ["0700", "711"], "action": "deny"},
      {"syscalls": ["fchmodat2"], "flags": {"none": ["AT_EMPTY_PATH", 256]}, "path": "/p", "action": "emulate", "emulate": {"mode_mask": "0755"}},
      {"syscalls": ["setuid"], "uid": [0, 4294967295], "action": "deny", "errno": "ENOTSUP"},
      {"syscalls": ["setgid"], "gid": {"min": 1, "max": 999}, "action": "deny", "audit": false},
      {"syscalls": ["setgid"], "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_GT"}], "action": "allow"}]}})")
                     .supervise;
  EXPECT_EQ(s.audit, AuditScope::all);
  EXPECT_TRUE(s.allow_io_uring);
  EXPECT_EQ(s.fallback->action, RuleAction::deny);
  EXPECT_EQ(s.fallback->err, EACCES);
  ASSERT_EQ(s.rules.size(), 6u);
  const Rule& first = s.rules[0];
  EXPECT_EQ(first.id, "a.b_c-1");
  EXPECT_EQ(first.place, (Place{4, 7}));
  EXPECT_EQ(first.syscalls.at(1).value, "@chmod");
  EXPECT_EQ(first.paths.at(2).value, "${PWD}/*");
  EXPECT_EQ(first.paths.at(0).place, (Place{4, 67}));
  EXPECT_EQ(first.action, RuleAction::allow);
  EXPECT_EQ(first.audit, true);
  const ArgumentCondition& mode = first.conditions.at(0);
  EXPECT_EQ(mode.role, Role::mode);
  EXPECT_EQ(mode.place, (Place{5, 8}));
  EXPECT_EQ(mode.any, 06000u);
  EXPECT_EQ(mode.none, 2u);
  EXPECT_EQ(mode.all, 0400u);
  EXPECT_EQ(mode.min, 0u);
  EXPECT_EQ(mode.max, 07777u);
  EXPECT_EQ(s.rules[1].conditions.at(0).one_of, (std::vector<std::uint64_t>{0700, 0711}));
  EXPECT_EQ(s.rules[1].conditions.at(1).all, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
  EXPECT_EQ(s.rules[1].err, EPERM);
  EXPECT_EQ(s.rules[1].audit, std::nullopt);
  EXPECT_EQ(s.rules[2].conditions.at(0).none, AT_EMPTY_PATH | 256);
  EXPECT_EQ(s.rules[2].mode_mask, 0755u);
  EXPECT_EQ(s.rules[3].conditions.at(0).one_of, (std::vector<std::uint64_t>{0, 0xffffffff}));
  EXPECT_EQ(s.rules[3].err, ENOTSUP);
  EXPECT_EQ(s.rules[4].conditions.at(0).max, 999u);
  EXPECT_EQ(s.rules[4].audit, false);
  EXPECT_EQ(s.rules[5].args.at(0).comparison.op, Compare::gt);
}

TEST(Supervise, IsNeededNoMoreThanItsKey) {
  EXPECT_TRUE(document(R"({"supervise": {"audit": "denied"}})").supervise.has_value());
  EXPECT_FALSE(document(R"({"defaultAction": "SCMP_ACT_ALLOW"})").supervise.has_value());
}

TEST(Supervise, FchmodHasAnObjectToo) {
  document(rule("\"syscalls\": [\"fchmod\"], \"path\": \"/x\", \"action\": \"deny\""));
}

TEST(Supervise, TenThousandRulesAreReadQuickly) {
  std::string list;
  for (int i = 0; i < 10'000; ++i)
    list += std::string(i ? ",\n" : "") + "{\"id\": \"r" + std::to_string(i) +
            "\", \"syscalls\": [\"@mkdir\", \"@chmod\"], \"path\": [\"/srv/" + std::to_string(i) +
            "/**\"], \"action\": \"allow\"}";
  const std::clock_t start = std::clock();  // only this process's time: a busy machine doesn't matter
  EXPECT_EQ(document(rules(list)).supervise->rules.size(), 10'000u);
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 20);
}

TEST(Diagnostics, AreRenderedWithTheirPlace) {
  Diagnostic warning{Diagnostic::Severity::warning, {6, 7}, "w"};
  EXPECT_EQ(render("a.json", warning), "a.json:6:7: warning: w");
  EXPECT_EQ(render("a.json", Place{6, 7}), "a.json:6:7");
  EXPECT_EQ(render("a.json", Place{}), "a.json");
  EXPECT_FALSE(has_errors({warning}));
  EXPECT_TRUE(has_errors({warning, {Diagnostic::Severity::error, {}, "e"}}));
}

TEST(DidYouMean, NamesTheClosestWordOrNone) {
  const std::string_view words[] = {"mkdir", "mknod", "rmdir", "SCMP_ACT_ERRNO"};
  EXPECT_EQ(did_you_mean("mkdri", words), "; did you mean 'mkdir'?");
  EXPECT_EQ(did_you_mean("MKDIR", words), "; did you mean 'mkdir'?");
  EXPECT_EQ(did_you_mean("rmdirr", words), "; did you mean 'rmdir'?");
  EXPECT_EQ(did_you_mean("ERRNO", words), "; did you mean 'SCMP_ACT_ERRNO'?");
  EXPECT_EQ(did_you_mean("xyz", words), "");
  EXPECT_EQ(did_you_mean("", words), "");
}

TEST(ErrnoNames, AreThoseOfErrnoH) {
  EXPECT_EQ(errno_by_name("EACCES"), 13);
  EXPECT_EQ(errno_by_name("EWOULDBLOCK"), EAGAIN);
  EXPECT_EQ(errno_by_name("eacces"), std::nullopt);
  EXPECT_EQ(errno_name(EAGAIN), "EAGAIN");
  EXPECT_EQ(errno_name(EOPNOTSUPP), "EOPNOTSUPP");
  EXPECT_EQ(errno_name(0), "");
  EXPECT_EQ(errno_name(4095), "");
  for (std::string_view name : all_errno_names()) {
    int number = errno_by_name(name).value();
    EXPECT_STREQ(std::string(name == "EWOULDBLOCK" ? "EAGAIN"
                             : name == "EDEADLOCK" ? "EDEADLK"
                             : name == "ENOTSUP"   ? "EOPNOTSUPP"
                                                   : name)
                     .c_str(),
                 strerrorname_np(number));
  }
  for (int number = 1; number < 134; ++number)
    EXPECT_EQ(errno_name(number), strerrorname_np(number) ? strerrorname_np(number) : "") << number;
}

}  // namespace
}  // namespace scsup
