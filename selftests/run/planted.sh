# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # work is of the scripts that source this file
#
# Faults that a script plants to see whether it reports them. Its judge() prints what is wrong; all that
# is planted is judged at once, because a judgement takes seconds.

# planted DESCRIPTION REPORT FILE SED: FILE is changed by SED; a line of the judgement has to match REPORT.
planted()
{
	sed -i "$4" "$3"
	printf '%s\t%s\n' "$1" "$2" >>"$work/reports"
}

# Is each reported that was planted since the last time?
all_reported()
{
	local description
	local report
	local failed=0

	judge >"$work/found"
	while IFS=$'\t' read -r description report; do
		grep -qE -- "$report" "$work/found" || {
			echo "not reported: $description"
			failed=1
		}
	done <"$work/reports"
	rm "$work/reports"
	[[ $failed -eq 0 ]] || cat "$work/found"
	return "$failed"
}
