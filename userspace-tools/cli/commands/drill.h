/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_DRILL_H
#define OE_CLI_DRILL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cli/commands/commands.h"
#include "common/records.h"

/*
 * The parts of "drill": the memory cgroup, the children in it, the watch over its OOM, and the
 * verdicts.
 */

enum {
	DRILL_VICTIMS = 3,
	DRILL_PROTECTED = DRILL_VICTIMS, /* index of the child that must live */
	DRILL_CHILDREN,
	DRILL_TOLD_MAX = 64,
	DRILL_TEXT_SIZE = 200,
	DRILL_NAME_SIZE = 64,
	DRILL_PATH_SIZE = 256,
};

/**
 * struct drill_cgroup - the memory cgroup of a drill
 * @is_v1: of version 1
 * @parent: directory of the cgroup that it is in
 * @dir: its own directory; "" before it is made
 * @name: its path in the hierarchy
 * @nr_links: of @parent, before it was made
 * @kills_fd: the file with the kernel's count of its OOM kills; -1: not open
 * @janitor: process that removes it; 0: none
 * @janitor_fd: closing it starts the janitor
 */
struct drill_cgroup {
	bool is_v1;
	char parent[DRILL_PATH_SIZE];
	char dir[DRILL_PATH_SIZE + DRILL_NAME_SIZE];
	char name[DRILL_NAME_SIZE];
	nlink_t nr_links;
	int kills_fd;
	pid_t janitor;
	int janitor_fd;
};

/**
 * struct drill_child - a process of the drill
 * @pid: its number; 0: not started, or reaped
 * @pidfd: readable when it is dead; -1: none
 * @fd: to talk to it; -1: none
 * @rank: its ranking
 * @kb: the memory that it holds
 */
struct drill_child {
	pid_t pid;
	int pidfd;
	int fd;
	long long rank;
	long long kb;
};

/**
 * struct drill_family - all processes of the drill
 * @child: the victims, most expendable ranking first; the protected one is the last
 * @order: the victims' indices in the order in which they must die
 * @growth_kb: memory that the protected one takes in addition, to cause the OOMs
 * @stop: shared with the protected one: it must not take more
 */
struct drill_family {
	struct drill_child child[DRILL_CHILDREN];
	int order[DRILL_VICTIMS];
	long long growth_kb;
	volatile int *stop;
};

/**
 * struct drill_told - one time that userspace was told
 * @seq: value of reconfigure_wanted
 * @at: when, seconds of CLOCK_MONOTONIC
 * @nr_kills: the kernel's count of kills at that moment
 * @grace_ms: in a uevent, what was granted
 */
struct drill_told {
	long long seq;
	double at;
	long long nr_kills;
	long long grace_ms;
};

/**
 * struct drill_death - the end of a victim
 * @child: index of it
 * @at: when it was seen, seconds of CLOCK_MONOTONIC
 */
struct drill_death {
	int child;
	double at;
};

/**
 * struct drill_sight - all that was seen of an OOM
 * @wake: wake-ups of poll(2)
 * @nr_wakes: of them
 * @uevent: uevents about the cgroup of the drill
 * @nr_uevents: of them
 * @is_heard: a uevent about an emergency came after the last wake-up
 * @death: in order
 * @nr_deaths: of them
 * @is_protected_dead: the one that must live does not
 * @is_grown: the one that must live has taken all that it was to take
 * @nr_kills: the kernel's count at the end
 */
struct drill_sight {
	struct drill_told wake[DRILL_TOLD_MAX];
	size_t nr_wakes;
	struct drill_told uevent[DRILL_TOLD_MAX];
	size_t nr_uevents;
	bool is_heard;
	struct drill_death death[DRILL_CHILDREN];
	size_t nr_deaths;
	bool is_protected_dead;
	bool is_grown;
	long long nr_kills;
};

/**
 * struct drill_ears - the sources of the drill's news of emergencies
 * @wanted_fd: reconfigure_wanted
 * @uevent_fd: uevents
 */
struct drill_ears {
	int wanted_fd;
	int uevent_fd;
};

/**
 * struct drill_policy - the settings of the module
 * @threshold: rank_threshold
 * @grace_ms: grace_ms
 * @by_rank: selection_order is rank
 */
struct drill_policy {
	long long threshold;
	long long grace_ms;
	bool by_rank;
};

bool drill_is_interrupted(void);
double drill_now(void);

int drill_cgroup_find(struct drill_cgroup *cgroup);
int drill_cgroup_make(struct drill_cgroup *cgroup);
int drill_cgroup_add(const struct drill_cgroup *cgroup, pid_t pid);
int drill_cgroup_holds_only(const struct drill_cgroup *cgroup,
			    const struct drill_family *family);
int drill_cgroup_limit(const struct drill_cgroup *cgroup, long long slack_kb);
long long drill_cgroup_kills(const struct drill_cgroup *cgroup);
int drill_cgroup_remove(struct drill_cgroup *cgroup);

long long drill_family_plan(struct drill_family *family,
			    const struct drill_policy *policy,
			    long long available_kb);
int drill_family_start(struct drill_family *family,
		       const struct drill_cgroup *cgroup);
int drill_family_grow(const struct drill_family *family);
void drill_family_end(struct drill_family *family);

int drill_listen(struct drill_ears *ears);
void drill_deafen(struct drill_ears *ears);
void drill_watch(struct drill_sight *sight, const struct drill_ears *ears,
		 const struct drill_family *family,
		 const struct drill_cgroup *cgroup, double patience);

int drill_judge(const struct drill_sight *sight,
		const struct drill_family *family,
		const struct drill_policy *policy,
		const struct drill_cgroup *cgroup, bool with_handler,
		bool silent);

#endif
