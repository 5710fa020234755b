/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules of a group as text, see groups/<name>/rules in the ABI page: a rule a
 * line, its conditions are words KEY=VALUE.
 */
#ifndef OE_RULE_H
#define OE_RULE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * oe_rule_next - walk over the rules
 * @text: all rules; moves behind the rule
 * @length: gets the length of the rule, without a newline
 *
 * Return: the rule, or NULL at the end. Empty lines are skipped.
 */
const char *oe_rule_next(const char **text, size_t *length);

/**
 * oe_rule_value - a value that a rule asks for
 * @rule: of oe_rule_next()
 * @length: of the rule
 * @key: "exe", "cgroup", "comm" or "uid"
 * @value: gets the value, unescaped; cut off if it must be
 * @size: of @value
 *
 * Return: true; false if the rule has no such condition.
 */
bool oe_rule_value(const char *rule, size_t length, const char *key,
		   char *value, size_t size);

#endif
