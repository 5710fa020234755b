// SPDX-License-Identifier: GPL-2.0-only
/*
 * The waiting of the manager: for descriptors, and for the next look at memory
 * and at processes. Nothing here allocates after oe_watch_open().
 */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	MAX_WATCHED = 8,
};

struct watched {
	int fd;
	void (*ready)(void); /* NULL: the place is free */
};

static struct {
	int epoll;
	struct watched watched[MAX_WATCHED];
	struct epoll_event events[MAX_WATCHED];
	int64_t sample_at_ms;
	int64_t scan_at_ms;
} watch = { .epoll = -1 };

/**
 * oe_watch_open - be ready to wait
 *
 * Return: 0 or a negative errno.
 */
int oe_watch_open(void)
{
	watch.epoll = epoll_create1(EPOLL_CLOEXEC);
	return watch.epoll < 0 ? -errno : 0;
}

/**
 * oe_watch_add - wait for a descriptor, too
 * @fd: to be read; -1 = nothing
 * @ready: called by oe_watch_serve() when there is something to read
 *
 * Return: 0 or a negative errno.
 */
int oe_watch_add(int fd, void (*ready)(void))
{
	for (uint32_t i = 0; fd >= 0 && i < MAX_WATCHED; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };

		if (watch.watched[i].ready)
			continue;
		if (epoll_ctl(watch.epoll, EPOLL_CTL_ADD, fd, &event))
			return -errno;
		watch.watched[i] = (struct watched){ fd, ready };
		return 0;
	}
	return fd < 0 ? 0 : -ENOSPC;
}

/**
 * oe_watch_change - look at memory whenever a file of the module tells of a change
 * @fd: of the file
 *
 * Each change is told once, so that a file that has gone does not keep the manager busy.
 *
 * Return: 0 or a negative errno.
 */
int oe_watch_change(int fd)
{
	struct epoll_event event = { .events = EPOLLPRI | EPOLLET,
				     .data.u32 = MAX_WATCHED };

	return epoll_ctl(watch.epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/**
 * oe_watch_remove - do not wait for a descriptor any more
 * @fd: of oe_watch_add() or oe_watch_change(); to be closed afterwards, not before
 */
void oe_watch_remove(int fd)
{
	if (fd < 0)
		return;
	epoll_ctl(watch.epoll, EPOLL_CTL_DEL, fd, NULL);
	for (int i = 0; i < MAX_WATCHED; i++)
		if (watch.watched[i].fd == fd)
			watch.watched[i].ready = NULL;
}

/**
 * oe_watch_wait - wait until there is something to read
 * @ms: but no longer
 *
 * Return: how many descriptors are ready, for oe_watch_serve().
 */
int oe_watch_wait(int ms)
{
	return epoll_wait(watch.epoll, watch.events, MAX_WATCHED, ms);
}

/**
 * oe_watch_sample_now - look at memory in the next turn of the loop
 */
void oe_watch_sample_now(void)
{
	watch.sample_at_ms = 0;
}

/**
 * oe_watch_serve - call the functions of the descriptors that are ready
 * @count: of oe_watch_wait()
 */
void oe_watch_serve(int count)
{
	for (int i = 0; i < count; i++) {
		uint32_t place = watch.events[i].data.u32;

		if (place == MAX_WATCHED)
			oe_watch_sample_now();
		/* A function called before may have removed this one. */
		else if (watch.watched[place].ready)
			watch.watched[place].ready();
	}
}

/**
 * oe_watch_scan_now - look at all processes in the next turn of the loop
 */
void oe_watch_scan_now(void)
{
	watch.scan_at_ms = 0;
}

static bool is_due(int64_t *at_ms, int period_ms)
{
	int64_t now = oe_now_ms();

	if (now < *at_ms)
		return false;
	*at_ms = now + period_ms;
	return true;
}

/**
 * oe_watch_is_sample_due - is it time to look at memory?
 * @period_ms: if so, the next time is that much later
 *
 * Return: true if it is.
 */
bool oe_watch_is_sample_due(int period_ms)
{
	return is_due(&watch.sample_at_ms, period_ms);
}

/**
 * oe_watch_is_scan_due - is it time to look at all processes?
 * @period_ms: if so, the next time is that much later
 *
 * Return: true if it is.
 */
bool oe_watch_is_scan_due(int period_ms)
{
	return is_due(&watch.scan_at_ms, period_ms);
}

/**
 * oe_watch_sample_left - how long until memory is looked at
 *
 * Return: milliseconds, at least 0.
 */
int64_t oe_watch_sample_left(void)
{
	int64_t left = watch.sample_at_ms - oe_now_ms();

	return left < 0 ? 0 : left;
}
