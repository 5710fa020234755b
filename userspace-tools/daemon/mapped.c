// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small file below /run that is mapped into memory, so that noting something takes no system
 * call.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"

/* Room is taken now: a file that grows when it is written to could not. */
static int map_file(int fd, size_t size, void **data)
{
	struct stat st;
	void *mapped;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) || st.st_nlink != 1)
		return -EPERM;
	if ((size_t)st.st_size != size && ftruncate(fd, 0))
		return -errno;
	errno = posix_fallocate(fd, 0, (off_t)size);
	if (errno)
		return -errno;
	mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mapped == MAP_FAILED)
		return -errno;
	if (*data)
		munmap(*data, size);
	*data = mapped;
	return 0;
}

/**
 * oe_mapped_open - map a file
 * @path: the file; made if it is not there; emptied if it has another size
 * @size: its size
 * @data: the mapping; an earlier mapping is unmapped. Not changed on failure
 *
 * Not in an emergency.
 *
 * Return: NULL, or why the file cannot be used; a text that stays until the next call of strerror().
 */
const char *oe_mapped_open(const char *path, size_t size, void **data)
{
	struct oe_path way;
	int err = 0;
	int fd;

	if (!oe_path_walk_to_own(&way, path)) {
		oe_path_close(&way);
		return way.why;
	}
	fd = openat(way.dir, way.name,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
			    O_CLOEXEC,
		    0600);
	if (fd < 0)
		err = -errno;
	else
		err = map_file(fd, size, data);
	if (fd >= 0)
		close(fd);
	oe_path_close(&way);
	return err ? strerror(-err) : NULL;
}
