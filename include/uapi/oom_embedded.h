/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * oom_embedded: the names and numbers that userspace and the module share.
 *
 * Everything is configured through files below OOM_EMBEDDED_SYSFS; their
 * description is Documentation/ABI/testing/sysfs-kernel-oom_embedded.
 */
#ifndef _UAPI_LINUX_OOM_EMBEDDED_H
#define _UAPI_LINUX_OOM_EMBEDDED_H

/* clang-format off */

#define OOM_EMBEDDED_NAME		"oom_embedded"
#define OOM_EMBEDDED_SYSFS		"/sys/kernel/" OOM_EMBEDDED_NAME

/* major.minor: major = break, minor = addition; file abi_version. */
#define OOM_EMBEDDED_ABI_MAJOR		1
#define OOM_EMBEDDED_ABI_MINOR		0

/* Rankings: higher = more expendable. */
#define OOM_EMBEDDED_RANK_NEVER		0	/* never chosen, whatever the threshold */
#define OOM_EMBEDDED_RANK_DEFAULT	500	/* of a process that was given none */
#define OOM_EMBEDDED_RANK_MAX		1000

/* The default of min_gain_kb. */
#define OOM_EMBEDDED_MIN_GAIN_KB	4096

/* The default of stall_ms. */
#define OOM_EMBEDDED_STALL_MS	5000

/* The words in the files of these names, lowest value first. */
#define OOM_EMBEDDED_MODE_WORDS		"off", "observe", "enforce"
#define OOM_EMBEDDED_ORDER_WORDS	"badness", "rank"
#define OOM_EMBEDDED_NO_VICTIM_WORDS	"panic", "reboot", "unprotect"
#define OOM_EMBEDDED_MEMCG_NO_VICTIM_WORDS	"unprotect", "fail"
#define OOM_EMBEDDED_LIMIT_MEASURE_WORDS	"rss", "private"
#define OOM_EMBEDDED_LEVEL_WORDS	"normal", "warning", "critical", "imminent_oom", "oom"

/* Ranges; the lower end is 0 where there is none here. */
#define OOM_EMBEDDED_GRACE_MS_MAX	10000
#define OOM_EMBEDDED_DEBOUNCE_MS_MAX	600000
#define OOM_EMBEDDED_FORECAST_ALERT_MS_MAX	3600000
#define OOM_EMBEDDED_EARLY_TERM_MS_MAX	10000
#define OOM_EMBEDDED_STALL_MS_MIN	2000
#define OOM_EMBEDDED_STALL_MS_MAX	60000
#define OOM_EMBEDDED_LIMIT_PERIOD_MS_MIN	10
#define OOM_EMBEDDED_LIMIT_PERIOD_MS_MAX	60000
#define OOM_EMBEDDED_LIMIT_MS_MAX	4294967295U	/* exceed_allowed_ms, term_timeout_ms */

/* Groups. */
#define OOM_EMBEDDED_GROUPS_MAX		256
#define OOM_EMBEDDED_GROUP_NAME_MAX	32	/* [a-z0-9_-] */
#define OOM_EMBEDDED_PATTERN_MAX	64	/* with the NUL */
#define OOM_EMBEDDED_STAGED_MAX		4096	/* values that wait for a commit */
#define OOM_EMBEDDED_RULES_MAX		16	/* lines of a group's rules */
#define OOM_EMBEDDED_PRECEDENCE_MAX	1000
#define OOM_EMBEDDED_TRUST_WORDS	"root", "name"

/* Watermarks by default, in percent of the memory, or of a watched cgroup's limit. */
#define OOM_EMBEDDED_WARNING_PERCENT	15
#define OOM_EMBEDDED_CRITICAL_PERCENT	8
#define OOM_EMBEDDED_IMMINENT_OOM_PERCENT	4

/* Memory cgroups that are watched. */
#define OOM_EMBEDDED_CGROUPS_MAX	16

/* Keys of the uevents (ACTION=change, SUBSYSTEM=oom_embedded). */
#define OOM_EMBEDDED_KEY_EVENT		"OOM_EVENT"
#define OOM_EMBEDDED_KEY_SEQ		"OOM_SEQ"
#define OOM_EMBEDDED_KEY_KIND		"OOM_KIND"
#define OOM_EMBEDDED_KEY_TRIGGER_PID	"OOM_TRIGGER_PID"
#define OOM_EMBEDDED_KEY_TRIGGER_COMM	"OOM_TRIGGER_COMM"
#define OOM_EMBEDDED_KEY_ORDER		"OOM_ORDER"
#define OOM_EMBEDDED_KEY_GRACE_MS	"OOM_GRACE_MS"
#define OOM_EMBEDDED_KEY_MEMCG		"OOM_MEMCG"
#define OOM_EMBEDDED_KEY_VICTIM_PID	"OOM_VICTIM_PID"
#define OOM_EMBEDDED_KEY_VICTIM_COMM	"OOM_VICTIM_COMM"
#define OOM_EMBEDDED_KEY_VICTIM_UID	"OOM_VICTIM_UID"
#define OOM_EMBEDDED_KEY_VICTIM_RANK	"OOM_VICTIM_RANK"
#define OOM_EMBEDDED_KEY_VICTIM_RSS_KB	"OOM_VICTIM_RSS_KB"
#define OOM_EMBEDDED_KEY_OUTCOME	"OOM_OUTCOME"
#define OOM_EMBEDDED_KEY_LIMIT_UID	"OOM_LIMIT_UID"
#define OOM_EMBEDDED_KEY_LIMIT_GID	"OOM_LIMIT_GID"
#define OOM_EMBEDDED_KEY_LIMIT_CGROUP	"OOM_LIMIT_CGROUP"
#define OOM_EMBEDDED_KEY_LIMIT_KB	"OOM_LIMIT_KB"
#define OOM_EMBEDDED_KEY_RSS_KB		"OOM_RSS_KB"
#define OOM_EMBEDDED_KEY_LEFT_MS	"OOM_LEFT_MS"
#define OOM_EMBEDDED_KEY_REASON		"OOM_REASON"
#define OOM_EMBEDDED_KEY_LEVEL		"OOM_LEVEL"
#define OOM_EMBEDDED_KEY_LEVEL_WAS	"OOM_LEVEL_WAS"
#define OOM_EMBEDDED_KEY_AVAILABLE_KB	"OOM_AVAILABLE_KB"
#define OOM_EMBEDDED_KEY_AVAILABLE_KERNEL_KB	"OOM_AVAILABLE_KERNEL_KB"
#define OOM_EMBEDDED_KEY_WATCH		"OOM_WATCH"
#define OOM_EMBEDDED_KEY_COVERAGE	"OOM_COVERAGE"
#define OOM_EMBEDDED_KEY_EMERGENCIES	"OOM_EMERGENCIES"
#define OOM_EMBEDDED_KEY_VICTIMS	"OOM_VICTIMS"

/* Values of OOM_EVENT. */
#define OOM_EMBEDDED_EVENT_RECONFIGURE	"reconfigure"
#define OOM_EMBEDDED_EVENT_VICTIM	"victim"
#define OOM_EMBEDDED_EVENT_NO_VICTIM	"no_victim"
#define OOM_EMBEDDED_EVENT_LIMIT	"limit"
#define OOM_EMBEDDED_EVENT_LEVEL	"level"
#define OOM_EMBEDDED_EVENT_CGROUP_LEVEL	"cgroup_level"
#define OOM_EMBEDDED_EVENT_COVERAGE	"coverage"
#define OOM_EMBEDDED_EVENT_RESUME	"resume"

/* clang-format on */

#endif /* _UAPI_LINUX_OOM_EMBEDDED_H */
