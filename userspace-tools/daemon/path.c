// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way to a file, as far as it can be trusted. A user who can change a directory on that way, or a
 * symbolic link, chooses which file root reads or writes. So nobody but root, the user of the manager
 * and, where the caller says so, one other user may be able to.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	MAX_LINKS = 8,
};

/**
 * oe_path_is_ours - is a user root, or the one as whom the manager runs?
 * @uid: the user
 *
 * Return: true if so.
 */
bool oe_path_is_ours(unsigned int uid)
{
	return !uid || uid == geteuid();
}

/* A reason that is no fault, for a file that need not be there. */
const char oe_path_missing[] = "there is no such file";

/**
 * oe_path_refuse - note why a path is refused
 * @path: the path
 * @why: a text that stays
 *
 * Return: false.
 */
bool oe_path_refuse(struct oe_path *path, const char *why)
{
	path->why = why;
	return false;
}

/**
 * oe_path_refuse_errno - note that a path is refused because of errno
 * @path: the path
 *
 * Return: false.
 */
bool oe_path_refuse_errno(struct oe_path *path)
{
	return oe_path_refuse(path, errno == ENOENT ? oe_path_missing :
						      strerror(errno));
}

/**
 * oe_path_admit_owner - may a user have a hand in a path?
 * @path: the path
 * @uid: owner of something on it, or of the file
 *
 * Return: true for root, for the user of the manager, and for the first other one.
 */
bool oe_path_admit_owner(struct oe_path *path, unsigned int uid)
{
	if (oe_path_is_ours(uid))
		return true;
	if (path->has_stranger && path->stranger != uid)
		return oe_path_refuse(path, "two users can change its path");
	path->has_stranger = true;
	path->stranger = uid;
	return true;
}

/* In a sticky directory only the owner of an entry can replace it. */
static bool admit_directory(struct oe_path *path)
{
	struct stat st;

	if (fstat(path->dir, &st))
		return oe_path_refuse_errno(path);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX))
		return oe_path_refuse(path,
				      "others can write to its directory");
	return oe_path_admit_owner(path, st.st_uid);
}

static bool enter_directory(struct oe_path *path, int at, const char *name)
{
	int fd =
		openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return oe_path_refuse_errno(path);
	if (path->dir >= 0)
		close(path->dir);
	path->dir = fd;
	return admit_directory(path);
}

/* Takes the next name off the rest; false at the end. */
static bool next_name(struct oe_path *path)
{
	const char *begin = path->rest + strspn(path->rest, "/");
	size_t length = strcspn(begin, "/");

	if (!length || length > NAME_MAX)
		return false;
	memcpy(path->name, begin, length);
	path->name[length] = '\0';
	begin += length;
	begin += strspn(begin, "/");
	memmove(path->rest, begin, strlen(begin) + 1);
	return true;
}

static bool follow_link(struct oe_path *path, uid_t owner)
{
	char target[OE_PATH];
	ssize_t length =
		readlinkat(path->dir, path->name, target, sizeof(target) - 1);
	size_t rest = strlen(path->rest);

	if (length <= 0 || path->links++ == MAX_LINKS)
		return oe_path_refuse(path,
				      "it is behind too many symbolic links");
	target[length] = '\0';
	if ((size_t)length + rest + 2 > sizeof(path->rest))
		return oe_path_refuse(path, strerror(ENAMETOOLONG));
	memmove(path->rest + length + 1, path->rest, rest + 1);
	memcpy(path->rest, target, (size_t)length);
	path->rest[length] = '/';
	return oe_path_admit_owner(path, owner) &&
	       (target[0] != '/' || enter_directory(path, AT_FDCWD, "/"));
}

/* The directory of a file that the manager makes itself, as /run/oom-embedded. */
static bool make_directory(const struct oe_path *path)
{
	return path->makes && *path->rest && !strchr(path->rest, '/') &&
	       !mkdirat(path->dir, path->name, 0755);
}

/* To the directory of the file; its name is in path->name then. */
static bool walk_path(struct oe_path *path)
{
	struct stat st;

	if (!enter_directory(path, AT_FDCWD, "/"))
		return false;
	while (next_name(path)) {
		if (fstatat(path->dir, path->name, &st, AT_SYMLINK_NOFOLLOW)) {
			if (errno == ENOENT && path->makes && !*path->rest)
				return true;
			if (errno != ENOENT || !make_directory(path) ||
			    !enter_directory(path, path->dir, path->name))
				return oe_path_refuse_errno(path);
		} else if (!*path->rest && path->makes) {
			return true;
		} else if (S_ISLNK(st.st_mode)) {
			if (!follow_link(path, st.st_uid))
				return false;
		} else if (!*path->rest) {
			return true;
		} else if (!enter_directory(path, path->dir, path->name)) {
			return false;
		}
	}
	return oe_path_refuse(path, strerror(EINVAL));
}

static void begin_at_root(struct oe_path *path, const char *text)
{
	path->dir = -1;
	path->links = 0;
	path->has_stranger = false;
	path->why = NULL;
	snprintf(path->rest, sizeof(path->rest), "%s", text);
}

/**
 * oe_path_walk - go to the directory of a file
 * @path: filled in; to be closed by oe_path_close() whatever comes out
 * @text: absolute path of the file
 *
 * Return: true; false if it is refused: @path says why.
 */
bool oe_path_walk(struct oe_path *path, const char *text)
{
	begin_at_root(path, text);
	path->makes = false;
	return walk_path(path);
}

/**
 * oe_path_walk_to_own - go to the directory of a file that the manager writes
 * @path: filled in; to be closed by oe_path_close() whatever comes out
 * @text: absolute path of the file, which need not be there, and which may be a symbolic link: to be
 *	opened with O_NOFOLLOW; the last directory is made
 *
 * Return: true; false if somebody else can change the path, or it is refused otherwise: @path says
 * why.
 */
bool oe_path_walk_to_own(struct oe_path *path, const char *text)
{
	begin_at_root(path, text);
	path->makes = true;
	return walk_path(path) &&
	       (!path->has_stranger ||
		oe_path_refuse(path, "somebody else can change its path"));
}

/**
 * oe_path_close - let go of a path
 * @path: the path
 */
void oe_path_close(struct oe_path *path)
{
	if (path->dir >= 0)
		close(path->dir);
	path->dir = -1;
}
