#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Act 0: the stock kernel, without the module.

# shellcheck source=demo/scene.sh
. "$(dirname "$0")/scene.sh"

tell_programs()
{
	say "A small device with $(memory_mb) MB of memory runs four programs:"
	say
	say " $(printf '%-10s %6s %8s' program pid size)"
	for one in $programs; do
		case $one in
		"$pacemaker") remark="the one that must not die" ;;
		"$updater") remark="has a bug: it will leak" ;;
		*) remark= ;;
		esac
		say " $(printf '%-10s %6d %5d MB  %s' "$(role_of "$one")" "$one" "$(size_mb "$one")" "$remark")"
	done
}

plan 5
trace_start oe_victims counter
start_programs unranked
tell_programs
biggest=$(biggest)
equal "the pacemaker is the biggest process" "$pacemaker" "$biggest"
fact victim_mb "$(size_mb "$pacemaker")"

say
say "The updater starts to leak:"
mark_log
check "the leak ends in a death" leak_until somebody_died
kill -STOP "$updater"
shout b "  Out of memory."

say
victim=$(role_of "$(marked_victims oe_victims | cut -d ' ' -f 1)")
equal "the stock kernel kills the pacemaker" pacemaker "$victim"
check "the updater, whose fault it is, lives on" alive "$updater"
equal "no splat" 0 "$(splat_taint)"

shout r "The kernel killed: $victim"
say "Still running:     $(survivors)"
say "In the kernel's own words:"
log_since_mark | sed -n 's/^.*\(Out of memory: Killed process .*\) oom_score_adj.*/\1/p' |
	head -n 1 | quote
fact victim "$victim"
fact leaker_mb "$(size_mb "$updater")"
finish
