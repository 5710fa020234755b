// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quiet: the machine is about to be suspended.
 *
 * A suspend is announced some time before the kernel switches its OOM killer
 * off. In between userspace still runs, for up to 20 s, or for as long as it
 * holds /dev/snapshot open. An OOM has a victim then, and the rankings hold. But
 * processes that are about to be frozen cannot be waited for, and a panic would
 * turn a failed suspend into a failed machine. Userspace is told after the
 * resume.
 */
#include "core.h"

#include <linux/atomic.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <linux/suspend.h>

#include <uapi/oom_embedded.h>

#include "episode.h"
#include "notify.h"
#include "oom/quiet.h"

/* Only `now` is read elsewhere. Calls of the notifier are serialised. */
static struct {
	bool now;
	u64 wanted; /* when it began */
	s64 victims; /* likewise */
	struct oe_uevent uevent;
} quiet;

static s64 nr_victims(void)
{
	return atomic64_read(&oe_stats[OE_STAT_victims]);
}

static void begin_quiet(void)
{
	quiet.wanted = oe_notify_wanted();
	quiet.victims = nr_victims();
	WRITE_ONCE(quiet.now, true); /* read by oe_quiet_now() */
}

static void tell_userspace(u64 emergencies, s64 victims)
{
	struct oe_uevent *uevent = &quiet.uevent;

	oe_notify_catch_up();
	memset(uevent, 0, sizeof(*uevent));
	oe_uevent_add(uevent,
		      OOM_EMBEDDED_KEY_EVENT "=" OOM_EMBEDDED_EVENT_RESUME);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_SEQ "=%llu", oe_notify_wanted());
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_EMERGENCIES "=%llu",
		      emergencies);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIMS "=%lld", victims);
	oe_notify_send(uevent);
}

static void end_quiet(void)
{
	u64 emergencies = oe_notify_wanted() - quiet.wanted;
	s64 victims = nr_victims() - quiet.victims;

	/* Not quiet: the module was loaded during the suspend. */
	if (!quiet.now)
		return;
	WRITE_ONCE(quiet.now, false); /* read by oe_quiet_now() */
	if (emergencies || victims)
		tell_userspace(emergencies, victims);
}

static int on_pm(struct notifier_block *block, unsigned long event, void *data)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		begin_quiet();
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		end_quiet();
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block pm_block = {
	.notifier_call = on_pm,
};

/**
 * oe_quiet_now - is the machine about to be suspended?
 *
 * Context: any.
 * Return: true between the first word of a suspend and the last of the resume.
 */
bool oe_quiet_now(void)
{
	return READ_ONCE(quiet.now); /* written by on_pm() */
}

/**
 * oe_quiet_for - does an emergency count as one on the way into suspend?
 * @episode: the emergency; a suspend may begin or end while it goes on
 *
 * Context: any.
 * Return: true if it began so, or is so now.
 */
bool oe_quiet_for(const struct oe_episode *episode)
{
	return episode->call.quiet || oe_quiet_now();
}

/**
 * oe_quiet_init - listen to suspend and resume
 *
 * Does nothing on kernels that cannot suspend.
 *
 * Context: module init, may sleep.
 */
void oe_quiet_init(void)
{
	/* The kernel refuses a block only if it is registered already. */
	register_pm_notifier(&pm_block);
}

/**
 * oe_quiet_exit - stop to listen
 *
 * Context: module exit, may sleep.
 */
void oe_quiet_exit(void)
{
	unregister_pm_notifier(&pm_block);
}
