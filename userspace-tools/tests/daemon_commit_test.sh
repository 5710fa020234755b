#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Strict overcommit: a mode is entered when little may still be promised, and the commands show how
# much. Without vm.overcommit_memory=2, and with nonsense from the kernel, nothing is entered or shown.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

export OOM_EMBEDDED_STATE=$tmp/state

# write_conf SIZE
write_conf()
{
	daemon_conf promised "commit_left $1" 200ms >"$CONF"
}

# set_commit LINE...: meminfo with these lines. In place, since the manager keeps the file open: with
# a half of it what is left is not known, or more.
set_commit()
{
	put_file proc/meminfo "$(printf '%s kB\n' 'MemTotal: 200000' 'MemFree: 150000' \
		'MemAvailable: 150000' "$@")"
}

set_strict()
{
	put_file proc/sys/vm/overcommit_memory 2
	put_file proc/sys/vm/admin_reserve_kbytes "$1"
	put_file proc/sys/vm/user_reserve_kbytes "$2"
}

# enters DESCRIPTION, leaves DESCRIPTION: the mode
enters()
{
	becomes "$1" rank_threshold 300
}

leaves()
{
	becomes "$1" rank_threshold 100
}

# turns_go_by: the manager answers at the end of a turn of its loop, after a sample
turns_go_by()
{
	local count
	local i

	for i in 1 2 3; do
		count=$(grep -c 'module loaded, mode' "$log")
		kill -USR1 "$daemon"
		until_true has_answered "$count"
		sleep 0.05
	done
}

has_answered()
{
	[[ $(grep -c 'module loaded, mode' "$log") -gt $1 ]]
}

# never DESCRIPTION: nothing that is seen leads to the mode
never()
{
	turns_go_by
	same "$1" 100 "$(first_line rank_threshold)"
}

# --- what it needs --------------------------------------------------------------

set_pressure 0.00 0.00
put_file proc/loadavg '0.10 0.1 0.1 1/1 1'
set_commit 'CommitLimit: 100000' 'Committed_AS: 99999'
set_strict 0 0
put_file proc/sys/vm/overcommit_memory 0
write_conf 8M
start
never "overcommit is not strict: CommitLimit is no limit"
gives "nor do metrics show it" 0 '^oom_embedded_level' metrics
same "not at all" 0 "$(grep -c commit <<<"$out")"
run status
same "nor does status" 0 "$(grep -c promises <<<"$out")"
run status -v
same "nor does status -v" 0 "$(grep -c commit_ <<<"$out")"

set_strict 0 0
enters "made strict while the manager runs: the mode"
says "which the log says" 'mode promised: commit_left 8M'
set_commit 'CommitLimit: 100000' 'Committed_AS: 91808'
leaves "8 MiB are not less than 8 MiB"
set_commit 'CommitLimit: 100000' 'Committed_AS: 91809'
enters "a KiB less is"
set_commit 'CommitLimit: 100000' 'Committed_AS: 80000'
leaves "20,000 KiB are enough"
set_strict 6000 0
never "14,000 besides what the administrator keeps are, too"
set_strict 6000 6000
enters "what a user keeps is not left, either"

# --- what is shown --------------------------------------------------------------

gives "metrics: in bytes" 0 '^oom_embedded_commit_left_bytes 8192000$' metrics
gives "metrics: of how many" 0 '^oom_embedded_commit_limit_bytes 102400000$' metrics
gives "status says so" 0 '^promises .* left of .*strict' status
gives "status -v: the number" 0 'commit_left_kb.* 8000$' status -v
if has_top; then
	gives "top: in a line of its own" 0 '^commit  8000 KiB left of' top
else
	skip "top: in a line of its own" "built without ncurses"
fi
gives "incident: as a fact of now" 0 'Left to be promised now</b>8000 KiB<' incident
run status -v --json
same "status -v --json: the same" 8000 "$(jq .commit_left_kb <<<"$out")"

# --- nonsense -------------------------------------------------------------------

set_strict 0 0
set_commit 'CommitLimit: 100000' 'Committed_AS: 50000'
leaves "half is left"
set_commit 'CommitLimit: 100000'
never "no Committed_AS: not known"
run metrics
same "nor shown" 0 "$(grep -c commit <<<"$out")"
set_commit 'Committed_AS: 100000'
never "no CommitLimit: not known"
set_commit 'CommitLimit: many' 'Committed_AS: 100000'
never "a limit that is no number: not known"
set_commit 'CommitLimit: -5' 'Committed_AS: 100000'
never "nor is one below 0"
set_commit 'CommitLimit: 100000' 'Committed_AS: 150000'
enters "more is promised than the limit: nothing is left"
gives "which is 0" 0 '^oom_embedded_commit_left_bytes 0$' metrics
set_commit 'CommitLimit: 100000' 'Committed_AS: 50000'
leaves "and again half"
set_commit 'CommitLimit: 1125899906842624' 'Committed_AS: 1'
never "an exbibyte is enough"
set_strict 18446744073709551615 18446744073709551615
enters "the greatest reserves that the kernel takes leave nothing"
gives "which is 0, too" 0 '^oom_embedded_commit_left_bytes 0$' metrics
end_well "it ends"

# --- per cent, and what is no size ----------------------------------------------

write_conf 10%
set_strict 0 0
set_commit 'CommitLimit: 100000' 'Committed_AS: 90000'
: >"$log"
start
never "10 % of the limit are left"
set_commit 'CommitLimit: 100000' 'Committed_AS: 90001'
enters "less are"
end_well "it ends again"

for size in 8Q '' -1 101%; do
	write_conf "$size"
	refused=$("$DAEMON" -c -f "$CONF" -d '' 2>&1)
	same "not commit_left '$size'" 2 $?
done
same "what is meant is said" 1 "$(grep -c 'commit_left 8M' <<<"$refused")"

# --- check ----------------------------------------------------------------------

write_conf 8M
gives "check: nothing about overcommit with the condition" 0 . check "$CONF"
same "as the manager watches it" 0 "$(grep -c overcommit_memory <<<"$out")"
gives "check: without, the condition is the remedy" 0 'enter = commit_left 8M' check
put_file proc/sys/vm/overcommit_memory 0
gives "check: a condition that never holds" 8 \
	"daemon.conf:[0-9]*: commit_left never holds: overcommit is not strict" check "$CONF"
finish
