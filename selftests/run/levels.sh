#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# levels.sh [PART...]: how a machine runs short, in guests of their own, one after the other (default: all of PARTS).
# levels.sh --page: what they found, as a page; a row that was not measured here stays as published.
# Settings of the scripts (CASES, RATES) come from the environment.

set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=selftests/vm/lib.sh
. selftests/vm/lib.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh

PARTS=(leaks cma highmem account early)
PAGE=$PUBLISHED/levels.md

# settings NAME...: those of the environment, as arguments of a script
settings()
{
	local name

	for name; do
		[[ -z ${!name-} ]] || printf ' %s=%s' "$name" "${!name}"
	done
}

boot()
{
	selftests/vm/boot.sh --label "levels-$1" --timeout 14400 --test-timeout 14300 "${@:2}"
}

run_part()
{
	local swap=(--swap 400 --modprobe)

	case $1 in
	leaks) boot "$1" --icount "${swap[@]}" debian-6.1 -- "levels_leaks.sh$(settings CASES RATES)" ;;
	cma) boot "$1" --icount --append cma=64M arm64-6.12 -- "levels_leaks.sh CASES=cma$(settings RATES)" ;;
	highmem) boot "$1" --icount --mem 1200 i386-6.1 -- "levels_leaks.sh CASES=highmem ROOM=245760$(settings RATES)" ;;
	account) boot "$1" --tools "${swap[@]}" debian-6.1 -- "tools_account.sh MORE=1" ;;
	early) boot "$1" --icount "${swap[@]}" debian-6.1 -- \
		"levels_early.sh EARLY=${EARLY:-1%,2%,3%} RATES=2048,8192,40960,-,204800" ;;
	*) die "there is no part $1 (${PARTS[*]})" ;;
	esac
}

found()
{
	find "$RESULTS" -name 'levels-*.verdict' -exec sed -n "s/^# $1: \(.*\)/| \1 |/p" {} +
}

published()
{
	awk -v title="## $1" '$0 == title { inside = 1; next } /^## / { inside = 0 }
		inside && /^\| / && past { print } /^\|---/ { past = 1 } !/^\|/ { past = 0 }' "$PAGE"
}

# rows TITLE WORD KEYS: the published rows of a table, each replaced by the one that was found and has
# the same first KEYS columns, and those that are new.
rows()
{
	awk -F ' *[|] *' -v keys="$3" '
		{
			key = $2 (keys > 1 ? "|" $3 : "")
			if (!(key in row))
				order[++n] = key
			row[key] = $0
		}
		END { for (i = 1; i <= n; i++) print row[order[i]] }' \
		<(published "$1") <(found "$2")
}

print_page()
{
	cat <<-EOT
	# Levels

	Measured by \`make check-levels\` on $(machine): debian-6.1 with 256 MB, for CMA arm64-6.12 with 256 MB
	of which 64 MB are a CMA area, for high memory i386-6.1 with 1200 MB. Default watermarks of 15, 8 and
	4 %. Times are those of a clock that counts instructions.

	## Leaks

	The memory that was available when \`imminent_oom\` was entered, and the time from then until the
	OOM. The levels are those before the OOM. With zram and zswap a level may be left again when it becomes
	known what the data takes there. With \`memory.low\` the OOM is further away: the kernel first gives up what
	that keeps. Under strict overcommit no OOM comes: \`mmap()\` is refused, no level of the module tells it, and
	the manager's \`commit_left\` does. With cma and highmem the kernel's own memory leaks, and what is available
	is what processes might still have.

	| arrangement | KiB a second | available | of all memory | until the OOM | levels before it |
	|---|---|---|---|---|---|
	EOT
	rows Leaks leak 2
	cat <<-EOT

	## Owners of the memory

	States of a machine, each with so much memory of one kind; what \`oom-embedded report\` tells of the part that it
	belongs to, and its sentence of verdict. In each the parts are MemTotal within 1 %.

	| state | KiB put there | the part | verdict |
	|---|---|---|---|
	EOT
	rows "Owners of the memory" account 1
	cat <<-EOT

	## early_kb

	The kind of the first emergency with a leak of so many KiB a second: \`early\`, or that the kernel asked.
	Disk: 48 MB of swap on a disk. zram: as much, and data of which half can be compressed.

	| arrangement | 2048 | 8192 | 40960 | 204800 |
	|---|---|---|---|---|
	EOT
	rows early_kb early 1
}

main()
{
	local failed=0
	local part

	[[ $# -gt 0 ]] || set -- "${PARTS[@]}"
	for part; do
		run_part "$part" || failed=1
	done
	print_page
	say_where "$RESULTS"
	return "$failed"
}

if [[ ${1-} == --page ]]; then
	print_page
else
	main "$@"
fi
