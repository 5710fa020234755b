# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Shared by the acts of the demo: a device, its programs, its bug, and how the story is
# told. It travels over the same line as the results, as comments:
#
#	# |S TEXT	a line of the story; S is its style: space, b(old), g(ood), r (bad)
#	# = KEY VALUE	a fact for the closing words
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

# start_programs RANKS [handler]: the sizes are such that the pacemaker is by far the biggest,
# also when the updater has eaten the rest. RANKS is "ranked" in an act that has the module;
# with "handler" the web-ui is one: told in time it drops its cache and pauses the updater.
start_programs()
{
	ranks=$1
	available=$(mem_available_kb)
	start_program pacemaker $((available * 55 / 100)) 50
	pacemaker=$pid
	start_program logger 6144 400
	logger=$pid
	start_program updater 4096 900 -g -l 0 -k 512 -s 10
	updater=$pid
	if [ "$2" = handler ]; then
		start web-ui handler -k 14336 -p "$updater" drop
	else
		start_program web-ui 14336 600
	fi
	web_ui=$pid
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
	spawn "$name" "$kb" "$rank" "$@"
}

# --- the module ---------------------------------------------------------------

THRESHOLD=100

# A line of the dry run, in words.
foretold()
{
	awk -v pid="$1" '
	$2 != pid { next }
	$6 == "next" { print "will die first" }
	$6 == "eligible" { print "could be number " $1 }
	$6 != "next" && $6 != "eligible" { print $6 }' "$OE/candidates"
}

is_protected()
{
	if [ "$1" -lt "$THRESHOLD" ]; then
		echo yes
	else
		echo no
	fi
}

tell_programs()
{
	say
	say " $(printf '%-10s %6s %8s %8s  %-10s %s' program pid size ranking protected 'dry run')"
	for one in $programs; do
		rank=$(ranking_of "$one" | cut -d ' ' -f 1)
		say " $(printf '%-10s %6d %5d MB %8d  %-10s %s' "$(role_of "$one")" "$one" \
			"$(size_mb "$one")" "$rank" "$(is_protected "$rank")" "$(foretold "$one")")"
	done
}

# --- sizes --------------------------------------------------------------------

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

somebody_died()
{
	! all_alive
}

# leak_until CONDITION: opens the tap and draws until it is over. Towards the end it keeps quiet,
# so that it is not the one that asks for the last page; nor may CONDITION.
leak_until()
{
	left=$(mem_available_kb)
	draw_at=$left
	read_uptime
	deadline=$((uptime_s + PATIENCE))
	kill -USR1 "$updater"
	while [ "$left" -gt 12288 ] && ! "$1" && [ "$uptime_s" -lt "$deadline" ]; do
		if [ "$left" -le "$draw_at" ]; then
			draw_left "$left"
			draw_at=$((left - 8192))
		fi
		sleep 0.05
		left=$(mem_available_kb)
		read_uptime
	done
	while ! "$1"; do
		read_uptime
		[ "$uptime_s" -lt "$deadline" ] || return 1
		doze 0.2
	done
}
