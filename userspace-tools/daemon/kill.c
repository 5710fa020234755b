// SPDX-License-Identifier: GPL-2.0-only
/*
 * The step "kill next": the module kills the first in order. A child of the worker asks it, and the
 * manager does not wait for that child: the emergency that the request opens waits for the manager's
 * acknowledgement.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "daemon/daemon.h"
#include "uapi/oom_embedded.h"

enum {
	NO_JOB = -1,
	/* The longest window, the longest wait after SIGTERM, and as much again for the kill. */
	KILL_MS = OOM_EMBEDDED_GRACE_MS_MAX + OOM_EMBEDDED_EARLY_TERM_MS_MAX +
		  10 * 1000,
};

static struct {
	int job;
	int64_t last_ms; /* end of the last request that has killed, or may have */
	bool has_killed;
	int refused; /* errno that the log has already */
} next_kill = { .job = NO_JOB };

static bool is_too_early(int interval_ms)
{
	return next_kill.has_killed &&
	       oe_now_ms() - next_kill.last_ms < interval_ms;
}

/**
 * oe_kill_next - have the module kill the first in order
 * @who: for the log
 * @group: the first of its members; "" for any process
 * @interval_ms: not sooner than so long after the last time
 *
 * Returns immediately; oe_kill_look() logs the outcome.
 */
void oe_kill_next(const char *who, const char *group, int interval_ms)
{
	if (next_kill.job != NO_JOB) {
		oe_log(OE_LOG_INFO,
		       "%s: kill next is left out: the last one goes on", who);
		return;
	}
	if (is_too_early(interval_ms)) {
		oe_log(OE_LOG_INFO,
		       "%s: kill next is left out: the last one was less than %d ms ago",
		       who, interval_ms);
		return;
	}
	next_kill.job = oe_worker_relieve(group, KILL_MS);
	if (next_kill.job < 0) {
		oe_log(OE_LOG_ERROR, "%s: kill next failed: %s", who,
		       strerror(-next_kill.job));
		next_kill.job = NO_JOB;
		return;
	}
	oe_log(OE_LOG_INFO, "%s: kill next%s%s", who, group[0] ? " in " : "",
	       group);
}

/* Logged once: a module that refuses for such a reason does so each time. */
static void say_refusal(int err, const char *why)
{
	if (next_kill.refused == err)
		return;
	next_kill.refused = err;
	oe_log(OE_LOG_WARNING, "kill next: %s", why);
}

/* Also if the outcome is not known, so that two kills are never too close. */
static void note_kill(void)
{
	next_kill.has_killed = true;
	next_kill.last_ms = oe_now_ms();
}

static void say_answer(int err)
{
	switch (err) {
	case 0:
		next_kill.refused = 0;
		note_kill();
		oe_log(OE_LOG_WARNING,
		       "kill next: the first in order was killed, or has ended");
		return;
	case EBUSY:
		oe_log(OE_LOG_INFO,
		       "kill next: later: an emergency is under way, or its victim still gives memory back");
		return;
	case ESRCH:
		oe_log(OE_LOG_WARNING, "kill next: nobody may be killed");
		return;
	case ECANCELED:
		say_refusal(err, "the module only observes (mode=observe)");
		return;
	case EOPNOTSUPP:
		say_refusal(
			err,
			"the module is off, or cannot ask this kernel for a victim");
		return;
	case ENOENT:
		say_refusal(
			err,
			"this version of the module has no relieve, or there is no such group");
		return;
	case EINVAL:
		say_refusal(err,
			    "this version of the module knows no groups there");
		return;
	default:
		note_kill();
		oe_log(OE_LOG_ERROR, "kill next failed: %s", strerror(err));
	}
}

/**
 * oe_kill_look - log the outcome of the last oe_kill_next(), if it has ended
 */
void oe_kill_look(void)
{
	int status;

	if (next_kill.job == NO_JOB ||
	    !oe_worker_is_done(next_kill.job, &status))
		return;
	next_kill.job = NO_JOB;
	if (status < 0)
		say_answer(-status);
	else if (WIFSIGNALED(status))
		say_answer(ETIMEDOUT);
	else
		say_answer(WEXITSTATUS(status));
}
