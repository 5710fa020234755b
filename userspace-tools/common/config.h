/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration: /etc/oom-embedded.conf and /etc/oom-embedded.d/, as described in
 * oom-embedded.conf(5). Read by the manager daemon and by "oom-embedded check" and "apply".
 *
 * A configuration is all or nothing: one error makes it unusable. Everything lies in
 * one block of fixed size, so that a program that must live without memory can allocate it
 * beforehand.
 */
#ifndef OE_CONFIG_H
#define OE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/limit_name.h"

/* The build says where: /etc, or below another prefix. */
#define OE_CONF_FILE SYSCONFDIR "/oom-embedded.conf"
#define OE_CONF_DIRECTORY SYSCONFDIR "/oom-embedded.d"

enum {
	OE_CONF_MAX_FILES = 16,
	OE_CONF_MAX_SETTINGS = 160,
	OE_CONF_MAX_RANKINGS = 96,
	OE_CONF_MAX_GROUPS = 32,
	OE_CONF_MAX_LIMITS = 32,
	OE_CONF_MAX_CGROUPS = 16,
	OE_CONF_MAX_MODES = 8,
	OE_CONF_MAX_SERVICES = 16,
	OE_CONF_MAX_HELPERS = 8,
	OE_CONF_MAX_STEPS = 96, /* of all services and modes */
	OE_CONF_MAX_CONDITIONS = 32, /* of all modes */
	OE_CONF_MAX_TERMS = 4, /* of a condition */
	OE_CONF_MAX_ARGS = 15, /* of a command */
	OE_CONF_MAX_OOMS = 64, /* that can be counted within a time */
	OE_CONF_TEXT = 12 * 1024, /* all texts together */
};

/**
 * struct oe_conf_place - the place of a setting
 * @file: name of the file, as it was opened
 * @line: from 1
 */
struct oe_conf_place {
	const char *file;
	int line;
};

/**
 * struct oe_conf_setting - one file of the module and what is to be written to it
 * @path: relative to the module's directory: "rank_threshold", "groups/batch/rank"
 * @value: as it was configured and is to be written: "4M", "10%", "USR1"
 * @place: the line
 *
 * Of a path that several files set there is only the last one.
 */
struct oe_conf_setting {
	const char *path;
	const char *value;
	struct oe_conf_place place;
};

/**
 * struct oe_conf_ranking - a ranking for processes by name
 * @pattern: shell pattern (fnmatch(3)) for /proc/PID/comm
 * @rank: 0..1000
 * @trusts_names: a line that protects does so for every user's processes
 * @place: the line
 *
 * The first pattern that matches counts.
 */
struct oe_conf_ranking {
	const char *pattern;
	int rank;
	bool trusts_names;
	struct oe_conf_place place;
};

/**
 * struct oe_conf_group - a group, or a watched cgroup, to be created; its attributes are settings
 * @name: [a-z0-9_-]{1,32}
 * @place: its section's first line with a key
 */
struct oe_conf_group {
	const char *name;
	struct oe_conf_place place;
};

/**
 * struct oe_conf_limit - a per-user limit to be created; its attributes are settings
 * @name: of its directory, see oe_limit_name()
 * @place: its section's first line with a key
 */
struct oe_conf_limit {
	char name[OE_LIMIT_NAME_SIZE];
	struct oe_conf_place place;
};

/**
 * enum oe_conf_step_type - the action of a step
 * @OE_STEP_SIGNAL: sends a signal to the service's processes
 * @OE_STEP_WAIT: until they have ended, or the time is over
 * @OE_STEP_SLEEP: that long
 * @OE_STEP_RUN: runs a command (fork and exec: best effort)
 * @OE_STEP_HELPER: has a helper do its work, which was started beforehand
 * @OE_STEP_RESTART: runs the service's restart command once memory is back
 * @OE_STEP_REBOOT: restarts the machine
 * @OE_STEP_KILL_NEXT: has the module kill the first in order, in a group if one is named
 */
enum oe_conf_step_type {
	OE_STEP_SIGNAL,
	OE_STEP_WAIT,
	OE_STEP_SLEEP,
	OE_STEP_RUN,
	OE_STEP_HELPER,
	OE_STEP_RESTART,
	OE_STEP_REBOOT,
	OE_STEP_KILL_NEXT,
};

/**
 * struct oe_conf_step - one step of a service or of a mode
 * @type: see above
 * @ms: how long it may take; 0 where that has no meaning
 * @signal: OE_STEP_SIGNAL
 * @argv: OE_STEP_RUN: the command; NULL at the end
 * @text: OE_STEP_HELPER: name of the helper; OE_STEP_KILL_NEXT: of the group, "" for any process
 * @helper: OE_STEP_HELPER: its index
 * @place: the line
 */
struct oe_conf_step {
	enum oe_conf_step_type type;
	int ms;
	int signal;
	int helper;
	const char *const *argv;
	const char *text;
	struct oe_conf_place place;
};

/**
 * enum oe_conf_term_type - the measure of a term of a condition
 * @OE_TERM_OOM: @value emergencies (at most OE_CONF_MAX_OOMS) of @scope within @ms (0: this one)
 * @OE_TERM_LEVEL: the module's level is at least @value (0 normal .. 4 oom)
 * @OE_TERM_FORECAST: the module expects an OOM within @ms
 * @OE_TERM_FORECAST_SLOW: by the trend of days memory is gone within @ms
 * @OE_TERM_AVAILABLE: available memory is below @value KiB, or per cent if @percent
 * @OE_TERM_COMMIT_LEFT: under strict overcommit less than @value KiB may still be promised, or
 *	per cent of CommitLimit
 * @OE_TERM_RATE: available memory falls by more than @value KiB a second
 * @OE_TERM_PSI_SOME: share of time (10 s) in which somebody waits for memory, in 1/100 %
 * @OE_TERM_PSI_FULL: everybody
 * @OE_TERM_LOAD: load average (1 min) a CPU, in 1/100
 * @OE_TERM_BIGGEST: the first candidate holds more than @value KiB, or per cent of memory
 * @OE_TERM_LIMIT: a user's limit was exceeded
 * @OE_TERM_STALL: the machine is stalled for more than @value per cent of its time
 * @OE_TERM_CGROUP: the level of a watched cgroup, which @path names, is at least @value
 * @OE_TERM_CGROUP_STALL: that cgroup is stalled for more than @value per cent of its time
 */
enum oe_conf_term_type {
	OE_TERM_OOM,
	OE_TERM_LEVEL,
	OE_TERM_FORECAST,
	OE_TERM_FORECAST_SLOW,
	OE_TERM_AVAILABLE,
	OE_TERM_COMMIT_LEFT,
	OE_TERM_RATE,
	OE_TERM_PSI_SOME,
	OE_TERM_PSI_FULL,
	OE_TERM_LOAD,
	OE_TERM_BIGGEST,
	OE_TERM_LIMIT,
	OE_TERM_STALL,
	OE_TERM_CGROUP,
	OE_TERM_CGROUP_STALL,
};

/**
 * enum oe_conf_scope - the emergencies that count
 * @OE_SCOPE_MACHINE: the machine's, SysRq's included
 * @OE_SCOPE_MEMCG: those of a memory cgroup
 * @OE_SCOPE_ANY: all
 */
enum oe_conf_scope {
	OE_SCOPE_MACHINE,
	OE_SCOPE_MEMCG,
	OE_SCOPE_ANY,
};

/**
 * struct oe_conf_term - a term of a condition
 * @type: see above
 * @scope: OE_TERM_OOM
 * @value: a number or an amount
 * @ms: a time
 * @percent: @value is a share of all memory
 * @path: OE_SCOPE_MEMCG: of this cgroup and those below it; NULL = of any. of a
 *	cgroup's terms: name of the watch
 */
struct oe_conf_term {
	enum oe_conf_term_type type;
	enum oe_conf_scope scope;
	long long value;
	int ms;
	bool percent;
	const char *path;
};

/**
 * struct oe_conf_condition - terms of which all must hold
 * @mode: index of the mode to enter
 * @nr_terms: at least 1
 * @terms: the terms
 * @place: the line
 * @text: as configured, for messages
 */
struct oe_conf_condition {
	int mode;
	int nr_terms;
	struct oe_conf_term terms[OE_CONF_MAX_TERMS];
	struct oe_conf_place place;
	const char *text;
};

/**
 * struct oe_conf_mode - a mode; the order in the configuration is that of severity
 * @name: free
 * @leave_ms: back to the mode before it, when nothing has asked for this one for so long;
 *	-1 = only by operator
 * @first_step: in oe_conf.steps
 * @nr_steps: done in this order when the mode is entered
 * @services: indices in oe_conf.services: their steps are done when the mode is entered
 * @nr_services: number of them
 * @place: its section's first line with a key
 */
struct oe_conf_mode {
	const char *name;
	int leave_ms;
	int first_step;
	int nr_steps;
	const char *service_names[OE_CONF_MAX_SERVICES];
	int services[OE_CONF_MAX_SERVICES];
	int nr_services;
	struct oe_conf_place place;
};

/**
 * struct oe_conf_mode_setting - a value that a mode writes to the module
 * @mode: index of the mode
 * @setting: path and value
 */
struct oe_conf_mode_setting {
	int mode;
	struct oe_conf_setting setting;
};

/**
 * struct oe_conf_service - processes and what is done with them, step by step
 * @name: free
 * @comm: shell pattern for /proc/PID/comm, or NULL
 * @pidfile: file with the number of its main process, or NULL
 * @restart: command that starts it again, or NULL
 * @restart_ms: how long that may take
 * @limit_ms: longest time that all its steps may take together
 * @first_step: in oe_conf.steps
 * @nr_steps: number of them
 * @place: its section's first line with a key
 */
struct oe_conf_service {
	const char *name;
	const char *comm;
	const char *pidfile;
	const char *const *restart;
	int restart_ms;
	int limit_ms;
	int first_step;
	int nr_steps;
	struct oe_conf_place place;
};

/**
 * struct oe_conf_helper - a program that is started beforehand and waits for its moment
 * @name: free
 * @argv: its command
 * @place: its section's first line with a key
 */
struct oe_conf_helper {
	const char *name;
	const char *const *argv;
	struct oe_conf_place place;
};

/* Levels of the daemon's log. */
enum oe_conf_log {
	OE_LOG_ERROR,
	OE_LOG_WARNING,
	OE_LOG_INFO,
	OE_LOG_DEBUG,
};

/**
 * struct oe_conf_daemon - the daemon's own section
 * @sample_ms: how often memory is looked at
 * @scan_ms: how often processes are looked for
 * @log_level: enum oe_conf_log
 * @log_rate: lines a minute; errors are not counted
 * @realtime: SCHED_FIFO priority, 0 = ordinary
 * @control: a FIFO for the operator's commands, or NULL
 * @unit_ranks: X-OOMRank= in unit files counts
 * @kill_interval_ms: shortest time between two OE_STEP_KILL_NEXT
 * @state: a file for what the next manager has to know, or NULL
 */
struct oe_conf_daemon {
	int sample_ms;
	int scan_ms;
	int log_level;
	int log_rate;
	int realtime;
	int unit_ranks;
	int kill_interval_ms;
	const char *control;
	const char *state;
};

/**
 * struct oe_conf - a configuration
 *
 * Contains pointers into itself: not to be copied.
 */
struct oe_conf {
	struct oe_conf_setting settings[OE_CONF_MAX_SETTINGS];
	struct oe_conf_mode_setting mode_settings[OE_CONF_MAX_SETTINGS];
	struct oe_conf_ranking rankings[OE_CONF_MAX_RANKINGS];
	struct oe_conf_group groups[OE_CONF_MAX_GROUPS];
	struct oe_conf_limit limits[OE_CONF_MAX_LIMITS];
	struct oe_conf_group cgroups[OE_CONF_MAX_CGROUPS];
	struct oe_conf_mode modes[OE_CONF_MAX_MODES];
	struct oe_conf_service services[OE_CONF_MAX_SERVICES];
	struct oe_conf_helper helpers[OE_CONF_MAX_HELPERS];
	struct oe_conf_step steps[OE_CONF_MAX_STEPS];
	struct oe_conf_condition conditions[OE_CONF_MAX_CONDITIONS];
	struct oe_conf_daemon daemon;
	int nr_settings;
	int nr_mode_settings;
	int nr_rankings;
	int nr_groups;
	int nr_limits;
	int nr_cgroups;
	int nr_modes;
	int nr_services;
	int nr_helpers;
	int nr_steps;
	int nr_conditions;
	int nr_files;
	int nr_errors;

	/* The rest is the reader's own. */
	const char *daemon_keys_file[9];
	void (*report)(void *arg, const char *message);
	void *report_arg;
	size_t text_used;
	_Alignas(void *) char text[OE_CONF_TEXT];
};

/**
 * oe_conf_begin - start with an empty configuration
 * @conf: its contents before do not matter
 * @report: called for each error with "FILE:LINE: FAULT", printable, without newline;
 *	NULL = nobody wants to know
 * @arg: for @report
 */
void oe_conf_begin(struct oe_conf *conf,
		   void (*report)(void *arg, const char *message), void *arg);

/**
 * oe_conf_read - read one more file; its settings override those read before
 * @conf: after oe_conf_begin()
 * @stream: the file, read to its end
 * @name: its name, for messages; copied
 */
void oe_conf_read(struct oe_conf *conf, FILE *stream, const char *name);

/**
 * oe_conf_end - check what only the whole can tell: names that are referred to, contradictions
 * @conf: after the last oe_conf_read()
 *
 * Return: the number of errors, all told; 0 = usable.
 */
int oe_conf_end(struct oe_conf *conf);

/**
 * oe_conf_load - all of it: a file, and the files *.conf of a directory in the order of names
 * @conf: its contents before do not matter
 * @file: must exist
 * @directory: need not exist; NULL = none
 * @report: see oe_conf_begin()
 * @arg: for @report
 *
 * Return: the number of errors, 0 = usable.
 */
int oe_conf_load(struct oe_conf *conf, const char *file, const char *directory,
		 void (*report)(void *arg, const char *message), void *arg);

/**
 * oe_conf_find_setting - a setting of the module, by its file
 * @conf: the configuration
 * @path: relative to the module's directory
 *
 * Return: the setting, @conf's; NULL if the configuration does not set it.
 */
const struct oe_conf_setting *oe_conf_find_setting(const struct oe_conf *conf,
						   const char *path);

/**
 * oe_conf_term_watch - the watched cgroup that a term is about
 * @term: see &struct oe_conf_term
 *
 * Return: its name, of the term; NULL = none.
 */
const char *oe_conf_term_watch(const struct oe_conf_term *term);

/**
 * oe_conf_kb - a size as the module will take it
 * @text: "4096" (KiB), "4M", "10%"
 * @total_kb: all memory, for "%"
 * @kb: result
 *
 * Return: true if it is one.
 */
bool oe_conf_kb(const char *text, unsigned long long total_kb,
		unsigned long long *kb);

/**
 * oe_conf_signal - the number of a signal
 * @name: "TERM", "USR1", "RTMIN+1" is not one
 *
 * Return: its number; 0 for "none"; -1 if there is no such signal.
 */
int oe_conf_signal(const char *name);

#endif /* OE_CONFIG_H */
