// Where something is refused, by a container, a hardened host or an older kernel: scsup works as usual, or says in
// one sentence what is missing, and runs nothing.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

namespace fs = std::filesystem;

struct Taken {
  std::string name;
  Words around;           // the words before scsup's own; "WITHOUT" stands for the program
  std::string says = {};  // text that names the missing thing; "": scsup works
  bool takes_root = false;
  Words warns = {};  // scsup works, and prints this first
};
void PrintTo(const Taken& taken, std::ostream* out) { *out << taken.name; }

// `command` in surroundings where that is refused.
Words surrounded(const Taken& taken, const Words& command) {
  Words words = taken.around;
  for (std::string& word : words)
    if (word == "WITHOUT") word = own_program("without");
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

bool is_needed_by_sanitizers(std::string_view name) {
  return name.starts_with("prlimit64") || name.starts_with("ptrace") || name == "all_of_proc";
}

class Deprived : public ScsupTest, public testing::WithParamInterface<Taken> {
 protected:
  void SetUp() override {
    if (GetParam().takes_root && !is_root()) GTEST_SKIP() << "missing: root";
    if (std::getenv("SCSUP_SANITIZED") && is_needed_by_sanitizers(GetParam().name))
      GTEST_SKIP() << "missing: a scsup without a sanitizer, whose runtime can't do without it";
    fs::create_directory(at("in"));
    write_file(at("in/file"), "", 0644);
    rules_ = policy(R"({"supervise": {"default": {"action": "deny", "errno": "EXDEV"}, "rules": [
        {"syscalls": ["@mkdir", "@chmod"], "path": ")" +
                    at("in/**") + R"(", "action": "allow"}]}})");
  }
  Finished run_deprived(const std::string& script, const Words& options = {}) {
    Start start = under(rules_, {"sh", "-c", script}, options);
    start.argv = surrounded(GetParam(), start.argv);
    return run(start);
  }
  mode_t mode(const std::string& name) const {
    struct stat st {};
    return stat(at(name).c_str(), &st) == 0 ? st.st_mode & 07777 : 0;
  }
  std::string rules_;
};

constexpr const char* much =
    "umask 027; mkdir in/masked; mkdir -m 1777 in/open; ln -s masked in/link; mkdir in/link/../beside; "
    "chmod 640 in/file; mkdir out; exit 7";

TEST_P(Deprived, WorksOrSaysWhatIsMissing) {
  const Finished done = run_deprived(much);
  if (const std::string& says = GetParam().says; !says.empty()) {
    EXPECT_EQ(done.code(), 125) << done.err;
    const auto said = lines_of(done.err);
    ASSERT_EQ(said.size(), 1u) << done.err;
    EXPECT_NE(said[0].find(says), std::string::npos) << said[0];
    EXPECT_TRUE(said[0].ends_with("; nothing was run")) << said[0];
    EXPECT_FALSE(fs::exists(at("in/masked")));
    return;
  }
  EXPECT_EQ(done.code(), 7) << done.err;
  auto said = lines_of(done.err);
  for (const std::string& warning : GetParam().warns) {
    ASSERT_FALSE(said.empty());
    EXPECT_NE(said.front().find(warning), std::string::npos) << said.front();
    said.erase(said.begin());
  }
  EXPECT_EQ(said, Words{"mkdir: cannot create directory 'out': Invalid cross-device link"});
  EXPECT_EQ(mode("in/masked"), 0750u);
  EXPECT_EQ(mode("in/open"), 01777u);
  EXPECT_EQ(mode("in/beside"), 0750u);
  EXPECT_EQ(mode("in/file"), 0640u);
  EXPECT_FALSE(fs::exists(at("out")));
  EXPECT_EQ(calls("deny").size(), 1u);
  std::size_t performed = 0;
  for (const Json& call : calls("allow")) performed += call.value("how", "") == "performed";
  EXPECT_EQ(performed, 5u);  // mkdir -m is a chmod, too
}

std::vector<Taken> everything() {
  std::vector<Taken> all = {{"nothing", {}}};
  const auto call = [&](const std::string& names, const std::string& says = {}) {
    for (const char* err : {"EPERM", "ENOSYS", "EACCES"}) {
      std::string words, name = names;
      for (const char c : names + ",") words += c == ',' ? std::string("=") + err + "," : std::string(1, c);
      for (char& c : name)
        if (c == ',') c = '_';
      all.push_back({name + "_" + err, {"WITHOUT", words, "--"}, says});
    }
  };
  for (const char* one :
       {"capset", "close_range", "execveat", "fchmodat2", "io_uring_setup", "kcmp", "landlock_create_ruleset",
        "name_to_handle_at", "pidfd_getfd", "pidfd_open", "pidfd_send_signal", "prlimit64",
        "process_vm_readv", "ptrace", "setfsgid", "setfsuid", "setgroups", "setns", "unshare"})
    call(one);
  call("memfd_create", "memfd_create(2) fails here");
  call("openat2", "openat2(2) fails here");
  call("seccomp", "seccomp(2)");
  call("statx", "statx(2) fails here");
  call("unshare,pidfd_open", "pidfd_open(2) or pidfd_send_signal(2) fails here");
  call("capset,close_range,fchmodat2,io_uring_setup,process_vm_readv,setfsgid,setfsuid,setgroups,unshare");
  all.push_back({"clone3_as_old_kernels", {"WITHOUT", "clone3=ENOSYS", "--"}});
  all.push_back({"clone3_EPERM", {"WITHOUT", "clone3=EPERM", "--"}, "clone3(2) fails with EPERM"});

  all.push_back({"all_since_Linux_5_14",
                 {"setarch", "--uname-2.6", "WITHOUT",
                  "fchmodat2=ENOSYS,NOTIF_SET_FLAGS=EINVAL,PIDFD_GET_INFO=ENOTTY,PIDFD_THREAD=EINVAL,"
                  "WAIT_KILLABLE_RECV=EINVAL",
                  "--"},
                 {},
                 false,
                 {"no WAIT_KILLABLE_RECV (Linux 5.19)", "no SYNC_WAKE_UP (Linux 6.6)"}});

  const auto limit = [&](const std::string& name, const std::string& option, const std::string& says = {}) {
    all.push_back({name, {"prlimit", option}, says});
  };
  limit("some_descriptors", "--nofile=64:64");
  limit("few_descriptors", "--nofile=16:16", "only 16 descriptors may be open");
  limit("no_locked_memory", "--memlock=0:0");
  all.push_back({"no_tty", {"setsid", "-w"}});
  all.push_back({"no_home", {"env", "-u", "HOME"}});
  all.push_back({"no_new_privileges", {"setpriv", "--no-new-privs"}});
  all.push_back({"no_standard_input", {"sh", "-c", "exec \"$@\" <&-", "-"}});

  const auto mounts = [&](const std::string& name, const std::string& script, const std::string& says = {}) {
    all.push_back({name, {"unshare", "--mount", "sh", "-c", script + " && exec \"$@\"", "-"}, says, true});
  };
  mounts("others_in_proc", "mount -t proc -o hidepid=2 proc /proc");
  mounts("files_of_proc", "mount -t proc -o subset=pid proc /proc");
  mounts("writable_proc", "mount -t proc -o ro proc /proc");
  mounts("settings_in_proc", "mount -t tmpfs -o ro none /proc/sys");
  mounts("all_of_proc", "umount -l /proc", "there is no /proc");
  mounts("writable_root", "mount --bind . . && mount -o remount,bind,ro / && cd \"$PWD\"");
  mounts("dev", "mount -t tmpfs none /dev");
  all.push_back(
      {"own_proc", {"unshare", "--pid", "--fork"}, "there is no /proc of this PID namespace", true});
  all.push_back(
      {"executable_memfds",
       {"unshare", "--pid", "--fork", "--mount-proc", "sh", "-c",
        "if [ -e /proc/sys/vm/memfd_noexec ]; then echo 2 >/proc/sys/vm/memfd_noexec; fi; exec \"$@\"", "-"},
       {},
       true});
  all.push_back({"all_capabilities", {"setpriv", "--bounding-set=-all", "--inh-caps=-all"}, {}, true});
  all.push_back({"user_namespaces",
                 {"unshare", "--user", "--map-root-user", "sh", "-c",
                  "echo 0 >/proc/sys/user/max_user_namespaces; exec \"$@\"", "-"},
                 {},
                 true});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Of, Deprived, testing::ValuesIn(everything()),
                         [](const auto& taken) { return taken.param.name; });

class Missing : public Deprived {};

// --die-with-parent is a promise that can't be kept without pidfds.
TEST_P(Missing, PidfdsAreNeededToEndTheCommand) {
  const Finished done = run_deprived("mkdir in/made", {"--die-with-parent"});
  EXPECT_EQ(done.code(), 125);
  EXPECT_NE(done.err.find("ends processes (--die-with-parent)"), std::string::npos) << done.err;
  EXPECT_FALSE(fs::exists(at("in/made")));
}
INSTANTIATE_TEST_SUITE_P(Of, Missing,
                         testing::Values(Taken{"pidfd_open", {"WITHOUT", "pidfd_open", "--"}},
                                         Taken{"pidfd_send_signal",
                                               {"WITHOUT", "pidfd_send_signal=ENOSYS", "--"}}),
                         [](const auto& taken) { return taken.param.name; });

// hidepid shows an ordinary user only processes that it may trace, and not those that act for its targets.
class HiddenProcesses : public Deprived {};

TEST_P(HiddenProcesses, AreNoneThatActForTargets) {
  for (const char* name : {"", "in", "in/file"}) ASSERT_EQ(chown(at(name).c_str(), 65534, 65534), 0);
  const Finished in_ours = run_deprived("mkdir in/made");
  EXPECT_EQ(in_ours.code(), 0) << in_ours.err;
  if (GetParam().name == "without_unshare") return;
  const Finished in_its_own = run_deprived("exec unshare --user --map-root-user mkdir in/made_there");
  EXPECT_EQ(in_its_own.code(), 0) << in_its_own.err;
  EXPECT_EQ(mode("in/made_there"), 0755u);
}

Taken hidden(const std::string& name, const std::string& refused) {
  return {name,
          {"unshare", "--mount", "sh", "-c",
           "mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups "
           "\"$@\"",
           "-", "WITHOUT", refused, "--"},
          {},
          true};
}
INSTANTIATE_TEST_SUITE_P(Of, HiddenProcesses,
                         testing::Values(hidden("alone", "-"), hidden("without_unshare", "unshare")),
                         [](const auto& taken) { return taken.param.name; });

}  // namespace
}  // namespace scsup::e2e
