// SPDX-License-Identifier: GPL-2.0-only
/*
 * Saying what happened: the line in the log, the uevents, the counters.
 *
 * The text is put together in static buffers and not on a stack that is deep
 * already: everything here runs in the OOM path.
 */
#include "core.h"

#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/string.h>

#include <uapi/oom_embedded.h>

#include "notify.h"
#include "lib/parse.h"
#include "lib/units.h"
#include "memory/memcg.h"
#include "rank/ranking.h"
#include "oom/outcome.h"
#include "oom/quiet.h"

static const char *const kind_words[] = {
	[OE_KIND_GLOBAL] = "global",	   [OE_KIND_CPUSET] = "cpuset",
	[OE_KIND_MEMPOLICY] = "mempolicy", [OE_KIND_MEMCG] = "memcg",
	[OE_KIND_SYSRQ] = "sysrq",	   [OE_KIND_THRASH] = "thrash",
	[OE_KIND_REQUEST] = "request",	   [OE_KIND_EARLY] = "early",
};

static const char *const outcome_words[] = {
	[OE_OUTCOME_KILLED] = "killed",
	[OE_OUTCOME_NO_VICTIM] = "no_victim",
	[OE_OUTCOME_VICTIM_PENDING] = "victim_pending",
	[OE_OUTCOME_AVOIDED] = "avoided",
	[OE_OUTCOME_NOT_KILLED] = "not_killed",
	[OE_OUTCOME_SIGTERM] = "sigterm",
};

enum {
	PROCESS_TEXT = 200,
	/* A path of ordinary characters fits; one that is mostly escapes is cut. */
	MEMCG_ESCAPED = 2 * OE_MEMCG_PATH,
};

/* For a uevent. */
static struct {
	struct mutex lock; /* its holders never allocate and never print */
	struct oe_uevent uevent;
	char comm[OE_COMM_ESCAPED];
	char path[OE_MEMCG_PATH];
	char memcg[MEMCG_ESCAPED];
} scratch = {
	.lock = __MUTEX_INITIALIZER(scratch.lock),
};

/*
 * For a line of the log. Its holders may have to wait for a slow console: a
 * holder of oom_lock, as in the machine's emergency, must not wait for the lines
 * of memory cgroups, which are printed without oom_lock.
 */
struct line {
	struct mutex lock; /* its holders never allocate */
	char trigger[OE_COMM_ESCAPED];
	char comm[OE_COMM_ESCAPED];
	char victim[PROCESS_TEXT];
	char second[PROCESS_TEXT];
	char would[PROCESS_TEXT];
	char stall[sizeof(" stall=100%")];
};

static struct line locked_line = {
	.lock = __MUTEX_INITIALIZER(locked_line.lock),
};

static struct line unlocked_line = {
	.lock = __MUTEX_INITIALIZER(unlocked_line.lock),
};

/* "comm/pid rank=N", with the source and the size if asked for. */
static const char *process_text(struct line *line, char text[PROCESS_TEXT],
				const struct oe_process *process, bool details)
{
	int length;

	if (!process->pid)
		return "none";
	length = scnprintf(text, PROCESS_TEXT, "%s/%d rank=%u",
			   oe_escape_comm(line->comm, process->comm),
			   process->pid, process->rank);
	if (details)
		scnprintf(text + length, PROCESS_TEXT - length,
			  " (%s%s%s) rss=%lukB",
			  oe_source_name(process->source),
			  process->group[0] ? " " : "", process->group,
			  oe_to_kib(process->rss));
	return text;
}

/*
 * The process that the kernel killed, or that was sent SIGTERM; pid 0 = nobody.
 * If the kernel does not tell whom it killed, the one that the module chose.
 */
static const struct oe_process *victim_of(const struct oe_episode *episode)
{
	static const struct oe_process nobody;

	if (episode->killed.pid)
		return &episode->killed;
	if (episode->outcome == OE_OUTCOME_KILLED ||
	    episode->outcome == OE_OUTCOME_SIGTERM)
		return &episode->decision.victim;
	return &nobody;
}

/* The part of the granted time that was used; 0 if none was granted. */
static unsigned int grace_used_ms(const struct oe_episode *episode)
{
	return episode->grace_ms ?
		       div_u64(episode->grace_used_ns, NSEC_PER_MSEC) :
		       0;
}

static void print_line(struct line *line, const struct oe_episode *episode)
{
	const struct oe_decision *decision = &episode->decision;
	const struct oe_process *victim = victim_of(episode);
	bool other = victim->pid != decision->victim.pid;

	if (other)
		process_text(line, line->would, &decision->victim, true);
	line->stall[0] = 0;
	if (episode->call.stall_percent)
		scnprintf(line->stall, sizeof(line->stall), " stall=%u%%",
			  episode->call.stall_percent);
	pr_warn("seq=%llu kind=%s%s trigger=%s/%d victim=%s runner-up=%s protected=%u%s%s%s%s grace=%u/%ums outcome=%s\n",
		episode->seq, oe_kind_name(episode->call.kind), line->stall,
		oe_escape_comm(line->trigger, episode->trigger_comm),
		episode->trigger_pid,
		process_text(line, line->victim, victim, true),
		process_text(line, line->second, &decision->runner_up, false),
		decision->nr_protected,
		decision->unprotected ? " unprotected=1" : "",
		decision->elsewhere ? " not_in_processes=1" : "",
		other ? " would=" : "",
		!other		     ? "" :
		decision->victim.pid ? line->would :
				       "none",
		grace_used_ms(episode), episode->grace_ms,
		outcome_words[episode->outcome]);
}

static void log_line(const struct oe_episode *episode)
{
	struct line *line = episode->call.followed ? &unlocked_line :
						     &locked_line;

	mutex_lock(&line->lock);
	print_line(line, episode);
	mutex_unlock(&line->lock);
}

static void start_uevent(const char *event, const struct oe_episode *episode)
{
	memset(&scratch.uevent, 0, sizeof(scratch.uevent));
	scratch.uevent.yields = oe_call_is_of_cgroup(&episode->call);
	oe_uevent_add(&scratch.uevent, OOM_EMBEDDED_KEY_EVENT "=%s", event);
	oe_uevent_add(&scratch.uevent, OOM_EMBEDDED_KEY_SEQ "=%llu",
		      episode->seq);
}

static void outcome_uevent(const struct oe_episode *episode)
{
	const struct oe_process *victim = victim_of(episode);
	struct oe_uevent *uevent = &scratch.uevent;

	start_uevent(victim->pid ? OOM_EMBEDDED_EVENT_VICTIM :
				   OOM_EMBEDDED_EVENT_NO_VICTIM,
		     episode);
	if (victim->pid) {
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIM_PID "=%d",
			      victim->pid);
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIM_COMM "=%s",
			      oe_escape_comm(scratch.comm, victim->comm));
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIM_UID "=%u",
			      from_kuid_munged(&init_user_ns, victim->uid));
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIM_RANK "=%u",
			      victim->rank);
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIM_RSS_KB "=%lu",
			      oe_to_kib(victim->rss));
	}
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_OUTCOME "=%s",
		      outcome_words[episode->outcome]);
	oe_notify_send(uevent);
}

/**
 * oe_kind_name - a kind of OOM in words, as in the ABI
 * @kind: the kind
 *
 * Return: a constant string.
 */
const char *oe_kind_name(enum oe_kind kind)
{
	return kind_words[kind];
}

/**
 * oe_outcome_name - how an episode ended in words, as in the ABI
 * @outcome: the outcome
 *
 * Return: a constant string.
 */
const char *oe_outcome_name(enum oe_outcome outcome)
{
	return outcome_words[outcome];
}

/**
 * oe_report_reconfigure - send the uevent that asks userspace to act
 * @episode: seq, call and trigger are filled in
 *
 * Context: OOM path; allocates nothing.
 * Return: the uevent's ticket for oe_notify_wait().
 */
unsigned long oe_report_reconfigure(const struct oe_episode *episode)
{
	struct oe_uevent *uevent = &scratch.uevent;
	unsigned long ticket;

	mutex_lock(&scratch.lock);
	start_uevent(OOM_EMBEDDED_EVENT_RECONFIGURE, episode);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_KIND "=%s",
		      oe_kind_name(episode->call.kind));
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_TRIGGER_PID "=%d",
		      episode->trigger_pid);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_TRIGGER_COMM "=%s",
		      oe_escape_comm(scratch.comm, episode->trigger_comm));
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_ORDER "=%d",
		      episode->call.order);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_GRACE_MS "=%u",
		      episode->grace_ms);
	oe_memcg_path(oe_call_cgroup(&episode->call), scratch.path);
	if (scratch.path[0])
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_MEMCG "=%s",
			      oe_escape(scratch.memcg, sizeof(scratch.memcg),
					scratch.path));
	ticket = oe_notify_send(uevent);
	mutex_unlock(&scratch.lock);
	return ticket;
}

/**
 * oe_count_call - count an emergency
 * @call: its
 *
 * Context: any.
 */
void oe_count_call(const struct oe_call *call)
{
	enum oe_kind kind = call->kind;

	if (oe_call_is_of_cgroup(call))
		oe_stat_inc(OE_STAT_oom_memcg);
	else if (kind == OE_KIND_SYSRQ)
		oe_stat_inc(OE_STAT_oom_sysrq);
	else if (oe_kind_is_asked(kind))
		oe_stat_inc(OE_STAT_oom_request);
	else
		oe_stat_inc(OE_STAT_oom_global);
}

/* A protected process died of our choice: not of the kernel's, as in mode observe. */
static bool gave_up(const struct oe_episode *episode)
{
	const struct oe_decision *decision = &episode->decision;

	return episode->outcome == OE_OUTCOME_KILLED &&
	       episode->mode == OE_MODE_ENFORCE && decision->unprotected &&
	       victim_of(episode)->pid == decision->victim.pid;
}

/**
 * oe_count_outcome - count how an episode ended
 * @episode: complete
 *
 * Context: any.
 */
void oe_count_outcome(const struct oe_episode *episode)
{
	static const enum oe_stat stats[] = {
		[OE_OUTCOME_KILLED] = OE_STAT_victims,
		[OE_OUTCOME_NO_VICTIM] = OE_STAT_no_victim,
		[OE_OUTCOME_VICTIM_PENDING] = OE_STAT_victim_pending,
		[OE_OUTCOME_AVOIDED] = OE_STAT_avoided,
		[OE_OUTCOME_NOT_KILLED] = OE_STAT_not_killed,
		[OE_OUTCOME_SIGTERM] = OE_STAT_sigterm,
	};

	oe_stat_inc(stats[episode->outcome]);
	if (gave_up(episode))
		oe_stat_inc(OE_STAT_unprotected);
}

/**
 * oe_report_outcome - log and send how an episode ended; not sent while quiet
 * @episode: complete
 *
 * Context: OOM path, or the settling worker in its place; allocates nothing. May
 * have to wait for a slow console.
 */
void oe_report_outcome(const struct oe_episode *episode)
{
	log_line(episode);
	/* The end of the suspend tells of all that ended before. */
	if (episode->call.quiet && oe_quiet_now())
		return;
	if (episode->call.quiet)
		oe_notify_catch_up();
	mutex_lock(&scratch.lock);
	outcome_uevent(episode);
	mutex_unlock(&scratch.lock);
}
