/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files of the manager. Each calls those below it only, in this order, which is
 * that of DAEMON_SRCS in build.mk and is checked by a test:
 *
 *  main.c      options, start-up and its dry run
 *  background.c  a process without a terminal
 *  loop.c      what is done from turn to turn
 *  reload.c    how another configuration takes the place of the one in force
 *  control.c   what the operator asks for
 *  link.c      the connection to the module, and what it tells
 *  mode.c      which mode the system has to be in, and entering it
 *  pipeline.c  the steps of services and modes, one after another, with time limits
 *  steps.c     how each kind of step is begun, and when it has happened
 *  kill.c      the step "kill next"
 *  procs.c     the scan of all processes for those of services
 *  members.c   which processes belong to which service
 *  pidfile.c   pidfiles, as far as they can be trusted
 *  procread.c  facts about one process
 *  settings.c  what is written to the module
 *  sense.c     how memory is
 *  watched.c   the levels of memory cgroups
 *  helper.c    programs that were started beforehand
 *  worker.c    the process that forks and executes, so that nobody else has to
 *  trend.c     how memory goes over hours and days
 *  state.c     what the next manager has to know
 *  mapped.c    small files that are written to without a system call
 *  path.c      the way to a file, as far as it can be trusted
 *  memory.c    what is locked
 *  active.c    the configuration in force
 *  watch.c     descriptors and times that are waited for
 *  log.c       lines, and the process that writes them
 *  notify.c    states for systemd, and the process that tells them
 *  child.c     what children inherit, and what not
 *  ring.c      lines on the way from the manager to a child
 *
 * From the moment an emergency is announced the main process does nothing that may need memory:
 * no allocation, no fork, no opening of files, no output. All is static, locked and touched
 * before. Work that needs memory (commands, the log) is done by processes of its own; the main
 * process never waits for them.
 */
#ifndef OE_DAEMON_H
#define OE_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "common/config.h"
#include "common/manager_state.h"
#include "oom_embedded.h"

enum {
	OE_FOREVER = -1, /* a time-out */
	OE_COMM = 32, /* room for the name of a process */
	OE_LINE = 240, /* of the log */
	OE_CGROUP_PATH = 96, /* as much of a path as is compared */
};

/* CLOCK_MONOTONIC. */
static inline int64_t oe_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* --- state.c --- */

void oe_state_open(const char *path);
const struct oe_state *oe_state_before(void);
void oe_state_forget_before(void);
struct oe_state *oe_state_now(void);
void oe_state_publish(void);
void oe_state_set_text(char *text, size_t size, const char *value);
bool oe_state_is_text(const char *text, size_t size, const char *value);

/* --- mapped.c --- */

const char *oe_mapped_open(const char *path, size_t size, void **data);

/* --- trend.c --- */

void oe_trend_open(const char *state_path);
void oe_trend_note(int64_t available_kb);
int64_t oe_trend_left(void);

/* --- background.c --- */

int oe_background_enter(bool keep_stderr);
void oe_background_ready(const char *pidfile);
void oe_background_end(void);

/* --- loop.c --- */

int oe_loop_open(void);
void oe_loop_run(void);

/* --- reload.c --- */

int oe_reload_first(const char *file, const char *directory,
		    void (*report)(void *arg, const char *message));
void oe_reload(void);
void oe_reload_priority(void);
const char *oe_reload_state_path(void);

/* --- control.c --- */

void oe_control_open(void);
bool oe_control_wants_reload(void);
void oe_control_say_status(void);

/* --- link.c --- */

int oe_link_open(void);
void oe_link_close(void);
bool oe_link_is_up(void);
void oe_link_configure(int mode);
bool oe_link_replace(const struct oe_conf *before, const struct oe_conf *conf,
		     int mode);
void oe_link_listen(void);
void oe_link_regain(void);
void oe_link_catch_up(const struct oe_state *before);
void oe_link_acknowledge(void);
int oe_link_try(void);
uint64_t oe_link_emergencies(void);

/* --- child.c --- */

struct oe_ring;

void oe_child_prepare(void);
int oe_child_max_descriptors(void);
int oe_child_fork(const char *name, void (*run)(void));
void oe_child_drain(const struct oe_ring *ring, int ms);
void oe_child_reset(void);

/* --- active.c --- */

const struct oe_conf *oe_active_conf(void);
struct oe_conf *oe_active_spare(void);
void oe_active_swap(void);
int oe_active_lock(void);

/* --- watch.c --- */

int oe_watch_open(void);
int oe_watch_add(int fd, void (*ready)(void));
int oe_watch_change(int fd);
void oe_watch_remove(int fd);
int oe_watch_wait(int ms);
void oe_watch_serve(int count);
void oe_watch_sample_now(void);
void oe_watch_scan_now(void);
bool oe_watch_is_sample_due(int period_ms);
bool oe_watch_is_scan_due(int period_ms);
int64_t oe_watch_sample_left(void);

/* --- log.c --- */

enum oe_log_target {
	OE_LOG_TO_STDERR,
	OE_LOG_TO_SYSLOG,
};

void oe_log_init(enum oe_log_target target);
bool oe_log_start(void);
bool oe_log_died(int pid);
int oe_log_pid(void);
void oe_log_stop(void);
void oe_log_set(int level, int rate);
__attribute__((format(printf, 2, 3))) void oe_log(enum oe_conf_log level,
						  const char *format, ...);

/* --- notify.c --- */

void oe_notify_open(void);
bool oe_notify_start(void);
bool oe_notify_died(int pid);
int oe_notify_pid(void);
void oe_notify_say(const char *state);
void oe_notify_alive(void);
int oe_notify_longest_wait(void);
void oe_notify_stop(void);

/* --- path.c --- */

enum {
	OE_PATH = 512, /* with what symbolic links make of it */
	OE_PATH_NAME = 256,
};

/**
 * struct oe_path - a file, on the way from "/"
 * @dir: the directory that was reached; -1 = none
 * @name: of the file in it
 * @links: symbolic links that were followed
 * @has_stranger: a user who is neither root nor the manager's can change the path
 * @stranger: the user
 * @makes: the file, and its directory, may be missing
 * @why: the path is refused; a text that stays
 * @rest: the part that is to be walked yet
 */
struct oe_path {
	int dir;
	char name[OE_PATH_NAME];
	int links;
	bool has_stranger;
	unsigned int stranger;
	bool makes;
	const char *why;
	char rest[OE_PATH];
};

extern const char oe_path_missing[];

bool oe_path_walk(struct oe_path *path, const char *text);
bool oe_path_walk_to_own(struct oe_path *path, const char *text);
void oe_path_close(struct oe_path *path);
bool oe_path_is_ours(unsigned int uid);
bool oe_path_admit_owner(struct oe_path *path, unsigned int uid);
bool oe_path_refuse(struct oe_path *path, const char *why);
bool oe_path_refuse_errno(struct oe_path *path);

/* --- environment.c --- */

void oe_environment_clean(void);

/* --- memory.c --- */

void oe_memory_lock(void);
void oe_memory_spare(void *begin, size_t size);

/* --- ring.c --- */

struct oe_ring *oe_ring_create(void);
bool oe_ring_put(struct oe_ring *ring, int kind, const char *text);
const char *oe_ring_first(const struct oe_ring *ring, int *kind);
void oe_ring_drop(struct oe_ring *ring);
bool oe_ring_is_empty(const struct oe_ring *ring);
int oe_ring_fd(const struct oe_ring *ring);

/* --- sense.c --- */

/**
 * struct oe_sense - how memory is; -1 = unknown
 * @total_kb: all of it
 * @available_kb: MemAvailable
 * @commit_limit_kb: CommitLimit, with strict overcommit
 * @commit_left_kb: how much may still be promised
 * @rate_kb: by how much it falls, KiB a second; negative = it rises
 * @psi_some: hundredths of a per cent, over 10 s
 * @psi_full: the same
 * @load: hundredths, a CPU, over a minute
 * @level: of the module
 * @forecast_ms: of the module
 * @left_s: by the trend of days, in seconds
 * @stall_percent: the share of time that the machine is stalled
 * @biggest_kb: badness of the first candidate
 */
struct oe_sense {
	int64_t total_kb;
	int64_t available_kb;
	int64_t commit_limit_kb;
	int64_t commit_left_kb;
	int64_t rate_kb;
	int psi_some;
	int psi_full;
	int load;
	int level;
	int64_t forecast_ms;
	int64_t left_s;
	int64_t stall_percent;
	int64_t biggest_kb;
};

void oe_sense_open(bool want_candidates, bool want_commit);
void oe_sense_refresh(void);
void oe_sense_read(struct oe_sense *sense);
void oe_sense_close(void);

/* --- watched.c --- */

void oe_watched_open(const struct oe_conf *conf);
void oe_watched_refresh(void);
void oe_watched_read(void);
int oe_watched_level(const char *name);
int oe_watched_stall(const char *name);

/* --- settings.c --- */

int oe_settings_apply(const struct oe_conf *conf, const struct oe_conf *before,
		      int mode);

/* --- settings_mode.c --- */

int oe_settings_open(const struct oe_conf *conf);
const char *oe_settings_kept(const struct oe_conf *conf, int mode,
			     const char *path);
void oe_settings_withdraw(const struct oe_conf *conf,
			  const struct oe_conf *next, int mode);
void oe_settings_enter(const struct oe_conf *conf, int mode);
int oe_settings_try(const struct oe_conf *conf);
void oe_settings_rank(int pid, int rank);

/* --- exe_rules.c: rules whose path may get another file */
void oe_exe_rules_begin(const struct oe_conf *conf);
const char *oe_exe_rules_value(const struct oe_conf_setting *setting,
			       char *value);
void oe_exe_rules_look(const struct oe_conf *conf);

/* --- kill.c --- */

void oe_kill_next(const char *who, const char *group, int interval_ms);
void oe_kill_look(void);

/* --- procs.c --- */

void oe_procs_scan(const struct oe_conf *conf);

/* --- members.c --- */

void oe_members_begin_scan(void);
void oe_members_read_pidfiles(const struct oe_conf *conf, int proc);
void oe_members_match(const struct oe_conf *conf, int proc, int pid,
		      const char *comm);
void oe_members_end_scan(const struct oe_conf *conf);
void oe_members_forget(void);
int oe_members_signal(int service, int signal);
void oe_members_release(int service);
bool oe_members_are_gone(int service);
int oe_members_count(int service);

/* --- pidfile.c --- */

/**
 * struct oe_pidfile - a pidfile that was read
 * @pid: its number; above 1
 * @owner: uid of the file
 * @dev: the device of the file
 * @ino: the inode of the file
 * @changed_ns: when it was last changed
 */
struct oe_pidfile {
	int pid;
	unsigned int owner;
	uint64_t dev;
	uint64_t ino;
	int64_t changed_ns;
};

const char *oe_pidfile_read(const char *path, struct oe_pidfile *pidfile);
bool oe_pidfile_needs_owner(const struct oe_pidfile *pidfile);
bool oe_pidfile_is_same(const struct oe_pidfile *a, const struct oe_pidfile *b);

/* --- procread.c --- */

int oe_procread_open(void);
int oe_procread_comm(int proc, int pid, char *comm, size_t size);
uint64_t oe_procread_birth(int proc, int pid);
bool oe_procread_belongs(int proc, int pid, unsigned int uid);

/* --- helper.c --- */

int oe_helper_start_all(const struct oe_conf *conf);
void oe_helper_stop_all(void);
void oe_helper_restart_all(const struct oe_conf *conf);
bool oe_helper_died(int pid);
int oe_helper_pid(int helper);
bool oe_helper_revive(const struct oe_conf *conf);
int oe_helper_ask(int helper, const char *what);
bool oe_helper_has_answered(int helper);
bool oe_helper_is_busy(int helper);
int oe_helper_wait(int helper, int ms);

/* --- worker.c --- */

bool oe_worker_start(void);
void oe_worker_stop(void);
bool oe_worker_died(int pid);
int oe_worker_pid(void);
int oe_worker_fd(void);
void oe_worker_drain(void);
int oe_worker_run(const char *const *argv, int ms);
int oe_worker_sync(int ms);
int oe_worker_relieve(const char *group, int ms);
void oe_worker_release(const int *pids, int nr);
bool oe_worker_is_done(int job, int *status);
void oe_worker_forget(int job);

/* --- pipeline.c --- */

void oe_pipeline_start(const struct oe_conf *conf, int mode);
void oe_pipeline_repeat(const struct oe_conf *conf, int mode);
int64_t oe_pipeline_run(const struct oe_conf *conf, bool fine);
bool oe_pipeline_is_urgent(void);
void oe_pipeline_resume(const struct oe_conf *conf,
			const struct oe_state *state);
void oe_pipeline_move(const struct oe_conf *before, const struct oe_conf *conf);

/* --- mode.c --- */

/**
 * struct oe_oom - emergencies
 * @machine: how many of the machine
 * @memcg: how many of memory cgroups
 * @path: of the cgroup; NULL = not known
 */
struct oe_oom {
	int machine;
	int memcg;
	const char *path;
};

void oe_mode_init(const struct oe_conf *conf, int now, int pinned);
int oe_mode_find(const struct oe_conf *conf, const char *name);
int oe_mode_find_noted(const struct oe_conf *conf, const char *noted);
int oe_mode_current(void);
int oe_mode_pinned(void);
void oe_mode_oom(const struct oe_conf *conf, const struct oe_oom *oom);
void oe_mode_oom_path(const struct oe_conf *conf, const char *path);
void oe_mode_missed(const struct oe_conf *conf, const struct oe_oom *oom);
void oe_mode_limit(const struct oe_conf *conf);
void oe_mode_update(const struct oe_conf *conf, const struct oe_sense *sense);
void oe_mode_pin(const struct oe_conf *conf, int mode);
bool oe_mode_is_fine(void);
bool oe_mode_is_calm(void);

#endif /* OE_DAEMON_H */
