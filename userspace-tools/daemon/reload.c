// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration in force, and how another one takes its place.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "common/heap.h"
#include "daemon/daemon.h"

static const char *conf_file;
static const char *conf_directory;

/**
 * oe_reload_first - read the configuration for the first time
 * @file: the main file; kept
 * @directory: more of it, or NULL; kept
 * @report: told of each error
 *
 * Return: how many errors there were.
 */
int oe_reload_first(const char *file, const char *directory,
		    void (*report)(void *arg, const char *message))
{
	int errors;

	conf_file = file;
	conf_directory = directory;
	errors = oe_conf_load(oe_active_spare(), file, directory, report, NULL);
	if (!errors)
		oe_active_swap();
	return errors;
}

static void on_error(void *arg, const char *message)
{
	(void)arg;
	oe_log(OE_LOG_ERROR, "%s", message);
}

/**
 * oe_reload_state_path - the path of the state
 *
 * Return: the path, by the configuration in force.
 */
const char *oe_reload_state_path(void)
{
	const struct oe_conf *conf = oe_active_conf();

	return conf->daemon.state ? conf->daemon.state : OE_STATE_FILE;
}

/**
 * oe_reload_priority - be scheduled as the configuration says
 */
void oe_reload_priority(void)
{
	struct sched_param param = {
		.sched_priority = oe_active_conf()->daemon.realtime,
	};
	/* Children are ordinary. */
	int policy = (param.sched_priority ? SCHED_FIFO : SCHED_OTHER) |
		     SCHED_RESET_ON_FORK;

	if (sched_setscheduler(0, policy, &param))
		oe_log(OE_LOG_WARNING,
		       "no real-time priority (%s): on a busy system I may be late",
		       strerror(errno));
}

static bool same_helpers(const struct oe_conf *a, const struct oe_conf *b)
{
	if (a->nr_helpers != b->nr_helpers)
		return false;
	for (int i = 0; i < a->nr_helpers; i++) {
		const char *const *x = a->helpers[i].argv;
		const char *const *y = b->helpers[i].argv;

		while (*x && *y && !strcmp(*x, *y)) {
			x++;
			y++;
		}
		if (*x || *y)
			return false;
	}
	return true;
}

/* The mode of the same name; -1 = there is none. */
static int same_mode(const struct oe_conf *before, const struct oe_conf *conf,
		     int mode)
{
	return mode < 0 || mode >= before->nr_modes ?
		       -1 :
		       oe_mode_find(conf, before->modes[mode].name);
}

/* systemd waits for the end of the reload, however it ends. */
static void keep_current(const char *reason)
{
	oe_log(OE_LOG_ERROR, "%s: the one in force stays", reason);
	oe_notify_say("READY=1");
}

/* False: the module refuses @conf, and what was in force still is. */
static bool replace_settings(const struct oe_conf *before,
			     const struct oe_conf *conf, int mode)
{
	if (before->nr_modes)
		oe_settings_withdraw(before, conf, mode);
	if (oe_link_replace(before, conf, mode))
		return true;
	if (before->nr_modes)
		oe_settings_enter(before, oe_mode_current());
	return false;
}

/**
 * oe_reload - read the configuration again
 *
 * All or nothing: if the new configuration has an error, or the module refuses one of its settings,
 * the one in force stays, and so do its settings. The mode, the operator's mode and services that
 * wait for their restart stay what they are. Not called in an emergency.
 */
void oe_reload(void)
{
	struct oe_conf *conf = oe_active_spare();
	const struct oe_conf *before = oe_active_conf();
	char state[64];
	int errors;
	int mode;
	int pinned;
	int err;

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		 oe_now_ms() * 1000);
	oe_notify_say(state);
	errors = oe_conf_load(conf, conf_file, conf_directory, on_error, NULL);
	oe_heap_trim();
	if (errors) {
		keep_current("the new configuration has errors");
		return;
	}
	mode = same_mode(before, conf, oe_mode_current());
	if (!replace_settings(before, conf, mode < 0 ? 0 : mode)) {
		keep_current("the module refused the new configuration");
		return;
	}
	oe_pipeline_move(before, conf);
	oe_members_forget();
	pinned = same_mode(before, conf, oe_mode_pinned());
	oe_active_swap();
	oe_log_set(conf->daemon.log_level, conf->daemon.log_rate);
	if (!same_helpers(before, conf)) {
		oe_helper_restart_all(conf);
		/* Each fork has made the manager's pages copy-on-write. */
		oe_memory_lock();
	}
	oe_mode_init(conf, mode < 0 ? 0 : mode, pinned);
	err = oe_active_lock();
	if (err)
		oe_log(OE_LOG_WARNING, "cannot lock the configuration: %s",
		       strerror(-err));
	oe_reload_priority();
	oe_state_open(oe_reload_state_path());
	oe_trend_open(oe_reload_state_path());
	oe_control_open();
	oe_procs_scan(conf);
	oe_watch_sample_now();
	oe_log(OE_LOG_INFO, "the configuration was read again");
	oe_notify_say("READY=1");
}
