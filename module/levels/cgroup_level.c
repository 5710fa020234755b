// SPDX-License-Identifier: GPL-2.0-only
/*
 * The level of a memory cgroup: the same rules as for the machine, with the
 * cgroup's limit in place of the memory. The callers hold the lock of the table of
 * watches.
 */
#include "core.h"

#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/memcontrol.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "levels/cgroup_level.h"
#include "levels/level.h"
#include "memory/available.h"
#include "memory/memcg.h"
#include "notify.h"
#include "trace.h"

enum {
	HYSTERESIS_PERCENT = 1,
	/* A cgroup is measured so often even if its charges stay. */
	MEASURE_MS = 1000,
};

static u64 now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

static void send_change(const struct oe_cgroup_watch *watch, enum oe_level was,
			const struct oe_memcg_amount *amount)
{
	static struct oe_uevent uevent_text; /* under the callers' lock */
	struct oe_uevent *uevent = &uevent_text;

	memset(uevent, 0, sizeof(*uevent));
	uevent->yields = true;
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_EVENT
		      "=" OOM_EMBEDDED_EVENT_CGROUP_LEVEL);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_SEQ "=%llu", oe_notify_wanted());
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_WATCH "=%s", watch->name);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LEVEL "=%s",
		      oe_level_name(watch->announced));
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LEVEL_WAS "=%s",
		      oe_level_name(was));
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_AVAILABLE_KB "=%llu",
		      amount->kb);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LIMIT_KB "=%llu",
		      amount->limit_kb);
	oe_notify_send(uevent);
}

/* Each level on the way is told, as for the machine. */
static void announce_levels(struct oe_cgroup_watch *watch,
			    const struct oe_watermarks *marks, u64 level_kb,
			    const struct oe_memcg_amount *amount)
{
	while (watch->announced != watch->state.level) {
		enum oe_level was = watch->announced;

		/* Read by sysfs. */
		WRITE_ONCE(watch->announced,
			   oe_watermark_next(marks, level_kb, was,
					     watch->state.level));
		trace_oom_embedded_cgroup_level(watch->name, watch->announced,
						was, amount->kb);
		if (!watch->node)
			continue;
		sysfs_notify_dirent(watch->node);
		send_change(watch, was, amount);
	}
}

static void fill_marks(struct oe_watermarks *marks,
		       const struct oe_cgroup_watch *watch, u64 limit_kb)
{
	enum oe_level level;

	memset(marks, 0, sizeof(*marks));
	for (level = OE_LEVEL_WARNING; level < OE_NR_LEVELS; level++)
		marks->kb[level] = min_t(
			u64, div_u64(limit_kb, 100) * watch->percent[level],
			U32_MAX);
	marks->hysteresis_kb = min_t(
		u64, div_u64(limit_kb, 100) * HYSTERESIS_PERCENT, U32_MAX);
	marks->debounce_ms = oe_level_debounce_ms();
}

/**
 * oe_cgroup_level_rests - is the level what it was at the last look?
 * @watch: of a cgroup that exists
 * @ms: set to the time of the next look if so
 *
 * Adding up the lists of a cgroup costs much more than reading what is charged to
 * it, and most cgroups do nothing most of the time.
 *
 * Context: under the lock of the table.
 * Return: true if so; false if it has to be measured now.
 */
bool oe_cgroup_level_rests(struct oe_cgroup_watch *watch, unsigned int *ms)
{
	u64 charges = oe_memcg_charges(watch->memcg);
	u64 now = now_ms();
	bool rests = charges == watch->charges && now < watch->good_ms;

	/* Before it is measured: what is charged meanwhile is seen next time. */
	watch->charges = charges;
	if (!rests)
		return false;
	watch->last_ms = now;
	*ms = watch->rest_ms;
	return true;
}

/* When to look again, and whether by oe_cgroup_level_rests(). */
static unsigned int plan_next(struct oe_cgroup_watch *watch,
			      const struct oe_watermarks *marks,
			      const struct oe_sample *sample,
			      const struct oe_pace *pace)
{
	unsigned int ms =
		oe_watermark_interval(marks, &watch->state, sample, pace);

	watch->rest_ms = max_t(unsigned int, ms, OE_INTERVAL_FLAT_MS);
	watch->good_ms = 0;
	if (oe_watermark_rests(marks, &watch->state, sample))
		watch->good_ms = sample->now_ms + MEASURE_MS;
	return ms;
}

/**
 * oe_cgroup_level_step - one more look at a cgroup
 * @watch: of the cgroup
 * @amount: what it can still have
 *
 * Context: under the lock of the table; allocates nothing.
 * Return: when to look again, in ms.
 */
unsigned int oe_cgroup_level_step(struct oe_cgroup_watch *watch,
				  const struct oe_memcg_amount *amount)
{
	struct oe_sample sample = {
		.now_ms = now_ms(),
		.available_kb = amount->kb,
		.forecast_ms = -1,
	};
	struct oe_pace pace = {
		.elapsed_ms = sample.now_ms - watch->last_ms,
	};
	struct oe_watermarks marks;

	if (amount->kb < watch->last_kb)
		pace.dropped_kb = watch->last_kb - amount->kb;
	watch->last_ms = sample.now_ms;
	watch->last_kb = amount->kb;
	fill_marks(&marks, watch, amount->limit_kb);
	oe_watermark_step(&marks, &watch->state, &sample);
	announce_levels(watch, &marks, amount->kb, amount);
	return plan_next(watch, &marks, &sample, &pace);
}

/**
 * oe_cgroup_level_reset - nothing is short
 * @watch: whose cgroup is not there, or has no limit; or the module is off
 *
 * Context: as oe_cgroup_level_step().
 */
void oe_cgroup_level_reset(struct oe_cgroup_watch *watch)
{
	const struct oe_watermarks marks = {};
	const struct oe_memcg_amount amount = {};

	memset(&watch->state, 0, sizeof(watch->state));
	watch->good_ms = 0;
	announce_levels(watch, &marks, 0, &amount);
}

/**
 * oe_cgroup_level_find - the memory cgroup of a path
 * @path: in the initial namespace, "" for the root
 *
 * Context: process context, may sleep: takes the kernel's cgroup_mutex.
 * Return: of cgroup v2, with a reference; NULL if it does not exist, or has no
 * memory controller.
 */
struct mem_cgroup *oe_cgroup_level_find(const char *path)
{
	struct cgroup *cgroup = cgroup_get_from_path(*path ? path : "/");
	struct cgroup_subsys_state *css;

	if (IS_ERR(cgroup))
		return NULL;
	rcu_read_lock();
	css = rcu_dereference(cgroup->subsys[memory_cgrp_id]);
	if (css && !css_tryget_online(css))
		css = NULL;
	rcu_read_unlock();
	cgroup_put(cgroup);
	return css ? mem_cgroup_from_css(css) : NULL;
}

/**
 * oe_cgroup_level_init - a watch that watches no cgroup yet
 * @watch: zeroed; owned by the caller
 * @name: of its directory
 *
 * Context: any.
 */
void oe_cgroup_level_init(struct oe_cgroup_watch *watch, const char *name)
{
	strscpy(watch->name, name, sizeof(watch->name));
	watch->percent[OE_LEVEL_WARNING] = OOM_EMBEDDED_WARNING_PERCENT;
	watch->percent[OE_LEVEL_CRITICAL] = OOM_EMBEDDED_CRITICAL_PERCENT;
	watch->percent[OE_LEVEL_IMMINENT_OOM] =
		OOM_EMBEDDED_IMMINENT_OOM_PERCENT;
}

/**
 * oe_cgroup_level_release - free what a watch has
 * @watch: not in the table
 *
 * Context: process context.
 */
void oe_cgroup_level_release(struct oe_cgroup_watch *watch)
{
	kfree(watch->path);
}

/**
 * oe_cgroup_level_enter_oom - a cgroup is out of memory
 * @watch: of the cgroup, or of one below it
 *
 * Each level that was not told yet is told, whatever was measured.
 *
 * Context: as oe_cgroup_level_step(); also the OOM path.
 */
void oe_cgroup_level_enter_oom(struct oe_cgroup_watch *watch)
{
	struct oe_memcg_amount amount;
	struct oe_watermarks marks;

	if (!oe_available_in_memcg(watch->memcg, &amount))
		return;
	fill_marks(&marks, watch, amount.limit_kb);
	oe_watermark_enter(&watch->state, OE_LEVEL_OOM);
	watch->good_ms = 0;
	/* As for the machine: 0 KiB is below every watermark. */
	announce_levels(watch, &marks, 0, &amount);
}
