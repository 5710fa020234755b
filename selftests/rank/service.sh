#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A service that is started, restarted, executed by another program, or becomes a daemon by two
# forks has its ranking when its first instruction runs: it asks for it itself, before all else.
#
# set: once
# needs: groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

TIMES=5

# says COMMAND...: the ranking that a program, started so, finds as its own, each time
says()
{
	i=0
	while [ $i -lt $TIMES ]; do
		"$@"
		i=$((i + 1))
	done | sort | uniq -c | awk '{ print $1, $2, $3 }'
}

# has DESCRIPTION RANKING COMMAND...
has()
{
	description=$1
	ranking=$2
	shift 2
	equal "$description" "$TIMES $ranking" "$(says "$@")"
}

# As a line in an init script does it: each time a cgroup of its own, made anew.
in_cgroup()
{
	mkdir -p "$CGROUP/oe_pump" || return
	# shellcheck disable=SC2016 # the inner shell's
	sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$CGROUP/oe_pump" "$@"
	poll_until "$PATIENCE" rmdir "$CGROUP/oe_pump"
}

# A script, so that it can be executed in a cgroup: leaves the service's words in a file when its
# own first process, which has forked twice, is gone.
make_daemonizer()
{
	cat >"$tmp/daemonize" <<'END'
#!/bin/sh
out=$1
shift
(
	while kill -0 $$ 2>/dev/null; do
		:
	done
	(exec "$@") >"$out.new" 2>&1
	mv "$out.new" "$out"
) &
END
	chmod +x "$tmp/daemonize"
}

as_daemon()
{
	rm -f "$tmp/daemon"
	"$@"
	poll_until "$PATIENCE" [ -e "$tmp/daemon" ]
	cat "$tmp/daemon"
}

by_another()
{
	sh -c 'exec "$@"' sh "$@"
}

needs groups
plan 14
load_module
set_to groups/create pump
set_to groups/pump/rank 60
mkdir -p "$tmp/bin"
cp "$(command -v offer)" "$tmp/bin/offer" || bail_out "no copy"
service=$tmp/bin/offer
make_daemonizer

for rule in "exe=$service" comm=offer "exe=$service comm=offer uid=0"; do
	set_to groups/pump/rules "$rule"
	rule=$(echo "$rule" | sed "s#$tmp##g")
	has "$rule: started, and started again" "60 group:pump" "$service" read
	has "$rule: executed by another program" "60 group:pump" by_another "$service" read
	has "$rule: by two forks" "60 group:pump" as_daemon "$tmp/daemonize" "$tmp/daemon" "$service" read
done
# Written before there is such a cgroup, and it is removed between two starts.
set_to groups/pump/rules cgroup=/oe_pump
has "cgroup: started, and started again in a new one" "60 group:pump" in_cgroup "$service" read
has "cgroup: by two forks" "60 group:pump" as_daemon in_cgroup "$tmp/daemonize" "$tmp/daemon" "$service" read
set_to groups/remove pump
# shellcheck disable=SC2016 # the inner shell's
has "a ranking that the script writes before it executes the service" "70 explicit" \
	sh -c 'echo "$$ 70" >"$0"; exec "$@"' "$OE/oom_ranking" "$service" read
# shellcheck disable=SC2016 # the same
has "and of what it forks" "70 inherited" \
	sh -c 'echo "$$ 70" >"$0"; "$@"; exit' "$OE/oom_ranking" "$service" read
equal "no splat" 0 "$(splat_taint)"
finish
