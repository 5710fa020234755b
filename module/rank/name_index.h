/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_NAME_INDEX_H
#define OE_NAME_INDEX_H

#include <linux/sched.h>
#include <linux/types.h>

#include "rank/types.h"

enum {
	OE_NAME_PLACES = TASK_COMM_LEN - 1, /* the last byte is always NUL */
};

/**
 * struct oe_names - the names that the rules of a group can match
 * @kinds: of rules that ask for a name, for each place in it: bit N is set if a
 *	character of kind N may stand there
 * @nameless: there is a rule that does not ask for a name
 *
 * There may be more names, but none is missing.
 */
struct oe_names {
	u16 kinds[OE_NAME_PLACES];
	bool nameless;
};

#ifdef CONFIG_OE_GROUPS
int oe_name_index_reserve(void);
void oe_name_index_free(void);
#else
static inline int oe_name_index_reserve(void)
{
	return 0;
}

static inline void oe_name_index_free(void)
{
}
#endif

void oe_names_add(struct oe_names *names, const char *pattern);
void oe_name_index_widen(unsigned int group, const struct oe_names *names);
void oe_name_index_narrow(unsigned int group, const struct oe_names *names);
void oe_name_index_find(const char *name, unsigned long *groups);
void oe_name_index_nameless(unsigned long *groups);

#endif /* OE_NAME_INDEX_H */
