/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * liboom_embedded: for programs that want to hear of an out-of-memory
 * emergency before anybody is killed, save their data, and say so.
 *
 * The shortest useful program:
 *
 *	struct oom_embedded *oom;
 *
 *	if (oom_embedded_open(&oom, OOM_EMBEDDED_ACKNOWLEDGE) == 0) {
 *		oom_embedded_on_save(oom, save_my_data, &my_data);
 *		oom_embedded_set_rank(oom, 900);
 *		oom_embedded_lock_memory(64 * 1024);
 *	}
 *	...
 *	poll() oom_embedded_fd(oom) for POLLIN, then oom_embedded_dispatch(oom);
 *
 * Functions return 0, a count or a descriptor, or a negative errno. A handle
 * is used by one thread at a time. Nothing is allocated after
 * oom_embedded_open(). See liboom_embedded(3).
 */
#ifndef OOM_EMBEDDED_H
#define OOM_EMBEDDED_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum oom_embedded_type - the kinds of events
 * @OOM_EMBEDDED_NOTHING: nothing
 * @OOM_EMBEDDED_OOM: out of memory, a victim will be chosen. Once for each
 *	emergency; has seq and missed only, because it is the fast one.
 * @OOM_EMBEDDED_DETAILS: the process that asked for memory in the emergency seq
 * @OOM_EMBEDDED_VICTIM: it ended: somebody was killed, or nobody had to be
 *	(outcome)
 * @OOM_EMBEDDED_NO_VICTIM: it ended: nobody could be chosen
 * @OOM_EMBEDDED_LEVEL: the level of available memory has changed
 * @OOM_EMBEDDED_LIMIT: something happened to a user's limit (outcome)
 * @OOM_EMBEDDED_LOST: some of the events other than OOM and LEVEL were lost
 */
enum oom_embedded_type {
	OOM_EMBEDDED_NOTHING,
	OOM_EMBEDDED_OOM,
	OOM_EMBEDDED_DETAILS,
	OOM_EMBEDDED_VICTIM,
	OOM_EMBEDDED_NO_VICTIM,
	OOM_EMBEDDED_LEVEL,
	OOM_EMBEDDED_LIMIT,
	OOM_EMBEDDED_LOST,
};

/**
 * enum oom_embedded_level - how much memory there is
 * @OOM_EMBEDDED_LEVEL_UNKNOWN: the module has no levels
 * @OOM_EMBEDDED_LEVEL_NORMAL: enough
 * @OOM_EMBEDDED_LEVEL_WARNING: below levels/warning_kb
 * @OOM_EMBEDDED_LEVEL_CRITICAL: below levels/critical_kb
 * @OOM_EMBEDDED_LEVEL_IMMINENT_OOM: below levels/imminent_oom_kb, or the
 *	forecast says so
 * @OOM_EMBEDDED_LEVEL_OOM: below levels/oom_kb
 */
enum oom_embedded_level {
	OOM_EMBEDDED_LEVEL_UNKNOWN = -1,
	OOM_EMBEDDED_LEVEL_NORMAL,
	OOM_EMBEDDED_LEVEL_WARNING,
	OOM_EMBEDDED_LEVEL_CRITICAL,
	OOM_EMBEDDED_LEVEL_IMMINENT_OOM,
	OOM_EMBEDDED_LEVEL_OOM,
};

/**
 * struct oom_embedded_event - an event
 * @size: bytes that the library has filled; see OOM_EMBEDDED_EVENT_HAS()
 * @type: the kind of event; decides which of the other fields mean something
 * @seq: number of the emergency, counted since the module was loaded
 * @missed: emergencies before this one that nobody handled
 * @kind: "global", "cpuset", "mempolicy", "memcg", "sysrq", "thrash",
 *	"request" or "early"
 * @outcome: "killed", "avoided", "no_victim", ...; of a limit "exceeded",
 *	"warning", "terminated", "killed", "blocked", "recovered"
 * @trigger_pid: pid of the process that asked for memory, 0 if unknown
 * @trigger_comm: its name; a character that is not plain is \xHH
 * @victim_pid: pid of the process that was killed, 0 if nobody
 * @victim_comm: its name, escaped in the same way
 * @victim_rank: its ranking, -1 if unknown
 * @victim_rss_kb: its resident memory
 * @uid: of the victim, or of the limit
 * @level: &enum oom_embedded_level
 * @level_was: the one before
 * @available_kb: the memory from which the level was derived, -1 if unknown
 * @memcg: path of the memory cgroup that is out of memory, empty if it is the machine; of a long
 *	path the beginning
 * @left_ms: of a limit: for how long the user may still be above it before processes are ended
 *
 * Fields that do not belong to the type are zero or empty. The library allocates
 * events, so that a later version can append fields.
 */
struct oom_embedded_event {
	size_t size;
	enum oom_embedded_type type;
	uint64_t seq;
	uint64_t missed;
	char kind[16];
	char outcome[24];
	int trigger_pid;
	char trigger_comm[64];
	int victim_pid;
	char victim_comm[64];
	int victim_rank;
	int64_t victim_rss_kb;
	uint32_t uid;
	int level;
	int level_was;
	int64_t available_kb;
	char memcg[128];
	int64_t left_ms;
};

/**
 * OOM_EMBEDDED_EVENT_HAS() - does the library know this field?
 * @event: pointer to an event
 * @field: one that a later version of the library has appended
 *
 * All fields of a program's own version of this header are there if the library is of that
 * version or a later one.
 */
#define OOM_EMBEDDED_EVENT_HAS(event, field)          \
	((event)->size >=                             \
	 offsetof(struct oom_embedded_event, field) + \
		 sizeof(((struct oom_embedded_event *)0)->field))

/**
 * enum oom_embedded_flags - for oom_embedded_open()
 * @OOM_EMBEDDED_ACKNOWLEDGE: oom_embedded_dispatch() acknowledges when the
 *	callbacks are through. For the one program that handles emergencies;
 *	not where oom-embeddedd does, which acknowledges itself.
 */
enum oom_embedded_flags {
	OOM_EMBEDDED_ACKNOWLEDGE = 1,
};

#define OOM_EMBEDDED_NO_RANK (-1)

struct oom_embedded;

/**
 * typedef oom_embedded_callback - something to be done now
 * @event: why
 * @arg: as given
 *
 * Must not allocate memory, nor do what may (open files, print into pipes):
 * others wait for it, and memory is what there is none of.
 */
typedef void (*oom_embedded_callback)(const struct oom_embedded_event *event,
				      void *arg);

/**
 * oom_embedded_open - begin to listen
 * @oom: the handle, for oom_embedded_close()
 * @flags: &enum oom_embedded_flags, or 0
 *
 * Needs no privilege; acknowledging and ranking do.
 *
 * Return: 0, -ENOENT if the module is not loaded, or another negative errno.
 */
int oom_embedded_open(struct oom_embedded **oom, unsigned int flags);

/**
 * oom_embedded_close - stop listening
 * @oom: the handle, or NULL
 */
void oom_embedded_close(struct oom_embedded *oom);

/**
 * oom_embedded_fd - a descriptor for poll(2), select(2), epoll(7)
 * @oom: the handle, whose the descriptor stays
 *
 * Return: a descriptor, ready for reading (POLLIN) when there is an event.
 */
int oom_embedded_fd(const struct oom_embedded *oom);

/**
 * oom_embedded_next_event - the next event, if there is one; does not wait
 * @oom: the handle
 * @event: set to the event, or to NULL if there is none; belongs to the handle, and is
 *	overwritten by the next call of this function or of oom_embedded_dispatch()
 *
 * An OOM event tells the module that it has been heard: the OOM goes on. For
 * more time set grace_ms, or use callbacks, which come before that.
 *
 * Return: 1 if there was one, 0 if not, -ENODEV if the module has gone (close
 * and open again), or another negative errno.
 */
int oom_embedded_next_event(struct oom_embedded *oom,
			    const struct oom_embedded_event **event);

/**
 * oom_embedded_on_save - set the function that saves data in an emergency
 * @oom: the handle
 * @save: called by oom_embedded_dispatch() for an OOM event, before the module
 *	is told that the program has heard of it: no victim is chosen before
 *	@save returns, for up to 200 ms, or grace_ms if that is longer; NULL =
 *	nothing
 * @arg: for @save
 *
 * @event has the number that the emergency must have; the emergencies that were
 * missed are not known yet.
 */
void oom_embedded_on_save(struct oom_embedded *oom, oom_embedded_callback save,
			  void *arg);

/**
 * oom_embedded_on_free_caches - set the function that gives memory back when it
 *	gets scarce
 * @oom: the handle
 * @free_caches: called after @save of oom_embedded_on_save(), and whenever the
 *	level has risen to critical or above; NULL = nothing. Memory counts as
 *	free when the kernel has it: munmap(2), or malloc_trim(3) after free(3)
 * @arg: for @free_caches
 */
void oom_embedded_on_free_caches(struct oom_embedded *oom,
				 oom_embedded_callback free_caches, void *arg);

/**
 * oom_embedded_on_event - hear of every event as well
 * @oom: the handle
 * @on_event: called by oom_embedded_dispatch() for each event, after the
 *	other callbacks
 * @arg: for @on_event
 */
void oom_embedded_on_event(struct oom_embedded *oom,
			   oom_embedded_callback on_event, void *arg);

/**
 * oom_embedded_dispatch - handle what there is; does not wait
 * @oom: the handle
 *
 * Calls the callbacks, and acknowledges if asked to by @flags.
 *
 * Return: number of events, or a negative errno as oom_embedded_next_event().
 */
int oom_embedded_dispatch(struct oom_embedded *oom);

/**
 * oom_embedded_wanted - how many emergencies there have been
 * @oom: the handle
 *
 * Return: the count as last read by this handle.
 */
uint64_t oom_embedded_wanted(const struct oom_embedded *oom);

/**
 * oom_embedded_missed - emergencies that nobody has acknowledged
 * @oom: the handle
 *
 * To be asked for after oom_embedded_open(), by a manager that was not there.
 *
 * Return: the count, or a negative errno.
 */
int64_t oom_embedded_missed(struct oom_embedded *oom);

/**
 * oom_embedded_acknowledge - say that emergencies have been handled
 * @oom: the handle
 * @seq: up to this one; ends a grace period that is running
 *
 * Return: 0, -ERANGE if it was acknowledged before, -EACCES without the right
 * to, or another negative errno.
 */
int oom_embedded_acknowledge(struct oom_embedded *oom, uint64_t seq);

/**
 * oom_embedded_set_rank - set the ranking of this process
 * @oom: the handle
 * @rank: 0 (never chosen) to 1000 (first to go), or OOM_EMBEDDED_NO_RANK
 *
 * Children that are forked afterwards inherit it.
 *
 * Return: 0, -ERANGE, -EPERM without CAP_SYS_RESOURCE, or another negative
 * errno.
 */
int oom_embedded_set_rank(struct oom_embedded *oom, int rank);

/**
 * oom_embedded_set_rank_of - set the ranking of another process
 * @oom: the handle
 * @pidfd: of the process (pidfd_open(2), CLONE_PIDFD)
 * @rank: as for oom_embedded_set_rank()
 *
 * A pid may be that of another process by the time that it is used. This function
 * makes sure that the process was there until its ranking was set.
 *
 * Return: 0, -ESRCH if the process has ended, -EINVAL if @pidfd is none, -ERANGE,
 * -EPERM or another negative errno.
 */
int oom_embedded_set_rank_of(struct oom_embedded *oom, int pidfd, int rank);

/**
 * struct oom_embedded_self - the view that the module has of this process
 * @rank: its ranking
 * @source: the origin of @rank: "explicit", "inherited", "default",
 *	"group:NAME", "offered", ...
 * @verdict: "eligible", "protected" or "unkillable", by its own ranking
 *
 * Has no other fields, in later versions neither.
 */
struct oom_embedded_self {
	int rank;
	char source[48];
	char verdict[16];
};

/**
 * oom_embedded_read_self - the ranking of this process that counts
 * @oom: the handle
 * @self: filled in on success
 *
 * Needs no privilege.
 *
 * Return: 0, -ENOENT if the module has no such file, or another negative errno.
 */
int oom_embedded_read_self(struct oom_embedded *oom,
			   struct oom_embedded_self *self);

/**
 * oom_embedded_offer - make this process more expendable than it is
 * @oom: the handle
 * @rank: its ranking is at least this from now on, 0 to 1000
 *
 * Needs no privilege. Children that are forked afterwards inherit it.
 *
 * Return: 0, -EPERM if the ranking that counts is higher, or the administrator
 * has forbidden it (allow_offers), -ERANGE, or another negative errno.
 */
int oom_embedded_offer(struct oom_embedded *oom, int rank);

/**
 * oom_embedded_level - how much memory there is
 * @oom: the handle
 *
 * Return: &enum oom_embedded_level.
 */
int oom_embedded_level(struct oom_embedded *oom);

/**
 * oom_embedded_lock_memory - make this process work without page faults
 * @stack: how much of the stack will be used, in bytes
 *
 * Locks what the process has and will have (mlockall(2)), and touches the
 * stack and the clock. To be called at the end of the preparations.
 *
 * Return: 0, or a negative errno.
 */
int oom_embedded_lock_memory(size_t stack);

#ifdef __cplusplus
}
#endif

#endif /* OOM_EMBEDDED_H */
