// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: the counter, the level, and the module's uevents.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/sysfs.h"
#include "lib/handle.h"

/**
 * oe_event_counter_ready - has the counter moved?
 * @oom: the handle
 *
 * Asks without reading: a read is what the module waits for.
 *
 * Return: true if it has, or if only reading can tell.
 */
bool oe_event_counter_ready(const struct oom_embedded *oom)
{
	struct epoll_event ready[3];
	int count;

	if (!oom->is_polled)
		return true;
	count = epoll_wait(oom->epoll, ready, 3, 0);
	for (int i = 0; i < count; i++)
		if (ready[i].data.fd == oom->wanted_fd)
			return true;
	return false;
}

/**
 * oe_event_next_oom - read the counter, by which the module hears that we know
 * @oom: the handle
 * @event: filled in if there is one
 *
 * Return: 1 if there was an emergency, 0 if not, or a negative errno.
 */
int oe_event_next_oom(struct oom_embedded *oom,
		      struct oom_embedded_event *event)
{
	uint64_t count = oom->wanted;
	int err = oe_handle_count(oom->wanted_fd, &count);

	/* A file that is being replaced, as tests do, may be empty. */
	if (err == -EBADMSG)
		return 0;
	if (err)
		return err;
	if (count <= oom->wanted) {
		/* Below it: the module was loaded anew. */
		oom->wanted = count;
		return 0;
	}
	event->type = OOM_EMBEDDED_OOM;
	event->seq = count;
	event->missed = count - oom->wanted - 1;
	oom->wanted = count;
	return 1;
}

static int next_level(struct oom_embedded *oom,
		      struct oom_embedded_event *event)
{
	int level = oe_handle_level(oom);
	long long available = -1;

	if (level == oom->level || level == OOM_EMBEDDED_LEVEL_UNKNOWN)
		return 0;
	oe_sysfs_read_fd_number(oom->available_fd, &available);
	event->type = OOM_EMBEDDED_LEVEL;
	event->seq = oom->wanted;
	event->level = level;
	event->level_was = oom->level;
	event->available_kb = available;
	oom->level = level;
	return 1;
}

static void copy_text(char *to, size_t size, const struct oe_uevent *uevent,
		      const char *key)
{
	const char *value = oe_uevent_get(uevent, key);

	snprintf(to, size, "%s", value ? value : "");
}

static enum oom_embedded_type type_of(const struct oe_uevent *uevent)
{
	static const struct {
		const char *name;
		enum oom_embedded_type type;
	} types[] = {
		{ "reconfigure", OOM_EMBEDDED_DETAILS },
		{ "victim", OOM_EMBEDDED_VICTIM },
		{ "no_victim", OOM_EMBEDDED_NO_VICTIM },
		{ "limit", OOM_EMBEDDED_LIMIT },
	};
	const char *name = oe_uevent_get(uevent, "OOM_EVENT");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(name, types[i].name))
			return types[i].type;
	/* Levels are polled; names that a later module adds are not known. */
	return OOM_EMBEDDED_NOTHING;
}

static void fill_event(const struct oe_uevent *uevent,
		       struct oom_embedded_event *event)
{
	const char *uid = event->type == OOM_EMBEDDED_LIMIT ? "OOM_LIMIT_UID" :
							      "OOM_VICTIM_UID";

	event->seq = (uint64_t)oe_uevent_number(uevent, "OOM_SEQ", 0);
	event->trigger_pid =
		(int)oe_uevent_number(uevent, "OOM_TRIGGER_PID", 0);
	event->victim_pid = (int)oe_uevent_number(uevent, "OOM_VICTIM_PID", 0);
	event->victim_rank =
		(int)oe_uevent_number(uevent, "OOM_VICTIM_RANK", -1);
	event->victim_rss_kb = oe_uevent_number(uevent, "OOM_VICTIM_RSS_KB", 0);
	event->uid = (uint32_t)oe_uevent_number(uevent, uid, 0);
	event->left_ms = oe_uevent_number(uevent, "OOM_LEFT_MS", 0);
	copy_text(event->kind, sizeof(event->kind), uevent, "OOM_KIND");
	copy_text(event->outcome, sizeof(event->outcome), uevent,
		  "OOM_OUTCOME");
	copy_text(event->trigger_comm, sizeof(event->trigger_comm), uevent,
		  "OOM_TRIGGER_COMM");
	copy_text(event->victim_comm, sizeof(event->victim_comm), uevent,
		  "OOM_VICTIM_COMM");
	copy_text(event->memcg, sizeof(event->memcg), uevent, "OOM_MEMCG");
}

static int next_uevent(struct oom_embedded *oom,
		       struct oom_embedded_event *event)
{
	int got;

	if (oom->uevent_fd < 0)
		return 0;
	do {
		got = oe_uevent_receive(oom->uevent_fd, &oom->uevent);
		if (got == -ENOBUFS) {
			event->type = OOM_EMBEDDED_LOST;
			return 1;
		}
		if (got <= 0)
			return got;
		event->type = type_of(&oom->uevent);
	} while (event->type == OOM_EMBEDDED_NOTHING);
	fill_event(&oom->uevent, event);
	return 1;
}

/* Unloading wakes no poller: a program has to look. */
static int check_alive(const struct oom_embedded *oom)
{
	char text[NUMBER_SIZE];
	int got;

	if (oom->alive_fd < 0)
		return 0;
	got = oe_sysfs_read_fd(oom->alive_fd, text, sizeof(text));
	return got == -ENODEV ? got : 0;
}

/**
 * oe_event_next_quiet - the next event that is no emergency
 * @oom: the handle
 * @event: zeroed; filled in if there is one
 *
 * Return: 1 if there was one, 0 if not, or a negative errno.
 */
int oe_event_next_quiet(struct oom_embedded *oom,
			struct oom_embedded_event *event)
{
	int got = next_level(oom, event);

	if (!got)
		got = next_uevent(oom, event);
	return got ? got : check_alive(oom);
}

/**
 * oe_event_clear - make an event that says nothing
 * @event: the event
 */
void oe_event_clear(struct oom_embedded_event *event)
{
	memset(event, 0, sizeof(*event));
	event->size = sizeof(*event);
}

int oom_embedded_next_event(struct oom_embedded *oom,
			    const struct oom_embedded_event **event)
{
	int got = 0;

	oe_event_clear(&oom->event);
	if (oe_event_counter_ready(oom))
		got = oe_event_next_oom(oom, &oom->event);
	if (!got)
		got = oe_event_next_quiet(oom, &oom->event);
	*event = got > 0 ? &oom->event : NULL;
	return got;
}
