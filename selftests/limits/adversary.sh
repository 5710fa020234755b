#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Fourteen ways to work against a limit of 100 MB: for how long each is above it, and which processes
# end that are not its own. Time above the limit is measured without the module, by what the machine
# has less.
# SECONDS_EACH: how long each is watched, from when it is above on (default 20).
#
# set: alone
# needs: swap limits groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/limits.sh
. "$SELFTESTS/lib/limits.sh"

LIMIT_KB=102400
ALLOWED_MS=2000
TIMEOUT_MS=2000
SECONDS_EACH=${SECONDS_EACH:-20}
SLACK_KB=12288
USER_ID=2201

# Sets $free_kb: what the machine has, memory and swap.
read_free()
{
	free_kb=0
	while read -r key kb _; do
		case $key in
		MemAvailable: | SwapFree:) free_kb=$((free_kb + kb)) ;;
		esac
	done </proc/meminfo
}

# Sets $now_cs.
read_clock()
{
	read -r now_cs _ </proc/uptime
	now_cs=${now_cs%.*}${now_cs#*.}
}

# Sets $above_ms, and $last_ms: when it was above for the last time, from the first time.
watch()
{
	above_ms=0
	first_cs=
	last_ms=0
	read_clock
	end_cs=$((now_cs + SECONDS_EACH * 100))
	before_cs=$now_cs
	while [ "$now_cs" -lt "$end_cs" ]; do
		doze 0.03
		read_clock
		read_free
		if [ $((base_kb - free_kb)) -gt $((LIMIT_KB + SLACK_KB)) ]; then
			above_ms=$((above_ms + (now_cs - before_cs) * 10))
			if [ -z "$first_cs" ]; then
				first_cs=$before_cs
				end_cs=$((first_cs + SECONDS_EACH * 100))
			fi
			last_ms=$(((now_cs - first_cs) * 10))
		fi
		before_cs=$now_cs
	done
}

free_is_back()
{
	read_free
	[ $((base_kb - free_kb)) -lt 8192 ]
}

end_all()
{
	kill -USR1 "$1" 2>/dev/null # it removes what would stay
	set_limit "$USER_ID" max_kb 0
	doze 0.3
	killall -KILL adversary glutton spared 2>/dev/null
	poll_until "$PATIENCE" free_is_back
}

# attack STRATEGY KB MOST_MS: at most so long above the limit; "-": nobody can end it, and that is
# told.
attack()
{
	read_free
	base_kb=$free_kb
	mark_log
	limit $USER_ID "$LIMIT_KB" $ALLOWED_MS $TIMEOUT_MS
	[ ! -e "$OE/limits/$USER_ID/subordinate" ] ||
		set_limit $USER_ID subordinate 102201-102210
	glutton_of $USER_ID mine 1024
	mine=$pid
	glutton_of 2202 other 20480
	other=$pid
	base_kb=$((base_kb - 22000))
	adversary $USER_ID "$2" "$1" >"$tmp/adversary.out" 2>&1 &
	adversary=$!
	watch
	innocents=0
	alive "$mine" || innocents=$((innocents + 1))
	alive "$other" || innocents=$((innocents + 1))
	comment "row $1 above_ms=$above_ms last_ms=$last_ms signals=$(victims_of $USER_ID | wc -w) ended=$(limit_of $USER_ID nr_kills) innocents=$innocents lines=$(log_since_mark | grep -c "limit uid=$USER_ID")"
	case $3 in
	-) check "$1: it is told that nobody can end it" log_says "uid=$USER_ID .*outcome=blocked" ;;
	*) check "$1: below the limit again" [ "$above_ms" -le "$3" ] ;;
	esac
	[ "$3" != 0 ] || equal "$1: nobody ends" 0 "$(limit_of $USER_ID nr_kills)"
	# All processes of a user go if it cannot be seen which of them makes the others.
	[ "$1" != reaper ] || alive "$mine" || innocents=$((innocents - 1))
	equal "$1: no process of others ends" 0 "$innocents"
	base_kb=$((base_kb + 22000))
	end_all "$adversary"
	drop_limit $USER_ID
}

needs limits
needs groups
plan 30
load_module
set_to limits/period_ms 500
cp "$(command -v adversary)" /adversary
chmod 4755 /adversary
mkgroup()
{
	set_to groups/create "$1"
	set_to "groups/$1/trust" name
	set_to "groups/$1/comm" "$1"
	set_to "groups/$1/rank" "$2"
}
mkgroup spared 0
echo 'plain storm reaper saw ptrace rename hide memfd swap setuid userns stop' | tr ' ' '\n' >"$tmp/list"
while read -r strategy; do
	case $strategy in
	# A scan and the wait for a dying process add this to 2 s and 2 s.
	ptrace) most=17000 ;;
	storm) most=9000 ;;
	reaper) most=14000 ;;
	*) most=9000 ;;
	esac
	attack "$strategy" 204800 $most
done <"$tmp/list"
attack shm 204800 -
attack tmpfs 61440 0
equal "no splat" 0 "$(splat_taint)"
finish
