// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of the operator, through a FIFO.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/daemon.h"

#define CONTROL RUNSTATEDIR "/oom-embedded/control"

enum {
	COMMAND = 128,
	PATH = 256,
	TEXT = 1024,
	READS = 64, /* in a turn of the loop */
};

static struct {
	int fd;
	bool wants_reload;
	bool is_ours; /* made by this manager */
	char path[PATH];
	char text[TEXT]; /* the part of a command that has been read */
	size_t used;
	bool skips; /* the rest of a line that is too long */
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

static void obey_command(const char *command)
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

static void obey_line(char *line)
{
	if (strlen(line) >= COMMAND) {
		oe_log(OE_LOG_ERROR, "a command has less than %d characters",
		       COMMAND);
		return;
	}
	for (char *c = line; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	obey_command(line);
}

/* Whole lines; the rest after the last one stays. */
static void obey_lines(void)
{
	char *line = control.text;
	char *end;

	while ((end = memchr(line, '\n',
			     (size_t)(control.text + control.used - line)))) {
		*end = '\0';
		if (!control.skips)
			obey_line(line);
		control.skips = false;
		line = end + 1;
	}
	control.used -= (size_t)(line - control.text);
	memmove(control.text, line, control.used);
	if (control.used < sizeof(control.text) - 1)
		return;
	if (!control.skips)
		oe_log(OE_LOG_ERROR, "a command has less than %d characters",
		       COMMAND);
	control.skips = true;
	control.used = 0;
}

/*
 * A write may hold several commands, and a read may end within one. When nothing is left in the
 * FIFO, what has no newline is a command, too: a write of up to PIPE_BUF bytes is in it whole.
 */
static void read_commands(void)
{
	ssize_t got = 1;

	for (int i = 0; i < READS && got > 0; i++) {
		got = read(control.fd, control.text + control.used,
			   sizeof(control.text) - 1 - control.used);
		if (got <= 0)
			break;
		control.used += (size_t)got;
		obey_lines();
	}
	if (got > 0)
		return;
	control.text[control.used] = '\0';
	if (!control.skips)
		obey_line(control.text);
	/* Also if the end of what was skipped was the end of the buffer. */
	control.skips = false;
	control.used = 0;
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

static void close_control(void)
{
	if (control.fd >= 0) {
		oe_watch_remove(control.fd);
		close(control.fd);
	}
	if (control.is_ours)
		unlink(control.path);
	control.fd = -1;
	control.is_ours = false;
	control.used = 0;
	control.skips = false;
}

/* Why there are no commands from there; NULL if there are. */
static const char *open_fifo(const struct oe_path *way)
{
	struct stat st;

	control.is_ours = !mkfifoat(way->dir, way->name, 0600);
	if (!control.is_ours && errno != EEXIST)
		return strerror(errno);
	/* Opened for writing too: with a writer left, the FIFO has no end of file. */
	control.fd = openat(way->dir, way->name,
			    O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (control.fd < 0 || fstat(control.fd, &st) || !S_ISFIFO(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & S_IWOTH))
		return "it is no FIFO of mine, or everybody can write to it";
	return NULL;
}

/**
 * oe_control_open - from now on commands are taken
 *
 * Again when another configuration is in force: if it says so, from another FIFO. Without one the
 * manager works as well; that there is none is logged.
 */
void oe_control_open(void)
{
	const struct oe_conf *conf = oe_active_conf();
	const char *path = conf->daemon.control ? conf->daemon.control :
						  CONTROL;
	struct oe_path way;
	const char *why;

	if (control.fd >= 0 && !strcmp(path, control.path))
		return;
	close_control();
	snprintf(control.path, sizeof(control.path), "%s", path);
	oe_path_walk_to_own(&way, path);
	why = way.why ? way.why : open_fifo(&way);
	oe_path_close(&way);
	if (why) {
		oe_log(OE_LOG_WARNING, "no %s for commands: %s", path, why);
		close_control();
		return;
	}
	oe_watch_add(control.fd, read_commands);
}
