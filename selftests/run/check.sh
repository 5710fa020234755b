#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh [debug|long|PART...]: the tests on the kernels they are meant for. Ends with the scripts
# that took longest and the line "N passed, N failed". With "debug" all that the debug kernel can judge
# runs there; with "long" the OOM scripts run many times longer; with names of parts (see QUICK) only
# these run. LANES: how many parts at a time (default: two more
# than there are CPUs, because a guest waits for much of its time).

set -uo pipefail

cd "$(dirname "$0")/../.." || exit 1
VM=selftests/vm
# shellcheck source=selftests/vm/lib.sh
. "$VM/lib.sh"
# shellcheck source=selftests/run/lists.sh
. selftests/run/lists.sh
trap - ERR
set +eE

LANES=${LANES:-$(($(nproc) + 2))}

# The parts of "make check", the longest first, so that none is left to run alone in the end. Parts
# that need the debug kernel or its sources are put off as long as that is being built.
QUICK=(
	debug-6.12 debian-6.12 debian-6.1 static worlds 6.12-graceful 6.1-swapping 6.1-warning dkms deb
	6.12-panic_on_oom tools model 6.1-limiting 6.1-swapping-timed demo image 6.12-tools
	6.12-no_victim_never 6.12-no_victim_panic 6.12-no_victim_reboot 6.12-tools-examples device 6.1-memsw 6.1-nodes harness
)
# The parts of "make check-debug".
DEBUGGED=(debug-6.12-faulty debug-6.12-rest debug-6.12-oom 6.12-in_vain_panic)

# The reasons for which a result may be skipped here. Any other one is a failure: a test that is skipped
# in each run tests nothing, and nobody would see it.
MAY_SKIP='(it came too late|a debug kernel|needs root or user namespaces|no process_mrelease\(2\))$'

work=$(mktemp -d) || exit 1
results=$work/results
: >"$results"
: >"$work/ended"
trap 'rm -rf "$work"' EXIT

# of_children FILE: the seconds of the CPU, from what `times` has written there.
of_children()
{
	awk -F '[ms ]' 'END { print int($1 * 60 + $2 + $4 * 60 + $5) }' "$1"
}

# part NAME COMMAND...: runs it, keeps its results, shows what was not ok. Result lines are
# "ok - ..." of boot.sh or "ok N ..." of KTAP; a command that fails without a failed
# result is one. Parts run at the same time, so each says what it has to say at its end.
part()
{
	local name=$1
	local log=$work/$name.log
	local began=$SECONDS
	local status

	shift
	"$@" </dev/null >"$log" 2>&1
	status=$?
	# A part has a shell of its own, which has run nothing else. A pipe would be another shell.
	times >"$log.cpu"
	grep -E '^(not )?ok |^skip ' "$log" | sed "s|^|$name: |" >"$log.results"
	if [[ $status -ne 0 ]] && ! grep -q ': not ok ' "$log.results"; then
		tail -n 20 "$log"
		echo "$name: not ok - exit status $status" >>"$log.results"
	fi
	cat "$log.results" >>"$results"
	{
		printf '== %s: %s results, %s s, %s s of CPU, at %s s\n' "$name" \
			"$(wc -l <"$log.results")" $((SECONDS - began)) "$(of_children "$log.cpu")" "$SECONDS"
		grep -vE '^ok |^[0-9]+ passed,|^KTAP|^1\.\.' "$log"
	} >"$log.shown"
	cat "$log.shown"
}

boot()
{
	local label=$1

	shift
	rm -f "$CACHE_DIR/results/check-$label.times"
	part "$label" "$VM/boot.sh" --label "check-$label" "$@"
	sed "s|^|$label |" "$CACHE_DIR/results/check-$label.times" >>"$work/times" 2>/dev/null
}

# behaviour LABEL KERNEL TIMEOUT "NAME=VALUE..." TEST...: the kernel hands NAME=VALUE to init's
# environment, and so to the scripts.
behaviour()
{
	local label=$1
	local kernel=$2
	local timeout=$3
	local knobs=$4

	shift 4
	boot "$label" --timeout "$timeout" --append "$knobs" --file "$ABI_FILE" \
		"$kernel" -- "$@"
}

reload()
{
	boot "$1-reload" --timeout "$2" --append "CYCLES=$3 PATIENCE=120" "$1" -- reload.sh
}

# going_away KERNEL TEST...: on a clock that counts instructions if the test says so in its header.
going_away()
{
	local kernel=$1
	local options
	local test

	shift
	for test; do
		options=(--persist --smp 1 --timeout 300)
		! script_needs icount "$test" || options+=(--icount)
		boot "${kernel#debian-}-${test%.sh}" "${options[@]}" "$kernel" -- "$test"
	done
}

# The folder for a device, tried where there is nothing of the harness but its init.
check_device()
{
	local folder=$work/device

	make -s selftests-install DESTDIR="$folder" || return 1
	"$VM/boot.sh" --label check-device --timeout 600 --file "$folder:/device" "$1" -- \
		device_guest.sh
}

# The demo is the first thing that a new user sees; its story is shown only if it goes wrong.
demo()
{
	if selftests/run/demo/run.sh >"$work/demo.story" 2>&1; then
		echo "ok - the story comes out as told"
	else
		cat "$work/demo.story"
		return 1
	fi
}

# KASAN and lockdep make everything some ten times slower: fewer rounds, and only what has to do
# with locks and lifetimes. The module goes and comes in a storm on each kernel. Each kind of foreign
# probe comes once, on one of the three kernels.
debug_part()
{
	case $1 in
	debug-6.12)
		behaviour "$1" "$1" 1800 "OOMS=2 STORM=1500 PATIENCE=180" "${DEBUG[@]}" "reload.sh CYCLES=2"
		;;
	debug-6.12-oom) behaviour "$1" debug-6.12 3600 "OOMS=2 CGROUPS=3 PATIENCE=180" "${OOM[@]}" ;;
	debug-6.12-faulty) behaviour "$1" debug-6.12 7200 "PATIENCE=180" "${FAULTY[@]}" ;;
	debug-6.12-rest)
		behaviour "$1" debug-6.12 3600 "OOMS=2 STORM=1500 KINDS=r PATIENCE=180" "${REST[@]}" \
			"groups_storm.sh SECONDS_OF_STORM=4" report.sh
		;;
	esac
}

# Tests of timing run on a clock that counts instructions: an emulated CPU of a busy host stands
# still at times.
guest_part()
{
	case $1 in
	debian-6.1)
		behaviour "$1" "$1" 2400 "OOMS=10 STORM=5000 KINDS=p,l" "${OOM[@]}" "${REST[@]}" "${STOCK[@]}" \
			"${ONCE[@]}" coverage.sh "reload.sh CYCLES=3 PATIENCE=120"
		;;
	debian-6.12)
		behaviour "$1" "$1" 2400 "OOMS=10 STORM=5000 KINDS=f,m RANKED=1000 TIMES=1" "${OOM[@]}" \
			"${REST[@]}" "${STOCK[@]}" "${LONG[@]}" coverage.sh "reload.sh CYCLES=3 PATIENCE=120"
		;;
	6.12-graceful) behaviour "$1" debian-6.12 900 "ROUNDS=1" "${GRACEFUL[@]}" ;;
	6.1-warning) behaviour "$1" debian-6.1 900 "SWINGS=4" "${WARNING[@]}" ;;
	6.1-swapping)
		boot "$1" --swap 400 --modprobe --timeout 900 --append "CHURN=15 EACH=3 STALL_MS=2000" debian-6.1 -- \
			"${SWAPPING[@]}"
		;;
	6.1-swapping-timed)
		boot "$1" --icount --swap 400 --iops 300 --modprobe --timeout 900 debian-6.1 -- \
			"${SWAPPING_TIMED[@]}"
		;;
	6.1-memsw) boot "$1" --swap 400 --timeout 300 debian-6.1 -- memsw.sh ;;
	6.1-nodes) boot "$1" --mem 320 --append numa=fake=2 --timeout 300 debian-6.1 -- nodes.sh ;;
	6.1-limiting) boot "$1" --icount --timeout 900 debian-6.1 -- "${LIMITING[@]}" ;;
	6.12-tools) boot "$1" --tools --udev --timeout 600 debian-6.12 -- "${TOOLS[@]}" ;;
	6.12-tools-examples)
		boot "$1" --tools --icount --timeout 300 --append "PERIOD=20 DEADLINE=100" \
			debian-6.12 -- tools_examples.sh
		;;
	6.12-*) going_away debian-6.12 "${1#6.12-}.sh" ;;
	esac
}

run_part()
{
	case $1 in
	debug-*) debug_part "$1" ;;
	static) part "$1" selftests/run/static.sh ;;
	dkms) part "$1" selftests/run/dkms.sh ;;
	image) part "$1" selftests/run/image_demo.sh amd64 ;;
	deb) part "$1" selftests/run/deb.sh package ;;
	tools) part "$1" userspace-tools/tests/run.sh ;;
	model) part "$1" selftests/model/run.sh --quick ;;
	demo) part "$1" demo ;;
	worlds) part "$1" selftests/run/worlds.sh --check ;;
	device) part "$1" check_device debian-6.12 ;;
	harness) part "$1" "$VM/judge_test.sh" ;;
	*) guest_part "$1" ;;
	esac
	echo "$1" >>"$work/ended"
}

# The debug kernel, where nothing is cached, takes minutes, and the longest parts wait for it: if it only got what
# the others leave, they would be left to run alone in the end.
build_debug()
{
	if ! "$VM/kernel.sh" debug-6.12 >/dev/null 2>"$work/build" ||
		! "$VM/module.sh" debug-6.12 >/dev/null 2>>"$work/build"; then
		cat "$work/build"
	fi
}

# take_part BUILDER: sets $taken to the first of $waiting that can begin, and removes it. None while
# BUILDER, if there is one, is still at work for those that are left.
take_part()
{
	local i

	taken=
	for i in "${!waiting[@]}"; do
		[[ -z $1 || ${waiting[i]} != @(debug-*|static) ]] || continue
		taken=${waiting[i]}
		unset 'waiting[i]'
		return
	done
}

# run_parts PART...: in $LANES lanes.
run_parts()
{
	local waiting=("$@")
	local builder=
	local running=0
	local ended
	local taken

	part kernels fetch debian-6.1 debian-6.12
	if [[ " $* " == *" debug-"* || " $* " == *" static "* ]]; then
		build_debug &
		builder=$!
	fi
	while [[ ${#waiting[@]} -gt 0 ]]; do
		take_part "$builder"
		if [[ -n $taken ]]; then
			run_part "$taken" &
			running=$((running + 1))
			[[ $running -ge $LANES ]] || continue
		fi
		wait -n -p ended
		if [[ $ended == "$builder" ]]; then
			builder=
		else
			running=$((running - 1))
		fi
	done
	wait
	# A part without an end has no results either.
	printf '%s\n' "$@" | grep -vxF -f "$work/ended" | sed 's/$/: not ok - came to no end/' \
		>>"$results"
}

# long_mixed KERNEL OOMS: with a thread of the host for each CPU. And as many victims by request.
long_mixed()
{
	boot "$1-relieve" --timeout 7200 --test-timeout 7000 --append "RELIEVES=$2" "$1" -- relieve_storm.sh
	boot "$1-mixed" --threads --timeout 7200 --append "ROUNDS=$2" "$1" -- mixed.sh
}

# long_everything KERNEL "NAME=VALUE..." CYCLES OOMS
long_everything()
{
	local scripts

	# Some are in two of the sets.
	mapfile -t scripts < <(printf '%s\n' "${DEBUG[@]}" "${OOM[@]}" "${REST[@]}" "${STOCK[@]}" \
		"${ONCE[@]}" "${LONG[@]}" "${GRACEFUL[@]}" "${LIMITING[@]}" "${WARNING[@]}" |
		awk '!seen[$0]++')
	behaviour "$1" "$1" 14400 "$2" "${scripts[@]}" &
	{ reload "$1" 7200 "$3"; long_mixed "$1" "$4"; going_away "$1" "${GOING_AWAY[@]}"; } &
	wait
}

long()
{
	long_everything debian-6.12 "OOMS=500 ROUNDS=50" 300 1000
	long_everything debian-6.1 "OOMS=500 ROUNDS=50" 300 1000
	long_everything debian-5.10 "OOMS=500 ROUNDS=50" 300 1000
	long_everything debug-6.12 "OOMS=100 ROUNDS=10 STORM=1500 RANKED=400 RATES=0 LIMITS=200" 30 300
	debug_part debug-6.12-faulty
	part dkms-kunit selftests/run/dkms.sh debug-6.12
	boot tools-drill-old --tools --timeout 7200 debian-6.1 -- "tools_drill.sh DRILLS=100" &
	boot tools-drill-new --tools --timeout 7200 debian-6.12 -- "tools_drill.sh DRILLS=100" &
	wait
	boot tools-drill-v1 --tools debian-6.1 -- tools_drill_v1.sh
	boot tools --tools --timeout 7200 debian-6.12 -- "tools_daemon.sh OOMS=1000" &
	boot tools-examples --tools --icount --timeout 7200 debian-6.12 -- \
		"tools_examples.sh OOMS=50 PERIOD=20 DEADLINE=100" &
	wait
	boot machine-wait --icount --mem 384 --timeout 7200 debian-6.12 -- machine_wait.sh
	boot adversary --mem 512 --swap 400 --modprobe --timeout 7200 debian-6.12 -- adversary.sh
	boot swapping --swap 400 --modprobe --timeout 7200 --append EACH=60 debian-6.1 -- "${SWAPPING[@]}"
	boot swapping-timed --icount --swap 400 --iops 300 --modprobe --timeout 7200 debian-6.12 -- "${SWAPPING_TIMED[@]}"
	boot tools-reboot --persist --smp 1 --tools --share \
		--append "ramoops.max_reason=4 pstore.kmsg_bytes=65536" debian-6.12 -- tools_reboot.sh
}

fetch()
{
	local kernel

	for kernel; do
		"$VM/kernel.sh" "$kernel" >/dev/null || return 1
		echo "ok - $kernel is there"
	done
}

# Of $work/times: "part seconds CPU-seconds test".
show_slowest()
{
	[[ -s $work/times ]] || return 0
	echo "The slowest: seconds, of these CPU of the host, script, part"
	sort -k 2 -rn "$work/times" | head -n 10 |
		awk '{ part = $1; s = $2; cpu = $3; $1 = $2 = $3 = ""
			printf "%7.1f %6.1f  %s, %s\n", s, cpu, substr($0, 4), part }'
	echo
}

fail_other_skips()
{
	grep ': skip ' "$results" | grep -vE "$MAY_SKIP" |
		sed 's/: skip /: not ok - skipped: /' >"$work/skips"
	cat "$work/skips" >>"$results"
}

count()
{
	grep -cE "$1" "$results"
}

"$VM/setup.sh" || exit 1
case ${1-} in
"") run_parts "${QUICK[@]}" ;;
debug) run_parts "${DEBUGGED[@]}" ;;
long) long ;;
*)
	for name; do
		[[ " ${QUICK[*]} ${DEBUGGED[*]} " == *" $name "* ]] || die "there is no part $name"
	done
	run_parts "$@"
	;;
esac

echo
show_slowest
[[ ${1-} == long ]] || fail_other_skips
grep ': not ok ' "$results" && echo
skipped=$(count ': skip ')
[[ $skipped -eq 0 ]] || grep ': skip ' "$results"
passed=$(count ': ok ')
failed=$(count ': not ok ')
echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
