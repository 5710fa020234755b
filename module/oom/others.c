// SPDX-License-Identifier: GPL-2.0-only
/*
 * Are there OOM notifiers of other modules, such as a balloon? Two notifiers of
 * this module, the first and the last of the chain, have the others between them.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/rcupdate.h>

#include "oom/others.h"

static int on_first(struct notifier_block *block, unsigned long unused,
		    void *data)
{
	return NOTIFY_OK;
}

static struct notifier_block first_block = {
	.notifier_call = on_first,
	.priority = INT_MAX,
};

static struct notifier_block *last_block;

/**
 * oe_others_exist - are there OOM notifiers of others (a balloon)?
 *
 * Context: any.
 * Return: true if there may be one that could find memory.
 */
bool oe_others_exist(void)
{
	return rcu_access_pointer(first_block.next) != last_block;
}

/**
 * oe_others_register - register both ends of the chain
 * @last: the notifier that comes last, at priority INT_MIN
 *
 * Context: module init, may sleep.
 * Return: 0 or a negative errno.
 */
int oe_others_register(struct notifier_block *last)
{
	int err;

	last_block = last;
	err = register_oom_notifier(&first_block);
	if (err)
		return err;
	err = register_oom_notifier(last);
	if (err)
		unregister_oom_notifier(&first_block);
	return err;
}

/**
 * oe_others_unregister - undo oe_others_register()
 *
 * Context: module exit, may sleep; waits for a notifier call that is running.
 */
void oe_others_unregister(void)
{
	unregister_oom_notifier(last_block);
	unregister_oom_notifier(&first_block);
}
