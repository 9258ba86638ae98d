#include "tests/e2e/scsup_test.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "tests/schema/audit_schema.h"

namespace scsup::e2e {

namespace fs = std::filesystem;

namespace {

std::string program(const char* built) {
  const char* folder = std::getenv("SCSUP_BIN_DIR");
  return folder ? std::string(folder) + "/" + fs::path(built).filename().string() : built;
}

}  // namespace

std::string scsup_program() { return program(SCSUP_PROGRAM); }
std::string agent_program() { return program(SCSUP_AGENT_PROGRAM); }
std::string audit_program() { return program(SCSUP_AUDIT_PROGRAM); }
std::string own_program(const std::string& name) { return SCSUP_E2E_PROGRAMS "/" + name; }
std::string shipped_policy(const std::string& name) { return SCSUP_SOURCE "/policies/" + name; }
std::string profile(const std::string& name) { return SCSUP_SOURCE "/tests/e2e/profiles/" + name; }

ScsupTest::ScsupTest() {
  std::string name = fs::canonical(fs::temp_directory_path()).string() + "/scsup-e2e-XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a directory in " + name);
  work_ = name;
  umask(022);
}

ScsupTest::~ScsupTest() {
  tests::expect_known_records(work_);
  std::error_code ignored;
  fs::remove_all(work_, ignored);
}

std::string ScsupTest::policy(const std::string& text, const std::string& name) const {
  write_file(at(name), text);
  return at(name);
}

Start ScsupTest::plain(const Words& argv) const {
  Start start{argv};
  start.env = {
      {"LC_ALL", "C"}, {"HOME", work_}, {"SCSUP_AUDIT", std::nullopt}, {"XDG_STATE_HOME", std::nullopt}};
  start.directory = work_;
  return start;
}

Start ScsupTest::under(const std::string& policy_file, const Words& command, const Words& options) const {
  Words argv = {scsup_program(), "--policy", policy_file};
  if (std::find(options.begin(), options.end(), "--audit") == options.end())
    argv.insert(argv.end(), {"--audit", at("audit.jsonl")});
  argv.insert(argv.end(), options.begin(), options.end());
  argv.push_back("--");
  argv.insert(argv.end(), command.begin(), command.end());
  return plain(argv);
}

Finished ScsupTest::scsup(Words arguments) const {
  arguments.insert(arguments.begin(), scsup_program());
  return run(plain(arguments));
}

std::vector<Json> parse_records(const std::string& text) {
  std::vector<Json> records;
  // The log may be growing: a line counts once it is complete.
  for (const std::string& line : lines_of(text.substr(0, text.rfind('\n') + 1)))
    if (!line.starts_with(R"({"type":"seal")")) records.push_back(Json::parse(line));
  return records;
}

std::vector<Json> parse_seals(const std::string& text) {
  std::vector<Json> seals;
  for (const std::string& line : lines_of(text))
    if (line.starts_with(R"({"type":"seal")")) seals.push_back(Json::parse(line));
  return seals;
}

std::vector<Json> ScsupTest::records(const std::string& type) const {
  const std::string log = read_file(at("audit.jsonl"));
  std::vector<Json> all = type == "seal" ? parse_seals(log) : parse_records(log);
  if (!type.empty()) std::erase_if(all, [&](const Json& record) { return record["type"] != type; });
  return all;
}

std::vector<Json> ScsupTest::calls(const std::string& act) const {
  std::vector<Json> all = records("call");
  std::erase_if(all, [&](const Json& record) { return record["act"] != act; });
  return all;
}

std::string tree(const std::string& folder) {
  std::vector<std::string> lines;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    struct stat st {};
    lstat(entry.path().c_str(), &st);
    char text[64];
    std::snprintf(text, sizeof text, "%06o %u:%u ", st.st_mode, st.st_uid, st.st_gid);
    lines.push_back(text + fs::relative(entry.path(), folder).string());
  }
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace scsup::e2e
