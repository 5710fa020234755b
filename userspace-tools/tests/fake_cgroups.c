// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of a watched cgroup, and what they have at first; what is written to them is judged as by
 * the module.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake_tree.h"
#include "uapi/oom_embedded.h"

#define AS_WRITTEN(number) #number
#define AS_TEXT(number) AS_WRITTEN(number)

const char *const fake_cgroup_files[] = {
	/* clang-format off */
	"cgroup", "", "level", "normal", "available_kb", "20480", "limit_kb", "24576",
	"stall_percent", "0",
	"warning_percent", AS_TEXT(OOM_EMBEDDED_WARNING_PERCENT),
	"critical_percent", AS_TEXT(OOM_EMBEDDED_CRITICAL_PERCENT),
	"imminent_oom_percent", AS_TEXT(OOM_EMBEDDED_IMMINENT_OOM_PERCENT),
	/* clang-format on */
	NULL,
};

static int put_percent(const char *file, const char *value)
{
	static const char *const keys[] = { "warning_percent",
					    "critical_percent",
					    "imminent_oom_percent" };
	const char *key = strrchr(file, '/') + 1;
	long above = 101;
	char *end;
	long percent = strtol(value, &end, 10);

	if (!isdigit((unsigned char)*value) || *end)
		return -EINVAL;
	for (int i = 0; i < 3; i++) {
		char path[TEXT_SIZE];
		long one = percent;

		snprintf(path, sizeof(path), "%.*s%s", (int)(key - file), file,
			 keys[i]);
		if (strcmp(keys[i], key))
			one = (long)fake_number(path);
		if (!one)
			continue;
		if (one >= above)
			return -ERANGE;
		above = one;
	}
	fake_put_line(file, value);
	return 0;
}

int fake_put_cgroup(const char *file, const char *value)
{
	const char *key = strrchr(file, '/') + 1;

	if (strcmp(key, "cgroup"))
		return strstr(key, "_percent") ? put_percent(file, value) :
						 -EACCES;
	if (strpbrk(value, "*?[\n") || (*value && *value != '/') ||
	    strstr(value, "/../"))
		return -EINVAL;
	fake_put_line(file, value);
	return 0;
}
