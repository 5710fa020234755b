#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# lead_times.sh TRACE: how long before each victim userspace ran, as a comment.
#
# TRACE is the text of a trace instance with the mono clock: mark_victim has the
# kernel's time, the witness's markers carry the same clock in nanoseconds.

# shellcheck disable=SC2016 # $ is awk's
exec awk '
function note(what, us) {
	n[what]++
	sum[what] += us
	if (n[what] == 1 || us < least[what])
		least[what] = us
	if (us > most[what])
		most[what] = us
}

/: mark_victim: / {
	for (i = 1; i < NF; i++)
		if ($(i + 1) == "mark_victim:")
			now = $i * 1000000
	if (polled)
		note("poll", now - polled)
	if (heard)
		note("uevent", now - heard)
	polled = heard = 0
}

/: oe poll / { polled = $NF / 1000 }

/: oe uevent reconfigure / {
	for (i = 1; i < NF; i++)
		if ($i == "reconfigure")
			heard = $(i + 2) / 1000
}

END {
	for (what in n)
		printf "# lead of %s before the victim: %d OOMs, least %d us, mean %d us, most %d us\n",
			what, n[what], least[what], sum[what] / n[what], most[what]
}' "$1"
