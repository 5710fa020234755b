// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of a group as text.
 */
#include "common/rule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t";

const char *oe_rule_next(const char **text, size_t *length)
{
	const char *rule = *text + strspn(*text, " \t\n");

	*length = strcspn(rule, "\n");
	*text = rule + *length;
	return *length ? rule : NULL;
}

/* \xHH is a byte, as the module writes it and reads it. */
static size_t read_byte(const char *from, size_t left, char *byte)
{
	char digits[3] = "";

	*byte = *from;
	if (left < 4 || from[0] != '\\' || from[1] != 'x' ||
	    !isxdigit((unsigned char)from[2]) ||
	    !isxdigit((unsigned char)from[3]))
		return 1;
	memcpy(digits, from + 2, 2);
	*byte = (char)strtol(digits, NULL, 16);
	return 4;
}

static void unescape_value(const char *from, size_t length, char *to,
			   size_t size)
{
	const char *end = from + length;
	size_t used = 0;

	while (from < end && used + 1 < size)
		from += read_byte(from, (size_t)(end - from), &to[used++]);
	to[used] = '\0';
}

bool oe_rule_value(const char *rule, size_t length, const char *key,
		   char *value, size_t size)
{
	const char *end = rule + length;
	size_t key_length = strlen(key);
	size_t word;

	for (rule += strspn(rule, blanks); rule < end;
	     rule += word, rule += strspn(rule, blanks)) {
		word = strcspn(rule, " \t\n");
		if (word <= key_length || rule[key_length] != '=' ||
		    strncmp(rule, key, key_length))
			continue;
		unescape_value(rule + key_length + 1, word - key_length - 1,
			       value, size);
		return true;
	}
	return false;
}
