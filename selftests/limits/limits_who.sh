#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory is counted once, for the right user: threads, forks, changes of user, user namespaces,
# limits made anew. And an OOM in the middle of it.
#
# set: limiting
# needs: limits

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/limits.sh
. "$SELFTESTS/lib/limits.sh"

# Long enough to do something between SIGTERM and SIGKILL, also with KASAN and lockdep.
TERM_MS=2000
AFTER_TERM_S=3
if [ -e /sys/kernel/debug/kmemleak ]; then
	TERM_MS=12000
	AFTER_TERM_S=14
fi

holds_at_least()
{
	[ "$(limit_of "$1" rss_kb)" -ge "$2" ]
}

until_holds()
{
	poll_until "$PATIENCE" holds_at_least "$1" "$2"
}

threads()
{
	limit 2001 0 0 1000
	glutton_of 2001 threads 20000 -n 20
	until_holds 2001 20000
	check "a process with 21 threads counts once" [ "$(limit_of 2001 rss_kb)" -lt 40000 ]
	stop_process "$pid"
	until_limit 2001 rss_kb 0
	equal "and not at all when it is gone" 0 "$(limit_of 2001 rss_kb)"
	drop_limit 2001
}

# The memory goes from parent to child all the time; at most two have it at once.
forks()
{
	limit 2002 40000 500 1000
	mark_log
	start heirs glutton -u 2002 -c heirs -h 10000 -f
	until_holds 2002 10000
	sleep 2
	check "forks during the scan add nothing up" no_outcomes 2002
	check "they are still there" holds_at_least 2002 1
	set_limit 2002 exceed_allowed_ms 0
	set_limit 2002 max_kb 5000
	check "and forking is no way out" until_limit 2002 rss_kb 0
	drop_limit 2002
}

no_outcomes()
{
	[ -z "$(outcomes "$1")" ]
}

new_user()
{
	limit 2003 20000 60000 1000
	limit 2004 20000 0 1000
	glutton_of 2003 changes 40000 -v 2004
	until_holds 2003 40000
	equal "it is counted with its user" 0 "$(limit_of 2004 nr_kills)"
	kill -HUP "$pid"
	reap "$pid"
	until_limit 2004 nr_kills 1
	equal "and after setuid() with the new one" "143 0 1" \
		"$rc $(limit_of 2003 nr_kills) $(limit_of 2004 nr_kills)"
	drop_limit 2003
	drop_limit 2004

	limit 2003 20000 0 "$TERM_MS"
	mark_log
	glutton_of 2003 escapes 40000 -i -v 2005
	until_outcome 2003 terminated
	kill -HUP "$pid"
	until_outcome 2003 recovered
	sleep "$AFTER_TERM_S"
	check "whoever is somebody else's by then is not killed" alive "$pid"
	equal "nor counted" 0 "$(limit_of 2003 nr_kills)"
	stop_process "$pid"
	drop_limit 2003
}

# A later limit for the same number does not end what an earlier one had begun.
new_limit()
{
	limit 2006 20000 0 "$TERM_MS"
	mark_log
	glutton_of 2006 survivor 40000 -i
	until_outcome 2006 terminated
	drop_limit 2006
	limit 2006 0 0 0
	sleep "$AFTER_TERM_S"
	check "a removed limit kills nobody" alive "$pid"
	equal "the next one of that number begins at 0" "0 0 0" \
		"$(limit_of 2006 max_kb) $(limit_of 2006 exceeded_ms) $(limit_of 2006 nr_kills)"
	set_limit 2006 max_kb 20000
	killed "and can do on its own" "$pid"
	drop_limit 2006
}

namespaces()
{
	limit 2007 20000 60000 0
	limit 2008 20000 0 0
	limit 2009 20000 0 0
	glutton_of 2007 inside 40000 -N 2008
	until_holds 2007 40000
	scans 3
	equal "a user namespace's numbers mean nothing here" "0 0" \
		"$(limit_of 2008 rss_kb) $(limit_of 2008 nr_kills)"
	set_limit 2007 exceed_allowed_ms 0
	killed "the real user does" "$pid"
	glutton_of 2009 inside 40000 -N 0
	killed "also for who is root in there" "$pid"
	drop_limit 2007
	drop_limit 2008
	drop_limit 2009
}

# Between SIGTERM and SIGKILL the OOM killer takes the victim.
same_victim()
{
	limit 2010 0 0 60000
	mark_log
	glutton_of 2010 big 60000 -i
	big=$pid
	glutton_of 2010 small 5000
	small=$pid
	set_limit 2010 max_kb 20000
	until_outcome 2010 terminated
	equal "of equal ranking the bigger one, though it is not the newest" "$big" "$(victims_of 2010)"
	echo "$big 1000" >"$OE/oom_ranking"
	sysrq_oom
	killed "an OOM takes the victim of a limit" "$big"
	until_recovered 2010
	equal "both are through, with one killed" "exceeded terminated recovered 1 killed" \
		"$(outcomes 2010) $(get stats/victims) $(oom_outcome)"
	check "and the other one lives" alive "$small"
	stop_process "$small"
	drop_limit 2010
}

# Between SIGTERM and SIGKILL the OOM killer takes somebody else.
other_victim()
{
	limit 2011 20000 0 "$TERM_MS"
	spawn bystander 10000 1000
	bystander=$pid
	mark_log
	glutton_of 2011 big 60000 -i
	until_outcome 2011 terminated
	sysrq_oom
	killed "an OOM takes somebody else" "$bystander"
	killed "and the limit's victim gets its SIGKILL" "$pid"
	until_outcome 2011 recovered
	equal "both are through" "exceeded terminated killed recovered killed" \
		"$(outcomes 2011) $(oom_outcome)"
	drop_limit 2011
}

oom_outcome()
{
	log_since_mark | sed -n 's/.* seq=.* outcome=//p'
}

# A range of users, their subordinate ones, a group, a cgroup.
others()
{
	limit 2020-2029 0 0 0
	equal "a range is refused that another one overlaps" "EEXIST EEXIST EEXIST" \
		"$(sysfs_write "$OE/limits/create" 2029) $(sysfs_write "$OE/limits/create" 2010-2020) $(sysfs_write "$OE/limits/create" 2020-2029)"
	set_limit 2020-2029 subordinate "102000-102099 103000"
	equal "subordinate users are shown" "102000-102099 103000-103000" \
		"$(limit_of 2020-2029 subordinate)"
	equal "and are nobody else's" EEXIST "$(sysfs_write "$OE/limits/create" 102050)"
	glutton_of 2020 one 25000
	one=$pid
	glutton_of 102099 two 30000
	set_limit 2020-2029 max_kb 40000
	killed "users of one range have one limit together" "$pid"
	check "the smaller one lives" alive "$one"
	set_limit 2020-2029 subordinate ""
	glutton_of 102099 free 60000
	scans 3
	check "no range, no limit" alive "$pid"
	stop_process "$pid"
	stop_process "$one"
	drop_limit 2020-2029

	limit gid:2031 20000 0 0
	mark_log
	glutton_of 2031 grouped 40000
	killed "a limit may be a group's" "$pid"
	poll_until "$PATIENCE" log_says 'limit gid=2031 .*outcome=recovered'
	check "and the log says so" log_says 'limit gid=2031 .*outcome=killed'
	drop_limit gid:2031
}

in_cgroup()
{
	if [ ! -e "$CGROUP/cgroup.procs" ]; then
		pass "a limit may be a cgroup's # SKIP no cgroup v2"
		pass "another cgroup's is none of it # SKIP no cgroup v2"
		return
	fi
	mkdir -p "$CGROUP/oe_limited/below"
	cgroups="$cgroups $CGROUP/oe_limited/below $CGROUP/oe_limited"
	set_to limits/create cgroup:/oe_limited
	dir="cgroup:!oe_limited"
	set_limit "$dir" term_timeout_ms 0
	glutton_of 2041 inside 40000
	echo "$pid" >"$CGROUP/oe_limited/below/cgroup.procs"
	inside=$pid
	glutton_of 2041 outside 40000
	set_limit "$dir" max_kb 20000
	killed "a limit may be a cgroup's" "$inside"
	scans 3
	check "another cgroup's is none of it" alive "$pid"
	stop_process "$pid"
	drop_limit cgroup:/oe_limited
}

needs limits
plan 33
load_module selection_order=rank
set_to limits/period_ms 50
threads
forks
new_user
new_limit
namespaces
same_victim
other_victim
others
in_cgroup
equal "no splat" 0 "$(splat_taint)"
finish
