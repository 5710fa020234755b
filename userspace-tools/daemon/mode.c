// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which mode it has to be. The order of modes is that of severity; the most
 * severe one of which a condition holds is entered at once, and left for the
 * one before it when nothing has asked for it for its time.
 */
#include <string.h>

#include "daemon/daemon.h"

enum {
	OOMS = 64, /* whose times are remembered; a power of two */
	/* So long after the last trouble memory counts as being back. */
	CALM_MS = 2000,
};

static struct {
	int now;
	int pinned; /* by the operator, or -1 */
	int64_t asked_ms; /* when something last asked for the mode we are in */
	int64_t trouble_ms; /* when something last asked for any but the normal */
	int64_t oom_ms; /* when the last emergency was */
	int64_t ooms[OOMS]; /* when they were */
	unsigned int nr_ooms;
	struct oe_sense sense;
	bool oom_now;
	bool limit_now;
} mode = { .pinned = -1 };

/* --- conditions ---------------------------------------------------------- */

static bool ooms_hold(const struct oe_conf_term *term)
{
	unsigned int wanted = (unsigned int)term->value;
	int64_t since = oe_now_ms() - term->ms;

	if (!term->ms)
		return mode.oom_now;
	if (wanted > OOMS)
		wanted = OOMS;
	return mode.nr_ooms >= wanted &&
	       mode.ooms[(mode.nr_ooms - wanted) % OOMS] >= since;
}

/* A part of all memory, if it is one. */
static int64_t kb_of(const struct oe_conf_term *term, int64_t total_kb)
{
	return term->percent ? total_kb * term->value / 100 : term->value;
}

/* What is not known does not hold. */
static bool holds(const struct oe_conf_term *term)
{
	const struct oe_sense *sense = &mode.sense;

	switch (term->type) {
	case OE_TERM_OOM:
		return ooms_hold(term);
	case OE_TERM_LEVEL:
		return sense->level >= term->value;
	case OE_TERM_FORECAST:
		return sense->forecast_ms >= 0 && sense->forecast_ms < term->ms;
	case OE_TERM_AVAILABLE:
		return sense->available_kb >= 0 && sense->total_kb > 0 &&
		       sense->available_kb < kb_of(term, sense->total_kb);
	case OE_TERM_RATE:
		return sense->rate_kb > term->value;
	case OE_TERM_PSI_SOME:
		return sense->psi_some > term->value;
	case OE_TERM_PSI_FULL:
		return sense->psi_full > term->value;
	case OE_TERM_LOAD:
		return sense->load > term->value;
	case OE_TERM_BIGGEST:
		return sense->biggest_kb >= 0 && sense->total_kb > 0 &&
		       sense->biggest_kb > kb_of(term, sense->total_kb);
	case OE_TERM_LIMIT:
		return mode.limit_now;
	}
	return false;
}

static bool all_hold(const struct oe_conf_condition *condition)
{
	for (int i = 0; i < condition->nr_terms; i++)
		if (!holds(&condition->terms[i]))
			return false;
	return true;
}

/* The condition of the most severe mode that has to be; NULL if none has. */
static const struct oe_conf_condition *most_severe(const struct oe_conf *conf)
{
	const struct oe_conf_condition *found = NULL;

	for (int i = 0; i < conf->nr_conditions; i++)
		if ((!found || conf->conditions[i].mode > found->mode) &&
		    all_hold(&conf->conditions[i]))
			found = &conf->conditions[i];
	return found;
}

/* --- entering ------------------------------------------------------------ */

static void tell(const struct oe_conf *conf, const char *why)
{
	char state[80] = "STATUS=mode ";

	oe_log(OE_LOG_WARNING, "mode %s: %s", conf->modes[mode.now].name, why);
	strncat(state, conf->modes[mode.now].name, sizeof(state) - 20);
	oe_notify_say(state);
}

/* What the module has to know comes first: the emergency may be under way. */
static void enter(const struct oe_conf *conf, int wanted, const char *why)
{
	bool up = wanted > mode.now;

	mode.now = wanted;
	mode.asked_ms = oe_now_ms();
	oe_settings_enter(conf, wanted);
	/* On the way back only the normal mode has something to do. */
	if (up || !wanted)
		oe_pipeline_start(conf, wanted);
	tell(conf, why);
}

static void update(const struct oe_conf *conf)
{
	const struct oe_conf_condition *condition = most_severe(conf);
	int64_t now = oe_now_ms();
	int leave_ms;

	if (condition || mode.oom_now)
		mode.trouble_ms = now;
	if (!conf->nr_modes || mode.pinned >= 0)
		return;
	if (condition && condition->mode > mode.now) {
		enter(conf, condition->mode, condition->text);
		return;
	}
	if (condition && condition->mode == mode.now) {
		mode.asked_ms = now;
		if (mode.oom_now)
			oe_pipeline_repeat(conf, mode.now);
	}
	leave_ms = conf->modes[mode.now].leave_ms;
	if (mode.now && leave_ms >= 0 && now - mode.asked_ms >= leave_ms)
		enter(conf, mode.now - 1, "memory has been fine");
}

/* --- what others tell ---------------------------------------------------- */

/**
 * oe_mode_init - begin with a configuration
 * @conf: in force from now on
 * @now: index of the mode to be in, which is entered quietly
 */
void oe_mode_init(const struct oe_conf *conf, int now)
{
	mode.now = now;
	mode.pinned = -1;
	mode.asked_ms = oe_now_ms();
	if (conf->nr_modes)
		oe_settings_enter(conf, now);
}

int oe_mode_find(const struct oe_conf *conf, const char *name)
{
	for (int i = 0; i < conf->nr_modes; i++)
		if (!strcmp(conf->modes[i].name, name))
			return i;
	return -1;
}

int oe_mode_current(void)
{
	return mode.now;
}

/* An emergency: conditions are looked at now, with what was last known of memory. */
void oe_mode_oom(const struct oe_conf *conf)
{
	mode.oom_ms = oe_now_ms();
	mode.ooms[mode.nr_ooms++ % OOMS] = mode.oom_ms;
	mode.oom_now = true;
	update(conf);
	mode.oom_now = false;
}

void oe_mode_limit(const struct oe_conf *conf)
{
	mode.limit_now = true;
	update(conf);
	mode.limit_now = false;
}

void oe_mode_update(const struct oe_conf *conf, const struct oe_sense *sense)
{
	mode.sense = *sense;
	update(conf);
}

/**
 * oe_mode_pin - the operator wants it so
 * @conf: in force
 * @wanted: index of a mode that stays until further notice; -1 = back to what
 *	the conditions say
 */
void oe_mode_pin(const struct oe_conf *conf, int wanted)
{
	mode.pinned = wanted;
	if (wanted < 0)
		oe_log(OE_LOG_INFO, "modes follow their conditions again");
	else if (wanted != mode.now)
		enter(conf, wanted, "by the operator");
	mode.asked_ms = oe_now_ms();
}

/* Nothing has asked for more than the normal mode for a while. */
bool oe_mode_is_fine(void)
{
	return oe_now_ms() - mode.trouble_ms >= CALM_MS && mode.pinned <= 0;
}

/* No emergency is under way, whatever the mode. */
bool oe_mode_is_calm(void)
{
	return !mode.oom_ms || oe_now_ms() - mode.oom_ms >= CALM_MS;
}
