#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Changes by oom-embedded: set, rank, group, limit; a refused value changes nothing,
# and each kind of failure has its exit status.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# refused DESCRIPTION STATUS PATTERN WORD...: as gives, and the tree is as before
refused()
{
	local before

	before=$(tree_text)
	gives "$@"
	same "$1: nothing has changed" "$before" "$(tree_text)"
}

ranking_of()
{
	awk -v pid="$1" '$1 == pid { print $2 }' "$OOM_EMBEDDED_SYSFS/oom_ranking"
}

make_tree "$tmp/tree"

# --- set
gives "set: a number" 0 '^$' set rank_threshold 200
file_is "set: it is there" rank_threshold 200
gives "set: a size with a unit" 0 '^$' set warning_kb 100M
file_is "set: a size is there" levels/warning_kb 102400
gives "set: a word" 0 '^$' set mode observe
gives "set --dryrun: shows the change" 0 '^- mode: observe$' set mode enforce --dryrun
file_is "set --dryrun: changes nothing" mode observe
gives "set: a value that is so already" 0 '^$' set warning_kb 100M --dryrun
refused "set: out of range" 6 "rank_threshold: '1001' is not a number from 0 to 1000" set rank_threshold 1001
refused "set: malformed" 6 "mode: 'maybe' is none of: off, observe, enforce" set mode maybe
refused "set: two lines" 6 "'1\?2' is not a number" set rank_threshold $'1\n2'
refused "set: too long" 6 'is none of: off, observe, enforce' set mode "$(printf '%5000s' x)"
refused "set: a watermark that is not below" 6 'critical_kb: 200M \(204800 kB\) is not below warning_kb \(102400 kB\)' set critical_kb 200M
refused "set: a watermark that is not above" 6 'warning_kb: 10% \(26214 kB\) is not above critical_kb \(32768 kB\)' \
	set warning_kb 10%
refused "set: a watermark as another one" 6 'oom_kb: 16384 kB is not below imminent_oom_kb \(16384 kB\)' set oom_kb 16384
refused "set: more than the machine has" 6 'warning_kb: 2G \(2097152 kB\) is more than all memory \(262144 kB\)' \
	set warning_kb 2G
refused "set: more than half of memory" 6 'reserve_kb: 80% \(209715 kB\) is more than half of memory \(131072 kB\)' \
	set reserve_kb 80%
# As many KiB as 2^64 more than there are: the size that is there already, if it overflows.
refused "set: more than can be counted" 6 'warning_kb' set warning_kb 18014398509482084M
refused "set: a refusal that nobody can explain" 6 'limits/1000/max_kb: out of range|more than all' limit set 1000 max_kb=1G
refused "set: no such setting" 5 "no setting 'colour'" set colour 1
refused "set: a path is no setting" 5 'no setting' set ../../../etc/passwd 1
refused "set: a list is no setting" 5 'no setting' set oom_ranking '100 5'
refused "set: too many words" 2 'too many words' set mode enforce now
make_tree "$tmp/tree"
rm "$OOM_EMBEDDED_SYSFS/grace_ms"
refused "set: an older module" 9 'has no grace_ms' set grace_ms 100
make_tree "$tmp/tree"
export FAKE_ERRORS='mode=13 rank_threshold!1 default_rank!5'
refused "set: not for this user" 4 'permission denied' set mode off
refused "set: without the capability" 4 'CAP_SYS_RESOURCE' set rank_threshold 5
refused "set: the kernel fails" 1 '(Input/output|I/O) error' set default_rank 5
export FAKE_ERRORS='rank_threshold!34 groups/create!17 cgroups/web/cgroup!61 groups/batch/signal!61'
refused "set: why a number is out of range is not known" 6 'rank_threshold: out of range' set rank_threshold 5
refused "group add: somebody else was faster" 6 'groups/create: it exists already' group add web
refused "cgroup add: no such cgroup" 1 'cgroups/web/cgroup: the cgroup does not exist, has no memory controller' cgroup add web cgroup=/web
refused "group set: no data" 1 'groups/batch/signal: No data available' group set batch signal=TERM
unset FAKE_ERRORS
sed -i /MemTotal/d "$OOM_EMBEDDED_PROC/meminfo"
refused "set: nobody knows how much memory there is" 6 'warning_kb: out of range' set warning_kb 2G
make_tree "$tmp/tree"
OOM_EMBEDDED_SYSFS=$tmp/nowhere gives "any command without the module" 3 \
	'the module is not loaded \(try: modprobe' set mode off

# --- rank
gives "rank PID N" 0 '^$' rank 300 900
same "rank PID N: it is there" 900 "$(ranking_of 300)"
gives "rank NAME N: all of that name" 0 '^$' rank batch 950
same "rank NAME N: they are there" '950 950' "$(ranking_of 200) $(ranking_of 201)"
gives "rank PID N --json: shows it" 0 '"rank": 7' rank 300 7 --json
gives "rank PID -: clears" 0 '^$' rank 300 -
same "rank PID -: it is gone" '' "$(ranking_of 300)"
refused "rank: too high" 2 "'1001' is no ranking" rank 300 1001
refused "rank: negative" 2 'is no ranking' rank -- 300 -5
refused "rank: no number" 2 'is no ranking' rank 300 high
refused "rank: nobody" 5 'no process 4711' rank 4711 5
gives "rank: that process is gone meanwhile" 0 '^$' rank 201 -
touch "$OOM_EMBEDDED_PROC/201/gone"
refused "rank PID: that has ended" 5 'no such process' rank 201 5
gives "rank NAME: one of them ends meanwhile" 0 '^$' rank batch 5
same "rank NAME: the others are ranked" 5 "$(ranking_of 200)"
rm "$OOM_EMBEDDED_PROC/201/gone"
# 100 has the child 200, and that has 201; 300 is nobody's.
printf 'PPid:\t100\n' >>"$OOM_EMBEDDED_PROC/200/status"
printf 'PPid:\t200\n' >>"$OOM_EMBEDDED_PROC/201/status"
rank_lines()
{
	awk '{ print $1 "=" $2 }' "$OOM_EMBEDDED_SYSFS/oom_ranking" | sort | tr '\n' ' '
}
put_file sysfs/oom_ranking ''
gives "rank PID N: how many keep another" 0 '2 processes below keep another ranking; --tree sets them, too' rank 100 700
same "rank PID N: and they do" '100=700 ' "$(rank_lines)"
gives "rank PID N --tree" 0 '^$' rank 100 650 --tree
same "rank PID N --tree: all below it, and nobody else" '100=650 200=650 201=650 ' "$(rank_lines)"
gives "rank PID N: one below" 0 '1 process below keeps another ranking; --tree sets it, too' rank 200 640
touch "$OOM_EMBEDDED_PROC/201/gone"
gives "rank PID N --tree: a child ends meanwhile" 0 '^$' rank 100 600 --tree
same "rank PID N --tree: the others are ranked" '600 600' "$(ranking_of 100) $(ranking_of 200)"
touch "$OOM_EMBEDDED_PROC/100/gone"
refused "rank PID N --tree: the process has ended" 5 'no such process' rank 100 5 --tree
rm "$OOM_EMBEDDED_PROC/100/gone" "$OOM_EMBEDDED_PROC/201/gone"
gives "rank PID - --tree: clears all" 0 '^$' rank 100 - --tree
same "rank PID - --tree: nothing is left" '' "$(rank_lines)"
refused "rank PID --tree: which ranking?" 2 'wants a ranking' rank 100 --tree
put_file sysfs/oom_ranking "$(printf '%10d %4u %-10s %s\n' 200 300 self batch)"
gives "rank PID - --tree: also what is for itself alone" 0 '^$' rank 100 - --tree
same "rank PID - --tree: that is gone, too" '' "$(rank_lines)"
put_file sysfs/oom_ranking "$(printf '%10d %4u %-10s %s\n' 100 20 explicit pacemaker 200 300 self batch)"
touch "$OOM_EMBEDDED_PROC/201/full"
gives "rank PID N --tree: one is refused" 1 'annot allocate memory|ut of memory' rank 100 700 --tree
same "rank PID N --tree: the others are as before, also for themselves alone" '100 20 explicit, 200 300 self, ' \
	"$(awk 'NF { print $1, $2, $3 }' "$OOM_EMBEDDED_SYSFS/oom_ranking" | sort | paste -sd, | sed 's/,/, /g;s/$/, /')"
rm "$OOM_EMBEDDED_PROC/201/full"
put_file sysfs/oom_ranking ''

# --- rank --self
mkdir -p "$OOM_EMBEDDED_PROC/oom_embedded"
put_file proc/oom_embedded/self ''
gives "rank --self: executes the command, with its options" 3 '^-n two words $' rank --self 700 -- \
	bash -c 'printf "%s " "$@"; exit 3' - -n 'two words'
same "rank --self: has offered before" 700 "$(cat "$OOM_EMBEDDED_PROC/oom_embedded/self")"
refused "rank --self: no command" 2 'wants a ranking and a command' rank --self 700
refused "rank --self: no such command" 5 'cannot execute /no/such: No such file' rank --self 700 /no/such
refused "rank --self: too long a number" 2 'no ranking' rank --self 10000 true
refused "rank: too many words" 2 "too many words: 'three'" rank 100 20 three
while read -r error status pattern; do
	FAKE_ERRORS="self!$error" refused "rank --self: the module refuses with $error" "$status" "$pattern" rank --self 700 true
done <<'ROWS'
1 6 700 is refused: the ranking is higher already, or allow_offers is 0
22 2 '700' is no ranking: 0 .nothing changes. to 1000
95 9 this kernel tells the module of no fork and exit
12 1 cannot offer 700: (Cannot allocate|Out of) memory
ROWS
rm -r "$OOM_EMBEDDED_PROC/oom_embedded"
refused "rank --self: an older module" 9 'takes no offers' rank --self 700 true

# --- group
make_tree "$tmp/tree"
gives "group add" 0 '^$' group add web rank=200 cgroup=/system signal=TERM pid=300
file_is "group add: ranking" groups/web/rank 200
file_is "group add: cgroup" groups/web/cgroup /system
file_is "group add: members" groups/web/pids 300
gives "group set: several keys" 0 '^$' group set web rank=300 comm='web*' uid=33-34 pid=-300 pid=100
file_is "group set: ranking" groups/web/rank 300
file_is "group set: members" groups/web/pids 100
gives "group set: rules" 0 '^$' group set web rule='exe=/bin/sh cgroup=/web/*' trust=name rule=comm=web uid=33
file_is "group set: each is a line" groups/web/rules $'exe=/bin/sh cgroup=/web/*\ncomm=web'
file_is "group set: trust" groups/web/trust name
refused "group set: no such word of trust" 6 "trust: 'all' is none of: root, name" group set web trust=all
gives "group set: precedence" 0 '^$' group set web precedence=7
file_is "group set: precedence" groups/web/precedence 7
refused "group set: too high a precedence" 6 "precedence: '1001' is not a number from 0 to 1000" group set web precedence=1001
gives "group set: no rules" 0 '^$' group set web rule= trust=root uid=33-34
file_is "group set: they are gone" groups/web/rules ''
gives "group set: clears" 0 '^$' group set web comm= cgroup=
file_is "group set: is clear" groups/web/comm ''
refused "group add: there already" 6 'there is a group web already' group add web
refused "group add: a bad name" 2 'no name of a group' group add Web
refused "group add: a path" 2 'no name of a group' group add ../x
refused "group add: one key is bad" 6 "rank: '2000' is not a number from 0 to 1000" group add new rank=2000
FAKE_ERRORS='groups/new/cgroup!2' refused "group add: the last of three keys is bad" 5 'no such group' \
	group add new rank=20 signal=USR1 cgroup=/nowhere
refused "group set: the last of three keys is bad" 6 "signal: 'LOUD' is no signal" group set web rank=1 comm=x signal=LOUD
refused "group set: no such process" 5 'no such process' group set web rank=1 pid=4711
refused "group set: no such group" 5 'no group none' group set none rank=1
refused "group set: no such key" 2 "has no 'colour'; it has rank cgroup comm uid signal trust rule precedence pid" \
	group set web colour=1
refused "group set: no value" 2 'not KEY=VALUE' group set web rank
refused "group set: no pid" 2 'is no pid' group set web pid=x
refused "group set: nothing to set" 2 'wrong number of words' group set web
refused "group: what?" 2 'knows list, add, set and rm' group paint web
gives "group rm" 0 '^$' group rm web
check "group rm: it is gone" test ! -e "$OOM_EMBEDDED_SYSFS/groups/web"
refused "group rm: no such group" 5 'no group web' group rm web
for i in 1 2 3 4 5 6 7; do run group add "g$i"; done
refused "group add: the module is full" 6 'as many already' group add g8 rank=5
make_tree "$tmp/tree"
rm -r "$OOM_EMBEDDED_SYSFS/groups" "$OOM_EMBEDDED_SYSFS/limits"
refused "group: an older module" 9 'has no groups' group add web
refused "group list: an older module" 9 'has no groups' group list
refused "limit list: not built" 9 'limits: not in this build of the module \(OE_LIMITS=n' limit list
refused "limit add: not built" 9 'limits: not in this build' limit add 1000 max_kb=1M
refused "set: not built" 9 'limits/period_ms: not in this build' set period_ms 500
make_tree "$tmp/tree"

# --- limit
gives "limit add" 0 '^$' limit add 1001 max_kb=64M term_timeout_ms=250
file_is "limit add: size" limits/1001/max_kb 65536
refused "limit add: root by its number" 6 'root cannot be limited' limit add 0 max_kb=1M
gives "limit add: by name" 0 '^$' limit add nobody max_kb=1M
check "limit add: by name, it is there" test -d "$OOM_EMBEDDED_SYSFS/limits/$(id -u nobody)"
gives "limit set" 0 '^$' limit set 1001 max_kb=32M
file_is "limit set: size" limits/1001/max_kb 32768
gives "limit rm: of a name" 0 '^$' limit rm nobody
gives "limit add: a range" 0 '^$' limit add 1010-1019 max_kb=1M signal=USR1
file_is "limit add: the signal" limits/1010-1019/signal USR1
gives "limit add: a group" 0 '^$' limit add gid:50 max_kb=1M
gives "limit add: a cgroup" 0 '^$' limit add cgroup:/user.slice max_kb=1M
file_is "limit add: the cgroup's directory" 'limits/cgroup:!user.slice/max_kb' 1024
gives "limit rm: a cgroup" 0 '^$' limit rm cgroup:/user.slice
refused "limit add: a range the wrong way round" 2 'is no uid' limit add 19-10
refused "limit add: no group" 2 'is no uid' limit add gid:users
refused "limit add: no path" 2 'is no uid' limit add cgroup:user.slice
refused "limit add: root" 6 'root cannot be limited' limit add root max_kb=1M
refused "limit add: nobody of that name" 5 "no user 'noone'" limit add noone
refused "limit add: no uid" 2 'is no uid' limit add 99999999999
refused "limit add: bad value" 6 "max_kb: 'much' is no size" limit add 1002 max_kb=much
refused "limit set: a member" 2 "has no 'pid'" limit set 1001 pid=5
gives "limit rm" 0 '^$' limit rm 1001
refused "limit rm: no such limit" 5 'no limit 1001' limit rm 1001

finish
