// SPDX-License-Identifier: GPL-2.0-only
/*
 * "wait": returns when something happens, and prints what, for a shell script.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands/commands.h"
#include "cli/print/complain.h"
#include "cli/print/format.h"
#include "cli/print/suggest.h"
#include "common/sysfs.h"
#include "common/words.h"
#include "uapi/oom_embedded.h"

enum {
	WORD_SIZE = 128,
	LOOK_MS = 1000, /* for what wakes nobody: the module is unloaded */
};

/**
 * struct wish - the events that end the wait
 * @oom: an emergency
 * @seq: one above this number; -1: above the present one
 * @level: a change of the level
 * @worst: this level or a worse one, also if it is so already; -1: any change
 * @coverage: a change of the coverage
 * @cgroup: name of a watched cgroup that the level is about; empty: the machine
 */
struct wish {
	bool oom;
	long long seq;
	bool level;
	int worst;
	bool coverage;
	char cgroup[OOM_EMBEDDED_GROUP_NAME_MAX + 1];
};

/**
 * struct waiter - the files, and what was in them
 * @wish: the events that end the wait
 * @is_gone: the module that the files were of
 * @wanted_fd: reconfigure_wanted; -1: not waited for, or not there, as are the others
 * @level_fd: level, of the machine or of a watched cgroup
 * @coverage_fd: coverage
 * @wanted: at first
 * @level: at first
 * @coverage: at first
 */
struct waiter {
	struct wish wish;
	bool is_gone;
	int wanted_fd;
	int level_fd;
	int coverage_fd;
	long long wanted;
	char level[WORD_SIZE];
	char coverage[WORD_SIZE];
};

/* --- output for a shell ---------------------------------------------------- */

/* A shell that evaluates the line gets exactly this text, whatever it is. */
static void print_word(const char *key, const char *value)
{
	char text[WORD_SIZE];
	const char *at;

	snprintf(text, sizeof(text), "%s", value);
	printf("%s='", key);
	for (at = printable(text); *at; at++)
		if (*at == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*at);
	puts("'");
}

static void print_number(const char *key, long long value)
{
	printf("%s=%lld\n", key, value);
}

/* --- what may have happened ------------------------------------------------ */

/* A number of the machine, or of the watched cgroup that the wish is about. */
static void print_amount(const struct waiter *waiter, const char *key,
			 const char *file)
{
	const char *cgroup = waiter->wish.cgroup;
	char path[OE_SYSFS_PATH_MAX];
	long long kb;

	snprintf(path, sizeof(path), "%s%s/%s", *cgroup ? "cgroups/" : "levels",
		 cgroup, file);
	if (!oe_sysfs_read_number(path, &kb))
		print_number(key, kb);
}

/* The files of a module that was unloaded stay dead when it is loaded again. Returns @got. */
static int look_alive(struct waiter *waiter, int got)
{
	if (got == -ENODEV)
		waiter->is_gone = true;
	return got;
}

static bool has_oom(struct waiter *waiter)
{
	const struct wish *wish = &waiter->wish;
	long long wanted;
	long long done;

	if (!wish->oom ||
	    look_alive(waiter,
		       oe_sysfs_read_fd_number(waiter->wanted_fd, &wanted)) ||
	    wanted <= (wish->seq >= 0 ? wish->seq : waiter->wanted))
		return false;
	print_word(OOM_EMBEDDED_KEY_EVENT, OOM_EMBEDDED_EVENT_RECONFIGURE);
	print_number(OOM_EMBEDDED_KEY_SEQ, wanted);
	if (!oe_sysfs_read_number("reconfigure_done", &done))
		print_number("OOM_DONE", done);
	return true;
}

static bool has_level(struct waiter *waiter)
{
	const struct wish *wish = &waiter->wish;
	char level[WORD_SIZE];

	/* A cgroup that has gone is at no level until it is there again. */
	if (!wish->level || waiter->level_fd < 0 ||
	    look_alive(waiter, oe_sysfs_read_fd(waiter->level_fd, level,
						sizeof(level))) < 0)
		return false;
	if (wish->worst >= 0 ? oe_level_index(level) < wish->worst :
			       !strcmp(level, waiter->level))
		return false;
	print_word(OOM_EMBEDDED_KEY_EVENT,
		   *wish->cgroup ? OOM_EMBEDDED_EVENT_CGROUP_LEVEL :
				   OOM_EMBEDDED_EVENT_LEVEL);
	if (*wish->cgroup)
		print_word(OOM_EMBEDDED_KEY_WATCH, wish->cgroup);
	print_word(OOM_EMBEDDED_KEY_LEVEL, level);
	print_word(OOM_EMBEDDED_KEY_LEVEL_WAS, waiter->level);
	print_amount(waiter, OOM_EMBEDDED_KEY_AVAILABLE_KB, "available_kb");
	if (*wish->cgroup)
		print_amount(waiter, OOM_EMBEDDED_KEY_LIMIT_KB, "limit_kb");
	return true;
}

static bool has_coverage(struct waiter *waiter)
{
	char coverage[WORD_SIZE];

	if (!waiter->wish.coverage || waiter->coverage_fd < 0 ||
	    look_alive(waiter, oe_sysfs_read_fd(waiter->coverage_fd, coverage,
						sizeof(coverage))) < 0 ||
	    !strcmp(coverage, waiter->coverage))
		return false;
	print_word(OOM_EMBEDDED_KEY_EVENT, OOM_EMBEDDED_EVENT_COVERAGE);
	print_word(OOM_EMBEDDED_KEY_COVERAGE, coverage);
	return true;
}

/* --- the command ----------------------------------------------------------- */

static int parse_level(const char *word, struct wish *wish)
{
	wish->level = true;
	wish->worst = oe_level_index(word);
	if (wish->worst < 0)
		return complain(EXIT_USAGE, "'%s' is no level", word);
	return EXIT_OK;
}

/* "NAME", or "NAME:LEVEL" */
static int parse_cgroup(const char *word, struct wish *wish)
{
	size_t length = strcspn(word, ":");

	snprintf(wish->cgroup, sizeof(wish->cgroup), "%.*s", (int)length, word);
	if (length >= sizeof(wish->cgroup) || !oe_word_is_name(wish->cgroup))
		return complain(EXIT_USAGE,
				"'%s' is no name of a watched cgroup", word);
	wish->level = true;
	return word[length] ? parse_level(word + length + 1, wish) : EXIT_OK;
}

static int parse_wish(const char *word, struct wish *wish)
{
	static const char *const words[] = { "any", "oom", "level",
					     "coverage" };
	const char *value = strchr(word, '=');
	const char *nearest;

	*wish = (struct wish){ .seq = -1, .worst = -1 };
	wish->oom = !strcmp(word, "any") || !strcmp(word, "oom");
	wish->level = !strcmp(word, "any") || !strcmp(word, "level");
	wish->coverage = !strcmp(word, "any") || !strcmp(word, "coverage");
	if (!strncmp(word, "oom=", 4)) {
		wish->oom = true;
		if (!oe_word_number(value + 1, &wish->seq) || wish->seq < 0)
			return complain(EXIT_USAGE,
					"'%s' is no number of an emergency",
					value + 1);
	}
	if (!strncmp(word, "level=", 6))
		return parse_level(value + 1, wish);
	if (!strncmp(word, "cgroup=", 7))
		return parse_cgroup(value + 1, wish);
	if (wish->oom || wish->level || wish->coverage)
		return EXIT_OK;
	nearest = suggest(word, words, sizeof(words) / sizeof(*words));
	return complain(
		EXIT_USAGE, "there is no event '%s'; %s%s%s", word,
		nearest ?
			"did you mean '" :
			"there are any, oom, oom=SEQ, level, level=NAME, coverage, cgroup=NAME, cgroup=NAME:LEVEL",
		nearest ? nearest : "", nearest ? "'?" : "");
}

/* Nothing else is waited for, or a certain level is. */
static bool needs_level(const struct wish *wish)
{
	return wish->worst >= 0 || *wish->cgroup ||
	       (!wish->oom && !wish->coverage);
}

static int open_level(struct waiter *waiter)
{
	const struct wish *wish = &waiter->wish;
	char path[OE_SYSFS_PATH_MAX] = "levels/level";

	if (*wish->cgroup)
		snprintf(path, sizeof(path), "cgroups/%s/level", wish->cgroup);
	waiter->level_fd = oe_sysfs_open(path, O_RDONLY);
	if (waiter->level_fd < 0 && needs_level(wish))
		return complain_file(path, NULL, waiter->level_fd);
	if (waiter->level_fd >= 0)
		oe_sysfs_read_fd(waiter->level_fd, waiter->level,
				 sizeof(waiter->level));
	return EXIT_OK;
}

/* The module takes a reader of reconfigure_wanted for one that an OOM has to wait for. */
static int open_files(struct waiter *waiter)
{
	const struct wish *wish = &waiter->wish;

	waiter->wanted_fd = -1;
	waiter->level_fd = -1;
	waiter->coverage_fd = -1;
	if (wish->oom)
		waiter->wanted_fd =
			oe_sysfs_open("reconfigure_wanted", O_RDONLY);
	if (wish->coverage)
		waiter->coverage_fd = oe_sysfs_open("coverage", O_RDONLY);
	if (wish->oom && waiter->wanted_fd < 0)
		return complain_file("reconfigure_wanted", NULL,
				     waiter->wanted_fd);
	if (wish->oom)
		oe_sysfs_read_fd_number(waiter->wanted_fd, &waiter->wanted);
	if (waiter->coverage_fd >= 0)
		oe_sysfs_read_fd(waiter->coverage_fd, waiter->coverage,
				 sizeof(waiter->coverage));
	return wish->level ? open_level(waiter) : EXIT_OK;
}

static void close_files(const struct waiter *waiter)
{
	const int fds[] = { waiter->wanted_fd, waiter->level_fd,
			    waiter->coverage_fd };
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int say_gone(const struct waiter *waiter)
{
	const char *cgroup = waiter->wish.cgroup;

	if (*cgroup && !oe_sysfs_present())
		return complain(EXIT_NOT_FOUND,
				"the cgroup %s is not watched any more",
				cgroup);
	return complain(EXIT_NO_MODULE, "the module was unloaded");
}

static int wait_for_it(struct waiter *waiter, double timeout)
{
	double deadline = seconds_now() + timeout;

	for (;;) {
		struct pollfd fds[] = {
			{ waiter->wanted_fd, POLLPRI, 0 },
			{ waiter->level_fd, POLLPRI, 0 },
			{ waiter->coverage_fd, POLLPRI, 0 },
		};
		double left = timeout > 0 ? (deadline - seconds_now()) * 1e3 :
					    LOOK_MS;

		if (has_oom(waiter) || has_level(waiter) ||
		    has_coverage(waiter))
			return EXIT_OK;
		if (waiter->is_gone || oe_sysfs_present())
			return say_gone(waiter);
		if (left <= 0)
			return EXIT_TIMEOUT;
		poll(fds, 3, left < LOOK_MS ? (int)left + 1 : LOOK_MS);
	}
}

/**
 * wait_run - the command "wait"
 * @args: EVENT or nothing, @timeout
 *
 * Return: an exit status.
 */
int wait_run(const struct arguments *args)
{
	struct waiter waiter = {};
	int status =
		parse_wish(args->argc ? args->argv[0] : "any", &waiter.wish);

	if (status != EXIT_OK)
		return status;
	/* To have the word when memory is short; without the right to it, so be it. */
	mlockall(MCL_CURRENT);
	status = open_files(&waiter);
	if (status == EXIT_OK)
		status = wait_for_it(&waiter, args->timeout);
	close_files(&waiter);
	return status;
}
