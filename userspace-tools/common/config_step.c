// SPDX-License-Identifier: GPL-2.0-only
/*
 * The little language of steps: "signal USR1", "wait 500ms", "run 2s /bin/command".
 */
#include <string.h>

#include "common/config_language.h"
#include "common/config_value.h"
#include "common/words.h"

enum {
	DEFAULT_RUN_MS = 5000,
	DEFAULT_HELPER_MS = 1000,
};

/* "[TIME] REST": the time is optional where there is a default. */
static int leading_time(char **text, int otherwise)
{
	char line[OE_CONF_MAX_LINE];
	char *rest = line;
	char *word;
	int ms;

	snprintf(line, sizeof(line), "%s", *text);
	word = oe_conf_word(&rest);
	if (!word || !oe_conf_time(word, &ms))
		return otherwise;
	oe_conf_word(text);
	return ms;
}

static bool parse_signal(struct oe_conf *conf, struct oe_conf_place place,
			 const char *name, struct oe_conf_step *step)
{
	step->type = OE_STEP_SIGNAL;
	step->signal = name ? oe_conf_signal(name) : -1;
	if (step->signal <= 0)
		return oe_conf_error(conf, place,
				     "'%s' is no signal; USR1 would be one",
				     name ? name : "");
	return true;
}

/* "in GROUP", or nothing; any other word belongs to no step. */
static bool parse_kill_group(struct oe_conf *conf, struct oe_conf_place place,
			     char **rest, struct oe_conf_step *step)
{
	char *in = *rest;
	const char *word = oe_conf_word(&in);

	step->text = "";
	if (!word || strcmp(word, "in"))
		return true;
	word = oe_conf_word(&in);
	*rest = in;
	if (!word || !oe_word_is_name(word))
		return oe_conf_error(conf, place, "'%s' is no name of a group",
				     word ? word : "");
	step->text = oe_conf_keep(conf, place, word);
	return step->text;
}

/* "kill" is for a service, "kill next" and "kill next in GROUP" for a mode. */
static bool parse_kill(struct oe_conf *conf, struct oe_conf_place place,
		       char **rest, struct oe_conf_step *step)
{
	const char *whom = oe_conf_word(rest);

	if (!whom)
		return parse_signal(conf, place, "KILL", step);
	step->type = OE_STEP_KILL_NEXT;
	if (strcmp(whom, "next"))
		return oe_conf_error(
			conf, place,
			"'kill %s' is no step; there are kill, for a service, and 'kill next'",
			whom);
	return parse_kill_group(conf, place, rest, step);
}

static bool parse_pause(struct oe_conf *conf, struct oe_conf_place place,
			const char *time, enum oe_conf_step_type type,
			struct oe_conf_step *step)
{
	step->type = type;
	if (!time || !oe_conf_time(time, &step->ms))
		return oe_conf_error(
			conf, place,
			"'%s' is no time; 500ms or 2s would be one",
			time ? time : "");
	return true;
}

static bool parse_run(struct oe_conf *conf, struct oe_conf_place place,
		      char **rest, struct oe_conf_step *step)
{
	step->type = OE_STEP_RUN;
	step->ms = leading_time(rest, DEFAULT_RUN_MS);
	step->argv = oe_conf_command(conf, place, *rest);
	*rest += strlen(*rest);
	return step->argv;
}

static bool parse_helper(struct oe_conf *conf, struct oe_conf_place place,
			 char **rest, struct oe_conf_step *step)
{
	const char *name;

	step->type = OE_STEP_HELPER;
	step->ms = leading_time(rest, DEFAULT_HELPER_MS);
	name = oe_conf_word(rest);
	if (!name)
		return oe_conf_error(conf, place, "which helper?");
	step->text = oe_conf_keep(conf, place, name);
	return step->text;
}

static bool parse_step_verb(struct oe_conf *conf, struct oe_conf_place place,
			    const char *verb, char **rest,
			    struct oe_conf_step *step)
{
	if (!strcmp(verb, "term"))
		return parse_signal(conf, place, "TERM", step);
	if (!strcmp(verb, "kill"))
		return parse_kill(conf, place, rest, step);
	if (!strcmp(verb, "signal"))
		return parse_signal(conf, place, oe_conf_word(rest), step);
	if (!strcmp(verb, "wait"))
		return parse_pause(conf, place, oe_conf_word(rest),
				   OE_STEP_WAIT, step);
	if (!strcmp(verb, "sleep"))
		return parse_pause(conf, place, oe_conf_word(rest),
				   OE_STEP_SLEEP, step);
	if (!strcmp(verb, "run"))
		return parse_run(conf, place, rest, step);
	if (!strcmp(verb, "helper"))
		return parse_helper(conf, place, rest, step);
	if (strcmp(verb, "restart") && strcmp(verb, "reboot"))
		return oe_conf_error(
			conf, place,
			"'%s' is no step; there are signal, term, kill, kill next, wait, "
			"sleep, run, helper, restart, reboot",
			verb);
	step->type = strcmp(verb, "restart") ? OE_STEP_REBOOT : OE_STEP_RESTART;
	return true;
}

/**
 * oe_conf_parse_step - read a step
 * @conf: keeps its texts
 * @place: its line
 * @text: the step; is taken apart
 * @step: result
 *
 * Return: true, or false after an error.
 */
bool oe_conf_parse_step(struct oe_conf *conf, struct oe_conf_place place,
			char *text, struct oe_conf_step *step)
{
	const char *verb = oe_conf_word(&text);
	const char *left;

	memset(step, 0, sizeof(*step));
	step->place = place;
	if (!parse_step_verb(conf, place, verb ? verb : "", &text, step))
		return false;
	left = oe_conf_word(&text);
	if (left)
		return oe_conf_error(conf, place,
				     "'%s' does not belong to the step", left);
	return true;
}
