/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files of the library.
 *
 * The counter and the level are polled files, so that no change of them is
 * lost. uevents carry the details. The program polls one epoll descriptor for
 * all three.
 */
#ifndef OE_LIB_HANDLE_H
#define OE_LIB_HANDLE_H

#include <stdbool.h>

#include "common/uevent.h"
#include "oom_embedded.h"

enum {
	NUMBER_SIZE = 32,
};

/**
 * struct callback - a function of the program
 * @call: the function; NULL: none
 * @arg: its argument
 */
struct callback {
	oom_embedded_callback call;
	void *arg;
};

/**
 * struct oom_embedded - a handle
 * @epoll: the descriptor that the program polls
 * @wanted_fd: reconfigure_wanted
 * @done_fd: reconfigure_done; -1: we may not acknowledge
 * @alive_fd: can be read as long as the module is there
 * @level_fd: levels/level; -1: this module has no levels
 * @available_fd: levels/available_kb; open, because opening may need memory
 * @uevent_fd: -1: this system has no uevents for us
 * @is_polled: false: an ordinary file, as in tests
 * @flags: &enum oom_embedded_flags
 * @wanted: the count that was last read
 * @level: the level that was last read
 * @save: of oom_embedded_on_save()
 * @free_caches: of oom_embedded_on_free_caches()
 * @on_event: of oom_embedded_on_event()
 * @uevent: the one that is looked at
 * @event: the event that the program is shown
 */
struct oom_embedded {
	int epoll;
	int wanted_fd;
	int done_fd;
	int alive_fd;
	int level_fd;
	int available_fd;
	int uevent_fd;
	bool is_polled;
	unsigned int flags;
	uint64_t wanted;
	int level;
	struct callback save;
	struct callback free_caches;
	struct callback on_event;
	struct oe_uevent uevent;
	struct oom_embedded_event event;
};

/* oom_embedded.c */
int oe_handle_count(int fd, uint64_t *count);
int oe_handle_level(const struct oom_embedded *oom);

/* event.c */
void oe_event_clear(struct oom_embedded_event *event);
bool oe_event_counter_ready(const struct oom_embedded *oom);
int oe_event_next_oom(struct oom_embedded *oom,
		      struct oom_embedded_event *event);
int oe_event_next_quiet(struct oom_embedded *oom,
			struct oom_embedded_event *event);

#endif
