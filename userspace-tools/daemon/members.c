// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of services. Each is held by a pidfd, because a number may be another process's by
 * the time of the emergency. Each process is checked again after its pidfd was opened.
 */
#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	MAX_MEMBERS = 1024, /* of all services together */
	MAX_SPENT = 32,
	MAX_RELEASED = 64,
	SPARE_DESCRIPTORS = 16,
	NO_FILE = -1,
};

struct member {
	int pid;
	int fd;
	signed char service;
	signed char
		pidfile; /* index in members.spent; NO_FILE = found by its name */
};

static struct {
	struct member members[MAX_MEMBERS];
	int nr_members;
	int left_out[OE_CONF_MAX_SERVICES]; /* in this scan */
	int said_left_out[OE_CONF_MAX_SERVICES];
	const char *said_refused[OE_CONF_MAX_SERVICES];
	/*
	 * Pidfiles by which a process was found. When the process ends, the pid in the file no
	 * longer counts.
	 */
	struct {
		struct oe_pidfile file;
		bool is_spent;
	} files[MAX_SPENT];
	int nr_files;
} members;

static bool has_ended(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1;
}

static bool is_held(int service, int pid)
{
	for (int i = 0; i < members.nr_members; i++)
		if (members.members[i].pid == pid &&
		    members.members[i].service == service)
			return true;
	return false;
}

/* A pidfd for a process that may be added; negative = it is not to be. */
static int open_process(int service, int pid)
{
	int fd;

	if (pid == getpid() || is_held(service, pid))
		return -EEXIST;
	if (members.nr_members == MAX_MEMBERS) {
		members.left_out[service]++;
		return -ENOSPC;
	}
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return -errno;
	/* Without descriptors not even procfs could be read. */
	if (fd >= oe_child_max_descriptors() - SPARE_DESCRIPTORS) {
		close(fd);
		members.left_out[service]++;
		return -EMFILE;
	}
	return fd;
}

/* A living process behind the pidfd proves that the facts read before were about this process. */
static void keep_member(int service, int pid, int fd, int pidfile)
{
	if (has_ended(fd)) {
		close(fd);
		return;
	}
	members.members[members.nr_members++] =
		(struct member){ pid, fd, (signed char)service,
				 (signed char)pidfile };
}

/**
 * oe_members_match - add a process to the services that want its name
 * @conf: in force
 * @proc: of oe_procread_open()
 * @pid: the process
 * @comm: its name
 */
void oe_members_match(const struct oe_conf *conf, int proc, int pid,
		      const char *comm)
{
	char again[OE_COMM];

	for (int i = 0; i < conf->nr_services; i++) {
		const char *pattern = conf->services[i].comm;
		int fd;

		if (!pattern || fnmatch(pattern, comm, 0))
			continue;
		fd = open_process(i, pid);
		if (fd < 0)
			continue;
		if (oe_procread_comm(proc, pid, again, sizeof(again)) ||
		    fnmatch(pattern, again, 0))
			close(fd);
		else
			keep_member(i, pid, fd, NO_FILE);
	}
}

/* --- pidfiles ------------------------------------------------------------ */

/* The place of a pidfile; the oldest one is given up for a new one. */
static int place_of(const struct oe_pidfile *file)
{
	int place;

	for (int i = 0; i < MAX_SPENT; i++)
		if (oe_pidfile_is_same(&members.files[i].file, file))
			return i;
	place = members.nr_files++ % MAX_SPENT;
	for (int i = 0; i < members.nr_members; i++)
		if (members.members[i].pidfile == place)
			members.members[i].pidfile = NO_FILE;
	members.files[place].file = *file;
	members.files[place].is_spent = false;
	return place;
}

static void say_refused(const struct oe_conf *conf, int service,
			const char *why)
{
	if (why == members.said_refused[service])
		return;
	members.said_refused[service] = why;
	if (why)
		oe_log(OE_LOG_ERROR, "service %s: %s is not used: %s",
		       conf->services[service].name,
		       conf->services[service].pidfile, why);
}

static const char *add_by_pidfile(int service, const char *path, int proc)
{
	struct oe_pidfile file;
	struct oe_pidfile again;
	const char *why = oe_pidfile_read(path, &file);
	int place;
	int fd;

	if (why)
		return why == oe_path_missing ? NULL : why;
	place = place_of(&file);
	if (members.files[place].is_spent)
		return NULL;
	fd = open_process(service, file.pid);
	if (fd < 0)
		return NULL;
	if (oe_pidfile_needs_owner(&file) &&
	    !oe_procread_belongs(proc, file.pid, file.owner))
		why = "neither it nor its process belong to root, nor to one user";
	if (why || oe_pidfile_read(path, &again) ||
	    !oe_pidfile_is_same(&file, &again))
		close(fd);
	else
		keep_member(service, file.pid, fd, place);
	return why;
}

/**
 * oe_members_read_pidfiles - add the processes that pidfiles name
 * @conf: in force
 * @proc: of oe_procread_open()
 *
 * A file that is not to be trusted is refused, which is logged once.
 */
void oe_members_read_pidfiles(const struct oe_conf *conf, int proc)
{
	for (int i = 0; i < conf->nr_services; i++)
		if (conf->services[i].pidfile)
			say_refused(conf, i,
				    add_by_pidfile(i, conf->services[i].pidfile,
						   proc));
}

/* --- the scan ------------------------------------------------------------ */

static void drop_member(const struct member *member)
{
	if (member->pidfile != NO_FILE)
		members.files[member->pidfile].is_spent = true;
	close(member->fd);
}

/**
 * oe_members_begin_scan - drop processes that have ended
 */
void oe_members_begin_scan(void)
{
	int kept = 0;

	for (int i = 0; i < members.nr_members; i++) {
		if (has_ended(members.members[i].fd))
			drop_member(&members.members[i]);
		else
			members.members[kept++] = members.members[i];
	}
	members.nr_members = kept;
	memset(members.left_out, 0, sizeof(members.left_out));
}

/**
 * oe_members_end_scan - log which services have more processes than can be held
 * @conf: in force
 */
void oe_members_end_scan(const struct oe_conf *conf)
{
	for (int i = 0; i < conf->nr_services; i++) {
		int left_out = members.left_out[i];

		if (left_out == members.said_left_out[i])
			continue;
		members.said_left_out[i] = left_out;
		if (left_out)
			oe_log(OE_LOG_ERROR,
			       "service %s: %d processes cannot be held and get no signal",
			       conf->services[i].name, left_out);
	}
}

/**
 * oe_members_forget - let go of all processes: another configuration has other services
 */
void oe_members_forget(void)
{
	for (int i = 0; i < members.nr_members; i++)
		close(members.members[i].fd);
	members.nr_members = 0;
	memset(members.said_left_out, 0, sizeof(members.said_left_out));
	memset(members.said_refused, 0, sizeof(members.said_refused));
}

/* --- in the emergency ---------------------------------------------------- */

/**
 * oe_members_signal - send a signal to the processes of a service
 * @service: index
 * @signal: the signal
 *
 * Return: how many got it.
 */
int oe_members_signal(int service, int signal)
{
	int count = 0;

	for (int i = 0; i < members.nr_members; i++)
		if (members.members[i].service == service &&
		    !syscall(SYS_pidfd_send_signal, members.members[i].fd,
			     signal, NULL, 0))
			count++;
	return count;
}

/**
 * oe_members_release - have the memory of a service given back whose processes were killed
 * @service: index
 *
 * Returns immediately.
 */
void oe_members_release(int service)
{
	int pids[MAX_RELEASED];
	int nr = 0;

	for (int i = 0; i < members.nr_members && nr < MAX_RELEASED; i++)
		if (members.members[i].service == service &&
		    !has_ended(members.members[i].fd))
			pids[nr++] = members.members[i].pid;
	if (nr)
		oe_worker_release(pids, nr);
}

/**
 * oe_members_are_gone - have all processes of a service ended?
 * @service: index
 *
 * Return: true if they have, or if there was none.
 */
bool oe_members_are_gone(int service)
{
	for (int i = 0; i < members.nr_members; i++)
		if (members.members[i].service == service &&
		    !has_ended(members.members[i].fd))
			return false;
	return true;
}

/**
 * oe_members_count - how many processes of a service are held
 * @service: index
 *
 * Return: the number, as of the last scan.
 */
int oe_members_count(int service)
{
	int count = 0;

	for (int i = 0; i < members.nr_members; i++)
		count += members.members[i].service == service;
	return count;
}
