// SPDX-License-Identifier: GPL-2.0-only
/*
 * The little language of conditions: "oom 3 in 60s", "available 10% and rate 2M".
 */
#include <string.h>

#include "common/config_language.h"
#include "common/config_value.h"
#include "common/words.h"

/* The next word, which stays where it is. */
static const char *peek_word(const char *rest, char *line)
{
	char *at = line;

	snprintf(line, OE_CONF_MAX_LINE, "%s", rest);
	return oe_conf_word(&at);
}

/* "any", "memcg [PATH]", or nothing: the machine's. */
static bool parse_scope(struct oe_conf *conf, struct oe_conf_place place,
			char **rest, struct oe_conf_term *term)
{
	char line[OE_CONF_MAX_LINE];
	const char *word = peek_word(*rest, line);

	if (!word || (strcmp(word, "any") && strcmp(word, "memcg")))
		return true;
	term->scope = strcmp(word, "any") ? OE_SCOPE_MEMCG : OE_SCOPE_ANY;
	oe_conf_word(rest);
	word = peek_word(*rest, line);
	if (term->scope != OE_SCOPE_MEMCG || !word || *word != '/')
		return true;
	term->path = oe_conf_keep(conf, place, oe_conf_word(rest));
	return term->path;
}

/* "oom [any|memcg [PATH]] [N in TIME]" */
static bool parse_oom(struct oe_conf *conf, struct oe_conf_place place,
		      char **rest, struct oe_conf_term *term)
{
	char line[OE_CONF_MAX_LINE];
	const char *word;

	term->value = 1;
	if (!parse_scope(conf, place, rest, term))
		return false;
	word = peek_word(*rest, line);
	if (!word || !strcmp(word, "and"))
		return true;
	if (!oe_conf_number(oe_conf_word(rest), 1, OE_CONF_MAX_OOMS,
			    &term->value))
		return oe_conf_error(
			conf, place,
			"'%s' is no number of emergencies from 1 to %d", word,
			OE_CONF_MAX_OOMS);
	word = oe_conf_word(rest);
	if (!word || strcmp(word, "in"))
		return false;
	word = oe_conf_word(rest);
	return word && oe_conf_time(word, &term->ms);
}

static bool parse_amount(const char *word, bool percent_allowed,
			 struct oe_conf_term *term)
{
	unsigned long long amount;

	if (!word || !oe_conf_kb(word, 100, &amount))
		return false;
	/* Of a total of 100, a percentage is itself. */
	term->value = (long long)amount;
	term->percent = word[strlen(word) - 1] == '%';
	return percent_allowed || !term->percent;
}

static bool parse_psi(char **rest, struct oe_conf_term *term)
{
	const char *who = oe_conf_word(rest);
	const char *share = oe_conf_word(rest);

	if (!who || !share || (strcmp(who, "some") && strcmp(who, "full")))
		return false;
	term->type = strcmp(who, "some") ? OE_TERM_PSI_FULL : OE_TERM_PSI_SOME;
	return oe_conf_hundredths(share, 100, &term->value);
}

/* "N", of a share that is exceeded; 100 would never be. */
static bool parse_stall(struct oe_conf *conf, struct oe_conf_place place,
			char **rest, struct oe_conf_term *term)
{
	const char *share = oe_conf_word(rest);

	if (!share)
		return false;
	if (!oe_conf_number(share, 0, 99, &term->value))
		return oe_conf_error(conf, place,
				     "stall: '%s' is no number from 0 to 99",
				     share);
	return true;
}

/* "cgroup NAME LEVEL", "cgroup NAME stall N" */
static bool parse_cgroup(struct oe_conf *conf, struct oe_conf_place place,
			 char **rest, struct oe_conf_term *term)
{
	const char *name = oe_conf_word(rest);
	const char *level = oe_conf_word(rest);

	if (!name || !level)
		return false;
	if (!oe_word_is_name(name))
		return oe_conf_error(
			conf, place,
			"'%s' is no name of a watched cgroup: 1 to %d of the characters a-z 0-9 _ -",
			name, OE_CONF_MAX_NAME);
	term->path = oe_conf_keep(conf, place, name);
	if (!term->path)
		return false;
	if (!strcmp(level, "stall")) {
		term->type = OE_TERM_CGROUP_STALL;
		return parse_stall(conf, place, rest, term);
	}
	term->value = oe_level_index(level);
	if (term->value <= 0)
		return oe_conf_error(
			conf, place,
			"cgroup %s: '%s' is none of warning, critical, imminent_oom, oom, stall N",
			name, level);
	return true;
}

static bool parse_term(struct oe_conf *conf, struct oe_conf_place place,
		       char **rest, struct oe_conf_term *term)
{
	static const char *const words[] = {
		"oom",	     "level",	    "forecast", "forecast_slow",
		"available", "commit_left", "rate",	"load",
		"biggest",   "limit",	    "psi",	"cgroup",
		"stall",     NULL
	};
	static const enum oe_conf_term_type types[] = {
		OE_TERM_OOM,	       OE_TERM_LEVEL,	  OE_TERM_FORECAST,
		OE_TERM_FORECAST_SLOW, OE_TERM_AVAILABLE, OE_TERM_COMMIT_LEFT,
		OE_TERM_RATE,	       OE_TERM_LOAD,	  OE_TERM_BIGGEST,
		OE_TERM_LIMIT,	       OE_TERM_PSI_SOME,  OE_TERM_CGROUP,
		OE_TERM_STALL,
	};
	const char *word = oe_conf_word(rest);
	int which = word ? oe_word_index(words, word) : -1;

	memset(term, 0, sizeof(*term));
	if (which < 0)
		return false;
	term->type = types[which];
	if (term->type == OE_TERM_OOM)
		return parse_oom(conf, place, rest, term);
	if (term->type == OE_TERM_LIMIT)
		return true;
	if (term->type == OE_TERM_PSI_SOME)
		return parse_psi(rest, term);
	if (term->type == OE_TERM_CGROUP)
		return parse_cgroup(conf, place, rest, term);
	if (term->type == OE_TERM_STALL)
		return parse_stall(conf, place, rest, term);
	word = oe_conf_word(rest);
	if (!word)
		return false;
	if (term->type == OE_TERM_FORECAST)
		return oe_conf_time(word, &term->ms);
	if (term->type == OE_TERM_FORECAST_SLOW)
		return oe_conf_long_time(word, &term->ms);
	if (term->type == OE_TERM_LOAD)
		return oe_conf_hundredths(word, 1000, &term->value);
	if (term->type != OE_TERM_LEVEL)
		return parse_amount(word, term->type != OE_TERM_RATE, term);
	term->value = oe_level_index(word);
	return term->value > 0;
}

const char *oe_conf_term_watch(const struct oe_conf_term *term)
{
	return term->type == OE_TERM_CGROUP ||
			       term->type == OE_TERM_CGROUP_STALL ?
		       term->path :
		       NULL;
}

/**
 * oe_conf_parse_condition - read a condition
 * @conf: keeps its text
 * @place: its line
 * @text: the condition; is taken apart
 * @condition: result
 *
 * Return: true, or false after an error.
 */
bool oe_conf_parse_condition(struct oe_conf *conf, struct oe_conf_place place,
			     char *text, struct oe_conf_condition *condition)
{
	int errors = conf->nr_errors;
	const char *word;

	memset(condition, 0, sizeof(*condition));
	condition->place = place;
	condition->text = oe_conf_keep(conf, place, text);
	if (!condition->text)
		return false;
	do {
		if (condition->nr_terms == OE_CONF_MAX_TERMS)
			return oe_conf_error(conf, place,
					     "a condition has at most %d terms",
					     OE_CONF_MAX_TERMS);
		if (!parse_term(conf, place, &text,
				&condition->terms[condition->nr_terms++]))
			return conf->nr_errors == errors &&
			       oe_conf_error(
				       conf, place,
				       "'%s' is no condition; terms, joined by 'and', are: oom, "
				       "oom any, oom memcg /PATH, oom 3 in 60s, level critical, forecast 5s, forecast_slow 24h, available 10%%, commit_left 8M, "
				       "rate 2M, psi some 10, psi full 5, load 2.5, biggest 40%%, limit, stall 20, cgroup NAME critical, cgroup NAME stall 20",
				       condition->text);
		word = oe_conf_word(&text);
	} while (word && !strcmp(word, "and"));
	if (word)
		return oe_conf_error(conf, place,
				     "'and' is missing before '%s'", word);
	return true;
}
