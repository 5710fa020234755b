/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tunables, the counters and the rules about locks, for every room of the
 * module.
 *
 * Locks, outermost first; (*) belongs to the kernel:
 *
 *  lock                protects                     taken from
 *  ------------------  ---------------------------  ---------------------------
 *  oom_lock (*)        the episode, the guard,      OOM path only: the kernel
 *                      the marked victim            holds it for the module
 *  asked.lock          a victim that is asked for   `relieve`, early thread;
 *                                                   waits for oom_lock
 *  early.lock          making of the early thread   sysfs writes
 *  stall.control       whether a stall is measured  sysfs writes
 *  mirror.lock         what is mirrored             its worker, sysfs writes
 *  dir->lock           objects of one directory;    sysfs writes of its own
 *                      of limits/ their making too  files, never of an object's
 *  limits.lock         the scan of limits, their    its thread, sysfs writes
 *                      removal
 *  watches.paths       paths of cgroups that have   sysfs writes, its work;
 *                      levels, and which they are   waits for cgroup_mutex
 *  list->lock          snapshots of one list file   sysfs reads
 *  config.lock         changes of the watermarks    sysfs writes
 *  groups.lock         groups and their rules       sysfs writes
 *  gate                settings that are written    OOM path (many at a time);
 *                      together                     staged/commit, which tries
 *  view.lock           readers of `report`          sysfs reads
 *  stage.lock          values that wait for a       sysfs writes of staged/
 *                      commit
 *  request.lock        the offer of a process       writes of /proc/.../self
 *  oe_rank_table_lock  changes of the ranking       sysfs writes, inherit
 *                      table                        worker, offer worker
 *  settle.lock         the steered victim, where    OOM notifier, its worker
 *                      there are no kprobes
 *  visits_lock         tasks in a memory cgroup's   OOM path
 *                      OOM
 *  reserve.lock        the pages held back          OOM path, its worker
 *  watcher.lock        level, forecast, watermarks  OOM path, watcher, sysfs
 *  watches.lock        levels of cgroups            OOM path, its thread, sysfs
 *  stall.lock          pollers of stall_percent     early thread, sysfs
 *  swap.lock           what a page in swap costs    watcher, early thread
 *  record.lock         the record of decisions      OOM path, settling worker,
 *                                                   sysfs reads
 *  place->lock         who takes a memory report    OOM path, watcher, sysfs
 *  ring->lock          the record of available      OOM path, watcher, sysfs
 *                      memory                       reads
 *  notify.lock         the queue of uevents         OOM path, settling worker,
 *                                                   uevent thread, watcher
 *  inherit.lost_lock   lost inheritances (raw)      fork tracepoint, worker
 *  pool->lock          spare ranking entries (raw)  fork tracepoint, workers
 *  zone->lock (*)      the zone's watermarks        OOM path
 *  mmap_lock (*)       the mappings of the victim   OOM path, which tries
 *
 * Between OOM entry and the victim nothing is allocated and only locks are
 * taken whose holders do not allocate; look-ups there are RCU. Probe and
 * tracepoint handlers run with preemption off, and on PREEMPT_RT a spinlock_t
 * sleeps: they take raw locks only.
 */
#ifndef OE_CORE_H
#define OE_CORE_H

#ifdef pr_fmt
#undef pr_fmt
#endif
#define pr_fmt(fmt) "oom_embedded: " fmt

#include <linux/atomic.h>
#include <linux/types.h>

#include <uapi/oom_embedded.h>

#include "rules/policy.h"

/**
 * enum oe_mode - how much the module does in an OOM
 * @OE_MODE_OFF: nothing
 * @OE_MODE_OBSERVE: announce and record; the kernel chooses
 * @OE_MODE_ENFORCE: announce, record, choose
 * @OE_NR_MODES: how many there are
 */
enum oe_mode {
	OE_MODE_OFF,
	OE_MODE_OBSERVE,
	OE_MODE_ENFORCE,
	OE_NR_MODES,
};

/**
 * enum oe_no_victim_action - the action in a global OOM without an eligible
 *	process
 * @OE_NO_VICTIM_PANIC: panic, as the kernel does when nothing is killable
 * @OE_NO_VICTIM_REBOOT: restart immediately; the log reaches pstore
 * @OE_NO_VICTIM_UNPROTECT: give up the highest ranked protected process
 * @OE_NR_NO_VICTIM_ACTIONS: how many there are
 */
enum oe_no_victim_action {
	OE_NO_VICTIM_PANIC,
	OE_NO_VICTIM_REBOOT,
	OE_NO_VICTIM_UNPROTECT,
	OE_NR_NO_VICTIM_ACTIONS,
};

/**
 * enum oe_memcg_no_victim_action - the action in an OOM of a memory cgroup
 *	without an eligible process
 * @OE_MEMCG_UNPROTECT: give up the highest ranked protected process in it
 * @OE_MEMCG_FAIL: the allocation fails; a page fault is tried again after a pause
 * @OE_NR_MEMCG_ACTIONS: how many there are
 */
enum oe_memcg_no_victim_action {
	OE_MEMCG_UNPROTECT,
	OE_MEMCG_FAIL,
	OE_NR_MEMCG_ACTIONS,
};

/**
 * struct oe_config - the tunables
 * @mode: &enum oe_mode
 * @rank_threshold: see &struct oe_policy
 * @default_rank: ranking of a process that has none, 0..OE_RANK_MAX
 * @selection_order: &enum oe_order
 * @no_victim_action: &enum oe_no_victim_action
 * @memcg_no_victim_action: &enum oe_memcg_no_victim_action
 * @grace_ms: longest wait for userspace, 0..OE_GRACE_MAX_MS
 * @grace_hold: 1: stop the eligible meanwhile
 * @reserve_kb: memory held back, KiB
 * @console_first: 1: the console shows the kernel's report before the kill
 * @min_gain_kb: a process that holds less goes last, if there is a hog; KiB
 * @allow_offers: 1: processes may make themselves more expendable
 * @early_kb: below so much available memory a victim is chosen; KiB, 0 = never
 * @early_term_ms: so long before SIGKILL such a victim gets SIGTERM; 0 = none
 * @mirror_oom_score_adj: 1: rankings are mirrored to oom_score_adj
 * @stall_percent: above such a share of time in a stall a victim is chosen; 0 =
 *	never
 * @stall_ms: for so long
 *
 * Each is one word: sysfs writes it with WRITE_ONCE() (oe_tunable_store()), all
 * readers use READ_ONCE(). An emergency reads those that have to agree between
 * oe_gate_enter() and oe_gate_leave(): staged/commit changes many at once.
 */
struct oe_config {
	unsigned int mode;
	unsigned int rank_threshold;
	unsigned int default_rank;
	unsigned int selection_order;
	unsigned int no_victim_action;
	unsigned int memcg_no_victim_action;
	unsigned int grace_ms;
	unsigned int grace_hold;
	unsigned int reserve_kb;
	unsigned int console_first;
	unsigned int min_gain_kb;
	unsigned int allow_offers;
	unsigned int early_kb;
	unsigned int early_term_ms;
	unsigned int mirror_oom_score_adj;
	unsigned int stall_percent;
	unsigned int stall_ms;
};

enum {
	OE_GROUP_NAME = OOM_EMBEDDED_GROUP_NAME_MAX + 1,
	OE_GRACE_MAX_MS = OOM_EMBEDDED_GRACE_MS_MAX,
};

extern struct oe_config oe_config;

struct oe_policy oe_config_policy(void);

/* clang-format off */

#ifdef CONFIG_OE_LIMITS
#define OE_STATS_OF_LIMITS(X)						\
	X(limit_exceeded)	/* times that a user went above its limit */ \
	X(limit_terminated)	/* SIGTERMs sent because of a limit */	\
	X(limit_killed)		/* SIGKILLs sent because of a limit */	\
	X(limit_blocked)	/* times that a user could not be got under its limit */
#else
#define OE_STATS_OF_LIMITS(X)
#endif

/* The counters below stats/, one file each. */
#define OE_STATS(X)							\
	X(oom_global)		/* episodes; cpuset and mempolicy too */\
	X(oom_memcg)		/* episodes */				\
	X(oom_sysrq)		/* episodes */				\
	X(oom_request)		/* episodes, by `relieve`, early_kb, stall_percent */ \
	X(victims)		/* episodes that ended with a kill */	\
	X(avoided)		/* episodes in which memory came back in time */ \
	X(no_victim)		/* episodes without an eligible process */ \
	X(not_killed)		/* episodes the kernel ended without a kill */ \
	X(sigterm)		/* episodes in which SIGTERM was sent first */ \
	X(victim_pending)	/* OOM calls that needed no new victim */ \
	X(unprotected)		/* protected processes given up */	\
	X(grace_timeouts)	/* windows in which userspace gave no answer */ \
	X(hold_missed)		/* processes that grace_hold had no room for */ \
	X(guard_hits)		/* kills of a protected process prevented */ \
	X(domain_overflow)	/* OOMs of memory cgroups beyond the room for domains */ \
	X(inherit_failed)	/* forks whose child could not be given a ranking */ \
	X(uevent_failed)	/* uevents that could not be sent */	\
	X(uevent_timeouts)	/* OOMs that went on before their uevent was out */ \
	X(probe_missed)		/* OOM calls that the kprobe did not see */ \
	X(mirror_overwritten)	/* mirrored values that somebody else wrote over */ \
	OE_STATS_OF_LIMITS(X)

enum oe_stat {
#define OE_STAT_ENUM(name) OE_STAT_##name,
	OE_STATS(OE_STAT_ENUM)
#undef OE_STAT_ENUM
	OE_NR_STATS,
};
/* clang-format on */

extern atomic64_t oe_stats[OE_NR_STATS];

/**
 * oe_stat_inc - count an event
 * @stat: its counter
 *
 * Context: any. Read by stats/ in sysfs; nothing is ordered by it.
 */
static inline void oe_stat_inc(enum oe_stat stat)
{
	atomic64_inc(&oe_stats[stat]);
}

#endif /* OE_CORE_H */
