// SPDX-License-Identifier: GPL-2.0-only
/*
 * Published by the manager: its mode, and the trend of memory. Only root may read it.
 */
#include "cli/commands/manager.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/print/format.h"
#include "common/trend.h"

/* For tests: the path of the manager's state. */
#define OE_STATE_ENVIRONMENT "OOM_EMBEDDED_STATE"

#ifdef HAVE_INIH

/* Of the configuration, which is read once. */
static const char *state_path(void)
{
	static struct oe_conf conf;
	static const char *path;

	if (path)
		return path;
	path = secure_getenv(OE_STATE_ENVIRONMENT);
	if (!path && !access(OE_CONF_FILE, R_OK) &&
	    !oe_conf_load(&conf, OE_CONF_FILE, OE_CONF_DIRECTORY, NULL, NULL))
		path = conf.daemon.state;
	if (!path)
		path = OE_STATE_FILE;
	return path;
}

static void read_mode(char *text)
{
	static struct oe_state state;

	if (!oe_state_read(state_path(), &state) && *state.mode)
		snprintf(text, MANAGER_TEXT, " in mode %s%s", state.mode,
			 *state.pinned ? " (the operator's)" : "");
}

static void read_trend(struct manager_trend *found)
{
	static struct oe_trend trend;
	char path[OE_TREND_PATH];

	oe_trend_path(path, state_path());
	if (oe_trend_read(path, &trend))
		return;
	found->left_s = oe_trend_left_s(&trend, oe_trend_now_s());
	found->fall_kb = oe_trend_fall_kb(&trend);
}

#else

static void read_mode(char *text)
{
	(void)text;
}

static void read_trend(struct manager_trend *found)
{
	(void)found;
}

#endif

/**
 * manager_mode - the mode that the manager is in
 * @text: result, MANAGER_TEXT bytes; "" if it is not known
 *
 * Return: @text.
 */
const char *manager_mode(char *text)
{
	*text = '\0';
	read_mode(text);
	return text;
}

/**
 * manager_trend - how memory goes from day to day, as the manager has seen it
 *
 * Return: the trend, until the next call.
 */
const struct manager_trend *manager_trend(void)
{
	static struct manager_trend found;
	long long hours;
	char fall[FORMAT_SIZE];

	found = (struct manager_trend){ .left_s = -1 };
	read_trend(&found);
	if (found.left_s < 0)
		return &found;
	hours = found.left_s / 3600;
	snprintf(found.text, sizeof(found.text),
		 "falls by %s a day: gone in %lld %s",
		 format_kb(fall, found.fall_kb),
		 hours < 72 ? hours : hours / 24,
		 hours < 72 ? "hours" : "days");
	return &found;
}
