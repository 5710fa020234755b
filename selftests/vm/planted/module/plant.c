// SPDX-License-Identifier: GPL-2.0-only
/*
 * One planted bug a load, so that the harness can be seen to notice it.
 */

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *bug = "none";
module_param(bug, charp, 0400);

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void leak(void)
{
	char *lost = kmalloc(100, GFP_KERNEL);

	if (lost)
		strscpy(lost, "leaked", 100);
}

static void take_in_both_orders(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void use_after_free(void)
{
	char *gone = kmalloc(100, GFP_KERNEL);

	if (!gone)
		return;
	kfree(gone);
	OPTIMIZER_HIDE_VAR(gone);
	WRITE_ONCE(gone[10], 1);
}

static int __init plant_init(void)
{
	if (!strcmp(bug, "leak"))
		leak();
	else if (!strcmp(bug, "abba"))
		take_in_both_orders();
	else if (!strcmp(bug, "uaf"))
		use_after_free();
	return 0;
}

static void __exit plant_exit(void)
{
}

module_init(plant_init);
module_exit(plant_exit);
MODULE_DESCRIPTION("Planted bugs for the test harness");
MODULE_LICENSE("GPL");
