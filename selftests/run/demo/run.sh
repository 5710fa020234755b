#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh: a leak on a small device, without and with the module, told to a person. All of
# it happens in virtual machines. Exit status 0 only if the story came out as told.
#
# An act is a guest script, act_NAME.sh beside this one, which tells it and judges it, and
# here a title and a sentence at the end.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/../../vm/lib.sh"

KERNEL=debian-6.12
ACTS=(stock ranked grace)

declare -A TITLE=(
	[stock]="Act 0: the stock kernel"
	[ranked]="Act 1: the same leak, with oom_embedded"
	[grace]="Act 2: the same leak, and a program that sheds load"
)

# The measurements of the acts: FACT[act.key].
declare -A FACT

CHILD=
BOLD=
GOOD=
BAD=
PLAIN=

choose_colours()
{
	[[ -t 1 && -z ${NO_COLOR-} && ${TERM:-dumb} != dumb ]] || return 0
	BOLD=$'\e[1m'
	GOOD=$'\e[1;32m'
	BAD=$'\e[1;31m'
	PLAIN=$'\e[0m'
}

clean_up()
{
	[[ -z $CHILD ]] || kill "$CHILD" 2>/dev/null || true
	rm -rf "$WORK"
}

# fail_with FILE MESSAGE: the last lines of a log, then why there is no story.
fail_with()
{
	printf '\n'
	tail -n 20 "$1" >&2
	die "$2"
}

# --- setting up --------------------------------------------------------------

# step TEXT COMMAND...: shows that something is going on, with a dot every five seconds.
step()
{
	local text=$1
	local start=$SECONDS
	local ticks=0

	shift
	printf '  %-36s' "$text"
	"$@" >"$WORK/step.log" 2>&1 &
	CHILD=$!
	while kill -0 "$CHILD" 2>/dev/null; do
		sleep 0.2
		if ((++ticks % 25 == 0)); then
			printf .
		fi
	done
	wait "$CHILD" || fail_with "$WORK/step.log" "this step failed: $text"
	CHILD=
	printf ' done (%d s)\n' "$((SECONDS - start))"
}

set_up()
{
	printf 'Setting up. The first time this fetches some 120 MB and takes a minute or two;\n'
	printf 'it stays in %s.\n' "$CACHE_DIR"
	step "programs of this machine" "$VM_DIR/setup.sh"
	step "Debian's kernel and its headers" "$VM_DIR/kernel.sh" "$KERNEL"
	step "the module" "$VM_DIR/module.sh" "$KERNEL"
	printf '\nWhat follows happens in virtual machines with the kernel of Debian,\n'
	printf '%s, as it is. This machine is not touched.\n' "$(<"$CACHE_DIR/kernels/$KERNEL/release")"
}

# --- an act ------------------------------------------------------------------

# Shows the lines of a story as they come; see scene.sh for their form.
show_story()
{
	local line
	local style

	while IFS= read -r line; do
		[[ $line == '# |'* ]] || continue
		case ${line:3:1} in
		b) style=$BOLD ;;
		g) style=$GOOD ;;
		r) style=$BAD ;;
		*) style= ;;
		esac
		line=${line:5}
		printf '%s%s%s\n' "$style" "${line%"${line##*[! ]}"}" "${style:+$PLAIN}"
	done
}

learn_facts()
{
	local act=$1
	local key
	local value

	while read -r _ _ key value; do
		FACT[$act.$key]=$value
	done < <(grep '^# = ' "$2" || true)
}

play()
{
	local act=$1
	local summary=$WORK/$act.summary
	local log

	printf '\n%s%s%s\n\n' "$BOLD" "${TITLE[$act]}" "$PLAIN"
	"$VM_DIR/boot.sh" "$KERNEL" -- "demo/act_$act.sh" >"$summary" 2>&1 &
	CHILD=$!
	# boot.sh names its logs after itself. That there is none yet is no mistake.
	log=$CACHE_DIR/logs/$KERNEL-act_$act.sh-$CHILD/verdict.log
	{ tail -n +1 -s 0.2 -F --pid="$CHILD" "$log" 2>/dev/null || true; } | show_story &
	# Not in the foreground: a signal would have to wait for the end of the act.
	wait "$!"
	if ! wait "$CHILD"; then
		CHILD=
		grep -v '^ok' "$summary" >"$WORK/why" || true
		fail_with "$WORK/why" "the story did not come out as told: see above"
	fi
	CHILD=
	learn_facts "$act" "$log"
}

# --- closing words -----------------------------------------------------------

close_stock()
{
	cat <<-EOT
	Without the module, the kernel killed the biggest process, ${FACT[stock.victim]}
	(${FACT[stock.victim_mb]} MB), for a leak in another one, which lived on.
	EOT
}

close_ranked()
{
	cat <<-EOT
	With oom_embedded, userspace knew ${FACT[ranked.poll_ms]} ms before anybody was chosen, the most
	expendable process (${FACT[ranked.victim]}) died, and the protected pacemaker lives, although
	it is the biggest process of all (${FACT[ranked.survivor_mb]} MB).
	EOT
}

close_grace()
{
	cat <<-EOT
	And with one program that gives up ${FACT[grace.dropped_mb]} MB and pauses the leak when it is told, nobody
	died: ${FACT[grace.used_ms]} ms later the kernel had what it wanted.
	EOT
}

main()
{
	local act

	[[ $# -eq 0 ]] || die "usage: run.sh"
	mkdir -p "$CACHE_DIR"
	WORK=$(mktemp -d "$CACHE_DIR/demo.XXXXXX")
	trap clean_up EXIT
	trap 'exit 143' INT TERM
	choose_colours
	set_up
	for act in "${ACTS[@]}"; do
		play "$act"
	done
	printf '\n%sWhat you saw%s\n\n' "$BOLD" "$PLAIN"
	for act in "${ACTS[@]}"; do
		"close_$act"
	done
}

main "$@"
