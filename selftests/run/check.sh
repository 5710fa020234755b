#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh [soak]: the tests on the kernels they are meant for. Ends with the line
# "N passed, N failed". With "soak" the OOM scripts run many times longer.

set -uo pipefail

cd "$(dirname "$0")/../.." || exit 1
VM=selftests/vm
# shellcheck source=selftests/vm/lib.sh
. "$VM/lib.sh"
# shellcheck source=selftests/run/lists.sh
. selftests/run/lists.sh
trap - ERR
set +eE

work=$(mktemp -d) || exit 1
results=$work/results
: >"$results"
trap 'rm -rf "$work"' EXIT

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
	grep -E '^(not )?ok |^skip ' "$log" | sed "s|^|$name: |" >"$log.results"
	if [[ $status -ne 0 ]] && ! grep -q ': not ok ' "$log.results"; then
		tail -n 20 "$log"
		echo "$name: not ok - exit status $status" >>"$log.results"
	fi
	cat "$log.results" >>"$results"
	{
		printf '== %s: %s results, %s s, at %s s\n' "$name" "$(wc -l <"$log.results")" \
			$((SECONDS - began)) "$SECONDS"
		grep -vE '^ok |^[0-9]+ passed,|^KTAP|^1\.\.' "$log"
	} >"$log.shown"
	cat "$log.shown"
}

boot()
{
	local label=$1

	shift
	part "$label" "$VM/boot.sh" --label "check-$label" "$@"
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

# going_away KERNEL TEST...: where the clock counts instructions if the test says so in its header.
going_away()
{
	local kernel=$1
	local options
	local test

	shift
	for test; do
		options=(--persist --smp 1 --timeout 300)
		! script_needs icount "$test" || options+=(--icount)
		boot "$kernel-${test%.sh}" "${options[@]}" "$kernel" -- "$test"
	done
}

# What has to happen in time is judged where the clock counts instructions: an emulated CPU of a
# busy host stands still at times.
limiting()
{
	boot "$1-limiting" --icount --timeout 900 "$1" -- "${LIMITING[@]}"
}

check_tools()
{
	boot "$1-tools" --tools --udev --timeout 400 "$1" -- "${TOOLS[@]}"
	boot "$1-tools-examples" --tools --icount --timeout 300 --append "PERIOD=20 DEADLINE=100" \
		"$1" -- tools_examples.sh
}

check_newer()
{
	local kernel=debian-6.12

	behaviour "$kernel" "$kernel" 900 "OOMS=20" "${OOM[@]}" "${REST[@]}" "${LONG[@]}" coverage.sh
	behaviour "$kernel-graceful" "$kernel" 900 "ROUNDS=2" "${GRACEFUL[@]}"
	reload "$kernel" 300 10
	going_away "$kernel" "${GOING_AWAY[@]}"
}

check_older()
{
	local kernel=debian-6.1

	behaviour "$kernel" "$kernel" 900 "OOMS=20" "${OOM[@]}" "${REST[@]}" coverage.sh
	behaviour "$kernel-warning" "$kernel" 900 "" "${WARNING[@]}"
	boot "$kernel-swapping" --swap 400 --modprobe --timeout 900 "$kernel" -- "${SWAPPING[@]}"
	boot "$kernel-memsw" --swap 400 "$kernel" -- memsw.sh
	limiting "$kernel"
	reload "$kernel" 300 10
	going_away "$kernel" no_victim_reboot.sh
}

# KASAN and lockdep make everything some ten times slower: fewer rounds, and what every other
# path is made of.
check_debug_oom()
{
	behaviour debug-6.12-oom debug-6.12 1200 "OOMS=5" "${DEBUG[@]}" "${OOM[@]}"
	reload debug-6.12 600 3
}

check_debug_rest()
{
	behaviour debug-6.12-rest debug-6.12 1200 "OOMS=5 STORM=1500" "${REST[@]}" \
		groups_storm.sh report.sh
}

# The folder for a device, tried where there is nothing of the harness but its init.
check_device()
{
	local folder=$work/device

	make -s selftests-install DESTDIR="$folder" || return 1
	"$VM/boot.sh" --label check-device --timeout 300 --file "$folder:/device" "$1" -- \
		device_guest.sh
}

# What a new user sees first; its story is shown only if it goes wrong.
demo()
{
	if selftests/run/demo/run.sh >"$work/demo.story" 2>&1; then
		echo "ok - the story comes out as told"
	else
		cat "$work/demo.story"
		return 1
	fi
}

# A guest uses one core: two at a time. The debug kernel takes minutes where nothing is
# cached, so its build begins first and gets what the others leave.
quick()
{
	local builder

	part kernels fetch debian-6.1 debian-6.12
	nice -n 10 "$VM/kernel.sh" debug-6.12 >/dev/null 2>"$work/build" &
	builder=$!
	{ check_newer; part demo demo; part harness "$VM/judge_test.sh"; } &
	{
		check_older
		part tools userspace-tools/tests/run.sh
		check_tools debian-6.12
		part dkms selftests/run/dkms.sh
		part device check_device debian-6.12
	} &
	wait "$builder" || cat "$work/build"
	wait
	check_debug_oom &
	{ check_debug_rest; part static selftests/run/static.sh; } &
	wait
}

# soak_everything KERNEL "NAME=VALUE..." CYCLES
soak_everything()
{
	behaviour "$1" "$1" 14400 "$2" "${DEBUG[@]}" "${OOM[@]}" "${REST[@]}" "${LONG[@]}" \
		"${GRACEFUL[@]}" "${LIMITING[@]}" "${WARNING[@]}" &
	{ reload "$1" 7200 "$3"; going_away "$1" "${GOING_AWAY[@]}"; } &
	wait
}

soak()
{
	soak_everything debian-6.12 "OOMS=500 ROUNDS=50" 300
	soak_everything debian-6.1 "OOMS=500 ROUNDS=50" 300
	soak_everything debian-5.10 "OOMS=500 ROUNDS=50" 300
	soak_everything debug-6.12 "OOMS=100 ROUNDS=10 STORM=1500 RANKED=400 RATES=0 LIMITS=200" 30
	part dkms-kunit selftests/run/dkms.sh debug-6.12
	boot tools --tools --timeout 7200 debian-6.12 -- "tools_daemon.sh OOMS=1000" &
	boot tools-examples --tools --icount --timeout 7200 debian-6.12 -- \
		"tools_examples.sh OOMS=50 PERIOD=20 DEADLINE=100" &
	wait
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

count()
{
	grep -cE "$1" "$results"
}

"$VM/setup.sh" || exit 1
case ${1-quick} in
quick) quick ;;
soak) soak ;;
*) die "usage: check.sh [soak]" ;;
esac

echo
grep ': not ok ' "$results" && echo
skipped=$(count ': skip ')
[[ $skipped -eq 0 ]] || grep ': skip ' "$results"
passed=$(count ': ok ')
failed=$(count ': not ok ')
echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
