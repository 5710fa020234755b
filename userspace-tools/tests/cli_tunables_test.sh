#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each tunable that the ABI page has is known to the configuration, to "set" and "status -v", to
# the completion and to the manual.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

ABI=$TESTS/../../Documentation/ABI/testing/sysfs-kernel-oom_embedded

# No tunables: lists, and what is written in answer to something.
NOT_TUNABLE='^(oom_ranking|reconfigure_done|groups/<name>/pids)$'

# The files that the ABI page calls (RW), relative to the module's directory.
tunables()
{
	awk '
	/^What:/ { if (after) nr = 0; after = 0; file[nr++] = substr($2, length("/sys/kernel/oom_embedded/") + 1) }
	/^Description:/ { after = 1; if (/\(RW/) for (i = 0; i < nr; i++) print file[i] }
	' "$ABI" | grep -vE "$NOT_TUNABLE"
}

section_of()
{
	case $1 in
	groups/*) echo 'group x' ;;
	cgroups/*) echo 'cgroup x' ;;
	limits/*/*) echo 'limit 1000' ;;
	limits/*) echo limits ;;
	levels/*) echo levels ;;
	*) echo policy ;;
	esac
}

make_tree "$tmp/tree"
sed 's/\\//g' "$TESTS/../man/oom-embedded.conf.5" >"$tmp/man"
mapfile -t files < <(tunables)
same "the ABI page has tunables" yes "$([[ ${#files[@]} -ge 25 ]] && echo yes || echo "${files[@]}")"
check "the ABI page: console_first among them" grep -qx console_first < <(printf '%s\n' "${files[@]}")

unknown=
unset_able=
unlisted=
uncompleted=
unmanned=
for file in "${files[@]}"; do
	key=${file##*/}
	# A line of the file is a key.
	[[ $key != rules ]] || key=rule
	printf '[%s]\n%s = @\n' "$(section_of "$file")" "$key" >"$tmp/key.conf"
	run check "$tmp/key.conf"
	! grep -qE "knows no '$key'|there is no section" <<<"$out$err" || unknown+=" $file"
	grep -qw -- "$key" "$TESTS/../completion/oom-embedded" || uncompleted+=" $file"
	grep -qw -- "$key" "$tmp/man" || unmanned+=" $file"
	[[ $file != groups/* && $file != cgroups/* && $file != limits/*/* ]] || continue
	put_file "sysfs/$file" 0
	run set "$key"
	[[ $status == 0 ]] || unset_able+=" $file"
	run status -v
	[[ $file == limits/* ]] || grep -q "^ *$key:" <<<"$out" || unlisted+=" $file"
done
same "the configuration knows each" '' "$unknown"
same "\"set\" knows each" '' "$unset_able"
same "\"status -v\" shows each" '' "$unlisted"
same "the completion offers each" '' "$uncompleted"
same "oom-embedded.conf(5) names each" '' "$unmanned"

printf '[policy]\nmemcg_no_victim_action = panic\nconsole_first = 2\n' >"$tmp/bad.conf"
gives "memcg_no_victim_action: its words" 7 "bad.conf:2: .*'panic' is none of: unprotect, fail" check "$tmp/bad.conf"
same "console_first: its range" 1 "$(grep -c 'bad.conf:3: .* from 0 to 1' <<<"$out")"
printf '[policy]\nmode = off\ncolour = red\n' >"$tmp/bad.conf"
gives "an unknown key: all that there are" 7 'it knows .*console_first' check "$tmp/bad.conf"

finish
