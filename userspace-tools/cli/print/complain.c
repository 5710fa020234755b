// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages about what went wrong, and the exit status that goes with each.
 */
#include "cli/print/complain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/print/readable.h"
#include "common/feature.h"
#include "common/sysfs.h"
#ifdef HAVE_INIH
#include "common/refusal.h"
#endif

/**
 * complain - say what is wrong
 * @status: to exit with
 * @format: as printf(), without a newline
 *
 * Return: @status.
 */
int complain(int status, const char *format, ...)
{
	char text[OE_SYSFS_VALUE_MAX];
	va_list list;

	fflush(stdout);
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	fprintf(stderr, "oom-embedded: %s\n", readable(text));
	return status;
}

/**
 * complain_absent - say that the module has no such file
 * @file: relative to the root; the module is there, the file is not
 *
 * Return: the status to exit with.
 */
int complain_absent(const char *file)
{
	char text[200];

	return complain(EXIT_UNSUPPORTED, "%s",
			oe_feature_explain(text, sizeof(text), file));
}

/**
 * status_of_errno - the exit status for an error
 * @err: negative errno, of the module
 *
 * Return: an exit status.
 */
int status_of_errno(int err)
{
	switch (-err) {
	case 0:
		return EXIT_OK;
	case EACCES:
	case EPERM:
		return EXIT_PERMISSION;
	case ENOENT:
		return oe_sysfs_present() ? EXIT_NO_MODULE : EXIT_NOT_FOUND;
	case ESRCH:
		return EXIT_NOT_FOUND;
	case EINVAL:
	case ERANGE:
	case EEXIST:
	case ENOSPC:
	case EBUSY:
		return EXIT_REFUSED;
	default:
		return EXIT_TROUBLE;
	}
}

/**
 * complain_file - say that a file could not be read or written
 * @file: of the module
 * @value: that was written, NULL if it was read
 * @err: negative errno
 *
 * Return: the status to exit with.
 */
int complain_file(const char *file, const char *value, int err)
{
	char text[OE_SYSFS_VALUE_MAX];

#ifdef HAVE_INIH
	oe_refusal_explain(text, sizeof(text), file, value, err);
#else
	oe_sysfs_explain(text, sizeof(text), file, value, err);
#endif
	return complain(status_of_errno(err), "%s", text);
}

/**
 * complain_bad_lines - say that lines of a list were left out
 * @file: of the module
 * @nr_bad: lines
 * @status: so far
 *
 * Return: @status, or EXIT_TROUBLE if that was EXIT_OK and there are any.
 */
int complain_bad_lines(const char *file, unsigned long nr_bad, int status)
{
	if (!nr_bad)
		return status;
	complain(status, "%s/%s: left out %lu line%s that cannot be read",
		 oe_sysfs_root(), file, nr_bad, nr_bad == 1 ? "" : "s");
	return status == EXIT_OK ? EXIT_TROUBLE : status;
}

/**
 * must_have - end the program if there is no memory
 * @memory: of malloc() and its like
 *
 * Return: @memory, which is not NULL.
 */
void *must_have(void *memory)
{
	if (!memory)
		exit(complain(EXIT_TROUBLE, "out of memory"));
	return memory;
}
