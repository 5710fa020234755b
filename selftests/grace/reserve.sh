#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A protected handler can take reserve_kb, page by page, while no other process gets memory; the
# reserve is filled again when memory is back.
# ROUNDS: how many times (default 2).
#
# set: graceful
# needs: levels

# A large guest takes its time to be filled.
PATIENCE=${PATIENCE:-120}
# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

ROUNDS=${ROUNDS:-2}
# A share of the guest, whatever its size; all other amounts are in KiB.
TOTAL=$(mem_total_kb)
RESERVE=$((TOTAL / 32))

reserve_is()
{
	[ "$(get reserve_available_kb)" = "$1" ]
}

# At least that is free.
free_is()
{
	[ "$(mem_free_kb)" -ge "$1" ]
}

# With what lies on the lists of the CPUs, which MemFree does not count: blocks that could only be
# taken in small pieces are given back to those.
mem_free_kb()
{
	awk '/^KernelPageSize:/ { page_kb = $2 }
		$1 == "pages" && $2 == "free" { free += $3 }
		$1 == "count:" { free += $2 }
		END { print free * page_kb }' /proc/self/smaps /proc/zoneinfo
}

# Fills memory until the kernel has killed for it.
run_out()
{
	spawn leaker 256 900 -g -l 0
	kill -USR1 "$pid"
	reap "$pid"
}

needs levels
plan 11
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
free=$(mem_free_kb)
equal "by default there is none" "0 0" "$(get reserve_kb) $(get reserve_available_kb)"
set_to reserve_kb "$RESERVE"
check "written, it is taken" poll_until "$PATIENCE" reserve_is "$RESERVE"
held=$((free - $(mem_free_kb)))
comment "of $TOTAL KiB: reserve_kb=$RESERVE, held $held"
check "what is held is at least that" [ "$held" -ge $((RESERVE * 9 / 10)) ]

set_to grace_ms 4000
set_to grace_hold 1
start handler handler -s "$RESERVE" save
handler=$pid
for round in $(seq "$ROUNDS"); do
	poll_until "$PATIENCE" reserve_is "$RESERVE"
	[ "$round" = 1 ] || sleep 16 # the budget is full again
	get reconfigure_wanted >>"$tmp/firsts"
	run_out
done
check "used up and memory back, it is refilled" poll_until "$PATIENCE" reserve_is "$RESERVE"
kill -TERM "$handler"
wait "$handler"
reaped="$reaped $handler"
saved=$(awk 'NR == FNR { first[$1 + 1]; next } $1 in first && $2 >= 0 && $2 <= 4000 { n++ }
	END { print n + 0 }' "$tmp/firsts" "$tmp/handler.out")
comment "the handler's savings, ms: $(tr '\n' ';' <"$tmp/handler.out")"
equal "in each OOM the handler could use all of it" "$ROUNDS" "$saved"

set_to reserve_kb 1%
equal "a share of RAM reads in KiB" "$((TOTAL / 100))" "$(get reserve_kb)"
check "a smaller one is given back" poll_until "$PATIENCE" reserve_is "$((TOTAL / 100))"
equal "more than half of RAM is refused" "ERANGE $((TOTAL / 100))" \
	"$(sysfs_write "$OE/reserve_kb" 51%) $(get reserve_kb)"
set_to reserve_kb "$RESERVE"
poll_until "$PATIENCE" reserve_is "$RESERVE"

# With little available nothing is refilled from others' memory, and nobody dies of it.
victims=$(get stats/victims)
set_to reserve_kb 0
poll_until "$PATIENCE" reserve_is 0
spawn crowd $(($(get levels/available_kb) - RESERVE)) 50
set_to reserve_kb "$RESERVE"
sleep 2
equal "with little memory nothing is taken, and nobody dies" "0 $victims" \
	"$(get reserve_available_kb) $(get stats/victims)"
stop_process "$pid"
check "with memory back it is" poll_until "$PATIENCE" reserve_is "$RESERVE"
before=$(mem_free_kb)
unload_module
comment "free before unloading: $before, after: $(mem_free_kb)"
check "unloading gives it back" poll_until "$PATIENCE" free_is $((before + RESERVE * 9 / 10))
finish
