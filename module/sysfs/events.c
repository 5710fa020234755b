// SPDX-License-Identifier: GPL-2.0-only
/*
 * events: the record of decisions, a line each, all lines of one width.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/uidgid.h>

#include "compat/compat.h"
#include "record/decisions.h"
#include "sysfs/snapshot.h"
#include "lib/arguments.h"
#include "lib/parse.h"
#include "lib/units.h"
#include "rank/ranking.h"
#include "oom/outcome.h"
#include "sysfs/files.h"
#include "tasks/decide.h"
#include "tasks/kill_set.h"
#include "tunables.h"

enum {
	LINE_SIZE = 2400, /* more than the longest line there can be */
	CGROUP_TEXT = 128,
};

/* Its holders never allocate. */
static DEFINE_MUTEX(scratch_lock);

/* Too large for the stack. */
struct scratch {
	struct oe_event event;
	char line[LINE_SIZE];
	char comm[OE_COMM_ESCAPED];
	char cgroup[CGROUP_TEXT];
	char escaped[OE_ARGUMENTS_ESCAPED];
};

static struct scratch *scratch; /* of the reader that holds scratch_lock */

static struct oe_list events_list;

static void add_seconds(struct oe_text *text, const char *key, u64 ns)
{
	u32 rest;
	u64 seconds = div_u64_rem(ns, NSEC_PER_SEC, &rest);

	oe_text_add(text, " %s=%llu.%06u", key, seconds, rest / 1000);
}

/* A duration, or "-" if one of the two moments did not happen. */
static void add_span(struct oe_text *text, const char *key, u64 from, u64 to,
		     u32 unit)
{
	if (from && to >= from)
		oe_text_add(text, " %s=%llu", key, div_u64(to - from, unit));
	else
		oe_text_add(text, " %s=-", key);
}

static void add_who(struct oe_text *text, const char *who, pid_t pid,
		    const char *comm)
{
	if (pid)
		oe_text_add(text, " %s_pid=%d %s_comm=%s", who, pid, who,
			    oe_escape_comm(scratch->comm, comm));
	else
		oe_text_add(text, " %s_pid=- %s_comm=-", who, who);
}

static void add_ranking(struct oe_text *text, const char *who,
			const struct oe_process *process)
{
	if (process->pid)
		oe_text_add(text, " %s_rank=%u %s_source=%s%s%s", who,
			    process->rank, who, oe_source_name(process->source),
			    process->group[0] ? ":" : "", process->group);
	else
		oe_text_add(text, " %s_rank=- %s_source=-", who, who);
}

/* Badness is measured at the choice; a process that the kernel chose has none. */
static void add_badness(struct oe_text *text, const char *who,
			const struct oe_process *process, bool measured)
{
	if (process->pid && measured)
		oe_text_add(text, " %s_badness_kb=%lld", who,
			    process->badness * (s64)(PAGE_SIZE / 1024));
	else
		oe_text_add(text, " %s_badness_kb=-", who);
}

/* The killed process; on a kernel without mark_victim, the chosen one. */
static const struct oe_process *victim_of(const struct oe_episode *episode)
{
	static const struct oe_process nobody;

	if (episode->outcome != OE_OUTCOME_KILLED)
		return &nobody;
	return episode->killed.pid ? &episode->killed :
				     &episode->decision.victim;
}

static const char *reason_of(const struct oe_episode *episode)
{
	switch (episode->outcome) {
	case OE_OUTCOME_KILLED:
		if (victim_of(episode)->pid == episode->decision.victim.pid)
			return oe_decide_why_name(episode->decision.why);
		return "kernel";
	case OE_OUTCOME_SIGTERM:
		return oe_decide_why_name(episode->decision.why);
	case OE_OUTCOME_NO_VICTIM:
		return episode->decision.why == OE_WHY_ELSEWHERE ?
			       oe_decide_why_name(OE_WHY_ELSEWHERE) :
			       "nobody";
	case OE_OUTCOME_VICTIM_PENDING:
		return "pending";
	case OE_OUTCOME_AVOIDED:
		return episode->acked_ns ? "done" : "memory_back";
	default:
		return "kernel";
	}
}

/* The path of a cgroup, or of none; its owner chose the names. */
static void add_cgroup(struct oe_text *text, const char *key, const char *path)
{
	oe_escape(scratch->cgroup, sizeof(scratch->cgroup), path);
	oe_text_add(text, " %s=%s", key,
		    scratch->cgroup[0] ? scratch->cgroup : "-");
}

static void add_call(struct oe_text *text, const struct oe_event *event)
{
	const struct oe_episode *episode = &event->episode;

	oe_text_add(text, "seq=%llu", episode->seq);
	add_seconds(text, "time", event->more.time_ns);
	add_seconds(text, "uptime", episode->entered_ns);
	oe_text_add(text,
		    " kind=%s trigger_pid=%d trigger_comm=%s order=%d gfp=0x%x",
		    oe_kind_name(episode->call.kind), episode->trigger_pid,
		    oe_escape_comm(scratch->comm, episode->trigger_comm),
		    episode->call.order, (__force u32)episode->call.gfp);
	add_cgroup(text, "memcg", event->more.memcg_path);
	oe_text_add(text, " mode=%s", oe_mode_name(episode->mode));
	/* There is no choice if memory came back in time. */
	if (episode->decided_ns)
		oe_text_add(text, " threshold=%u candidates=%u protected=%u",
			    episode->policy.threshold,
			    episode->decision.nr_eligible,
			    episode->decision.nr_protected);
	else
		oe_text_add(text, " threshold=- candidates=- protected=-");
}

static void add_victim(struct oe_text *text, const struct oe_episode *episode)
{
	const struct oe_decision *decision = &episode->decision;
	const struct oe_process *victim = victim_of(episode);
	bool ours = victim->pid == decision->victim.pid;

	add_who(text, "victim", victim->pid, victim->comm);
	if (victim->pid)
		oe_text_add(text, " victim_uid=%u",
			    from_kuid_munged(&init_user_ns, victim->uid));
	else
		oe_text_add(text, " victim_uid=-");
	add_ranking(text, "victim", victim);
	add_badness(text, "victim", ours ? &decision->victim : victim, ours);
	if (victim->pid)
		oe_text_add(text, " victim_rss_kb=%lu", oe_to_kib(victim->rss));
	else
		oe_text_add(text, " victim_rss_kb=-");
}

static void add_runner_up(struct oe_text *text,
			  const struct oe_episode *episode)
{
	const struct oe_process *second = &episode->decision.runner_up;

	add_who(text, "runner_up", second->pid, second->comm);
	add_ranking(text, "runner_up", second);
	add_badness(text, "runner_up", second, true);
}

/* The module's choice, if the kernel did not follow it. */
static void add_would(struct oe_text *text, const struct oe_episode *episode)
{
	const struct oe_process *ours = &episode->decision.victim;

	if (ours->pid && ours->pid != victim_of(episode)->pid)
		oe_text_add(text, " would_pid=%d would_comm=%s would_rank=%u",
			    ours->pid,
			    oe_escape_comm(scratch->comm, ours->comm),
			    ours->rank);
	else
		oe_text_add(text, " would_pid=- would_comm=- would_rank=-");
}

static void add_times(struct oe_text *text, const struct oe_episode *episode)
{
	u64 began = episode->entered_ns;
	u64 waited_until = episode->announced_ns + episode->grace_used_ns;

	oe_text_add(text, " grace_ms=%u grace_used_ms=%llu", episode->grace_ms,
		    episode->grace_ms ?
			    div_u64(episode->grace_used_ns, NSEC_PER_MSEC) :
			    0);
	add_span(text, "ack_ms", began, episode->acked_ns, NSEC_PER_MSEC);
	add_span(text, "announce_ns", began, episode->announced_ns, 1);
	oe_text_add(text, " grace_ns=%llu", episode->grace_used_ns);
	add_span(text, "decide_ns", waited_until, episode->decided_ns, 1);
	add_span(text, "kill_ns", episode->decided_ns, episode->marked_ns, 1);
	add_span(text, "total_ns", began, episode->ended_ns, 1);
}

/* The process that was passed over, and the one on whose account. */
static void add_passed(struct oe_text *text, const struct oe_episode *episode)
{
	const struct oe_decision *decision = &episode->decision;

	add_who(text, "passed", decision->passed.pid, decision->passed.comm);
	oe_text_add(text, " passed_for=%s",
		    oe_kill_set_tie_name(decision->tie));
	add_who(text, "keeper", decision->keeper.pid, decision->keeper.comm);
	if (decision->keeper.pid)
		oe_text_add(text, " keeper_rank=%u", decision->keeper.rank);
	else
		oe_text_add(text, " keeper_rank=-");
}

/* The share of the used memory that processes hold, if it is known. */
static void add_place(struct oe_text *text, const struct oe_episode *episode)
{
	const struct oe_decision *decision = &episode->decision;

	if (decision->used)
		oe_text_add(text, " used_kb=%llu processes_kb=%llu",
			    oe_pages_to_kb(decision->used),
			    oe_pages_to_kb(decision->pages));
	else
		oe_text_add(text, " used_kb=- processes_kb=-");
}

static void add_stall(struct oe_text *text, const struct oe_episode *episode)
{
	if (episode->call.stall_percent)
		oe_text_add(text, " stall_percent=%u",
			    episode->call.stall_percent);
	else
		oe_text_add(text, " stall_percent=-");
}

/* Whole: the process chose each byte. */
static void add_arguments(struct oe_text *text)
{
	oe_escape(scratch->escaped, sizeof(scratch->escaped),
		  scratch->event.more.arguments);
	oe_text_add(text, " victim_cmdline=%s",
		    scratch->escaped[0] ? scratch->escaped : "-");
}

/* Into scratch->line. False if the decision has been overwritten. */
static bool render_event(u64 number, unsigned int *length)
{
	struct oe_text text = { .data = scratch->line, .size = LINE_SIZE };
	const struct oe_episode *episode = &scratch->event.episode;
	const char *group = episode->call.domain.group;

	if (!oe_events_copy(number, &scratch->event))
		return false;
	add_call(&text, &scratch->event);
	add_victim(&text, episode);
	add_runner_up(&text, episode);
	oe_text_add(&text, " outcome=%s reason=%s",
		    oe_outcome_name(episode->outcome), reason_of(episode));
	add_times(&text, episode);
	add_would(&text, episode);
	add_passed(&text, episode);
	add_place(&text, episode);
	add_stall(&text, episode);
	add_cgroup(&text, "victim_cgroup", scratch->event.more.victim_cgroup);
	oe_text_add(&text, " asked_group=%s", group[0] ? group : "-");
	add_arguments(&text);
	*length = text.length;
	return true;
}

/* The width of the widest line, to which all others are padded. */
static unsigned int widest_line(u64 first, u64 end)
{
	unsigned int length;
	unsigned int width = 0;

	for (; first < end; first++)
		if (render_event(first, &length))
			width = max(width, length);
	return width;
}

static int build_events(struct oe_list *list, struct oe_text *text)
{
	struct scratch *mine;
	unsigned int length;
	unsigned int width;
	u64 first, end;
	int err;

	/* Before the lock: another reader must not wait for this one's memory. */
	err = oe_text_reserve(text, OE_NR_EVENTS * LINE_SIZE);
	if (err)
		return err;
	mine = kmalloc(sizeof(*mine), GFP_KERNEL);
	if (!mine)
		return -ENOMEM;
	mutex_lock(&scratch_lock);
	scratch = mine;
	oe_events_range(&first, &end);
	width = widest_line(first, end);
	for (; first < end; first++) {
		/* The lines before one that is gone are as old: no gap is shown. */
		if (render_event(first, &length))
			oe_text_add(text, "%-*s\n", width, scratch->line);
		else
			text->length = 0;
	}
	mutex_unlock(&scratch_lock);
	kfree(mine);
	return 0;
}

static ssize_t events_read(struct file *file, struct kobject *kobj,
			   OE_BIN_CONST struct bin_attribute *attr, char *buf,
			   loff_t offset, size_t count)
{
	return oe_list_read(&events_list, file, buf, offset, count);
}

static OE_BIN_CONST struct bin_attribute events_attr = {
	.attr = { .name = "events", .mode = 0400 },
	.read = events_read,
};

static OE_BIN_CONST struct bin_attribute *OE_BIN_CONST events_attrs[] = {
	&events_attr,
	NULL,
};

const struct attribute_group oe_events_group = {
	.bin_attrs = events_attrs,
};

/**
 * oe_sysfs_events_init - before the file is published
 */
void oe_sysfs_events_init(void)
{
	oe_list_init(&events_list, build_events);
}

/**
 * oe_sysfs_events_exit - after it is withdrawn
 *
 * Context: process context, may sleep.
 */
void oe_sysfs_events_exit(void)
{
	oe_list_exit(&events_list);
}
