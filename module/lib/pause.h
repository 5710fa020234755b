/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PAUSE_H
#define OE_PAUSE_H

#include <linux/jiffies.h>
#include <linux/types.h>

/**
 * oe_pause_is_over - has so much time passed?
 * @since: jiffies when it began, however long ago
 * @ms: how long it lasts
 * @now: jiffies
 *
 * time_before() takes a deadline for a future one once half of the range of jiffies has
 * passed: 25 to 248 days on 32 bit.
 *
 * Return: true if so; false for another @ms each time that jiffies come round.
 */
static inline bool oe_pause_is_over(unsigned long since, unsigned int ms,
				    unsigned long now)
{
	return now - since >= msecs_to_jiffies(ms);
}

#endif /* OE_PAUSE_H */
