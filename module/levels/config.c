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

/**
 * oe_level_tunable_parse - a value from its text
 * @tunable: which
 * @text: NUL terminated, a trailing newline is allowed
 * @value: written on success only
 *
 * Context: process context.
 * Return: 0, -EINVAL or -ERANGE.
 */
int oe_level_tunable_parse(enum oe_level_tunable tunable, const char *text,
			   u32 *value)
{
	u64 most = min_t(u64, oe_total_kb(), U32_MAX);
	u32 max = tunables[tunable].max;
	u64 parsed;
	int err;

	if (max)
		err = oe_parse_number(text, 0, max, &parsed);
	else
		err = oe_parse_size(text, oe_total_kb(), most, &parsed);
	if (!err)
		*value = parsed;
	return err;
}

/**
 * oe_level_begin_changes - before values are changed that belong together
 * @changes: filled in with the values in force
 *
 * Context: process context, may sleep; oe_level_end_changes() must follow.
 */
void oe_level_begin_changes(struct oe_level_changes *changes)
{
	mutex_lock(&config.lock);
	changes->marks = config.marks;
	changes->given = 0;
}

/**
 * oe_level_add_change - one of these values
 * @changes: what is to be in force
 * @tunable: which
 * @value: of oe_level_tunable_parse()
 */
void oe_level_add_change(struct oe_level_changes *changes,
			 enum oe_level_tunable tunable, u32 value)
{
	size_t offset = (char *)tunables[tunable].value - (char *)&config.marks;

	*(u32 *)((char *)&changes->marks + offset) = value;
	changes->given |= BIT(tunable);
}

/**
 * oe_level_changes_fit - would the watermarks be in order?
 * @changes: what is to be in force
 *
 * The parameters arrive one by one: oe_level_config_init() looks at them.
 *
 * Context: after oe_level_begin_changes().
 * Return: true if so, or if there is no value.
 */
bool oe_level_changes_fit(const struct oe_level_changes *changes)
{
	return !config.loaded || !changes->given ||
	       oe_watermark_in_order(&changes->marks);
}

/**
 * oe_level_make_changes - put the values in force
 * @changes: which; they fit
 *
 * Context: after oe_level_begin_changes(); any, allocates nothing.
 */
void oe_level_make_changes(const struct oe_level_changes *changes)
{
	lockdep_assert_held(&config.lock);
	if (!changes->given)
		return;
	config.marks = changes->marks;
	config.given |= changes->given;
	if (config.loaded)
		oe_level_set_watermarks(&config.marks);
}

/**
 * oe_level_end_changes - values may be changed by others again
 *
 * Context: after oe_level_begin_changes().
 */
void oe_level_end_changes(void)
{
	mutex_unlock(&config.lock);
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
	struct oe_level_changes changes;
	u32 value;
	int err;

	err = oe_level_tunable_parse(tunable, text, &value);
	if (err)
		return err;
	oe_level_begin_changes(&changes);
	oe_level_add_change(&changes, tunable, value);
	if (oe_level_changes_fit(&changes))
		oe_level_make_changes(&changes);
	else
		err = -ERANGE;
	oe_level_end_changes();
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

/**
 * oe_level_debounce_ms - for how long memory must be back before a level is left
 *
 * Context: any.
 * Return: ms.
 */
u32 oe_level_debounce_ms(void)
{
	return READ_ONCE(
		config.marks.debounce_ms); /* oe_level_make_changes() */
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
	fill_watermark(OE_LEVEL_WARNING_KB,
		       percent_of_ram(OOM_EMBEDDED_WARNING_PERCENT));
	fill_watermark(OE_LEVEL_CRITICAL_KB,
		       percent_of_ram(OOM_EMBEDDED_CRITICAL_PERCENT));
	fill_watermark(OE_LEVEL_IMMINENT_OOM_KB,
		       percent_of_ram(OOM_EMBEDDED_IMMINENT_OOM_PERCENT));
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
