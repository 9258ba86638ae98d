// Mounts at DIRECTORY a FUSE file system that never answers a lookup. Says "mounted", and "asked" when the first
// lookup has come; unmounts and ends when its standard input ends.
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void answer(int fuse, const struct fuse_in_header* request, int error, const void* body, size_t size) {
  struct fuse_out_header header = {.len = sizeof header + size, .error = error, .unique = request->unique};
  const struct iovec parts[] = {{&header, sizeof header}, {(void*)body, size}};
  if (writev(fuse, parts, 2) < 0) perror("hung_fuse: cannot answer");
}

static void serve(int fuse, const struct fuse_in_header* request) {
  if (request->opcode == FUSE_INIT) {
    const struct fuse_init_out out = {
        .major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION, .max_write = 65536};
    answer(fuse, request, 0, &out, sizeof out);
  } else if (request->opcode == FUSE_GETATTR) {
    const struct fuse_attr_out out = {.attr = {.ino = 1, .mode = S_IFDIR | 0777, .nlink = 2}};
    answer(fuse, request, 0, &out, sizeof out);
  } else if (request->opcode == FUSE_LOOKUP) {
    puts("asked");
  } else if (request->opcode != FUSE_INTERRUPT && request->opcode != FUSE_FORGET) {
    answer(fuse, request, -ENOSYS, NULL, 0);
  }
}

int main(int argc, char** argv) {
  if (argc != 2) return 125;
  setvbuf(stdout, NULL, _IOLBF, 0);
  const int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  char options[100];
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fuse);
  if (fuse < 0 || mount("hung", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0) {
    fprintf(stderr, "hung_fuse: cannot mount: %s\n", strerror(errno));
    return 1;
  }
  puts("mounted");
  for (;;) {
    static char request[1 << 17] __attribute__((aligned(8)));
    struct pollfd ready[] = {{fuse, POLLIN, 0}, {0, POLLIN, 0}};
    if (poll(ready, 2, -1) < 0) continue;
    if (ready[1].revents) break;
    if (ready[0].revents && read(fuse, request, sizeof request) > 0)
      serve(fuse, (const struct fuse_in_header*)request);
  }
  return umount2(argv[1], MNT_DETACH) != 0;
}
