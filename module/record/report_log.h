/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_REPORT_LOG_H
#define OE_REPORT_LOG_H

#include <linux/types.h>

#ifdef CONFIG_OE_REPORT
int oe_report_log_init(void);
void oe_report_log_exit(void);
bool oe_report_log_wanted(void);
#else
static inline int oe_report_log_init(void)
{
	return 0;
}

static inline void oe_report_log_exit(void)
{
}

static inline bool oe_report_log_wanted(void)
{
	return false;
}
#endif

#endif /* OE_REPORT_LOG_H */
