// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facts of procfs and cgroupfs about processes and the system.
 */
#include "common/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"

enum {
	COMM_LEN = 15, /* the kernel cuts names off here */
};

static const char *root_of(const char *environment, const char *fallback)
{
	const char *root = secure_getenv(environment);

	return root && *root ? root : fallback;
}

/**
 * oe_proc_root - the mount point of procfs
 *
 * Return: $OOM_EMBEDDED_PROC or /proc.
 */
const char *oe_proc_root(void)
{
	return root_of(OE_PROC_ENVIRONMENT, "/proc");
}

/**
 * oe_proc_cgroup_root - the mount point of cgroup v2
 *
 * Return: $OOM_EMBEDDED_CGROUP or /sys/fs/cgroup.
 */
const char *oe_proc_cgroup_root(void)
{
	return root_of(OE_CGROUP_ENVIRONMENT, "/sys/fs/cgroup");
}

static ssize_t read_of(int pid, const char *file, char *buf, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%d/%s", oe_proc_root(), pid, file);
	return oe_file_read(path, buf, size);
}

/**
 * oe_proc_escape - write a name as the module does
 * @escaped: result, cut off if it must be
 * @size: of @escaped
 * @name: any bytes
 *
 * Return: @escaped.
 */
char *oe_proc_escape(char *escaped, size_t size, const char *name)
{
	size_t used = 0;

	escaped[0] = '\0';
	for (; *name && used + 5 <= size; name++) {
		unsigned char c = (unsigned char)*name;

		if (c <= ' ' || c > '~' || strchr("\"'\\=", c))
			used += (size_t)snprintf(escaped + used, size - used,
						 "\\x%02x", c);
		else
			used += (size_t)snprintf(escaped + used, size - used,
						 "%c", c);
	}
	return escaped;
}

static void raw_comm(int pid, char *comm, size_t size)
{
	ssize_t length = read_of(pid, "comm", comm, size);

	if (length <= 0)
		comm[0] = '\0';
	else if (comm[length - 1] == '\n')
		comm[length - 1] = '\0';
}

static long long status_number(const char *status, const char *key,
			       long long fallback)
{
	const char *line = strstr(status, key);
	long long value;

	if (!line || oe_file_parse_number(line + strlen(key), &value))
		return fallback;
	return value;
}

/**
 * oe_proc_read - facts about a process
 * @pid: of the process
 * @proc: result
 *
 * Return: 0, -ENOENT if it is not there (any more), or a negative errno.
 */
int oe_proc_read(int pid, struct oe_proc *proc)
{
	char status[4096];
	char adj[16];
	ssize_t length = read_of(pid, "status", status, sizeof(status));

	memset(proc, 0, sizeof(*proc));
	if (length < 0)
		return length == -ESRCH ? -ENOENT : (int)length;
	proc->pid = pid;
	raw_comm(pid, proc->name, sizeof(proc->name));
	oe_proc_escape(proc->comm, sizeof(proc->comm), proc->name);
	proc->ppid = (int)status_number(status, "\nPPid:", 0);
	proc->uid = status_number(status, "\nUid:", -1);
	proc->rss_kb = status_number(status, "\nVmRSS:", 0);
	proc->locked_kb = status_number(status, "\nVmLck:", 0);
	proc->is_kernel = !strstr(status, "\nVmSize:");
	if (read_of(pid, "oom_score_adj", adj, sizeof(adj)) < 0 ||
	    oe_file_parse_number(adj, &proc->oom_score_adj))
		proc->oom_score_adj = 0;
	return 0;
}

static int add_pid(int **pids, size_t *nr, int pid)
{
	int *more = reallocarray(*pids, *nr + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	more[(*nr)++] = pid;
	*pids = more;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	int left = *(const int *)a;
	int right = *(const int *)b;

	return left < right ? -1 : left > right;
}

/**
 * oe_proc_pids - all processes
 * @pids: their numbers in order, to be freed by the caller
 * @nr: of them
 *
 * Return: 0 or a negative errno; @pids is NULL then.
 */
int oe_proc_pids(int **pids, size_t *nr)
{
	DIR *dir = opendir(oe_proc_root());
	struct dirent *entry;
	int err = 0;

	*pids = NULL;
	*nr = 0;
	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir))) {
		long long pid;

		if (isdigit((unsigned char)entry->d_name[0]) &&
		    !oe_file_parse_number(entry->d_name, &pid) &&
		    pid <= INT_MAX)
			err = add_pid(pids, nr, (int)pid);
	}
	closedir(dir);
	if (err) {
		free(*pids);
		*pids = NULL;
		*nr = 0;
	} else if (*nr) {
		qsort(*pids, *nr, sizeof(**pids), by_number);
	}
	return err;
}

static int is_called(int pid, const char *name)
{
	char escaped[OE_COMM_SIZE];
	char text[PATH_MAX];
	const char *base;

	raw_comm(pid, text, sizeof(text));
	if (!*text || strncmp(text, name, COMM_LEN)) {
		oe_proc_escape(escaped, sizeof(escaped), text);
		return *text && !strcmp(escaped, name);
	}
	if (strlen(name) <= COMM_LEN)
		return 1;
	/* The rest of a long name is in the command line only. */
	if (read_of(pid, "cmdline", text, sizeof(text)) <= 0)
		return 0;
	base = strrchr(text, '/');
	return !strcmp(base ? base + 1 : text, name);
}

/**
 * oe_proc_find - the processes with a name
 * @name: as the kernel has it, or escaped, or the program's longer name
 * @pids: their numbers in order, to be freed by the caller; NULL if none
 * @nr: of them
 *
 * The caller itself is left out.
 *
 * Return: 0 or a negative errno.
 */
int oe_proc_find(const char *name, int **pids, size_t *nr)
{
	size_t nr_all;
	size_t i;
	int *all;
	int err = oe_proc_pids(&all, &nr_all);

	*pids = NULL;
	*nr = 0;
	for (i = 0; !err && i < nr_all; i++)
		if (all[i] != getpid() && is_called(all[i], name))
			err = add_pid(pids, nr, all[i]);
	free(all);
	if (err) {
		free(*pids);
		*pids = NULL;
		*nr = 0;
	}
	return err;
}

/**
 * oe_proc_number - a number in procfs
 * @file: relative, as in "sys/vm/panic_on_oom"
 * @value: result
 *
 * Return: 0, -EBADMSG, or a negative errno.
 */
int oe_proc_number(const char *file, long long *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", oe_proc_root(), file);
	return oe_file_read_number(path, value);
}

/**
 * oe_proc_meminfo - a line of meminfo
 * @key: as in "MemTotal"
 * @kb: result
 *
 * Return: 0, -ENOENT if there is no such line, -EBADMSG, or a negative errno.
 */
int oe_proc_meminfo(const char *key, long long *kb)
{
	char path[PATH_MAX];
	char text[8192];
	ssize_t length;
	char *line;
	char *save;

	snprintf(path, sizeof(path), "%s/meminfo", oe_proc_root());
	length = oe_file_read(path, text, sizeof(text));
	if (length < 0)
		return (int)length;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (!strncmp(line, key, strlen(key)) &&
		    line[strlen(key)] == ':')
			return oe_file_parse_number(line + strlen(key) + 1, kb);
	return -ENOENT;
}

/**
 * oe_proc_cgroup - the cgroup v2 of a process
 * @pid: of the process
 * @path: result, "/" is the root
 * @size: of @path
 *
 * Return: 0, -ENOENT if there is none, or a negative errno.
 */
int oe_proc_cgroup(int pid, char *path, size_t size)
{
	char text[PATH_MAX + 256];
	ssize_t length = read_of(pid, "cgroup", text, sizeof(text));
	char *line;

	if (length < 0)
		return (int)length;
	line = !strncmp(text, "0::", 3) ? text : strstr(text, "\n0::");
	if (!line)
		return -ENOENT;
	line += *line == '\n' ? 4 : 3;
	line[strcspn(line, "\n")] = '\0';
	if (snprintf(path, size, "%s", line) >= (int)size)
		return -ENAMETOOLONG;
	return 0;
}

/* A cgroup has no such name; the kernel writes ".." for what is above the namespace. */
static bool leads_up(const char *cgroup)
{
	const char *at;

	for (at = cgroup; *at; at += strcspn(at, "/")) {
		at += *at == '/';
		if (!strncmp(at, "..", 2) && (!at[2] || at[2] == '/'))
			return true;
	}
	return *cgroup != '/';
}

/**
 * oe_proc_cgroup_number - a number of a cgroup
 * @cgroup: as oe_proc_cgroup() has it
 * @file: as in "memory.oom.group"
 * @value: result
 *
 * Return: 0, -EBADMSG, -ENOENT for a cgroup that cannot be seen from here, too, or a negative
 * errno.
 */
int oe_proc_cgroup_number(const char *cgroup, const char *file,
			  long long *value)
{
	char path[2 * PATH_MAX];

	/* Out of this cgroup namespace: the cgroup file system mounted here does not lead there. */
	if (leads_up(cgroup))
		return -ENOENT;
	if (snprintf(path, sizeof(path), "%s%s/%s", oe_proc_cgroup_root(),
		     cgroup, file) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return oe_file_read_number(path, value);
}

/**
 * oe_proc_exe - the path of the file that a process executes
 * @pid: of the process
 * @path: as the kernel shows it, with " (deleted)" behind it where it is;
 *	another process may be deceived by mounts of @pid
 * @size: of @path
 *
 * Return: 0 or a negative errno.
 */
int oe_proc_exe(int pid, char *path, size_t size)
{
	char name[PATH_MAX];
	ssize_t length;

	snprintf(name, sizeof(name), "%s/%d/exe", oe_proc_root(), pid);
	length = readlink(name, path, size - 1);
	if (length < 0)
		return -errno;
	path[length] = '\0';
	return 0;
}

/**
 * oe_proc_has_open - does a process have this file open?
 * @pid: of the process
 * @path: absolute
 *
 * Return: 1 yes, 0 no, or a negative errno (-EACCES for those of others).
 */
int oe_proc_has_open(int pid, const char *path)
{
	char name[PATH_MAX];
	char target[PATH_MAX];
	struct dirent *entry;
	int found = 0;
	DIR *dir;

	snprintf(name, sizeof(name), "%s/%d/fd", oe_proc_root(), pid);
	dir = opendir(name);
	if (!dir)
		return -errno;
	while (!found && (entry = readdir(dir))) {
		ssize_t length = readlinkat(dirfd(dir), entry->d_name, target,
					    sizeof(target) - 1);

		if (length > 0) {
			target[length] = '\0';
			found = !strcmp(target, path);
		}
	}
	closedir(dir);
	return found;
}

/**
 * oe_proc_swaps_on - is there swap on such a device?
 * @prefix: with which its path begins
 *
 * Return: 1 yes, 0 no, or not known.
 */
int oe_proc_swaps_on(const char *prefix)
{
	char path[PATH_MAX];
	char text[4096];
	const char *line;

	snprintf(path, sizeof(path), "%s/swaps", oe_proc_root());
	if (oe_file_read(path, text, sizeof(text)) < 0)
		return 0;
	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, prefix, strlen(prefix)))
			return 1;
	}
	return 0;
}

/**
 * oe_proc_console_is_serial - does the kernel print on a serial line?
 * @value: 1 yes, 0 no
 *
 * Return: 0 or a negative errno.
 */
int oe_proc_console_is_serial(long long *value)
{
	char path[PATH_MAX];
	char text[4096];
	ssize_t length;

	snprintf(path, sizeof(path), "%s/consoles", oe_proc_root());
	length = oe_file_read(path, text, sizeof(text));
	if (length < 0)
		return (int)length;
	/* "tty0" is a screen, "ttyS0" and "ttyAMA0" are lines. */
	*value = strstr(text, "ttyS") || strstr(text, "ttyA") ||
		 strstr(text, "ttymxc") || strstr(text, "ttyLP");
	return 0;
}

/**
 * oe_proc_has_argument - is a word on the kernel's command line?
 * @word: the whole word
 *
 * Return: 1 yes, 0 no, or not known.
 */
int oe_proc_has_argument(const char *word)
{
	char path[PATH_MAX];
	char text[4096];
	char *save;
	char *next;

	snprintf(path, sizeof(path), "%s/cmdline", oe_proc_root());
	if (oe_file_read(path, text, sizeof(text)) < 0)
		return 0;
	for (next = strtok_r(text, " \n", &save); next;
	     next = strtok_r(NULL, " \n", &save))
		if (!strcmp(next, word))
			return 1;
	return 0;
}
