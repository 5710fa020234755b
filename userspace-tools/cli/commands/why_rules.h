/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_WHY_RULES_H
#define OE_CLI_WHY_RULES_H

#include <stdbool.h>
#include <stddef.h>

struct oe_proc;

enum {
	WHY_GROUP_SIZE = 40,
	WHY_TEXT_SIZE = 256,
};

/**
 * struct why_rule - a group to which a process belongs, by its pid or by its most exact rule
 * @group: the group
 * @rank: its ranking
 * @precedence: before groups of a lower one, if rules are equally exact
 * @asks: how exact the rule is, as the module counts; 0: by its pid
 * @trusted: false if the rule would protect, and is for processes of root only
 * @text: the rule in words, cut off if it must be
 */
struct why_rule {
	char group[WHY_GROUP_SIZE];
	long long rank;
	long long precedence;
	unsigned int asks;
	bool trusted;
	char text[WHY_TEXT_SIZE];
};

size_t why_rules_find(const struct oe_proc *proc, struct why_rule **rules);
const char *why_rules_passed(const struct why_rule *rule,
			     const struct why_rule *winner, const char *source);

#endif
