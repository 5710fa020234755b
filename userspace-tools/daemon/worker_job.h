/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The orders that the manager gives to its worker.
 */
#ifndef OE_WORKER_JOB_H
#define OE_WORKER_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	OE_WORKER_TEXT = 256,
};

enum oe_worker_kind {
	OE_WORKER_COMMAND, /* without one it is only a fork, for the dry run */
	OE_WORKER_SYNC,
	OE_WORKER_RELIEVE,
	OE_WORKER_RELEASE,
};

struct oe_worker_job {
	atomic_int state;
	atomic_bool forgotten; /* the manager does not read the status */
	enum oe_worker_kind kind;
	int ms;
	int status;
	int argc;
	/* The words, one after the other; the name of a group; pids. */
	char text[OE_WORKER_TEXT];
	/* Used by the worker only. */
	pid_t pid;
	int64_t until_ms;
	bool killed;
};

_Noreturn void oe_worker_job_run(const struct oe_worker_job *job);

#endif /* OE_WORKER_JOB_H */
