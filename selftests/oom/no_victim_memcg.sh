#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In a memory cgroup in which all processes are protected, the highest ranked one is given up, and
# ranking 0 never. With memcg_no_victim_action=fail the cgroup gets what the stock kernel gives
# when nothing is killable: the allocation fails, and no process dies inside or outside; a page
# fault is retried after a pause, and one emergency is announced.
#
# set: oom
# needs: memcg

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# eat_file OPTION...: a leaker in the cgroup that eats by writing a file in a tmpfs, as
# write(2) can fail where a page fault would only be tried again. Prints its word.
eat_file()
{
	leak -c writer -C "$cgroup" -f "$tmp/eaten" -l 65536 "$@" >"$tmp/writer.out" 2>&1 &
	writer=$!
	started="$started $writer"
	reap "$writer"
	rm -f "$tmp/eaten"
	echo "$(grep -o 'refused.*' "$tmp/writer.out") $rc"
}

needs memcg
plan 18
load_module selection_order=rank rank_threshold=100 no_victim_action=panic memcg_no_victim_action=fail
trace_start oe_victims counter
make_cgroup oe_novictim 16M

spawn outsider 1024 1000
outsider=$pid
spawn shield 6144 50 -C "$cgroup"
shield=$pid

set_to mode off
echo -1000 >"/proc/$shield/oom_score_adj"
stock=$(eat_file -a -1000 | tail -n 1)
echo 0 >"/proc/$shield/oom_score_adj"
equal "stock kernel, nothing killable: the allocation fails" "refused ENOMEM 3" "$stock"
equal "and nobody dies" "" "$(marked_after 0)"

set_to mode enforce
no_victim=$(get stats/no_victim)
episodes=$(get stats/oom_memcg)
mark_log
ours=$(eat_file -r 20 | tail -n 1)
equal "everybody protected: the allocation fails in the same way" "$stock" "$ours"
equal "and nobody dies" "" "$(marked_after 0)"
check "the protected process lives" alive "$shield"
check "an expendable process outside the group lives" alive "$outsider"
check "stats/no_victim moved" [ "$(get stats/no_victim)" -gt "$no_victim" ]
check "stats/oom_memcg moved" [ "$(get stats/oom_memcg)" -gt "$episodes" ]
check "the record says so" poll_until "$PATIENCE" log_says \
	'oom_embedded: seq=.* kind=memcg .*outcome=no_victim'

# Page faults cannot fail. Two cgroups at once: neither makes the other's a new emergency.
ticks() { cut -d ' ' -f 14,15 "/proc/$1/stat" | tr ' ' '+'; }

# fault_in NAME RANK: a process whose page faults go past its cgroup's limit; sets $pid.
fault_in()
{
	make_cgroup "$1" 16M
	spawn "$1" 1024 "$2" -C "$cgroup" -l 65536
}

told=$(get reconfigure_wanted)
fault_in oe_fault_a 10
a=$pid
fault_in oe_fault_b 20
b=$pid
told_twice() { [ "$(get reconfigure_wanted)" -ge $((told + 2)) ]; }
poll_until "$PATIENCE" told_twice
sleep 3
busy=$(($(ticks "$a") + $(ticks "$b")))
sleep 5
busy=$(($(ticks "$a") + $(ticks "$b") - busy))
check "fail: a protected process past its limit lives" alive "$a"
check "and that of another cgroup" alive "$b"
equal "each emergency is told once" $((told + 2)) "$(get reconfigure_wanted)"
# With KASAN a try takes longer than the pause after it.
if [ -e /sys/kernel/debug/kmemleak ]; then
	pass "and costs little: $busy of 1000 ticks # SKIP a debug kernel"
else
	check "and costs little: $busy of 1000 ticks" [ "$busy" -lt 800 ]
fi

echo "$a 0" >"$OE/oom_ranking"
set_to memcg_no_victim_action unprotect
killed "unprotect: the highest ranked one is given up" "$b"
check "stats/unprotected moved" [ "$(get stats/unprotected)" -ge 1 ]
sleep 2
check "ranking 0 is not given up" alive "$a"
check "the protected process of the other cgroup lives" alive "$shield"
kill -KILL "$a"
killed "a process in that wait can be killed" "$a"
finish
