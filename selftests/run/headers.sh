#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# headers.sh --check | --write | --self-test: each script of a guest says in its header what it
# shows, its settings, its sets and needs. --check: do all, and has README.md that table?
# --write: writes the table. --self-test: is a planted fault of each kind reported? Exit status 0
# or 1; faults are printed. Runs on the host.

set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd) || exit 1
# shellcheck source=selftests/run/lists.sh
. "$here/lists.sh"
# shellcheck source=selftests/run/planted.sh
. "$here/planted.sh"
BEGIN_TABLE='<!-- written by run/headers.sh -->'
END_TABLE='<!-- end -->'

# row FILE: the first sentence of the header, the settings, the sets and the needs.
row()
{
	awk -v name="${1#"$SELFTESTS_DIR"/}" '
	NR < 4 { next }
	!/^#/ || done { exit }
	/^# set: / { sets = substr($0, 8); next }
	/^# needs: / { needs = substr($0, 10); next }
	/^# [A-Z][A-Z_]+: / {
		split($2, word, ":")
		value = match($0, /\(default [^)]*\)/) ? " (" substr($0, RSTART + 9, RLENGTH - 9) : ""
		settings = settings (settings ? ", " : "") "`" word[1] "`" value
		next
	}
	/^# / && !sets { text = text (text ? " " : "") substr($0, 3) }
	END {
		if (match(text, /\. [A-Z]/))
			text = substr(text, 1, RSTART)
		sub(/\.$/, "", text)
		gsub(/\|/, "\\|", text)
		printf "| `%s` | %s | %s | %s | %s |\n", name, text, sets, needs, settings
	}' "$1"
}

table()
{
	local script

	echo "| script | what it shows | sets | needs | settings |"
	echo "|---|---|---|---|---|"
	while read -r script; do
		row "$script"
	done < <(list_scripts)
}

# readme FILE: FILE with the table that there should be.
readme()
{
	table >"$work/table" || return 1
	awk -v begin="$BEGIN_TABLE" -v end="$END_TABLE" -v table="$work/table" '
	$0 == end { inside = 0 }
	!inside { print }
	$0 == begin {
		inside = 1
		while ((getline line <table) > 0)
			print line
	}' "$1"
}

# unknown_words FILE KEY KNOWN...
unknown_words()
{
	local file=$1 key=$2 word

	shift 2
	for word in $(header_words "$key" "$file"); do
		[[ " $* " == *" $word "* ]] || echo "$file: \"$word\" is no word for \"# $key:\""
	done
}

# A script that skips itself without a coverage says so in its header.
judge_script()
{
	local file=$1
	local word

	[[ -n $(header_words set "$file") ]] || echo "$file: no \"# set:\" in its header"
	unknown_words "$file" set "${SET_WORDS[@]}"
	unknown_words "$file" needs "${NEED_WORDS[@]}"
	while read -r word; do
		[[ " $(header_words needs "$file") " == *" $word "* ]] ||
			echo "$file: skips without $word, and has no \"# needs: $word\""
	done < <(sed -n 's/^needs //p' "$file")
	[[ -x $file ]] || echo "$file: cannot be executed"
	[[ -n $(row "$file" | cut -d '|' -f 3 | tr -d ' ') ]] ||
		echo "$file: no sentence in its header"
}

judge()
{
	local script

	while read -r script; do
		judge_script "$script"
	done < <(list_scripts)
	list_scripts | xargs -n 1 basename | sort | uniq -d | sed 's/$/: two scripts of this name/'
	find "$SELFTESTS_DIR" -maxdepth 1 -name '*.sh' | sed 's/$/: in no folder/'
	readme "$SELFTESTS_DIR/README.md" | cmp -s - "$SELFTESTS_DIR/README.md" ||
		echo "README.md: not the table of the headers: run/headers.sh --write"
}

fresh_copy()
{
	rm -rf "$work/copy" && mkdir "$work/copy" || return 1
	cp -r "$here/../"{README.md,oom,rank,grace,levels,limits,records,abi,tools} "$work/copy/"
	SELFTESTS_DIR=$work/copy
}

self_test()
{
	fresh_copy || return 1
	planted "no set" 'guard.sh: no "# set:"' "$work/copy/oom/guard.sh" '/^# set:/d'
	planted "a set that is not there" '"ooom" is no word' "$work/copy/oom/console.sh" 's/^# set: oom/# set: ooom/'
	planted "a need that is not there" '"mercy" is no word' "$work/copy/oom/window_lost.sh" \
		's/^# needs: guard/# needs: mercy/'
	planted "a need that is not said" 'skips without guard' "$work/copy/oom/foreign_probes.sh" '/^# needs:/d'
	planted "no sentence" 'off.sh: no sentence' "$work/copy/oom/off.sh" '4,5d'
	all_reported || return 1
	# Each alone: the faults above are changes of the table, too.
	fresh_copy || return 1
	planted "another sentence" 'not the table' "$work/copy/oom/off.sh" '4s/mode=off/mode=on/'
	all_reported || return 1
	fresh_copy || return 1
	planted "a row that is gone" 'not the table' "$work/copy/README.md" '/^| `oom.guard.sh/d'
	all_reported
}

write()
{
	readme "$SELFTESTS_DIR/README.md" >"$work/README.md" &&
		cat "$work/README.md" >"$SELFTESTS_DIR/README.md"
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
case ${1-} in
--check)
	found=$(judge)
	[[ -z $found ]] || { echo "$found"; exit 1; }
	;;
--write) write ;;
--self-test) self_test ;;
*)
	echo "usage: headers.sh --check|--write|--self-test" >&2
	exit 2
	;;
esac
