/* SPDX-License-Identifier: GPL-2.0-only */
/* The sizes of handshake.pml, from the environment; included by the program that spin makes. */
#include <stdlib.h>

static void take_setting(const char *name, unsigned char *value)
{
	const char *text = getenv(name);

	if (text)
		*value = atoi(text);
}

/* The trace is a list of numbers: a step and its domain, and the next step. */
static inline void take_trace(unsigned char *what, unsigned char *where, unsigned char *length)
{
	const char *text = getenv("trace");
	char *end;

	for (*length = 0; text && *text; text = end) {
		what[*length] = strtoul(text, &end, 10);
		where[*length] = strtoul(end, &end, 10);
		++*length;
	}
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
