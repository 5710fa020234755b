#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# run_tests.sh [OPTION...] [TEST...]: runs the tests of this folder on the machine it lies on, and
# prints KTAP as kselftest's runner does. BusyBox is enough. "run_tests.sh" alone says what that
# does to the machine. Exit status: 0 no test failed, 1 one failed, 2 refused.

cd "$(dirname "$0")" || exit 2
AGREED=
MODULE=
TESTS=
TIMEOUT=$(sed -n 's/^timeout=//p' settings)
# Settings that the tests change beside the module, and that are put back.
SYSCTLS="vm/overcommit_memory vm/oom_dump_tasks vm/panic_on_oom vm/oom_kill_allocating_task
	kernel/printk kernel/printk_devkmsg kernel/sysrq"

say_what_happens()
{
	cat >&2 <<-EOT
	usage: run_tests.sh --i-know-this-kills-processes [--module FILE] [--coverage WORDS] [--without FEATURES] [TEST...]

	Tests of oom_embedded that provoke OOMs on THIS machine, again and again, for many minutes.
	  - The kernel kills processes. Each one that is not protected by oom_score_adj -1000
	    may die, your shell among them, and what is not saved is lost.
	  - Memory is filled to the last page: the machine is slow or does not answer meanwhile.
	  - The module is loaded and unloaded, and configured as each test wants it.
	  - Cgroups and trace instances are made and removed; sysctls of vm and kernel are changed
	    and put back.
	A fault of the module or of the kernel can stop the machine: have a watchdog or a console.
	Tests that take the machine down on purpose, or that need more than a kernel, are skipped.

	  --module FILE      oom_embedded.ko (default: the one below /lib/modules/$(uname -r))
	  --coverage WORDS   what this kernel can give (default global,memcg,guard)
	  --without FEATURES the features that were left out of this module, "limits,events", or "core"
	  TEST               a script of this folder with its settings in one word, "guard.sh" or
	                     "order_global.sh OOMS=5" (default: all)
	EOT
}

refuse()
{
	echo "run_tests.sh: $*" >&2
	exit 2
}

# A list of words with spaces in them: a line each.
add_test()
{
	[ -f "./${1%% *}" ] || refuse "there is no test ${1%% *}"
	TESTS="$TESTS$1
"
}

all_tests()
{
	grep -l '^# set: ' ./*.sh | sed 's|^\./||' | grep -v '^run_tests.sh$'
}

parse_arguments()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--i-know-this-kills-processes) AGREED=y ;;
		--module | --coverage | --without)
			[ $# -ge 2 ] || refuse "$1 wants a value"
			case $1 in
			--module) MODULE=$2 ;;
			--coverage) export COVERAGE="$2" ;;
			*) export WITHOUT="$2" ;;
			esac
			shift
			;;
		-*) refuse "unknown option $1" ;;
		*) add_test "$1" ;;
		esac
		shift
	done
}

check_machine()
{
	[ "$(id -u)" = 0 ] || refuse "needs root"
	[ -n "$MODULE" ] || MODULE=$(find "/lib/modules/$(uname -r)" -name oom_embedded.ko | head -n 1)
	[ -f "$MODULE" ] || refuse "no oom_embedded.ko found: --module FILE"
	MODULE=$(readlink -f "$MODULE")
	export MODULE
	! grep -q '^oom_embedded ' /proc/modules ||
		refuse "oom_embedded is loaded, and its settings would be lost: rmmod oom_embedded"
	[ -d /sys/kernel/tracing/instances ] ||
		refuse "no tracefs: mount -t tracefs tracefs /sys/kernel/tracing"
	[ -e /sys/fs/cgroup/cgroup.controllers ] ||
		refuse "no cgroup v2: mount -t cgroup2 cgroup2 /sys/fs/cgroup"
}

save_sysctls()
{
	saved=$(for name in $SYSCTLS; do
		[ ! -r "/proc/sys/$name" ] || echo "$name $(cat "/proc/sys/$name")"
	done)
}

restore_sysctls()
{
	echo "$saved" | while read -r name value; do
		[ "$value" = "$(cat "/proc/sys/$name")" ] || echo "$value" >"/proc/sys/$name"
	done
}

# Why a test is not tried here; the test itself finds out what a kernel, or a build, lacks.
unmet_need()
{
	needs=$(sed -n '/^[^#]/q; /^$/q; s/^# needs: //p' "$1")
	for word in $needs; do
		case $word in
		memcg | guard | kunit | faults | page) ;;
		limits | report | events | levels | groups) ;;
		tools) [ -x /usr/bin/oom-embedded ] || { echo "no $word on this machine"; return; } ;;
		*) echo "needs $word, which only a virtual machine of vm/ gives"; return ;;
		esac
	done
}

# verdict NUMBER TEST STATUS
verdict()
{
	line="$1 selftests: oom_embedded: $2"
	case $3 in
	0) echo "ok $line" ;;
	4) echo "ok $line # SKIP" ;;
	137) echo "not ok $line # TIMEOUT or killed" ;;
	*) echo "not ok $line # exit=$3" ;;
	esac
	case $3 in
	0 | 4) ;;
	*) failed=1 ;;
	esac
}

# The status of a pipe is that of its last command, so the test's goes through a file.
run_test()
{
	echo "# selftests: oom_embedded: $2"
	why=$(unmet_need "${2%% *}")
	if [ -n "$why" ]; then
		echo "ok $1 selftests: oom_embedded: $2 # SKIP $why"
		return
	fi
	{
		# shellcheck disable=SC2086 # a script and its settings
		timeout -s KILL "$TIMEOUT" ./$2 </dev/null 2>&1
		echo $? >"$status_file"
	} | sed 's/^/# /'
	verdict "$1" "$2" "$(cat "$status_file")"
}

run_all()
{
	failed=0
	number=0
	echo "KTAP version 1"
	echo "1..$(echo "$TESTS" | grep -c .)"
	while read -r test <&3; do
		[ -n "$test" ] || continue
		number=$((number + 1))
		run_test "$number" "$test"
	done 3<<-EOT
		$TESTS
	EOT
	return "$failed"
}

leave()
{
	restore_sysctls
	rm -f "$status_file"
}

parse_arguments "$@"
[ -n "$AGREED" ] || { say_what_happens; exit 2; }
[ -n "$TESTS" ] || TESTS=$(all_tests)
check_machine
status_file=$(mktemp) || refuse "no temporary file"
save_sysctls
trap leave EXIT
trap 'exit 1' INT TERM
# The one who judges must not be judged, as in the virtual machines.
echo -1000 >/proc/self/oom_score_adj
run_all
