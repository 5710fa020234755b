/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Single values of the configuration. Sizes and signals are in config.h. Each function returns
 * false for what is none, and leaves the result alone then.
 */
#ifndef OE_CONFIG_VALUE_H
#define OE_CONFIG_VALUE_H

#include <stdbool.h>

bool oe_conf_number(const char *text, long long min, long long max,
		    long long *value);
bool oe_conf_time(const char *text, int *ms);
bool oe_conf_long_time(const char *text, int *ms);
bool oe_conf_hundredths(const char *text, long long max, long long *value);

#endif
