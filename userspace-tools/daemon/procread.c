// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facts about one process, from procfs. Nothing here allocates, but procfs does: not to be called
 * in an emergency.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/proc.h"
#include "daemon/daemon.h"

enum {
	PATH = 48,
	STAT = 512,
	STATUS = 2048,
	FIELD_STARTTIME = 22, /* of /proc/PID/stat; the name is the 2nd */
	NR_UIDS = 4, /* real, effective, saved, of the file system */
};

/**
 * oe_procread_open - open procfs
 *
 * Return: a descriptor for the other functions, to be closed, or a negative errno.
 */
int oe_procread_open(void)
{
	int fd = open(oe_proc_root(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int read_text(int proc, int pid, const char *name, char *text,
		     size_t size)
{
	char path[PATH];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, size - 1);
	close(fd);
	if (got <= 0)
		return got < 0 ? -errno : -ESRCH;
	text[got] = '\0';
	return 0;
}

/**
 * oe_procread_comm - the name of a process
 * @proc: of oe_procread_open()
 * @pid: of the process
 * @comm: gets the name as the process chose it: any bytes
 * @size: of @comm
 *
 * Return: 0 or a negative errno.
 */
int oe_procread_comm(int proc, int pid, char *comm, size_t size)
{
	int err = read_text(proc, pid, "comm", comm, size);

	if (!err)
		comm[strcspn(comm, "\n")] = '\0';
	return err;
}

/**
 * oe_procread_birth - when a process was started
 * @proc: of oe_procread_open()
 * @pid: of the process
 *
 * Two processes that had the same number one after the other differ in this.
 *
 * Return: ticks since the machine was started; 0 if the process is not there.
 */
uint64_t oe_procread_birth(int proc, int pid)
{
	char text[STAT];
	const char *at;

	if (read_text(proc, pid, "stat", text, sizeof(text)))
		return 0;
	/* A name may hold anything; it ends with the last ")". */
	at = strrchr(text, ')');
	for (int i = 2; at && i < FIELD_STARTTIME; i++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

/**
 * oe_procread_belongs - does a process belong to one user only?
 * @proc: of oe_procread_open()
 * @pid: of the process
 * @uid: the user
 *
 * Return: true if all its user ids are @uid: a set-uid program is not the user's own.
 */
bool oe_procread_belongs(int proc, int pid, unsigned int uid)
{
	char text[STATUS];
	const char *at;
	char *end;

	if (read_text(proc, pid, "status", text, sizeof(text)))
		return false;
	/* The first line is the name, in which the kernel escapes newlines. */
	at = strstr(text, "\nUid:");
	if (!at)
		return false;
	at += strlen("\nUid:");
	for (int i = 0; i < NR_UIDS; i++) {
		unsigned long id = strtoul(at, &end, 10);

		if (end == at || id != uid)
			return false;
		at = end;
	}
	return true;
}
