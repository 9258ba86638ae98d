// Policies inside other files: the messages about them, and their places.
#include "supervisor/policy/document/enclosed.h"

#include <gtest/gtest.h>

#include "supervisor/policy/document/parse.h"
#include "supervisor/policy/text/json_text.h"

namespace scsup {
namespace {

using Remarks = std::vector<std::string>;

Remarks remarks(std::string_view text) {
  Remarks lines;
  for (const Diagnostic& diagnostic : parse(text).diagnostics) lines.push_back(render("p", diagnostic));
  return lines;
}

TEST(Enclosed, AnOciBundlesProfileIsTakenWhereItStands) {
  const std::string bundle =
      "{\"ociVersion\": \"1.0.2\", \"process\": {\"args\": [\"sh\"]}, \"linux\": {\"namespaces\": [],\n"
      "  \"seccomp\": {\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 38,\n"
      "    \"syscalls\": [{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ALLOW\"}]}}}";
  const Parsed parsed = parse(bundle);
  EXPECT_EQ(
      remarks(bundle),
      Remarks{"p:2:14: note: this is an OCI bundle's config.json; its linux.seccomp is taken as the policy"});
  ASSERT_EQ(parsed.document.profile.entries.size(), 1u);
  EXPECT_EQ(parsed.document.profile.entries[0].place, (Place{3, 18}));
  EXPECT_EQ(
      remarks("{\"ociVersion\": \"1.0.2\",\n\"linux\": {\"seccomp\": {\"defaultAction\": \"ALLOW\"}}}"),
      (Remarks{"p:2:22: note: this is an OCI bundle's config.json; its linux.seccomp is taken as the policy",
               "p:2:40: error: unknown action 'ALLOW'; did you mean 'SCMP_ACT_ALLOW'?"}));
  EXPECT_EQ(remarks("{\"ociVersion\": \"1.0.2\", \"linux\": {}}"),
            Remarks{"p:1:1: error: this is an OCI bundle's config.json without a profile (linux.seccomp)"});
}

constexpr const char* kubernetes_note =
    " note: this is a Kubernetes SeccompProfile; its \"spec\" is taken as the policy";

TEST(Enclosed, AKubernetesSeccompProfileInYaml) {
  const std::string yaml =
      "# from the cluster\n"
      "---\n"
      "apiVersion: security-profiles-operator.x-k8s.io/v1beta1\n"
      "kind: SeccompProfile\n"
      "metadata: {name: web, annotations: {\"\xc3\xa4\": \"\xe2\x82\xac\"}}\n"
      "spec:\n"
      "  defaultAction: SCMP_ACT_ERRNO\n"
      "  defaultErrnoRet: 0x26\n"
      "  architectures: [SCMP_ARCH_X86_64]\n"
      "  disabled: false\n"
      "  syscalls:\n"
      "  - action: SCMP_ACT_ALLOW\n"
      "    names:\n"
      "    - read\n"
      "    - \"write\"\n"
      "  - {action: SCMP_ACT_LOK, names: [mkdir]}\n";
  const Parsed parsed = parse(yaml);
  EXPECT_EQ(remarks(yaml),
            (Remarks{std::string("p:7:3:") + kubernetes_note,
                     "p:16:14: error: unknown action 'SCMP_ACT_LOK'; did you mean 'SCMP_ACT_LOG'?"}));
  ASSERT_EQ(parsed.document.profile.entries.size(), 2u);
  EXPECT_EQ(parsed.document.profile.entries[0].names[1].place, (Place{15, 7}));
  EXPECT_EQ(parsed.document.profile.entries[0].names[1].value, "write");
}

TEST(Enclosed, YamlPlacesAreInBytesAsThoseOfJson) {
  EXPECT_EQ(remarks("kind: SeccompProfile\napiVersion: v1\nspec: {\"comment\": \"\xc3\xa4\xe2\x82\xac\", "
                    "defaultAction: ALLOW}\n")[1],
            "p:3:43: error: unknown action 'ALLOW'; did you mean 'SCMP_ACT_ALLOW'?");
}

TEST(Enclosed, YamlThatIsNoPolicyIsRefusedInWords) {
  const std::string head = "apiVersion: v1\nkind: SeccompProfile\n";
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"defaultAction: SCMP_ACT_ALLOW\n",
       "p:1:1: error: a policy is JSON; YAML is taken only of a Kubernetes SeccompProfile (apiVersion, kind, "
       "spec)"},
      {"apiVersion: v1\nkind: Pod\n",
       "p:2:7: error: this Kubernetes object is the string 'Pod'; a SeccompProfile is expected"},
      {head, "p:1:1: error: this SeccompProfile has no \"spec\""},
      {head + "spec: {disabled: true}", "p:3:18: error: this SeccompProfile is disabled"},
      {head + "spec:\n  baseProfileName: runc\n",
       "p:4:20: error: this SeccompProfile only adds to another, the string 'runc', which is not in this "
       "file "
       "(baseProfileName)"},
      {head + "spec: &a {x: *a}\n",
       "p:3:14: error: references to anchors ('*name') are not taken here; write it out"},
      {head + "spec: !!map {}\n", "p:3:7: error: tags ('!...') are not taken here"},
      {head + "spec: {}\n---\nkind: x\n", "p:4:1: error: a second document begins here; a policy is one"},
      {head + "kind: SeccompProfile\nspec: {}\n", "p:3:1: error: duplicate key 'kind'; it is already at 2:1"},
      {head + "spec: {[a]: b}\n", "p:3:8: error: a key is a word or a string"},
      {"a: \xff\n", "p:1:4: error: this byte is no UTF-8; a policy is UTF-8 text"},
  };
  for (const auto& [text, remark] : bad) {
    const Remarks said = remarks(text);
    ASSERT_FALSE(said.empty()) << text;
    EXPECT_EQ(said[0], remark) << text;
    EXPECT_TRUE(has_errors(parse(text).diagnostics)) << text;
  }
  EXPECT_NE(remarks("kind: [\n")[0].find("p:2:1: error: this is no YAML: "), std::string::npos);
  std::string deep = "kind: ";
  for (int i = 0; i < 100; ++i) deep += "[";
  EXPECT_EQ(remarks(deep)[0], "p:1:38: error: nested too deep: a policy has at most 32 levels");
}

// A YAML value, as JSON.
std::string resolved(const std::string& written) {
  Diagnostics none;
  const auto tree =
      read_policy_tree("apiVersion: v1\nkind: SeccompProfile\nspec:\n  comment: " + written + "\n", none);
  return tree ? json_text(tree->find("comment")->value) : "";
}

TEST(Enclosed, YamlWordsAreWhatKubernetesTakesThemFor) {
  const std::vector<std::pair<const char*, const char*>> words = {
      {"12", "12"},
      {"-3", "-3"},
      {"0x1f", "31"},
      {"0777", "511"},
      {"0o17", "15"},
      {"1.5", "1.5"},
      {"true", "true"},
      {"False", "false"},
      {"~", "null"},
      {"", "null"},
      {"yes", "\"yes\""},
      {"\"12\"", "\"12\""},
      {"1.2.3", "\"1.2.3\""},
      {"e5", "\"e5\""},
      {"'~'", "\"~\""},
      {"!!str 5", "\"5\""},
      {"0x", "\"0x\""},
      {"08", "8"},
      {"55555555555555555555", "55555555555555555555"}};
  for (const auto& [written, json] : words) EXPECT_EQ(resolved(written), json) << written;
}

// A reader of such a file could take either for the policy.
TEST(Enclosed, APolicyIsNoEnclosingFile) {
  for (const char* more : {R"("ociVersion": "1", "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW"}})",
                           R"("apiVersion": "v1", "kind": "SeccompProfile", "spec": {})",
                           R"("HostConfig": {"SecurityOpt": ["seccomp={}"]})"})
    for (const char* own : {R"("defaultAction": "SCMP_ACT_ERRNO")", R"("supervise": {"rules": []})"}) {
      const Parsed parsed = parse("{" + std::string(own) + ", " + more + "}");
      EXPECT_TRUE(has_errors(parsed.diagnostics)) << own << more;
      for (const Diagnostic& one : parsed.diagnostics) EXPECT_NE(one.severity, Diagnostic::Severity::note);
    }
}

constexpr const char* option_note =
    " note: this is a container's security options; the profile in \"seccomp=...\" is taken as the policy";

TEST(Enclosed, WhatDockerInspectPrintsHasItsPlacesInTheFile) {
  // A euro sign and a less-than sign, escaped, stand before the mistake.
  const std::string profile =
      R"({\"comment\":\"\u20ac\u003c\ud83d\ude00\",\n\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_LOK\"}]})";
  const std::string options = "[\"no-new-privileges\",\n  \"seccomp=" + profile + "\"]";
  const std::size_t line_start = options.find('\n') + 1;
  const std::string place = "p:2:" + std::to_string(options.find("\\\"SCMP_ACT_LOK") - line_start + 1) + ":";
  const std::string note = "p:2:" + std::to_string(options.find('{') - line_start + 1) + ":" + option_note;
  const Remarks right{note, place + " error: unknown action 'SCMP_ACT_LOK'; did you mean 'SCMP_ACT_LOG'?"};
  EXPECT_EQ(remarks(options), right);
  EXPECT_EQ(remarks("[\n{\"Id\": 1, \"HostConfig\": {\"SecurityOpt\": " + options + "}}]").size(), 2u);
  EXPECT_EQ(remarks("{\"SecurityOpt\": " + options + "}")[1], right[1]);
}

TEST(Enclosed, OptionsWithoutQuotesToo) {
  const std::string profile =
      R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_LOK"}]})";
  for (const std::string& text :
       {"[no-new-privileges seccomp=" + profile + " label=disable]\n", "seccomp=" + profile}) {
    const std::string at = std::to_string(text.find("\"SCMP_ACT_LOK") + 1);
    ASSERT_EQ(remarks(text).size(), 2u) << text;
    EXPECT_EQ(remarks(text)[1],
              "p:1:" + at + ": error: unknown action 'SCMP_ACT_LOK'; did you mean 'SCMP_ACT_LOG'?");
  }
}

TEST(Enclosed, OptionsWithoutAProfileSayWhy) {
  EXPECT_EQ(remarks(R"(["seccomp=unconfined"])"),
            Remarks{"p:1:2: error: the container's seccomp option is 'unconfined': the container runs "
                    "without a profile"});
  EXPECT_EQ(remarks("[seccomp=/etc/p.json]\n"),
            Remarks{"p:1:2: error: the container's seccomp option is '/etc/p.json': give that file instead"});
  EXPECT_EQ(
      remarks(R"([{"HostConfig": {"SecurityOpt": null}}])"),
      Remarks{
          "p:1:2: error: this container has no seccomp option (HostConfig.SecurityOpt): it runs under the "
          "engine's own profile, which is not in this file"});
  EXPECT_EQ(remarks(R"(["no-new-privileges"])"),
            Remarks{"p:1:1: error: none of these security options is \"seccomp=...\""});
  EXPECT_EQ(remarks(R"([{"HostConfig": {}}, {"HostConfig": {}}])"),
            Remarks{"p:1:22: error: this is 'docker inspect' of several containers; one is expected"});
  EXPECT_EQ(remarks(R"(["seccomp={}", "seccomp=unconfined"])"),
            Remarks{"p:1:16: error: this is a second \"seccomp=...\"; one is expected"});
  const char* const bare = R"(seccomp={"defaultAction":"SCMP_ACT_ALLOW"})";
  const std::string all = bare;
  const std::string words = " error: expected options that are words, and ']', behind the profile";
  EXPECT_EQ(remarks(all + " {}"), Remarks{"p:1:43: error: expected nothing behind the profile"});
  EXPECT_EQ(remarks("[" + all + " " + all + "]"), Remarks{"p:1:44:" + words});
  EXPECT_EQ(remarks("[" + all), Remarks{"p:1:44:" + words});
  const Remarks broken = remarks(R"(["seccomp={\"defaultAction\" 5}"])");
  EXPECT_EQ(broken, Remarks{"p:1:30: error: expected ':' after the key, found '5'"});
}

}  // namespace
}  // namespace scsup
