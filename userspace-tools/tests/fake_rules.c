// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of a group, as the module takes them: all lines, or none.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/rule.h"
#include "tests/fake_tree.h"
#include "uapi/oom_embedded.h"

static int judge_condition(const char *word)
{
	char path[PATH_MAX];

	if (oe_rule_value(word, strlen(word), "exe", path, sizeof(path)))
		return access(path, F_OK) ? -errno : 0;
	if (!strncmp(word, "cgroup=/", 8) ||
	    (!strncmp(word, "comm=", 5) && word[5]) ||
	    (!strncmp(word, "uid=", 4) && isdigit((unsigned char)word[4])))
		return 0;
	return -EINVAL;
}

int fake_put_rules(const char *file, const char *value)
{
	const char *rules = value;
	char copy[TEXT_SIZE];
	size_t length;
	char *save;
	char *word;
	int nr = 0;
	int err = 0;

	snprintf(copy, sizeof(copy), "%s", value);
	for (word = strtok_r(copy, " \t\n", &save); word && !err;
	     word = strtok_r(NULL, " \t\n", &save))
		err = judge_condition(word);
	while (oe_rule_next(&rules, &length))
		nr++;
	if (!err && nr > OOM_EMBEDDED_RULES_MAX)
		err = -ENOSPC;
	if (!err)
		fake_put_line(file, value);
	return err;
}
