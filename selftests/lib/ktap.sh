# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# KTAP for scripts: plan first, one line a result, exit 0 pass, 1 fail, 4 skip.
# A script that ends before its plan is fulfilled has failed.

ktap_planned=0
ktap_done=0
ktap_failed=0

plan()
{
	ktap_planned=$1
	echo "KTAP version 1"
	echo "1..$ktap_planned"
}

comment()
{
	echo "# $*"
}

pass()
{
	ktap_done=$((ktap_done + 1))
	echo "ok $ktap_done $*"
}

fail()
{
	ktap_done=$((ktap_done + 1))
	ktap_failed=$((ktap_failed + 1))
	echo "not ok $ktap_done $*"
}

# check DESCRIPTION COMMAND...: the result is the command's exit status.
check()
{
	ktap_desc=$1
	shift
	if "$@"; then
		pass "$ktap_desc"
	else
		comment "failed: $*"
		fail "$ktap_desc"
	fi
}

# equal DESCRIPTION EXPECTED FOUND
equal()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		comment "expected: $2"
		comment "found:    $3"
		fail "$1"
	fi
}

skip_all()
{
	echo "KTAP version 1"
	echo "1..0 # SKIP $*"
	exit 4
}

# A test that cannot be set up cannot be judged: that is a failure, not a skip.
bail_out()
{
	echo "Bail out! $*"
	exit 1
}

# The exit status that the results deserve; call it last.
verdict()
{
	if [ "$ktap_done" -ne "$ktap_planned" ]; then
		comment "planned $ktap_planned results, got $ktap_done"
		return 1
	fi
	[ "$ktap_failed" -eq 0 ]
}

# Tables of many cases: what is wrong is told by offence, and a table is one result.
offences=0

offence()
{
	comment "$*"
	offences=$((offences + 1))
}

# The result of a table: no offence since the last one.
table()
{
	equal "$1" 0 "$offences"
	offences=0
}
