// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing the plain files that stand in for the module's.
 */
#include "tests/fake_tree.h"

#ifdef __GLIBC__
/* A library with sizes of 32 bits opens what it wants to. */
int open_of_library(const char *path, int flags, ...) __asm__("__wrap_open");
int open_of_libc(const char *path, int flags, ...) __asm__("__real_open");

int open_of_library(const char *path, int flags, ...)
{
	return open_of_libc(path, flags);
}
#endif

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/sysfs.h"

const char *fake_root(void)
{
	const char *path = getenv(OE_SYSFS_ENVIRONMENT);

	return path ? path : "/nonexistent";
}

void fake_path(char *path, const char *file)
{
	snprintf(path, PATH_MAX, "%s/%s", fake_root(), file);
}

void fake_get(const char *file, char *text)
{
	fake_get_all(file, text, TEXT_SIZE);
}

void fake_get_all(const char *file, char *text, size_t size)
{
	char path[PATH_MAX];
	ssize_t length;
	int fd;

	fake_path(path, file);
	text[0] = '\0';
	fd = __real_open(path, O_RDONLY);
	if (fd < 0)
		return;
	length = read(fd, text, size - 1);
	text[length > 0 ? length : 0] = '\0';
	close(fd);
}

long long fake_number(const char *file)
{
	char text[TEXT_SIZE];

	fake_get(file, text);
	return atoll(text);
}

void fake_put(const char *file, const char *text)
{
	char path[PATH_MAX];
	int fd;

	fake_path(path, file);
	fd = __real_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		abort();
	if (write(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

void fake_put_line(const char *file, const char *value)
{
	char line[TEXT_SIZE + 1];

	snprintf(line, sizeof(line), "%s\n", value);
	fake_put(file, line);
}

/* In $FAKE_LOG, if there is one. */
void fake_note(const char *file, const char *value)
{
	const char *log = getenv("FAKE_LOG");
	int fd = log ? __real_open(log, O_WRONLY | O_APPEND | O_CREAT, 0600) :
		       -1;

	if (fd < 0)
		return;
	dprintf(fd, "%s %s\n", file, value);
	close(fd);
}

/* FILE=ERRNO or FILE!ERRNO in $FAKE_ERRORS. */
int fake_planned_error(const char *file, char how)
{
	const char *word = getenv("FAKE_ERRORS");
	size_t length = strlen(file);

	for (; word && *word; word += strcspn(word, " ")) {
		word += strspn(word, " ");
		if (!strncmp(word, file, length) && word[length] == how)
			return atoi(word + length + 1);
	}
	return 0;
}

/* Of the module's file in procfs, which is a plain file otherwise. */
int fake_self_error(const char *path)
{
	static const char self[] = "/oom_embedded/self";
	size_t length = strlen(path);

	if (length < strlen(self) ||
	    strcmp(path + length - strlen(self), self) != 0)
		return 0;
	return fake_planned_error("self", '!');
}
