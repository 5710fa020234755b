#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mutants_oom.sh [N [SEED [FILE...]]]: plants N changes (60), one at a time, in the files of module/oom that no KUnit
# suite has whole, and runs scripts on each in a guest, until one is red. Changes are picked at random by the
# seed (1), of FILE... if they are named. Those that the compiler refuses are replaced by others.
#
# Survivors are to be argued in mutants/equivalent.list, or to get a test. The page is left for publish.sh.
# An earlier run of the same sources goes on. KERNEL: another kernel; the scripts are for Debian's.

set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=selftests/vm/lib.sh
. selftests/vm/lib.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh

KERNEL=${KERNEL:-debian-6.12}
TARGET=oom_embedded.ko
PAGE_NAME=mutants_oom
JUDGED=$RESULTS/mutants_oom.judged
IN_GUEST=/selftests/changed.ko
# A boot runs the scripts of one line.
BOOTS=(
	"order_sysrq.sh order_memcg.sh guard.sh events.sh ended_meanwhile.sh no_victim_memcg.sh"
	"early.sh early_term.sh exceptions.sh observe.sh console.sh kprobes_off.sh off_and_on.sh kill_set.sh"
	"grace.sh hold.sh no_victim_unprotect.sh domains.sh suspend.sh in_vain.sh uevent_queue.sh"
	"notifier_only.sh suspend_notifier.sh hold_watchdog.sh others.sh window_lost.sh groups.sh guard_group.sh out_of_bounds.sh"
)
BOOT_S=300
# shellcheck source=selftests/run/mutants/common.sh
. selftests/run/mutants/common.sh

# verdict LOG: that of a boot which was red, with what was seen first. A guest that hung or went away
# says nothing in order after that.
verdict()
{
	local first

	first=$(sed -n 's/^not ok - [^:]*: //p' "$1" | head -n 1)
	if grep -qE '^not ok - [^:]*: (qemu: |boot: )' "$1"; then
		printf 'gone\t%s\n' "$first"
	elif [[ $first == console:* ]]; then
		printf 'splat\t%s\n' "$first"
	else
		printf 'red\t%s\n' "$first"
	fi
}

# boots_for FILE: all boots, the one with the scripts that are about this file first.
boots_for()
{
	local first=0

	case $1 in
	*/request.c|*/terminate.c|*/early.c|*/console.c) first=1 ;;
	*/hold.c|*/grace.c|*/quiet.c|*/detour.c) first=2 ;;
	*/intercept_notifier.c|*/settle.c|*/watchdog.c|*/signal.c|*/others.c) first=3 ;;
	esac
	printf '%s\n' "${BOOTS[first]}" "${BOOTS[@]:0:first}" "${BOOTS[@]:first+1}"
}

# run_scripts KO FILE: prints what the scripts have to say of a module in which that file is changed.
run_scripts()
{
	local boot scripts

	while IFS= read -r boot; do
		read -ra scripts <<<"$boot"
		selftests/vm/boot.sh --label mutants_oom --timeout "$BOOT_S" --file "$1:$IN_GUEST" "$kernel_name" \
			-- "${scripts[@]/%/ MODULE=$IN_GUEST}" >"$work/boot.log" 2>&1 </dev/null || {
			verdict "$work/boot.log"
			return
		}
	done < <(boots_for "$2")
	printf 'green\t%s\n' "$kernel_name"
}

# play CHANGE: of which make_mutant() has built the module as 1.ko.
play()
{
	local word note

	IFS=$'\t' read -r word note < <(run_scripts "$MADE/1.ko" "${1%%$'\t'*}")
	judge "$word" "$1" "$note"
	rm "$MADE"/1.*
	printf '%s: %s: %s\n' "$word" "${1//$'\t'/ }" "$note"
}

# The scripts are green without a change, or all that follows says nothing.
check_unchanged()
{
	local word

	build_unchanged "$MADE/0.ko"
	word=$(run_scripts "$MADE/0.ko" none)
	[[ $word == green* ]] || { cat "$work/boot.log"; die "red on $kernel_name without a change: $word"; }
	rm "$MADE/0.ko"
	cp "$JUDGED.id" "$JUDGED.unchanged"
}

write_head()
{
	local list="${BOOTS[*]}"

	cat >"$RESULTS/$PAGE_NAME.head" <<-EOF
	By \`make mutants-oom N=$1 SEED=$2\`, in the path of an OOM: the files of module/oom that no KUnit suite has whole.
	(Rules, tables and parsers have [their own page](mutants.md).) "A case" is a result of a script on $KERNEL; "the
	kernel's checks" a complaint on its console, with all results green; "its end" a guest that hung, panicked or
	restarted. $(grep -c $'^refused\t' "$JUDGED" || true) more were refused by the compiler. The scripts, until one is red,
	those first that are about the file: ${list// /, }.
	EOF
}

files_of_the_path()
{
	printf '%s\n' module/oom/*.c | grep -vxFf <(tested_files)
}

main()
{
	local n=${1:-60} seed=${2:-1}
	local files change

	shift $(($# < 2 ? $# : 2))
	if [[ $# -gt 0 ]]; then files=("$@"); else mapfile -t files < <(files_of_the_path); fi
	prepare
	start_judged "$(cat "${files[@]}" | id_of)" "$(cat selftests/{grace,lib,oom,rank,records}/*.sh | id_of)"
	use_kernel "$KERNEL"
	cmp -s "$JUDGED.id" "$JUDGED.unchanged" || check_unchanged
	python3 -B "$MUTATE" sample 100000 "$seed" "${files[@]}" >"$work/changes"
	while IFS= read -r change; do
		[[ $(nr_judged) -lt $n ]] || break
		! is_known "$change" || continue
		make_mutant 1 "$change"
		[[ ! -e $MADE/1.ko ]] || play "$change"
		write_head "$n" "$seed"
	done <"$work/changes"
	write_page
}

main "$@"
