#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# docs.sh [--self-test]: do the documents lead where they say? Links and their anchors, files
# and functions that a page names, files that the house map does not name, pictures against the
# scripts that draw them, the length of README. And do sentences of comments have a noun as their
# subject? With --self-test: is a planted fault of each kind reported? Exit status 0 or 1; faults
# are printed. Runs on the host.

set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd) || exit 1
top=$(git -C "$here" rev-parse --show-toplevel) || exit 1
README_LINES=150
# Pages whose names of files and functions must exist.
MAPS="README.md Documentation/developer/*.md Documentation/glossary.md"
# Words that are no subject of a sentence: a reader has to find out what they stand for.
NO_SUBJECT="Who|What|Whoever|Whatever"
# Exempt: this file, which plants some.
EXEMPT="selftests/run/docs\.sh"

pages()
{
	find . -name '*.md' ! -path './.git/*' ! -path '*/build/*' | sort
}

# As a forge makes them of headings.
anchors()
{
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

judge_links()
{
	local page target file anchor

	while read -r page; do
		while read -r target; do
			case $target in
			http://*|https://*) continue ;;
			esac
			file=${target%%#*}
			anchor=${target#"$file"}
			[[ -n $file ]] && file=$(dirname "$page")/$file || file=$page
			[[ -e $file ]] || echo "$page: no file for the link $target"
			[[ -z $anchor || ! -f $file ]] ||
				anchors "$file" | grep -qxF "${anchor#"#"}" ||
				echo "$page: no heading for the link $target"
		done < <(tr '\n' ' ' <"$page" | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//')
	done < <(pages)
}

# Words in backquotes that look like a path from the top, as the shell would expand them.
# shellcheck disable=SC2016 # backquotes of the page
judge_paths()
{
	local page path

	shopt -s globstar nullglob
	for page in $MAPS; do
		while read -r path; do
			# shellcheck disable=SC2206 # to be expanded
			local found=($path)

			[[ ${#found[@]} -gt 0 && -e ${found[0]} ]] || echo "$page: there is no $path"
		done < <(grep -oE '`(module|userspace-tools|selftests|packaging|include|Documentation)/[^` ]*`' \
			"$page" | tr -d '`' | grep -v '[<{_]$' | sort -u)
	done
}

# Functions of the module's own; those of the kernel and of libc are not looked for.
judge_functions()
{
	local page name

	for page in $MAPS; do
		while read -r name; do
			grep -rqw "$name" module include userspace-tools --include='*.[ch]' ||
				echo "$page: there is no $name()"
		done < <(grep -oE '\b(oe|oom_embedded)_[a-z0-9_]+\(\)' "$page" | tr -d '()' | sort -u)
	done
}

# Each file of a room has its place in the house map.
judge_house_map()
{
	local file name

	for file in module/*/*.c; do
		case $file in
		module/tests/*|*.mod.c) continue ;;
		esac
		name=$(basename "$file" .c)
		grep -qw "$name" Documentation/developer/house-map.md ||
			echo "house-map.md: does not know $file"
	done
}

judge_pictures()
{
	local script

	for script in Documentation/pictures/*.awk; do
		awk -f "$script" | cmp -s - "${script%.awk}.svg" ||
			echo "${script%.awk}.svg: not what its script draws"
	done
}

judge_readme()
{
	local lines

	lines=$(wc -l <README.md)
	[[ $lines -le $README_LINES ]] || echo "README.md: $lines lines, more than $README_LINES"
}

# Of shell and C: a mark of a comment, perhaps the end of a sentence, one of the words.
judge_subjects()
{
	find . \( -name '*.sh' -o -name '*.[ch]' \) ! -path './.git/*' ! -path '*/build/*' -print0 | sort -z |
		xargs -0 grep -nE "(^|[[:space:]])(#|\*|/\*\*?|//) (.*[.:;!?] )?($NO_SUBJECT) [a-z]" |
		sed 's,^\./,,; s/^\([^:]*:[0-9]*\):[[:space:]]*/\1: no noun is the subject: /' |
		grep -vE "^$EXEMPT"
}

# judge DIRECTORY: prints faults.
judge()
{
	local found

	found=$(cd "$1" && {
		judge_links
		judge_paths
		judge_functions
		judge_house_map
		judge_pictures
		judge_readme
		judge_subjects
	} 2>&1)
	[[ -z $found ]] && return 0
	echo "$found"
	return 1
}

# planted DESCRIPTION REPORT FILE LINE: with that line at the end of that file, does a line
# match REPORT?
planted()
{
	local description=$1 report=$2 file=$3 line=$4
	local found

	rm -f "$copy/saved"
	[[ ! -e $copy/$file ]] || cp "$copy/$file" "$copy/saved"
	printf '%s\n' "$line" >>"$copy/$file"
	found=$(judge "$copy")
	rm "$copy/$file"
	[[ ! -e $copy/saved ]] || mv "$copy/saved" "$copy/$file"
	grep -qE -- "$report" <<<"$found" && return 0
	echo "not reported: $description"
	echo "$found"
	return 1
}

self_test()
{
	local failed=0

	copy=$(mktemp -d) || return 1
	trap 'rm -rf "$copy"' EXIT
	git -C "$top" ls-files -z | (cd "$top" && xargs -0 cp -a --parents -t "$copy") || return 1
	judge "$copy" || return 1
	planted "a link to no file" "no file for the link nowhere" \
		Documentation/faq.md '[x](nowhere.md)' || failed=1
	planted "a link to no heading" "no heading for the link index.md#nowhere" \
		Documentation/faq.md '[x](index.md#nowhere)' || failed=1
	planted "a file that is gone" "there is no module/attic" \
		Documentation/developer/house-map.md "\`module/attic/box.c\`" || failed=1
	planted "a function that is gone" "there is no oe_attic_open" \
		Documentation/developer/design.md "\`oe_attic_open()\`" || failed=1
	planted "a file that the house map does not know" "does not know module/oom/attic.c" \
		module/oom/attic.c "" || failed=1
	planted "a picture of another script" "not what its script draws" \
		Documentation/pictures/oom-path.awk 'END { print "<!-- -->" }' || failed=1
	planted "a README that is too long" "more than $README_LINES" \
		README.md "$(seq "$README_LINES")" || failed=1
	planted "a subject that is no noun" "main.c:[0-9]+: no noun is the subject: /\* Whoever comes" \
		module/main.c '/* Whoever comes first waits. */' || failed=1
	planted "one in the middle of a line" "ktap.sh:[0-9]+: no noun is the subject: # All is done" \
		selftests/lib/ktap.sh '# All is done. What is left stays.' || failed=1
	planted "one behind code" "leak.c:[0-9]+: no noun is the subject: int who;" \
		selftests/progs/leak.c 'int who; /* Who asks */' || failed=1
	return "$failed"
}

case ${1-} in
"") judge "$top" ;;
--self-test) self_test ;;
*)
	echo "usage: docs.sh [--self-test]" >&2
	exit 2
	;;
esac
