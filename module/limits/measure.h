/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_MEASURE_H
#define OE_LIMIT_MEASURE_H

#include <linux/types.h>

#include "episode.h"
#include "limits/types.h"

struct xarray;

/**
 * struct oe_limit_found - a process found again
 * @process: for the record
 * @here: it has memory
 * @ending: it is exiting
 * @may_die: it is this user's, and neither protected nor exiting
 */
struct oe_limit_found {
	struct oe_process process;
	bool here;
	bool ending;
	bool may_die;
};

void oe_limit_measure(struct xarray *table);
void oe_limit_look_up(const struct oe_limit *limit, struct pid *tgid,
		      struct oe_limit_found *found);
void oe_limit_replace_pid(struct pid **slot, struct pid *pid);

#endif /* OE_LIMIT_MEASURE_H */
