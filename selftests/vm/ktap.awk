# SPDX-License-Identifier: GPL-2.0-only
#
# Judges the second serial line of a guest.
#
#   awk -v nonce=N -v tests=COUNT [-v ends=early] [-v boots=2] -f ktap.awk verdict.log
#
# Prints a line a result: "pass|fail|skip<TAB>test<TAB>description". Anything missing
# is a failure: a plan, a planned result, a test, the final token. With ends=early the
# guest is expected to go away in the middle of its last test; with boots=2 it does so
# once and then comes back.

BEGIN {
	OFS = "\t"
	seen_boots = begun = 0
}

function say(verdict, description)
{
	print verdict, test, description
}

function begin(name)
{
	test = name
	running = 1
	plan = -1
	results = passed = failed = skipped = 0
	delete seen
}

function result(verdict, text,    number)
{
	sub(/^(not )?ok */, "", text)
	number = ++results
	if (match(text, /^[0-9]+/)) {
		number = substr(text, 1, RLENGTH) + 0
		text = substr(text, RLENGTH + 1)
	}
	sub(/^ *(- *)?/, "", text)
	if (number in seen) {
		say("fail", "two results with number " number)
		failed++
	}
	seen[number]
	if (verdict == "pass" && text ~ /# *SKIP/) {
		verdict = "skip"
		skipped++
	} else if (verdict == "pass") {
		passed++
	} else {
		failed++
	}
	say(verdict, text)
}

function end(status)
{
	running = 0
	if (status == 4 && !failed) {
		if (!skipped)
			say("skip", "exit status 4")
		return
	}
	check_plan()
	if (status == 137)
		say("fail", "killed, or not done in time")
	else if (status != 0 && !failed)
		say("fail", "exit status " status)
	else if (status == 0 && failed)
		say("fail", "exit status 0 in spite of failures")
}

function check_plan()
{
	if (plan < 0)
		say("fail", "no plan")
	else if (results != plan)
		say("fail", results " results of " plan " planned")
	else if (plan == 0 && !skipped)
		say("fail", "an empty plan")
}

function vanish(why)
{
	if (!running)
		return
	running = 0
	if (ends == "early" || boots == 2)
		say("pass", "the guest went away")
	else
		say("fail", why)
}

{
	sub(/\r$/, "")
	ours = index($0, "@" nonce " ") == 1
}

ours && $2 == "BOOT" {
	vanish("the guest went away")
	seen_boots++
	begun = 0
	next
}

ours && $2 == "BEGIN" {
	if (running)
		say("fail", "did not end")
	line = $0
	sub(/^[^ ]+ BEGIN [^ ]+ /, "", line)
	begin(line)
	# The harness's own checks have names for numbers.
	begun += $3 ~ /^[0-9]+$/
	next
}

ours && $2 == "END" {
	end($4)
	next
}

ours && $2 == "LEFT" {
	line = $0
	sub(/^[^ ]+ LEFT /, "", line)
	say("fail", line)
	next
}

$0 == "VERDICT: done " nonce {
	token = 1
	next
}

!running { next }

/^1\.\.[0-9]+/ {
	plan = substr($1, 4) + 0
	if (/# *SKIP/) {
		skipped++
		line = $0
		sub(/^.*# *SKIP */, "", line)
		say("skip", line)
	}
	next
}

/^ok( |$)/ { result("pass", $0) }
/^not ok( |$)/ { result("fail", $0) }
/^Bail out!/ {
	say("fail", $0)
	failed++
}

END {
	away = ends == "early" && running
	vanish("did not end")
	test = "boot"
	if (!seen_boots)
		say("fail", "the guest's init did not start")
	if (boots == 2 && seen_boots != 2)
		say("fail", "booted " seen_boots + 0 " times and not twice")
	if (boots != 2 && seen_boots > 1)
		say("fail", "the guest rebooted")
	if (ends == "early" && !away)
		say("fail", "the guest did not go away")
	if (ends != "early" && !token)
		say("fail", "no final token: hang, panic or early exit")
	if (begun < tests)
		say("fail", tests - begun " tests did not run")
}
