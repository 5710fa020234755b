#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# There are at most 256 groups; the next one is refused, and the module unloads with all of them.
#
# set: long
# needs: groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

nr_groups()
{
	set -- "$OE"/groups/*/
	echo $#
}

needs groups
plan 6
load_module selection_order=rank
made=0
for i in $(seq 300); do
	put groups/create "many$i" || break
	made=$((made + 1))
done
equal "there may be 256 groups in all" "256 256" "$made $(nr_groups)"
equal "and the next is refused" ENOSPC "$(sysfs_write "$OE/groups/create" more)"
for i in $(seq "$made"); do
	set_to "groups/many$i/comm" '*'
	set_to "groups/many$i/rank" "$i"
done
spawn anybody 1024 -
equal "the most protective of all counts" "1 group:many1" "$(ranking_of "$pid")"
for i in $(seq 16); do
	put groups/remove "many$i" || break
done
equal "removed they are gone" "240" "$(nr_groups)"
equal "and the next one counts" "17 group:many17" "$(ranking_of "$pid")"
unload_module
equal "unloaded with those that are left" "gone 0" "$(unloaded && echo gone) $(splat_taint)"
finish
