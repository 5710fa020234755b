// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trend of memory over hours and days, kept in a file beside the state, so that it survives a
 * restart of the manager. Not a reboot, which ends a leak.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/trend.h"
#include "daemon/daemon.h"

static struct {
	void *kept; /* a struct oe_trend, mapped: the file; NULL = none */
	int64_t left_s;
	char path[OE_TREND_PATH];
} trend = { .left_s = -1 };

/* Said once, until memory no longer falls. */
static void say_end(int64_t before_s)
{
	if (trend.left_s < 0 || before_s >= 0)
		return;
	oe_log(OE_LOG_WARNING,
	       "available memory falls by %lld kB a day: it will be gone in %lld hours",
	       (long long)oe_trend_fall_kb(trend.kept),
	       (long long)(trend.left_s / 3600));
}

static void compute_end(void)
{
	int64_t before_s = trend.left_s;

	trend.left_s = oe_trend_left_s(trend.kept, oe_trend_now_s());
	say_end(before_s);
}

/* Without a file: memory that is not locked either. Whole pages, as those of the file. */
static void keep_in_memory(void)
{
	void *memory = mmap(NULL, sizeof(struct oe_trend),
			    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	if (memory != MAP_FAILED)
		trend.kept = memory;
}

static size_t mapped_size(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (sizeof(struct oe_trend) + page - 1) & ~(page - 1);
}

/* The file counts from now on; with what was kept so far, unless it has something of its own. */
static void move_to(struct oe_trend *file, const char *boot_id)
{
	if (trend.kept && !oe_trend_is_whole(file, boot_id))
		*file = *(struct oe_trend *)trend.kept;
	if (trend.kept)
		munmap(trend.kept, sizeof(struct oe_trend));
	trend.kept = file;
}

/**
 * oe_trend_open - keep the trend in a file, and go on with what the manager before has left there
 * @state_path: the path of the state
 *
 * Not in an emergency. Without a file the trend is lost when the manager ends, which is logged. Again
 * with another path: the trend is kept there from now on.
 */
void oe_trend_open(const char *state_path)
{
	char boot_id[OE_BOOT_ID_SIZE];
	char path[OE_TREND_PATH];
	void *file = NULL;
	const char *why;

	oe_trend_path(path, state_path);
	if (!strcmp(trend.path, path))
		return;
	snprintf(trend.path, sizeof(trend.path), "%s", path);
	oe_state_read_boot_id(boot_id);
	why = oe_mapped_open(path, sizeof(struct oe_trend), &file);
	if (why)
		oe_log(OE_LOG_WARNING,
		       "cannot use %s (%s): the trend of memory is lost when I end",
		       path, why);
	if (file)
		move_to(file, boot_id);
	else if (!trend.kept)
		keep_in_memory();
	if (!trend.kept)
		return;
	if (!oe_trend_is_whole(trend.kept, boot_id))
		oe_trend_begin(trend.kept, boot_id);
	oe_memory_spare(trend.kept, mapped_size());
	compute_end();
}

/**
 * oe_trend_note - one more look at the memory
 * @available_kb: available memory, as the module counts it; negative = not known
 *
 * Not in an emergency: may have to wait for a page of the file.
 */
void oe_trend_note(int64_t available_kb)
{
	if (available_kb >= 0 && trend.kept &&
	    oe_trend_add(trend.kept, oe_trend_now_s(), available_kb))
		compute_end();
}

/**
 * oe_trend_left - how long memory will last
 *
 * Return: seconds, as of the last ten minutes; -1 if it does not fall from day to day, or if that
 * is not known.
 */
int64_t oe_trend_left(void)
{
	return trend.left_s;
}
