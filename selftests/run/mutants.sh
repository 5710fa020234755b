#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mutants.sh [N [SEED [FILE...]]]: plants N changes (200), one at a time, in the files of the module that the
# KUnit suites test, and runs the suites on each: is any case red? Changes are picked at random by the seed
# (1), of FILE... if they are named. Those that the compiler refuses are replaced by others.
#
# A change that no case sees is looked at a second time on a kernel that checks locks, memory and leaks.
# Survivors are to be argued in mutants/equivalent.list, or to get a test. The page is left for publish.sh.
# An earlier run of the same sources goes on: a change that was judged is not run again.
# KERNEL: another kernel with KUnit, by default the smallest. DEBUG_KERNEL: that of the second look.

set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=selftests/vm/lib.sh
. selftests/vm/lib.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh

KERNEL=${KERNEL:-small-bare}
DEBUG_KERNEL=${DEBUG_KERNEL:-debug-6.12}
TARGET=oom_embedded_kunit.ko
PAGE_NAME=mutants
JUDGED=$RESULTS/mutants.judged
# In a boot. One takes 10 s of CPU time, on a debug kernel a minute and 10 s for each; a change that never ends
# takes what is left.
CHUNK=25
BOOT_S=40
DEBUG_BOOT_S=600
# shellcheck source=selftests/run/mutants/common.sh
. selftests/run/mutants/common.sh

# take_verdicts: of a boot, from standard input.
take_verdicts()
{
	local word number note last=

	while read -r word number note; do
		if [[ $word == begin ]]; then
			last=$number
			continue
		fi
		[[ $word != green ]] || note=$kernel_name
		judge "$word" "$(<"$MADE/$number.change")" "$note"
		rm "$MADE/$number".*
		last=
	done
	[[ -z $last ]] || {
		judge gone "$(<"$MADE/$last.change")" "the kernel did not come back from it"
		rm "$MADE/$last".*
	}
}

# play: the suites of all in MADE, in as many boots as it takes.
play()
{
	local verdict=$RESULTS/mutants.verdict
	local limit=$BOOT_S
	local before

	! is_debug_kernel "$kernel_name" || limit=$DEBUG_BOOT_S
	while before=$(nr_made) && [[ $before -gt 0 ]]; do
		rm -f "$verdict"
		selftests/vm/boot.sh --label mutants --timeout "$limit" \
			--file "$MADE:/selftests/mutants" "$kernel_name" -- mutants_guest.sh \
			>"$work/boot.log" 2>&1 </dev/null || true
		[[ -e $verdict ]] || { cat "$work/boot.log"; die "the guest did not boot"; }
		take_verdicts < <(sed -n 's/^# m //p' "$verdict" | tr -d '\r')
		[[ $(nr_made) -lt $before ]] || { cat "$work/boot.log"; die "no suite ran"; }
	done
}

# The suites are green without a change, or all that follows says nothing.
check_unchanged()
{
	build_unchanged "$MADE/0.ko"
	printf 'none\n' >"$MADE/0.change"
	play
	grep -q $'^green\tnone' "$JUDGED" || die "the suites are red on $kernel_name without a change"
	sed -i '/\tnone\t/d' "$JUDGED"
}

# first_look N: of the changes of standard input.
first_look()
{
	local number=0 change

	while IFS= read -r change; do
		[[ $(nr_judged) -lt $1 ]] || break
		! is_known "$change" || continue
		number=$((number + 1))
		make_mutant "$number" "$change"
		[[ $(nr_made) -lt $CHUNK && $(($(nr_judged) + $(nr_made))) -lt $1 ]] || play
	done
	play
}

# Of those that were green in the first one; a change keeps its place in JUDGED's count.
second_look()
{
	local number=0 change

	while IFS= read -r change; do
		! grep -qxF -- $'green\t'"$change"$'\t'"$kernel_name" "$JUDGED" || continue
		number=$((number + 1))
		make_mutant "$number" "$change"
		[[ $(nr_made) -lt $CHUNK ]] || play
	done
	play
}

# write_head N SEED
write_head()
{
	cat >"$RESULTS/$PAGE_NAME.head" <<-EOF
	By \`make mutants N=$1 SEED=$2\`, in the rules, tables and parsers: the files that the KUnit suites
	include. For each a case of the suites goes red on $KERNEL, or on $DEBUG_KERNEL, which also checks locks,
	memory and leaks; or that kernel complains, or does not come back. $(grep -c $'^refused\t' "$JUDGED" || true) more
	were refused by the compiler. For the path of an OOM there is \`make mutants-oom\`.
	EOF
}

main()
{
	local n=${1:-200} seed=${2:-1}
	local files

	shift $(($# < 2 ? $# : 2))
	if [[ $# -gt 0 ]]; then files=("$@"); else mapfile -t files < <(tested_files); fi
	prepare
	start_judged "$(tested_files | xargs cat | id_of)" "$(id_of module/tests/*.[ch])"
	use_kernel "$KERNEL"
	check_unchanged
	python3 -B "$MUTATE" sample 100000 "$seed" "${files[@]}" >"$work/changes"
	first_look "$n" <"$work/changes"
	write_head "$n" "$seed"
	write_page
	use_kernel "$DEBUG_KERNEL"
	check_unchanged
	page_of survivors "$JUDGED" >"$work/left"
	second_look <"$work/left"
	write_page
}

main "$@"
