// SPDX-License-Identifier: GPL-2.0-only
/*
 * "rank --self": a command that makes itself more expendable than it would be, as nice(1) makes one
 * slower. Needs no rights.
 */
#include "cli/commands/rank_self.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/print/complain.h"
#include "common/proc.h"
#include "common/sysfs.h"

static int complain_offer(const char *rank, int err)
{
	switch (-err) {
	case EPERM:
		return complain(
			EXIT_REFUSED,
			"%s is refused: the ranking is higher already, or allow_offers is 0",
			rank);
	case EINVAL:
	case ERANGE:
		return complain(
			EXIT_USAGE,
			"'%s' is no ranking: 0 (nothing changes) to 1000 (first)",
			rank);
	case ENOENT:
		return complain(EXIT_UNSUPPORTED,
				"this version of the module takes no offers");
	case EOPNOTSUPP:
		return complain(
			EXIT_UNSUPPORTED,
			"this kernel tells the module of no fork and exit: it takes no offers");
	default:
		return complain(EXIT_TROUBLE, "cannot offer %s: %s", rank,
				strerror(-err));
	}
}

/* The module judges the process that has opened the file. */
static int offer_rank(const char *rank)
{
	char path[PATH_MAX];
	char line[32];
	int err;
	int fd;

	if (strlen(rank) > 4)
		return -ERANGE;
	snprintf(path, sizeof(path), "%s/oom_embedded/self", oe_proc_root());
	snprintf(line, sizeof(line), "%s\n", rank);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = oe_sysfs_write_fd(fd, line);
	close(fd);
	return err;
}

/**
 * rank_self_run - the command "rank --self"
 * @args: N COMMAND [WORD...]
 *
 * Executes the command, which keeps the offer and passes it on.
 *
 * Return: an exit status, if the command could not be executed.
 */
int rank_self_run(const struct arguments *args)
{
	int err;

	if (args->argc < 2)
		return complain(
			EXIT_USAGE,
			"--self wants a ranking and a command to execute; a shell ranks itself by \"echo N > /proc/oom_embedded/self\"");
	err = offer_rank(args->argv[0]);
	if (err)
		return complain_offer(args->argv[0], err);
	execvp(args->argv[1], args->argv + 1);
	return complain(EXIT_NOT_FOUND, "cannot execute %s: %s", args->argv[1],
			strerror(errno));
}
