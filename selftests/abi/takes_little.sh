#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory for what is not used is not there: at the defaults the module has set aside two memory
# reports, and runs two threads. The table of kill sets comes with the first reason to protect a
# process, by whatever way, a queue with a thread of its own where out_of_memory() is not wrapped.
#
# set: rest
# needs: guard

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

SECTIONS=/sys/module/oom_embedded/sections

# areas: of memory that the module has allocated by pages
areas()
{
	grep -c '\[oom_embedded\]' /proc/vmallocinfo
}

# A worker of the kernel's has the name of what it did last; a rescuer (kworker/R-) is the queue's own.
threads()
{
	cat /proc/[0-9]*/comm 2>/dev/null | grep 'oom_e' | grep -v '^kworker/[u0-9]' | sort | tr '\n' ' '
}

# anew [PARAMETER...]: loads it, and sets $before to the areas.
anew()
{
	load_module "$@"
	before=$(areas)
}

# Where ftrace reads a list of functions of its own, the compiler's is not installed.
list_is_needed()
{
	[ ! -e "$SECTIONS/__patchable_function_entries" ] || [ ! -e "$SECTIONS/__mcount_loc" ]
}

plan 12
anew
check "no list of functions that nobody reads" list_is_needed
equal "at the defaults: the two memory reports" 2 "$before"
equal "and two threads" "oom_emb_levels oom_embedded " "$(threads)"
set_to default_rank 1
set_to rank_threshold 0
equal "nobody can be protected" 2 "$(areas)"
set_to rank_threshold 2
equal "a threshold brings the table of kill sets" 3 "$(areas)"
set_to rank_threshold 3
set_to oom_ranking "1 0"
equal "once" 3 "$(areas)"
anew
set_to default_rank 0
equal "so does a default of 0" 3 "$(areas)"
anew
set_to oom_ranking "1 0"
equal "and a ranking" 3 "$(areas)"
anew rank_threshold=1
echo first >"$OE/groups/create" || bail_out "no group"
with_table=$(areas)
anew
echo first >"$OE/groups/create" || bail_out "no group"
equal "and a group" "$with_table" "$(areas)"
anew rank_threshold=1
equal "and a parameter" 3 "$before"
# Its name depends on the kernel.
anew kprobes=0
equal "where calls are not wrapped, a queue has a thread more" 3 "$(threads | wc -w)"
equal "no splat" 0 "$(splat_taint)"
finish
