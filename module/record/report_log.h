/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_REPORT_LOG_H
#define OE_REPORT_LOG_H

int oe_report_log_init(void);
void oe_report_log_exit(void);

#endif /* OE_REPORT_LOG_H */
