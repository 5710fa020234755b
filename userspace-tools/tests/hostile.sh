# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by the scripts that source it; set by lib.sh
#
# Helpers for the tests with hostile content, after lib.sh: each command has to survive, and its
# output steers no terminal.

COMMANDS=(status 'status -v' candidates 'candidates --all' events report 'rank batch' 'group list' 'limit list'
	set metrics incident check 'top -n 1' watch)

# 11 is the end of what "wait" waits. A sanitizer's 99 and signals' 128 and more are what must not be; 137 is also a hang.
judge()
{
	if [[ $status -gt 11 ]]; then
		bad+="$command: $status $(head -c 500 "$tmp/err")"$'\n'
	fi
	if grep -qP '[^\x20-\x7e\n\t]' "$tmp/out" "$tmp/err"; then
		bad+="$command: prints $(grep -aP '[^\x20-\x7e\n\t]' "$tmp/out" "$tmp/err" | head -n 2 | od -c | head -n 5)"$'\n'
	fi
}

# The leak checker does not go well with signals while it is at work.
watch_for_a_moment()
{
	ASAN_OPTIONS=exitcode=99:detect_leaks=0 "$TOOLS_BUILD/tests/oom-embedded" watch -d 0.1 \
		>"$tmp/out" 2>"$tmp/err" </dev/null &
	pid=$!
	sleep 0.4
	kill "$pid" 2>/dev/null
	wait "$pid"
	status=$?
	[[ $status -ne 143 ]] || status=0
	judge
}

# survives DESCRIPTION: each of $COMMANDS
survives()
{
	local description=$1
	local command
	local bad=

	for command in "${COMMANDS[@]}"; do
		if [[ $command == watch* ]]; then
			watch_for_a_moment
			continue
		fi
		# shellcheck disable=SC2086 # words
		timeout -s KILL 20 "$TOOLS_BUILD/tests/oom-embedded" $command >"$tmp/out" 2>"$tmp/err" </dev/null
		status=$?
		judge
	done
	same "$description" '' "$bad"
}
