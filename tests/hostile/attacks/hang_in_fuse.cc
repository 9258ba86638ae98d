// A FUSE file system (spoken by hand) that never answers a lookup. That call hangs, others go on; when the server
// dies, the call ends. argv: directory, and `inside` for a user namespace of its own.
#include <linux/fuse.h>
#include <sys/mount.h>

#include <algorithm>
#include <thread>

#include "tests/hostile/attacks/deputies.h"

namespace {

void answer(int fuse, std::uint64_t unique, const void* body, std::size_t size) {
  char reply[1024];
  fuse_out_header header{};
  header.len = static_cast<std::uint32_t>(sizeof header + size);
  header.unique = unique;
  std::memcpy(reply, &header, sizeof header);
  std::memcpy(reply + sizeof header, body, size);
  if (write(fuse, reply, header.len) < 0) breach("cannot answer as FUSE server: %s", std::strerror(errno));
}

// Serves until a lookup comes, which is left unanswered.
void serve_until_lookup(int fuse) {
  static char request[1 << 17];
  for (;;) {
    const ssize_t got = read(fuse, request, sizeof request);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) breach("cannot read as FUSE server: %s", std::strerror(errno));
    const auto* header = reinterpret_cast<const fuse_in_header*>(request);
    if (header->opcode == FUSE_INIT) {
      fuse_init_out out{};
      out.major = FUSE_KERNEL_VERSION;
      out.minor = FUSE_KERNEL_MINOR_VERSION;
      out.max_write = 65536;
      answer(fuse, header->unique, &out, sizeof out);
    } else if (header->opcode == FUSE_GETATTR) {
      fuse_attr_out out{};
      out.attr.ino = 1;
      out.attr.mode = S_IFDIR | 0777;
      out.attr.nlink = 2;
      answer(fuse, header->unique, &out, sizeof out);
    } else if (header->opcode == FUSE_LOOKUP) {
      return;
    } else {
      fuse_out_header out{};
      out.len = sizeof out;
      out.error = -ENOSYS;
      out.unique = header->unique;
      if (write(fuse, &out, sizeof out) < 0) breach("cannot refuse as FUSE server");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string root = argv[1];
  const std::string mounted = root + "/ok/fuse";
  if (argc > 2) enter_user_namespace(CLONE_NEWNS);
  const int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (fuse < 0) impossible("/dev/fuse");
  if ((argc <= 2 && unshare(CLONE_NEWNS) != 0) ||
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    impossible("a mount namespace");
  mkdir(mounted.c_str(), 0777);
  const std::string options =
      "fd=" + std::to_string(fuse) + ",rootmode=40000,user_id=0,group_id=0,allow_other";
  if (mount("hostile", mounted.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
    impossible("mount of FUSE");

  std::atomic<int> ended{-1};
  std::thread caller([&] { ended = mkdir((mounted + "/a/b").c_str(), 0777) == 0 ? 0 : errno; });
  serve_until_lookup(fuse);
  const std::string name = root + "/ok/x";
  std::int64_t longest = 0;
  for (Rounds rounds(500, 2000); rounds.next();) {
    const std::int64_t began = now_ms();
    if (mkdir(name.c_str(), 0777) != 0) breach("mkdir beside the hanging one: %s", std::strerror(errno));
    longest = std::max(longest, now_ms() - began);
    rmdir(name.c_str());
  }
  if (longest > 1000) breach("a call beside the hanging one took %ld ms", static_cast<long>(longest));
  if (ended != -1) breach("the call ended with %d though nobody answered", ended.load());
  close(fuse);
  caller.join();
  if (ended == 0) breach("made in a dead file system");
  umount2(mounted.c_str(), MNT_DETACH);
}
