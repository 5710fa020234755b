/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TOOLS_STAGE_H
#define OE_TOOLS_STAGE_H

#include <stdbool.h>
#include <stddef.h>

struct oe_change;

/*
 * The module's staged/: values that it puts in force together. Between
 * oe_stage_open() and oe_stage_close() no other program that keeps to flock(2)
 * stages anything.
 */

bool oe_stage_takes(const char *file, const char *value);
int oe_stage_open(void);
int oe_stage_add(const char *file, const char *value);
int oe_stage_commit(int stage, char *refused, size_t size);
void oe_stage_close(int stage);

#endif
