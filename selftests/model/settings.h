/* SPDX-License-Identifier: GPL-2.0-only */
/* The sizes of handshake.pml, from the environment; included by the program that spin makes. */
#include <stdlib.h>

static void take_setting(const char *name, unsigned char *value)
{
	const char *text = getenv(name);

	if (text)
		*value = atoi(text);
}

#define TAKE(name) take_setting(#name, &state->name)
#define take_settings(now_)						\
	do {								\
		State *state = (now_);					\
									\
		TAKE(first);						\
		TAKE(second);						\
		TAKE(nr_calls);						\
		TAKE(nr_exits);						\
		TAKE(nr_restarts);					\
		TAKE(nr_switches);					\
		TAKE(full_budget);					\
		TAKE(no_kprobes);					\
		TAKE(no_evaluate);					\
		TAKE(may_not_wait);					\
		TAKE(does_unload);					\
		TAKE(does_suspend);					\
		TAKE(mutant);						\
	} while (0)
