// SPDX-License-Identifier: GPL-2.0-only
/*
 * The choice of the mode. Modes are ordered by severity. The most severe mode
 * of which a condition holds is entered immediately. It is left for the mode
 * before it when none of its conditions has held for leave_after.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"

enum {
	OOMS = OE_CONF_MAX_OOMS, /* that are remembered; a power of two */
	/* So long after the last trouble memory counts as being back. */
	CALM_MS = 2000,
};

/* An emergency that counts in "N in TIME". */
struct past_oom {
	int64_t at_ms;
	bool machine;
	char path[OE_CGROUP_PATH]; /* of the cgroup's; empty = not known */
};

static struct {
	int now;
	int pinned; /* by the operator, or -1 */
	int64_t asked_ms; /* when something last asked for the mode we are in */
	int64_t trouble_ms; /* when something last asked for any but the normal */
	int64_t oom_ms; /* when the machine's last emergency was */
	struct past_oom ooms[OOMS];
	unsigned int nr_ooms;
	struct oe_sense sense;
	struct oe_oom oom_now;
	bool limit_now;
} mode = { .pinned = -1, .oom_now = { .path = "" } };

/* --- conditions ---------------------------------------------------------- */

static bool is_below(const char *path, const char *top)
{
	size_t length = strlen(top);

	while (length && top[length - 1] == '/')
		length--;
	return !strncmp(path, top, length) &&
	       (!path[length] || path[length] == '/');
}

static bool is_of_scope(const struct oe_conf_term *term, bool machine,
			bool memcg, const char *path)
{
	if (term->scope == OE_SCOPE_MACHINE)
		return machine;
	if (term->scope == OE_SCOPE_ANY)
		return machine || memcg;
	if (!term->path)
		return memcg;
	return *path && is_below(path, term->path);
}

static bool is_now(const struct oe_conf_term *term)
{
	return is_of_scope(term, mode.oom_now.machine > 0,
			   mode.oom_now.memcg > 0, mode.oom_now.path);
}

static bool ooms_hold(const struct oe_conf_term *term)
{
	int64_t since = oe_now_ms() - term->ms;
	int count = 0;

	if (!term->ms)
		return is_now(term);
	for (unsigned int i = 0; i < OOMS && i < mode.nr_ooms; i++) {
		const struct past_oom *past =
			&mode.ooms[(mode.nr_ooms - 1 - i) % OOMS];

		if (past->at_ms < since)
			break;
		count += is_of_scope(term, past->machine, !past->machine,
				     past->path);
	}
	return count >= term->value;
}

/* A part of all memory, if it is one. */
static int64_t kb_of(const struct oe_conf_term *term, int64_t total_kb)
{
	return term->percent ? total_kb * term->value / 100 : term->value;
}

/* A condition on an unknown value does not hold. */
static bool term_holds(const struct oe_conf_term *term)
{
	const struct oe_sense *sense = &mode.sense;

	switch (term->type) {
	case OE_TERM_OOM:
		return ooms_hold(term);
	case OE_TERM_LEVEL:
		return sense->level >= term->value;
	case OE_TERM_FORECAST:
		return sense->forecast_ms >= 0 && sense->forecast_ms < term->ms;
	case OE_TERM_FORECAST_SLOW:
		return sense->left_s >= 0 && sense->left_s < term->ms / 1000;
	case OE_TERM_AVAILABLE:
		return sense->available_kb >= 0 && sense->total_kb > 0 &&
		       sense->available_kb < kb_of(term, sense->total_kb);
	case OE_TERM_COMMIT_LEFT:
		return sense->commit_left_kb >= 0 &&
		       sense->commit_left_kb <
			       kb_of(term, sense->commit_limit_kb);
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
	case OE_TERM_STALL:
		return sense->stall_percent > term->value;
	case OE_TERM_CGROUP:
		return oe_watched_level(term->path) >= term->value;
	case OE_TERM_CGROUP_STALL:
		return oe_watched_stall(term->path) > term->value;
	}
	return false;
}

static bool all_terms_hold(const struct oe_conf_condition *condition)
{
	for (int i = 0; i < condition->nr_terms; i++)
		if (!term_holds(&condition->terms[i]))
			return false;
	return true;
}

/* The condition of the most severe mode that has to be; NULL if none has. */
static const struct oe_conf_condition *most_severe(const struct oe_conf *conf)
{
	const struct oe_conf_condition *found = NULL;

	for (int i = 0; i < conf->nr_conditions; i++)
		if ((!found || conf->conditions[i].mode > found->mode) &&
		    all_terms_hold(&conf->conditions[i]))
			found = &conf->conditions[i];
	return found;
}

/* --- entering ------------------------------------------------------------ */

/* Names, because the next manager may have another configuration. */
static void note_mode(const struct oe_conf *conf)
{
	struct oe_state *state = oe_state_now();

	if (!conf->nr_modes)
		return;
	oe_state_set_text(state->mode, sizeof(state->mode),
			  conf->modes[mode.now].name);
	oe_state_set_text(state->pinned, sizeof(state->pinned),
			  mode.pinned < 0 ? "" : conf->modes[mode.pinned].name);
	oe_state_publish();
}

static void tell_mode(const struct oe_conf *conf, const char *why)
{
	char state[80] = "STATUS=mode ";

	oe_log(OE_LOG_WARNING, "mode %s: %s", conf->modes[mode.now].name, why);
	strncat(state, conf->modes[mode.now].name, sizeof(state) - 20);
	oe_notify_say(state);
}

/* Write to the module first: an emergency may be under way. */
static void enter_mode(const struct oe_conf *conf, int wanted, const char *why)
{
	bool up = wanted > mode.now;

	mode.now = wanted;
	mode.asked_ms = oe_now_ms();
	note_mode(conf);
	oe_settings_enter(conf, wanted);
	/* On the way back only the steps of the normal mode are run. */
	if (up || !wanted)
		oe_pipeline_start(conf, wanted);
	tell_mode(conf, why);
}

/* Does the condition hold because of the present emergency? */
static bool is_because_of_oom(const struct oe_conf_condition *condition)
{
	for (int i = 0; i < condition->nr_terms; i++)
		if (condition->terms[i].type == OE_TERM_OOM &&
		    is_now(&condition->terms[i]))
			return true;
	return mode.oom_now.machine;
}

static void update_mode(const struct oe_conf *conf)
{
	const struct oe_conf_condition *condition = most_severe(conf);
	int64_t now = oe_now_ms();
	int leave_ms;

	if (condition || mode.oom_now.machine)
		mode.trouble_ms = now;
	if (!conf->nr_modes || mode.pinned >= 0)
		return;
	if (condition && condition->mode > mode.now) {
		enter_mode(conf, condition->mode, condition->text);
		return;
	}
	if (condition && condition->mode == mode.now) {
		mode.asked_ms = now;
		if (is_because_of_oom(condition))
			oe_pipeline_repeat(conf, mode.now);
	}
	leave_ms = conf->modes[mode.now].leave_ms;
	if (mode.now && leave_ms >= 0 && now - mode.asked_ms >= leave_ms)
		enter_mode(conf, mode.now - 1, "memory has been fine");
}

/* --- what others tell ---------------------------------------------------- */

/**
 * oe_mode_init - begin with a configuration
 * @conf: in force from now on
 * @now: index of the mode to be in, which is entered quietly
 * @pinned: index of the mode that the operator wants, or -1
 */
void oe_mode_init(const struct oe_conf *conf, int now, int pinned)
{
	mode.now = now;
	mode.pinned = pinned;
	mode.asked_ms = oe_now_ms();
	note_mode(conf);
	if (conf->nr_modes)
		oe_settings_enter(conf, now);
}

/**
 * oe_mode_find - look for a mode
 * @conf: the configuration
 * @name: of the mode
 *
 * Return: its index, or -1.
 */
int oe_mode_find(const struct oe_conf *conf, const char *name)
{
	for (int i = 0; i < conf->nr_modes; i++)
		if (!strcmp(conf->modes[i].name, name))
			return i;
	return -1;
}

/**
 * oe_mode_find_noted - look for a mode that was noted
 * @conf: the configuration
 * @noted: a name in a &struct oe_state
 *
 * Return: its index, or -1.
 */
int oe_mode_find_noted(const struct oe_conf *conf, const char *noted)
{
	for (int i = 0; i < conf->nr_modes; i++)
		if (oe_state_is_text(noted, OE_STATE_NAME, conf->modes[i].name))
			return i;
	return -1;
}

/**
 * oe_mode_current - the mode the system is in
 *
 * Return: its index.
 */
int oe_mode_current(void)
{
	return mode.now;
}

/**
 * oe_mode_pinned - the mode that the operator wants
 *
 * Return: its index; -1 = modes follow their conditions.
 */
int oe_mode_pinned(void)
{
	return mode.pinned;
}

/* Of what went unnoticed no more is remembered than can count. */
static void remember_ooms(int count, bool machine)
{
	for (int i = 0; i < count && i < OOMS; i++)
		mode.ooms[mode.nr_ooms++ % OOMS] = (struct past_oom){
			.at_ms = oe_now_ms(),
			.machine = machine,
		};
}

static void judge_oom(const struct oe_conf *conf, const struct oe_oom *oom)
{
	mode.oom_now = *oom;
	if (!mode.oom_now.path)
		mode.oom_now.path = "";
	if (oom->machine)
		mode.oom_ms = oe_now_ms();
	update_mode(conf);
	mode.oom_now = (struct oe_oom){ .path = "" };
}

/**
 * oe_mode_oom - emergencies have begun
 * @conf: in force
 * @oom: how many, and whose; the path is not known yet
 *
 * Conditions are looked at immediately, with what was last known of memory. Needs no memory.
 */
void oe_mode_oom(const struct oe_conf *conf, const struct oe_oom *oom)
{
	remember_ooms(oom->memcg, false);
	remember_ooms(oom->machine, true);
	judge_oom(conf, oom);
}

/**
 * oe_mode_oom_path - it is known in which cgroup an emergency is
 * @conf: in force
 * @path: of the cgroup
 *
 * The emergency itself was told before, by oe_mode_oom().
 */
void oe_mode_oom_path(const struct oe_conf *conf, const char *path)
{
	const struct oe_oom oom = { .path = path };

	/* The oldest one without a path: uevents keep their order. */
	for (unsigned int i = mode.nr_ooms > OOMS ? mode.nr_ooms - OOMS : 0;
	     i < mode.nr_ooms; i++) {
		struct past_oom *past = &mode.ooms[i % OOMS];

		if (past->machine || *past->path)
			continue;
		snprintf(past->path, sizeof(past->path), "%s", path);
		break;
	}
	judge_oom(conf, &oom);
}

/**
 * oe_mode_missed - emergencies went by while no manager was there
 * @conf: in force
 * @oom: how many, and whose
 *
 * Their times are not known, so they do not count in "oom N in TIME".
 */
void oe_mode_missed(const struct oe_conf *conf, const struct oe_oom *oom)
{
	judge_oom(conf, oom);
}

/**
 * oe_mode_limit - a user's limit was exceeded
 * @conf: in force
 */
void oe_mode_limit(const struct oe_conf *conf)
{
	mode.limit_now = true;
	update_mode(conf);
	mode.limit_now = false;
}

/**
 * oe_mode_update - memory was looked at
 * @conf: in force
 * @sense: the readings
 */
void oe_mode_update(const struct oe_conf *conf, const struct oe_sense *sense)
{
	mode.sense = *sense;
	update_mode(conf);
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
		enter_mode(conf, wanted, "by the operator");
	mode.asked_ms = oe_now_ms();
	note_mode(conf);
}

/**
 * oe_mode_is_fine - has no condition of a mode held for a while?
 *
 * Return: true if none has: tasks that wait for memory may go on.
 */
bool oe_mode_is_fine(void)
{
	return oe_now_ms() - mode.trouble_ms >= CALM_MS && mode.pinned <= 0;
}

/**
 * oe_mode_is_calm - is no emergency of the machine under way, whatever the mode?
 *
 * The OOM of a memory cgroup takes no memory from the manager, and may come at
 * any rate.
 *
 * Return: true if none is: the manager may use memory.
 */
bool oe_mode_is_calm(void)
{
	return !mode.oom_ms || oe_now_ms() - mode.oom_ms >= CALM_MS;
}
