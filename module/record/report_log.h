/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_REPORT_LOG_H
#define OE_REPORT_LOG_H

#ifdef CONFIG_OE_REPORT
int oe_report_log_init(void);
void oe_report_log_exit(void);
#else
static inline int oe_report_log_init(void)
{
	return 0;
}

static inline void oe_report_log_exit(void)
{
}
#endif

#endif /* OE_REPORT_LOG_H */
