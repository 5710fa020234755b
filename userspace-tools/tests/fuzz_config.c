// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the reader of the configuration. Each input is read twice, the second time as a later
 * file, so that overriding is tried too.
 */
#include <string.h>

#include "common/config.h"
#include "tests/fuzz.h"

static void count_reports(void *arg, const char *message)
{
	must_be_text(message);
	++*(int *)arg;
}

static void read_input(struct oe_conf *conf, const uint8_t *data, size_t size,
		       const char *name)
{
	FILE *stream = fmemopen((void *)(uintptr_t)data, size, "r");

	if (!stream)
		return;
	oe_conf_read(conf, stream, name);
	fclose(stream);
}

/* Reads all that the daemon and the command line would read. */
static void walk_through(const struct oe_conf *conf)
{
	size_t length = 0;

	for (int i = 0; i < conf->nr_settings; i++)
		length += strlen(conf->settings[i].path) +
			  strlen(conf->settings[i].value);
	for (int i = 0; i < conf->nr_rankings; i++)
		length += strlen(conf->rankings[i].pattern);
	for (int i = 0; i < conf->nr_steps; i++) {
		const char *const *argv = conf->steps[i].argv;

		while (argv && *argv)
			length += strlen(*argv++);
		if (conf->steps[i].type == OE_STEP_HELPER &&
		    conf->steps[i].helper >= conf->nr_helpers)
			abort();
	}
	for (int i = 0; i < conf->nr_modes; i++)
		if (conf->modes[i].first_step + conf->modes[i].nr_steps >
		    conf->nr_steps)
			abort();
	if (length > sizeof(conf->text) * OE_CONF_MAX_SETTINGS)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct oe_conf conf;
	int reported = 0;

	if (!size)
		return 0;
	oe_conf_begin(&conf, count_reports, &reported);
	read_input(&conf, data, size, "first");
	if (size % 2)
		read_input(&conf, data, size, "second");
	if (oe_conf_end(&conf) != reported)
		abort();
	if (!reported)
		walk_through(&conf);
	return 0;
}
