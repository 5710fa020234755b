// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pidfiles, as far as they can be trusted. A user who can write a pidfile, or replace it, chooses
 * the process to which the manager sends signals as root. So a pidfile counts
 *
 * - if it is a regular file that only its owner can write to,
 * - in directories, and by symbolic links, that only root and its owner can change,
 * - and, if its owner is neither root nor the user of the manager, for processes of its owner.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	NUMBER = 32,
};

static bool admit_file(struct oe_path *path, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return oe_path_refuse(path, "it is no regular file");
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return oe_path_refuse(path, "others can write to it");
	if (!oe_path_admit_owner(path, st->st_uid))
		return false;
	if (path->has_stranger && path->stranger != st->st_uid)
		return oe_path_refuse(path, "somebody else can replace it");
	return true;
}

static int parse_pid(const char *text)
{
	char *end;
	long pid;

	text += strspn(text, " \t\n");
	if (!isdigit((unsigned char)*text))
		return 0;
	errno = 0;
	pid = strtol(text, &end, 10);
	end += strspn(end, " \t\r\n");
	return errno || *end || pid > INT_MAX ? 0 : (int)pid;
}

static bool read_file(struct oe_path *path, struct oe_pidfile *pidfile)
{
	int fd = openat(path->dir, path->name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				O_CLOEXEC);
	char text[NUMBER];
	struct stat st;
	ssize_t got;

	if (fd < 0)
		return oe_path_refuse_errno(path);
	if (fstat(fd, &st) || !admit_file(path, &st)) {
		close(fd);
		return false;
	}
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	pidfile->pid = parse_pid(text);
	pidfile->owner = st.st_uid;
	pidfile->dev = st.st_dev;
	pidfile->ino = st.st_ino;
	pidfile->changed_ns =
		st.st_ctim.tv_sec * INT64_C(1000000000) + st.st_ctim.tv_nsec;
	return pidfile->pid > 1 || oe_path_refuse(path, "it holds no number");
}

/**
 * oe_pidfile_read - read a pidfile, if it can be trusted
 * @path: absolute
 * @pidfile: filled in
 *
 * Return: NULL, or why the file is refused: a text that stays; oe_path_missing if there is
 * none.
 */
const char *oe_pidfile_read(const char *path, struct oe_pidfile *pidfile)
{
	static struct oe_path walk;

	if (oe_path_walk(&walk, path))
		read_file(&walk, pidfile);
	oe_path_close(&walk);
	return walk.why;
}

/**
 * oe_pidfile_needs_owner - does a pidfile count for processes of its owner only?
 * @pidfile: of oe_pidfile_read()
 *
 * Return: true unless it belongs to root or to the user of the manager.
 */
bool oe_pidfile_needs_owner(const struct oe_pidfile *pidfile)
{
	return !oe_path_is_ours(pidfile->owner);
}

/**
 * oe_pidfile_is_same - are two readings those of one file that was not written meanwhile?
 * @a: one
 * @b: the other
 *
 * Return: true if they are.
 */
bool oe_pidfile_is_same(const struct oe_pidfile *a, const struct oe_pidfile *b)
{
	return a->pid == b->pid && a->owner == b->owner && a->dev == b->dev &&
	       a->ino == b->ino && a->changed_ns == b->changed_ns;
}
