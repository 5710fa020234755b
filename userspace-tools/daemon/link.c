// SPDX-License-Identifier: GPL-2.0-only
/*
 * The manager's connection to the module, which may be unloaded and loaded
 * again at any time.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "common/sysfs.h"
#include "common/words.h"
#include "daemon/daemon.h"

enum {
	REOPEN_MS = 1000,
	MISSED =
		OE_CONF_MAX_OOMS, /* more emergencies of one moment do not count */
};

static struct {
	struct oom_embedded *oom; /* NULL: the module is not loaded */
	int64_t reopen_at_ms;
	uint64_t unacknowledged; /* number of an emergency; 0: none */
	int count_fds[OE_NR_COUNTS];
} module;

/**
 * oe_link_acknowledge - end the grace period
 *
 * Does nothing until all that the emergency asks for is done.
 */
void oe_link_acknowledge(void)
{
	int err;

	if (!module.oom || !module.unacknowledged || oe_pipeline_is_urgent())
		return;
	err = oom_embedded_acknowledge(module.oom, module.unacknowledged);
	/* -ERANGE: another program has acknowledged this emergency. */
	if (err && err != -ERANGE)
		oe_log(OE_LOG_ERROR, "cannot acknowledge: %s", strerror(-err));
	oe_log(OE_LOG_DEBUG, "acknowledged %" PRIu64, module.unacknowledged);
	module.unacknowledged = 0;
}

/* --- whose emergency it is ----------------------------------------------- */

static const char *const count_files[OE_NR_COUNTS] = {
	[OE_COUNT_GLOBAL] = "stats/oom_global",
	[OE_COUNT_SYSRQ] = "stats/oom_sysrq",
	[OE_COUNT_REQUEST] = "stats/oom_request",
	[OE_COUNT_MEMCG] = "stats/oom_memcg",
};

static void close_counts(void)
{
	for (int i = 0; i < OE_NR_COUNTS; i++) {
		if (module.count_fds[i] > 0)
			close(module.count_fds[i]);
		module.count_fds[i] = -1;
	}
}

static void open_counts(void)
{
	long long count;

	close_counts();
	for (int i = 0; i < OE_NR_COUNTS; i++) {
		module.count_fds[i] = oe_sysfs_open(count_files[i], O_RDONLY);
		/* The kernel's buffer is allocated by the first read. */
		oe_sysfs_read_fd_number(module.count_fds[i], &count);
	}
}

/* False: the module does not count by kind. */
static bool read_counts(int64_t *counts)
{
	for (int i = 0; i < OE_NR_COUNTS; i++) {
		long long count;

		if (oe_sysfs_read_fd_number(module.count_fds[i], &count) ||
		    count < 0)
			return false;
		counts[i] = count;
	}
	return true;
}

static int count_difference(const int64_t *counts, const int64_t *before, int i)
{
	/* A smaller count is that of a module that was loaded again. */
	int64_t more = counts[i] < before[i] ? counts[i] :
					       counts[i] - before[i];

	return more < MISSED ? (int)more : MISSED;
}

/* The module counts an emergency by its kind before it wakes readers. */
static void judge_counts(const int64_t *before, struct oe_oom *oom,
			 int otherwise)
{
	struct oe_state *state = oe_state_now();
	int64_t counts[OE_NR_COUNTS];

	*oom = (struct oe_oom){ .machine = otherwise };
	if (!read_counts(counts))
		return;
	oom->machine = count_difference(counts, before, OE_COUNT_GLOBAL) +
		       count_difference(counts, before, OE_COUNT_SYSRQ) +
		       count_difference(counts, before, OE_COUNT_REQUEST);
	oom->memcg = count_difference(counts, before, OE_COUNT_MEMCG);
	memcpy(state->counts, counts, sizeof(counts));
	oe_state_publish();
}

/* The module waits until this returns: a mode that is entered here decides this emergency. */
static void on_save(const struct oom_embedded_event *event, void *arg)
{
	struct oe_oom oom;

	(void)event;
	(void)arg;
	judge_counts(oe_state_now()->counts, &oom, 1);
	if (oom.machine || oom.memcg)
		oe_mode_oom(oe_active_conf(), &oom);
}

static void on_event(const struct oom_embedded_event *event, void *arg)
{
	(void)arg;
	switch (event->type) {
	case OOM_EMBEDDED_OOM:
		oe_log(OE_LOG_WARNING, "out of memory, emergency %" PRIu64,
		       event->seq);
		if (event->missed)
			oe_log(OE_LOG_WARNING,
			       "%" PRIu64 " emergencies before it were missed",
			       event->missed);
		module.unacknowledged = event->seq;
		break;
	case OOM_EMBEDDED_VICTIM:
	case OOM_EMBEDDED_NO_VICTIM:
		oe_log(OE_LOG_INFO,
		       "emergency %" PRIu64 ": %s, victim %d (%s), ranking %d",
		       event->seq, event->outcome, event->victim_pid,
		       event->victim_comm, event->victim_rank);
		break;
	case OOM_EMBEDDED_LEVEL:
		oe_log(OE_LOG_INFO, "level %s, was %s: %" PRId64 " kB",
		       oe_level_word(event->level),
		       oe_level_word(event->level_was), event->available_kb);
		oe_watch_sample_now();
		break;
	case OOM_EMBEDDED_LIMIT:
		oe_log(OE_LOG_INFO, "limit of user %u: %s", event->uid,
		       event->outcome);
		oe_mode_limit(oe_active_conf());
		break;
	case OOM_EMBEDDED_LOST:
		oe_log(OE_LOG_DEBUG, "uevents were lost, the count was not");
		break;
	case OOM_EMBEDDED_DETAILS:
		if (*event->memcg)
			oe_mode_oom_path(oe_active_conf(), event->memcg);
		break;
	case OOM_EMBEDDED_NOTHING:
		break;
	}
}

/* Counts that have fallen belong to a module that was unloaded. */
static bool counts_fit(const int64_t *before)
{
	int64_t counts[OE_NR_COUNTS];

	if (!read_counts(counts))
		return false;
	for (int i = 0; i < OE_NR_COUNTS; i++)
		if (counts[i] < before[i])
			return false;
	return true;
}

/**
 * oe_link_catch_up - handle emergencies from before the manager listened
 * @before: the state that the manager before has left, or NULL
 *
 * Without @before their kinds are not known. Each kind of which the module has counted one since it
 * was loaded is then taken for missed.
 */
void oe_link_catch_up(const struct oe_state *before)
{
	static const int64_t nothing[OE_NR_COUNTS];
	int64_t missed = oom_embedded_missed(module.oom);
	struct oe_oom oom;

	if (!before || !counts_fit(before->counts))
		judge_counts(nothing, &oom, 1);
	else
		judge_counts(before->counts, &oom, 1);
	if (missed <= 0)
		return;
	oe_log(OE_LOG_WARNING,
	       "%" PRId64 " emergencies were missed, the last was %" PRIu64,
	       missed, oom_embedded_wanted(module.oom));
	oe_mode_missed(oe_active_conf(), &oom);
	module.unacknowledged = oom_embedded_wanted(module.oom);
}

static bool has_term(const struct oe_conf *conf, enum oe_conf_term_type type)
{
	for (int i = 0; i < conf->nr_conditions; i++)
		for (int j = 0; j < conf->conditions[i].nr_terms; j++)
			if (conf->conditions[i].terms[j].type == type)
				return true;
	return false;
}

/* Open the files that modes write to and conditions read. */
static void open_files(const struct oe_conf *conf)
{
	oe_settings_open(conf);
	oe_watched_open(conf);
	oe_sense_open(has_term(conf, OE_TERM_BIGGEST),
		      has_term(conf, OE_TERM_COMMIT_LEFT));
}

/**
 * oe_link_configure - write the configuration in force to the module
 * @mode: the mode that is to be in force; -1 = none
 *
 * For a module that has had none from here. A setting that the module refuses
 * is left out, since there is nothing to go back to.
 */
void oe_link_configure(int mode)
{
	const struct oe_conf *conf = oe_active_conf();
	int refused = oe_settings_apply(conf, NULL, mode);

	if (refused)
		oe_log(OE_LOG_ERROR, "%d settings were refused", refused);
	open_files(conf);
}

/**
 * oe_link_replace - write a configuration to the module in place of another one
 * @before: in force until now
 * @conf: the one that takes its place
 * @mode: the mode of @conf that is to be in force; -1 = none
 *
 * Without the module nothing is written. When the module comes back,
 * oe_link_regain() writes the configuration that is in force then.
 *
 * Return: true; false if the module refused a setting. The settings of @before
 * are then in force as they were.
 */
bool oe_link_replace(const struct oe_conf *before, const struct oe_conf *conf,
		     int mode)
{
	if (!module.oom)
		return true;
	if (oe_settings_apply(conf, before, mode))
		return false;
	open_files(conf);
	return true;
}

/* The loop listens to the module in each turn, before all else. */
static void serve_module(void)
{
}

/**
 * oe_link_open - connect to the module, and be protected by it
 *
 * Return: 0, or a negative errno if the module is not loaded.
 */
int oe_link_open(void)
{
	int err = oe_sysfs_present();

	if (!err)
		err = oom_embedded_open(&module.oom, 0);
	if (err) {
		module.oom = NULL;
		return err;
	}
	/* Children that are forked from now on inherit the ranking. */
	err = oom_embedded_set_rank(module.oom, 0);
	if (err)
		oe_log(OE_LOG_ERROR, "cannot protect myself: %s",
		       strerror(-err));
	open_counts();
	oom_embedded_on_save(module.oom, on_save, NULL);
	oom_embedded_on_event(module.oom, on_event, NULL);
	oe_watch_add(oom_embedded_fd(module.oom), serve_module);
	return 0;
}

/* Called when the module is unloaded; oe_link_regain() looks for it. */
static void lose_module(void)
{
	oe_log(OE_LOG_WARNING, "the module has gone");
	oe_watch_remove(oom_embedded_fd(module.oom));
	oom_embedded_close(module.oom);
	close_counts();
	module.oom = NULL;
	module.unacknowledged = 0;
	module.reopen_at_ms = oe_now_ms() + REOPEN_MS;
}

/**
 * oe_link_listen - handle the events of the module
 */
void oe_link_listen(void)
{
	int got;

	if (!module.oom)
		return;
	got = oom_embedded_dispatch(module.oom);
	if (got < 0)
		lose_module();
}

static void protect_process(int pid)
{
	if (pid > 0)
		oe_settings_rank(pid, 0);
}

/* Children inherit the ranking at the start, but a module that is loaded again has no rankings. */
static void protect_children(void)
{
	protect_process(oe_log_pid());
	protect_process(oe_notify_pid());
	protect_process(oe_worker_pid());
	for (int i = 0; i < oe_active_conf()->nr_helpers; i++)
		protect_process(oe_helper_pid(i));
}

/**
 * oe_link_regain - look whether the module is loaded again
 */
void oe_link_regain(void)
{
	if (module.oom || oe_now_ms() < module.reopen_at_ms)
		return;
	module.reopen_at_ms = oe_now_ms() + REOPEN_MS;
	if (oe_link_open())
		return;
	oe_log(OE_LOG_WARNING, "the module is there again");
	oe_link_configure(oe_mode_current());
	protect_children();
	oe_mode_init(oe_active_conf(), oe_mode_current(), oe_mode_pinned());
	oe_watch_scan_now();
	oe_link_catch_up(NULL);
}

/**
 * oe_link_try - write to each file once, without an effect
 *
 * Return: the number of failures, which have been logged.
 */
int oe_link_try(void)
{
	long long done;
	int failed = 0;

	if (!module.oom)
		return 0;
	failed = oe_settings_try(oe_active_conf());
	if (oe_sysfs_read_number("reconfigure_done", &done) ||
	    oom_embedded_acknowledge(module.oom, (uint64_t)done))
		failed++;
	if (failed)
		oe_log(OE_LOG_ERROR, "%d files of the module cannot be written",
		       failed);
	return failed;
}

/**
 * oe_link_is_up - is the module loaded?
 *
 * Return: true if it is.
 */
bool oe_link_is_up(void)
{
	return module.oom;
}

/**
 * oe_link_emergencies - how many emergencies there were since the module was loaded
 *
 * Return: the number; 0 without the module.
 */
uint64_t oe_link_emergencies(void)
{
	return module.oom ? oom_embedded_wanted(module.oom) : 0;
}

/**
 * oe_link_close - end the connection
 */
void oe_link_close(void)
{
	oom_embedded_close(module.oom);
	module.oom = NULL;
}
