#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# selftest.sh [--debug]: boots planted tests and checks the verdict that the harness gives
# on each. With --debug also plants bugs of the kernel kind in a debug kernel. KTAP.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

STOCK=debian-6.12
DEBUG=debug-6.12
count=0
failed=0

result()
{
	count=$((count + 1))
	if [[ $1 == 0 ]]; then
		echo "ok $count $2"
	else
		echo "not ok $count $2"
		failed=1
	fi
}

# run LABEL KERNEL TESTS [OPTION...]: one boot of planted tests (a word each, separated by
# commas) in the background; its output and status wait in $WORK.
run()
{
	local label=$1
	local kernel=$2
	local tests

	IFS=, read -ra tests <<<"$3"
	shift 3
	(
		status=0
		"$VM_DIR/boot.sh" --label "selftest-$label" --selftests "$VM_DIR/planted" \
			--timeout 60 "$@" "$kernel" -- "${tests[@]}" >"$WORK/$label" 2>&1 || status=$?
		echo "status $status" >>"$WORK/$label"
	) &
}

# says LABEL LINE: that boot's output has a line that begins so.
says()
{
	local line

	while IFS= read -r line; do
		if [[ $line == "$2"* ]]; then
			result 0 "$1: $2"
			return
		fi
	done <"$WORK/$1"
	result 1 "$1: $2"
	sed 's/^/# /' "$WORK/$1"
}

check_good()
{
	says good "ok - $STOCK: pass.sh with arguments: a test is out of the OOM killer's reach"
	says good "ok - $STOCK: pass.sh with arguments: a program of run0 is not"
	says good "ok - $STOCK: pass.sh with arguments: arguments arrive"
	says good "ok - $STOCK: oom.sh: mark_victim can be traced"
	says good "ok - $STOCK: oom.sh: the OOM killer killed"
	says good "skip - $STOCK: pass.sh with arguments: cannot be tried # SKIP"
	says good "skip - $STOCK: skip.sh: not on this kernel"
	says good "7 passed, 0 failed, 2 skipped"
	says good "status 0"
}

check_bad()
{
	says bad "not ok - $STOCK: fail.sh: bad"
	says bad "not ok - $STOCK: fewer.sh: 2 results of 3 planned"
	says bad "not ok - $STOCK: noplan.sh: no plan"
	says bad "not ok - $STOCK: status.sh: exit status 3"
	says bad "not ok - $STOCK: hang.sh: killed, or not done in time"
	says bad "not ok - $STOCK: missing.sh: no plan"
	says bad "not ok - $STOCK: forged.sh: 1 results of 2 planned"
	says bad "ok - $STOCK: pass.sh with arguments: arguments arrive"
	says bad "status 1"
}

check_endings()
{
	says warning "not ok - $STOCK: console: "
	says warning "status 1"
	says panic "not ok - $STOCK: boot: no final token"
	says panic "not ok - $STOCK: console: "
	says panic "status 1"
	says reboot "not ok - $STOCK: boot: no final token"
	says reboot "status 1"
	says hang "not ok - $STOCK: qemu: the guest hung"
	says hang "not ok - $STOCK: boot: no final token"
	says hang "status 1"
	says stillborn "# the guest did not come as far as init in good order: booted again"
	says stillborn "not ok - $STOCK: boot: no final token"
	says stillborn "status 1"
}

check_expected_endings()
{
	says expected-panic "ok - $STOCK: panic.sh: the guest went away"
	says expected-panic "status 0"
	says expected-reboot "ok - $STOCK: reboot.sh: the guest went away"
	says expected-reboot "status 0"
	says no-panic "not ok - $STOCK: console: no panic"
	says no-panic "status 1"
	says persist "ok - $STOCK: panic.sh after-reboot: the panic reached pstore"
	says persist "status 0"
}

stock_boots()
{
	run good "$STOCK" "pass.sh with arguments,oom.sh,skip.sh"
	run bad "$STOCK" "fail.sh,fewer.sh,noplan.sh,status.sh,hang.sh,missing.sh,forged.sh,pass.sh with arguments" \
		--test-timeout 5
	wait
	run warning "$STOCK" warning.sh
	run panic "$STOCK" panic.sh,pass.sh
	wait
	run reboot "$STOCK" reboot.sh
	run hang "$STOCK" hang.sh --timeout 10 --test-timeout 60
	wait
	run expected-panic "$STOCK" panic.sh --expect panic
	run expected-reboot "$STOCK" reboot.sh --expect reboot
	wait
	run no-panic "$STOCK" pass.sh --expect panic
	run persist "$STOCK" panic.sh --persist
	wait
	run stillborn "$STOCK" pass.sh --append rdinit=/no-such-file
	wait
}

# A leak, a lock order and a use after free: faults that the debug kernel is for.
build_plant()
{
	rsync -a "$VM_DIR/planted/module/" "$WORK/plant/"
	make -C "$("$VM_DIR/kernel.sh" "$DEBUG")/build" "M=$WORK/plant" modules >"$WORK/plant.log" 2>&1 ||
		die "the planted module does not build, see $WORK/plant.log"
}

debug_boots()
{
	local bug

	build_plant
	for bug in none leak abba uaf; do
		run "$bug" "$DEBUG" "plant.sh $bug" --module "$WORK/plant/plant.ko" --timeout 120
		[[ $bug != leak ]] || wait
	done
	wait
}

check_debug()
{
	says none "status 0"
	says leak "not ok - $DEBUG: vm end: kmemleak sees no leak"
	says leak "status 1"
	says abba "not ok - $DEBUG: vm end: lockdep is still on"
	says abba "not ok - $DEBUG: console: "
	says abba "status 1"
	says uaf "not ok - $DEBUG: console: "
	says uaf "status 1"
}

main()
{
	mkdir -p "$CACHE_DIR"
	WORK=$(mktemp -d "$CACHE_DIR/selftest.XXXXXX")
	trap 'rm -rf "$WORK"' EXIT
	echo "KTAP version 1"
	stock_boots
	check_good
	check_bad
	check_endings
	check_expected_endings
	if [[ ${1-} == --debug ]]; then
		debug_boots
		check_debug
	fi
	echo "1..$count"
	exit "$failed"
}

main "$@"
