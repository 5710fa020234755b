// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration files that were named on the command line.
 */
#include "cli/commands/conf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/print/complain.h"

static void print_message(void *arg, const char *message)
{
	(void)arg;
	fprintf(stderr, "%s\n", message);
}

static FILE *open_file(const char *name)
{
	struct stat st;
	FILE *file = fopen(name, "re");

	/* fopen() of a directory succeeds. */
	if (file && (fstat(fileno(file), &st) || S_ISDIR(st.st_mode))) {
		fclose(file);
		errno = EISDIR;
		return NULL;
	}
	return file;
}

/**
 * conf_read_files - read configuration files, one after the other
 * @conf: result
 * @names: of the files; "-" is standard input
 * @nr: of them
 * @report: gets each error; NULL: to standard error
 * @arg: for @report
 *
 * Return: an exit status: EXIT_OK, EXIT_CONFIG, or why a file cannot be read.
 */
int conf_read_files(struct oe_conf *conf, char **names, int nr,
		    void (*report)(void *arg, const char *message), void *arg)
{
	int i;

	oe_conf_begin(conf, report ? report : print_message, arg);
	for (i = 0; i < nr; i++) {
		FILE *file = strcmp(names[i], "-") ? open_file(names[i]) :
						     stdin;

		if (!file)
			return complain(errno == ENOENT ? EXIT_NOT_FOUND :
					errno == EACCES ? EXIT_PERMISSION :
							  EXIT_TROUBLE,
					"cannot read %s: %s", names[i],
					strerror(errno));
		oe_conf_read(conf, file, names[i]);
		if (file != stdin)
			fclose(file);
	}
	return oe_conf_end(conf) ? EXIT_CONFIG : EXIT_OK;
}

/**
 * conf_read_installed - read the configuration that is installed
 * @conf: result
 * @report: gets each error; NULL: to standard error
 * @arg: for @report
 *
 * Return: an exit status: EXIT_OK, EXIT_CONFIG, or EXIT_NOT_FOUND.
 */
int conf_read_installed(struct oe_conf *conf,
			void (*report)(void *arg, const char *message),
			void *arg)
{
	if (access(OE_CONF_FILE, F_OK))
		return complain(EXIT_NOT_FOUND, "cannot read %s: %s",
				OE_CONF_FILE, strerror(errno));
	return oe_conf_load(conf, OE_CONF_FILE, OE_CONF_DIRECTORY,
			    report ? report : print_message, arg) ?
		       EXIT_CONFIG :
		       EXIT_OK;
}
