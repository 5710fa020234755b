/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SIGNAL_H
#define OE_SIGNAL_H

struct oe_domain;

int oe_signal_parse(const char *text, int *signal);
const char *oe_signal_name(int signal);
void oe_signal_groups(const struct oe_domain *domain);

#endif /* OE_SIGNAL_H */
