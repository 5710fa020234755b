/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unit files of systemd.
 */
#ifndef OE_CONFIG_UNIT_H
#define OE_CONFIG_UNIT_H

#include <stdbool.h>
#include <stddef.h>

/* The root of the tests' tree. */
#define OE_SYSTEMD_ENVIRONMENT "OOM_EMBEDDED_SYSTEMD"

const char *oe_unit_root(void);
bool oe_unit_setting(const char *unit, const char *key, char *text,
		     size_t size);
void oe_unit_visit(const char *key, void (*visit)(const char *unit, void *arg),
		   void *arg);
void oe_unit_default(const char *key, char *text, size_t size);

#endif
