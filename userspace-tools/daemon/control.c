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

static struct {
	int fd;
	bool wants_reload;
} control = { .fd = -1 };

/**
 * oe_control_say_status - log what the manager is at
 */
void oe_control_say_status(void)
{
	const struct oe_conf *conf = oe_active_conf();

	oe_log(OE_LOG_INFO, "module %s, mode %s, emergencies %" PRIu64,
	       oe_link_is_up() ? "loaded" : "missing",
	       conf->nr_modes ? conf->modes[oe_mode_current()].name : "-",
	       oe_link_emergencies());
	for (int i = 0; i < conf->nr_services; i++)
		oe_log(OE_LOG_INFO, "service %s: %d processes",
		       conf->services[i].name, oe_members_count(i));
}

static void obey(const char *command)
{
	const struct oe_conf *conf = oe_active_conf();
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
		control.wants_reload = true;
	} else if (!strcmp(command, "status")) {
		oe_control_say_status();
	} else if (*command) {
		oe_log(OE_LOG_ERROR,
		       "'%s' is no command; there are: mode NAME, auto, reload, status",
		       command);
	}
}

static void read_commands(void)
{
	char text[COMMAND];
	ssize_t got = read(control.fd, text, sizeof(text) - 1);
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

/**
 * oe_control_wants_reload - has the operator asked for another configuration?
 *
 * Return: true once for each such command.
 */
bool oe_control_wants_reload(void)
{
	bool wanted = control.wants_reload;

	control.wants_reload = false;
	return wanted;
}

/**
 * oe_control_open - from now on commands are taken
 *
 * Without a FIFO the manager works as well; that there is none is logged.
 */
void oe_control_open(void)
{
	const struct oe_conf *conf = oe_active_conf();
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
	control.fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (control.fd < 0 || fstat(control.fd, &st) || !S_ISFIFO(st.st_mode)) {
		oe_log(OE_LOG_WARNING, "%s is no FIFO: no commands from there",
		       path);
		return;
	}
	oe_watch_add(control.fd, read_commands);
}
