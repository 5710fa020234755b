#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "oom-embedded wait": returns when what was asked for happens, not for something else, and what it
# prints is safe in a shell.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# begin WORD...: wait, in the background, for at most a minute; once it has read what there is
begin()
{
	local i
	local state

	"$TOOLS_BUILD/tests/oom-embedded" wait -t 60 "$@" >"$tmp/out" 2>"$tmp/err" &
	waiter=$!
	for ((i = 0; i < 600; i++)); do
		state=$(awk '/^State:/ { print $2 }' "/proc/$waiter/status" 2>/dev/null)
		# It sleeps in nothing but poll(2).
		if [[ $state == S && -n $(find "/proc/$waiter/fd" -lname "$OOM_EMBEDDED_SYSFS/*" 2>/dev/null) ]]; then
			break
		fi
		sleep 0.05
	done
}

# ends DESCRIPTION STATUS OUTPUT
ends()
{
	wait "$waiter"
	same "$1" "$2 $3" "$? $(paste -sd' ' "$tmp/out")"
}

make_tree "$tmp/tree"
begin
put_file sysfs/reconfigure_wanted 4
ends "wait: an emergency" 0 "OOM_EVENT='reconfigure' OOM_SEQ=4 OOM_DONE=3"
begin level
put_file sysfs/reconfigure_wanted 5
put_file sysfs/levels/level critical
ends "wait level: an emergency does not end it, a level does" 0 \
	"OOM_EVENT='level' OOM_LEVEL='critical' OOM_LEVEL_WAS='normal' OOM_AVAILABLE_KB=160000"
begin coverage
put_file sysfs/coverage global
ends "wait coverage" 0 "OOM_EVENT='coverage' OOM_COVERAGE='global'"
begin level=oom
put_file sysfs/levels/level imminent_oom
sleep 1.5
check "wait level=oom: a better level does not end it" kill -0 "$waiter"
put_file sysfs/levels/level oom
ends "wait level=oom: that level does" 0 \
	"OOM_EVENT='level' OOM_LEVEL='oom' OOM_LEVEL_WAS='critical' OOM_AVAILABLE_KB=160000"
gives "wait level=warning: a worse one is there already" 0 "^OOM_LEVEL='oom'" wait level=warning
gives "wait oom=4: a later one was already" 0 '^OOM_SEQ=5' wait oom=4
gives "wait oom=5: there is no later one" 11 '^$' wait oom=5 -t 0.3
gives "wait: the time is over" 11 '^$' wait -t 0.3
begin oom
rm -r "$OOM_EMBEDDED_SYSFS"
ends "wait: the module is unloaded" 3 ""
for event in oom level coverage; do
	make_tree "$tmp/tree"
	begin "$event"
	mv "$OOM_EMBEDDED_SYSFS" "$tmp/unloaded"
	make_tree "$tmp/tree"
	rm -r "$tmp/unloaded"
	ends "wait $event: the module is unloaded and loaded again" 3 ""
done

# --- a watched cgroup
make_tree "$tmp/tree"
"$TOOLS_BUILD/tests/oom-embedded" cgroup add web cgroup=/web
begin cgroup=web
put_file sysfs/levels/level oom
put_file sysfs/cgroups/web/level warning
ends "wait cgroup: its level, not the machine's" 0 \
	"OOM_EVENT='cgroup_level' OOM_WATCH='web' OOM_LEVEL='warning' OOM_LEVEL_WAS='normal' OOM_AVAILABLE_KB=20480 OOM_LIMIT_KB=24576"
begin cgroup=web:critical
put_file sysfs/cgroups/web/level normal
sleep 1.5
check "wait cgroup=web:critical: a better level does not end it" kill -0 "$waiter"
put_file sysfs/cgroups/web/level imminent_oom
ends "wait cgroup=web:critical: a worse one does" 0 \
	"OOM_EVENT='cgroup_level' OOM_WATCH='web' OOM_LEVEL='imminent_oom' OOM_LEVEL_WAS='warning' OOM_AVAILABLE_KB=20480 OOM_LIMIT_KB=24576"
gives "wait cgroup=web:critical: it is so already" 0 "^OOM_WATCH='web'" wait cgroup=web:critical
begin cgroup=web
"$TOOLS_BUILD/tests/oom-embedded" cgroup rm web
ends "wait cgroup: it is not watched any more" 5 ""
gives "wait cgroup: no such watch" 5 'cgroups/web/level: no such watched cgroup' wait cgroup=web
gives "wait cgroup: no name" 2 "'../x' is no name of a watched cgroup" wait cgroup=../x
gives "wait cgroup: no level" 2 "'low' is no level" wait cgroup=web:low

# --- what is no event
make_tree "$tmp/tree"
gives "wait: a word that is nearly right" 2 "no event 'lvel'; did you mean 'level'" wait lvel
gives "wait: a word that is not" 2 'there are any, oom, oom=SEQ' wait nothing-like-it
gives "wait: no number" 2 "'x' is no number" wait oom=x
gives "wait: no level" 2 "'low' is no level" wait level=low
gives "wait: no time" 2 'no time from 0.1' wait -t 0
gives "wait: no JSON" 2 'prints no JSON' wait --json

# --- what a shell does with the output
# shellcheck disable=SC2016 # it is not to be expanded
evil="x'; touch owned; \$(touch owned) \`touch owned\` \\"$'\e[2J'
printf '%s' "$evil" >"$OOM_EMBEDDED_SYSFS/coverage"
mkdir "$tmp/cwd"
(
	begin coverage
	printf '%s' "$evil y" >"$OOM_EMBEDDED_SYSFS/coverage"
	wait "$waiter"
	cd "$tmp/cwd" && eval "$(cat "$tmp/out")" && printf '%s' "$OOM_COVERAGE" >"$tmp/coverage"
)
same "wait: a shell runs nothing of it" '' "$(ls "$tmp/cwd")"
same "wait: and has the text as it is, without what steers a terminal" "$(tr '\033' '?' <<<"$evil y")" \
	"$(cat "$tmp/coverage")"

finish
