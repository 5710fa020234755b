// SPDX-License-Identifier: GPL-2.0-only
/*
 * A victim that is asked for while allocations still succeed: by a program
 * (`relieve`), or by the module (`early_kb`, `stall_percent`).
 *
 * It takes the way of SysRq: moom_callback() of drivers/tty/sysrq.c calls
 * out_of_memory() with oom_lock held, which the module cannot take itself, and an
 * order of -1. From there on everything is as in an OOM. The setting of
 * kernel.sysrq is not looked at, because nobody presses a key.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "memory/available.h"
#include "notify.h"
#include "oom/coverage.h"
#include "oom/detour.h"
#include "oom/domain.h"
#include "oom/giving.h"
#include "oom/pending.h"
#include "oom/quiet.h"
#include "oom/redirect.h"
#include "oom/request.h"
#include "oom/terminate.h"
#include "tasks/kill_set.h"

enum {
	/* How often to see whether an earlier victim has ended. */
	VICTIM_POLL_MS = 20,
};

static unsigned long notrace where_moom(struct oe_redirect *redirect);
static unsigned long notrace where_nothing(struct oe_redirect *redirect);

/* Never runs: the redirect sends the CPU to moom_callback() with the same argument. */
static OE_REDIRECTED void call_moom(struct work_struct *work)
{
	oe_opaque(work);
}

static struct {
	struct mutex lock; /* its holders may wait for oom_lock */
	struct oe_redirect moom; /* finds the function, redirects nothing */
	struct oe_redirect call;
	bool available;
	struct task_struct *task; /* that asks; only current compares */
	struct oe_request request; /* the task's, as all that follow */
	bool term_first; /* see &struct oe_call, as the next two */
	bool insists;
	bool past_victims;
	struct oe_termination termination; /* of the victim that got SIGTERM */
	struct task_struct
		*only; /* see &struct oe_domain: it had its time to end */
	enum oe_outcome outcome;
} asked = {
	.lock = __MUTEX_INITIALIZER(asked.lock),
	.moom = {
		.symbol = "moom_callback",
		.where = where_nothing,
	},
	.call = {
		.function = call_moom,
		.where = where_moom,
	},
};

static unsigned long notrace where_moom(struct oe_redirect *redirect)
{
	return asked.moom.address;
}
NOKPROBE_SYMBOL(where_moom);

static unsigned long notrace where_nothing(struct oe_redirect *redirect)
{
	return 0;
}
NOKPROBE_SYMBOL(where_nothing);

static bool runs_as_task(void)
{
	return READ_ONCE(asked.task) == current;
}

/**
 * oe_request_kind - the kind of a call of out_of_memory() with an order of -1
 *
 * Context: OOM path.
 * Return: the kind that current asks for, or OE_KIND_SYSRQ.
 */
enum oe_kind oe_request_kind(void)
{
	return runs_as_task() ? asked.request.kind : OE_KIND_SYSRQ;
}

/**
 * oe_request_fill - what is asked for, in a call with an order of -1
 * @call: its domain is the machine; completed
 *
 * Context: OOM path; what it points to lasts as long as the request.
 */
void oe_request_fill(struct oe_call *call)
{
	if (!runs_as_task())
		return;
	call->stall_percent = asked.request.stall_percent;
	strscpy(call->domain.group, asked.request.group, OE_GROUP_NAME);
	call->domain.within = asked.request.within;
	/* The machine's emergencies wait for oom_lock. */
	if (call->domain.within)
		call->may_wait = false;
	call->domain.only = asked.only;
	call->term_first = asked.term_first;
	call->insists = asked.insists;
	call->past_victims = asked.past_victims;
}

/**
 * oe_request_terminate - send SIGTERM in place of SIGKILL
 * @episode: with a decision
 *
 * Context: OOM path, oom_lock held.
 */
void oe_request_terminate(const struct oe_episode *episode)
{
	oe_terminate(episode, &asked.termination);
}

/**
 * oe_request_ended - an episode has ended
 * @outcome: how
 *
 * Context: OOM path.
 */
void oe_request_ended(enum oe_outcome outcome)
{
	if (runs_as_task())
		asked.outcome = outcome;
}

static int error_of(enum oe_outcome outcome)
{
	switch (outcome) {
	case OE_OUTCOME_KILLED:
	case OE_OUTCOME_SIGTERM:
	case OE_OUTCOME_AVOIDED:
		return 0;
	case OE_OUTCOME_NO_VICTIM:
		return -ESRCH;
	default:
		return -EBUSY;
	}
}

/* Without a redirect that works the kernel would choose on its own. */
static bool is_wrapped(void)
{
	char text[OE_COVERAGE_TEXT];

	oe_coverage_check(text);
	return oe_coverage_has(OE_COVER_OOM);
}

static void ask_once(void)
{
	/* If no episode begins, an earlier victim is still dying. */
	asked.outcome = OE_OUTCOME_VICTIM_PENDING;
	WRITE_ONCE(asked.task, current);
	/* The mode may be changed while this waits for oom_lock. */
	oe_detour_keep(current);
	call_moom(NULL);
	oe_detour_keep(NULL);
	WRITE_ONCE(asked.task, NULL);
}

/* The amount that was short, if that was the reason. */
static unsigned int wanted_kb(void)
{
	return asked.request.kind == OE_KIND_EARLY &&
			       !asked.request.stall_percent ?
		       READ_ONCE(oe_config.early_kb) :
		       0;
}

static bool has_enough(void)
{
	return wanted_kb() && oe_available_for_kill_kb() >= wanted_kb();
}

/* An emergency under way may wait for the very program that asks. */
static bool is_busy(void)
{
	return READ_ONCE(oe_config.mode) == OE_MODE_OFF || oe_quiet_now() ||
	       oe_domain_machine_is_open() || oe_notify_is_hurried() ||
	       fatal_signal_pending(current) ||
	       (asked.insists && oe_terminate_is_cancelled(&asked.termination));
}

/*
 * An earlier victim may be one of any memory cgroup. It is waited for only as long
 * as memory comes back: a user can keep some process of a container dying at any
 * time, and would have no other process chosen. Returns true if there was one, and
 * it has ended.
 */
static bool wait_for_victims(struct oe_giving *giving)
{
	const struct oe_domain machine = {};
	bool waited = false;

	for (;;) {
		asked.past_victims = !oe_giving_goes_on(giving);
		if (asked.past_victims || is_busy())
			return false;
		if (!oe_pending_in(&machine))
			return waited;
		waited = true;
		schedule_timeout_idle(msecs_to_jiffies(VICTIM_POLL_MS));
	}
}

/* A stall has to be measured anew. */
static bool is_over(void)
{
	return asked.request.kind == OE_KIND_EARLY &&
	       (asked.request.stall_percent || has_enough());
}

static bool is_too_soon(void)
{
	return asked.request.kind == OE_KIND_EARLY && !asked.insists &&
	       oe_domain_machine_in_aftermath();
}

/* The next victim began to die between the wait and the call. */
static bool has_to_wait_again(void)
{
	return asked.outcome == OE_OUTCOME_VICTIM_PENDING &&
	       !asked.past_victims && !is_too_soon();
}

/*
 * Victims elsewhere bring the cgroup nothing, and its own are not waited for here:
 * the thread that asks looks after the machine, too.
 */
static void ask_in_cgroup(void)
{
	const struct oe_domain domain = { .memcg = asked.request.within };

	asked.past_victims = true;
	asked.outcome = OE_OUTCOME_VICTIM_PENDING;
	if (!is_busy() && !oe_pending_in(&domain) && is_wrapped() &&
	    oe_coverage_has(OE_COVER_GUARD))
		ask_once();
}

/* The redirect may be switched off at any time. */
static void ask_in_turn(void)
{
	struct oe_giving giving;

	if (asked.request.within) {
		ask_in_cgroup();
		return;
	}
	oe_giving_begin(&giving, OE_GIVING_DYING_MS);
	do {
		bool ended = wait_for_victims(&giving);

		asked.outcome = OE_OUTCOME_NOT_KILLED;
		if (ended && is_over())
			asked.outcome = OE_OUTCOME_AVOIDED;
		else if (!is_busy() && is_wrapped())
			ask_once();
	} while (has_to_wait_again());
}

/* Only @only is to be killed, whichever is first in order now; NULL = the first. */
static void insist_on(struct task_struct *only)
{
	asked.only = only;
	ask_in_turn();
	asked.only = NULL;
	if (only && asked.outcome != OE_OUTCOME_KILLED &&
	    oe_kill_set_is_gone(only))
		asked.outcome = OE_OUTCOME_AVOIDED;
}

/* A victim has got SIGTERM. It is given its time, without oom_lock. */
static void follow_up(unsigned int term_ms)
{
	struct oe_termination *termination = &asked.termination;

	termination->until_kb = wanted_kb();
	asked.term_first = false;
	asked.insists = true;
	switch (oe_terminate_wait(termination, term_ms)) {
	case OE_TERMINATED_GONE:
	case OE_TERMINATED_ENOUGH:
		break;
	case OE_TERMINATED_STAYS:
		insist_on(termination->victim);
		break;
	case OE_TERMINATED_IN_VAIN:
		insist_on(NULL);
		break;
	case OE_TERMINATED_CANCELLED:
		asked.outcome = OE_OUTCOME_NOT_KILLED;
		break;
	}
	/* Nobody is given time any more. */
	oe_domain_machine_settles();
	put_task_struct(termination->victim);
	termination->victim = NULL;
}

static int ask_now(const struct oe_request *request)
{
	unsigned int term_ms = READ_ONCE(oe_config.early_term_ms);

	if (!asked.available || READ_ONCE(oe_config.mode) == OE_MODE_OFF ||
	    !is_wrapped())
		return -EOPNOTSUPP;
	asked.request = *request;
	/* A cgroup must not hold up the machine's requests for so long. */
	asked.term_first = term_ms && !request->within;
	asked.insists = false;
	ask_in_turn();
	if (asked.outcome == OE_OUTCOME_SIGTERM)
		follow_up(term_ms);
	return error_of(asked.outcome);
}

/**
 * oe_request_victim - one emergency without the kernel's asking
 * @request: which, copied; what it points to stays
 *
 * All seven steps of an episode of the machine, the window included. With
 * early_term_ms the victim gets SIGTERM, and is killed in a second call if it has
 * not ended by then. With mode=observe nobody dies. For a memory cgroup there is
 * neither a window nor SIGTERM: the machine's emergencies would wait for them.
 *
 * Context: process context; sleeps, and waits for oom_lock.
 * Return:
 * * 0		- killed, ended by itself, or memory came back before the kill
 * * -ESRCH	- no process may be chosen
 * * -EBUSY	- another request or emergency of the machine is under way, has begun
 *		  meanwhile, or has just had its victim; in suspend; with
 *		  mode=observe; or the mode became off meanwhile
 * * -EOPNOTSUPP	- mode=off; or the kernel's call cannot be made, or would not
 *		  be wrapped
 */
int oe_request_victim(const struct oe_request *request)
{
	int err;

	if (!mutex_trylock(&asked.lock))
		return -EBUSY;
	err = ask_now(request);
	mutex_unlock(&asked.lock);
	return err;
}

/**
 * oe_request_init - from now on a victim can be asked for, if the kernel has SysRq
 *
 * Context: module init, or a worker that tries again, after out_of_memory() has
 * been wrapped; may sleep.
 */
void oe_request_init(void)
{
	if (asked.available || oe_redirect_register(&asked.moom))
		return;
	if (oe_redirect_register(&asked.call)) {
		oe_redirect_unregister(&asked.moom);
		return;
	}
	mutex_lock(&asked.lock);
	asked.available = true;
	mutex_unlock(&asked.lock);
}

/**
 * oe_request_exit - no victim can be asked for any more
 *
 * Context: module exit, before out_of_memory() is unwrapped; waits for the
 * request under way.
 */
void oe_request_exit(void)
{
	bool was_available;

	mutex_lock(&asked.lock);
	was_available = asked.available;
	asked.available = false;
	mutex_unlock(&asked.lock);
	if (!was_available)
		return;
	oe_redirect_unregister(&asked.call);
	oe_redirect_unregister(&asked.moom);
}
