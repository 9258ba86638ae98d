// Spellings of a path: dots, slashes, an empty one, and existing objects.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

void socket_at(const char* path) {
  const int fd = must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path);
  must(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), path);
}

void one_of_each() {
  mkdir("dir");
  mkdir("dir/sub");
  file("file");
  must(mkfifo("fifo", 0644), "mkfifo");
  socket_at("socket");
  link_to("file", "to_file");
  link_to("dir", "to_dir");
  link_to("nowhere", "dangling");
  link_to("loop", "loop");
  link_to("dir/", "to_dir_slash");
  link_to("file/", "to_file_slash");
  link_to("nowhere/", "dangling_slash");
}

constexpr const char* each[] = {"dir",          "file",          "fifo",           "socket",
                                "to_file",      "to_dir",        "dangling",       "loop",
                                "to_dir_slash", "to_file_slash", "dangling_slash", "absent"};

void empty() {
  mkdir("made");
  mkdir("");
  mkdirat(AT_FDCWD, "");
  mkdirat(-1, "");
  mkdirat(opened("made", O_PATH), "");
  chmod("", 0700);
  fchmodat(AT_FDCWD, "", 0700);
  fchmodat(-1, "", 0700);
  fchmodat2(-1, "", 0700, 0);
  fchmodat2(-1, "", 0700, AT_SYMLINK_NOFOLLOW);
}

void dots() {
  one_of_each();
  for (const char* path : {".",
                           "..",
                           "/",
                           "//",
                           "/.",
                           "/..",
                           "./",
                           "../",
                           "./.",
                           "dir/.",
                           "dir/..",
                           "dir/./",
                           "dir/../",
                           "dir//..//.",
                           "absent/.",
                           "absent/..",
                           "absent/../new",
                           "file/.",
                           "file/..",
                           "file/../new",
                           "to_dir/.",
                           "to_dir/..",
                           "dangling/.",
                           "dangling/..",
                           "loop/..",
                           "dir/../a",
                           "dir/./b",
                           "./c",
                           ".//.//d",
                           "dir/..//dir/e",
                           "dir/../dir/../f",
                           "dir/sub/../../g",
                           "...",
                           "..a",
                           "a..",
                           "dir/...",
                           "dir/.../h",
                           "to_dir/../i"})
    mkdir(path);
  for (const char* path : {".", "./", "./.", "dir/.", "dir/..", "dir/../", "dir/../file", "dir/../file/",
                           "dir/../file/.", "file/.", "file/..", "absent/..", "to_dir/.", "to_dir/../file",
                           "dangling/..", "loop/..", "...", "..a", "dir/../dangling"})
    chmod(path, 0755);
}

void slashes() {
  one_of_each();
  for (const char* name : each) {
    for (const char* tail : {"/", "//", "/x", "/x/", "/x//", "/.", "/y/z"}) {
      chmod((std::string(name) + tail).c_str(), 0751);
      mkdir((std::string(name) + tail).c_str());
    }
  }
}

void exists() {
  one_of_each();
  for (const char* name : each) {
    if (std::strcmp(name, "absent") != 0) mkdir(name);
    mkdirat(AT_FDCWD, (std::string(name) + "/").c_str());
    chmod(name, 0640);
    fchmodat2(AT_FDCWD, name, 0604, 0);
  }
  mkdir("/dev/null");
  mkdir("/proc");
}

void absolute() {
  const std::string here = get_current_dir_name();
  mkdir((here + "/a").c_str());
  mkdir(("/" + here + "//a///b").c_str());
  mkdir((here + "/a/b/c/d").c_str());
  mkdir((here + "/a/../e").c_str());
  chmod((here + "/a").c_str(), 0700);
  chmod((here + "/../" + here.substr(here.rfind('/') + 1) + "/e").c_str(), 0711);
  link_to((here + "/a").c_str(), "full");
  mkdir("full/by_link");
  chmod("full", 0750);
}

void without_search() {
  mkdir("shut");
  mkdir("shut/in");
  file("shut/file");
  link_to("shut/in", "through");
  for (mode_t mode : {0, 0400, 0200, 0600, 0100, 0300, 0500}) {
    must(chmod("shut", mode), "chmod");
    for (const char* path : {"shut", "shut/new", "shut/in", "shut/in/new", "shut/.", "shut/..", "shut/../out",
                             "shut/absent/x", "through/x", "shut/file/x"})
      mkdir(path);
    for (const char* path : {"shut/in", "shut/file", "through", "shut/.", "shut/../through", "shut/absent"})
      chmod(path, 0755);
    must(chmod("shut", 0700), "chmod");
    for (const char* made : {"shut/new", "shut/in/new", "out", "shut/in/x"}) rmdir(made);
  }
}

void gone_cwd() {
  mkdir("left");
  mkdir("left/gone");
  must(chdir("left/gone"), "chdir");
  must(rmdir("../gone"), "rmdir");
  mkdir("x");
  mkdir(".");
  mkdir("..");
  mkdir("../y");
  mkdir("./z");
  chmod(".", 0700);
  chmod("..", 0711);
  chmod("x", 0700);
  fchmodat2(AT_FDCWD, "", 0700, AT_EMPTY_PATH);
  show(".");
}

void moved_cwd() {
  mkdir("from");
  mkdir("to");
  mkdir("from/here");
  must(chdir("from/here"), "chdir");
  must(rename("../here", "../../to/there"), "rename");
  mkdir("in");
  mkdir("../beside");
  chmod("..", 0700);
}

}  // namespace

Cases name_cases() {
  return {
      {"empty", nothing, empty},       {"dots", nothing, dots},
      {"slashes", nothing, slashes},   {"exists", nothing, exists},
      {"absolute", nothing, absolute}, {"without_search", nothing, without_search},
      {"gone_cwd", nothing, gone_cwd}, {"moved_cwd", nothing, moved_cwd},
  };
}

}  // namespace twin
