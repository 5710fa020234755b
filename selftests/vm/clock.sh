# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# How long each test of a guest took. The host's clock says it: that of a guest loses ticks on a
# busy host, and with --icount it counts instructions.

# now: seconds of the host and, if qemu is still there, of CPU that it has used.
now()
{
	local stat=()
	local ticks=

	{ read -ra stat <"/proc/$(<"$WORK/qemu.pid")/stat"; } 2>/dev/null || true
	# utime and stime; the name of qemu has no blanks.
	[[ ${#stat[@]} -lt 15 ]] || ticks=$((stat[13] + stat[14]))
	echo "$EPOCHREALTIME ${ticks:--}"
}

# follow_verdict: writes down when init said what, until the guest is gone.
follow_verdict()
{
	local line

	echo "$(now) START" >"$WORK/clock"
	tail -n +1 -f -s 0.2 --pid="$GUEST" "$LOGS/verdict.log" 2>/dev/null | while IFS= read -r line; do
		[[ $line != "@$NONCE "* ]] || echo "$(now) ${line#* }"
	done >>"$WORK/clock"
}

# test_times: a line each, "seconds CPU-seconds test". A test that takes the guest down ends with
# the boot after it.
test_times()
{
	awk -v tick="$(getconf CLK_TCK)" '
	function print_time(name) {
		printf "%.1f %.1f %s\n", $1 - began, (cpu - cpu_then) / tick, name
	}
	$2 != "-" { cpu = $2 }
	$3 == "START" { began = $1; booting = 1 }
	$3 == "BOOT" && name != "" { print_time(name); began = $1; cpu_then = cpu; booting = 1; name = "" }
	$3 == "BEGIN" {
		if (!booting) {
			began = $1
			cpu_then = cpu
		}
		name = $0
		sub(/^.* BEGIN [^ ]+ /, "", name)
		if (name ~ /^vm /)
			name = booting ? "boot" : "checks at the end"
	}
	$3 == "END" { print_time(name); name = ""; booting = 0 }' "$WORK/clock"
}
