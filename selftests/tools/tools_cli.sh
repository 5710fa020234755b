#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With `oom-embedded` and the real module a configuration is applied whole or not at all, and a
# protected process survives an OOM that is foretold, watched, recorded and explained.
# PAGE: 1 prints the page about it.
#
# set: tools
# needs: tools

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

PAGE=${PAGE:-}

cli()
{
	oom-embedded "$@" >"$tmp/cli.out" 2>"$tmp/cli.err"
}

has_said()
{
	if [ -z "$1" ]; then
		[ ! -s "$tmp/cli.out" ] && [ ! -s "$tmp/cli.err" ]
	else
		cat "$tmp/cli.out" "$tmp/cli.err" | grep -Eq -e "$1"
	fi
}

# gives DESCRIPTION STATUS PATTERN WORD...: exit status, and what both outputs match; "" is silence
gives()
{
	gives_what=$1
	gives_status=$2
	gives_pattern=$3
	shift 3
	cli "$@"
	rc=$?
	if [ "$rc" = "$gives_status" ] && has_said "$gives_pattern"; then
		pass "$gives_what"
		return
	fi
	comment "oom-embedded $*: status $rc, expected $gives_status and /$gives_pattern/"
	cat "$tmp/cli.out" "$tmp/cli.err" | head -n 20 | sed 's/^/# /'
	fail "$gives_what"
}

page_has()
{
	check "the page: $1" grep -Eq -e "$2" "$tmp/page.html"
}

watched()
{
	grep -Eq "$1" "$tmp/watch.out"
}

write_configuration()
{
	cat >"$tmp/good.conf" <<-CONF
		[policy]
		selection_order = rank
		rank_threshold = 100
		grace_ms = 100

		[rankings]
		pacemaker = 10

		[group spare]
		rank = 900
		comm = batch*
		signal = URG

		[levels]
		warning_kb = 60%
		critical_kb = 30%
		imminent_oom_kb = 8M
		oom_kb = 4M
		debounce_ms = 100

		[limit 4242]
		max_kb = 64M
	CONF
	{
		sed 's/= 100/= 200/' "$tmp/good.conf"
		printf '\n[group late]\nrule = exe=/there/is/none\n'
	} >"$tmp/refused.conf"
	printf '[policy]\nrank_threshold = 100\ngrace_ms = soon\n' >"$tmp/bad.conf"
}

changes_nothing()
{
	cli "$@"
	before=$(oom-embedded set; oom-embedded group list; oom-embedded limit list)
	cli "$@"
	equal "$1 $2: a refused value changes nothing" "$before" \
		"$(oom-embedded set; oom-embedded group list; oom-embedded limit list)"
}

[ -x /usr/bin/oom-embedded ] || skip_all "no oom-embedded: boot with --tools"
plan 67
unload_module
gives "without the module" 3 'modprobe oom_embedded' status
load_module
write_configuration

# --- a policy
spawn pacemaker 4096 -
pacemaker=$pid
spawn batch1 6144 -
batch1=$pid
spawn batch2 30000 -
batch2=$pid
gives "apply: an error has its line" 7 'bad.conf:3: ' apply "$tmp/bad.conf"
gives "apply --dryrun" 0 '^\+ groups/spare/rank: 900$' apply --dryrun "$tmp/good.conf"
equal "apply --dryrun: no group was made" 0 "$(find "$OE/groups" -mindepth 1 -type d | wc -l)"
gives "apply" 0 '' apply "$tmp/good.conf"
equal "apply: a setting, a group, a limit" "100 900 65536" \
	"$(get rank_threshold) $(get groups/spare/rank) $(get limits/4242/max_kb)"
equal "apply: a ranking by name" "10 group:rankings-pacemaker" "$(ranking_of "$pacemaker")"
cli apply --dryrun "$tmp/good.conf"
equal "apply: again, nothing is left but percentages" 0 "$(grep '^+' "$tmp/cli.out" | grep -vc '%$')"
changes_nothing apply "$tmp/refused.conf"
gives "apply: refused, and it says why" 5 '/there/is/none' apply "$tmp/refused.conf"
check "apply: refused, no group is left" test ! -e "$OE/groups/late"

# --- the lists
gives "status" 0 '^policy +enforce, by rank, rankings below 100 are protected' status
gives "status -v: the values" 0 '^selection_order: +rank$' status -v
gives "rank NAME" 0 "^ *$pacemaker +10 +group:rankings-pacemaker +pacemaker" rank pacemaker
gives "rank NAME: of a group" 0 "^ *$batch1 +900 +group:spare +batch1" rank batch1
gives "rank PID N" 0 '' rank "$pacemaker" 20
equal "rank PID N: it is there" "20 explicit" "$(ranking_of "$pacemaker")"
gives "rank: too high" 2 'no ranking' rank "$pacemaker" 2000
gives "rank: nobody" 5 'no process' rank 4000000 5

# A tree that grows meanwhile: 40 children with a child each.
# shellcheck disable=SC2016 # for the shell that is started
start tree sh -c 'echo ready; i=0
	while [ $i -lt 40 ]; do sh -c "sleep 1000 & wait" & i=$((i + 1)); done; echo grown; wait'
tree=$pid
in_tree()
{
	awk '$2 == 777 { print $1 }' "$OE/oom_ranking"
}
gives "rank PID N --tree" 0 '' rank "$tree" 777 --tree
poll_until "$PATIENCE" has_line grown "$tmp/tree.out"
tree_is_ranked()
{
	[ "$(in_tree | wc -l)" -eq 81 ]
}
check "rank --tree: also who was forked meanwhile" poll_until "$PATIENCE" tree_is_ranked
gives "rank PID N: nobody below has another" 0 '' rank "$tree" 777
in_tree | xargs kill -KILL
gives "group list" 0 '^spare +900 +2 +URG ' group list
gives "group add" 0 '' group add one pid="$pacemaker" rank=5
equal "group add: its member" "$pacemaker" "$(get groups/one/pids | tr -d ' ')"
changes_nothing group set one rank=7 signal=LOUD
gives "group add: there already" 6 'already' group add one
gives "group rm" 0 '' group rm one
gives "limit list" 0 '^ *4242 +65536 ' limit list
gives "limit set" 0 '' limit set 4242 max_kb=32M
equal "limit set: it is there" 32768 "$(get limits/4242/max_kb)"
changes_nothing set critical_kb 90%
gives "set: a bad word" 6 "'maybe' is none of: off, observe, enforce" set mode maybe
gives "set: a watermark out of order" 6 'critical_kb: 90% .* is not below warning_kb' set critical_kb 90%
gives "candidates: the bigger of the group is next" 0 "^ *1 +$batch2 +900 +group:spare +[0-9]+ +next +batch2" candidates
gives "candidates --all: who is protected" 0 "$pacemaker +20 +explicit +[0-9]+ +protected +pacemaker" candidates --all
gives "relieve --dry-run: the first of a group" 0 "next_victim: +batch2/$batch2" relieve --dry-run spare
gives "why: a protected process" 0 'its ranking is below rank_threshold, 100' why "$pacemaker"
gives "why: the rule of a group" 0 'of the group spare: its name is batch\*' why "$batch2"
gives "why: its turn" 0 '^turn: +number 1 of' why "$batch2"
gives "check: a critical process that is not locked" 8 'pacemaker is protected .*not locked' check

# --- not for everybody
rc=0
as_user -u 1000 oom-embedded candidates >"$tmp/cli.out" 2>&1 || rc=$?
equal "candidates: not for others" 4 "$rc"
rc=0
as_user -u 1000 oom-embedded set mode off >"$tmp/cli.out" 2>&1 || rc=$?
equal "set: not for others" 4 "$rc"
as_user -u 1000 oom-embedded status -v >"$tmp/cli.out" 2>&1
check "status: for everybody" grep -q '^mode: *enforce' "$tmp/cli.out"

# --- an emergency
oom-embedded watch -d 0.2 >"$tmp/watch.out" 2>&1 &
started="$started $!"
poll_until "$PATIENCE" watched ' now '
oom-embedded wait "oom=$(get reconfigure_wanted)" -t 600 >"$tmp/wait.out" 2>&1 &
started="$started $!"
spawn eater 1024 800 -l 0
killed "who was next is killed first" "$batch2"
check "the protected lives" alive "$pacemaker"
reap "$pid"
check "wait: the OOM ends it" poll_until "$PATIENCE" grep -q '^OOM_SEQ=[1-9]' "$tmp/wait.out"
# A count: if watch itself had to wait for memory, it sees the latest of them.
check "watch: the OOM" poll_until "$PATIENCE" watched ' oom +seq=[1-9]'
check "watch: the decision" poll_until "$PATIENCE" watched " decision .*victim_pid=$batch2 .*outcome=killed"
check "watch: the level" poll_until "$PATIENCE" watched ' level +level='
gives "events: the victim" 0 "batch2/$batch2 +900 .*killed +badness" events
gives "report: memory and processes" 0 'pacemaker' report
gives "metrics" 0 '^oom_embedded_ooms_total\{kind="global"\} [1-9]' metrics
# Not always the first: an OOM before it may have been avoided for a moment.
seq=$(sed -n "s/^seq=\([0-9]*\) .* victim_pid=$batch2 .*/\1/p" "$OE/events")
gives "incident" 0 '' incident -o "$tmp/page.html" "$seq"
page_has "the victim" "batch2/$batch2 was killed"
page_has "the memory curve" '<polyline class="curve"'
page_has "the processes" '<rect class="bar'
page_has "its end" '^</html>$'

# --- on request
spawn batch3 6144 -
batch3=$pid
spawn batch4 2048 -
batch4=$pid
gives "rank PID N: of a member" 0 '' rank "$batch4" 950
gives "relieve --dry-run GROUP: the ranking counts, not the size" 0 "next_victim: +batch4/$batch4" relieve --dry-run spare
gives "relieve GROUP" 0 '' relieve spare
killed "it is the one that was named" "$batch4"
gives "relieve --dry-run GROUP: the one that is left" 0 "next_victim: +batch3/$batch3" relieve --dry-run spare
gives "relieve GROUP: again" 0 '' relieve spare
killed "it is the one that was named then" "$batch3"
check "the protected lives on" alive "$pacemaker"
gives "relieve --dry-run GROUP: nobody is left" 5 'no process may be chosen' relieve --dry-run spare
[ -z "$PAGE" ] || sed 's/^/# PAGE /' "$tmp/page.html"

finish
