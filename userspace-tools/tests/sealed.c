// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linked into the manager with -Wl,--wrap=oe_mode_oom,--wrap=oe_mode_is_calm: from the first
 * emergency on the kernel kills it for every system call that may need memory. An allowed call
 * works on what is open already. $SEAL is a file: as long as its first byte is "0", the emergency
 * is not over, so that a busy machine does not decide how long it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/daemon.h"

void __real_oe_mode_oom(const struct oe_conf *conf, const struct oe_oom *oom);
void __wrap_oe_mode_oom(const struct oe_conf *conf, const struct oe_oom *oom);

bool __real_oe_mode_is_calm(void);
bool __wrap_oe_mode_is_calm(void);

static const volatile char *goes_on;
static bool sealed;

static const int allowed[] = {
	SYS_read,
	SYS_write,
	SYS_pread64,
	SYS_pwrite64,
	SYS_recvmsg,
	SYS_pidfd_send_signal,
	SYS_epoll_pwait,
	SYS_ppoll,
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_socketcall
	SYS_socketcall, /* recvmsg() of libc on i386 */
#endif
#ifdef SYS_clock_gettime64
	SYS_clock_gettime64,
#endif
#ifdef SYS_ppoll_time64
	SYS_ppoll_time64,
#endif
	SYS_wait4,
	SYS_getpid,
	SYS_clock_gettime,
	SYS_restart_syscall,
	SYS_exit_group,
};

enum {
	NR_ALLOWED = sizeof(allowed) / sizeof(allowed[0]),
	LENGTH = NR_ALLOWED + 3,
};

/* Before the manager locks its memory. */
__attribute__((constructor)) static void map_seal(void)
{
	const char *file = getenv("SEAL");
	void *page;
	int fd;

	if (!file)
		return;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	page = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED) {
		perror("cannot map $SEAL");
		abort();
	}
	close(fd);
	goes_on = page;
}

static void seal_manager(void)
{
	struct sock_filter filter[LENGTH];
	struct sock_fprog program = { .len = LENGTH, .filter = filter };

	filter[0] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < NR_ALLOWED; i++)
		filter[i + 1] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)allowed[i],
			(unsigned char)(NR_ALLOWED - i), 0);
	filter[NR_ALLOWED + 1] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	filter[NR_ALLOWED + 2] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("cannot seal");
		abort();
	}
}

void __wrap_oe_mode_oom(const struct oe_conf *conf, const struct oe_oom *oom)
{
	if (goes_on && !sealed)
		seal_manager();
	sealed = goes_on;
	__real_oe_mode_oom(conf, oom);
}

bool __wrap_oe_mode_is_calm(void)
{
	return !(sealed && *goes_on == '0') && __real_oe_mode_is_calm();
}
