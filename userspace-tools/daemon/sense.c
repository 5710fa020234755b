// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the state of memory. The files stay open: a seq_file keeps its buffer,
 * so reading it again allocates nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/commit.h"
#include "common/proc.h"
#include "common/sysfs.h"
#include "common/words.h"
#include "daemon/daemon.h"

enum {
	BUFFER = 4096,
	FIRST_LINE = 256,
	/* The rate is a mean over about this time. */
	RATE_MS = 4000,
	HUNDREDTHS_MAX = 1000000,
};

/* An exbibyte in kB: a thousand times it, which is a rate, fits as well. */
#define NUMBER_MAX (1LL << 50)

enum source {
	MEMINFO,
	PRESSURE,
	LOADAVG,
	LEVEL,
	FORECAST,
	STALL,
	AVAILABLE, /* swap included */
	OVERCOMMIT,
	ADMIN_RESERVE,
	USER_RESERVE,
	NR_SOURCES,
};

static struct {
	int fds[NR_SOURCES];
	bool open;
	bool want_candidates;
	bool want_commit;
	bool strict; /* vm.overcommit_memory is 2 */
	int64_t admin_kb;
	int64_t user_kb;
	int64_t last_ms;
	int64_t last_kb;
	double rate;
	int cpus;
	int level;
	int64_t biggest_kb;
	char text[BUFFER];
} sense_state;

static int open_proc(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", oe_proc_root(), name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The text of a source; NULL if there is none. */
static const char *text_of(enum source source)
{
	if (sense_state.fds[source] < 0 ||
	    oe_sysfs_read_fd(sense_state.fds[source], sense_state.text,
			     sizeof(sense_state.text)) <= 0)
		return NULL;
	return sense_state.text;
}

/*
 * -1 is "not known", as is what no machine has: sums and differences of what is
 * left do not overflow.
 */
static int64_t number_at(const char *text)
{
	long long number;

	text += strspn(text, " \t");
	if (*text < '0' || *text > '9')
		return -1;
	number = strtoll(text, NULL, 10);
	return number <= NUMBER_MAX ? number : -1;
}

static int64_t number_after(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? number_at(at + strlen(key)) : -1;
}

/* "avg10=1.23" as 123, without floating point's ways to go wrong. */
static int hundredths_after(const char *text, const char *key)
{
	const char *at = text ? strstr(text, key) : NULL;
	char *end;
	long whole;
	int part = 0;

	if (!at)
		return -1;
	whole = strtol(at + strlen(key), &end, 10);
	if (end == at + strlen(key) || whole < 0 || whole > HUNDREDTHS_MAX)
		return -1;
	if (*end == '.' && end[1] >= '0' && end[1] <= '9') {
		part = (end[1] - '0') * 10;
		if (end[2] >= '0' && end[2] <= '9')
			part += end[2] - '0';
	}
	return (int)whole * 100 + part;
}

/* Smoothed, so that one burst of the page cache is not a trend. */
static int64_t rate_of(int64_t available_kb)
{
	int64_t now = oe_now_ms();
	int64_t elapsed = now - sense_state.last_ms;
	double weight;
	double rate;

	if (!sense_state.last_ms || available_kb < 0) {
		sense_state.last_ms = now;
		sense_state.last_kb = available_kb;
		return 0;
	}
	if (elapsed < 1)
		return (int64_t)sense_state.rate;
	rate = (double)(sense_state.last_kb - available_kb) * 1000 /
	       (double)elapsed;
	weight = (double)elapsed / (double)(elapsed + RATE_MS);
	/* At first there is no past to be smoothed with. */
	if (sense_state.rate == 0)
		weight = 1;
	sense_state.rate += (rate - sense_state.rate) * weight;
	sense_state.last_ms = now;
	sense_state.last_kb = available_kb;
	return (int64_t)sense_state.rate;
}

static int64_t number_of(enum source source)
{
	const char *text = text_of(source);

	return text ? number_at(text) : -1;
}

static void read_pressure(struct oe_sense *sense)
{
	const char *text = text_of(PRESSURE);
	const char *some = text ? strstr(text, "some") : NULL;
	const char *full = text ? strstr(text, "full") : NULL;

	sense->psi_some = hundredths_after(some, "avg10=");
	sense->psi_full = hundredths_after(full, "avg10=");
}

/* The module makes the list anew for each reader. */
static int64_t read_biggest(void)
{
	char line[FIRST_LINE];
	const char *at = line;
	ssize_t got;
	int fd;

	fd = oe_sysfs_open("candidates", O_RDONLY);
	if (fd < 0)
		return -1;
	got = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (got <= 0)
		return -1;
	line[got] = '\0';
	/* position pid ranking source badness */
	for (int i = 0; i < 4; i++) {
		at += strspn(at, " ");
		at += strcspn(at, " ");
	}
	return number_at(at);
}

/* For each read of a sysctl the kernel allocates a buffer as large as the reader's. */
static void read_overcommit(void)
{
	sense_state.strict = number_of(OVERCOMMIT) == 2;
	if (!sense_state.strict)
		return;
	sense_state.admin_kb = oe_commit_reserve_kb(text_of(ADMIN_RESERVE));
	sense_state.user_kb = oe_commit_reserve_kb(text_of(USER_RESERVE));
}

static void sense_commit(struct oe_sense *sense, const char *meminfo)
{
	sense->commit_limit_kb = -1;
	sense->commit_left_kb = -1;
	if (!sense_state.strict || !meminfo)
		return;
	sense->commit_limit_kb = number_after(meminfo, "CommitLimit:");
	sense->commit_left_kb = oe_commit_left_kb(
		sense->commit_limit_kb, number_after(meminfo, "Committed_AS:"),
		sense_state.admin_kb, sense_state.user_kb);
}

/**
 * oe_sense_refresh - read the values that need memory, or a wait
 *
 * Not in an emergency: opens files, and notes the trend. The values stay in use until the next call.
 * For the list of candidates the module allocates memory for each process, so
 * the list is not read when memory is about to run out. Sysctls are not read in
 * oe_sense_read() for the same reason.
 */
void oe_sense_refresh(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus > 0)
		sense_state.cpus = (int)cpus;
	if (sense_state.want_candidates &&
	    sense_state.level < OOM_EMBEDDED_LEVEL_IMMINENT_OOM)
		sense_state.biggest_kb = read_biggest();
	if (sense_state.want_commit)
		read_overcommit();
	oe_watched_refresh();
	oe_trend_note(number_of(AVAILABLE));
}

/**
 * oe_sense_close - close it
 */
void oe_sense_close(void)
{
	for (int i = 0; i < NR_SOURCES && sense_state.open; i++)
		if (sense_state.fds[i] >= 0)
			close(sense_state.fds[i]);
	sense_state.open = false;
}

/**
 * oe_sense_open - open what memory is looked at by
 * @want_candidates: the biggest candidate is of interest
 * @want_commit: the memory that may still be promised is of interest
 */
void oe_sense_open(bool want_candidates, bool want_commit)
{
	oe_sense_close();
	sense_state.fds[MEMINFO] = open_proc("meminfo");
	sense_state.fds[PRESSURE] = open_proc("pressure/memory");
	sense_state.fds[LOADAVG] = open_proc("loadavg");
	sense_state.fds[LEVEL] = oe_sysfs_open("levels/level", O_RDONLY);
	sense_state.fds[FORECAST] =
		oe_sysfs_open("levels/oom_forecast_ms", O_RDONLY);
	sense_state.fds[STALL] =
		oe_sysfs_open("levels/stall_percent", O_RDONLY);
	sense_state.fds[AVAILABLE] =
		oe_sysfs_open("levels/available_kb", O_RDONLY);
	sense_state.fds[OVERCOMMIT] = open_proc("sys/vm/overcommit_memory");
	sense_state.fds[ADMIN_RESERVE] =
		open_proc("sys/vm/admin_reserve_kbytes");
	sense_state.fds[USER_RESERVE] = open_proc("sys/vm/user_reserve_kbytes");
	sense_state.want_candidates = want_candidates;
	sense_state.want_commit = want_commit;
	sense_state.strict = false;
	sense_state.last_ms = 0;
	sense_state.rate = 0;
	sense_state.level = OOM_EMBEDDED_LEVEL_UNKNOWN;
	sense_state.biggest_kb = -1;
	sense_state.open = true;
	/* The kernel's buffers are allocated by the first read. */
	for (int i = 0; i < NR_SOURCES; i++)
		text_of((enum source)i);
	oe_sense_refresh();
}

/**
 * oe_sense_read - look at memory
 * @sense: filled in
 *
 * Reads files that are open, and allocates nothing.
 */
void oe_sense_read(struct oe_sense *sense)
{
	const char *text = text_of(MEMINFO);

	sense->total_kb = text ? number_after(text, "MemTotal:") : -1;
	sense->available_kb = text ? number_after(text, "MemAvailable:") : -1;
	sense_commit(sense, text);
	sense->rate_kb = rate_of(sense->available_kb);
	read_pressure(sense);
	text = text_of(LOADAVG);
	sense->load = text ? hundredths_after(text, "") : -1;
	if (sense->load > 0 && sense_state.cpus > 1)
		sense->load /= sense_state.cpus;
	text = text_of(LEVEL);
	sense->level = text ? oe_level_index(text) : -1;
	sense->forecast_ms = number_of(FORECAST);
	sense->stall_percent = number_of(STALL);
	sense->left_s = oe_trend_left();
	sense->biggest_kb = sense_state.biggest_kb;
	sense_state.level = sense->level;
	oe_watched_read();
}
