// Symbolic links: how many, how long, their targets, and whether the last one is followed.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

// l1 -> l2 -> ... -> lN -> end
std::string chain(int length, const std::string& end) {
  for (int i = 1; i <= length; ++i) {
    const std::string name = "l" + std::to_string(length) + "_" + std::to_string(i);
    link_to(i == length ? end.c_str() : ("l" + std::to_string(length) + "_" + std::to_string(i + 1)).c_str(),
            name.c_str());
  }
  return "l" + std::to_string(length) + "_1";
}

void forty() {
  mkdir("dir");
  file("file");
  for (int length : {1, 2, 39, 40, 41}) {
    const std::string first = chain(length, "dir");
    mkdir((first + "/by" + std::to_string(length)).c_str());
    chmod(first.c_str(), 0700 + static_cast<Raw>(length) % 8);
    chmod((first + "/").c_str(), 0710);
    mkdir((first + "/..").c_str());
    fchmodat2(AT_FDCWD, first.c_str(), 0700, AT_SYMLINK_NOFOLLOW);
  }
}

void counted_together() {
  mkdir("dir");
  link_to(".", "dir/self");
  std::string path = "dir";
  for (int i = 0; i < 40; ++i) path += "/self";
  mkdir((path + "/forty").c_str());
  chmod(path.c_str(), 0711);
  mkdir((path + "/self/more").c_str());
  chmod((path + "/self").c_str(), 0700);
  fchmodat2(AT_FDCWD, (path + "/self").c_str(), 0700, AT_SYMLINK_NOFOLLOW);
}

void loops() {
  link_to("b", "a");
  link_to("a", "b");
  link_to("self/x", "self");
  mkdir("a");
  mkdir("a/x");
  mkdir("self/x");
  chmod("a", 0700);
  chmod("b/", 0700);
  chmod("self", 0700);
  fchmodat2(AT_FDCWD, "a/", 0700, AT_SYMLINK_NOFOLLOW);
  mkdir("made");
}

void dangling() {
  link_to("absent", "one");
  link_to("absent/deeper", "two");
  link_to("made/later", "three");
  for (const char* path : {"one", "one/", "one/x", "two", "two/x", "three/x"}) {
    mkdir(path);
    chmod(path, 0700);
  }
  mkdir("made");
  mkdir("three");
  mkdir("three/x");
  mkdir("made/later");
  mkdir("three/x");
}

void long_ones() {
  mkdir("dir");
  std::string text;
  while (text.size() < 4000) text += "./";
  link_to((text + "dir").c_str(), "long");
  mkdir("long/a");
  chmod("long", 0711);
  link_to((text + "long").c_str(), "longer");
  mkdir("longer/b");
  mkdir(("longer/" + text + "c").c_str());
  link_to((std::string(256, 'n') + "/x").c_str(), "name");
  mkdir("name/y");
  chmod("name", 0700);
}

void to_parents() {
  mkdir("a");
  mkdir("a/b");
  link_to("..", "a/up");
  link_to("../..", "a/b/upper");
  link_to("a/b/../../a", "round");
  link_to("/", "root");
  mkdir("a/up/1");
  mkdir("a/b/upper/2");
  mkdir("round/3");
  mkdir("a/up/a/../4");
  mkdir("a/b/upper/a/up/5");
  mkdir("root");
  mkdir("root/");
  mkdir("root/..");
  mkdir(("root" + std::string(get_current_dir_name()) + "/6").c_str());
  chmod("a/up", 0711);
  chmod("a/up/a/b", 0700);
  chmod("round/..", 0755);
}

void not_followed() {
  mkdir("dir");
  file("file");
  link_to("dir", "to_dir");
  link_to("file", "to_file");
  link_to("absent", "dangling");
  for (const char* path : {"dir", "file", "to_dir", "to_file", "dangling", "absent", "to_dir/", "to_file/",
                           "dangling/", "dir/", "file/", "to_dir/."}) {
    fchmodat2(AT_FDCWD, path, 0700, AT_SYMLINK_NOFOLLOW);
    fchmodat2(AT_FDCWD, path, 0711, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
    fchmodat2(AT_FDCWD, path, 0750, AT_EMPTY_PATH);
    fchmodat2(AT_FDCWD, path, 0705, 0);
  }
}

// fs.protected_symlinks: only the last link of a path is refused, and the directory's owner may make links for all.
void sticky() {
  must(chown(".", 0, 0), "chown");
  chmod(".", 01777);
  mkdir("dir");
  chmod("dir", 0777);
  file("file");
  for (const auto& [name, target] :
       {std::pair{"theirs", "dir"}, {"theirs_file", "file"}, {"theirs_gone", "new"}}) {
    link_to(target, name);
    must(lchown(name, 65534, 65534), name);
  }
  link_to("dir", "roots");
  link_to("theirs", "over");
  for (const char* path :
       {"theirs/a", "roots/b", "over/c", "theirs/.", "theirs/../d", "theirs", "theirs_gone"})
    mkdir(path);
  for (const char* path :
       {"theirs", "theirs/", "theirs/.", "theirs_file", "roots", "over", "theirs/a", "theirs_gone"})
    chmod(path, 0777);
  syscall(SYS_setfsuid, 65534);
  for (const char* path : {"theirs/e", "roots/f", "over/g"}) mkdir(path);
  for (const char* path : {"theirs/e", "theirs", "over"}) chmod(path, 0700);
}

}  // namespace

Cases link_cases() {
  return {
      {"forty_links", nothing, forty},
      {"links_counted_together", nothing, counted_together},
      {"link_loops", nothing, loops},
      {"dangling_links", nothing, dangling},
      {"long_links", nothing, long_ones},
      {"links_to_parents", nothing, to_parents},
      {"links_not_followed", nothing, not_followed},
      {"links_in_sticky_directory", root | sticky_links, sticky},
  };
}

}  // namespace twin
