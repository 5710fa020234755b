/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_REPORT_H
#define OE_REPORT_H

#include "../episode.h"

const char *oe_kind_name(enum oe_kind kind);
const char *oe_outcome_name(enum oe_outcome outcome);
unsigned long oe_report_reconfigure(const struct oe_episode *episode);
void oe_count_call(const struct oe_call *call);
void oe_count_outcome(const struct oe_episode *episode);
void oe_report_outcome(const struct oe_episode *episode);

#endif /* OE_REPORT_H */
