#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rules with several conditions, and whom they trust: in a configuration, and on the command line.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

make_tree "$tmp/tree"
bin=$tmp/bin
mkdir "$bin"
: >"$bin/pump"
: >"$bin/my pump"

# conf LINE...: a configuration with these lines
conf()
{
	printf '%s\n' "$@" >"$tmp/rules.conf"
}

# bad DESCRIPTION PATTERN LINE: of a group's section, in line 3
bad()
{
	local before

	before=$(tree_text)
	conf '[group web]' 'rank = 50' "$3"
	gives "$1" 7 "rules.conf:3: $2" apply "$tmp/rules.conf"
	same "$1: nothing has changed" "$before" "$(tree_text)"
	gives "$1: check says it, too" 7 "rules.conf:3: $2" check "$tmp/rules.conf"
}

# --- apply
conf '[group web]' 'rank = 50' "rule = exe=$bin/pump  uid=0" 'trust = name' 'rule = cgroup=/web/* comm=web*'
gives "apply: rules" 0 '^$' apply "$tmp/rules.conf"
file_is "apply: a line each" groups/web/rules "exe=$bin/pump  uid=0"$'\n''cgroup=/web/* comm=web*'
file_is "apply: trust" groups/web/trust name
gives "apply --dryrun: a path may have got another file" 0 '^\+ groups/web/rules: exe=' apply --dryrun "$tmp/rules.conf"
conf '[group web]' 'rank = 50' 'trust = root' 'rule = comm=a' 'rule = comm=b uid=1-2'
gives "apply: other rules" 0 '^$' apply "$tmp/rules.conf"
file_is "apply: they replace the others" groups/web/rules $'comm=a\ncomm=b uid=1-2'
gives "apply --dryrun: nothing is left to do" 0 '^$' apply --dryrun "$tmp/rules.conf"
printf '[group web]\nrule = comm=c\n' >"$tmp/later.conf"
gives "apply: a later file" 0 '^$' apply "$tmp/rules.conf" "$tmp/later.conf"
file_is "apply: its rules replace those of the one before" groups/web/rules comm=c
conf '[group web]' "rule = exe=$bin/my\\x20pump"
gives "apply: a path with a blank" 0 '^$' apply "$tmp/rules.conf"
file_is "apply: stays as it is written" groups/web/rules "exe=$bin/my\\x20pump"
conf '[group batch]' 'rank = 700' 'comm = batch*'
gives "apply: a file without rules" 0 '^$' apply "$tmp/rules.conf"
same "apply: leaves those of other groups" "exe=$bin/my\\x20pump" "$(cat "$OOM_EMBEDDED_SYSFS/groups/web/rules")"
same "apply: and whom they trust" root "$(cat "$OOM_EMBEDDED_SYSFS/groups/web/trust")"

# --- as many and as long as there may be
rules=()
for i in {10..25}; do
	rules+=("rule = comm=a$i cgroup=/$(printf 'x%.0s' {1..160})")
done
conf '[group web]' "${rules[@]}" '[group two]' "${rules[@]}"
gives "apply: 16 long rules" 0 '^$' apply "$tmp/rules.conf"
same "apply: all are there" 16 "$(grep -c x "$OOM_EMBEDDED_SYSFS/groups/web/rules")"
conf '[group web]' "${rules[@]}" 'rule = comm=b'
gives "apply: one more" 7 'rules.conf:18: more than 16 rules of a group' apply "$tmp/rules.conf"

# --- what is wrong with a rule
bad "no condition" "(rule: it has no condition|.*rule)" 'rule = "'
bad "no such condition" "rule: 'colour' is none of exe=PATH" 'rule = colour=red'
bad "no value" "rule: 'pump' is none of" 'rule = exe=/bin/sh pump'
bad "said twice" 'rule: comm is said twice' 'rule = comm=a comm=b'
bad "a name that is nobody's" "comm: 'a-very-long-name-of-20' matches no process" 'rule = uid=0 comm=a-very-long-name-of-20'
bad "no path" "exe: 'pump' is no path" 'rule = exe=pump'
bad "no user" "uid: 'root' is no uid" 'rule = comm=a uid=root'
bad "no word of trust" "trust: 'all' is none of: root, name" 'trust = all'

# --- units of systemd
export OOM_EMBEDDED_SYSTEMD=$tmp/systemd
mkdir -p "$OOM_EMBEDDED_SYSTEMD"/{etc,run,usr/lib}/systemd/system
# unit DESCRIPTION UNIT RULE: the rule that it becomes
unit()
{
	conf '[group web]' "unit = $2"
	gives "unit: $1" 0 '^$' apply "$tmp/rules.conf"
	file_is "unit: $1: its cgroup" groups/web/rules "$3"
}
unit "a service" foo.service cgroup=/system.slice/foo.service
unit "an instance" foo@1.service cgroup=/system.slice/system-foo.slice/foo@1.service
unit "an instance of a name with a dash" foo-bar@1.service \
	'cgroup=/system.slice/system-foo\x5cx2dbar.slice/foo-bar@1.service'
unit "all instances" foo@.service 'cgroup=/system.slice/system-foo.slice/foo@*.service'
unit "all instances of a name with a dash: a backslash quotes in a pattern" foo-bar@.service \
	'cgroup=/system.slice/system-foo\x5c\x5cx2dbar.slice/foo-bar@*.service'
unit "an instance of a name with an escaped byte" 'a\x2db@1.service' \
	'cgroup=/system.slice/system-a\x5cx5cx2db.slice/a\x5cx2db@1.service'
unit "a pattern" 'updater-*.service' 'cgroup=/system.slice/updater-*.service'
unit "a slice" vital.slice cgroup=/vital.slice
unit "a slice in slices" a-b-c.slice cgroup=/a.slice/a-b.slice/a-b-c.slice
unit "the root slice" -.slice cgroup=/
unit "a name that systemd escapes" memory.service cgroup=/system.slice/_memory.service
unit "a name with an escaped byte" 'dev-x\x2dy.swap' 'cgroup=/system.slice/dev-x\x5cx2dy.swap'
printf '[Service]\nSlice = own-vital.slice\n' >"$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/foo.service"
unit "Slice= of its file" foo.service cgroup=/own.slice/own-vital.slice/foo.service
mkdir "$OOM_EMBEDDED_SYSTEMD/etc/systemd/system/foo.service.d"
printf '[Service]\nSlice=later.slice\n' >"$OOM_EMBEDDED_SYSTEMD/etc/systemd/system/foo.service.d/a.conf"
unit "Slice= of a drop-in" foo.service cgroup=/later.slice/foo.service
mkdir "$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/foo.service.d"
printf '[Service]\nSlice=last.slice\n' >"$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/foo.service.d/b.conf"
unit "Slice= of two drop-ins: the later name counts" foo.service cgroup=/last.slice/foo.service
ln -s /dev/null "$OOM_EMBEDDED_SYSTEMD/etc/systemd/system/foo.service.d/b.conf"
unit "Slice= of a drop-in that is masked" foo.service cgroup=/later.slice/foo.service
printf '[Service]\nSlice=t.slice\n' >"$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/foo@.service"
unit "Slice= of a template" foo@x.service cgroup=/t.slice/foo@x.service
printf '[Service]\nSlice=/../../etc\n' >"$OOM_EMBEDDED_SYSTEMD/run/systemd/system/bad.service"
bad "a Slice= that is no slice" "unit: 'bad.service' is no unit" 'unit = bad.service'
printf '[Service]\nSlice=*.slice\n' >"$OOM_EMBEDDED_SYSTEMD/run/systemd/system/bad.service"
bad "a Slice= that would be a pattern" "unit: 'bad.service' is no unit" 'unit = bad.service'
bad "a unit without processes" "unit: 'foo.timer' is no unit" 'unit = foo.timer'
bad "no unit" "unit: 'foo' is no unit" 'unit = foo'
bad "a path" "unit: '/a/foo.service' is no unit" 'unit = /a/foo.service'
bad "no such slice" "unit: 'a--b.slice' is no unit" 'unit = a--b.slice'
bad "a longer unit than there are" "unit: '(x){80}' is no unit" "unit = $(printf 'x%.0s' {1..180}).slices"
conf '[group web]' 'unit = one.service' 'rule = comm=two uid=7' 'unit = three.service'
gives "unit: beside rules" 0 '^$' apply "$tmp/rules.conf"
file_is "unit: a line each" groups/web/rules \
	$'cgroup=/system.slice/one.service\ncomm=two uid=7\ncgroup=/system.slice/three.service'

# --- units that say themselves how much they matter
# in_file FILE VALUE...: X-OOMRank= of the file, below systemd's directories
in_file()
{
	mkdir -p "$(dirname "$OOM_EMBEDDED_SYSTEMD/$1")"
	printf '[Service]\nX-OOMRank = %s\n' "${@:2}" >"$OOM_EMBEDDED_SYSTEMD/$1"
}
unit_groups()
{
	(cd "$OOM_EMBEDDED_SYSFS/groups" && compgen -G 'units-*' | sort | paste -sd' ')
}
rm -r "$OOM_EMBEDDED_SYSTEMD"
make_tree "$tmp/tree"
mkdir -p "$OOM_EMBEDDED_SYSFS/groups/units-old"
for key in rank rules; do
	put_file "sysfs/groups/units-old/$key" ''
done
in_file usr/lib/systemd/system/pump.service 30
in_file usr/lib/systemd/system/cache@.service 900
in_file usr/lib/systemd/system/own.service 40
in_file etc/systemd/system/own.service.d/site.conf 50
in_file usr/lib/systemd/system/quiet.service 60
in_file etc/systemd/system/quiet.service.d/site.conf ''
in_file usr/lib/systemd/system/masked.service.d/rank.conf 1
mkdir -p "$OOM_EMBEDDED_SYSTEMD/etc/systemd/system/masked.service.d"
ln -s /dev/null "$OOM_EMBEDDED_SYSTEMD/etc/systemd/system/masked.service.d/rank.conf"
printf '[Service]\n' >"$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/masked.service"
in_file etc/systemd/system/plain.service.d/site.conf 70
printf '[Service]\n' >"$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/plain.service"
ln -s pump.service "$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/alias.service"
in_file usr/lib/systemd/system/group.service 80
in_file usr/lib/systemd/system/pump.timer 90
in_file usr/lib/systemd/system/wrong.service 1001
in_file 'usr/lib/systemd/system/*.service' 1
in_file $'usr/lib/systemd/system/\e[2J.service' 1
ln -s /dev/zero "$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/endless.service"
mkfifo "$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/fifo.service"
printf '%s\n' 'X-OOMRanks=90' 'X-OOMRank' >>"$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/pump.service"
conf '[group mine]' 'rank = 500' 'unit = group.service'
gives "X-OOMRank=: a value that is none is said, and left out" 0 \
	'wrong.service: X-OOMRank= is no number from 0 to 1000' apply "$tmp/rules.conf"
same "X-OOMRank=: nothing else is" 1 "$(wc -l <<<"$out$err")"
hashed=$(cd "$OOM_EMBEDDED_SYSFS/groups" && compgen -G 'units--*-cache')
same "X-OOMRank=: each unit is a group, those of other units are gone" \
	"$hashed units-own units-plain units-pump" "$(unit_groups)"
file_is "X-OOMRank=: the ranking" groups/units-pump/rank 30
file_is "X-OOMRank=: the unit's cgroup" groups/units-pump/rules cgroup=/system.slice/pump.service
file_is "X-OOMRank=: a template" "groups/$hashed/rules" 'cgroup=/system.slice/system-cache.slice/cache@*.service'
file_is "X-OOMRank=: a drop-in counts" groups/units-own/rank 50
file_is "X-OOMRank=: of a unit without one" groups/units-plain/rank 70
rm "$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/wrong.service"
gives "X-OOMRank=: again, nothing is left to do" 0 '^$' apply --dryrun "$tmp/rules.conf"
printf '[daemon]\nunit_ranks = 0\n' >"$tmp/none.conf"
gives "X-OOMRank=: not if the configuration says so" 0 '^$' apply "$tmp/none.conf"
same "X-OOMRank=: then all groups go" '' "$(unit_groups)"
conf '[group units-x]' 'rank = 5'
gives "X-OOMRank=: no other group has such a name" 7 'rules.conf:1: \[group units-x\]: names that begin' apply "$tmp/rules.conf"
unset OOM_EMBEDDED_SYSTEMD

# --- what only the machine can tell
make_tree "$tmp/tree"
before=$(tree_text)
conf '[group web]' 'rank = 50' "rule = exe=$bin/pump" "rule = exe=$bin/gone"
gives "apply: no such program" 5 "rule: exe=$bin/gone: No such file" apply "$tmp/rules.conf"
same "apply: no such program: nothing has changed" "$before" "$(tree_text)"
gives "group add: no such program" 5 "rule: exe=$bin/gone: No such file" group add web "rule=exe=$bin/gone"
same "group add: no such program: nothing has changed" "$before" "$(tree_text)"
FAKE_ERRORS='groups/batch/rules!22' gives "group set: no regular file" 6 "rule: exe=$bin is no regular file" \
	group set batch "rule=exe=$bin"
many=()
for ((i = 1; i <= 17; i++)); do
	many+=("rule=uid=$i")
done
gives "group set: more rules than a group has" 6 'rule: a group has at most 16 rules' group set batch "${many[@]}"
FAKE_ERRORS='groups/batch/rules!28' gives "group set: longer rules than a group has" 6 \
	'rule: these rules are longer than a page' group set batch rule=uid=1
long=$(printf '%0990d' 1)
gives "group set: more than can be written" 2 'too many rules' group set batch "rule=comm=${long}"{1..5}
same "group set: of all that nothing has changed" "$before" "$(tree_text)"

finish
