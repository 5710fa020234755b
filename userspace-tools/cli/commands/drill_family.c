// SPDX-License-Identifier: GPL-2.0-only
/*
 * The children of a drill: three that are to die, in an order known beforehand, and a protected
 * one that is the biggest of all and causes the OOMs.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands/drill.h"
#include "cli/print/complain.h"
#include "common/proc.h"
#include "common/records.h"
#include "common/sysfs.h"
#include "uapi/oom_embedded.h"

enum {
	CANNOT = EXIT_USAGE, /* the drill could not run */
	/* Sizes differ by more than what the kernel's counters are off. */
	UNIT_PAGES = 512,
	SMALL_UNIT_PAGES = 256,
	PLENTY = 32, /* so many units must be available for the greater unit */
	SLACK_PART = 2, /* a unit's half: the way to the first OOM */
	GROW_STEP = 64 * 1024,
	GROW_PAUSE_US = 1000,
};

static long long page_kb(void)
{
	return sysconf(_SC_PAGESIZE) / 1024;
}

static long long max_number(long long a, long long b)
{
	return a > b ? a : b;
}

/**
 * drill_family_plan - rankings, sizes, and the order that follows from them
 * @family: is filled in
 * @policy: the settings of the module
 * @available_kb: memory that there is
 *
 * The more expendable by ranking, the smaller: neither the order of size nor the stock kernel
 * comes to the same end as the order of rankings.
 *
 * Return: the slack below the limit in KiB, or -1 if the threshold leaves no room for three
 * rankings.
 */
long long drill_family_plan(struct drill_family *family,
			    const struct drill_policy *policy,
			    long long available_kb)
{
	long long unit = UNIT_PAGES * page_kb();
	long long step =
		max_number(1, (OOM_EMBEDDED_RANK_MAX - policy->threshold) / 3);
	int i;

	if (available_kb < PLENTY * unit)
		unit = SMALL_UNIT_PAGES * page_kb();
	memset(family, 0, sizeof(*family));
	for (i = 0; i < DRILL_CHILDREN; i++) {
		struct drill_child *child = &family->child[i];

		child->pidfd = -1;
		child->fd = -1;
		child->rank = OOM_EMBEDDED_RANK_MAX - i * step;
		/* 1, 1.5, 2 and 3 units. */
		child->kb = i == DRILL_PROTECTED ? 3 * unit :
						   unit + i * unit / 2;
	}
	family->child[DRILL_PROTECTED].rank =
		max_number(0, policy->threshold - 1);
	for (i = 0; i < DRILL_VICTIMS; i++)
		family->order[i] = policy->by_rank ? i : DRILL_VICTIMS - 1 - i;
	/* Enough for the third OOM, and too little for a fourth. */
	family->growth_kb = unit / SLACK_PART;
	for (i = 0; i < DRILL_VICTIMS - 1; i++)
		family->growth_kb += family->child[family->order[i]].kb;
	family->growth_kb += family->child[family->order[i]].kb * 7 / 8;
	if (family->child[DRILL_VICTIMS - 1].rank <
	    max_number(1, policy->threshold))
		return -1;
	return unit / SLACK_PART;
}

/* --- in the child ---------------------------------------------------------- */

static char *take_memory(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		_exit(1);
	/* A huge page would be several steps at a time. */
	madvise(memory, size, MADV_NOHUGEPAGE);
	return memory;
}

static void touch_pages(char *memory, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t at;

	for (at = 0; at < size; at += page)
		memory[at] = 1;
}

static void grow_slowly(const struct drill_family *family)
{
	const struct timespec pause = { .tv_nsec = GROW_PAUSE_US * 1000 };
	size_t size = (size_t)family->growth_kb * 1024;
	char *memory = take_memory(size);
	size_t at;

	for (at = 0; at < size && !*family->stop; at += GROW_STEP) {
		touch_pages(memory + at,
			    size - at < GROW_STEP ? size - at : GROW_STEP);
		nanosleep(&pause, NULL);
	}
}

static void tell_parent(int fd)
{
	if (write(fd, "", 1) != 1)
		_exit(1);
}

static void hear_parent(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		_exit(0);
}

static void be_plain(pid_t parent)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	sigset_t all;

	/* The parent may have died meanwhile. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(1);
	prctl(PR_SET_NAME, "oom-drill");
	if (fd >= 0 && write(fd, "0", 1) < 0)
		_exit(1);
	/* A group that it falls into may have a signal, and the terminal has one, too. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	/* For kernels without memory.swap.max. */
	mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

static void run_child(const struct drill_family *family, int index, int fd,
		      pid_t parent)
{
	const struct drill_child *child = &family->child[index];
	size_t size = (size_t)child->kb * 1024;

	be_plain(parent);
	hear_parent(fd);
	touch_pages(take_memory(size), size);
	tell_parent(fd);
	hear_parent(fd);
	if (index == DRILL_PROTECTED) {
		grow_slowly(family);
		tell_parent(fd);
	}
	for (;;)
		pause();
}

/* --- in the parent --------------------------------------------------------- */

static int start_child(struct drill_family *family, int index)
{
	struct drill_child *child = &family->child[index];
	pid_t parent = getpid();
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return complain(CANNOT, "cannot start a process: %s",
				strerror(errno));
	child->pid = fork();
	if (!child->pid) {
		close(fds[0]);
		run_child(family, index, fds[1], parent);
	}
	close(fds[1]);
	child->fd = fds[0];
	if (child->pid < 0)
		child->pid = 0;
	else
		child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd < 0)
		return complain(CANNOT, "cannot start a process: %s",
				strerror(errno));
	return EXIT_OK;
}

static int rank_child(const struct drill_child *child)
{
	char line[64];
	int err;

	snprintf(line, sizeof(line), "%d %lld", (int)child->pid, child->rank);
	err = oe_sysfs_write("oom_ranking", line);
	if (!err)
		return EXIT_OK;
	complain_file("oom_ranking", line, err);
	return CANNOT;
}

static int next_step(const struct drill_child *child)
{
	if (send(child->fd, "", 1, MSG_NOSIGNAL) != 1)
		return complain(CANNOT, "a process of the drill has ended");
	return EXIT_OK;
}

static int wait_ready(const struct drill_child *child)
{
	char byte;

	if (read(child->fd, &byte, 1) != 1)
		return complain(CANNOT,
				drill_is_interrupted() ?
					"interrupted" :
					"a process of the drill has ended");
	return EXIT_OK;
}

/**
 * drill_family_start - start the children, rank them, and let them take their memory
 * @family: planned
 * @cgroup: they enter it first
 *
 * Return: EXIT_OK, or the status to exit with, and why was said.
 */
int drill_family_start(struct drill_family *family,
		       const struct drill_cgroup *cgroup)
{
	void *shared = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = EXIT_OK;
	int i;

	if (shared == MAP_FAILED)
		return complain(CANNOT, "out of memory");
	family->stop = shared;
	for (i = 0; status == EXIT_OK && i < DRILL_CHILDREN; i++) {
		struct drill_child *child = &family->child[i];

		status = start_child(family, i);
		if (status == EXIT_OK)
			status = drill_cgroup_add(cgroup, child->pid);
		if (status == EXIT_OK)
			status = rank_child(child);
		if (status == EXIT_OK)
			status = next_step(child);
		if (status == EXIT_OK)
			status = wait_ready(child);
	}
	return status;
}

/**
 * drill_family_grow - let the protected child cause the OOMs
 * @family: started
 *
 * Return: EXIT_OK, or the status to exit with, and why was said.
 */
int drill_family_grow(const struct drill_family *family)
{
	return next_step(&family->child[DRILL_PROTECTED]);
}

/**
 * drill_family_end - end what still lives, and reap all
 * @family: started, or in part, or not at all
 */
void drill_family_end(struct drill_family *family)
{
	int i;

	for (i = 0; i < DRILL_CHILDREN; i++) {
		struct drill_child *child = &family->child[i];

		/* Not reaped yet, so the number is nobody else's. */
		if (child->pid)
			kill(child->pid, SIGKILL);
		while (child->pid && waitpid(child->pid, NULL, 0) < 0 &&
		       errno == EINTR)
			;
		child->pid = 0;
		if (child->pidfd >= 0)
			close(child->pidfd);
		if (child->fd >= 0)
			close(child->fd);
		child->pidfd = -1;
		child->fd = -1;
	}
	if (family->stop)
		munmap((void *)family->stop, sizeof(int));
	family->stop = NULL;
}
