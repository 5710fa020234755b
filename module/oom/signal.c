// SPDX-License-Identifier: GPL-2.0-only
/*
 * The signals that groups send to their members at OOM.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "rank/group.h"
#include "rank/ranking.h"
#include "oom/signal.h"
#include "tasks.h"

/* clang-format off */
#define SIGNAL(name)	\
	[SIG##name] = #name
/* clang-format on */

/* Without the "SIG"; a number differs between architectures, a name does not. */
static const char *const names[] = {
	"none",		SIGNAL(HUP),  SIGNAL(INT),   SIGNAL(QUIT), SIGNAL(ILL),
	SIGNAL(TRAP),	SIGNAL(ABRT), SIGNAL(BUS),   SIGNAL(FPE),  SIGNAL(KILL),
	SIGNAL(USR1),	SIGNAL(SEGV), SIGNAL(USR2),  SIGNAL(PIPE), SIGNAL(ALRM),
	SIGNAL(TERM),	SIGNAL(CHLD), SIGNAL(CONT),  SIGNAL(STOP), SIGNAL(TSTP),
	SIGNAL(TTIN),	SIGNAL(TTOU), SIGNAL(URG),   SIGNAL(XCPU), SIGNAL(XFSZ),
	SIGNAL(VTALRM), SIGNAL(PROF), SIGNAL(WINCH), SIGNAL(IO),   SIGNAL(PWR),
	SIGNAL(SYS),
};

/**
 * oe_signal_parse - a signal by its name
 * @text: NUL terminated, "TERM" or "SIGTERM"; one trailing newline is allowed
 * @signal: written on success only; 0 for "none"
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int oe_signal_parse(const char *text, int *signal)
{
	bool prefixed = !strncmp(text, "SIG", 3);
	int i;

	for (i = prefixed; i < ARRAY_SIZE(names); i++) {
		if (names[i] && sysfs_streq(text + 3 * prefixed, names[i])) {
			*signal = i;
			return 0;
		}
	}
	return -EINVAL;
}

/**
 * oe_signal_name - its name
 * @signal: from oe_signal_parse()
 *
 * Return: a constant string.
 */
const char *oe_signal_name(int signal)
{
	return names[signal];
}

/*
 * A group may be as wide as "every process of uid 0". TERM restarts the machine
 * if init gets it, KILL makes it panic; ranking 0 means that the process is to
 * be left alone. The walk leaves kernel threads out.
 */
static bool is_out_of_bounds(const struct oe_candidate *c)
{
	return is_global_init(c->task) || c->rank == OE_RANK_NEVER;
}

static int send_signals(const struct oe_candidate *c, void *arg)
{
	u64 signals;
	int signal;

	if (is_out_of_bounds(c))
		return 0;
	signals = oe_rank_signals(c->task);
	for (signal = 1; signals; signal++, signals >>= 1)
		if (signals & 1)
			kill_pid(task_tgid(c->task), signal, 1);
	return 0;
}

/**
 * oe_signal_groups - send the members of all groups their signals
 * @domain: only to those whose memory ran out
 *
 * A process gets a signal once, in however many groups it is; init, kernel
 * threads and processes of ranking 0 get none. Nothing is allocated; kill_pid() asks for an atomic entry of the signal queue and does
 * without if there is none.
 *
 * Context: OOM path.
 */
void oe_signal_groups(const struct oe_domain *domain)
{
	struct oe_domain all = *domain;

	all.group[0] = 0;
	if (oe_group_any_signal())
		oe_tasks_for_each(&all, OE_GROUP_PASS_OOM, send_signals, NULL);
}
