# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The judgment of a guest that is no boot.sh's: its results come over one serial line, its console over
# another. After vm/lib.sh and lib/ktap.sh.

# judge_serial VERDICT CONSOLE: the guest's results become ours; two more than it has.
judge_serial()
{
	local line

	while IFS= read -r line; do
		case $line in
		'ok '*) pass "${line#ok * }" ;;
		'not ok '*) fail "${line#not ok * }" ;;
		'# '*) echo "$line" ;;
		esac
	done < <(tr -d '\r\0' <"$1")
	grep -qa 'guest: the end' "$1" || tail -n 15 "$2" | sed 's/^/# /'
	check "the guest came to its end" grep -qa 'guest: the end' "$1"
	equal "no fault in the kernel's log" '' "$(tr -d '\0' <"$2" | awk -f "$VM_DIR/console.awk" | head -n 10)"
}
