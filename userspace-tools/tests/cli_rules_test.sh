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

# --- what only the machine can tell
make_tree "$tmp/tree"
before=$(tree_text)
conf '[group web]' 'rank = 50' "rule = exe=$bin/pump" "rule = exe=$bin/gone"
gives "apply: no such program" 5 "rule: exe=$bin/gone: No such file" apply "$tmp/rules.conf"
same "apply: no such program: nothing has changed" "$before" "$(tree_text)"
gives "group add: no such program" 5 "rule: exe=$bin/gone: No such file" group add web "rule=exe=$bin/gone"
same "group add: no such program: nothing has changed" "$before" "$(tree_text)"

finish
