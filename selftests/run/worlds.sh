#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# worlds.sh [N [SEED]]: N random worlds (500) from that seed (1) on, on debian-6.1 (small ones: small-bare),
# several in a boot; worlds/oracle.py judges them by the ABI page. The page is left for publish.sh, and the seeds of
# worlds that failed in CACHE_DIR/results/worlds.failed.
# worlds.sh --check: the few that "make check" plays, in one boot, and whether the oracle would have been red
# if something else had been seen of them.
# worlds.sh --more: those that the last run did not come to, because its time was over or it was ended; if there was
# none here, the one that is published.
# worlds.sh --seeds SEED...: these.
# worlds.sh --page: what the last run found, as a page.
# worlds.sh --shrink SEED|FILE: takes one ingredient after the other out of a world that fails, as long as
# it still fails by the same rule. The smallest one is left in CACHE_DIR/results/world-SEED.
# KERNEL: another kernel. MINUTES: no new boot after so many.

set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=selftests/vm/lib.sh
. selftests/vm/lib.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh

KERNEL=${KERNEL:-debian-6.1}
MINUTES=${MINUTES:-1440}
WORLDS=selftests/run/worlds
# In a boot: a guest that goes away takes the worlds with it that come after.
CHUNK=20
SWAP_MB=64
# Of one size, without swap, for one boot. In each a process has the ranking just below the threshold, or
# a cgroup runs out of memory, or protected processes are given up, or there is a fault.
CHECK_SEEDS=(1 3 14 18 19 22 23 28 33 52 69 72 78 85 87 91 119 137 143 169)
# Small ones that have failed once; a file is named after its seed.
KEPT=$WORLDS/kept
FAILED=$RESULTS/worlds.failed
# The judgements of the last run, after a line about it.
JUDGED=$RESULTS/worlds.judged

# machine_key FILE: worlds of one key share a boot.
machine_key()
{
	awk -v kernel="$KERNEL" '
		$1 == "mem" { mem = $2 } $1 == "swap" { swap = $2 } $1 == "kernel" { kernel = $2 }
		END { print mem, swap, kernel }' "$1"
}

# play MEM SWAP KERNEL NAME...: these files of $work/worlds in one guest; sets $verdict.
play()
{
	local mem=$1 swap=$2 kernel=$3
	local options=()
	local log=$work/boot.log

	shift 3
	case $swap in
	disk | zswap) options=(--swap "$SWAP_MB" --modprobe) ;;
	zram) options=(--modprobe) ;;
	esac
	# One CPU is all that it can use; the log of a world must fit into its buffer.
	[[ $kernel != small-bare ]] || options+=(--smp 1 --append log_buf_len=512K)
	verdict=$RESULTS/worlds.verdict
	rm -f "$verdict"
	selftests/vm/boot.sh --label worlds --mem "$mem" "${options[@]}" --timeout $((120 + $# * 90)) \
		--test-timeout 600 --file "$work/worlds:/selftests/worlds" "$kernel" -- \
		"${@/#/worlds_guest.sh }" >"$log" 2>&1 || true
	[[ -e $verdict ]] || { cat "$log"; die "the guest did not boot"; }
	grep -E '^not ok .*(console|qemu)' "$log" >"$work/machine" || true
}

# of_panic CONSOLE: how many were killed in the last world, and how many ms before the kernel panicked as it does if nobody
# may be killed; nothing if it did not.
of_panic()
{
	tr -d '\r' <"$1" | awk -F '[][]' '
		/begin worlds_guest.sh/ { killed = 0; last = 0 }
		/: Killed process / { killed++; last = $2 }
		/Kernel panic - not syncing: System is deadlocked on memory/ { print killed + 0, int(($2 - last) * 1000); exit }'
}

# judge SEED...: appends a line or more to $work/judged for each; those that were not reached are left in
# $unplayed.
judge()
{
	local logs
	local panic=
	local seed

	logs=$(sed -n 's|^# logs: \(.*\)/{console,verdict}.log|\1|p' "$work/boot.log" | tail -n 1)
	[[ -z $logs ]] || panic=$(of_panic "$logs/console.log")
	# The panic is judged by the oracle, and the rest of the console as ever.
	[[ -z $panic ]] ||
		awk -v panic=1 -f selftests/vm/console.awk "$logs/console.log" | sed 's/^/not ok - console: /' >"$work/machine"
	# shellcheck disable=SC2086 # words
	python3 -B "$WORLDS/oracle.py" ${panic:+--panic $panic} "$verdict" >"$work/now" || true
	# The console's and qemu's word belongs to the last world that began.
	if [[ -s $work/machine ]]; then
		seed=$(awk '{ last = $2 } END { print last }' "$work/now")
		sed "s/^/red ${seed:-$1} machine: /" "$work/machine" >>"$work/now"
	fi
	cat "$work/now" >>"$work/judged"
	cat "$work/now"
	unplayed=()
	for seed; do
		grep -qE "^(red|green) $seed " "$work/now" || unplayed+=("$seed")
	done
}

# play_all MEM SWAP KERNEL SEED...: a guest that goes away is booted again for those after the world it went in.
play_all()
{
	local machine=("${@:1:3}")
	local left

	shift 3
	while [[ $# -gt 0 ]]; do
		if ((SECONDS > MINUTES * 60)); then
			echo "not played: $*"
			return
		fi
		boots=$((boots + 1))
		play "${machine[@]}" "${@:1:CHUNK}"
		judge "${@:1:CHUNK}"
		[[ ${#run[@]} -eq 0 ]] || keep_judged
		left=("${unplayed[@]}" "${@:CHUNK+1}")
		[[ ${#left[@]} -lt $# ]] || die "no world was played: $(<"$work/boot.log")"
		set -- "${left[@]}"
	done
}

generate()
{
	local seed

	mkdir -p "$work/worlds"
	for seed; do
		python3 -B "$WORLDS/generate.py" "$seed" >"$work/worlds/$seed"
	done
}

# run_seeds SEED...
run_seeds()
{
	generate "$@"
	run_generated "$@"
}

# run_generated NAME...: files of $work/worlds
run_generated()
{
	local -A members=()
	local key seed mem swap kernel words

	for seed; do
		key=$(machine_key "$work/worlds/$seed")
		members[$key]+=" $seed"
	done
	# One boot of each machine, then one more: if the time is over, each was tried. Those of which there
	# are most come first.
	while read -r _ _ mem swap kernel words; do
		echo "# $mem MB, swap $swap, $kernel: $words"
		# shellcheck disable=SC2086 # words
		play_all "$mem" "$swap" "$kernel" $words </dev/null
	done < <(for key in "${!members[@]}"; do
		# shellcheck disable=SC2086 # words
		in_boots "$key" ${members[$key]}
	done | sort -k 1,1n -k 2,2rn)
}

# in_boots KEY SEED...: a line a boot: its number, how many are left, the key, the seeds
in_boots()
{
	local key=$1
	local number=0

	shift
	while [[ $# -gt 0 ]]; do
		echo "$number $# $key ${*:1:CHUNK}"
		number=$((number + 1))
		shift $(($# < CHUNK ? $# : CHUNK))
	done
}

count()
{
	awk -v verdict="$1" '$1 == verdict && !seen[$2]++ { n++ } END { print n + 0 }' "$work/judged"
}

# sums COLUMN: those of all worlds that were green: "name:N,..." added up.
sums()
{
	awk -v column="$1=" '$1 == "green" {
			for (i = 3; i <= NF; i++)
				if (sub("^" column, "", $i)) {
					n = split($i, part, ",")
					for (k = 1; k <= n; k++) {
						split(part[k], pair, ":")
						sum[pair[1]] += pair[2]
					}
				}
		}
		END { for (name in sum) if (name != "-") print name, sum[name] }' "$work/judged" | LC_ALL=C sort
}

total()
{
	awk -v column="$1=" '{ for (i = 3; i <= NF; i++) if (sub("^" column, "", $i)) sum += $i }
		END { print sum + 0 }' "$work/judged"
}

# After each boot: of a run that is ended nothing is lost but that boot.
keep_judged()
{
	local module

	module=$(module_commit)
	case $module_was in
	'') ;;
	*"$module") module=$module_was ;;
	*later*) module="$module_was, $module" ;;
	*) module="$module_was, later $module" ;;
	esac
	{
		echo "run ${run[*]} $boots $KERNEL $(date -u +%Y-%m-%d) $module"
		cat "$work/judged"
	} >"$JUDGED"
}

played()
{
	awk '$1 ~ /^(green|red)$/ && !seen[$2]++ { print $2 }' "$work/judged"
}

print_page()
{
	local n first last boots kernel day module file

	[[ -e $JUDGED ]] || die "no run is left in $RESULTS"
	read -r _ n first last boots kernel day module <"$JUDGED"
	sed 1d "$JUDGED" >"$work/judged"
	rm -rf "$work/worlds"
	# shellcheck disable=SC2046 # numbers
	generate $(played)
	cat <<-EOT
	# Random worlds

	Written by \`make worlds\` on $day, kernel $kernel, module of commit $module, $(machine), guests
	with two CPUs in software emulation.

	A world is a machine, processes with rankings and cgroups, managers, leaks and faults, all made from a seed by
	\`selftests/run/worlds/generate.py\`. \`selftests/run/worlds/oracle.py\` judges it: the rules are from the ABI
	page, and the witnesses are the kernel's own trace and log, wait(2) and a program that polls.

	| | |
	|---|---|
	| worlds | $n, seeds $first to $last |
	| boots | $boots |
	| as declared | $(count green) |
	| not as declared | $(count red) |
	| not played, because the time was over | $((n - $(count green) - $(count red))) |
	| emergencies in those as declared | $(total emergencies) |
	| killed by the kernel in them | $(total victims) |

	## Rules

	How often a rule was applied in the worlds that were as declared, and how often it says nothing because a race
	could make it wrong. For \`order\` the first is pairs of a victim and a process that lived on.

	| rule | applied | skipped |
	|---|---|---|
	EOT
	{
		sums checked | sed 's/^/c /'
		sums skipped | sed 's/^/s /'
	} | awk '{ n[$1, $2] = $3; names[$2] } END { for (name in names) {
			text = name
			gsub(/_/, " ", text)
			printf "| %s | %d | %d |\n", text, n["c", name], n["s", name] } }' | LC_ALL=C sort
	cat <<-'EOT'

	## The machines

	| memory in MB | swap | kernel | worlds played |
	|---|---|---|---|
	EOT
	for file in "$work"/worlds/*; do
		machine_key "$file"
	done | sort | uniq -c | sort -k 2n -k 3 | awk '{ print "| " $2 " | " $3 " | " $4 " | " $1 " |" }'
	cat <<-'EOT'

	Debian's kernel does not come up with the tests in 96 MB; worlds with less are of a small kernel of ours. In 40
	the tests themselves leave too little for a world. A full disk is that of a manager that cannot save: the module itself writes to
	none. A suspend goes as far as frozen processes. Not in these worlds: limits of users, no_victim_action panic and
	reboot, the manager of the tools.
	EOT
	if [[ $(count red) -gt 0 ]]; then
		printf '\n## Not as declared\n\n| seed | rule |\n|---|---|\n'
		sed -n 's/^red \([0-9]*\) \(.*\)/| \1 | \2 |/p' "$work/judged"
	fi
}

# planted RULE SED [OPTION...]: what was seen, changed by SED: does the oracle, with these, say RULE of it?
planted()
{
	local found

	sed "$2" "$RESULTS/worlds.verdict" >"$work/planted"
	found=$(python3 -B "$WORLDS/oracle.py" "${@:3}" "$work/planted" || true)
	if grep -qE "^red [0-9]+ $1: " <<<"$found"; then
		echo "ok - planted: $1"
	else
		echo "not ok - planted: $1 was not seen"
	fi
}

# Of the machine, and of its witnesses: none of these may go unseen.
plant_all()
{
	# The leaks are the last in order.
	local order='s/^\(# w is proc [^ ]* [^ ]* [0-9]*\) [^ ]*/\1 explicit:1000/
		s/^\(# w is step \(leak\|start\) [^ ]* [^ ]*\) [^ ]*/\1 explicit:1/'

	planted told '/^# w t \(waking\|oe poll\|oe read\)/d'
	planted protected 's/^\(# w is param rank_threshold\) .*/\1 1000/'
	planted order "$order"
	planted settings 's/ threshold=[0-9]* / threshold=7 /'
	planted outcome 's/^# w killed .*//'
	planted record '/^# w event .* outcome=killed/d'
	planted episode '/^# w event seq=2 /d'
	planted counters 's/^\(# w stat victims\) .*/\1 99/'
	planted rank 's/ victim_rank=[0-9]* / victim_rank=1001 /'
	planted domain 's/ memcg=[^ ]* / memcg=\/elsewhere /'
	# Those outside lived on.
	planted together 's/^\(# w is proc p[0-9] [^ ]* [^ ]* [^ ]*\) -/\1 o/'
	planted 'kill set' 's/^\(# w is proc o[0-2] [^ ]* [^ ]*\) [^ ]*/\1 explicit:0/'
	planted coverage 's/^\(# w coverage .*\) guard/\1/'
	planted 'done' 's/^# w done .*/# w done 99/'
	planted unloaded 's/^# w unloaded .*/# w unloaded there/'
	planted quiet 's/ grace_ms=[^ ]* / grace_ms=7 /'
	planted resume '/^# w t oe uevent resume /d'
	planted living 's/^\(# w living [0-9]*\) S/\1 T/'
	planted end '/^# w complete/d'
	planted panic '/^# w complete/d' --panic 0 0
}

keep_failed()
{
	sed -n 's/^red \([0-9]*\) \([^:]*\):.*/\1 \2/p' "$work/judged" | sort -u >"$FAILED"
	[[ -s $FAILED ]] || rm -f "$FAILED"
}

end_run()
{
	keep_failed
	print_page >"$RESULTS/worlds.md"
	cat "$RESULTS/worlds.md"
	say_where "$RESULTS/worlds.md"
	shrink_failed
}

# Each world that failed gets smaller by itself, as long as there is time: a boot a try. A small one that
# is put into worlds/kept is played by --check from then on.
shrink_failed()
{
	local seed last=

	[[ -e $FAILED ]] || return 0
	while read -r seed _; do
		[[ $seed != "$last" ]] || continue
		last=$seed
		if ((SECONDS > MINUTES * 60)); then
			echo "not shrunk: $seed"
			continue
		fi
		selftests/run/worlds.sh --shrink "$seed" </dev/null || true
	done <"$FAILED"
}

# run_worlds N FIRST
run_worlds()
{
	run=("$1" "$2" $(($2 + $1 - 1)))
	rm -f "$JUDGED"
	# shellcheck disable=SC2046 # numbers
	run_seeds $(seq "${run[1]}" "${run[2]}")
	end_run
}

run_more()
{
	local n first last

	[[ -e $JUDGED ]] || cp "$PUBLISHED/worlds.judged" "$JUDGED" 2>/dev/null || die "no run is left in $RESULTS"
	read -r _ n first last boots _ _ module_was <"$JUDGED"
	run=("$n" "$first" "$last")
	sed 1d "$JUDGED" >"$work/judged"
	# shellcheck disable=SC2046 # numbers
	run_seeds $(seq "$first" "$last" | grep -vxF -f <(played; echo -))
	end_run
}

# fails_by FILE: sets $rules to the rules by which it fails.
fails_by()
{
	local key

	rm -rf "$work/worlds" && mkdir -p "$work/worlds"
	cp "$1" "$work/worlds/one"
	key=$(machine_key "$1")
	# shellcheck disable=SC2086 # three words
	play ${key} one
	judge one >/dev/null
	rules=$(sed -n 's/^red [0-9]* \([^:]*\):.*/\1/p' "$work/now" | sort -u)
	[[ -n $rules ]]
}

# The lines that a world cannot be without, and those that others refer to, are refused by the guest, which
# is another failure: "end".
shrink()
{
	local file=$work/smallest
	local wanted line again=y

	if [[ -f $1 ]]; then
		cp "$1" "$file"
	else
		python3 -B "$WORLDS/generate.py" "$1" >"$file"
	fi
	fails_by "$file" || die "that world is as declared"
	wanted=$(head -n 1 <<<"$rules")
	echo "fails by: $wanted"
	while [[ -n $again ]]; do
		again=
		for ((line = $(wc -l <"$file"); line > 3; line--)); do
			sed "${line}d" "$file" >"$work/smaller"
			if fails_by "$work/smaller" && grep -qxF "$wanted" <<<"$rules"; then
				echo "not needed: $(sed -n "${line}p" "$file")"
				cp "$work/smaller" "$file"
				again=y
			fi
		done
	done
	line=$(awk '$1 == "world" { print $2 }' "$file")
	cp "$file" "$RESULTS/world-$line"
	cat "$file"
	echo "left in $RESULTS/world-$line"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/judged"
boots=0
# N FIRST LAST, of a run that is kept; the module that it began with, if that was earlier.
run=()
module_was=
mkdir -p "$RESULTS"
case ${1-} in
--check)
	# In a pipe run_generated has a shell of its own; what it has judged is in a file.
	generate "${CHECK_SEEDS[@]}"
	kept=()
	[[ ! -d $KEPT ]] || mapfile -t kept < <(find "$KEPT" -type f -printf '%f\n' | sort -n)
	for name in "${kept[@]}"; do
		cp "$KEPT/$name" "$work/worlds/"
	done
	run_generated "${CHECK_SEEDS[@]}" "${kept[@]}" | sed -n 's/^red /not ok - world /p; s/^green /ok - world /p'
	plant_all | tee "$work/plants"
	! grep -q '^not ok' "$work/plants"
	;;
--seeds) run_seeds "${@:2}" ;;
--more) run_more ;;
--page)
	print_page
	exit
	;;
--shrink)
	[[ $# -eq 2 ]] || die "--shrink SEED|FILE"
	shrink "$2"
	exit
	;;
*) run_worlds "${1:-500}" "${2:-1}" ;;
esac
[[ $(count red) -eq 0 && $(count green) -gt 0 ]]
