#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kswapd asks for a victim although there is memory (min_ttl_ms of multi-gen LRU): one
# emergency of kind thrash, told once, decided once; never a panic.
#
# set: alone
# needs: guard events

# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
LRU=/sys/kernel/mm/lru_gen

has_event()
{
	grep -q ' kind=thrash ' "$OE/events"
}

field()
{
	grep ' kind=thrash ' "$OE/events" | head -n 1 | tr ' ' '\n' | sed -n "s/^$1=//p"
}

[ -w "$LRU/min_ttl_ms" ] || skip_all "no multi-gen LRU on this kernel"
needs guard
needs events
plan 9
load_module selection_order=rank rank_threshold=100 no_victim_action=panic grace_ms=2000
echo y >"$LRU/enabled"
# Page cache that is younger than that: nothing is to be evicted.
dd if=/dev/zero of="$tmp/cache" bs=1M count=20 2>/dev/null
echo 600000 >"$LRU/min_ttl_ms"
spawn shield 4096 50
shield=$pid
spawn leaky 1024 800 -l $(($(mem_and_swap_kb) * 2)) -k 64 -v 4096
leaky=$pid
check "kswapd asks for a victim" poll_until 120 has_event
killed "the leaker dies" "$leaky"
echo 0 >"$LRU/min_ttl_ms"
equal "it is told as what it is, without a window" "thrash 0" "$(field kind) $(field grace_ms)"
check "the trigger is kswapd" [ "$(field trigger_comm | cut -c 1-6)" = kswapd ]
equal "one emergency" 1 "$(get reconfigure_wanted)"
equal "one victim" 1 "$(get stats/victims)"
equal "none avoided" 0 "$(get stats/avoided)"
check "the protected process lives" alive "$shield"
equal "no splat" 0 "$(splat_taint)"
finish
