#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The shipped configuration protects the daemon one logs in with, and not what is started over it: a
# leak in a session is killed, in place of everybody else. Each of its lines works, those in comments too.
# EXAMPLE: another configuration than the installed one (default none).
#
# set: tools
# needs: tools memcg

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/manager.sh
. "$SELFTESTS/lib/manager.sh"

EXAMPLE=${EXAMPLE:-$(find /usr/share /usr/local/share -name oom-embedded.conf ! -path '*.d/*' 2>/dev/null)}
LIMIT=24M

log=$tmp/daemon.log
conf=$tmp/oom-embedded.conf

# A daemon of that name, which starts a leak of another name in the cgroup: its session.
make_daemon()
{
	mkdir -p "$tmp/bin" && chmod 755 "$tmp" "$tmp/bin"
	cat >"$tmp/bin/$1" <<-'SH'
		#!/bin/sh
		echo 0 >/proc/self/oom_score_adj
		trap 'leak -c session -C "$CGROUP_OF_SESSION" -l 0 & echo "$!" >"$SESSION"' USR1
		echo ready
		while :; do sleep 0.2; done
	SH
	chmod 755 "$tmp/bin/$1"
}

# A process that gets a ranking at all, has it by now.
has_ranking()
{
	[ -n "$(ranking_of "$1")" ]
}

rank_is()
{
	[ "$(ranking_of "$1" | cut -d ' ' -f 1)" = "$2" ]
}

settings()
{
	echo "$(get selection_order) $(get rank_threshold) $(get no_victim_action)"
	for one in warning critical imminent_oom; do
		[ "$(get "levels/${one}_kb")" -gt 0 ] || echo "no $one"
	done
}

test_login()
{
	make_daemon "$1"
	SESSION=$tmp/session CGROUP_OF_SESSION=$cgroup start "$1" "$tmp/bin/$1"
	login=$pid
	poll_until "$PATIENCE" has_ranking "$login"
	check "$1 is protected" rank_is "$login" 50
}

test_session()
{
	spawn bystander 4096 - -C "$cgroup"
	bystander=$pid
	kill -USR1 "$login"
	poll_until "$PATIENCE" test -s "$tmp/session"
	read -r session <"$tmp/session"
	poll_until "$PATIENCE" dead "$session"
	check "a leak in its session is killed" dead "$session"
	check "somebody beside it lives" alive "$bystander"
	check "and so does the daemon" alive "$login"
	stop_process "$login"
	stop_process "$bystander"
}

# The lines in comments are for programs that this system has not: it gets them.
test_comments()
{
	kill -TERM "$manager"
	reap "$manager"
	sed 's/^#\([a-z[]\)/\1/; s|/usr/sbin/pacemaker|'"$tmp"'/bin/leak|; s|/etc/init.d/updater|/bin/true|' \
		"$EXAMPLE" >"$conf"
	cp "$(command -v leak)" "$tmp/bin/leak"
	equal "with all its lines check finds no error" "" "$(oom-embedded check "$conf" | grep '\[config\]')"
	start_manager "$conf" "$log"
	equal "and nothing is refused" "" "$(grep -E 'refused|cannot|left out' "$log")"
	start pacemaker "$tmp/bin/leak" -c other -h 64
	equal "pacemaker, by its file" "0 group:vital" "$(ranking_of "$pid")"
	stop_process "$pid"
	mkdir -p "$CGROUP/system.slice/pacemaker.service"
	cgroups="$cgroups $CGROUP/system.slice/pacemaker.service $CGROUP/system.slice"
	start pump leak -c pump -h 64 -C "$CGROUP/system.slice/pacemaker.service"
	equal "pacemaker, by its unit" "0 group:vital" "$(ranking_of "$pid")"
	stop_process "$pid"
	spawn updater-7 64 -
	equal "the updater goes first" "900 group:spare" "$(ranking_of "$pid")"
	stop_process "$pid"
}

plan 11
needs memcg
[ -f "$EXAMPLE" ] || bail_out "no example: '$EXAMPLE'"
load_module
make_cgroup oe_login "$LIMIT"
start_manager "$EXAMPLE" "$log"
equal "its settings are in force" "rank 100 reboot" "$(settings)"
test_login dropbear
stop_process "$login"
test_login sshd
test_session
test_comments
finish
