// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of the levels: one table serves levels/ in sysfs and the module
 * parameters. At run time each write must leave the watermarks in order; the
 * parameters arrive one by one and are checked together at load.
 */
#include "core.h"

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>

#include "levels/level.h"
#include "lib/parse.h"
#include "lib/units.h"

enum {
	DEBOUNCE_MAX_MS = OOM_EMBEDDED_DEBOUNCE_MS_MAX,
	ALERT_MAX_MS = OOM_EMBEDDED_FORECAST_ALERT_MS_MAX,
	DEBOUNCE_DEFAULT_MS = 1000,
	HYSTERESIS_PERCENT = 1,
};

static struct {
	struct mutex lock; /* serialises writers; the watcher works on a copy */
	struct oe_watermarks marks;
	unsigned long given; /* tunables that were given as parameters */
	bool loaded; /* the watermarks are checked; they stay in order */
} config = {
	.lock = __MUTEX_INITIALIZER(config.lock),
};

/**
 * struct level_tunable - how a tunable is written and read
 * @name: the file in levels/ and the module parameter
 * @value: in the present configuration
 * @max: largest number; 0 = an amount of memory
 */
struct level_tunable {
	const char *name;
	u32 *value;
	u32 max;
};

static const struct level_tunable tunables[OE_NR_LEVEL_TUNABLES] = {
	{ "warning_kb", &config.marks.kb[OE_LEVEL_WARNING] },
	{ "critical_kb", &config.marks.kb[OE_LEVEL_CRITICAL] },
	{ "imminent_oom_kb", &config.marks.kb[OE_LEVEL_IMMINENT_OOM] },
	{ "oom_kb", &config.marks.kb[OE_LEVEL_OOM] },
	{ "hysteresis_kb", &config.marks.hysteresis_kb },
	{ "debounce_ms", &config.marks.debounce_ms, DEBOUNCE_MAX_MS },
	{ "forecast_alert_ms", &config.marks.forecast_alert_ms, ALERT_MAX_MS },
};

static u32 percent_of_ram(unsigned int part)
{
	return min_t(u64, div_u64(oe_total_kb() * part, 100), U32_MAX);
}

static int parse_value(const struct level_tunable *tunable, const char *text,
		       u64 *value)
{
	u64 most = min_t(u64, oe_total_kb(), U32_MAX);

	if (tunable->max)
		return oe_parse_number(text, 0, tunable->max, value);
	return oe_parse_size(text, oe_total_kb(), most, value);
}

static int store_locked(const struct level_tunable *tunable, u64 value)
{
	u32 before = *tunable->value;

	lockdep_assert_held(&config.lock);
	*tunable->value = value;
	if (!config.loaded)
		return 0;
	if (!oe_watermark_in_order(&config.marks)) {
		*tunable->value = before;
		return -ERANGE;
	}
	oe_level_set_watermarks(&config.marks);
	return 0;
}

/**
 * oe_level_tunable_store - parse, check, apply
 * @tunable: which
 * @text: NUL terminated, a trailing newline is allowed
 *
 * Context: process context, may sleep.
 * Return: 0, or -EINVAL or -ERANGE and nothing changed; -ERANGE also if the
 * watermarks would not be in order.
 */
int oe_level_tunable_store(enum oe_level_tunable tunable, const char *text)
{
	u64 value;
	int err;

	err = parse_value(&tunables[tunable], text, &value);
	if (err)
		return err;
	mutex_lock(&config.lock);
	err = store_locked(&tunables[tunable], value);
	if (!err)
		config.given |= BIT(tunable);
	mutex_unlock(&config.lock);
	return err;
}

/**
 * oe_level_tunable_show - print a tunable
 * @tunable: which
 * @text: a page
 *
 * Context: process context.
 * Return: number of bytes written.
 */
int oe_level_tunable_show(enum oe_level_tunable tunable, char *text)
{
	return sysfs_emit(text, "%u\n", READ_ONCE(*tunables[tunable].value));
}

/**
 * oe_level_tunable_name - the file in levels/ and the module parameter
 * @tunable: which
 *
 * Return: a constant string.
 */
const char *oe_level_tunable_name(enum oe_level_tunable tunable)
{
	return tunables[tunable].name;
}

static bool is_given(enum oe_level_tunable tunable)
{
	return config.given & BIT(tunable);
}

/* Switch off a default that does not fit between the given watermarks. */
static void fill_watermark(enum oe_level_tunable tunable, u32 kb)
{
	u32 *value = tunables[tunable].value;

	if (is_given(tunable))
		return;
	*value = kb;
	if (!oe_watermark_in_order(&config.marks))
		*value = 0;
}

/**
 * oe_level_config_init - set the defaults where no parameter was given
 *
 * Context: module init, after the parameters, before the watcher.
 * Return: 0, or -ERANGE if the parameters' watermarks are not in order.
 */
int oe_level_config_init(void)
{
	if (!oe_watermark_in_order(&config.marks)) {
		pr_err("warning_kb, critical_kb, imminent_oom_kb, oom_kb: each must be below the one before\n");
		return -ERANGE;
	}
	fill_watermark(OE_LEVEL_WARNING_KB, percent_of_ram(15));
	fill_watermark(OE_LEVEL_CRITICAL_KB, percent_of_ram(8));
	fill_watermark(OE_LEVEL_IMMINENT_OOM_KB, percent_of_ram(4));
	if (!is_given(OE_LEVEL_HYSTERESIS_KB))
		config.marks.hysteresis_kb = percent_of_ram(HYSTERESIS_PERCENT);
	if (!is_given(OE_LEVEL_DEBOUNCE_MS))
		config.marks.debounce_ms = DEBOUNCE_DEFAULT_MS;
	config.loaded = true;
	oe_level_set_watermarks(&config.marks);
	return 0;
}

static int param_set(const char *text, const struct kernel_param *param)
{
	return oe_level_tunable_store((unsigned long)param->arg, text);
}

static int param_get(char *text, const struct kernel_param *param)
{
	return oe_level_tunable_show((unsigned long)param->arg, text);
}

static const struct kernel_param_ops level_param_ops = {
	.set = param_set,
	.get = param_get,
};

/* clang-format off */

/* Start values only (0444): sysfs has the values in force. */
#define LEVEL_PARAM(tunable, index, text)				\
	module_param_cb(tunable, &level_param_ops,			\
			(void *)(unsigned long)(index), 0444);		\
	MODULE_PARM_DESC(tunable, text)

LEVEL_PARAM(warning_kb, OE_LEVEL_WARNING_KB,
	    "level warning below it: KiB, or with K, M, G, % (default 15%)");
LEVEL_PARAM(critical_kb, OE_LEVEL_CRITICAL_KB,
	    "level critical below it (default 8%)");
LEVEL_PARAM(imminent_oom_kb, OE_LEVEL_IMMINENT_OOM_KB,
	    "level imminent_oom below it (default 4%)");
LEVEL_PARAM(oom_kb, OE_LEVEL_OOM_KB,
	    "level oom below it, too (default 0: only when it is one)");
LEVEL_PARAM(hysteresis_kb, OE_LEVEL_HYSTERESIS_KB,
	    "a level is left so much above its watermark (default 1%)");
LEVEL_PARAM(debounce_ms, OE_LEVEL_DEBOUNCE_MS,
	    "and after so long, ms (0..600000, default 1000)");
LEVEL_PARAM(forecast_alert_ms, OE_LEVEL_FORECAST_ALERT_MS,
	    "level imminent_oom when the forecast is shorter, ms (0..3600000, default 0: off)");

/* clang-format on */
