// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why the module has refused a value. It says no more than EINVAL or ERANGE; the rest is looked
 * up: the range of the key, the neighbours of a watermark, the memory of the machine.
 */
#include "common/refusal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/config_module.h"
#include "common/proc.h"
#include "common/rule.h"
#include "common/sysfs.h"
#include "common/words.h"
#include "uapi/oom_embedded.h"

enum {
	KB_TEXT = 64,
	NR_WATERMARKS = 4,
};

static const char *const watermarks[NR_WATERMARKS] = {
	"levels/warning_kb",
	"levels/critical_kb",
	"levels/imminent_oom_kb",
	"levels/oom_kb",
};

/* "26214 kB", and "10% (26214 kB)" where that is not what was written. */
static char *format_size(char *text, const char *value, unsigned long long kb)
{
	char plain[24];

	snprintf(plain, sizeof(plain), "%llu", kb);
	if (strcmp(plain, value))
		snprintf(text, KB_TEXT, "%.20s (%s kB)", value, plain);
	else
		snprintf(text, KB_TEXT, "%s kB", plain);
	return text;
}

static bool is_watermark(const char *file, int *index)
{
	for (*index = 0; *index < NR_WATERMARKS; (*index)++)
		if (!strcmp(watermarks[*index], file))
			return true;
	return false;
}

/* Each watermark is below those before it; 0 is none. */
static bool explain_watermark(char *buf, size_t size, int index,
			      const char *value, unsigned long long kb)
{
	char text[KB_TEXT];

	for (int i = 0; kb && i < NR_WATERMARKS; i++) {
		unsigned long long other;
		long long number;

		if (i == index || oe_sysfs_read_number(watermarks[i], &number))
			continue;
		other = (unsigned long long)number;
		if (!other || (i < index ? kb < other : kb > other))
			continue;
		snprintf(buf, size, "%s: %s is not %s %s (%llu kB)",
			 strchr(watermarks[index], '/') + 1,
			 format_size(text, value, kb),
			 i < index ? "below" : "above",
			 strchr(watermarks[i], '/') + 1, other);
		return true;
	}
	return false;
}

static bool explain_size(char *buf, size_t size, const char *file,
			 const struct oe_conf_key *key, const char *value)
{
	char text[KB_TEXT];
	unsigned long long kb;
	long long total;
	int index;
	bool has_half = !strcmp(file, "reserve_kb") ||
			!strcmp(file, "min_gain_kb") ||
			!strcmp(file, "early_kb");

	if (oe_proc_meminfo("MemTotal", &total) || total <= 0 ||
	    !oe_conf_kb(value, (unsigned long long)total, &kb))
		return false;
	if (is_watermark(file, &index) &&
	    explain_watermark(buf, size, index, value, kb))
		return true;
	if (kb <= (unsigned long long)(has_half ? total / 2 : total))
		return false;
	snprintf(buf, size, "%s: %s is more than %s memory (%lld kB)",
		 key->name, format_size(text, value, kb),
		 has_half ? "half of" : "all", has_half ? total / 2 : total);
	return true;
}

/* Of the watermarks of a watched cgroup each is below those before it; 0 is none. */
static bool explain_percent(char *buf, size_t size, const char *file,
			    const char *value)
{
	static const char *const keys[] = { "warning_percent",
					    "critical_percent",
					    "imminent_oom_percent", NULL };
	const char *slash = strrchr(file, '/');
	int index = slash ? oe_word_index(keys, slash + 1) : -1;
	long long percent;

	if (index < 0 || !oe_word_number(value, &percent) || !percent)
		return false;
	for (int i = 0; keys[i]; i++) {
		char path[OE_SYSFS_PATH_MAX];
		long long other;

		snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - file),
			 file, keys[i]);
		if (i == index || oe_sysfs_read_number(path, &other) ||
		    !other || (i < index ? percent < other : percent > other))
			continue;
		snprintf(buf, size, "%s: %lld is not %s %s (%lld)", keys[index],
			 percent, i < index ? "below" : "above", keys[i],
			 other);
		return true;
	}
	return false;
}

/* The module says only that one of the rules is to blame. */
static bool explain_rule(char *buf, size_t size, const char *rule,
			 size_t length)
{
	const struct oe_conf_key *key =
		oe_conf_find_key(oe_conf_group_keys, "rule");
	char path[OE_SYSFS_VALUE_MAX];
	char text[OE_SYSFS_VALUE_MAX];
	struct stat st;

	snprintf(text, sizeof(text), "%.*s", (int)length, rule);
	if (!oe_conf_judge(key, text, buf, size))
		return true;
	if (!oe_rule_value(rule, length, "exe", path, sizeof(path)))
		return false;
	if (stat(path, &st))
		snprintf(buf, size, "rule: exe=%.120s: %s", path,
			 strerror(errno));
	else if (!S_ISREG(st.st_mode))
		snprintf(buf, size, "rule: exe=%.120s is no regular file",
			 path);
	else
		return false;
	return true;
}

static bool explain_rules(char *buf, size_t size, const char *file,
			  const char *value, int err)
{
	const char *name = strrchr(file, '/');
	const char *rule;
	size_t length;
	int nr = 0;

	if (!name || strcmp(name, "/rules"))
		return false;
	while ((rule = oe_rule_next(&value, &length))) {
		nr++;
		if (explain_rule(buf, size, rule, length))
			return true;
	}
	if (err != -ENOSPC)
		return false;
	snprintf(buf, size,
		 nr > OOM_EMBEDDED_RULES_MAX ?
			 "rule: a group has at most %d rules" :
			 "rule: these rules are longer than a page",
		 OOM_EMBEDDED_RULES_MAX);
	return true;
}

/**
 * oe_refusal_explain - say why a value was refused, for a human
 * @buf: gets one line without a newline, cut off if it must be
 * @size: of @buf
 * @file: of the module
 * @value: that was to be written, NULL if the file was to be read
 * @err: negative errno of the module
 *
 * Reads files. For other reasons the text is that of oe_sysfs_explain().
 *
 * Return: @buf.
 */
char *oe_refusal_explain(char *buf, size_t size, const char *file,
			 const char *value, int err)
{
	const struct oe_conf_key *key = oe_conf_key_of_file(file);

	if (value && key && (err == -EINVAL || err == -ERANGE)) {
		if (!oe_conf_judge(key, value, buf, size))
			return buf;
		if (key->type == VALUE_SIZE &&
		    explain_size(buf, size, file, key, value))
			return buf;
		if (explain_percent(buf, size, file, value))
			return buf;
	}
	if (value && !oe_sysfs_exists(file) &&
	    explain_rules(buf, size, file, value, err))
		return buf;
	return oe_sysfs_explain(buf, size, file, value, err);
}
