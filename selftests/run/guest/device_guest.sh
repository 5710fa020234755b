#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In a guest with the folder of "make selftests-install" as /device: its runner refuses without a
# word of consent, and then changes nothing; with it, it prints KTAP, and puts back what it changed.

# shellcheck source=lib/ktap.sh
. "$(dirname "$0")/lib/ktap.sh"

RUNNER=/device/run_tests.sh
CONSENT=--i-know-this-kills-processes
MODULE=/lib/oom-embedded/oom_embedded.ko

[ -x $RUNNER ] || skip_all "only in a guest that check.sh made"

# run ARGUMENT...: leaves its output, and that of all runs; sets $status.
run()
{
	(cd / && $RUNNER "$@" >/tmp/out 2>&1)
	status=$?
	{ echo "$*"; cat /tmp/out; } >>/tmp/outs
}

results()
{
	grep -E '^(not )?ok |^1\.\.' /tmp/out | tr '\n' ';'
}

state()
{
	dmesg | grep -c oom_embedded
	cat /proc/sys/vm/overcommit_memory /proc/sys/vm/oom_dump_tasks
}

plan 11
before=$(state)
run --module $MODULE
equal "without consent it refuses" 2 $status
check "and says what would happen" grep -q 'The kernel kills processes' /tmp/out
equal "and has changed nothing" "$before" "$(state)"
run $CONSENT --module $MODULE no_such_test.sh
equal "a test that is not there is refused" 2 $status
run $CONSENT --module $MODULE "order_sysrq.sh OOMS=2" abi.sh panic_on_oom.sh
equal "with consent nothing fails" 0 $status
equal "each test has its result, also the skipped one" \
	"1..3;ok 1 selftests: oom_embedded: order_sysrq.sh OOMS=2;ok 2 selftests: oom_embedded: abi.sh;ok 3 selftests: oom_embedded: panic_on_oom.sh # SKIP needs persist, which only a virtual machine of vm/ gives;" \
	"$(results)"
equal "the results inside are there as well" 2 \
	"$(grep -cE '^# ok [0-9]+ (page and tree agree|before each of 2 victims)' /tmp/out)"
equal "the sysctls are put back" "$(echo "$before" | tail -n 2)" "$(state | tail -n 2)"
run $CONSENT --module $MODULE observe.sh
equal "a test that needs a feature of the module is run" "0 1..1;ok 1 selftests: oom_embedded: observe.sh;" \
	"$status $(results)"
run $CONSENT --module $MODULE --without core observe.sh
equal "but not if that was left out" "0 1..1;ok 1 selftests: oom_embedded: observe.sh # SKIP;" \
	"$status $(results)"
# The kernel lacks nothing, whatever is claimed: a test that fails is reported.
run $CONSENT --module $MODULE --coverage global coverage.sh
equal "a test that fails is reported" "1 1..1;not ok 1 selftests: oom_embedded: coverage.sh # exit=1;" \
	"$status $(results)"
[ "$ktap_failed" -eq 0 ] || sed 's/^/# | /' /tmp/outs
verdict
