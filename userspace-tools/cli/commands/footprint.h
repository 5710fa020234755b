/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_FOOTPRINT_H
#define OE_CLI_FOOTPRINT_H

/**
 * struct footprint - the memory that the module takes
 * @loaded_kb: code, data, tables and symbols
 * @pages_kb: allocated by the module, in whole pages; -1 if only root may know
 * @stacks_kb: of its threads
 * @nr_threads: their number
 */
struct footprint {
	long long loaded_kb;
	long long pages_kb;
	long long stacks_kb;
	long long nr_threads;
};

int footprint_read(struct footprint *footprint);

#endif
