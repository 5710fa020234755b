// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watch over the OOM of a drill. The kernel counts its kills in the cgroup; that count, read
 * when userspace is told, shows what was first.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands/drill.h"
#include "cli/print/complain.h"
#include "common/sysfs.h"
#include "common/uevent.h"
#include "uapi/oom_embedded.h"

enum {
	CANNOT = EXIT_USAGE, /* the drill could not run */
	/* The module waits 200 ms for its reader; the uevent is a matter of microseconds. */
	UEVENT_MS = 100,
	LOOK_MS = 50,
	/* The wait for a death that should not come. */
	AFTERMATH_MS = 200,
	FD_WANTED = DRILL_CHILDREN,
	FD_UEVENT,
	FD_GROWN,
	NR_FDS,
};

/**
 * drill_now - the time
 *
 * Return: seconds of CLOCK_MONOTONIC.
 */
double drill_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/**
 * drill_listen - hear of emergencies from now on
 * @ears: filled in
 *
 * Return: EXIT_OK, or the status to exit with, and why was said.
 */
int drill_listen(struct drill_ears *ears)
{
	long long value;

	ears->uevent_fd = -1;
	ears->wanted_fd = oe_sysfs_open("reconfigure_wanted", O_RDONLY);
	if (ears->wanted_fd < 0 ||
	    oe_sysfs_read_fd_number(ears->wanted_fd, &value))
		return complain(CANNOT, "cannot read reconfigure_wanted");
	ears->uevent_fd = oe_uevent_open();
	if (ears->uevent_fd < 0)
		return complain(CANNOT, "cannot listen for uevents: %s",
				strerror(-ears->uevent_fd));
	return EXIT_OK;
}

/**
 * drill_deafen - the end of drill_listen()
 * @ears: open, or in part
 */
void drill_deafen(struct drill_ears *ears)
{
	if (ears->wanted_fd >= 0)
		close(ears->wanted_fd);
	if (ears->uevent_fd >= 0)
		close(ears->uevent_fd);
	ears->wanted_fd = -1;
	ears->uevent_fd = -1;
}

static void take_uevents(struct drill_sight *sight, int fd,
			 const struct drill_cgroup *cgroup)
{
	static struct oe_uevent uevent;

	while (oe_uevent_receive(fd, &uevent) > 0) {
		const char *event =
			oe_uevent_get(&uevent, OOM_EMBEDDED_KEY_EVENT);
		const char *path =
			oe_uevent_get(&uevent, OOM_EMBEDDED_KEY_MEMCG);
		struct drill_told *told = &sight->uevent[sight->nr_uevents];

		if (strcmp(event, OOM_EMBEDDED_EVENT_RECONFIGURE))
			continue;
		sight->is_heard = true;
		if (!path || strcmp(path, cgroup->name) ||
		    sight->nr_uevents == DRILL_TOLD_MAX)
			continue;
		told->at = drill_now();
		told->nr_kills = drill_cgroup_kills(cgroup);
		told->seq = oe_uevent_number(&uevent, OOM_EMBEDDED_KEY_SEQ, -1);
		told->grace_ms =
			oe_uevent_number(&uevent, OOM_EMBEDDED_KEY_GRACE_MS, 0);
		sight->nr_uevents++;
	}
}

/* Before the read, which lets the OOM go on, all that proves the order is looked at. */
static void take_wake(struct drill_sight *sight, const struct drill_ears *ears,
		      const struct drill_cgroup *cgroup)
{
	struct drill_told told = {
		.at = drill_now(),
		.nr_kills = drill_cgroup_kills(cgroup),
	};
	struct pollfd fd = { .fd = ears->uevent_fd, .events = POLLIN };

	if (!sight->is_heard)
		poll(&fd, 1, UEVENT_MS);
	take_uevents(sight, ears->uevent_fd, cgroup);
	sight->is_heard = false;
	if (!oe_sysfs_read_fd_number(ears->wanted_fd, &told.seq) &&
	    sight->nr_wakes < DRILL_TOLD_MAX)
		sight->wake[sight->nr_wakes++] = told;
}

static void take_death(struct drill_sight *sight,
		       const struct drill_family *family, int child)
{
	sight->death[sight->nr_deaths++] = (struct drill_death){
		.child = child,
		.at = drill_now(),
	};
	if (child == DRILL_PROTECTED)
		sight->is_protected_dead = true;
	if (sight->nr_deaths == DRILL_VICTIMS)
		*family->stop = 1;
}

static void look_once(struct drill_sight *sight, const struct drill_ears *ears,
		      const struct drill_family *family,
		      const struct drill_cgroup *cgroup, bool *dead)
{
	struct pollfd fds[NR_FDS];
	int i;

	for (i = 0; i < DRILL_CHILDREN; i++)
		fds[i] = (struct pollfd){
			.fd = dead[i] ? -1 : family->child[i].pidfd,
			.events = POLLIN,
		};
	fds[FD_WANTED] = (struct pollfd){ ears->wanted_fd, POLLPRI, 0 };
	fds[FD_UEVENT] = (struct pollfd){ ears->uevent_fd, POLLIN, 0 };
	fds[FD_GROWN] = (struct pollfd){
		.fd = sight->is_grown ? -1 : family->child[DRILL_PROTECTED].fd,
		.events = POLLIN,
	};
	if (poll(fds, NR_FDS, LOOK_MS) <= 0)
		return;
	/* Deaths that come before what is told next were told of before. */
	for (i = 0; i < DRILL_CHILDREN; i++)
		if (fds[i].revents) {
			dead[i] = true;
			take_death(sight, family, i);
		}
	if (fds[FD_GROWN].revents)
		sight->is_grown = true;
	if (fds[FD_UEVENT].revents)
		take_uevents(sight, ears->uevent_fd, cgroup);
	if (fds[FD_WANTED].revents & POLLPRI)
		take_wake(sight, ears, cgroup);
}

/**
 * drill_watch - follow the OOMs until all is over
 * @sight: the observations
 * @ears: listening
 * @family: started and growing
 * @cgroup: that it is in
 * @patience: seconds
 */
void drill_watch(struct drill_sight *sight, const struct drill_ears *ears,
		 const struct drill_family *family,
		 const struct drill_cgroup *cgroup, double patience)
{
	const struct sched_param first = { .sched_priority = 1 };
	struct sched_param usual = {};
	int policy = sched_getscheduler(0);
	double deadline = drill_now() + patience;
	double grown_at = 0;
	bool dead[DRILL_CHILDREN] = {};

	sched_getparam(0, &usual);
	/* Beside load, too, the drill is to see things when they happen. */
	sched_setscheduler(0, SCHED_FIFO, &first);
	while (!drill_is_interrupted() && drill_now() < deadline &&
	       !sight->is_protected_dead) {
		look_once(sight, ears, family, cgroup, dead);
		if (sight->is_grown && !grown_at)
			grown_at = drill_now();
		if (grown_at &&
		    (sight->nr_deaths >= DRILL_VICTIMS ||
		     drill_now() > grown_at + 1) &&
		    drill_now() > grown_at + AFTERMATH_MS / 1e3)
			break;
	}
	sched_setscheduler(0, policy < 0 ? SCHED_OTHER : policy, &usual);
	sight->nr_kills = drill_cgroup_kills(cgroup);
}
