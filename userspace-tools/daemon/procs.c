// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which processes are whose. Looked for from time to time, at leisure: in the
 * emergency /proc cannot be read without memory. A process of a service is held
 * by a pidfd, so that its number cannot become somebody else's.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/proc.h"
#include "daemon/daemon.h"

enum {
	MAX_MEMBERS = 16, /* of a service */
	MAX_RANKED = 512,
	COMM = 32,
	ENTRIES = 4096,
	FIELD_STARTTIME = 22, /* of /proc/PID/stat; the name is the 2nd */
};

/* A process that got its ranking, so that it does not get it every time. */
struct ranked {
	int pid;
	unsigned long long born;
	bool seen;
};

struct member {
	int pid;
	int fd;
};

static struct {
	struct ranked ranked[MAX_RANKED];
	int nr_ranked;
	struct member members[OE_CONF_MAX_SERVICES][MAX_MEMBERS];
	int nr_members[OE_CONF_MAX_SERVICES];
	bool said_full;
	char entries[ENTRIES] __attribute__((aligned(8)));
} procs;

/* The kernel's directory entry; libc's readdir() would allocate. */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short length;
	unsigned char type;
	char name[];
};

static int read_proc(int proc, int pid, const char *name, char *text,
		     size_t size)
{
	char path[COMM + 16];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, size - 1);
	close(fd);
	if (got < 0)
		return -errno;
	text[got] = '\0';
	return (int)got;
}

static unsigned long long birth_of(int proc, int pid)
{
	char text[512];
	const char *at;

	if (read_proc(proc, pid, "stat", text, sizeof(text)) <= 0)
		return 0;
	/* A name may hold anything; it ends with the last ")". */
	at = strrchr(text, ')');
	for (int i = 2; at && i < FIELD_STARTTIME; i++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

/* --- rankings ------------------------------------------------------------ */

/* Is it known, the same process and not only the same number? */
static bool is_ranked(int pid, unsigned long long born)
{
	for (int i = 0; i < procs.nr_ranked; i++)
		if (procs.ranked[i].pid == pid) {
			procs.ranked[i].seen = true;
			if (procs.ranked[i].born == born)
				return true;
			procs.ranked[i].born = born;
			return false;
		}
	if (procs.nr_ranked < MAX_RANKED) {
		procs.ranked[procs.nr_ranked++] =
			(struct ranked){ pid, born, true };
	} else if (!procs.said_full) {
		oe_log(OE_LOG_WARNING,
		       "more than %d processes match [rankings]: the rest is ranked again at each scan",
		       MAX_RANKED);
		procs.said_full = true;
	}
	return false;
}

static void drop_unseen(void)
{
	int kept = 0;

	for (int i = 0; i < procs.nr_ranked; i++) {
		if (!procs.ranked[i].seen)
			continue;
		procs.ranked[i].seen = false;
		procs.ranked[kept++] = procs.ranked[i];
	}
	procs.nr_ranked = kept;
}

static void rank_process(const struct oe_conf *conf, int proc, int pid,
			 const char *comm)
{
	for (int i = 0; i < conf->nr_rankings; i++) {
		if (fnmatch(conf->rankings[i].pattern, comm, 0))
			continue;
		if (!is_ranked(pid, birth_of(proc, pid)))
			oe_settings_rank(pid, conf->rankings[i].rank);
		return;
	}
}

/* --- services ------------------------------------------------------------ */

static bool has_ended(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1;
}

static void drop_ended(int service)
{
	struct member *members = procs.members[service];
	int kept = 0;

	for (int i = 0; i < procs.nr_members[service]; i++) {
		if (has_ended(members[i].fd))
			close(members[i].fd);
		else
			members[kept++] = members[i];
	}
	procs.nr_members[service] = kept;
}

static void add_member(int service, int pid)
{
	struct member *members = procs.members[service];
	int *count = &procs.nr_members[service];
	int fd;

	for (int i = 0; i < *count; i++)
		if (members[i].pid == pid)
			return;
	if (*count == MAX_MEMBERS || pid == getpid())
		return;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return;
	members[(*count)++] = (struct member){ pid, fd };
}

static void match_services(const struct oe_conf *conf, int pid,
			   const char *comm)
{
	for (int i = 0; i < conf->nr_services; i++)
		if (conf->services[i].comm &&
		    !fnmatch(conf->services[i].comm, comm, 0))
			add_member(i, pid);
}

static void read_pidfiles(const struct oe_conf *conf)
{
	char text[COMM];
	ssize_t got;
	int fd;

	for (int i = 0; i < conf->nr_services; i++) {
		if (!conf->services[i].pidfile)
			continue;
		fd = open(conf->services[i].pidfile, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
		if (got <= 0)
			continue;
		text[got] = '\0';
		if (atoi(text) > 1)
			add_member(i, atoi(text));
	}
}

/* --- the scan ------------------------------------------------------------ */

static void look_at(const struct oe_conf *conf, int proc, const char *name)
{
	char comm[COMM];
	int pid;

	if (!isdigit((unsigned char)*name))
		return;
	pid = atoi(name);
	if (read_proc(proc, pid, "comm", comm, sizeof(comm)) <= 0)
		return;
	comm[strcspn(comm, "\n")] = '\0';
	rank_process(conf, proc, pid, comm);
	match_services(conf, pid, comm);
}

static void scan_directory(const struct oe_conf *conf, int proc)
{
	long got;

	while ((got = syscall(SYS_getdents64, proc, procs.entries,
			      sizeof(procs.entries))) > 0) {
		for (long at = 0; at < got;) {
			const struct entry *entry =
				(const void *)(procs.entries + at);

			look_at(conf, proc, entry->name);
			at += entry->length;
		}
	}
}

static bool needs_scan(const struct oe_conf *conf)
{
	for (int i = 0; i < conf->nr_services; i++)
		if (conf->services[i].comm)
			return true;
	return conf->nr_rankings;
}

/**
 * oe_procs_scan - look for processes: new ones get their rankings
 * @conf: in force
 *
 * Not in an emergency: it reads /proc.
 */
void oe_procs_scan(const struct oe_conf *conf)
{
	int proc;

	for (int i = 0; i < conf->nr_services; i++)
		drop_ended(i);
	read_pidfiles(conf);
	if (!needs_scan(conf))
		return;
	proc = open(oe_proc_root(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return;
	scan_directory(conf, proc);
	close(proc);
	drop_unseen();
}

/* Another configuration: other services, other rankings. */
void oe_procs_forget(void)
{
	for (int i = 0; i < OE_CONF_MAX_SERVICES; i++) {
		for (int j = 0; j < procs.nr_members[i]; j++)
			close(procs.members[i][j].fd);
		procs.nr_members[i] = 0;
	}
	procs.nr_ranked = 0;
	procs.said_full = false;
}

/* --- in the emergency ---------------------------------------------------- */

/**
 * oe_procs_signal - send a signal to the processes of a service
 * @service: index
 * @signal: the signal
 *
 * Return: how many got it.
 */
int oe_procs_signal(int service, int signal)
{
	int count = 0;

	for (int i = 0; i < procs.nr_members[service]; i++)
		if (!syscall(SYS_pidfd_send_signal,
			     procs.members[service][i].fd, signal, NULL, 0))
			count++;
	return count;
}

bool oe_procs_gone(int service)
{
	for (int i = 0; i < procs.nr_members[service]; i++)
		if (!has_ended(procs.members[service][i].fd))
			return false;
	return true;
}

int oe_procs_count(int service)
{
	return procs.nr_members[service];
}
