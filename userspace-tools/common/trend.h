/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trend of available memory over hours and days, for leaks that are too slow for the module's
 * forecast. Numbers in, number out; and the file in which the manager keeps them.
 *
 * The lowest value of each ten minutes is kept for two weeks. A value is compared with that of the
 * same time of the day before, so that a rhythm of a day is no trend.
 */
#ifndef OE_TREND_H
#define OE_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/manager_state.h"

enum {
	OE_TREND_SLOT_S = 600,
	OE_TREND_DAY_S = 24 * 3600,
	OE_TREND_DAY = OE_TREND_DAY_S / OE_TREND_SLOT_S,
	OE_TREND_SLOTS = 15 * OE_TREND_DAY,
	OE_TREND_HORIZON_S = 90 * OE_TREND_DAY_S,
	OE_TREND_MAGIC = 0x6f657431,
	OE_TREND_PATH = 300,
};

/**
 * struct oe_trend - the lowest values
 * @magic: OE_TREND_MAGIC
 * @boot_id: of the boot in which it was begun
 * @newest: number of the slot that is being filled: CLOCK_BOOTTIME in OE_TREND_SLOT_S
 * @low_kb: by slot number modulo OE_TREND_SLOTS: least available memory, KiB; 0 = not known
 *
 * No pointers: goes to a file. Any contents are safe to read; each value is written at once.
 */
struct oe_trend {
	uint32_t magic;
	char boot_id[OE_BOOT_ID_SIZE];
	int64_t newest;
	uint32_t low_kb[OE_TREND_SLOTS];
};

void oe_trend_begin(struct oe_trend *trend, const char *boot_id);
bool oe_trend_is_whole(const struct oe_trend *trend, const char *boot_id);
bool oe_trend_add(struct oe_trend *trend, int64_t now_s, int64_t available_kb);
int64_t oe_trend_fall_kb(const struct oe_trend *trend);
int64_t oe_trend_left_s(const struct oe_trend *trend, int64_t now_s);
int64_t oe_trend_now_s(void);
void oe_trend_path(char *path, const char *state_path);
int oe_trend_read(const char *path, struct oe_trend *trend);

#endif
