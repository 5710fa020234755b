#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Odd contents of files of the kernel: cgroup paths and command lines that somebody has
# chosen, and numbers that are none. Each command survives, prints no number that is not there, and
# no byte that steers a terminal.

# shellcheck disable=SC2016 # names that are not expanded
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/hostile.sh
. "$TESTS/hostile.sh"

ALL=(status 'status -v' candidates 'candidates --all' 'events 3' report 'rank 100' 'group list' 'limit list' set metrics
	'incident 3' check tune drill 'why 300' 'wait -t 0.1' 'rank 300 700' 'group set batch rank=7 --dry-run' 'top -n 1')
# Those that look at cgroups, and at command lines.
CGROUPS=(check 'why 100' 'why 300' 'group list' 'events 3' 'incident 3' drill)
NAMES=(check 'rank web' 'candidates --all')
JSON=(status candidates events report 'group list' 'limit list' set check tune 'why 300')

# A number that is cut to fit, or not understood, becomes one of these.
cut=': (9223372036854775807|-9223372036854775808|18446744073709551615|2147483647|-?inf|-?nan)\b'

# survives_as_json DESCRIPTION: each prints JSON or nothing, and no number that was cut to fit
survives_as_json()
{
	local command
	local bad=

	for command in "${JSON[@]}"; do
		# Strings have what the file has; only numbers could have been cut.
		# shellcheck disable=SC2086 # words
		run $command --json
		[[ ! -s $tmp/out ]] || jq -e . "$tmp/out" >/dev/null 2>&1 || bad+="$command: no JSON: $(head -c 300 "$tmp/out")"$'\n'
		! grep -E "$cut" "$tmp/out" >"$tmp/cut" ||
			bad+="$command: a number that is not there: $(head -n 1 "$tmp/cut")"$'\n'
	done
	same "$1, JSON" '' "$bad"
}

# --- numbers
COMMANDS=("${ALL[@]}")

# numbers_are VALUE: each number in each file
numbers_are()
{
	local value

	printf -v value '%b' "$1"
	make_tree "$tmp/tree"
	ln -sf /nonexistent "$OOM_EMBEDDED_PROC/100/fd/3"
	find "$OOM_EMBEDDED_SYSFS" "$OOM_EMBEDDED_PROC" "$OOM_EMBEDDED_CGROUP" -type f ! -name comm ! -name cmdline \
		! -name cgroup ! -name abi_version -exec env value="$value" \
		perl -pi -e 's/(?<![\w.-])-?[0-9]+(\.[0-9]+)?(?!\w)/$ENV{value}/g' {} +
}

while read -r value; do
	numbers_are "$value"
	survives "each number is ${value:0:40}"
	[[ $value != *[0x]* ]] || survives_as_json "each number is ${value:0:40}"
done <<'ROWS'
-1
-9223372036854775809
9223372036854775808
18446744073709551616
9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999
+5
0x10
1e999
5\r
\x1b[2J5\x1b]0;x\x07
-
%s%n
\xff\xfe5
ROWS

# --- NUL bytes, and no newline at the end
make_tree "$tmp/tree"
find "$OOM_EMBEDDED_SYSFS" "$OOM_EMBEDDED_PROC" -type f -exec perl -pi -e 's/(?<=[a-z0-9])(?=[a-z0-9])/\0/' {} +
survives "a NUL byte within each word"
survives_as_json "a NUL byte within each word"
make_tree "$tmp/tree"
find "$OOM_EMBEDDED_SYSFS" "$OOM_EMBEDDED_PROC" -type f -exec perl -pi -e 's/\n/\n\0\x1b[2J/' {} +
survives "a NUL byte after each line"
make_tree "$tmp/tree"
all_of()
{
	local command

	for command in 'status -v' candidates events report 'group list' 'limit list' set check 'why 300' 'rank batch'; do
		# shellcheck disable=SC2086 # words
		run $command
		printf '%s: %s\n%s\n%s\n' "$command" "$status" "$out" "$err"
	done | sed -E 's/[0-9]+ (s|seconds|min|minutes|h|hours|days) ago//'
}
all_of >"$tmp/with"
find "$OOM_EMBEDDED_SYSFS" "$OOM_EMBEDDED_PROC" -type f -exec perl -0pi -e 's/\n\z//' {} +
all_of >"$tmp/without"
check "no newline at the end of any file: nothing is lost" diff "$tmp/with" "$tmp/without"

# --- numbers on the command line
make_tree "$tmp/tree"
for value in 9223372036854775808 18446744073709551617 -1 +1 ' 1' 1x 0x1 ''; do
	gives "why '$value'" 2 'is no number of a process' why -- "$value"
	gives "events '$value'" 2 'is no number of an event' events -- "$value"
	gives "incident '$value'" 2 'is no number of an event' incident -- "$value"
	gives "wait oom='$value'" 2 'is no number of an emergency' wait -t 0.1 "oom=$value"
	gives "top -n '$value'" 2 'is no number from 1' top -n "$value"
done

# --- cgroup paths
COMMANDS=("${CGROUPS[@]}")
JSON=(check 'why 300' 'group list' 'events 3')

# The protected process is in a cgroup that its user has named.
cgroup_is()
{
	local path
	local dir
	local escaped

	printf -v path '%b' "$1"
	make_tree "$tmp/tree"
	printf '0::%s\n' "$path" >"$OOM_EMBEDDED_PROC/100/cgroup"
	printf '0::%s\n' "$path" >"$OOM_EMBEDDED_PROC/300/cgroup"
	printf '%s\n' "$path" >"$OOM_EMBEDDED_SYSFS/groups/batch/cgroup"
	printf 'exe=/bin/x cgroup=%s\n' "$path" >"$OOM_EMBEDDED_SYSFS/groups/batch/rules"
	escaped=$(printf '%s' "$path" | tr -d '\n' | sed 's/[&|\\]/\\&/g')
	sed -i "s|memcg=-|memcg=$escaped|; s|victim_cgroup=[^ ]*|victim_cgroup=$escaped|" "$OOM_EMBEDDED_SYSFS/events" 2>/dev/null
	dir=$OOM_EMBEDDED_CGROUP$path
	{ mkdir -p "$dir" && echo 1 >"$dir/memory.oom.group"; } 2>/dev/null
}

long_path=$(printf '/%0200d' {1..19})
while read -r path; do
	cgroup_is "$path"
	survives "cgroup ${path:0:40}"
	[[ $path != *xff* ]] || survives_as_json "cgroup ${path:0:40}"
done <<ROWS
/x\x1b[2J
/x\x1b]0;title\x07
/a\rb
/x\xff\xfe\xc3
/x\xe2\x80\xae\x9b
/*
/[a-
/\$(id)
/x'"\`<b>&
/%s%n
/x\\\\
/ a  b
$long_path
$long_path$long_path
$(printf '/%04090d' 0)
relative
/../../x
/system/../../escaped
ROWS
cgroup_is /a
printf '0::/a\nb\n' >"$OOM_EMBEDDED_PROC/100/cgroup"
printf '1:memory:/x' >"$OOM_EMBEDDED_PROC/300/cgroup"
survives "cgroup with a newline, and none of version 2"
: >"$OOM_EMBEDDED_PROC/100/cgroup"
printf '0::' >"$OOM_EMBEDDED_PROC/300/cgroup"
survives "cgroup is empty"

oom_group_is_found()
{
	cgroup_is "$1"
	gives "check: memory.oom.group of $1" 8 "$2" check
}

oom_group_is_found '/x\x1b[2J' 'in its cgroup /x\?\[2J kills it'
oom_group_is_found '/*' 'in its cgroup /\* kills it'
oom_group_is_found '/$(id)' 'in its cgroup /\$\(id\) kills it'
oom_group_is_found '/a b' 'in its cgroup /a(\\x20| )b kills it'
# A directory outside is not a cgroup.
for path in /../outside /system/../../outside /system/..; do
	cgroup_is "$path"
	mkdir -p "$tmp/tree/outside"
	echo 1 | tee "$tmp/tree/outside/memory.oom.group" >"$OOM_EMBEDDED_CGROUP/memory.oom.group"
	run check
	same "check: $path does not lead out" '' "$(grep -a 'memory.oom.group' <<<"$out$err")"
done

# --- command lines
COMMANDS=("${NAMES[@]}")
# A name of more than 15 bytes is looked for in the command line, which is the process's own to write.
while read -r line; do
	make_tree "$tmp/tree"
	fake_process 500 1000 a-program-with-a 100 0 0 /
	printf '%b' "$line" >"$OOM_EMBEDDED_PROC/500/cmdline"
	printf '%b' "$line" >"$OOM_EMBEDDED_PROC/300/cmdline"
	survives "command line ${line:0:40}"
	gives "command line ${line:0:40}: is not called so" 5 'no process is called' rank a-program-with-a-name 5
done <<ROWS
\x1b[2J\x00\x1b]0;x\x07
\x00
\x00a-program-with-a-name
a-program-with-a-name/
$(printf '/%05000d' 0)
a-program-with-a-name\x0a
\xff\xfe\xc3\x00
%s%n%n
../../a-program-with-a-name/..
*
ROWS
make_tree "$tmp/tree"
fake_process 500 1000 a-program-with- 100 0 0 /
printf '/usr/bin/a-program-with-a-name' >"$OOM_EMBEDDED_PROC/500/cmdline"
gives "command line without its NUL: is called so" 0 '^$' rank a-program-with-a-name 5

finish
