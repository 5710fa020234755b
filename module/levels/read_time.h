/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long the reads of disks take.
 */
#ifndef OE_READ_TIME_H
#define OE_READ_TIME_H

#ifdef CONFIG_BLOCK

int oe_read_time_start(void);
void oe_read_time_stop(void);
void oe_read_time_sum(unsigned long *reads, unsigned long *us);

#else

#include <linux/errno.h>

static inline int oe_read_time_start(void)
{
	return -EOPNOTSUPP;
}

static inline void oe_read_time_stop(void)
{
}

static inline void oe_read_time_sum(unsigned long *reads, unsigned long *us)
{
	*reads = 0;
	*us = 0;
}

#endif /* CONFIG_BLOCK */

#endif /* OE_READ_TIME_H */
