// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of qemu (system emulation, one CPU): counts the instructions that the guest executes from an address
 * on until another one, by the address of the block that they are in.
 *
 *	-plugin counts.so,out=FILE,stop=ADDRESS,start=ADDRESS[,start=ADDRESS...]
 *
 * "episode N" goes to FILE each time that it stops, then lines "ADDRESS INSTRUCTIONS". The declarations are a
 * part of qemu-plugin.h, which Debian has in no package.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_info_t;

enum {
	QEMU_PLUGIN_CB_NO_REGS,
	API_VERSION = 1,
	MOST_STARTS = 4,
};

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*cb)(unsigned int cpu, void *block), int flags,
					  void *block);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);

__attribute__((visibility("default"))) int qemu_plugin_version = API_VERSION;

struct block {
	struct block *next;
	uint64_t address;
	uint64_t count;
	size_t length;
	bool starts;
	bool stops;
};

static struct block *blocks;
static uint64_t starts[MOST_STARTS];
static unsigned int nr_starts;
static uint64_t stop;
static bool counting;
static FILE *out;

static void write_counts(void)
{
	static unsigned int episode;

	fprintf(out, "episode %u\n", ++episode);
	for (struct block *block = blocks; block; block = block->next) {
		if (block->count)
			fprintf(out, "%" PRIx64 " %" PRIu64 "\n", block->address, block->count);
		block->count = 0;
	}
	fflush(out);
}

static void on_block(unsigned int cpu, void *data)
{
	struct block *block = data;

	(void)cpu;
	if (block->stops && counting) {
		counting = false;
		write_counts();
	}
	if (block->starts)
		counting = true;
	if (counting)
		block->count += block->length;
}

/* A block may be translated more than once; counts of one address are added up by who reads them. */
static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
	struct block *block = calloc(1, sizeof(*block));

	(void)id;
	if (!block)
		abort();
	block->address = qemu_plugin_tb_vaddr(tb);
	block->length = qemu_plugin_tb_n_insns(tb);
	block->stops = block->address == stop;
	for (unsigned int i = 0; i < nr_starts; i++)
		block->starts |= block->address == starts[i];
	block->next = blocks;
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, block);
}

__attribute__((visibility("default"))) int
qemu_plugin_install(uint64_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (!strncmp(argv[i], "stop=", 5))
			stop = strtoull(argv[i] + 5, NULL, 16);
		else if (!strncmp(argv[i], "start=", 6) && nr_starts < MOST_STARTS)
			starts[nr_starts++] = strtoull(argv[i] + 6, NULL, 16);
		else
			return -1;
	}
	if (!out || !stop || !nr_starts)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
