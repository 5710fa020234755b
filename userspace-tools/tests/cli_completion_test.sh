#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion in zsh and fish: the same words as in bash, and nothing that a process, a group or a
# directory is called is ever run or offered. install_test.sh has bash.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

COMPLETION=$TESTS/../completion
make_tree "$tmp/tree"
mkdir "$OOM_EMBEDDED_SYSFS/cgroups/web"
evil="\$(touch $tmp/ran)\`touch $tmp/ran\`;touch $tmp/ran"
fake_process 600 1000 "$evil" 1000 0 0 /
# shellcheck disable=SC2016 # for others to expand
mkdir -p "$OOM_EMBEDDED_SYSFS/groups/"{'$(touch ran)','a b;touch ran',"-x"} "$OOM_EMBEDDED_PROC/7 (touch ran)"
cd "$tmp" || exit 1

# Prints the offers of the completion for the words; the last one is being completed.
zsh_words()
{
	zsh -f -c '
		compadd() {
			while [[ $1 != -- ]]; do shift; done
			shift
			print -rl -- "$@"
		}
		_files() { print FILES }
		file=$1
		shift
		words=("$@") CURRENT=$#
		set --
		source $file
	' zsh "$COMPLETION/_oom-embedded" oom-embedded "$@" 2>&1 | sort | tr '\n' ' '
}

fish_words()
{
	# shellcheck disable=SC2016 # for fish
	HOME=$tmp XDG_CONFIG_HOME=$tmp fish --no-config -c '
		source $argv[1]
		complete -C "oom-embedded "(string join " " -- $argv[2..-1])
	' "$COMPLETION/oom-embedded.fish" "$@" 2>&1 | cut -f 1 | sort | tr '\n' ' '
}

# offers DESCRIPTION EXPECTED WORD...
offers()
{
	local description=$1
	local expected=$2

	shift 2
	same "$shell: $description" "$expected " "$("${shell}_words" "$@")"
}

for shell in zsh fish; do
	if ! command -v "$shell" >/dev/null; then
		skip "$shell" "no $shell"
		continue
	fi
	offers "verbs" 'add list rm set' group ''
	offers "pids, and no names" '1 100 200 201 300 400 600' rank ''
	offers "groups that are there, with plain names" batch group set ''
	offers "a group to relieve" batch relieve ''
	offers "a group to relieve, after the option" batch relieve --dry-run ''
	offers "limits that are there" 1000 limit rm ''
	offers "watched cgroups that are there" web cgroup rm ''
	offers "keys of a watched cgroup" 'cgroup= critical_percent= imminent_oom_percent= warning_percent=' cgroup set web ''
	offers "values" 'enforce observe off' set mode ''
	offers "keys" 'cgroup= comm= pid= precedence= rank= rule= signal= trust= uid=' group set batch ''
	check "$shell: nothing was run" test ! -e "$tmp/ran"
done

# Each command and each setting is in all three.
run --help
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$out")
check "there are commands" grep -qx status <<<"$commands"
run set
settings=$(sed -E 's/:.*//; s|.*/||' <<<"$out")
check "there are settings" grep -qx rank_threshold <<<"$settings"
for file in oom-embedded _oom-embedded oom-embedded.fish; do
	missing=
	for word in $commands $settings; do
		grep -qE "(^|[[:space:]('])$word(\$|[[:space:])'])" "$COMPLETION/$file" || missing+=" $word"
	done
	same "$file: has each command and setting" '' "$missing"
done

finish
