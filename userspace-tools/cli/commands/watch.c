// SPDX-License-Identifier: GPL-2.0-only
/*
 * "watch": a line an event, as they come. poll(2) wakes the command for files
 * that support it. The other files are read once in each interval.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands/commands.h"
#include "cli/commands/watched.h"
#include "cli/print/complain.h"
#include "cli/print/format.h"
#include "cli/print/out.h"
#include "cli/print/readable.h"
#include "common/records.h"
#include "common/sysfs.h"
#include "uapi/oom_embedded.h"

enum {
	WORD_SIZE = 32,
	LIMITS_MAX = 256,
	CGROUPS_MAX = 64,
	DECISION_MS = 50, /* a decision follows the announcement at once */
	DECISION_PATIENCE_MS = 15000, /* longest grace, and some */
};

/**
 * struct limit_state - a limit, as it was
 * @name: its uid
 * @is_exceeded: memory was above it
 * @nr_kills: so far
 */
struct limit_state {
	char name[WORD_SIZE];
	bool is_exceeded;
	long long nr_kills;
};

/**
 * struct cgroup_state - a watched cgroup, as it was
 * @name: of the watch
 * @level: of the cgroup; empty: it was not there
 */
struct cgroup_state {
	char name[OOM_EMBEDDED_GROUP_NAME_MAX + 1];
	char level[WORD_SIZE];
};

/**
 * struct watch - the state that was seen last
 * @args: of the command
 * @nr_lines: printed
 * @wanted_fd: polled; -1: not there
 * @level_fd: polled; -1: not there
 * @wanted: reconfigure_wanted
 * @done: reconfigure_done
 * @seq: of the last decision
 * @total_ns: how long that took: an emergency that goes on is decided again
 * @expected_ms: so long the decision of an announced OOM is expected
 * @level: the level
 * @limit: the limits
 * @nr_limits: of them
 * @cgroup: the watched cgroups
 * @nr_cgroups: of them
 */
struct watch {
	const struct arguments *args;
	long nr_lines;
	int wanted_fd;
	int level_fd;
	long long wanted;
	long long done;
	long long seq;
	long long total_ns;
	long long expected_ms;
	char level[WORD_SIZE];
	struct limit_state limit[LIMITS_MAX];
	size_t nr_limits;
	struct cgroup_state cgroup[CGROUPS_MAX];
	size_t nr_cgroups;
};

static volatile sig_atomic_t stopped;

static void stop_watch(int signal)
{
	(void)signal;
	stopped = 1;
}

static double time_now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* --- lines ----------------------------------------------------------------- */

/* Begins an object, or a line; end_line() ends it. */
static void begin_line(struct watch *watch, const char *what, double time)
{
	char text[FORMAT_SIZE];

	if (watch->args->json) {
		out_begin(true);
		out_text("event", what);
		out_real("time", time);
	} else {
		printf("%s %-9s", format_clock(text, time), what);
	}
}

static void end_line(struct watch *watch)
{
	if (!watch->args->json)
		putchar('\n');
	/* A reader sees each line immediately. If there is no reader any more, the command ends. */
	if (watch->args->json ? out_end_line() : fflush(stdout))
		stopped = 1;
	if (watch->args->count && ++watch->nr_lines == watch->args->count)
		stopped = 1;
}

static void print_word(struct watch *watch, const char *key, const char *value)
{
	char copy[FORMAT_COMMAND_SIZE];

	snprintf(copy, sizeof(copy), "%s", value);
	if (watch->args->json)
		out_field(key, value);
	else
		printf(" %s=%s", key, readable(copy));
}

static void print_number(struct watch *watch, const char *key, long long value)
{
	if (watch->args->json)
		out_number(key, value);
	else
		printf(" %s=%lld", key, value);
}

/* --- what may happen ------------------------------------------------------- */

static void look_at_wanted(struct watch *watch)
{
	long long wanted;

	/* The open file, so that the kernel wakes us the next time. */
	if (oe_sysfs_read_fd_number(watch->wanted_fd, &wanted) ||
	    wanted == watch->wanted)
		return;
	begin_line(watch, "oom", time_now(CLOCK_REALTIME));
	print_number(watch, "seq", wanted);
	print_number(watch, "done", watch->done);
	end_line(watch);
	watch->wanted = wanted;
	watch->expected_ms = DECISION_PATIENCE_MS;
}

static void look_at_done(struct watch *watch)
{
	long long done;

	if (oe_sysfs_read_number("reconfigure_done", &done) ||
	    done == watch->done)
		return;
	begin_line(watch, "done", time_now(CLOCK_REALTIME));
	print_number(watch, "seq", done);
	end_line(watch);
	watch->done = done;
}

static void print_decision(struct watch *watch, const struct oe_event *event)
{
	static const char *const keys[] = {
		"kind",		  "trigger_pid",   "trigger_comm",
		"victim_pid",	  "victim_comm",   "victim_rank",
		"victim_source",  "victim_rss_kb", "victim_cgroup",
		"victim_cmdline", "outcome",	   "reason",
		"grace_used_ms",
	};
	size_t i;

	begin_line(watch, "decision",
		   oe_field_real(event->field, event->nr, "time", -1));
	print_number(watch, "seq", event->seq);
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const char *value = event_text(event, keys[i]);

		if (value)
			print_word(watch, keys[i], value);
	}
	end_line(watch);
}

static void remember_event(struct watch *watch, const struct oe_event *event)
{
	watch->seq = event->seq;
	watch->total_ns = event_number(event, "total_ns", 0);
}

/* One more than the last that was seen; decisions older than the list are lost. */
static size_t first_new(const struct watch *watch,
			const struct oe_events *events)
{
	size_t i = events->nr;

	while (i) {
		const struct oe_event *event = &events->event[i - 1];

		if (event->seq < watch->seq ||
		    (event->seq == watch->seq &&
		     event_number(event, "total_ns", 0) == watch->total_ns))
			break;
		i--;
	}
	return i;
}

static void look_at_events(struct watch *watch)
{
	struct oe_events events;
	size_t i;

	if (oe_records_events(&events))
		return;
	for (i = first_new(watch, &events); i < events.nr && !stopped; i++) {
		print_decision(watch, &events.event[i]);
		remember_event(watch, &events.event[i]);
		if (watch->seq >= watch->wanted)
			watch->expected_ms = 0;
	}
	oe_records_free_events(&events);
}

static void look_at_level(struct watch *watch)
{
	char level[WORD_SIZE];
	long long value;

	if (watch->level_fd < 0 ||
	    oe_sysfs_read_fd(watch->level_fd, level, sizeof(level)) < 0 ||
	    !strcmp(level, watch->level))
		return;
	begin_line(watch, "level", time_now(CLOCK_REALTIME));
	print_word(watch, "level", level);
	print_word(watch, "was", watch->level);
	if (!oe_sysfs_read_number("levels/available_kb", &value))
		print_number(watch, "available_kb", value);
	if (!oe_sysfs_read_number("levels/oom_forecast_ms", &value) &&
	    value >= 0)
		print_number(watch, "oom_forecast_ms", value);
	end_line(watch);
	snprintf(watch->level, sizeof(watch->level), "%s", level);
}

static struct limit_state *find_limit(struct watch *watch, const char *name)
{
	struct limit_state *limit;
	size_t i;

	for (i = 0; i < watch->nr_limits; i++)
		if (!strcmp(watch->limit[i].name, name))
			return &watch->limit[i];
	if (watch->nr_limits == LIMITS_MAX || strlen(name) >= WORD_SIZE)
		return NULL;
	limit = &watch->limit[watch->nr_limits++];
	snprintf(limit->name, sizeof(limit->name), "%s", name);
	return limit;
}

static long long limit_number(const char *name, const char *file)
{
	char path[OE_SYSFS_PATH_MAX];
	long long value = 0;

	snprintf(path, sizeof(path), "limits/%s/%s", name, file);
	oe_sysfs_read_number(path, &value);
	return value;
}

static void print_limit(struct watch *watch, const char *name, const char *what)
{
	begin_line(watch, "limit", time_now(CLOCK_REALTIME));
	print_word(watch, "uid", name);
	print_word(watch, "what", what);
	print_number(watch, "rss_kb", limit_number(name, "rss_kb"));
	print_number(watch, "max_kb", limit_number(name, "max_kb"));
	end_line(watch);
}

static void look_at_limit(struct watch *watch, const char *name, bool silent)
{
	struct limit_state *limit = find_limit(watch, name);
	long long nr_kills = limit_number(name, "nr_kills");
	bool is_exceeded = limit_number(name, "exceeded_ms") > 0;

	if (!limit)
		return;
	if (!silent && is_exceeded && !limit->is_exceeded)
		print_limit(watch, name, "exceeded");
	if (!silent && nr_kills > limit->nr_kills)
		print_limit(watch, name, "killed");
	if (!silent && !is_exceeded && limit->is_exceeded)
		print_limit(watch, name, "recovered");
	limit->is_exceeded = is_exceeded;
	limit->nr_kills = nr_kills;
}

static void look_at_limits(struct watch *watch, bool silent)
{
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_list_dir("limits", &names, &nr, 1))
		return;
	for (i = 0; i < nr && !stopped; i++)
		look_at_limit(watch, names[i], silent);
	oe_sysfs_free_names(names, nr);
}

static struct cgroup_state *find_cgroup(struct watch *watch, const char *name)
{
	struct cgroup_state *cgroup;
	size_t i;

	for (i = 0; i < watch->nr_cgroups; i++)
		if (!strcmp(watch->cgroup[i].name, name))
			return &watch->cgroup[i];
	if (watch->nr_cgroups == CGROUPS_MAX ||
	    strlen(name) >= sizeof(cgroup->name))
		return NULL;
	cgroup = &watch->cgroup[watch->nr_cgroups++];
	snprintf(cgroup->name, sizeof(cgroup->name), "%s", name);
	return cgroup;
}

static void look_at_cgroup(struct watch *watch, const char *name, bool silent)
{
	struct cgroup_state *cgroup = find_cgroup(watch, name);
	struct watched now;

	watched_read(name, &now);
	if (!cgroup || !strcmp(now.level, cgroup->level))
		return;
	if (!silent) {
		begin_line(watch, "cgroup", time_now(CLOCK_REALTIME));
		print_word(watch, "watch", name);
		print_word(watch, "level", *now.level ? now.level : "-");
		print_word(watch, "was", *cgroup->level ? cgroup->level : "-");
		if (now.limit_kb >= 0) {
			print_number(watch, "available_kb", now.available_kb);
			print_number(watch, "limit_kb", now.limit_kb);
		}
		end_line(watch);
	}
	snprintf(cgroup->level, sizeof(cgroup->level), "%s", now.level);
}

static void look_at_cgroups(struct watch *watch, bool silent)
{
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_list_dir("cgroups", &names, &nr, 1))
		return;
	for (i = 0; i < nr && !stopped; i++)
		look_at_cgroup(watch, names[i], silent);
	oe_sysfs_free_names(names, nr);
}

/* --- the command ----------------------------------------------------------- */

/* From here on nothing is missed; this line is not counted. */
static void print_now(struct watch *watch)
{
	begin_line(watch, "now", time_now(CLOCK_REALTIME));
	watch->nr_lines = -1;
	print_number(watch, "seq", watch->wanted);
	print_number(watch, "done", watch->done);
	if (*watch->level)
		print_word(watch, "level", watch->level);
	end_line(watch);
}

static int begin_watch(struct watch *watch)
{
	struct oe_events events;

	watch->wanted_fd = oe_sysfs_open("reconfigure_wanted", O_RDONLY);
	if (watch->wanted_fd < 0)
		return complain_file("reconfigure_wanted", NULL,
				     watch->wanted_fd);
	watch->level_fd = oe_sysfs_open("levels/level", O_RDONLY);
	oe_sysfs_read_fd_number(watch->wanted_fd, &watch->wanted);
	oe_sysfs_read_number("reconfigure_done", &watch->done);
	if (watch->level_fd >= 0)
		oe_sysfs_read_fd(watch->level_fd, watch->level,
				 sizeof(watch->level));
	if (!oe_records_events(&events)) {
		if (events.nr)
			remember_event(watch, &events.event[events.nr - 1]);
		oe_records_free_events(&events);
	}
	look_at_limits(watch, true);
	look_at_cgroups(watch, true);
	print_now(watch);
	return EXIT_OK;
}

/* Wakes up for a signal of the kernel, or after the interval. */
static void wait_for_something(struct watch *watch)
{
	struct pollfd fds[] = {
		{ .fd = watch->wanted_fd, .events = POLLPRI },
		{ .fd = watch->level_fd, .events = POLLPRI },
	};
	double interval = watch->args->interval > 0 ? watch->args->interval : 1;
	int ms = (int)(interval * 1000);

	if (watch->expected_ms > 0 && ms > DECISION_MS)
		ms = DECISION_MS;
	poll(fds, 2, ms);
	watch->expected_ms -= ms;
}

static int look_at_all(struct watch *watch)
{
	if (oe_sysfs_present())
		return complain(EXIT_NO_MODULE, "the module was unloaded");
	look_at_wanted(watch);
	if (!stopped)
		look_at_level(watch);
	if (!stopped)
		look_at_events(watch);
	if (!stopped)
		look_at_done(watch);
	look_at_limits(watch, false);
	look_at_cgroups(watch, false);
	return EXIT_OK;
}

/**
 * watch_run - the command "watch"
 * @args: @interval, @count
 *
 * Return: an exit status.
 */
int watch_run(const struct arguments *args)
{
	static struct watch watch;
	const struct sigaction action = { .sa_handler = stop_watch };
	int status;

	watch.args = args;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* To have the word when memory is short; without the right to it, so be it. */
	mlockall(MCL_CURRENT);
	status = begin_watch(&watch);
	while (status == EXIT_OK && !stopped) {
		wait_for_something(&watch);
		if (!stopped)
			status = look_at_all(&watch);
	}
	if (watch.wanted_fd >= 0)
		close(watch.wanted_fd);
	if (watch.level_fd >= 0)
		close(watch.level_fd);
	return status;
}
