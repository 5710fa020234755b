#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mutants.sh [N [SEED [FILE...]]]: plants N changes (200), one at a time, in the files of the module that the
# KUnit suites test, and runs the suites on each: is any case red? Changes are picked at random by the seed
# (1), of FILE... if they are named. Those that the compiler refuses are replaced by others.
#
# Survivors are to be argued in mutants/equivalent.list, or to get a test. The page is left for publish.sh.
# An earlier run of the same sources goes on: a change that was judged is not run again.
# KERNEL: another kernel with KUnit, by default the smallest.

set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=selftests/vm/lib.sh
. selftests/vm/lib.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh

KERNEL=${KERNEL:-small-bare}
MUTATE=selftests/run/mutants/mutate.py
EQUIVALENT=selftests/run/mutants/equivalent.list
# In a boot: one that hangs takes a boot along.
CHUNK=25
TREE=$CACHE_DIR/build/mutants/tree
MADE=$CACHE_DIR/build/mutants/made
# A line for each change: "refused|red|green|gone", then the change as mutate.py has it, then the case.
JUDGED=$RESULTS/mutants.judged

# The files that the suites include.
tested_files()
{
	grep -h '#include "\.\./[a-z]*/[a-z_]*\.c"' module/tests/*.[ch] |
		sed 's|.*"\.\./\(.*\)"|module/\1|' | sort -u
}

sources_id()
{
	tested_files | xargs cat module/tests/*.[ch] | sha256sum | cut -c1-12
}

copy_tree()
{
	mkdir -p "$TREE"
	rsync -rlpc --delete --exclude='*.o' --exclude='*.ko' --exclude='*.mod' --exclude='*.mod.c' \
		--exclude='.*.cmd' --include='/module/***' --include='/include/***' --include='/Kbuild' \
		--include='/VERSION' --exclude='*' ./ "$TREE/"
}

build_suites()
{
	local args

	read -ra args < <(kernel_make_args "$KERNEL") || true
	CCACHE_DIR=$CACHE_DIR/ccache make -C "$kernel/build" "M=$TREE" "CC=ccache $(kernel_cc "$KERNEL" "")" \
		"${args[@]}" OE_TESTS=y oom_embedded_kunit.ko >"$work/build.log" 2>&1
}

# The changes that have not been judged: TAB-separated fields as they are.
is_known()
{
	[[ -e $JUDGED ]] && cut -f 2-7 "$JUDGED" | grep -qxF "$1"
}

judge()
{
	printf '%s\t%s\t%s\n' "$1" "$2" "${3-}" >>"$JUDGED"
}

# make_mutant NUMBER CHANGE: builds it to MADE, or judges it refused.
make_mutant()
{
	local file line column before after

	IFS=$'\t' read -r file line column _ before after <<<"$2"
	# read takes an empty last field for none.
	python3 -B "$MUTATE" plant "$TREE/$file" "$line" "$column" "$before" "$after"
	if build_suites; then
		strip --strip-debug "$TREE/oom_embedded_kunit.ko" -o "$MADE/$1.ko"
		printf '%s\n' "$2" >"$MADE/$1.change"
	else
		judge refused "$2"
	fi
	cp "$file" "$TREE/$file"
}

# play: the suites of all in MADE, in as many boots as it takes.
play()
{
	local verdict=$RESULTS/mutants.verdict
	local number last case

	while ls "$MADE"/*.ko >/dev/null 2>&1; do
		rm -f "$verdict"
		selftests/vm/boot.sh --label mutants --timeout 900 --test-timeout 600 \
			--file "$MADE:/selftests/mutants" "$KERNEL" -- mutants_guest.sh \
			>"$work/boot.log" 2>&1 </dev/null || true
		[[ -e $verdict ]] || { cat "$work/boot.log"; die "the guest did not boot"; }
		last=
		while read -r word number case; do
			case $word in
			begin) last=$number ;;
			red|green)
				judge "$word" "$(<"$MADE/$number.change")" "$case"
				rm "$MADE/$number".*
				last=
				;;
			esac
		done < <(sed -n 's/^# m //p' "$verdict" | tr -d '\r')
		if [[ -n $last ]]; then
			judge gone "$(<"$MADE/$last.change")" "the kernel did not survive it"
			rm "$MADE/$last".*
		elif ls "$MADE"/*.ko >/dev/null 2>&1; then
			cat "$work/boot.log"
			die "no suite ran"
		fi
	done
}

nr_judged()
{
	grep -c -E "^(red|green|gone)"$'\t' "$JUDGED" || true
}

# The suites are green without a change, or all that follows says nothing.
check_unchanged()
{
	build_suites || { cat "$work/build.log"; die "the suites do not build"; }
	strip --strip-debug "$TREE/oom_embedded_kunit.ko" -o "$MADE/0.ko"
	printf 'none\n' >"$MADE/0.change"
	play
	grep -q $'^green\tnone' "$JUDGED" || die "the suites are red without a change"
	sed -i '/\tnone\t/d' "$JUDGED"
}

is_equivalent()
{
	local file line text

	IFS=$'\t' read -r _ file line _ <<<"$1"
	text=$(sed -n "${line}s/^[[:space:]]*//p" "$file")
	grep -qxF "$file: $text" <(sed -n 's/^\(module.*\) ## .*/\1/p' "$EQUIVALENT")
}

# rows VERDICT: those lines of JUDGED, each with "equivalent" or "survived" before it.
rows()
{
	local line

	while IFS= read -r line; do
		if is_equivalent "$line"; then
			printf 'equivalent\t%s\n' "$line"
		else
			printf 'survived\t%s\n' "$line"
		fi
	done < <(grep -E "^$1"$'\t' "$JUDGED" || true)
}

page()
{
	local all equal=0 left=0

	all=$(nr_judged)
	rows green >"$work/rows"
	equal=$(grep -c '^equivalent' "$work/rows" || true)
	left=$(grep -c '^survived' "$work/rows" || true)
	cat <<-EOF
	# Planted changes

	One small change at a time in a file of the module that the KUnit suites test, and the suites on each
	of them: $all changes, $((all - equal - left)) found by a suite, $equal equivalent
	(argued in selftests/run/mutants/equivalent.list), **$left survived**. $(grep -c '^refused' "$JUDGED" || true) more were
	refused by the compiler. Made by \`make mutants N=$1 SEED=$2\` on $(date -u +%F), commit
	$(git log -1 --format=%h), $KERNEL, $(machine). Files: $3.

	| kind | changes | found |
	|---|---|---|
	EOF
	awk -F '\t' '$1 != "refused" { all[$5]++; found[$5] += $1 != "green" }
		END { for (kind in all) printf "| %s | %d | %d |\n", kind, all[kind], found[kind] }' "$JUDGED" | sort
	[[ $left -eq 0 ]] || printf '\n## Survivors\n\nWith the suites alone; the tests in guests may find them.\n\n'
	awk -F '\t' '$1 == "survived" { printf "- `%s:%d`: %s, `%s` to `%s`\n", $3, $4, $6, $7, $8 }' "$work/rows"
}

main()
{
	local n=${1:-200} seed=${2:-1}
	local files number=0 change

	shift $(($# < 2 ? $# : 2))
	if [[ $# -gt 0 ]]; then files=("$@"); else mapfile -t files < <(tested_files); fi
	check_kernel_name "$KERNEL"
	kernel=$(selftests/vm/kernel.sh "$KERNEL")
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	lock_entry build-mutants
	rm -rf "$MADE"
	mkdir -p "$MADE" "$RESULTS"
	[[ -e $JUDGED && $(<"$JUDGED.id") == "$(sources_id)" ]] || : >"$JUDGED"
	sources_id >"$JUDGED.id"
	copy_tree
	check_unchanged
	python3 -B "$MUTATE" sample 100000 "$seed" "${files[@]}" >"$work/changes"
	while IFS= read -r change; do
		[[ $(nr_judged) -lt $n ]] || break
		! is_known "$change" || continue
		number=$((number + 1))
		make_mutant "$number" "$change"
		[[ $(find "$MADE" -name '*.ko' | wc -l) -lt $CHUNK && \
			$(($(nr_judged) + $(find "$MADE" -name '*.ko' | wc -l))) -lt $n ]] || play
	done <"$work/changes"
	play
	page "$n" "$seed" "${files[*]}" >"$RESULTS/mutants.md"
	cat "$RESULTS/mutants.md"
	say_where "$RESULTS/mutants.md"
}

main "$@"
