// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rankings by name. What was written for a process is remembered with the ranking, so that a
 * process which takes another name by exec, or whose rule is no longer there, does not keep it.
 */
#include <fnmatch.h>

#include "daemon/daemon.h"

enum {
	MAX_RANKED = 512,
	NO_RANK = -1,
	TRIES = 3, /* for a number that is another process's meanwhile */
};

struct ranked {
	int pid;
	int rank;
	uint64_t born;
	bool seen;
};

static struct {
	struct ranked ranked[MAX_RANKED];
	int nr_ranked;
	bool said_full;
} rankings __attribute__((aligned(4096)));

/**
 * oe_rankings_begin_scan - before the first oe_rankings_apply() of a scan
 */
void oe_rankings_begin_scan(void)
{
	oe_memory_spare(&rankings, sizeof(rankings));
}

static struct ranked *find_ranked(int pid)
{
	for (int i = 0; i < rankings.nr_ranked; i++)
		if (rankings.ranked[i].pid == pid)
			return &rankings.ranked[i];
	return NULL;
}

static void remember_rank(struct ranked *known, int pid, int rank,
			  uint64_t born)
{
	if (known) {
		*known = (struct ranked){ pid, rank, born, rank != NO_RANK };
	} else if (rankings.nr_ranked < MAX_RANKED) {
		rankings.ranked[rankings.nr_ranked++] =
			(struct ranked){ pid, rank, born, rank != NO_RANK };
	} else if (!rankings.said_full) {
		oe_log(OE_LOG_WARNING,
		       "more than %d processes match [rankings]: the rest is ranked again at each scan",
		       MAX_RANKED);
		rankings.said_full = true;
	}
}

/* The ranking of the rules for a name. */
static int wanted_rank(const struct oe_conf *conf, const char *comm)
{
	for (int i = 0; i < conf->nr_rankings; i++)
		if (!fnmatch(conf->rankings[i].pattern, comm, 0))
			return conf->rankings[i].rank;
	return NO_RANK;
}

/**
 * oe_rankings_apply - give a process the ranking that its name asks for
 * @conf: in force
 * @proc: of oe_procread_open()
 * @pid: the process
 * @comm: its name
 *
 * A process that had a ranking by an earlier name loses it.
 */
void oe_rankings_apply(const struct oe_conf *conf, int proc, int pid,
		       const char *comm)
{
	char name[OE_COMM];
	bool written = false;

	for (int i = 0; i < TRIES; i++) {
		struct ranked *known = find_ranked(pid);
		int rank = wanted_rank(conf, comm);
		uint64_t born;

		if (!known && rank == NO_RANK && !written)
			return;
		born = oe_procread_birth(proc, pid);
		if (known && known->born == born && known->rank == rank) {
			known->seen = true;
			return;
		}
		if (rank == NO_RANK && !written &&
		    (!known || known->born != born))
			return;
		oe_settings_rank(pid, rank);
		written = true;
		remember_rank(known, pid, rank, born);
		/* The number may have become another process's since the name was read. */
		if (oe_procread_birth(proc, pid) == born ||
		    oe_procread_comm(proc, pid, name, sizeof(name)))
			return;
		comm = name;
	}
}

/**
 * oe_rankings_end_scan - forget processes that are gone or have no ranking any more
 */
void oe_rankings_end_scan(void)
{
	int kept = 0;

	for (int i = 0; i < rankings.nr_ranked; i++) {
		if (!rankings.ranked[i].seen)
			continue;
		rankings.ranked[i].seen = false;
		rankings.ranked[kept++] = rankings.ranked[i];
	}
	rankings.nr_ranked = kept;
}

/**
 * oe_rankings_are_none - is there no process that has a ranking from here?
 *
 * Return: true if there is none.
 */
bool oe_rankings_are_none(void)
{
	return !rankings.nr_ranked;
}

/**
 * oe_rankings_forget - forget what was written: the module has forgotten it, too
 */
void oe_rankings_forget(void)
{
	rankings.nr_ranked = 0;
	rankings.said_full = false;
}
