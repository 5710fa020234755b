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

# The module's memory with nothing set, in KiB: as loaded, and with its pages, the spare objects of the
# rankings where the kernel tells, and its threads' stacks of 16 KiB (8 KiB with 32 bits).
module_memory_kb()
{
	case $(uname -m) in
	i?86|arm*) stack_kb=8 ;;
	*) stack_kb=16 ;;
	esac
	loaded_kb=$(($(cat /sys/module/oom_embedded/coresize) / 1024))
	pages_kb=$(awk '/\[oom_embedded\]/ { for (i = 3; i <= NF; i++) if ($i ~ /^pages=/) n += substr($i, 7) }
		END { print n * 4 }' /proc/vmallocinfo)
	spare_kb=$(awk '$1 == "oom_embedded_rank" { print $(NF - 1) * $6 * 4 }' /proc/slabinfo 2>/dev/null)
	stacks_kb=$(($(cat /proc/[0-9]*/comm 2>/dev/null | grep -c oom_e) * stack_kb))
	echo "$loaded_kb $((loaded_kb + pages_kb + ${spare_kb:-0} + stacks_kb))"
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
load_module
comment "found: memory=$(module_memory_kb)"
equal "no splat" 0 "$(splat_taint)"
finish
