// Kernel ABI that Debian 12's headers lack. Values from include/uapi of the kernel named on each line.
#pragma once

#include <linux/ioctl.h>
#include <linux/seccomp.h>
#include <linux/types.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)  // 5.19
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, __u64)  // 6.6
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL  // 6.9
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452  // 6.6
#endif
#ifndef SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR
#define SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR SECCOMP_IOR(2, __u64)  // ID_VALID before 5.8
#endif
#ifndef PIDFD_GET_INFO
struct pidfd_info {  // 6.13, in its first version
  __u64 mask, cgroupid;
  __u32 pid, tgid, ppid;
  __u32 ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  __s32 exit_code;  // 6.15
};
#define PIDFD_GET_INFO _IOWR(0xFF, 11, struct pidfd_info)
#define PIDFD_INFO_EXIT (1UL << 3)  // 6.15
#endif
