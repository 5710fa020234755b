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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	MAX_LINKS = 8,
	NUMBER = 32,
	PATH = 512, /* with what symbolic links make of it */
};

/* On the way from "/" to the file. */
struct walk {
	int dir;
	int links;
	bool has_stranger; /* somebody else can change the path */
	uid_t stranger;
	const char *why; /* the path is refused */
	char rest[PATH];
	char name[NAME_MAX + 1];
};

static bool is_one_of_us(uid_t uid)
{
	return !uid || uid == geteuid();
}

/* Not there is no fault: the service is not running. */
const char oe_pidfile_missing[] = "there is no such file";

static bool refuse_file(struct walk *walk, const char *why)
{
	walk->why = why;
	return false;
}

static bool refuse_errno(struct walk *walk)
{
	return refuse_file(walk, errno == ENOENT ? oe_pidfile_missing :
						   strerror(errno));
}

/* One stranger may have a hand in the path, if the file is his. */
static bool admit_owner(struct walk *walk, uid_t uid)
{
	if (is_one_of_us(uid))
		return true;
	if (walk->has_stranger && walk->stranger != uid)
		return refuse_file(walk, "two users can change its path");
	walk->has_stranger = true;
	walk->stranger = uid;
	return true;
}

/* In a sticky directory only the owner of an entry can replace it. */
static bool admit_directory(struct walk *walk)
{
	struct stat st;

	if (fstat(walk->dir, &st))
		return refuse_errno(walk);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX))
		return refuse_file(walk, "others can write to its directory");
	return admit_owner(walk, st.st_uid);
}

static bool enter_directory(struct walk *walk, int at, const char *name)
{
	int fd =
		openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return refuse_errno(walk);
	if (walk->dir >= 0)
		close(walk->dir);
	walk->dir = fd;
	return admit_directory(walk);
}

/* Takes the next name off the rest; false at the end. */
static bool next_name(struct walk *walk)
{
	const char *begin = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(begin, "/");

	if (!length || length > NAME_MAX)
		return false;
	memcpy(walk->name, begin, length);
	walk->name[length] = '\0';
	begin += length;
	begin += strspn(begin, "/");
	memmove(walk->rest, begin, strlen(begin) + 1);
	return true;
}

static bool follow_link(struct walk *walk, uid_t owner)
{
	char target[PATH];
	ssize_t length =
		readlinkat(walk->dir, walk->name, target, sizeof(target) - 1);
	size_t rest = strlen(walk->rest);

	if (length <= 0 || walk->links++ == MAX_LINKS)
		return refuse_file(walk,
				   "it is behind too many symbolic links");
	target[length] = '\0';
	if ((size_t)length + rest + 2 > sizeof(walk->rest))
		return refuse_file(walk, strerror(ENAMETOOLONG));
	memmove(walk->rest + length + 1, walk->rest, rest + 1);
	memcpy(walk->rest, target, (size_t)length);
	walk->rest[length] = '/';
	return admit_owner(walk, owner) &&
	       (target[0] != '/' || enter_directory(walk, AT_FDCWD, "/"));
}

/* To the directory of the file; its name is in walk->name then. */
static bool walk_path(struct walk *walk)
{
	struct stat st;

	if (!enter_directory(walk, AT_FDCWD, "/"))
		return false;
	while (next_name(walk)) {
		if (fstatat(walk->dir, walk->name, &st, AT_SYMLINK_NOFOLLOW))
			return refuse_errno(walk);
		if (S_ISLNK(st.st_mode)) {
			if (!follow_link(walk, st.st_uid))
				return false;
		} else if (!*walk->rest) {
			return true;
		} else if (!enter_directory(walk, walk->dir, walk->name)) {
			return false;
		}
	}
	return refuse_file(walk, strerror(EINVAL));
}

static bool admit_file(struct walk *walk, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return refuse_file(walk, "it is no regular file");
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return refuse_file(walk, "others can write to it");
	if (!admit_owner(walk, st->st_uid))
		return false;
	if (walk->has_stranger && walk->stranger != st->st_uid)
		return refuse_file(walk, "somebody else can replace it");
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

static bool read_file(struct walk *walk, struct oe_pidfile *pidfile)
{
	int fd = openat(walk->dir, walk->name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				O_CLOEXEC);
	char text[NUMBER];
	struct stat st;
	ssize_t got;

	if (fd < 0)
		return refuse_errno(walk);
	if (fstat(fd, &st) || !admit_file(walk, &st)) {
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
	return pidfile->pid > 1 || refuse_file(walk, "it holds no number");
}

/**
 * oe_pidfile_read - read a pidfile, if it can be trusted
 * @path: absolute
 * @pidfile: filled in
 *
 * Return: NULL, or why the file is refused: a text that stays; oe_pidfile_missing if there is
 * none.
 */
const char *oe_pidfile_read(const char *path, struct oe_pidfile *pidfile)
{
	static struct walk walk;

	walk.dir = -1;
	walk.links = 0;
	walk.has_stranger = false;
	walk.why = NULL;
	snprintf(walk.rest, sizeof(walk.rest), "%s", path);
	if (walk_path(&walk))
		read_file(&walk, pidfile);
	if (walk.dir >= 0)
		close(walk.dir);
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
	return !is_one_of_us(pidfile->owner);
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
