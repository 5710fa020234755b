#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module itself says what this kernel gives it, and says it once in the log. Its probes of fork and
# exit have the kernel's prototypes.
# COVERAGE: the words expected, with commas (default global,memcg,guard).
#
# set: matrix

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

in_words()
{
	echo "$1" | tr ',' ' '
}

# The module's lines about what the kernel has and it cannot reach. Without memory cgroups
# there is no such OOM to miss.
nr_complaints()
{
	log_since_mark | grep -Ec 'oom_embedded: .*(is not covered|no guard:)'
}

is_nobody_ranked()
{
	[ "$(get stats/ranked)" = 0 ]
}

# A tracepoint calls a single probe directly, and two through pointers, whose types kCFI checks.
beside_others()
{
	beside=$TRACING/instances/oe_beside
	mkdir "$beside" || bail_out "no trace instance"
	instances="$instances $beside"
	for event in sched_process_fork sched_process_exit; do
		echo 1 >"$beside/events/sched/$event/enable" || bail_out "no tracepoint $event"
	done
	(ranked 700 sh -c '/bin/true; /bin/true')
	poll_until "$PATIENCE" is_nobody_ranked
	echo 0 >"$beside/events/enable"
	grep -q sched_process_exit "$beside/trace" && is_nobody_ranked
}

plan 4
mark_log
load_module
equal "coverage is what this kernel can give" "$(in_words "$COVERAGE")" "$(get coverage)"
if gives guard; then
	equal "and the log has no complaint" 0 "$(nr_complaints)"
else
	equal "and the log says once what is missing" 1 "$(nr_complaints)"
fi
check "fork and exit beside other probes: a ranking comes and goes" beside_others
# For the table that the matrix of kernels makes.
comment "found: release=$(uname -r)"
comment "found: coverage=$(get coverage)"
comment "found: size=$(awk '$1 == "oom_embedded" { print $2 }' /proc/modules)"
equal "no splat" 0 "$(splat_taint)"
finish
