// SPDX-License-Identifier: GPL-2.0-only
/*
 * During suspend and hibernation the kernel's OOM killer is disabled and
 * out_of_memory() returns immediately: then there is nothing to announce.
 */
#include "core.h"

#include <linux/notifier.h>
#include <linux/suspend.h>

#include "oom/intercept.h"

static bool silent;

static int on_pm(struct notifier_block *block, unsigned long event, void *data)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		WRITE_ONCE(silent, true);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		WRITE_ONCE(silent, false);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block pm_block = {
	.notifier_call = on_pm,
};

/**
 * oe_intercept_is_silent - is the machine on its way to sleep?
 *
 * Context: any.
 * Return: true between the first word of a suspend and the last of the resume.
 */
bool oe_intercept_is_silent(void)
{
	return READ_ONCE(silent); /* written by on_pm() */
}

/**
 * oe_intercept_pm_init - listen to suspend and resume
 *
 * Context: module init, may sleep.
 * Return: 0, also on kernels that cannot suspend.
 */
int oe_intercept_pm_init(void)
{
	return register_pm_notifier(&pm_block);
}

/**
 * oe_intercept_pm_exit - stop to listen
 *
 * Context: module exit, may sleep.
 */
void oe_intercept_pm_exit(void)
{
	unregister_pm_notifier(&pm_block);
}
