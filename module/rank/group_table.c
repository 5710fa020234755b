// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of groups: lookups without a lock. The rules of its groups are changed
 * in group_change_rule.c.
 */
#include "core.h"

#include <linux/lockdep.h>
#include <linux/mutex.h>

#include "rank/group_table.h"

struct oe_groups oe_groups = {
	.lock = __MUTEX_INITIALIZER(oe_groups.lock),
};

/**
 * oe_group_table_adjust - a count that lets readers skip the walk over the groups
 * @counter: in oe_groups, read without a lock
 * @was: is the thing that was there counted?
 * @is: and the one that is there now?
 *
 * Context: under oe_groups.lock.
 */
void oe_group_table_adjust(unsigned int *counter, bool was, bool is)
{
	lockdep_assert_held(&oe_groups.lock);
	WRITE_ONCE(*counter, *counter + is - was);
}
