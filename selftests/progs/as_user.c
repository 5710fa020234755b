// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a program with fewer rights than root's, in namespaces of its own, or from
 * a file without a path.
 *
 *	as_user [-u UID] [-N] [-c] [-m] [-p] [-r] PROGRAM [ARGUMENT...]
 *
 * -u UID	another user, all capabilities gone
 * -N		root of a new user namespace, mapped to the caller: the real root owns
 *		root's files and has every capability, but not in the initial namespace
 * -c		in a cgroup namespace, of which the caller's cgroup is the root
 * -m		the program is copied to a memfd, and executed from there
 * -r		root without CAP_SYS_RESOURCE
 * -p		in a new pid namespace, as its init, with its own /proc
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prog.h"

static void enter_user_namespace(void)
{
	char uids[32];
	char gids[32];

	/* Before: in the new one they are nobody's. */
	snprintf(uids, sizeof(uids), "0 %u 1", geteuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getegid());
	if (unshare(CLONE_NEWUSER))
		die("unshare user");
	write_string("/proc/self/setgroups", "deny");
	write_string("/proc/self/uid_map", uids);
	write_string("/proc/self/gid_map", gids);
}

static void drop_sys_resource(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE))
		die("drop CAP_SYS_RESOURCE");
	if (syscall(SYS_capget, &head, data))
		die("capget");
	data[0].effective &= ~(1U << CAP_SYS_RESOURCE);
	data[0].permitted &= ~(1U << CAP_SYS_RESOURCE);
	data[0].inheritable &= ~(1U << CAP_SYS_RESOURCE);
	if (syscall(SYS_capset, &head, data))
		die("capset");
}

/* Only the caller's children are in the new namespace: fork, and stand in for the child. */
static void enter_pid_namespace(void)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS))
		die("unshare pid");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid) {
		if (waitpid(pid, &status, 0) != pid)
			die("waitpid");
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
	}
	if (mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL))
		die("mount /proc");
}

static _Noreturn void execute_copy(char **argv)
{
	int from = open(argv[0], O_RDONLY | O_CLOEXEC);
	int to = memfd_create("copy", MFD_CLOEXEC);
	char buffer[65536];
	ssize_t n;

	if (from < 0 || to < 0)
		die(argv[0]);
	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, n) != n)
			die("memfd");
	fexecve(to, argv, environ);
	die("fexecve");
}

int main(int argc, char **argv)
{
	bool new_cgroupns = false;
	bool no_resource = false;
	bool new_userns = false;
	bool new_pidns = false;
	bool copy = false;
	uid_t uid = 0;
	int opt;

	while ((opt = getopt(argc, argv, "+Ncmpru:")) != -1) {
		if (opt == 'N')
			new_userns = true;
		else if (opt == 'c')
			new_cgroupns = true;
		else if (opt == 'm')
			copy = true;
		else if (opt == 'p')
			new_pidns = true;
		else if (opt == 'r')
			no_resource = true;
		else if (opt == 'u')
			uid = strtoul(optarg, NULL, 10);
		else
			return EXIT_FAILURE;
	}
	if (optind == argc)
		return EXIT_FAILURE;
	if (new_userns)
		enter_user_namespace();
	if (no_resource)
		drop_sys_resource();
	if (new_cgroupns && unshare(CLONE_NEWCGROUP))
		die("unshare cgroup");
	if (new_pidns)
		enter_pid_namespace();
	if (uid && (setgid(uid) || setuid(uid)))
		die("setuid");
	if (copy)
		execute_copy(argv + optind);
	execvp(argv[optind], argv + optind);
	die(argv[optind]);
}
