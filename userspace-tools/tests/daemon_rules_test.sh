#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The manager and rules that ask for an executable: it writes them again when the path has got
# another file, and leaves one out whose file does not exist.

# shellcheck disable=SC2154,SC2317 # set by daemon.sh; called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

DAEMON=$TOOLS_BUILD/tests/oom-embeddedd
RULES=groups/pump/rules
set_meminfo 150000
set_pressure 0.00 0.00
bin=$tmp/bin
mkdir "$bin"
: >"$bin/pump"

# write_conf LINE...: the base, and these lines of the group
write_conf()
{
	daemon_section >"$CONF"
	printf '%s\n' '[group pump]' 'rank = 50' "$@" >>"$CONF"
}

# The rules in one line.
rules()
{
	paste -sd';' "$OOM_EMBEDDED_SYSFS/$RULES" | sed "s|$bin/||g; s/;*$//"
}

rules_are()
{
	[[ $(rules) == "$1" ]]
}

# have DESCRIPTION RULES: in the end
have()
{
	until_true rules_are "$2"
	same "$1" "$2" "$(rules)"
}

# reload PATTERN: and wait until the log says so
reload()
{
	: >"$log"
	kill -HUP "$daemon"
	until_true grep -qE -- "$1" "$log"
}

write_conf "rule = exe=$bin/pump uid=0" 'rule = comm=pump' "rule = exe=$bin/later" 'trust = name'
start
have "a start writes the rules whose file exists" 'exe=pump uid=0;comm=pump'
says "and says which one is left out" "$RULES: $bin/later does not exist: its rule is left out"
same "trust is written" name "$(first_line groups/pump/trust)"

: >"$bin/later"
have "the file has come: so does its rule" 'exe=pump uid=0;comm=pump;exe=later'

# A change by hand shows that the rules are written again.
set_file "$RULES" by-hand
: >"$bin/new"
mv "$bin/new" "$bin/pump"
have "an upgrade: the rules are written again" 'exe=pump uid=0;comm=pump;exe=later'
says "an upgrade: the log says so" "$RULES: a file was replaced"

set_file "$RULES" by-hand
rm "$bin/pump"
have "the file has gone: so has its rule" 'comm=pump;exe=later'
# The number of the old inode may be used again.
: >"$bin/pump"
have "the file is back" 'exe=pump uid=0;comm=pump;exe=later'

set_file "$RULES" by-hand
command_is status
write_conf "rule = exe=$bin/pump"
reload 'was read again'
have "a reload: other rules" exe=pump
write_conf "rule = exe=$bin/pump" 'rule = colour=red'
reload 'stays'
says "a reload with a bad rule: its line" "conf:[0-9]+: rule: 'colour' is none of"
same "a reload with a bad rule: those in force stay" exe=pump "$(rules)"
rm "$bin/pump"
have "and are still looked after" ''
: >"$bin/pump"
have "and come back" exe=pump
end_well "it ends in order"

# A module that refuses what it is told.
write_conf "rule = exe=$bin/pump"
: >"$log"
FAKE_ERRORS="$RULES!12 reconfigure_done!5" start
says "a dry run that fails" 'error: 1 files of the module cannot be written'
: >"$log"
: >"$bin/new"
mv "$bin/new" "$bin/pump"
says "rules that cannot be written again" "error: .*$RULES: (Cannot allocate|Out of) memory"
set_file stats/oom_global 3
set_file reconfigure_wanted 4
says "an emergency that cannot be acknowledged" 'error: cannot acknowledge: (Input/output|I/O) error'
end_well "it ends in order after that"
finish
