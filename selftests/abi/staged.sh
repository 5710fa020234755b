#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# staged/: values take effect together, in any order, all or none; no emergency sees half of them.
# COMMITS: how often two configurations replace each other (default 100).
#
# set: once
# needs: events levels groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

COMMITS=${COMMITS:-100}

stage()
{
	sysfs_write "$OE/staged/set" "$1"
}

commit()
{
	sysfs_write "$OE/staged/commit" 1
}

staged()
{
	get staged/nr_values
}

together()
{
	threshold=$(get rank_threshold)
	equal "values are staged" "OK OK" \
		"$(stage "rank_threshold 300\\ndefault_rank 600") $(stage 'groups/g/rank 250')"
	equal "and not yet in force" "$threshold 500 3" \
		"$(get rank_threshold) $(get groups/g/rank) $(staged)"
	equal "the commit is taken" OK "$(commit)"
	equal "all of them are in force" "300 600 250 0" \
		"$(get rank_threshold) $(get default_rank) $(get groups/g/rank) $(staged)"
	equal "a commit of nothing is one" OK "$(commit)"
}

files_of_a_group()
{
	stage 'groups/g/rules uid=7 comm=a* ; comm=b' >/dev/null
	stage "groups/g/comm x*\\ngroups/g/uid 5-6\\ngroups/g/signal USR1\\ngroups/g/trust name\\ngroups/g/precedence 9" >/dev/null
	equal "each file of a group is taken" OK "$(commit)"
	equal "and reads back" "comm=a* uid=7,comm=b,x*,5-6,USR1,name,9" \
		"$(cd "$OE/groups/g" && cat rules comm uid signal trust precedence | tr '\n' ',' | sed 's/,$//')"
	equal "a rule is cleared" OK "$(stage groups/g/rules; commit >/dev/null)"
	equal "it is gone" "" "$(get groups/g/rules)"
	equal "a group may be made after the value is staged" "OK OK OK 77" \
		"$(stage 'groups/later/rank 77') $(sysfs_write "$OE/groups/create" later) $(commit) $(get groups/later/rank)"
}

# By single writes each step must be in order; staged, only the result.
watermarks()
{
	put levels/warning_kb 40000
	put levels/critical_kb 30000
	put levels/imminent_oom_kb 20000
	equal "the lowest watermark cannot be written first" ERANGE \
		"$(sysfs_write "$OE/levels/imminent_oom_kb" 60000)"
	stage "levels/imminent_oom_kb 60000\\nlevels/critical_kb 70000\\nlevels/warning_kb 80000" >/dev/null
	equal "staged, the order of the lines is no matter" OK "$(commit)"
	equal "the watermarks are in force" "80000 70000 60000" \
		"$(get levels/warning_kb) $(get levels/critical_kb) $(get levels/imminent_oom_kb)"
}

refused()
{
	equal "what is no file, or no value, is refused at once" \
		"ENOENT ENOENT ENOENT ENOENT ERANGE EINVAL EINVAL ENAMETOOLONG" \
		"$(stage 'nothing 1') $(stage 'levels/level 1') $(stage 'groups/g/pids 1') $(stage 'limits/1/max_kb 1') $(stage 'rank_threshold 1001') $(stage rank_threshold) $(stage 'groups/g/uid x') $(stage 'groups/g/rules comm=a ; comm=sixteen_letters_')"
	equal "of a write with a bad line nothing is staged" "ERANGE 0" \
		"$(stage "rank_threshold 5\\ndefault_rank 1001") $(staged)"
	stage "rank_threshold 5\\nlevels/critical_kb 90000" >/dev/null
	equal "watermarks out of order are refused" "ERANGE levels/critical_kb" \
		"$(commit) $(get staged/refused)"
	equal "and nothing has changed" "300 70000 2" \
		"$(get rank_threshold) $(get levels/critical_kb) $(staged)"
	equal "the next commit is refused, too, until it is cleared" "ERANGE OK 0 OK" \
		"$(commit) $(sysfs_write "$OE/staged/clear" 1) $(staged) $(commit)"
	stage "rank_threshold 5\\ngroups/nobody/rank 1" >/dev/null
	equal "a group that is not there is refused" "ENOENT groups/nobody/rank 300" \
		"$(commit) $(get staged/refused) $(get rank_threshold)"
	sysfs_write "$OE/staged/clear" 1 >/dev/null
}

# Words of rules, and texts of a commit, that are nearly right.
nearly_right()
{
	long=$(printf '%040d' 0)
	equal "no group, no file of one, or too long a name: refused" "ENOENT ENOENT ENOENT ENOENT" \
		"$(stage 'groups/g 1') $(stage "groups/$long/rank 1") $(stage "groups/g/$(printf '%080d' 0) 1") $(stage 'groups/g/rankle 1')"
	equal "a semicolon is the end of a rule only as a word" "EINVAL EINVAL OK 1" \
		"$(stage 'groups/g/rules comm=a ;comm=b') $(stage 'groups/g/rules ;comm=b') $(stage 'groups/g/rules comm=a;b') $(staged)"
	equal "commit and clear want a 1" "EINVAL EINVAL ERANGE 1" \
		"$(sysfs_write "$OE/staged/commit" x) $(sysfs_write "$OE/staged/clear" '1\x00') $(sysfs_write "$OE/staged/commit" 2) $(staged)"
	sysfs_write "$OE/staged/clear" 1 >/dev/null
	lines=$(seq 200 | sed 's/.*/rank_threshold 5\\n/' | tr -d '\n')
	last=OK
	nr=0
	while [ "$last" = OK ] && [ "$nr" -lt 30 ]; do
		last=$(stage "$lines")
		nr=$((nr + 1))
	done
	equal "4096 values may wait, and no more" "ENOSPC 21 4000 OK 0" \
		"$last $nr $(staged) $(sysfs_write "$OE/staged/clear" 1) $(staged)"
}

# In each of the two configurations the process is protected; with the threshold of one and the
# ranking of the other it is not.
replace()
{
	while [ ! -e "$tmp/stop" ]; do
		stage "groups/g/rank 300\\nrank_threshold 500" >/dev/null
		commit
		stage "rank_threshold 100\\ngroups/g/rank 50" >/dev/null
		commit
	done >"$tmp/commits"
}

has_committed()
{
	[ "$(grep -c OK "$tmp/commits")" -ge "$COMMITS" ]
}

whole()
{
	spawn precious 20480 -
	put groups/g/pids "$pid"
	spawn other 2048 900
	set_to mode observe
	replace &
	writer=$!
	while ! has_committed; do
		(echo 1 >"$OE/relieve") 2>/dev/null
		tail -n 1 "$OE/events"
	done >"$tmp/looks"
	: >"$tmp/stop"
	wait $writer
	comment "$(grep -c would_comm=other "$tmp/looks") emergencies, $(wc -l <"$tmp/commits") commits"
	check "emergencies were recorded" grep -q "would_comm=other" "$tmp/looks"
	equal "no emergency saw a half of each" 0 "$(grep -c would_comm=precious "$tmp/looks")"
	equal "no commit was refused" 0 "$(grep -vc OK "$tmp/commits")"
}

needs events
needs levels
needs groups
plan 27
load_module selection_order=badness
put groups/create g
together
files_of_a_group
watermarks
refused
nearly_right
whole
equal "no splat" 0 "$(splat_taint)"
finish
