/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LEVEL_H
#define OE_LEVEL_H

#include <linux/types.h>

#include "rules/watermark.h"

struct kernfs_node;

/* The files of levels/ that can be written, in the order of the ABI page. */
enum oe_level_tunable {
	OE_LEVEL_WARNING_KB,
	OE_LEVEL_CRITICAL_KB,
	OE_LEVEL_IMMINENT_OOM_KB,
	OE_LEVEL_OOM_KB,
	OE_LEVEL_HYSTERESIS_KB,
	OE_LEVEL_DEBOUNCE_MS,
	OE_LEVEL_FORECAST_ALERT_MS,
	OE_NR_LEVEL_TUNABLES,
};

/**
 * struct oe_level_changes - values that are put in force together
 * @marks: the watermarks as they are to be
 * @given: bit N: &enum oe_level_tunable N is one of the values
 */
struct oe_level_changes {
	struct oe_watermarks marks;
	unsigned long given;
};

#ifdef CONFIG_OE_LEVELS

int oe_level_config_init(void);
u32 oe_level_debounce_ms(void);
const char *oe_level_tunable_name(enum oe_level_tunable tunable);
int oe_level_tunable_store(enum oe_level_tunable tunable, const char *text);
int oe_level_tunable_parse(enum oe_level_tunable tunable, const char *text,
			   u32 *value);
void oe_level_begin_changes(struct oe_level_changes *changes);
void oe_level_add_change(struct oe_level_changes *changes,
			 enum oe_level_tunable tunable, u32 value);
bool oe_level_changes_fit(const struct oe_level_changes *changes);
void oe_level_make_changes(const struct oe_level_changes *changes);
void oe_level_end_changes(void);
int oe_level_tunable_show(enum oe_level_tunable tunable, char *text);

int oe_level_start(void);
void oe_level_stop(void);
void oe_level_attach(struct kernfs_node *node);
void oe_level_detach(void);
void oe_level_set_watermarks(const struct oe_watermarks *marks);
void oe_level_enter_oom(void);
enum oe_level oe_level_now(void);
s64 oe_level_forecast_ms(void);

#else

#include <linux/errno.h>

static inline int oe_level_config_init(void)
{
	return 0;
}

static inline const char *oe_level_tunable_name(enum oe_level_tunable tunable)
{
	return "";
}

static inline int oe_level_tunable_parse(enum oe_level_tunable tunable,
					 const char *text, u32 *value)
{
	return -ENOENT;
}

static inline void oe_level_begin_changes(struct oe_level_changes *changes)
{
}

static inline void oe_level_add_change(struct oe_level_changes *changes,
				       enum oe_level_tunable tunable, u32 value)
{
}

static inline bool oe_level_changes_fit(const struct oe_level_changes *changes)
{
	return true;
}

static inline void oe_level_make_changes(const struct oe_level_changes *changes)
{
}

static inline void oe_level_end_changes(void)
{
}

static inline int oe_level_start(void)
{
	return 0;
}

static inline void oe_level_stop(void)
{
}

static inline void oe_level_enter_oom(void)
{
}

static inline enum oe_level oe_level_now(void)
{
	return OE_LEVEL_NORMAL;
}

#endif /* CONFIG_OE_LEVELS */

#endif /* OE_LEVEL_H */
