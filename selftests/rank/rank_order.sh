#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The choice of the victim follows the rankings, the measure and the threshold as they are at that
# moment.
#
# set: once matrix_timed

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

plan 13
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter

spawn low "$(sized 16384)" 300
low=$pid
spawn mid "$(sized 8192)" 500
mid=$pid
spawn high 1024 700
high=$pid
sysrq_kills "rank: the highest ranking dies although it is the smallest" "$high"

spawn tie_small "$(sized 1024)" 800
tie_small=$pid
spawn tie_big "$(sized 6144)" 800
tie_big=$pid
spawn tie_mid "$(sized 3072)" 800
tie_mid=$pid
sysrq_kills "rank: a tie goes to the bigger one" "$tie_big"
sysrq_kills "rank: and then to the next bigger one" "$tie_mid"
sysrq_kills "rank: and then to the smallest" "$tie_small"

put oom_ranking "$low 900"
sysrq_kills "rank: a ranking changed at run time counts at once" "$low"

spawn big "$(sized 16384)" 200
big=$pid
spawn small 1024 900
small=$pid
spawn guarded "$(sized 20480)" 99
guarded=$pid
set_to selection_order badness
sysrq_kills "badness: the biggest of the eligible dies, whatever its ranking" "$big"

set_to rank_threshold 600
sysrq_kills "a threshold raised at run time protects the bigger one" "$small"

set_to rank_threshold 99
sysrq_kills "a threshold lowered to its ranking makes a process eligible" "$guarded"

spawn cleared 1024 0
cleared=$pid
put oom_ranking "$cleared -"
set_to default_rank 1000
set_to selection_order rank
sysrq_kills "default_rank is the ranking of a process whose own was cleared" "$cleared"

spawn never "$(sized 20480)" 0
never=$pid
spawn last 1024 1
last=$pid
put oom_ranking "$mid 0"
set_to rank_threshold 0
set_to selection_order badness
sysrq_kills "ranking 0 is never chosen, also with a threshold of 0" "$last"
check "the biggest one, of ranking 0, lives" alive "$never"
check "the one whose turn did not come lives" alive "$mid"
equal "no splat" 0 "$(splat_taint)"
finish
