/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notes of the manager for its successor, and for "oom-embedded status".
 */
#ifndef OE_MANAGER_STATE_H
#define OE_MANAGER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/config.h"

#define OE_STATE_FILE RUNSTATEDIR "/oom-embedded/state"

enum {
	OE_STATE_NAME = 48, /* groups/NAME/rank fits */
	OE_STATE_VALUE = 32, /* of what a mode writes: numbers and words */
	OE_STATE_TARGETS = 44, /* keys of [policy], and groups */
};

/* Emergencies, by the module's counters. */
enum oe_count {
	OE_COUNT_GLOBAL,
	OE_COUNT_SYSRQ,
	OE_COUNT_MEMCG,
	OE_COUNT_REQUEST,
	OE_NR_COUNTS,
};

/**
 * struct oe_state - the facts that the next manager has to know
 * @counts: emergencies that were acted on, by kind
 * @mode: name of the mode
 * @pinned: name of the operator's mode, or empty
 * @waiting: names of services that have to be started again; or empty
 * @targets: files that modes write to: the file, its value when no mode has a wish, and the value
 *	written last
 * @nr_targets: number of them
 *
 * Names are cut off where they are longer. No pointers: goes to a file.
 */
struct oe_state {
	int64_t counts[OE_NR_COUNTS];
	char mode[OE_STATE_NAME];
	char pinned[OE_STATE_NAME];
	char waiting[OE_CONF_MAX_SERVICES][OE_STATE_NAME];
	struct oe_state_target {
		char path[OE_STATE_NAME];
		char otherwise[OE_STATE_VALUE];
		char now[OE_STATE_VALUE];
	} targets[OE_STATE_TARGETS];
	int64_t nr_targets;
};

enum {
	OE_STATE_MAGIC = 0x6f656d32,
	OE_STATE_SLOTS = 2,
	OE_BOOT_ID_SIZE = 40,
};

/**
 * struct oe_state_slot - the file has two of them, of which the newer whole one counts
 * @magic: OE_STATE_MAGIC
 * @checksum: of all that follows
 * @generation: the higher, the newer
 * @boot_id: of the boot in which it was written
 * @state: the state
 */
struct oe_state_slot {
	uint32_t magic;
	uint32_t checksum;
	uint64_t generation;
	char boot_id[OE_BOOT_ID_SIZE];
	struct oe_state state;
};

void oe_state_read_boot_id(char *boot_id);
uint32_t oe_state_checksum(const struct oe_state_slot *slot);
bool oe_state_is_whole(const struct oe_state_slot *slot, const char *boot_id);
int oe_state_read_file(const char *path, void *data, size_t size);
int oe_state_read(const char *path, struct oe_state *state);

#endif
