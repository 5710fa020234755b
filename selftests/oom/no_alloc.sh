#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# From OOM entry to the decision the OOM path allocates nothing. The tracepoints of the kernel's
# allocators stay silent for the task that is in it.
# OOMS: of each kind (default 5).
#
# set: stock
# needs: events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

OOMS=${OOMS:-5}
[ "$OOMS" -le 5 ] || OOMS=5

watch_allocations()
{
	trace_start oe_alloc counter
	alloc=$TRACING/instances/oe_alloc
	echo 4096 >"$alloc/buffer_size_kb"
	for event in kmem/kmalloc kmem/kmem_cache_alloc kmem/mm_page_alloc \
		oom_embedded/oom_embedded_enter oom_embedded/oom_embedded_decide; do
		echo 1 >"$alloc/events/$event/enable" || bail_out "no tracepoint $event"
	done
}

# The emergencies in which the task left the OOM path without a decision, because there was memory
# after all: it allocates in between, and decides when it comes back.
left_between()
{
	sed -n 's/^seq=\([0-9]*\) .* outcome=not_killed .*/\1/p' "$OE/events" | tr '\n' ' '
}

# The events between enter and decide, of the task that entered. The first column of a
# trace line is COMM-PID.
inside()
{
	awk -v count="$1" -v left="$(left_between)" '
		BEGIN { for (i = split(left, seqs, " "); i; i--) was_left[seqs[i]] }
		{ task = $1 }
		/: oom_embedded_enter: / {
			nr_inside++
			seq = $0
			sub(/.*seq=/, "", seq)
			sub(/ .*/, "", seq)
			owner = seq in was_left ? "" : task
			next
		}
		/: oom_embedded_decide: / { owner = ""; next }
		owner != "" && task == owner && / (kmalloc|kmem_cache_alloc|mm_page_alloc)/ {
			print; found++
		}
		END { if (count) print nr_inside + 0 }' "$alloc/trace"
}

nr_entered()
{
	grep -c ': oom_embedded_enter: ' "$alloc/trace"
}

memcg_round()
{
	leak -c "leaker" -C "$cgroup" -R 900 -l 0 -k 1024 >/dev/null 2>&1
}

sysrq_round()
{
	spawn fodder 1024 800
	sysrq_oom
	reap "$pid"
}

needs events
plan 4
load_module selection_order=rank rank_threshold=100
if gives memcg; then
	make_cgroup oe_alloc 12M
fi
watch_allocations
watch_oom oe_alloc
round=0
rounds=$OOMS
! gives memcg || rounds=$((2 * OOMS))
while [ "$round" -lt "$OOMS" ]; do
	round=$((round + 1))
	if gives memcg; then
		memcg_round
	fi
	sysrq_round
done
echo 0 >"$alloc/tracing_on"
check "the allocators' tracepoints were heard at all" \
	grep -q 'kmem_cache_alloc' "$alloc/trace"
# If memory came back, there is nothing to decide.
equal "every OOM was seen from its entry to the decision" \
	$(($(get reconfigure_wanted) - $(get stats/avoided))) \
	"$(inside 1 | tail -n 1)"
check "there were enough of them" [ "$(nr_entered)" -ge "$rounds" ]
equal "nothing was allocated in between" "" "$(inside 0 | head -n 5)"
finish
