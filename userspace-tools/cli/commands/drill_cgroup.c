// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory cgroup of a drill: made where nothing above it can reach others, and removed
 * however the drill ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands/drill.h"
#include "cli/print/complain.h"
#include "common/file.h"
#include "common/proc.h"

enum {
	CANNOT = EXIT_USAGE, /* the drill could not run */
	FILE_SIZE = 4096,
	REMOVE_TRIES = 500,
	REMOVE_PAUSE_MS = 20,
	/* Of the first namespaces, since Linux 3.8 and 4.6. */
	FIRST_PID_NS = 0xEFFFFFFC,
	FIRST_CGROUP_NS = 0xEFFFFFFB,
};

static ssize_t read_text(const char *dir, const char *file, char *text,
			 size_t size)
{
	char path[DRILL_PATH_SIZE + 2 * DRILL_NAME_SIZE];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return oe_file_read(path, text, size);
}

static int read_number(const char *dir, const char *file, long long *value)
{
	char path[DRILL_PATH_SIZE + 2 * DRILL_NAME_SIZE];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return oe_file_read_number(path, value);
}

static int write_text(const char *dir, const char *file, const char *text)
{
	char path[DRILL_PATH_SIZE + 2 * DRILL_NAME_SIZE];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return oe_file_write(path, text);
}

static bool has_word(const char *dir, const char *file, const char *word)
{
	char text[FILE_SIZE];
	char *save;
	char *at;

	if (read_text(dir, file, text, sizeof(text)) < 0)
		return false;
	for (at = strtok_r(text, " \n", &save); at;
	     at = strtok_r(NULL, " \n", &save))
		if (!strcmp(at, word))
			return true;
	return false;
}

/* --- where it may be ------------------------------------------------------- */

static bool is_first_namespace(const char *name, ino_t first)
{
	char path[DRILL_PATH_SIZE];
	struct stat st;

	snprintf(path, sizeof(path), "%s/self/ns/%s", oe_proc_root(), name);
	return stat(path, &st) || st.st_ino == first;
}

/* Settings with which an OOM in the drill's cgroup could kill processes outside, or panic. */
static int refuse_what_reaches_out(const struct drill_cgroup *cgroup)
{
	long long value;

	if (!is_first_namespace("pid", FIRST_PID_NS) ||
	    !is_first_namespace("cgroup", FIRST_CGROUP_NS))
		return complain(
			CANNOT,
			"this is a container: run the drill on the machine itself");
	if (!oe_proc_number("sys/vm/panic_on_oom", &value) && value > 1)
		return complain(
			CANNOT,
			"vm.panic_on_oom is %lld: an OOM of a memory cgroup would panic the machine",
			value);
	if (!read_number(cgroup->parent, "memory.oom.group", &value) && value)
		return complain(
			CANNOT,
			"%s/memory.oom.group is %lld: an OOM in there would kill others",
			cgroup->parent, value);
	return EXIT_OK;
}

/**
 * drill_cgroup_find - a parent for the drill's cgroup
 * @cgroup: version and parent are filled in
 *
 * Return: EXIT_OK, or the status to exit with, and why was said.
 */
int drill_cgroup_find(struct drill_cgroup *cgroup)
{
	const char *root = oe_proc_cgroup_root();
	char path[DRILL_PATH_SIZE];

	cgroup->kills_fd = -1;
	cgroup->janitor_fd = -1;
	snprintf(cgroup->parent, sizeof(cgroup->parent), "%s", root);
	if (has_word(root, "cgroup.controllers", "memory"))
		return refuse_what_reaches_out(cgroup);
	snprintf(path, sizeof(path), "%s/memory/memory.limit_in_bytes", root);
	if (access(path, F_OK))
		return complain(
			CANNOT,
			"there is no memory controller below %s: no kernel with CONFIG_MEMCG, cgroup_disable=memory, or not mounted",
			root);
	cgroup->is_v1 = true;
	snprintf(cgroup->parent, sizeof(cgroup->parent), "%s/memory", root);
	return refuse_what_reaches_out(cgroup);
}

/* --- making and removing --------------------------------------------------- */

/* The last member may still be on its way out. */
static int remove_dir(const char *dir)
{
	const struct timespec pause = { .tv_nsec = REMOVE_PAUSE_MS * 1000000 };
	int i;

	for (i = 0; i < REMOVE_TRIES; i++) {
		if (!rmdir(dir) || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			break;
		nanosleep(&pause, NULL);
	}
	return -1;
}

static nlink_t count_links(const char *dir)
{
	struct stat st;

	return stat(dir, &st) ? 0 : st.st_nlink;
}

/*
 * A cgroup that came meanwhile may have got a limit, which would go with the controller; one that
 * hands the controller on makes it busy. Then it stays.
 */
static int disable_memory(const struct drill_cgroup *cgroup)
{
	int err;

	if (count_links(cgroup->parent) > cgroup->nr_links)
		return 0;
	err = write_text(cgroup->parent, "cgroup.subtree_control", "-memory");
	return err == -EBUSY ? 0 : err;
}

/* Ends when the drill closes its end of the pipe, or is killed. */
static void run_janitor(const struct drill_cgroup *cgroup, int fd, bool disable)
{
	sigset_t all;
	char byte;
	int failed;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		;
	failed = remove_dir(cgroup->dir);
	if (disable && !failed)
		failed = disable_memory(cgroup);
	_exit(failed ? 1 : 0);
}

static int start_janitor(struct drill_cgroup *cgroup, bool disable)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	cgroup->janitor = fork();
	if (!cgroup->janitor) {
		close(fds[1]);
		run_janitor(cgroup, fds[0], disable);
	}
	close(fds[0]);
	if (cgroup->janitor < 0) {
		cgroup->janitor = 0;
		close(fds[1]);
		return -EAGAIN;
	}
	cgroup->janitor_fd = fds[1];
	return 0;
}

static int complain_cgroup(const struct drill_cgroup *cgroup, const char *what,
			   int err)
{
	return complain(
		CANNOT, "%s: %s: %s%s", cgroup->dir, what, strerror(-err),
		err == -EACCES || err == -EPERM ? " (are you root?)" : "");
}

static int open_kills(struct drill_cgroup *cgroup)
{
	char path[DRILL_PATH_SIZE + 2 * DRILL_NAME_SIZE];

	snprintf(path, sizeof(path), "%s/%s", cgroup->dir,
		 cgroup->is_v1 ? "memory.oom_control" : "memory.events");
	cgroup->kills_fd = open(path, O_RDONLY | O_CLOEXEC);
	return cgroup->kills_fd < 0 ? -errno : 0;
}

/* No member may be swapped out, nor wait for somebody who handles OOMs by hand. */
static void forbid_swap(const struct drill_cgroup *cgroup)
{
	if (!cgroup->is_v1) {
		write_text(cgroup->dir, "memory.swap.max", "0");
		return;
	}
	write_text(cgroup->dir, "memory.swappiness", "0");
	write_text(cgroup->dir, "memory.oom_control", "0");
}

/**
 * drill_cgroup_make - make the cgroup
 * @cgroup: found
 *
 * From here on it is removed however the program ends.
 *
 * Return: EXIT_OK, or the status to exit with, and why was said.
 */
int drill_cgroup_make(struct drill_cgroup *cgroup)
{
	long long group;
	bool enable =
		!cgroup->is_v1 &&
		!has_word(cgroup->parent, "cgroup.subtree_control", "memory");
	int err = 0;

	snprintf(cgroup->name, sizeof(cgroup->name), "/oom-embedded-drill-%d",
		 (int)getpid());
	snprintf(cgroup->dir, sizeof(cgroup->dir), "%s%s", cgroup->parent,
		 cgroup->name);
	cgroup->nr_links = count_links(cgroup->parent);
	if (mkdir(cgroup->dir, 0755))
		err = -errno;
	if (err)
		return complain_cgroup(cgroup, "cannot be made", err);
	err = start_janitor(cgroup, enable);
	if (err) {
		rmdir(cgroup->dir);
		return complain_cgroup(cgroup, "nobody to remove it", err);
	}
	if (enable)
		err = write_text(cgroup->parent, "cgroup.subtree_control",
				 "+memory");
	if (err)
		return complain_cgroup(cgroup, "no memory controller", err);
	err = open_kills(cgroup);
	if (err)
		return complain_cgroup(cgroup, "no count of OOM kills", err);
	forbid_swap(cgroup);
	if (!read_number(cgroup->dir, "memory.oom.group", &group) && group)
		return complain_cgroup(cgroup, "memory.oom.group is set",
				       -EINVAL);
	return EXIT_OK;
}

/**
 * drill_cgroup_add - move a child into it
 * @cgroup: made
 * @pid: the child
 *
 * Return: EXIT_OK, or the status to exit with, and why was said.
 */
int drill_cgroup_add(const struct drill_cgroup *cgroup, pid_t pid)
{
	char text[16];
	int err;

	snprintf(text, sizeof(text), "%d", (int)pid);
	err = write_text(cgroup->dir, "cgroup.procs", text);
	return err ? complain_cgroup(cgroup, "takes no process", err) : EXIT_OK;
}

static bool is_child(const struct drill_family *family, long pid)
{
	int i;

	for (i = 0; i < DRILL_CHILDREN; i++)
		if (family->child[i].pid == pid)
			return true;
	return false;
}

/**
 * drill_cgroup_holds_only - are exactly the drill's children in it?
 * @cgroup: made
 * @family: its children
 *
 * Return: EXIT_OK, or the status to exit with, and why was said.
 */
int drill_cgroup_holds_only(const struct drill_cgroup *cgroup,
			    const struct drill_family *family)
{
	char text[FILE_SIZE];
	ssize_t err =
		read_text(cgroup->dir, "cgroup.procs", text, sizeof(text));
	char *at = text;
	int nr = 0;

	if (err < 0)
		return complain_cgroup(cgroup, "cgroup.procs", (int)err);
	while (*at) {
		char *end;
		long pid = strtol(at, &end, 10);

		if (end == at || !is_child(family, pid))
			return complain(
				CANNOT,
				"%s holds a process that is not the drill's: nothing was done",
				cgroup->dir);
		nr++;
		at = end + strspn(end, "\n");
	}
	if (nr != DRILL_CHILDREN)
		return complain(
			CANNOT,
			"somebody has moved the drill's processes out of %s",
			cgroup->dir);
	return EXIT_OK;
}

/**
 * drill_cgroup_limit - set its limit, just above what is used
 * @cgroup: made
 * @slack_kb: above
 *
 * Return: EXIT_OK, or the status to exit with, and why was said.
 */
int drill_cgroup_limit(const struct drill_cgroup *cgroup, long long slack_kb)
{
	const char *file = cgroup->is_v1 ? "memory.limit_in_bytes" :
					   "memory.max";
	char text[32];
	long long used;
	long long limit = 0;
	int err = read_number(cgroup->dir,
			      cgroup->is_v1 ? "memory.usage_in_bytes" :
					      "memory.current",
			      &used);

	if (!err) {
		used = (used / 65536 + 1) * 65536 + slack_kb * 1024;
		snprintf(text, sizeof(text), "%lld", used);
		err = write_text(cgroup->dir, file, text);
	}
	if (!err)
		err = read_number(cgroup->dir, file, &limit);
	if (!err && limit != used)
		err = -EINVAL;
	return err ? complain_cgroup(cgroup, "takes no limit", err) : EXIT_OK;
}

/**
 * drill_cgroup_kills - the kernel's count of OOM kills in it
 * @cgroup: made
 *
 * Return: the count, or -1.
 */
long long drill_cgroup_kills(const struct drill_cgroup *cgroup)
{
	char text[512];
	ssize_t got = pread(cgroup->kills_fd, text, sizeof(text) - 1, 0);
	const char *at;

	if (got <= 0)
		return -1;
	text[got] = '\0';
	at = strstr(text, "\noom_kill ");
	return at ? strtoll(at + strlen("\noom_kill "), NULL, 10) : -1;
}

/**
 * drill_cgroup_remove - remove it, and wait until it is gone
 * @cgroup: made, or not; its processes have ended
 *
 * Return: EXIT_OK, or the status to exit with, and why was said.
 */
int drill_cgroup_remove(struct drill_cgroup *cgroup)
{
	int state = 0;

	if (cgroup->kills_fd >= 0)
		close(cgroup->kills_fd);
	cgroup->kills_fd = -1;
	if (!cgroup->janitor)
		return EXIT_OK;
	close(cgroup->janitor_fd);
	cgroup->janitor_fd = -1;
	while (waitpid(cgroup->janitor, &state, 0) < 0 && errno == EINTR)
		;
	cgroup->janitor = 0;
	if (state)
		return complain(CANNOT, "%s: could not be removed",
				cgroup->dir);
	return EXIT_OK;
}
