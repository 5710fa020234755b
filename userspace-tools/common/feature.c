// SPDX-License-Identifier: GPL-2.0-only
/*
 * Features that a build of the module may have left out (OE_LIMITS=n): their files are not there.
 */
#include "common/feature.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/sysfs.h"

#define NOT_BUILT(feature) \
	"not in this build of the module (" feature "=n, or it is older)"

static const struct {
	const char *file; /* or directory */
	const char *reason;
} features[] = {
	{ "limits", NOT_BUILT("OE_LIMITS") },
	{ "report", NOT_BUILT("OE_REPORT") },
	{ "events", NOT_BUILT("OE_EVENTS") },
	{ "levels", NOT_BUILT("OE_LEVELS") },
	{ "levels/history", NOT_BUILT("OE_EVENTS") },
	{ "cgroups", NOT_BUILT("OE_LEVELS") },
	{ "early_kb", NOT_BUILT("OE_LEVELS") },
	{ "early_term_ms", NOT_BUILT("OE_LEVELS") },
	{ "stall_percent", NOT_BUILT("OE_LEVELS") },
	{ "stall_ms", NOT_BUILT("OE_LEVELS") },
};

static const char rules_reason[] = NOT_BUILT("OE_GROUPS");

/* Below groups/NAME/. */
static const char *const rule_files[] = { "cgroup", "comm", "uid", "rules",
					  "trust" };

static int belongs_to(const char *file, const char *feature)
{
	size_t length = strlen(feature);

	return !strncmp(file, feature, length) &&
	       (!file[length] || file[length] == '/');
}

/* Is it about a rule of a group that is there? */
static int is_about_rule(const char *file)
{
	const char *name = strrchr(file, '/');
	char directory[OE_SYSFS_PATH_MAX];
	size_t i;

	if (!name || strncmp(file, "groups/", 7))
		return 0;
	snprintf(directory, sizeof(directory), "%.*s", (int)(name - file),
		 file);
	for (i = 0; i < sizeof(rule_files) / sizeof(*rule_files); i++)
		if (!strcmp(rule_files[i], name + 1))
			return !oe_sysfs_exists(directory) &&
			       oe_sysfs_exists(file) == -ENOENT;
	return 0;
}

/**
 * oe_feature_missing - was the feature of a file left out of the module?
 * @file: relative to the root; the module is there, the file is not
 *
 * Return: a constant text that says so, or NULL if the file has no feature that can be left out, or
 * the feature is there.
 */
const char *oe_feature_missing(const char *file)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
		if (belongs_to(file, features[i].file) &&
		    oe_sysfs_exists(features[i].file) == -ENOENT)
			return features[i].reason;
	return is_about_rule(file) ? rules_reason : NULL;
}

/**
 * oe_feature_explain - say that a file is not there, for a human
 * @buf: gets one line without a newline, cut off if it must be
 * @size: of @buf
 * @file: relative to the root; the module is there, the file is not
 *
 * Return: @buf.
 */
char *oe_feature_explain(char *buf, size_t size, const char *file)
{
	const char *reason = oe_feature_missing(file);

	if (reason)
		snprintf(buf, size, "%s: %s", file, reason);
	else
		snprintf(buf, size, "this version of the module has no %s",
			 file);
	return buf;
}
