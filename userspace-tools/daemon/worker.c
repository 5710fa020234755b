// SPDX-License-Identifier: GPL-2.0-only
/*
 * The worker: a child of the manager, forked at the start and locked in memory.
 * It forks and executes commands, calls sync(2) and has the module kill: each may
 * need memory or wait for the manager, and so may hang. The manager leaves its
 * orders in shared memory and finds the results there. A command that cannot be
 * forked in time has failed.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/worker_job.h"

enum {
	JOBS = 16,
	NEVER_MS = 3600 * 1000,
	RELEASE_MS = 5000,
};

enum state {
	FREE,
	ORDERED, /* by the manager; pairs with the acquire in begin_all() */
	RUNNING,
	DONE, /* by the worker; pairs with the acquire in oe_worker_is_done() */
};

static struct {
	struct oe_worker_job *jobs;
	int orders; /* eventfd, manager to worker */
	int results; /* eventfd, worker to manager */
	pid_t pid;
} worker = { .orders = -1, .results = -1 };

/* --- in the worker ------------------------------------------------------- */

static void finish_job(struct oe_worker_job *job, int status)
{
	uint64_t one = 1;

	job->status = status;
	job->pid = 0;
	atomic_store_explicit(&job->state, job->forgotten ? FREE : DONE,
			      memory_order_release);
	if (write(worker.results, &one, sizeof(one)) < 0)
		return;
}

static void begin_job(struct oe_worker_job *job)
{
	pid_t pid;

	job->state = RUNNING;
	job->killed = false;
	job->until_ms = oe_now_ms() + job->ms;
	/* The child shares the job: store the pid in the parent only. */
	pid = fork();
	if (!pid)
		oe_worker_job_run(job);
	if (pid < 0)
		finish_job(job, -errno);
	else
		job->pid = pid;
}

static void begin_all(void)
{
	for (int i = 0; i < JOBS; i++)
		if (atomic_load_explicit(&worker.jobs[i].state,
					 memory_order_acquire) == ORDERED)
			begin_job(&worker.jobs[i]);
}

static void reap_children(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < JOBS; i++)
			if (worker.jobs[i].pid == pid)
				finish_job(&worker.jobs[i], status);
}

/* Kill commands whose time is over, with their process groups. Returns the ms to the next deadline. */
static int kill_late(void)
{
	int64_t now = oe_now_ms();
	int64_t next = NEVER_MS;

	for (int i = 0; i < JOBS; i++) {
		struct oe_worker_job *job = &worker.jobs[i];

		if (job->state != RUNNING || job->pid <= 0 || job->killed)
			continue;
		if (now >= job->until_ms) {
			kill(-job->pid, SIGKILL);
			kill(job->pid, SIGKILL);
			job->killed = true;
		} else if (job->until_ms - now < next) {
			next = job->until_ms - now;
		}
	}
	return (int)next;
}

static void run_worker(pid_t manager)
{
	struct pollfd fds[2];
	struct signalfd_siginfo info;
	uint64_t count;
	sigset_t set;

	prctl(PR_SET_NAME, "oom-worker");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != manager)
		_exit(0);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	fds[0] = (struct pollfd){ worker.orders, POLLIN, 0 };
	fds[1] =
		(struct pollfd){ signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC),
				 POLLIN, 0 };
	mlockall(MCL_CURRENT | MCL_FUTURE);
	for (;;) {
		poll(fds, 2, kill_late());
		if (read(worker.orders, &count, sizeof(count)) > 0)
			begin_all();
		while (read(fds[1].fd, &info, sizeof(info)) > 0)
			;
		reap_children();
	}
}

/* --- in the manager ------------------------------------------------------ */

/**
 * oe_worker_start - fork the worker; also again after it has died
 *
 * Return: true if a process was forked.
 */
bool oe_worker_start(void)
{
	pid_t manager = getpid();

	if (worker.pid)
		return false;
	if (!worker.jobs) {
		worker.jobs = mmap(NULL, JOBS * sizeof(struct oe_worker_job),
				   PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (worker.jobs == MAP_FAILED) {
			worker.jobs = NULL;
			return false;
		}
		worker.orders = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		worker.results = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (worker.orders < 0 || worker.results < 0)
			return false;
	}
	worker.pid = fork();
	if (worker.pid < 0) {
		worker.pid = 0;
		return false;
	}
	if (!worker.pid)
		run_worker(manager);
	return true;
}

/**
 * oe_worker_stop - kill the worker
 *
 * Commands that it has started run on.
 */
void oe_worker_stop(void)
{
	if (worker.pid > 0)
		kill(worker.pid, SIGKILL);
	worker.pid = 0;
}

/**
 * oe_worker_pid - the worker
 *
 * Return: its pid; 0 = there is none.
 */
int oe_worker_pid(void)
{
	return worker.pid;
}

/**
 * oe_worker_died - a child has ended: was it the worker?
 * @pid: the child
 *
 * The jobs of a dead worker have failed with -ECHILD.
 *
 * Return: true if it was.
 */
bool oe_worker_died(int pid)
{
	if (!pid || pid != worker.pid)
		return false;
	worker.pid = 0;
	for (int i = 0; i < JOBS; i++) {
		struct oe_worker_job *job = &worker.jobs[i];

		if (job->state == FREE)
			continue;
		job->status = -ECHILD;
		job->pid = 0;
		job->state = job->forgotten ? FREE : DONE;
	}
	return true;
}

/**
 * oe_worker_fd - the descriptor to poll for the end of jobs
 *
 * Return: a descriptor, readable after a job has ended; see oe_worker_drain().
 */
int oe_worker_fd(void)
{
	return worker.results;
}

/**
 * oe_worker_drain - make the descriptor unreadable until the next job ends
 */
void oe_worker_drain(void)
{
	uint64_t count;

	if (read(worker.results, &count, sizeof(count)) < 0)
		return;
}

static struct oe_worker_job *free_job(int *number)
{
	for (int i = 0; i < JOBS; i++)
		if (worker.jobs[i].state == FREE) {
			*number = i;
			return &worker.jobs[i];
		}
	return NULL;
}

static int order_job(struct oe_worker_job *job, int number)
{
	uint64_t one = 1;

	job->forgotten = false;
	atomic_store_explicit(&job->state, ORDERED, memory_order_release);
	if (write(worker.orders, &one, sizeof(one)) < 0)
		return -errno;
	return number;
}

/**
 * oe_worker_run - order a command
 * @argv: the command; NULL = only a fork, for the dry run
 * @ms: the command is killed after this time
 *
 * Return: the number of the job, for oe_worker_is_done() or oe_worker_forget();
 * -ESRCH without a worker, -EBUSY if all jobs are in use, -E2BIG if the command
 * is too long.
 */
int oe_worker_run(const char *const *argv, int ms)
{
	size_t used = 0;
	int number;
	struct oe_worker_job *job;

	if (!worker.pid)
		return -ESRCH;
	job = free_job(&number);
	if (!job)
		return -EBUSY;
	job->kind = OE_WORKER_COMMAND;
	job->ms = ms;
	job->argc = 0;
	for (; argv && *argv; argv++) {
		size_t size = strlen(*argv) + 1;

		if (size > OE_WORKER_TEXT - used)
			return -E2BIG;
		memcpy(job->text + used, *argv, size);
		used += size;
		job->argc++;
	}
	return order_job(job, number);
}

static int order_call(enum oe_worker_kind kind, const char *text, int ms)
{
	int number;
	struct oe_worker_job *job;

	if (!worker.pid)
		return -ESRCH;
	job = free_job(&number);
	if (!job)
		return -EBUSY;
	if (strlen(text) >= sizeof(job->text))
		return -E2BIG;
	job->kind = kind;
	job->argc = 0;
	strcpy(job->text, text);
	job->ms = ms;
	return order_job(job, number);
}

/**
 * oe_worker_sync - order a sync(2)
 * @ms: the child that calls it is killed after this time
 *
 * Return: as oe_worker_run().
 */
int oe_worker_sync(int ms)
{
	return order_call(OE_WORKER_SYNC, "", ms);
}

/**
 * oe_worker_relieve - order that the module kills the first in order
 * @group: the first of its members; "" for any process
 * @ms: the child that asks it is killed after this time
 *
 * The exit status is the errno of the module, 0 if it has killed, and ECANCELED
 * with mode=observe.
 *
 * Return: as oe_worker_run().
 */
int oe_worker_relieve(const char *group, int ms)
{
	return order_call(OE_WORKER_RELIEVE, group, ms);
}

/**
 * oe_worker_release - order that the memory of dying processes is given back
 * @pids: processes that were sent SIGKILL
 * @nr: how many; as many as there is room for are taken
 *
 * A process that cannot exit, because it waits for a disk or for its tracer, keeps its memory
 * for so long. process_mrelease(2), since Linux 5.15, takes it away as the kernel's OOM reaper
 * does. Best effort: nothing is said of the outcome.
 */
void oe_worker_release(const int *pids, int nr)
{
	int number;
	struct oe_worker_job *job;

	job = worker.pid ? free_job(&number) : NULL;
	if (!job)
		return;
	if (nr > (int)(OE_WORKER_TEXT / sizeof(*pids)))
		nr = OE_WORKER_TEXT / sizeof(*pids);
	job->kind = OE_WORKER_RELEASE;
	job->ms = RELEASE_MS;
	job->argc = nr;
	memcpy(job->text, pids, nr * sizeof(*pids));
	if (order_job(job, number) >= 0)
		oe_worker_forget(number);
}

/**
 * oe_worker_is_done - has a job ended?
 * @number: of oe_worker_run()
 * @status: gets the status as of waitpid(2), or a negative errno
 *
 * Return: true if the job has ended. Its number is free for another job then.
 */
bool oe_worker_is_done(int number, int *status)
{
	struct oe_worker_job *job = &worker.jobs[number];

	if (atomic_load_explicit(&job->state, memory_order_acquire) != DONE)
		return false;
	*status = job->status;
	job->state = FREE;
	return true;
}

/**
 * oe_worker_forget - give up the result of a job, which runs on
 * @number: of oe_worker_run(); is free for another job when this one ends
 */
void oe_worker_forget(int number)
{
	struct oe_worker_job *job = &worker.jobs[number];

	job->forgotten = true;
	if (job->state == DONE)
		job->state = FREE;
}
