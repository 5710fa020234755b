// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tunables: one table serves sysfs and the module parameters, so that a
 * value is checked in the same way wherever it comes from.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "lib/parse.h"
#include "lib/units.h"
#include "memory/reserve.h"
#include "oom/early.h"
#include "oom/hold.h"
#include "tasks/decide.h"
#include "tasks/mirror.h"
#include "tunables.h"

/* In the order of the enums. */
static const char *const mode_words[] = { OOM_EMBEDDED_MODE_WORDS };
static const char *const order_words[] = { OOM_EMBEDDED_ORDER_WORDS };
static const char *const no_victim_words[] = { OOM_EMBEDDED_NO_VICTIM_WORDS };
static const char *const memcg_no_victim_words[] = {
	OOM_EMBEDDED_MEMCG_NO_VICTIM_WORDS
};

/* clang-format off */
#define NUMBER(tunable, lowest, highest)			\
	[OE_TUNABLE_##tunable] = {				\
		.name = #tunable,				\
		.value = &oe_config.tunable,			\
		.min = lowest,					\
		.max = highest,					\
	}

#define RANKING(tunable)					\
	[OE_TUNABLE_##tunable] = {				\
		.name = #tunable,				\
		.value = &oe_config.tunable,			\
		.max = OE_RANK_MAX,				\
		.changed = oe_decide_changed,			\
	}

#define WORD(tunable, list)					\
	[OE_TUNABLE_##tunable] = {				\
		.name = #tunable,				\
		.value = &oe_config.tunable,			\
		.max = ARRAY_SIZE(list) - 1,			\
		.words = list,					\
	}

#define SIZE(tunable, most, then)				\
	[OE_TUNABLE_##tunable] = {				\
		.name = #tunable,				\
		.value = &oe_config.tunable,			\
		.max_kb = most,					\
		.changed = then,				\
	}

/* clang-format on */

static u64 half_of_memory(void)
{
	return min_t(u64, oe_total_kb() / 2, U32_MAX);
}

const struct oe_tunable oe_tunables[OE_NR_TUNABLES] = {
	WORD(mode, mode_words),
	RANKING(rank_threshold),
	RANKING(default_rank),
	WORD(selection_order, order_words),
	WORD(no_victim_action, no_victim_words),
	WORD(memcg_no_victim_action, memcg_no_victim_words),
	NUMBER(grace_ms, 0, OE_GRACE_MAX_MS),
	[OE_TUNABLE_grace_hold] = {
		.name = "grace_hold",
		.value = &oe_config.grace_hold,
		.max = 1,
		.prepare = oe_hold_prepare,
	},
	SIZE(reserve_kb, half_of_memory, oe_reserve_changed),
	NUMBER(console_first, 0, 1),
	SIZE(min_gain_kb, half_of_memory, NULL),
	NUMBER(allow_offers, 0, 1),
	[OE_TUNABLE_mirror_oom_score_adj] = {
		.name = "mirror_oom_score_adj",
		.value = &oe_config.mirror_oom_score_adj,
		.max = 1,
		.prepare = oe_mirror_prepare,
		.changed = oe_mirror_switched,
	},
#ifdef CONFIG_OE_LEVELS
	[OE_TUNABLE_early_kb] = {
		.name = "early_kb",
		.value = &oe_config.early_kb,
		.max_kb = half_of_memory,
		.prepare = oe_early_prepare,
		.changed = oe_early_changed,
	},
	NUMBER(early_term_ms, 0, OOM_EMBEDDED_EARLY_TERM_MS_MAX),
	[OE_TUNABLE_stall_percent] = {
		.name = "stall_percent",
		.value = &oe_config.stall_percent,
		.max = 100,
		.prepare = oe_early_prepare,
		.changed = oe_early_changed,
	},
	NUMBER(stall_ms, OOM_EMBEDDED_STALL_MS_MIN, OOM_EMBEDDED_STALL_MS_MAX),
#endif
};

/**
 * oe_tunable_parse - a value from its text
 * @tunable: the tunable
 * @text: NUL terminated, a trailing newline is allowed
 * @value: written on success only
 *
 * Context: process context.
 * Return: 0, -EINVAL or -ERANGE.
 */
int oe_tunable_parse(const struct oe_tunable *tunable, const char *text,
		     unsigned int *value)
{
	unsigned int index;
	u64 parsed;
	int err;

	if (tunable->words) {
		err = oe_parse_word(text, tunable->words, tunable->max + 1,
				    &index);
		parsed = index;
	} else if (tunable->max_kb) {
		err = oe_parse_size(text, oe_total_kb(), tunable->max_kb(),
				    &parsed);
	} else {
		err = oe_parse_number(text, tunable->min, tunable->max,
				      &parsed);
	}
	if (!err)
		*value = parsed;
	return err;
}

/**
 * oe_tunable_prepare - before a value is put in force
 * @tunable: the tunable
 * @value: of oe_tunable_parse()
 *
 * Context: process context, may sleep and allocate.
 * Return: 0, or -ENOMEM or -EOPNOTSUPP and the value cannot be put in force.
 */
int oe_tunable_prepare(const struct oe_tunable *tunable, unsigned int value)
{
	return tunable->prepare ? tunable->prepare(value) : 0;
}

/**
 * oe_tunable_put - put a value in force
 * @tunable: the tunable
 * @value: prepared
 *
 * Context: any; oe_tunable_changed() is to follow.
 */
void oe_tunable_put(const struct oe_tunable *tunable, unsigned int value)
{
	WRITE_ONCE(*tunable->value, value); /* read by the OOM path */
}

/**
 * oe_tunable_changed - a value is in force
 * @tunable: the tunable
 *
 * Context: process context, may sleep and allocate.
 */
void oe_tunable_changed(const struct oe_tunable *tunable)
{
	if (tunable->changed)
		tunable->changed();
	oe_mirror_changed();
}

/**
 * oe_tunable_store - parse, check, apply
 * @tunable: the tunable
 * @text: NUL terminated, a trailing newline is allowed
 *
 * Context: process context, may sleep and allocate.
 * Return: 0, or -EINVAL, -ERANGE, -ENOMEM or -EOPNOTSUPP and nothing changed.
 */
int oe_tunable_store(const struct oe_tunable *tunable, const char *text)
{
	unsigned int value;
	int err;

	err = oe_tunable_parse(tunable, text, &value);
	if (!err)
		err = oe_tunable_prepare(tunable, value);
	if (err)
		return err;
	oe_tunable_put(tunable, value);
	oe_tunable_changed(tunable);
	return 0;
}

/**
 * oe_tunables_warn - say it in the log if the rankings protect too much
 *
 * Called when a value has come into force: once at load, then after each write.
 *
 * Context: process context.
 */
void oe_tunables_warn(void)
{
	static unsigned int said;
	unsigned int threshold = READ_ONCE(oe_config.rank_threshold);
	unsigned int fallback = READ_ONCE(oe_config.default_rank);
	bool excessive = threshold > fallback;

	/* Once each time that it begins, however often the values are written. */
	if (xchg(&said, excessive) || !excessive)
		return;
	pr_warn("rank_threshold %u is above default_rank %u: every process without a ranking is protected; an OOM in which nobody may be chosen ends by no_victim_action\n",
		threshold, fallback);
}

/**
 * oe_tunable_show - print a tunable
 * @tunable: the tunable
 * @text: a page
 *
 * Context: any.
 * Return: number of bytes written.
 */
int oe_tunable_show(const struct oe_tunable *tunable, char *text)
{
	unsigned int value = READ_ONCE(*tunable->value);

	if (tunable->words)
		return sysfs_emit(text, "%s\n", tunable->words[value]);
	return sysfs_emit(text, "%u\n", value);
}

/**
 * oe_mode_name - a mode in words, as in the ABI
 * @mode: the mode
 *
 * Return: a constant string.
 */
const char *oe_mode_name(enum oe_mode mode)
{
	return mode_words[mode];
}

static int param_set(const char *text, const struct kernel_param *param)
{
	return oe_tunable_store(param->arg, text);
}

static int param_get(char *text, const struct kernel_param *param)
{
	return oe_tunable_show(param->arg, text);
}

static const struct kernel_param_ops tunable_param_ops = {
	.set = param_set,
	.get = param_get,
};

/* clang-format off */

/* Start values only (0444): sysfs has the values in force. */
#define TUNABLE_PARAM(tunable, text)					\
	module_param_cb(tunable, &tunable_param_ops,			\
			(void *)&oe_tunables[OE_TUNABLE_##tunable],	\
			0444);						\
	MODULE_PARM_DESC(tunable, text)

TUNABLE_PARAM(mode, "off, observe or enforce (default)");
TUNABLE_PARAM(rank_threshold,
	      "processes with a ranking below it are protected (0..1000, default 0)");
TUNABLE_PARAM(default_rank,
	      "ranking of a process that has none (0..1000, default 500)");
TUNABLE_PARAM(selection_order, "badness (default) or rank");
TUNABLE_PARAM(no_victim_action, "panic (default), reboot or unprotect");
TUNABLE_PARAM(memcg_no_victim_action, "unprotect (default) or fail");
TUNABLE_PARAM(grace_ms,
	      "longest wait for userspace before a kill, ms (0..10000, default 0)");
TUNABLE_PARAM(grace_hold,
	      "1 = stop everybody who may be chosen during that wait (default 0)");
TUNABLE_PARAM(reserve_kb,
	      "memory held back for that moment: KiB, or with K, M, G, % (default 0)");
TUNABLE_PARAM(console_first,
	      "1 = the console shows the kernel's report before the kill (default 0)");
TUNABLE_PARAM(min_gain_kb,
	      "if there is a hog, a process that holds less goes last: KiB, or with K, M, G, % (default 4096)");
TUNABLE_PARAM(allow_offers,
	      "1 = a process may make itself more expendable (default), 0 = it may not");
TUNABLE_PARAM(mirror_oom_score_adj,
	      "1 = rankings are mirrored to oom_score_adj (default 0)");
#ifdef CONFIG_OE_LEVELS
TUNABLE_PARAM(early_kb,
	      "below so much available memory a victim is chosen without the kernel's asking: KiB, or with K, M, G, % (default 0: never)");
TUNABLE_PARAM(early_term_ms,
	      "such a victim gets SIGTERM so long before SIGKILL, ms (0..10000, default 0: none)");
TUNABLE_PARAM(stall_percent,
	      "a victim is chosen if more of the time goes into fetching pages back (0..100, default 0: never)");
TUNABLE_PARAM(stall_ms, "for so long, ms (2000..60000, default 5000)");
#endif

/* clang-format on */
