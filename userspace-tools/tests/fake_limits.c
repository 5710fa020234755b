// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of a group and of a limit, and what they have at first; what is written to those that take text.
 */
#include <stddef.h>

#include "tests/fake_tree.h"

const char *const fake_group_files[] = {
	/* clang-format off */
	"rank", "500", "pids", "", "cgroup", "", "comm", "", "uid", "", "signal", "none",
	"nr_members", "0", "trust", "root", "rules", "", "precedence", "0", "candidates", "",
	/* clang-format on */
	NULL,
};

const char *const fake_limit_files[] = {
	/* clang-format off */
	"max_kb", "0", "rss_kb", "0", "shared_kb", "0",
	"exceed_allowed_ms", "0", "refill_ms", "60000", "warn_ms", "1000",
	"term_timeout_ms", "0", "signal", "TERM", "subordinate", "",
	"exceeded_ms", "0", "left_ms", "0", "nr_kills", "0",
	/* clang-format on */
	NULL,
};

int fake_put_limit(const char *file, const char *value)
{
	fake_put_line(file, value);
	return 0;
}
