// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the operator asks for, through a FIFO.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"

#define CONTROL "/run/oom-embedded/control"

enum {
	COMMAND = 128,
};

static int control = -1;

/**
 * oe_control_open - from now on commands are taken
 *
 * Without a FIFO the manager works as well; that there is none is logged.
 */
void oe_control_open(void)
{
	const struct oe_conf *conf = oe_in_force();
	const char *path = conf->daemon.control ? conf->daemon.control :
						  CONTROL;
	char directory[256];
	struct stat st;

	snprintf(directory, sizeof(directory), "%s", path);
	mkdir(dirname(directory), 0755);
	if (mkfifo(path, 0600) && errno != EEXIST) {
		oe_log(OE_LOG_WARNING, "no %s for commands: %s", path,
		       strerror(errno));
		return;
	}
	/* For writing too: it never looks as if everybody had gone. */
	control = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (control < 0 || fstat(control, &st) || !S_ISFIFO(st.st_mode)) {
		oe_log(OE_LOG_WARNING, "%s is no FIFO: no commands from there",
		       path);
		return;
	}
	oe_loop_watch(control);
}

/**
 * oe_control_say_status - log what the manager is at
 */
void oe_control_say_status(void)
{
	const struct oe_conf *conf = oe_in_force();

	oe_log(OE_LOG_INFO, "module %s, mode %s, emergencies %" PRIu64,
	       oe_link_is_up() ? "loaded" : "missing",
	       conf->nr_modes ? conf->modes[oe_mode_current()].name : "-",
	       oe_link_emergencies());
	for (int i = 0; i < conf->nr_services; i++)
		oe_log(OE_LOG_INFO, "service %s: %d processes",
		       conf->services[i].name, oe_procs_count(i));
}

static void obey(const char *command)
{
	const struct oe_conf *conf = oe_in_force();
	int mode;

	if (!strncmp(command, "mode ", 5)) {
		mode = oe_mode_find(conf, command + 5);
		if (mode < 0)
			oe_log(OE_LOG_ERROR, "there is no mode %s",
			       command + 5);
		else
			oe_mode_pin(conf, mode);
	} else if (!strcmp(command, "auto")) {
		oe_mode_pin(conf, -1);
	} else if (!strcmp(command, "reload")) {
		oe_reload();
	} else if (!strcmp(command, "status")) {
		oe_control_say_status();
	} else if (*command) {
		oe_log(OE_LOG_ERROR,
		       "'%s' is no command; there are: mode NAME, auto, reload, status",
		       command);
	}
}

/**
 * oe_control_fd - what to wait for
 *
 * Return: a descriptor that is readable when there is a command; -1 without a FIFO.
 */
int oe_control_fd(void)
{
	return control;
}

/**
 * oe_control_read - do what is asked
 */
void oe_control_read(void)
{
	char text[COMMAND];
	ssize_t got = read(control, text, sizeof(text) - 1);
	char *rest = text;
	char *line;

	if (got <= 0)
		return;
	text[got] = '\0';
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\n')
			*c = '?';
	while ((line = strsep(&rest, "\n")))
		obey(line);
}
