#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The KUnit suites, a result a case, read from debugfs.
#
# set: debug matrix
# needs: kunit

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

KUNIT_MODULE=/lib/oom-embedded/oom_embedded_kunit.ko
RESULTS=/sys/kernel/debug/kunit
SUITES="oom_embedded_policy oom_embedded_parse oom_embedded_rank oom_embedded_group oom_embedded_watermark
	oom_embedded_forecast oom_embedded_available oom_embedded_limit oom_embedded_kill_table
	oom_embedded_blocks oom_embedded_gate oom_embedded_adj oom_embedded_stall oom_embedded_pause
	oom_embedded_arguments oom_embedded_swap_cost oom_embedded_record oom_embedded_report_log oom_embedded_memory_report
	oom_embedded_storm oom_embedded_enforce oom_embedded_domain oom_embedded_request oom_embedded_early
	oom_embedded_hold oom_embedded_guard oom_embedded_purpose oom_embedded_watchdog oom_embedded_detour
	oom_embedded_decide oom_embedded_snapshot oom_embedded_cgroup_stall oom_embedded_cgroup_counts
	oom_embedded_read_time oom_embedded_pending oom_embedded_retired"

[ -e "$KUNIT_MODULE" ] || skip_all "this kernel has no KUnit"

# The cases of a suite are its results one level in, without the parameters' own.
cases_of()
{
	sed -n "s/^    \(\(not \)\?ok\) [0-9]* \([a-z_]*\).*/\1|$1.\3/p" \
		"$RESULTS/$1/results"
}

insmod "$KUNIT_MODULE" || bail_out "the suites do not load"
for suite in $SUITES; do
	cases_of "$suite"
done >"$tmp/cases" 2>&1
plan $(($(wc -l <"$tmp/cases") + 1))
while IFS='|' read -r result name; do
	equal "$name" ok "$result"
done <"$tmp/cases"
# Every KUNIT_CASE in the sources is a line above: none was lost on the way.
equal "all cases reported" "${NR_KUNIT_CASES:-259}" "$(wc -l <"$tmp/cases")"
for suite in $SUITES; do
	grep -q '^not ok' "$RESULTS/$suite/results" && cat "$RESULTS/$suite/results"
done | sed 's/^/# /'
rmmod oom_embedded_kunit
finish
