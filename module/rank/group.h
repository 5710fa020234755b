/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GROUP_H
#define OE_GROUP_H

#include <linux/types.h>

#include "core.h"
#include "rank/group_rule.h"
#include "rank/types.h"

struct oe_group;

int oe_group_add(const char *name, struct oe_group **group);
void oe_group_remove(struct oe_group *group);
void oe_group_exit(void);
void oe_group_lock(void);
void oe_group_unlock(void);
struct oe_group *oe_group_find(const char *name);
const struct oe_group *oe_group_peek(const char *name);

unsigned int oe_group_index(const struct oe_group *group);
unsigned int oe_group_rank(const struct oe_group *group);
void oe_group_set_rank(struct oe_group *group, unsigned int rank);
unsigned int oe_group_precedence(const struct oe_group *group);
void oe_group_set_precedence(struct oe_group *group, unsigned int precedence);
int oe_group_signal(const struct oe_group *group);
void oe_group_set_signal(struct oe_group *group, int signal);

bool oe_group_trusts_names(const struct oe_group *group);
void oe_group_trust_names(struct oe_group *group, bool trust);

bool oe_group_of_members(const unsigned long *groups,
			 struct oe_ranking *ranking);
void oe_group_of_kind(const union oe_subject *subject, unsigned long *groups);
unsigned int oe_group_of_rules(const union oe_subject *subject,
			       const unsigned long *groups,
			       struct oe_ranking *ranking);
#ifdef CONFIG_OE_GROUPS
bool oe_group_has_by_rule(const struct oe_group *group,
			  const union oe_subject *subject);
void oe_group_describe(union oe_subject *subject, struct task_struct *p,
		       enum oe_exe_access access);
#else
static inline bool oe_group_has_by_rule(const struct oe_group *group,
					const union oe_subject *subject)
{
	return false;
}

static inline void oe_group_describe(union oe_subject *subject,
				     struct task_struct *p,
				     enum oe_exe_access access)
{
}
#endif
const struct oe_group *oe_group_next(unsigned int *index);
bool oe_group_any_rule(void);
bool oe_group_any_signal(void);
void oe_group_name(unsigned int index, char name[OE_GROUP_NAME]);

#endif /* OE_GROUP_H */
