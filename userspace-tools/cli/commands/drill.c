// SPDX-License-Identifier: GPL-2.0-only
/*
 * "drill": one real OOM, in a memory cgroup that holds nothing but children of the drill, to see
 * whether all that is promised holds on this device.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/commands/commands.h"
#include "cli/commands/drill.h"
#include "cli/print/complain.h"
#include "cli/print/out.h"
#include "common/proc.h"
#include "common/feature.h"
#include "common/sysfs.h"

enum {
	CANNOT = EXIT_USAGE, /* the drill could not run */
	PATIENCE = 20, /* seconds, besides the windows */
	OVERHEAD_KB = 2048, /* stacks and page tables of the children */
};

/**
 * struct drill - a drill
 * @policy: the settings of the module
 * @cgroup: the cgroup of its processes
 * @family: its processes
 * @ears: the sources of its news of emergencies
 * @sight: the observations
 * @slack_kb: between what the children hold and the limit
 * @with_handler: a program must answer
 * @silent: print only what is wrong
 */
struct drill {
	struct drill_policy policy;
	struct drill_cgroup cgroup;
	struct drill_family family;
	struct drill_ears ears;
	struct drill_sight sight;
	long long slack_kb;
	bool with_handler;
	bool silent;
};

static volatile sig_atomic_t interrupted;

static void interrupt_drill(int signal)
{
	(void)signal;
	interrupted = 1;
}

/**
 * drill_is_interrupted - has a signal asked for the end?
 *
 * Return: true if the drill must clean up and end.
 */
bool drill_is_interrupted(void)
{
	return interrupted;
}

/* --- may it begin? --------------------------------------------------------- */

static int read_policy(struct drill_policy *policy)
{
	char order[32] = "";
	char text[200];

	if (oe_sysfs_present())
		return complain(
			CANNOT,
			"the module is not loaded; try \"modprobe oom_embedded\"");
	/* It judges by the record of decisions. */
	if (oe_sysfs_exists("events") == -ENOENT)
		return complain(CANNOT, "%s",
				oe_feature_explain(text, sizeof(text),
						   "events"));
	if (oe_sysfs_read_number("rank_threshold", &policy->threshold) ||
	    oe_sysfs_read_number("grace_ms", &policy->grace_ms) ||
	    oe_sysfs_read("selection_order", order, sizeof(order)) < 0)
		return complain(CANNOT, "cannot read the settings in %s",
				oe_sysfs_root());
	policy->by_rank = !strcmp(order, "rank");
	return EXIT_OK;
}

/* The machine must not notice that the drill takes memory: no level may be entered for it. */
static int check_memory(long long available_kb, long long need_kb)
{
	static const char *const files[] = {
		"levels/warning_kb",
		"levels/critical_kb",
		"levels/imminent_oom_kb",
		"levels/oom_kb",
	};
	long long left = available_kb - need_kb;
	size_t i;

	if (left < need_kb)
		return complain(
			CANNOT,
			"%lld kB are available, and the drill takes %lld: too little to be safe",
			available_kb, need_kb);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		long long mark;

		if (!oe_sysfs_read_number(files[i], &mark) && left < mark &&
		    available_kb >= mark)
			return complain(
				CANNOT,
				"%lld kB are available; the drill takes %lld, which would go below %s (%lld)",
				available_kb, need_kb, files[i], mark);
	}
	return EXIT_OK;
}

static int plan_drill(struct drill *drill)
{
	long long available;
	long long need = OVERHEAD_KB;
	int i;

	if (oe_sysfs_read_number("levels/available_kb", &available) &&
	    oe_proc_meminfo("MemAvailable", &available))
		return complain(CANNOT, "cannot see how much memory there is");
	drill->slack_kb =
		drill_family_plan(&drill->family, &drill->policy, available);
	if (drill->slack_kb < 0)
		return complain(
			CANNOT,
			"rank_threshold %lld leaves no room for three rankings",
			drill->policy.threshold);
	for (i = 0; i < DRILL_CHILDREN; i++)
		need += drill->family.child[i].kb;
	return check_memory(available, need + drill->slack_kb);
}

/* --- one drill ------------------------------------------------------------- */

static int provoke_ooms(struct drill *drill)
{
	int status = drill_cgroup_make(&drill->cgroup);

	if (status == EXIT_OK)
		status = drill_family_start(&drill->family, &drill->cgroup);
	if (status == EXIT_OK)
		status =
			drill_cgroup_holds_only(&drill->cgroup, &drill->family);
	if (status == EXIT_OK)
		status = drill_cgroup_limit(&drill->cgroup, drill->slack_kb);
	if (status == EXIT_OK)
		status = drill_listen(&drill->ears);
	if (status == EXIT_OK)
		status = drill_family_grow(&drill->family);
	if (status != EXIT_OK)
		return status;
	drill_watch(&drill->sight, &drill->ears, &drill->family, &drill->cgroup,
		    PATIENCE + 3 * (double)drill->policy.grace_ms / 1e3);
	return interrupted ? complain(CANNOT, "interrupted") : EXIT_OK;
}

/*
 * Without a manager the emergencies of a drill would count as missed. Those of others are left
 * to others.
 */
static void acknowledge_ours(const struct drill_sight *sight)
{
	size_t i;

	for (i = 0; i < sight->nr_uevents; i++) {
		long long done;

		if (!oe_sysfs_read_number("reconfigure_done", &done) &&
		    done == sight->uevent[i].seq - 1)
			oe_sysfs_write_number("reconfigure_done",
					      sight->uevent[i].seq);
	}
}

static int run_drill(struct drill *drill)
{
	int removed;
	int status = plan_drill(drill);

	drill->cgroup.kills_fd = -1;
	drill->cgroup.dir[0] = '\0';
	memset(&drill->sight, 0, sizeof(drill->sight));
	if (status != EXIT_OK)
		return status;
	drill->ears.wanted_fd = -1;
	drill->ears.uevent_fd = -1;
	status = provoke_ooms(drill);
	if (status == EXIT_OK)
		status = drill_judge(&drill->sight, &drill->family,
				     &drill->policy, &drill->cgroup,
				     drill->with_handler, drill->silent);
	drill_deafen(&drill->ears);
	drill_family_end(&drill->family);
	removed = drill_cgroup_remove(&drill->cgroup);
	acknowledge_ours(&drill->sight);
	return status == EXIT_OK ? removed : status;
}

/* --- the command ----------------------------------------------------------- */

static void catch_signals(void)
{
	/* Without SA_RESTART: a system call that waits is to end. */
	const struct sigaction action = { .sa_handler = interrupt_drill };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* Inherited as ignored, the kernel would reap the children, and their numbers be others'. */
	signal(SIGCHLD, SIG_DFL);
}

static void announce_drill(const struct drill *drill, long nr)
{
	if (out_is_json())
		return;
	printf("In a memory cgroup of its own, below %s, the drill starts four processes and lets\n"
	       "the kernel run out of memory there%s. Three of the four are to die; no other process\n"
	       "can. Programs that listen are told, as in any emergency.\n\n",
	       drill->cgroup.parent, nr > 1 ? ", again and again" : "");
	fflush(stdout);
}

static int run_drills(struct drill *drill, long nr)
{
	double began = drill_now();
	long nr_right = 0;
	int status = EXIT_OK;
	long i;

	if (out_is_json())
		out_open_list("drills");
	drill->silent = nr > 1 && !out_is_json();
	for (i = 0; i < nr && status != CANNOT; i++) {
		int one;

		if (out_is_json())
			out_open("");
		one = run_drill(drill);
		if (out_is_json())
			out_close();
		nr_right += one == EXIT_OK;
		if (one != EXIT_OK)
			status = one;
	}
	if (out_is_json())
		out_close();
	if (out_is_json())
		out_number("right", nr_right);
	else if (status != CANNOT && nr > 1)
		printf("%ld of %ld drills were right, in %.1f s\n", nr_right,
		       nr, drill_now() - began);
	else if (status != CANNOT)
		printf("\nthe drill was %s, in %.1f s\n",
		       nr_right ? "right" : "WRONG", drill_now() - began);
	return status;
}

/**
 * drill_run - the command "drill"
 * @args: @handler, @count
 *
 * Return: EXIT_OK if all was right, EXIT_TROUBLE if something was wrong, EXIT_USAGE if the drill
 * could not run.
 */
int drill_run(const struct arguments *args)
{
	static struct drill drill;
	int status = read_policy(&drill.policy);

	drill.with_handler = args->handler;
	if (status == EXIT_OK)
		status = drill_cgroup_find(&drill.cgroup);
	if (status != EXIT_OK)
		return status;
	catch_signals();
	/* To see everything when it happens; without the right to it less exactly. */
	mlockall(MCL_CURRENT | MCL_FUTURE);
	announce_drill(&drill, args->count);
	return run_drills(&drill, args->count ? args->count : 1);
}
