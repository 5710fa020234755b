// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callbacks of the program: data is saved first, then caches are freed, then
 * the event is handed over.
 */
#include "lib/handle.h"

void oom_embedded_on_save(struct oom_embedded *oom, oom_embedded_callback save,
			  void *arg)
{
	oom->save = (struct callback){ save, arg };
}

void oom_embedded_on_free_caches(struct oom_embedded *oom,
				 oom_embedded_callback free_caches, void *arg)
{
	oom->free_caches = (struct callback){ free_caches, arg };
}

void oom_embedded_on_event(struct oom_embedded *oom,
			   oom_embedded_callback on_event, void *arg)
{
	oom->on_event = (struct callback){ on_event, arg };
}

static void call_back(const struct callback *callback,
		      const struct oom_embedded_event *event)
{
	if (callback->call)
		callback->call(event, callback->arg);
}

/*
 * The program may dispatch without a poll, so read the count before the
 * callbacks. A lower count is that of a module that was loaded again.
 */
static bool counter_has_moved(struct oom_embedded *oom)
{
	uint64_t count;

	if (oom->is_polled)
		return oe_event_counter_ready(oom);
	if (oe_handle_count(oom->wanted_fd, &count))
		return false;
	if (count < oom->wanted)
		oom->wanted = count;
	return count > oom->wanted;
}

/*
 * The module lets the OOM go on when the counter has been read. So everything
 * that must be done before comes before.
 */
static int dispatch_oom(struct oom_embedded *oom)
{
	struct oom_embedded_event *event = &oom->event;
	int got;

	if (!counter_has_moved(oom))
		return 0;
	oe_event_clear(event);
	event->type = OOM_EMBEDDED_OOM;
	event->seq = oom->wanted + 1;
	call_back(&oom->save, event);
	call_back(&oom->free_caches, event);
	got = oe_event_next_oom(oom, event);
	if (got <= 0)
		return got;
	if (oom->flags & OOM_EMBEDDED_ACKNOWLEDGE)
		oom_embedded_acknowledge(oom, event->seq);
	call_back(&oom->on_event, event);
	return 1;
}

static void dispatch_quiet(struct oom_embedded *oom,
			   const struct oom_embedded_event *event)
{
	if (event->type == OOM_EMBEDDED_LEVEL &&
	    event->level > event->level_was &&
	    event->level >= OOM_EMBEDDED_LEVEL_CRITICAL)
		call_back(&oom->free_caches, event);
	call_back(&oom->on_event, event);
}

int oom_embedded_dispatch(struct oom_embedded *oom)
{
	int count = 0;
	int got;

	for (;;) {
		/* Between any two others: it is the one that is waited for. */
		got = dispatch_oom(oom);
		if (got < 0)
			return got;
		count += got;
		oe_event_clear(&oom->event);
		got = oe_event_next_quiet(oom, &oom->event);
		if (got < 0)
			return got;
		if (!got)
			return count;
		dispatch_quiet(oom, &oom->event);
		count++;
	}
}
