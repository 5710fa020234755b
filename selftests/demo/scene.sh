# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# What the acts of the demo share: a device, its programs, its bug, and how the story is
# told. It travels over the same line as the results, as comments:
#
#	# |S TEXT	a line of the story; S is its style: space, b(old), g(ood), r (bad)
#	# = KEY VALUE	what the closing words need
#
# All of it is measured; whether it went as it should is for the results to say.

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# The programs are one up.
PATH=$SELFTESTS/..:$PATH

say()
{
	echo "# |  $*"
}

# shout STYLE TEXT
shout()
{
	echo "# |$1 $2"
}

# Lines of any length, indented and broken.
quote()
{
	fold -s -w 70 | sed 's/ *$//; s/^/# |    /'
}

fact()
{
	echo "# = $1 $2"
}

# --- the device --------------------------------------------------------------

# The sizes are such that the pacemaker is by far the biggest, also when the updater has
# eaten the rest. Rankings count in an act that has the module.
start_programs()
{
	ranks=$1
	available=$(mem_available_kb)
	start_program pacemaker $((available * 55 / 100)) 50
	pacemaker=$pid
	start_program logger 6144 400
	logger=$pid
	start_program web-ui 14336 600
	web_ui=$pid
	start_program updater 4096 900 -g -l 0 -k 512 -s 10
	updater=$pid
	programs="$pacemaker $logger $web_ui $updater"
}

# start_program NAME KB RANK [LEAK OPTION...]
start_program()
{
	name=$1
	kb=$2
	rank=$3
	shift 3
	[ "$ranks" = ranked ] || rank=-
	hold "$name" "$kb" "$rank" "$@"
}

memory_mb()
{
	awk '/^MemTotal:/ { printf "%.0f", $2 / 1024 }' /proc/meminfo
}

size_mb()
{
	awk '/^VmRSS:/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"
}

# Also when it is dead: the name that it has in the story.
role_of()
{
	case $1 in
	"$pacemaker") echo pacemaker ;;
	"$logger") echo logger ;;
	"$web_ui") echo web-ui ;;
	"$updater") echo updater ;;
	'') echo nobody ;;
	*) echo "process $1" ;;
	esac
}

# The biggest that is alive, by what it holds.
biggest()
{
	for one in $programs; do
		! alive "$one" || echo "$(size_mb "$one") $one"
	done | sort -rn | head -n 1 | cut -d ' ' -f 2
}

# Alive, by name.
survivors()
{
	for one in $programs; do
		! alive "$one" || role_of "$one"
	done | tr '\n' ' ' | sed 's/ $//; s/ /, /g'
}

# --- the leak ----------------------------------------------------------------

all_alive()
{
	for one in $programs; do
		alive "$one" || return 1
	done
}

draw_left()
{
	awk -v left="$1" -v held="$(size_mb "$updater")" 'BEGIN {
		bar = sprintf("%" int(left / 2048) "s", "")
		gsub(/ /, "#", bar)
		printf "# |    %3d MB left  %-40s updater has %d MB\n", left / 1024, bar, held
	}'
}

# Waits without a new process, which would need memory.
doze()
{
	# shellcheck disable=SC3045 # busybox has -t
	read -t 0.2 -r _ <&9 || true
}

# Opens the tap and draws until somebody is dead. Towards the end it keeps quiet, so that
# it is not the one that asks for the last page.
leak_until_a_death()
{
	mkfifo "$tmp/nothing"
	exec 9<>"$tmp/nothing"
	left=$(mem_available_kb)
	draw_at=$left
	deadline=$(($(uptime_s) + PATIENCE))
	kill -USR1 "$updater"
	while [ "$left" -gt 12288 ] && all_alive && [ "$(uptime_s)" -lt "$deadline" ]; do
		if [ "$left" -le "$draw_at" ]; then
			draw_left "$left"
			draw_at=$((left - 8192))
		fi
		sleep 0.05
		left=$(mem_available_kb)
	done
	while all_alive; do
		read -r up _ </proc/uptime
		[ "${up%.*}" -lt "$deadline" ] || return 1
		doze
	done
}
