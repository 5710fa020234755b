// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one file of the tools that touches the module's sysfs tree. Its root can
 * be moved, so that most tests need neither root nor the module.
 */
#include "common/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/feature.h"
#include "uapi/oom_embedded.h"

enum {
	LIST_STEP = 64 * 1024,
	/* Ten thousand processes are 1 MB: beyond this something else was opened. */
	LIST_MAX = 64 * 1024 * 1024,
	LIST_TRIES = 5,
};

static const char *chosen_root;

/**
 * oe_sysfs_root - the directory of the module's files
 *
 * Return: the root of oe_sysfs_set_root(), else $OOM_EMBEDDED_SYSFS (not for
 * set-uid programs), else /sys/kernel/oom_embedded.
 */
const char *oe_sysfs_root(void)
{
	const char *root = chosen_root;

	if (!root)
		root = secure_getenv(OE_SYSFS_ENVIRONMENT);
	return root && *root ? root : OOM_EMBEDDED_SYSFS;
}

/**
 * oe_sysfs_set_root - move the tree
 * @root: a directory, kept by reference; NULL: back to the default
 */
void oe_sysfs_set_root(const char *root)
{
	chosen_root = root;
}

static int path_of(char *path, const char *file)
{
	int length = snprintf(path, OE_SYSFS_PATH_MAX, "%s/%s", oe_sysfs_root(),
			      file);

	return length < OE_SYSFS_PATH_MAX ? 0 : -ENAMETOOLONG;
}

/**
 * oe_sysfs_present - is the module there?
 *
 * Return: 0, or -ENOENT if it is not loaded (or the errno of looking).
 */
int oe_sysfs_present(void)
{
	return oe_sysfs_exists("abi_version");
}

/**
 * oe_sysfs_exists - is this file or directory there?
 * @file: relative to the root
 *
 * Return: 0, or a negative errno.
 */
int oe_sysfs_exists(const char *file)
{
	char path[OE_SYSFS_PATH_MAX];
	int err = path_of(path, file);

	if (err)
		return err;
	return faccessat(AT_FDCWD, path, F_OK, 0) ? -errno : 0;
}

/**
 * oe_sysfs_open - open a file, for example to poll it for POLLPRI
 * @file: relative to the root
 * @flags: O_RDONLY, O_WRONLY, O_RDWR
 *
 * A file to be polled must be read once before, with oe_sysfs_read_fd(), and
 * again after each wake-up.
 *
 * Return: a descriptor (close-on-exec), or a negative errno.
 */
int oe_sysfs_open(const char *file, int flags)
{
	char path[OE_SYSFS_PATH_MAX];
	int err = path_of(path, file);
	int fd;

	if (err)
		return err;
	fd = open(path, flags | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

/**
 * oe_sysfs_read_fd - read a value from an open file, from its beginning
 * @fd: of oe_sysfs_open()
 * @buf: gets the value without its newline, NUL terminated
 * @size: of @buf
 *
 * Return: the length, -EMSGSIZE if it does not fit, or a negative errno.
 */
int oe_sysfs_read_fd(int fd, char *buf, size_t size)
{
	size_t length = 0;
	ssize_t got;

	do {
		got = pread(fd, buf + length, size - length, (off_t)length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		length += (size_t)got;
	} while (got && length < size);
	if (length == size)
		return -EMSGSIZE;
	while (length && buf[length - 1] == '\n')
		length--;
	buf[length] = '\0';
	return (int)length;
}

/**
 * oe_sysfs_write_fd - write a value to an open file, whole
 * @fd: of oe_sysfs_open()
 * @value: without a newline; "" clears what can be cleared
 *
 * Return: 0 or a negative errno; -EIO if it was taken in part only.
 */
int oe_sysfs_write_fd(int fd, const char *value)
{
	size_t length;
	ssize_t put;

	/* A write of nothing would not reach the module. */
	if (!*value)
		value = "\n";
	length = strlen(value);

	do {
		put = pwrite(fd, value, length, 0);
	} while (put < 0 && errno == EINTR);
	if (put < 0)
		return -errno;
	return (size_t)put == length ? 0 : -EIO;
}

/**
 * oe_sysfs_read - read a value
 * @file: relative to the root
 * @buf: gets the value without its newline
 * @size: of @buf
 *
 * Return: the length, -EMSGSIZE if it does not fit, or a negative errno.
 */
int oe_sysfs_read(const char *file, char *buf, size_t size)
{
	int fd = oe_sysfs_open(file, O_RDONLY);
	int ret;

	if (fd < 0)
		return fd;
	ret = oe_sysfs_read_fd(fd, buf, size);
	close(fd);
	return ret;
}

/**
 * oe_sysfs_read_word - read a value that is only shown
 * @file: relative to the root
 * @word: gets the value, or "?" if it cannot be read
 * @size: of @word
 *
 * Return: @word.
 */
const char *oe_sysfs_read_word(const char *file, char *word, size_t size)
{
	if (oe_sysfs_read(file, word, size) < 0)
		snprintf(word, size, "?");
	return word;
}

/**
 * oe_sysfs_read_fd_number - read a decimal number from an open file
 * @fd: of oe_sysfs_open()
 * @value: the result, untouched on failure
 *
 * Return: 0, -EBADMSG if the file holds no number, or a negative errno.
 */
int oe_sysfs_read_fd_number(int fd, long long *value)
{
	char text[32];
	char *end;
	long long number;
	int ret = oe_sysfs_read_fd(fd, text, sizeof(text));

	if (ret == -EMSGSIZE)
		return -EBADMSG;
	if (ret < 0)
		return ret;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return -EBADMSG;
	*value = number;
	return 0;
}

/**
 * oe_sysfs_read_number - read a decimal number
 * @file: relative to the root
 * @value: the result, untouched on failure
 *
 * Return: 0, -EBADMSG if the file holds no number, or a negative errno.
 */
int oe_sysfs_read_number(const char *file, long long *value)
{
	int fd = oe_sysfs_open(file, O_RDONLY);
	int ret;

	if (fd < 0)
		return fd;
	ret = oe_sysfs_read_fd_number(fd, value);
	close(fd);
	return ret;
}

/**
 * oe_sysfs_write - write a value in one write
 * @file: relative to the root; is never created
 * @value: without a newline; may have several lines where the file takes them
 *
 * Return: 0 or the negative errno with which the module refused.
 */
int oe_sysfs_write(const char *file, const char *value)
{
	int fd = oe_sysfs_open(file, O_WRONLY | O_TRUNC);
	int err;

	if (fd < 0)
		return fd;
	err = oe_sysfs_write_fd(fd, value);
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/**
 * oe_sysfs_write_number - write a decimal number
 * @file: relative to the root
 * @value: the number
 *
 * Return: as oe_sysfs_write().
 */
int oe_sysfs_write_number(const char *file, long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", value);
	return oe_sysfs_write(file, text);
}

static int read_list_once(const char *file, char **text, size_t *length)
{
	int fd = oe_sysfs_open(file, O_RDONLY);
	char *data = NULL;
	size_t room = 0;
	size_t used = 0;
	ssize_t got = 1;
	int err = 0;

	if (fd < 0)
		return fd;
	while (got && !err) {
		if (room - used < LIST_STEP / 2) {
			char *bigger = realloc(data, room + LIST_STEP);

			if (!bigger) {
				err = -ENOMEM;
				break;
			}
			data = bigger;
			room += LIST_STEP;
		}
		got = read(fd, data + used, room - used - 1);
		if (got < 0 && errno != EINTR)
			err = -errno;
		else if (got > 0)
			used += (size_t)got;
		if (used > LIST_MAX)
			err = -EFBIG;
	}
	close(fd);
	if (err) {
		free(data);
		return err;
	}
	data[used] = '\0';
	*text = data;
	if (length)
		*length = used;
	return 0;
}

/**
 * oe_sysfs_read_list - read a whole list of any length
 * @file: relative to the root
 * @text: gets the text, NUL terminated, to be freed by the caller
 * @length: gets its length; may be NULL
 *
 * A list that is gone before its end is read is read again, from its beginning.
 *
 * Return: 0, -EFBIG, -ENOMEM, -ESTALE if it is gone each time, or a negative
 * errno; @text is NULL then.
 */
int oe_sysfs_read_list(const char *file, char **text, size_t *length)
{
	int err = -ESTALE;
	int i;

	*text = NULL;
	for (i = 0; i < LIST_TRIES && err == -ESTALE; i++)
		err = read_list_once(file, text, length);
	return err;
}

static int by_name(const void *a, const void *b)
{
	/* limits/1000 after limits/999 */
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(char ***names, size_t *nr, const char *name)
{
	char **more = reallocarray(*names, *nr + 1, sizeof(**names));

	if (!more)
		return -ENOMEM;
	*names = more;
	more[*nr] = strdup(name);
	if (!more[*nr])
		return -ENOMEM;
	++*nr;
	return 0;
}

static int is_dir(DIR *dir, const char *name)
{
	struct stat st;

	return !fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISDIR(st.st_mode);
}

/**
 * oe_sysfs_list_dir - the names in a directory, sorted
 * @dir: relative to the root, as in "groups"
 * @names: gets the names; free with oe_sysfs_free_names()
 * @nr: gets their number
 * @want_dirs: 1: directories only, 0: files only
 *
 * Return: 0, -ENOMEM, or a negative errno; @names is NULL then.
 */
int oe_sysfs_list_dir(const char *dir, char ***names, size_t *nr, int want_dirs)
{
	char path[OE_SYSFS_PATH_MAX];
	int err = path_of(path, dir);
	struct dirent *entry;
	DIR *open_dir;

	*names = NULL;
	*nr = 0;
	if (err)
		return err;
	open_dir = opendir(path);
	if (!open_dir)
		return -errno;
	while (!err && (entry = readdir(open_dir)))
		if (entry->d_name[0] != '.' &&
		    is_dir(open_dir, entry->d_name) == want_dirs)
			err = add_name(names, nr, entry->d_name);
	closedir(open_dir);
	if (err) {
		oe_sysfs_free_names(*names, *nr);
		*names = NULL;
		*nr = 0;
		return err;
	}
	if (*nr)
		qsort(*names, *nr, sizeof(**names), by_name);
	return 0;
}

/**
 * oe_sysfs_free_names - free the result of oe_sysfs_list_dir()
 * @names: may be NULL
 * @nr: their number
 */
void oe_sysfs_free_names(char **names, size_t nr)
{
	while (nr)
		free(names[--nr]);
	free(names);
}

/* A file is not there. */
static const char *reason_of_absence(const char *file)
{
	const char *reason;

	if (oe_sysfs_present())
		return "the module is not loaded (try: modprobe oom_embedded)";
	reason = oe_feature_missing(file);
	if (reason)
		return reason;
	if (strstr(file, "/create"))
		return "this version of the module has no such file";
	if (!strncmp(file, "groups/", 7))
		return "no such group";
	if (!strncmp(file, "limits/", 7))
		return "no such limit";
	if (!strncmp(file, "cgroups/", 8))
		return "no such watched cgroup";
	return "this version of the module has no such file";
}

static const char *reason_of(const char *file, int err)
{
	switch (-err) {
	case ENOENT:
		return reason_of_absence(file);
	case EACCES:
		return "permission denied (are you root?)";
	case EPERM:
		return "the kernel wants CAP_SYS_RESOURCE in the initial user namespace (are you root?)";
	case ENODATA:
		return !strncmp(file, "cgroups/", 8) ?
			       "the cgroup does not exist, has no memory controller, or has no limit" :
			       strerror(-err);
	case EINVAL:
		return "malformed value";
	case ERANGE:
		return "out of range";
	case ESRCH:
		return "no such process";
	case EEXIST:
		return "it exists already";
	case ENOSPC:
		return "there are as many already as the module can hold";
	case EBUSY:
		return "it is in use";
	case EBADMSG:
		return "the file does not hold what it should";
	default:
		return strerror(-err);
	}
}

/**
 * oe_sysfs_explain - say what went wrong, for a human
 * @buf: gets one line without a newline, cut off if it must be
 * @size: of @buf
 * @file: relative to the root
 * @value: that was to be written, NULL if it was to be read
 * @err: negative errno
 *
 * Return: @buf.
 */
char *oe_sysfs_explain(char *buf, size_t size, const char *file,
		       const char *value, int err)
{
	if (value)
		snprintf(buf, size, "cannot write \"%.80s\" to %s/%s: %s",
			 value, oe_sysfs_root(), file, reason_of(file, err));
	else
		snprintf(buf, size, "cannot read %s/%s: %s", oe_sysfs_root(),
			 file, reason_of(file, err));
	return buf;
}
