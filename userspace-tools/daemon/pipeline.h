/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by pipeline.c and steps.c.
 */
#ifndef OE_PIPELINE_H
#define OE_PIPELINE_H

#include "daemon/daemon.h"

enum {
	OE_NO_JOB = -1,
};

enum oe_stage {
	OE_PIPELINE_IDLE,
	OE_PIPELINE_STEP, /* a step is to be begun */
	OE_PIPELINE_WAITING, /* for the step's end or its time */
	OE_PIPELINE_PAUSED, /* until memory is back, for the restart */
};

struct oe_pipeline {
	enum oe_stage stage;
	const char *name;
	int service; /* -1: a mode's */
	int step;
	int end;
	int job;
	int mode;
	int64_t step_until_ms;
	int64_t until_ms;
	bool late;
	bool restarting; /* memory is back: nobody waits for the rest */
	bool ended; /* a step may have ended the service, which owes it its restart */
	bool resumed; /* from an earlier manager: the service may run again meanwhile */
};

bool oe_steps_begin(const struct oe_conf *conf, struct oe_pipeline *pipeline);
bool oe_steps_has_happened(const struct oe_conf *conf,
			   struct oe_pipeline *pipeline);
void oe_steps_end(const struct oe_conf *conf, struct oe_pipeline *pipeline);
bool oe_steps_run(struct oe_pipeline *pipeline, const char *const *argv,
		  int ms);

#endif /* OE_PIPELINE_H */
