// SPDX-License-Identifier: GPL-2.0-only
/*
 * The environment of commands and helpers. The manager may have been started by hand, from a shell
 * that has kept what a user has set: such a variable must not decide which files a command of root's
 * executes, days later and out of memory.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"

/*
 * Variables that are meant for the manager alone: with them a child would speak to the service
 * manager in its name.
 */
static const char *const addressed[] = {
	"NOTIFY_SOCKET",     "WATCHDOG_USEC", "WATCHDOG_PID",
	"LISTEN_PID",	     "LISTEN_FDS",    "LISTEN_FDNAMES",
	"LISTEN_PIDFDID",    "MAINPID",	      "MANAGERPID",
	"FDSTORE",	     "INVOCATION_ID", "SYSTEMD_EXEC_PID",
	"RUNTIME_DIRECTORY",
};

/* Code, or what makes an interpreter execute code. */
static const char *const executed[] = {
	"BASHOPTS", "IFS", "PERL5OPT", "PS4", "RUBYOPT", "SHELLOPTS",
};

/* Files and directories from which code is taken. */
static const struct {
	const char *name;
	const char *separators;
} searched[] = {
	{ "PATH", ":" },	{ "LD_LIBRARY_PATH", ":;" },
	{ "LD_PRELOAD", " :" }, { "LD_AUDIT", ":" },
	{ "GCONV_PATH", ":" },	{ "BASH_ENV", "" },
	{ "ENV", "" },		{ "PERL5LIB", ":" },
	{ "PERLLIB", ":" },	{ "PYTHONPATH", ":" },
	{ "PYTHONHOME", ":" },	{ "RUBYLIB", ":" },
};

static const char default_path[] =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* A directory that is not mounted yet is missing where nobody else can make it. */
static bool admit_entry(struct oe_path *way, const char *entry)
{
	struct stat st;

	if (entry[0] != '/' || strlen(entry) >= OE_PATH)
		return oe_path_refuse(way, "it is no path from \"/\"");
	if (!oe_path_walk(way, entry) && way->why != oe_path_missing)
		return false;
	if (way->has_stranger)
		return oe_path_refuse(way, "somebody else can change its path");
	if (way->why)
		return true;
	if (fstatat(way->dir, way->name, &st, AT_SYMLINK_NOFOLLOW))
		return oe_path_refuse_errno(way);
	if (!oe_path_is_ours(st.st_uid) || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return oe_path_refuse(way, "somebody else can change it");
	return true;
}

static void keep_admitted(const char *name, const char *separators)
{
	const char *value = getenv(name);
	char *text = value ? strdup(value) : NULL;
	char *kept = text ? calloc(1, strlen(text) + 2) : NULL;
	char *save;

	for (char *entry = kept ? strtok_r(text, separators, &save) : NULL;
	     entry; entry = strtok_r(NULL, separators, &save)) {
		struct oe_path way = { .dir = -1 };

		if (admit_entry(&way, entry)) {
			strcat(kept, entry);
			strcat(kept, ":");
		} else {
			oe_log(OE_LOG_WARNING,
			       "%s of commands is without %s (%s)", name, entry,
			       way.why);
		}
		oe_path_close(&way);
	}
	if (!kept || !*kept || kept[strlen(kept) - 1] != ':') {
		unsetenv(name);
	} else {
		kept[strlen(kept) - 1] = '\0';
		setenv(name, kept, 1);
	}
	free(kept);
	free(text);
}

/* Functions that a shell takes from its environment. */
static void drop_functions(void)
{
	static const char prefix[] = "BASH_FUNC_";
	char **to = environ;

	for (char **from = environ; *from; from++)
		if (strncmp(*from, prefix, strlen(prefix)) != 0)
			*to++ = *from;
	*to = NULL;
}

/**
 * oe_environment_clean - leave commands and helpers an environment that nobody else has chosen
 *
 * To be called when the manager has read what it needs.
 */
void oe_environment_clean(void)
{
	for (size_t i = 0; i < sizeof(addressed) / sizeof(*addressed); i++)
		unsetenv(addressed[i]);
	for (size_t i = 0; i < sizeof(executed) / sizeof(*executed); i++)
		unsetenv(executed[i]);
	for (size_t i = 0; i < sizeof(searched) / sizeof(*searched); i++)
		keep_admitted(searched[i].name, searched[i].separators);
	drop_functions();
	setenv("PATH", default_path, 0);
}
