#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# apply: a configuration is put in force whole or not at all, by a module that takes one value at a
# time, and by one that has staged/.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# Without what the module says of the last commit.
settings()
{
	tree_text | grep -v '^./staged/refused:'
}

# refused DESCRIPTION STATUS PATTERN WORD...: as gives, and the tree is as before
refused()
{
	local before

	before=$(settings)
	gives "$@"
	same "$1: nothing has changed" "$before" "$(settings)"
}

# fresh: a tree of $way
fresh()
{
	make_tree "$tmp/tree"
	[[ $way != staged ]] || fake_staged
}

# The installed configuration, with its folder: names that begin with a dot, or end otherwise, are not read.
installed()
{
	if ! has_namespaces; then
		skip "apply: what is installed" "no right to make a mount namespace"
		return
	fi
	fresh
	rm -rf "${tmp:?}/etc"
	mkdir -p "$tmp/etc/oom-embedded.d"
	printf '[policy]\ngrace_ms = 250\n' >"$tmp/etc/oom-embedded.conf"
	printf '[policy]\nrank_threshold = 170\n' >"$tmp/etc/oom-embedded.d/9.conf"
	printf '[policy]\nrank_threshold = 160\n' >"$tmp/etc/oom-embedded.d/10.conf"
	printf '[policy]\nrank_threshold = 180\n' | tee "$tmp/etc/oom-embedded.d/"{.z.conf,z.conf~,zconf} >"$tmp/etc/oom-embedded.d/.conf"
	ETC=$tmp/etc gives "apply: what is installed" 0 '^$' apply
	same "apply: what is installed, the last of the folder by its bytes counts" '250 170' \
		"$(head -qn 1 "$OOM_EMBEDDED_SYSFS"/{grace_ms,rank_threshold} | paste -sd' ')"
	echo '[policy' >"$tmp/etc/oom-embedded.d/11.conf"
	ETC=$tmp/etc refused "apply: an error in what is installed" 7 '/etc/oom-embedded.d/11.conf:1: ' apply
	fresh
}

applied()
{
	fresh
	cat >"$tmp/good.conf" <<'CONF'
[policy]
rank_threshold = 150
selection_order = rank
grace_ms = 250

[rankings]
pacemaker = 5
my?proc = 700

[group web]
rank = 300
comm = web*

[group batch]
rank = 850

[limit 1001]
max_kb = 32M

[levels]
warning_kb = 12M
critical_kb = 8M
imminent_oom_kb = 4M
oom_kb = 2M
CONF
	refused "apply --dryrun: shows what is there and what will be" 0 '^- rank_threshold: 100$' \
		apply --dryrun "$tmp/good.conf"
	refused "apply --dry-run: the same" 0 '^- rank_threshold: 100$' apply --dry-run "$tmp/good.conf"
	same "apply --dryrun: all of it" 22 "$(grep -c '^+ ' <<<"$out")"
	same "apply --dryrun: not what is so already" '' "$(grep selection_order <<<"$out")"
	run apply --dryrun --json "$tmp/good.conf"
	same "apply --dryrun --json" '{"file":"rank_threshold","old":"100","new":"150"}' \
		"$(jq -c '.changes[] | select(.file == "rank_threshold")' <<<"$out")"
	gives "apply" 0 '^$' apply "$tmp/good.conf"
	file_is "apply: a setting" rank_threshold 150
	file_is "apply: a new group" groups/web/comm 'web*'
	file_is "apply: an old group" groups/batch/rank 850
	file_is "apply: watermarks below each other, all the way down" levels/warning_kb 12288
	file_is "apply: a limit" limits/1001/max_kb 32768
	file_is "apply: rankings by name" groups/rankings-pacemaker/rank 5
	file_is "apply: the first line counts that matches" groups/rankings-pacemaker/precedence 1
	same "apply: a pattern" 'my?proc' "$(cat "$OOM_EMBEDDED_SYSFS"/groups/rankings--*-myproc/comm)"
	gives "apply: again, nothing is left to do" 0 '^$' apply --dryrun "$tmp/good.conf"
	sed -i 's/= 12M/= 200M/; s/= 8M/= 150M/; s/= 4M/= 100M/; s/= 2M/= 80M/' "$tmp/good.conf"
	gives "apply: watermarks all the way up" 0 '^$' apply "$tmp/good.conf"
	file_is "apply: and the lowest is there" levels/oom_kb 81920

	fresh
	cat >"$tmp/bad.conf" <<'CONF'
[policy]
rank_threshold = 150
grace_ms = soon
colour = red
CONF
	printf '[levels]\nwarning_kb = 10M\noom_kb = 20M\n' >"$tmp/order.conf"
	refused "apply: watermarks out of order" 7 'order.conf:3: oom_kb = 20M is not below warning_kb = 10M \(.*order.conf:2\)' \
		apply "$tmp/order.conf"
	printf '[levels]\nwarning_kb = 90M\ncritical_kb = 80%%\n' >"$tmp/order.conf"
	refused "apply: watermarks that only the machine can compare" 6 \
		'critical_kb: 80% \(209715 kB\) is not below warning_kb \((92160|65536) kB\)' apply "$tmp/order.conf"
	refused "apply: errors have their lines" 7 "bad.conf:3: .*grace_ms" apply "$tmp/bad.conf"
	same "apply: all errors are said" 1 "$(grep -c 'bad.conf:4: ' <<<"$err")"
	refused "apply: from standard input, which is empty" 0 '^$' apply -
	refused "apply: no such file" 5 'cannot read .*: No such file' apply "$tmp/none.conf"
	refused "apply: a directory" 1 'Is a directory' apply "$tmp"
	refused "apply: no file, and none is installed" 5 'cannot read /etc/oom-embedded.conf: No such file' apply
	installed
	cat >"$tmp/late.conf" <<'CONF'
[policy]
rank_threshold = 150

[rankings]
pacemaker = 5
web = 900

[group new]
rank = 300
signal = USR1

[levels]
warning_kb = 12M
critical_kb = 8M
imminent_oom_kb = 4M
oom_kb = 2M

[group late]
cgroup = /nowhere
CONF
	FAKE_ERRORS='groups/late/cgroup!2' refused "apply: refused at the end, all is put back" 5 'no such group' apply "$tmp/late.conf"
	same "apply: and says so" 1 "$(grep -c 'nothing has been changed' <<<"$err")"
	# Rankings of processes are not the configuration's.
	fresh
	printf '[rankings]\npacemaker = 5\n[levels]\nwarning_kb = 90M\ncritical_kb = 80%%\n' >"$tmp/back.conf"
	printf '%10d %4u %-10s %s\n' 100 10 self pacemaker >"$OOM_EMBEDDED_SYSFS/oom_ranking"
	run apply "$tmp/back.conf"
	same "apply: refused: the groups of rankings go again" "6 " "$status $(cd "$OOM_EMBEDDED_SYSFS/groups" && compgen -G 'rankings-*')"
	same "apply: leaves the rankings of processes alone" '100 10 self' "$(awk '{ print $1, $2, $3 }' "$OOM_EMBEDDED_SYSFS/oom_ranking")"
	fresh
	FAKE_ERRORS='levels/oom_kb!5' refused "apply: fails in the middle, all is put back" 1 \
		'(Input/output|I/O) error' apply "$tmp/late.conf"
	FAKE_ERRORS='levels/oom_kb!5 groups/remove!16' gives "apply: cannot be put back" 10 \
		'not everything could be put back' apply "$tmp/late.conf"
	fresh
	rm "$OOM_EMBEDDED_SYSFS/grace_ms"
	cat >"$tmp/new.conf" <<'CONF'
[policy]
rank_threshold = 150
grace_ms = 100
CONF
	refused "apply: an older module" 9 'new.conf:3: this version of the module has no grace_ms' \
		apply "$tmp/new.conf"
	rm -r "$OOM_EMBEDDED_SYSFS/limits"
	printf '[limit 1000]\nmax_kb = 1M\n' >"$tmp/new.conf"
	refused "apply: limits are not in the build" 5 'limits/create: not in this build of the module' \
		apply "$tmp/new.conf"
}

# Of two values that belong together none is written by itself.
together()
{
	export FAKE_LOG=$tmp/log

	fresh
	printf '[policy]\nrank_threshold = 150\n[group web]\nrank = 300\nrule = comm=web* uid=0\nrule = comm=www\n' >"$tmp/two.conf"
	gives "apply: with rules" 0 '^$' apply "$tmp/two.conf"
	same "apply: the group first, then its values and the threshold" \
		"groups/create web,rank_threshold 150,groups/web/rank 300,groups/web/rules comm=web* uid=0" \
		"$(head -n 4 "$FAKE_LOG" | paste -sd,)"
	same "apply: both rules" "comm=web* uid=0,comm=www" "$(paste -sd, "$OOM_EMBEDDED_SYSFS/groups/web/rules" | sed 's/,*$//')"
	same "apply: nothing stays staged" "" "$(cat "$OOM_EMBEDDED_SYSFS/staged/set")"
	: >"$FAKE_LOG"
	printf '[policy]\nrank_threshold = 160\n[group web]\nrank = 310\n[levels]\ncritical_kb = 80%%\n' >"$tmp/two.conf"
	run apply "$tmp/two.conf"
	same "apply: a refused value was in force at no moment" "6 " "$status $(grep -v ^groups/ "$FAKE_LOG")"
	: >"$FAKE_LOG"
	printf '[policy]\nrank_threshold = 160\n' >"$tmp/two.conf"
	flock "$OOM_EMBEDDED_SYSFS/staged/commit" sleep 1 &
	gives "apply: one value needs no stage" 0 '^$' apply "$tmp/two.conf"
	printf '[policy]\nrank_threshold = 170\n[group web]\nrank = 310\n' >"$tmp/two.conf"
	gives "apply: waits for another program" 0 '^$' apply "$tmp/two.conf"
	wait
	flock "$OOM_EMBEDDED_SYSFS/staged/commit" sleep 1000 &
	sleeper=$!
	until ! flock -n "$OOM_EMBEDDED_SYSFS/staged/commit" true; do
		sleep 0.05
	done
	printf '[policy]\nrank_threshold = 180\n[group web]\nrank = 320\n' >"$tmp/two.conf"
	run apply "$tmp/two.conf"
	same "apply: not for ever" "170 310" \
		"$(head -n 1 "$OOM_EMBEDDED_SYSFS/rank_threshold") $(head -n 1 "$OOM_EMBEDDED_SYSFS/groups/web/rank")"
	kill "$sleeper"
	wait
	unset FAKE_LOG
}

for way in single staged; do
	applied
done
together

finish
