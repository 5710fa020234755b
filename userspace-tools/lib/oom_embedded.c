// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handle of liboom_embedded, and what a program asks for through it. The
 * functions are described in include/oom_embedded.h.
 */
#include "oom_embedded.h"

#include <alloca.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "common/sysfs.h"
#include "common/uevent.h"
#include "common/words.h"
#include "lib/handle.h"

/**
 * oe_handle_count - read a counter of the module
 * @fd: of its file
 * @count: result, untouched on failure
 *
 * Return: 0, -EBADMSG, or a negative errno.
 */
int oe_handle_count(int fd, uint64_t *count)
{
	char text[NUMBER_SIZE];
	char *end;
	unsigned long long number;
	int length = oe_sysfs_read_fd(fd, text, sizeof(text));

	if (length < 0)
		return length;
	if (!isdigit((unsigned char)*text))
		return -EBADMSG;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end)
		return -EBADMSG;
	*count = number;
	return 0;
}

/* A level of a later module is unknown here, but it is not normal. */
static int level_of(const char *name)
{
	int level = oe_level_index(name);

	return level < 0 ? OOM_EMBEDDED_LEVEL_WARNING : level;
}

/**
 * oe_handle_level - read the level
 * @oom: the handle
 *
 * Return: &enum oom_embedded_level.
 */
int oe_handle_level(const struct oom_embedded *oom)
{
	char text[NUMBER_SIZE];

	if (oom->level_fd < 0 ||
	    oe_sysfs_read_fd(oom->level_fd, text, sizeof(text)) <= 0)
		return OOM_EMBEDDED_LEVEL_UNKNOWN;
	return level_of(text);
}

static int add_to_epoll(struct oom_embedded *oom, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(oom->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int open_all(struct oom_embedded *oom)
{
	long long available;
	int err;

	oom->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (oom->epoll < 0)
		return -errno;
	oom->wanted_fd = oe_sysfs_open("reconfigure_wanted", O_RDONLY);
	if (oom->wanted_fd < 0)
		return oom->wanted_fd;
	err = oe_handle_count(oom->wanted_fd, &oom->wanted);
	if (err)
		return err;
	err = add_to_epoll(oom, oom->wanted_fd, EPOLLPRI);
	if (err && err != -EPERM)
		return err;
	oom->is_polled = !err;

	/* The others are welcome and not needed. */
	oom->alive_fd = oe_sysfs_open("abi_version", O_RDONLY);
	oom->done_fd = oe_sysfs_open("reconfigure_done", O_WRONLY);
	oom->level_fd = oe_sysfs_open("levels/level", O_RDONLY);
	oom->available_fd = oe_sysfs_open("levels/available_kb", O_RDONLY);
	/* The kernel's buffer is allocated by the first read. */
	oe_sysfs_read_fd_number(oom->available_fd, &available);
	oom->level = oe_handle_level(oom);
	if (oom->level_fd >= 0 && oom->is_polled)
		add_to_epoll(oom, oom->level_fd, EPOLLPRI);
	oom->uevent_fd = oe_uevent_open();
	if (oom->uevent_fd >= 0)
		add_to_epoll(oom, oom->uevent_fd, EPOLLIN);
	return 0;
}

int oom_embedded_open(struct oom_embedded **oom, unsigned int flags)
{
	struct oom_embedded *new;
	int err;

	if (flags & ~(unsigned int)OOM_EMBEDDED_ACKNOWLEDGE)
		return -EINVAL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->epoll = -1;
	new->wanted_fd = -1;
	new->done_fd = -1;
	new->alive_fd = -1;
	new->level_fd = -1;
	new->available_fd = -1;
	new->uevent_fd = -1;
	new->flags = flags;
	err = open_all(new);
	if (err) {
		oom_embedded_close(new);
		return err;
	}
	*oom = new;
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void oom_embedded_close(struct oom_embedded *oom)
{
	if (!oom)
		return;
	close_fd(oom->uevent_fd);
	close_fd(oom->available_fd);
	close_fd(oom->level_fd);
	close_fd(oom->done_fd);
	close_fd(oom->alive_fd);
	close_fd(oom->wanted_fd);
	close_fd(oom->epoll);
	free(oom);
}

int oom_embedded_fd(const struct oom_embedded *oom)
{
	return oom->epoll;
}

uint64_t oom_embedded_wanted(const struct oom_embedded *oom)
{
	return oom->wanted;
}

int64_t oom_embedded_missed(struct oom_embedded *oom)
{
	long long done;
	int err = oe_sysfs_read_number("reconfigure_done", &done);

	if (err)
		return err;
	return (int64_t)(oom->wanted - (uint64_t)done);
}

int oom_embedded_acknowledge(struct oom_embedded *oom, uint64_t seq)
{
	char line[NUMBER_SIZE];

	/* The kernel's word for why it could not be opened. */
	if (oom->done_fd < 0)
		return oe_sysfs_write_number("reconfigure_done",
					     (long long)seq);
	snprintf(line, sizeof(line), "%llu\n", (unsigned long long)seq);
	return oe_sysfs_write_fd(oom->done_fd, line);
}

int oom_embedded_set_rank(struct oom_embedded *oom, int rank)
{
	char line[NUMBER_SIZE];

	(void)oom;
	if (rank == OOM_EMBEDDED_NO_RANK)
		snprintf(line, sizeof(line), "%d -\n", getpid());
	else
		snprintf(line, sizeof(line), "%d %d\n", getpid(), rank);
	return oe_sysfs_write("oom_ranking", line);
}

int oom_embedded_level(struct oom_embedded *oom)
{
	return oe_handle_level(oom);
}

int oom_embedded_lock_memory(size_t stack)
{
	long page = sysconf(_SC_PAGESIZE);
	volatile char *bytes;
	struct timespec now;

	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return -errno;
	/* mlockall() does not map the clock's page, which the kernel shares. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!stack)
		return 0;
	/* Its whole purpose is the stack. */
	/* cppcheck-suppress allocaCalled */
	bytes = alloca(stack);
	for (size_t i = 0; i < stack; i += (size_t)page)
		bytes[i] = 0;
	bytes[stack - 1] = 0;
	return 0;
}
