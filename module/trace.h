/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's tracepoints: for perf, bpftrace and trace-cmd. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM oom_embedded

#if !defined(OE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define OE_TRACE_H

#include <linux/tracepoint.h>

#include "episode.h"
#include "rules/watermark.h"

/*
 * The values of an enum with their names, in the words of the log and of sysfs.
 * EM() and EMe(), the last, are redefined between the two uses, as in the kernel's
 * trace/events/mmflags.h: first the numbers are made known to userspace tools,
 * then each becomes a pair for __print_symbolic().
 */
#define OE_TRACE_KINDS				\
	EM(OE_KIND_GLOBAL, "global")		\
	EM(OE_KIND_CPUSET, "cpuset")		\
	EM(OE_KIND_MEMPOLICY, "mempolicy")	\
	EM(OE_KIND_MEMCG, "memcg")		\
	EM(OE_KIND_SYSRQ, "sysrq")		\
	EM(OE_KIND_THRASH, "thrash")		\
	EM(OE_KIND_REQUEST, "request")		\
	EMe(OE_KIND_EARLY, "early")

#define OE_TRACE_OUTCOMES				\
	EM(OE_OUTCOME_KILLED, "killed")			\
	EM(OE_OUTCOME_NO_VICTIM, "no_victim")		\
	EM(OE_OUTCOME_VICTIM_PENDING, "victim_pending")	\
	EM(OE_OUTCOME_AVOIDED, "avoided")		\
	EM(OE_OUTCOME_NOT_KILLED, "not_killed")		\
	EMe(OE_OUTCOME_SIGTERM, "sigterm")

#ifdef CONFIG_OE_LEVELS
#define OE_TRACE_LEVELS				\
	EM(OE_LEVEL_NORMAL, "normal")		\
	EM(OE_LEVEL_WARNING, "warning")		\
	EM(OE_LEVEL_CRITICAL, "critical")	\
	EM(OE_LEVEL_IMMINENT_OOM, "imminent_oom") \
	EMe(OE_LEVEL_OOM, "oom")
#endif /* CONFIG_OE_LEVELS */

#undef EM
#undef EMe
#define EM(value, name) TRACE_DEFINE_ENUM(value);
#define EMe(value, name) TRACE_DEFINE_ENUM(value);

OE_TRACE_KINDS
OE_TRACE_OUTCOMES
#ifdef CONFIG_OE_LEVELS
OE_TRACE_LEVELS
#endif

#undef EM
#undef EMe
#define EM(value, name) { value, name },
#define EMe(value, name) { value, name }

TRACE_EVENT(oom_embedded_enter,
	TP_PROTO(const struct oe_episode *episode),
	TP_ARGS(episode),
	TP_STRUCT__entry(
		__field(u64, seq)
		__field(int, kind)
		__field(int, order)
		__field(int, trigger_pid)
	),
	TP_fast_assign(
		__entry->seq = episode->seq;
		__entry->kind = episode->call.kind;
		__entry->order = episode->call.order;
		__entry->trigger_pid = episode->trigger_pid;
	),
	TP_printk("seq=%llu kind=%s order=%d trigger=%d", __entry->seq,
		  __print_symbolic(__entry->kind, OE_TRACE_KINDS),
		  __entry->order, __entry->trigger_pid)
);

TRACE_EVENT(oom_embedded_decide,
	TP_PROTO(const struct oe_episode *episode),
	TP_ARGS(episode),
	TP_STRUCT__entry(
		__field(u64, seq)
		__field(int, pid)
		__field(unsigned int, rank)
		__field(long long, badness)
		__field(int, runner_up)
		__field(unsigned int, nr_eligible)
		__field(unsigned int, nr_protected)
	),
	TP_fast_assign(
		__entry->seq = episode->seq;
		__entry->pid = episode->decision.victim.pid;
		__entry->rank = episode->decision.victim.rank;
		__entry->badness = episode->decision.victim.badness;
		__entry->runner_up = episode->decision.runner_up.pid;
		__entry->nr_eligible = episode->decision.nr_eligible;
		__entry->nr_protected = episode->decision.nr_protected;
	),
	TP_printk("seq=%llu pid=%d rank=%u badness=%lld runner_up=%d eligible=%u protected=%u",
		  __entry->seq, __entry->pid, __entry->rank, __entry->badness,
		  __entry->runner_up, __entry->nr_eligible,
		  __entry->nr_protected)
);

TRACE_EVENT(oom_embedded_done,
	TP_PROTO(const struct oe_episode *episode),
	TP_ARGS(episode),
	TP_STRUCT__entry(
		__field(u64, seq)
		__field(int, pid)
		__field(int, outcome)
		__field(u64, announced_ns)
		__field(u64, decided_ns)
		__field(u64, total_ns)
	),
	TP_fast_assign(
		__entry->seq = episode->seq;
		__entry->pid = episode->killed.pid;
		__entry->outcome = episode->outcome;
		__entry->announced_ns = episode->announced_ns - episode->entered_ns;
		__entry->decided_ns = episode->decided_ns - episode->entered_ns;
		__entry->total_ns = episode->ended_ns - episode->entered_ns;
	),
	TP_printk("seq=%llu pid=%d outcome=%s announced_ns=%llu decided_ns=%llu total_ns=%llu",
		  __entry->seq, __entry->pid,
		  __print_symbolic(__entry->outcome, OE_TRACE_OUTCOMES),
		  __entry->announced_ns, __entry->decided_ns,
		  __entry->total_ns)
);

#ifdef CONFIG_OE_LEVELS
TRACE_EVENT(oom_embedded_level,
	TP_PROTO(int level, int was, u64 available_kb),
	TP_ARGS(level, was, available_kb),
	TP_STRUCT__entry(
		__field(int, level)
		__field(int, was)
		__field(u64, available_kb)
	),
	TP_fast_assign(
		__entry->level = level;
		__entry->was = was;
		__entry->available_kb = available_kb;
	),
	TP_printk("level=%s was=%s available_kb=%llu",
		  __print_symbolic(__entry->level, OE_TRACE_LEVELS),
		  __print_symbolic(__entry->was, OE_TRACE_LEVELS),
		  __entry->available_kb)
);

TRACE_EVENT(oom_embedded_cgroup_level,
	TP_PROTO(const char *name, int level, int was, u64 available_kb),
	TP_ARGS(name, level, was, available_kb),
	TP_STRUCT__entry(
		__array(char, name, OE_GROUP_NAME)
		__field(int, level)
		__field(int, was)
		__field(u64, available_kb)
	),
	TP_fast_assign(
		strscpy(__entry->name, name, OE_GROUP_NAME);
		__entry->level = level;
		__entry->was = was;
		__entry->available_kb = available_kb;
	),
	TP_printk("watch=%s level=%s was=%s available_kb=%llu", __entry->name,
		  __print_symbolic(__entry->level, OE_TRACE_LEVELS),
		  __print_symbolic(__entry->was, OE_TRACE_LEVELS),
		  __entry->available_kb)
);
#endif /* CONFIG_OE_LEVELS */

#endif /* OE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
