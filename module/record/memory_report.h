/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_MEMREPORT_H
#define OE_MEMREPORT_H

#include "record/types.h"

struct oe_process;

#ifdef CONFIG_OE_REPORT
int oe_memreport_init(void);
int oe_memreport_reserve_names(void);
void oe_memreport_exit(void);
void oe_memreport_begin(enum oe_memreport_reason reason, u64 seq,
			enum oe_level level, enum oe_level level_was);
void oe_memreport_victim(const struct oe_process *victim);
void oe_memreport_take(enum oe_memreport_reason reason);
#else
static inline int oe_memreport_init(void)
{
	return 0;
}

static inline int oe_memreport_reserve_names(void)
{
	return 0;
}

static inline void oe_memreport_exit(void)
{
}

static inline void oe_memreport_begin(enum oe_memreport_reason reason, u64 seq,
				      enum oe_level level,
				      enum oe_level level_was)
{
}

static inline void oe_memreport_victim(const struct oe_process *victim)
{
}

static inline void oe_memreport_take(enum oe_memreport_reason reason)
{
}
#endif

const struct oe_memreport *oe_memreport_latest(void);
void oe_memreport_take_to_read(const struct oe_memreport *report);
bool oe_memreport_is_whole(const struct oe_memreport *report,
			   unsigned int *version);
unsigned int oe_memreport_room(void);
const char *oe_memreport_reason_name(enum oe_memreport_reason reason);
const char *oe_memreport_source(const struct oe_memreport *report,
				const struct oe_memreport_process *process,
				char text[OE_MEMREPORT_SOURCE]);

#endif /* OE_MEMREPORT_H */
