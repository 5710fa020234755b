/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that sysfs_fuzz writes, with their grammar from the ABI page, and the directories that come
 * and go. To be included after fuzz_text.h.
 */
#ifndef FUZZ_FILES_H
#define FUZZ_FILES_H

static const char *const modes[] = { "enforce", "enforce", "enforce",
				     "observe", "off",	   NULL };
static const char *const orders[] = { "rank", "badness", NULL };
static const char *const no_victims[] = { "panic", "reboot", "unprotect",
					  NULL };
static const char *const trusts[] = { "root", "anyone", NULL };
static const char *const measures[] = { "private", "rss", NULL };
/* That do nothing to who does not want them: the rules may be about this program. */
static const char *const signals[] = { "none", "WINCH", "CONT", "URG", NULL };
static const char *const limit_signals[] = { "TERM", "USR1", "WINCH", NULL };

static const struct setting top_settings[] = {
	{ "mode", KIND_WORD, .words = modes },
	{ "rank_threshold", KIND_NUMBER, .max = 1000 },
	{ "default_rank", KIND_NUMBER, .max = 1000 },
	{ "selection_order", KIND_WORD, .words = orders },
	{ "allow_offers", KIND_NUMBER, .max = 1 },
	{ "mirror_oom_score_adj", KIND_NUMBER, .max = 1 },
	{ "min_gain_kb", KIND_SIZE, .max = 1024 },
	{ "early_kb", KIND_SIZE, .max = 1024 },
	{ "early_term_ms", KIND_NUMBER, .max = 10000 },
	{ "stall_percent", KIND_NUMBER, .max = 100 },
	{ "stall_ms", KIND_NUMBER, .max = 60000, .open = true },
	{ "reconfigure_done", KIND_NUMBER, .max = 100000, .open = true },
	{ "grace_ms", KIND_NUMBER, .max = 10000 },
	{ "grace_hold", KIND_NUMBER, .max = 1 },
	{ "reserve_kb", KIND_SIZE, .max = 1024 },
	{ "console_first", KIND_NUMBER, .max = 1 },
	{ "no_victim_action", KIND_WORD, .words = no_victims },
	{ "memcg_no_victim_action", KIND_WORD, .words = no_victims,
	  .open = true },
	{ "levels/warning_kb", KIND_SIZE, .max = 65536, .open = true },
	{ "levels/critical_kb", KIND_SIZE, .max = 32768, .open = true },
	{ "levels/imminent_oom_kb", KIND_SIZE, .max = 16384, .open = true },
	{ "levels/oom_kb", KIND_SIZE, .max = 8192, .open = true },
	{ "levels/hysteresis_kb", KIND_SIZE, .max = 4096 },
	{ "levels/debounce_ms", KIND_NUMBER, .max = 600000 },
	{ "levels/forecast_alert_ms", KIND_NUMBER, .max = 3600000 },
	{ "limits/measure", KIND_WORD, .words = measures },
	{ "limits/period_ms", KIND_NUMBER, .min = 10, .max = 60000 },
	{}
};

static const struct setting group_settings[] = {
	{ "rank", KIND_NUMBER, .max = 1000 },
	{ "precedence", KIND_NUMBER, .max = 1000 },
	{ .path = "cgroup", .kind = KIND_CGROUP },
	{ .path = "comm", .kind = KIND_COMM },
	{ .path = "uid", .kind = KIND_UID },
	{ .path = "rules", .kind = KIND_RULES },
	{ "trust", KIND_WORD, .words = trusts, .open = true },
	{ "signal", KIND_WORD, .words = signals, .open = true },
	{}
};

static const struct setting limit_settings[] = {
	{ "max_kb", KIND_SIZE, .max = 65536 },
	{ "exceed_allowed_ms", KIND_NUMBER, .max = 4294967295L },
	{ "term_timeout_ms", KIND_NUMBER, .max = 4294967295L },
	{ "refill_ms", KIND_NUMBER, .max = 4294967295L },
	{ "warn_ms", KIND_NUMBER, .max = 4294967295L },
	{ .path = "subordinate", .kind = KIND_SUBORDINATE },
	{ "signal", KIND_WORD, .words = limit_signals, .open = true },
	{}
};

static const struct setting watch_settings[] = {
	{ .path = "cgroup", .kind = KIND_CGROUP },
	{ "warning_percent", KIND_NUMBER, .max = 99, .open = true },
	{ "critical_percent", KIND_NUMBER, .max = 99, .open = true },
	{ "imminent_oom_percent", KIND_NUMBER, .max = 99, .open = true },
	{}
};

static const char *const group_names[] = { "fz0", "fz1", "fz-2", "fz_3", NULL };
static const char *const limit_names[] = { "2001",     "2002-2010",    "2005",
					   "gid:3001", "cgroup:!fz!a", NULL };
static const char *const watch_names[] = { "fw0", "fw-1", NULL };

static const struct directory {
	const char *path;
	const char *const *names;
	const struct setting *settings;
	const char *bad_name;
} directories[] = {
	{ "groups", group_names, group_settings, "Not This" },
	{ "limits", limit_names, limit_settings, "0" },
	{ "cgroups", watch_names, watch_settings, "../up" },
};

enum { NR_DIRECTORIES = sizeof(directories) / sizeof(directories[0]) };

#endif /* FUZZ_FILES_H */
