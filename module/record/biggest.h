/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_BIGGEST_H
#define OE_BIGGEST_H

#include <linux/types.h>

struct oe_memreport;
struct oe_memreport_process;

bool oe_biggest_has_room(const struct oe_memreport *report, unsigned long size);
void oe_biggest_add(struct oe_memreport *report,
		    const struct oe_memreport_process *process);

#endif /* OE_BIGGEST_H */
