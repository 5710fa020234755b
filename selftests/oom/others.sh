#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Another OOM notifier that finds memory, as a balloon's does, is asked first: nobody is told,
# signalled or killed as long as there is some.
#
# set: stock
# needs: groups

# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
PATIENCE=120
OUTSIDE=/lib/oom-embedded/oom_embedded_outside.ko
PARAMETERS=/sys/module/oom_embedded_outside/parameters
BALLOON_KB=32768
# Memory that the balloon has to give back, about.
BEYOND_KB=6144

balloon_kb()
{
	cat "$PARAMETERS/balloon_kb"
}

[ -e "$OUTSIDE" ] || skip_all "no $OUTSIDE"
needs groups
plan 9
insmod "$OUTSIDE" || bail_out "no $OUTSIDE"
trap 'rmmod oom_embedded_outside; clean_up' EXIT
load_module selection_order=rank rank_threshold=100
echo others >"$OE/groups/create"
echo 'service*' >"$OE/groups/others/comm"
echo TERM >"$OE/groups/others/signal"
spawn service 1024 500
service=$pid
# Free memory is taken first, so that little has to be filled page by page.
spawn filler $(($(mem_available_kb) - BALLOON_KB - 32768)) 50
echo "$BALLOON_KB" >"$PARAMETERS/balloon_kb" || bail_out "the balloon takes no memory"
spawn user 512 600 -g -l $(($(mem_available_kb) + BEYOND_KB))
user=$pid
kill -USR1 "$user"
check "a process gets more than there was" poll_until "$PATIENCE" grep -q eaten "$tmp/user.out"
check "because the balloon gave it back: $(balloon_kb) of $BALLOON_KB kB are left" \
	[ "$(balloon_kb)" -lt "$BALLOON_KB" ]
equal "no emergency was told" 0 "$(get reconfigure_wanted)"
check "no process was signalled" alive "$service"
stop_process "$user"
echo "$BALLOON_KB" >"$PARAMETERS/balloon_kb" || bail_out "the balloon takes no memory"
spawn unwanted 512 900
equal "a request is not ended by what it gives back" granted "$(relieve)"
killed "its victim dies" "$pid"
spawn leaker 512 600 -l 0
killed "when it has no more the leaker dies" "$pid"
equal "and the balloon is empty" 0 "$(balloon_kb)"
equal "no splat" 0 "$(splat_taint)"
rmmod oom_embedded_outside
finish
