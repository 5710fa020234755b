#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A process of any user reads its own ranking, and makes itself more expendable, never less; a setuid
# program that it starts is judged without that; root takes it back, and can forbid it.
#
# set: once debug

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# Not with our oom_score_adj, which makes a process unkillable.
killable()
{
	(
		echo 0 >/proc/self/oom_score_adj
		exec "$@"
	)
}

user()
{
	killable as_user -u 1000 offer "$@"
}

plan 20
load_module rank_threshold=100
equal "any process reads its own" "500 default eligible" "$(user read)"
equal "less than it is" "EPERM 500 default eligible" "$(user 499)"
equal "as much as it is" "OK 500 default eligible" "$(user 500)"
equal "more than it is" "OK 501 offered eligible" "$(user 501)"
equal "nonsense" "EINVAL EINVAL EINVAL ERANGE ERANGE" \
	"$(for text in x 5x '5 6' 1001 -1; do user "$text"; done | awk '{ printf sep $1; sep = " " }')"
equal "too long, or with a NUL in it" "EINVAL EINVAL" \
	"$(killable sysfs_write /proc/oom_embedded/self '600\x00') $(killable sysfs_write -p 40 /proc/oom_embedded/self 6)"
equal "from memory that it has not got" "EFAULT 500 default eligible" "$(user nowhere)"
equal "an exec keeps it, and may only raise it" "OK EPERM 600 offered eligible" \
	"$(user 600 "$(command -v offer)" 599)"
equal "a file that was opened before an exec" "EPERM 500 default eligible" "$(user passed 600)"
equal "nothing is left of processes that are gone" 0 "$(grep -c offered "$OE/oom_ranking")"

# The name of a program tells which one it is.
mkdir "$tmp/bin" && cp "$(command -v offer)" "$tmp/bin/offer" && chmod 755 "$tmp" "$tmp/bin"
chmod 4755 "$tmp/bin/offer"
equal "a setuid program is judged without" "OK 500 default eligible" "$(user 600 "$tmp/bin/offer" read)"
equal "but for an offer of root's" "OK 600 offered eligible" \
	"$(killable offer 600 "$(command -v as_user)" -u 1000 offer read)"

start both as_user -u 1000 offer stay 700
stays=$pid
# shellcheck disable=SC2034 # the first two are not needed
read -r word its_pid before after <"$tmp/both.out"
equal "a child from before has nothing, one from after the same" "700 offered,,700 offered" \
	"$(ranking_of "$stays"),$(ranking_of "$before"),$(ranking_of "$after")"
set_to allow_offers 0
equal "forbidden: an offer made before does not count" "," "$(ranking_of "$stays"),$(ranking_of "$after")"
equal "and no process can offer" "EPERM 500 default eligible" "$(user 900)"
set_to allow_offers 1
set_to oom_ranking "$stays -"
equal "root takes one back; a child keeps its copy" ",700 offered" \
	"$(ranking_of "$stays"),$(ranking_of "$after")"
set_to oom_ranking "$after 20"
equal "root says less" "20 explicit" "$(ranking_of "$after")"

set_to oom_ranking "$$ 50"
equal "a protected process gives that up for itself, not for less" \
	"50 inherited protected,EPERM 50 inherited protected,OK 60 offered protected,OK 600 offered eligible" \
	"$(killable offer read),$(killable offer 49),$(killable offer 60),$(killable offer 600)"
set_to oom_ranking "$$ -"

# Many at a time.
i=0
while [ $i -lt 40 ]; do
	user $((500 + i)) >"$tmp/storm.$i" 2>&1 &
	i=$((i + 1))
done
wait_for_storm()
{
	[ "$(cat "$tmp"/storm.* | grep -c "^OK")" -eq 40 ]
}
check "forty at a time" poll_until "$PATIENCE" wait_for_storm
kill -KILL "$before" "$after"
stop_process "$stays"
equal "no splat" 0 "$(splat_taint)"
finish
