/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_COMPLAIN_H
#define OE_CLI_COMPLAIN_H

/* Exit statuses of the program; oom-embedded(1) explains them. */
enum exit_status {
	EXIT_OK = 0,
	EXIT_TROUBLE = 1, /* none of the following */
	EXIT_USAGE = 2,
	EXIT_NO_MODULE = 3,
	EXIT_PERMISSION = 4,
	EXIT_NOT_FOUND = 5, /* process, group, limit, setting, event */
	EXIT_REFUSED = 6, /* the value, by the module */
	EXIT_CONFIG = 7, /* errors in a configuration file */
	EXIT_FINDINGS = 8, /* "check" has found something */
	EXIT_UNSUPPORTED = 9, /* by this module, or not built in */
	EXIT_NOT_UNDONE =
		10, /* something failed, and so did undoing the rest */
	EXIT_TIMEOUT = 11, /* "wait": nothing has happened */
};

int complain(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int complain_absent(const char *file);
int complain_file(const char *file, const char *value, int err);
int complain_bad_lines(const char *file, unsigned long nr_bad, int status);
int status_of_errno(int err);
void *must_have(void *memory);

#endif
