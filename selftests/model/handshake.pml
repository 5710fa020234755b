/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The handshake between the kernel's OOM path, the module and userspace, for spin(1). Inlines and
 * variables have the names that they have in module/oom/ and module/notify.c; what begins with
 * kernel_ is the kernel. run.sh says which sizes and which mutants are checked, README.md what
 * is left out.
 *
 * A wait with a time limit may end at any moment: how long it takes is not modelled, so whatever
 * holds here holds on every machine.
 */

/*
 * What is checked: set from the environment by settings.h, so that one program checks all sizes and
 * all mutants.
 */
byte first = 0;			/* the domains that run out of memory; */
byte second = 1;		/* 2: there is no second caller */
byte nr_calls = 1;		/* of each */
byte nr_exits = 0;		/* processes that end by themselves */
byte nr_restarts = 0;		/* and that are started anew */
byte nr_switches = 0;		/* how often the redirects are switched off or on */
byte full_budget = 1;		/* in units of AVOIDED_MS */
byte no_kprobes = 0;		/* a kernel without them, or kprobes=0 */
byte no_evaluate = 0;		/* oom_evaluate_task() cannot be redirected */
byte may_not_wait = 0;		/* members of the memory cgroup hold what others wait for */
byte does_unload = 0;
byte does_suspend = 0;
byte mutant = 0;

c_decl {
\#include "settings.h"
}

#define NR_TRIGGERS	2
#define MACHINE		0
#define MEMCG		1
#define NR_DOMAINS	2

/* Of the processes, one is protected. The logger is not in the memory cgroup. */
#define PACEMAKER	0
#define LEAKER		1
#define LOGGER		2
#define NR_TASKS	3
#define NOBODY		100
#define PENDING		101	/* the kernel's (void *)-1UL */
#define is_protected(p)	((p) == PACEMAKER)
#define in_domain(p, d)	((d) == MACHINE || (p) != LOGGER)

#define ALIVE		0
#define MARKED		1
#define GONE		2

/* The mutants; run.sh has what each must break. */
#define M_NO_LET_GO	1
#define M_PENDING_CLEARED	2
#define M_PENDING_IGNORED	3
#define M_PASS_UNGUARDED	4
#define M_ALWAYS_NEW	5
#define M_NOT_TOLD	6
#define M_ANNOUNCE_FOR_EVER	7
#define M_NO_DEADLINE	8
#define M_NOT_CHARGED	9
#define M_HOLD_KEPT	10
#define M_GUARD_NOT_ARMED	11
#define M_ASKED_ONCE	12
#define M_NOT_RELEASED	13
#define M_NO_SYNC	14
#define M_INSIDE_LEFT	15
#define M_NO_SECOND_SYNC	16
#define M_NOTIFIER_LEFT	17
#define M_UNSETTLED	18
#define M_UEVENTS_LEFT	19

/* enum oe_purpose, enum oe_guard_mode, enum oe_outcome */
#define PURPOSE_WAIT	0
#define PURPOSE_ASK	1
#define PURPOSE_KILL	2
#define GUARD_VICTIM	0
#define GUARD_NOBODY	1
#define GUARD_PENDING	2
#define KILLED		0
#define NO_VICTIM	1
#define VICTIM_PENDING	2
#define AVOIDED		3
#define NOT_KILLED	4
/* The ways in. */
#define KPROBE		0
#define NOTIFIER	1

/*
 * The properties. Spin prints the condition of an assertion that fails, so the name says which.
 * The fifth, every_wait_ends, is spin's own search for states without an end.
 */
bool no_protected_kill = true;
bool told_before_kill = true;
bool one_announcement = true;
bool no_step_after_unload = true;
bool budget_is_bounded = true;
bool nobody_stays_held = true;
bool one_victim_at_a_time = true;
#define PROMISE(name, condition)	assert(name && (panicked || (condition)))
#define STEP	PROMISE(no_step_after_unload, !gone)

/* The kernel. */
byte task[NR_TASKS] = ALIVE;
byte marked_for[NR_TASKS];	/* domain; of those that are MARKED */
byte oom_lock = NOBODY;
bool kernel_oom_killer_disabled;
byte oom_flag_origin = NOBODY;
bool panicked;

/* What the module is attached by. "works" is of the mechanism, see coverage.c. */
bool works = true;
bool enter_oom;
bool back_oom;
bool enter_memcg;
bool back_memcg;
bool guard_registered;
bool notifier_registered = true;
bool mark_registered = true;
bool covers_guard;	/* what oe_coverage_has() says, which may be late */
bool gone;

/* detour.c. A task that is sent to a wrapper, or returns from one, and is not counted. */
byte oom_inside;
byte memcg_inside;
bool oom_text[NR_TRIGGERS];
bool memcg_text[NR_TRIGGERS];
bool visits[NR_TRIGGERS];
byte nr_in_notifier;

/* domain.c */
byte owner[NR_DOMAINS] = NOBODY;
bool hurried[NR_DOMAINS];
bool preempted[NR_DOMAINS];
bool open[NR_DOMAINS];
bool fresh[NR_DOMAINS];
bool chosen[NR_DOMAINS];
bool ended[NR_DOMAINS];
bool aftermath[NR_DOMAINS];
bool in_aftermath[NR_DOMAINS];
byte left[NR_DOMAINS];
bool episode_quiet[NR_DOMAINS];
bool acked[NR_DOMAINS];
byte grace[NR_DOMAINS];
byte seq[NR_DOMAINS];
byte decision_task[NR_DOMAINS] = NOBODY;
bool held[NR_DOMAINS];

/* guard.c */
byte guard_caller = NOBODY;
byte guard_mode;
byte guard_victim = NOBODY;
bool guard_hit;

/* victim.c */
byte nr_marked = 1;	/* one may have been marked before the load */
byte nr_settled;
bool maybe_pending = true;	/* of a mutant */
bool victim_armed;
bool victim_marked;

/* notify.c */
byte wanted;
byte done;
byte seen;		/* of the follower */
bool awaited;
bool hurry;
byte nr_queued;
byte nr_sent;
bool attached = true;

/* settle.c */
bool settle_episode;
bool settle_works = true;

/* quiet.c */
bool quiet_now;

/* What the properties are about; no part of the module. */
bool told[NR_DOMAINS];		/* an emergency goes on, and userspace was told of it */
bool counted[NR_DOMAINS];	/* the same, or it is quiet */
byte last[NR_DOMAINS];		/* outcome of the last episode */
byte nr_avoided[NR_DOMAINS];	/* in a row */

#define pending_in(d)	\
	((task[0] == MARKED && in_domain(0, d)) || (task[1] == MARKED && in_domain(1, d)) || \
	 (task[2] == MARKED && in_domain(2, d)))
#define pending_anywhere	(task[0] == MARKED || task[1] == MARKED || task[2] == MARKED)
/* Marked for this very domain. */
#define pending_for(d)	\
	((task[0] == MARKED && marked_for[0] == d) || (task[1] == MARKED && marked_for[1] == d) || \
	 (task[2] == MARKED && marked_for[2] == d))

/*
 * For conform.sh, which defines TRACE: a step that can be observed is made where the trace of a real run has
 * it. "hidden": these never change, and are no part of a state.
 */
#ifdef TRACE
#define TRACE_MAX	32
hidden byte what[TRACE_MAX];
hidden byte where[TRACE_MAX];
hidden byte trace_length;
byte at;
#define OBSERVE(event, d)	(at < trace_length && what[at] == event && \
				 (where[at] == d || where[at] == NOBODY)) -> \
				at++; assert(at < trace_length)
#else
#define OBSERVE(event, d)	skip
#endif
#define ENTER	0
#define DECIDE	1
#define MARK	2
#define DONE	10	/* and the outcome */

/* oe_episode_end() in an atomic step of others */
inline oe_episode_end(dom, outcome)
{
	STEP;
	result = outcome;
	if
	:: chosen[dom] && victim_marked -> result = KILLED
	:: else
	fi;
	victim_marked = victim_marked && !chosen[dom];
	chosen[dom] = false;
	ended[dom] = true;
	decision_task[dom] = NOBODY;
	was_open = open[dom] && last[dom] == result;
	/* remember_end() */
	open[dom] = result != KILLED && result != AVOIDED;
	last[dom] = result;
	if
	:: result == KILLED ->
		aftermath[dom] = true;
		nr_avoided[dom] = 0;
		if
		:: acked[dom] -> left[dom] = full_budget	/* oe_grace_renew() */
		:: else
		fi
	:: else
	fi;
	if
	:: !open[dom] -> told[dom] = false; counted[dom] = false
	:: else
	fi;
	if
	:: !was_open -> OBSERVE(DONE + result, dom)
	:: else
	fi
}

/* settle_now() */
inline oe_settle()
{
	STEP;
	if
	:: settle_episode ->
		settle_episode = false;
		oom_flag_origin = NOBODY;
		oe_episode_end(MACHINE, NOT_KILLED)
	:: else
	fi
}

inline oe_guard_arm(mode, who)
{
	STEP;
	guard_mode = mode;
	guard_victim = who;
	guard_hit = false;
	guard_caller = me
}

inline oe_guard_disarm()
{
	STEP;
	hit = guard_hit;
	guard_caller = NOBODY;
	guard_victim = NOBODY;
	guard_mode = 0;
	guard_hit = false
}

/* A kill. The redirect of oom_kill_process() runs at its entry: where_killed(), let_go(). */
inline kernel_oom_kill_process()
{
	atomic {
		if
		:: guard_registered && works && guard_caller == me ->
			STEP;
			if
			:: guard_mode == GUARD_VICTIM &&
			   (victim == guard_victim || !is_protected(victim))
			:: else ->
				if
				:: guard_mode == GUARD_VICTIM && task[guard_victim] == ALIVE ->
					guard_hit = true;
					victim = guard_victim
				:: else ->
					if
					:: (mutant == M_NO_LET_GO)
					:: else ->
						victim = PENDING;
						guard_hit = guard_mode != GUARD_PENDING
					fi
				fi
			fi
		:: else
		fi;
		if
		:: victim != PENDING && task[victim] == ALIVE ->
			/* On a kernel that covers it, and while nobody switches that off. */
			PROMISE(no_protected_kill,
				!is_protected(victim) || !came_in || notified || !works);
			PROMISE(told_before_kill, !came_in || !works || counted[d]);
			PROMISE(one_victim_at_a_time, !came_in || !works || !pending_for(d));
			task[victim] = MARKED;
			marked_for[victim] = d;
			OBSERVE(MARK, d);
			if
			:: mark_registered ->	/* on_mark() */
				STEP;
				nr_marked++;
				maybe_pending = true;
				victim_marked = victim_marked || victim_armed;
				victim_armed = false
			:: else
			fi
		:: else
		fi;
		ret = true
	}
}

/* select_bad_process(); a redirect of oom_evaluate_task() ends it: end_selection(). */
inline kernel_select_bad_process()
{
	if
	:: !no_evaluate && guard_registered && works && guard_caller == me ->
		STEP;
		if
		:: guard_mode == GUARD_VICTIM && task[guard_victim] == ALIVE ->
			victim = guard_victim
		:: else ->
			victim = PENDING;
			guard_hit = guard_mode != GUARD_PENDING
		fi
	:: else ->
		if
		:: pending_in(d) -> victim = PENDING
		:: else ->
			victim = NOBODY;
			if
			:: oom_flag_origin != NOBODY && task[oom_flag_origin] == ALIVE &&
			   in_domain(oom_flag_origin, d) ->
				victim = oom_flag_origin
			:: else ->
				if
				:: task[PACEMAKER] == ALIVE -> victim = PACEMAKER
				:: task[LEAKER] == ALIVE -> victim = LEAKER
				:: task[LOGGER] == ALIVE && d == MACHINE -> victim = LOGGER
				:: else
				fi
			fi
		fi
	fi;
	ret = victim != NOBODY;
	panicked = panicked || (victim == NOBODY && d == MACHINE && guard_caller != me)
}

#define is_found	(victim != NOBODY && victim != PENDING)

/*
 * The kernel's own out_of_memory(). If the probe of the way back is lost, the body of resume_oom()
 * returns true.
 */
inline call_original()
{
	atomic {
		victim = NOBODY;
		if
		:: works && back_oom && !kernel_oom_killer_disabled -> kernel_select_bad_process()
		:: works && back_oom && kernel_oom_killer_disabled -> ret = false
		:: !(works && back_oom) -> ret = true
		fi
	}
	if
	:: is_found -> kernel_oom_kill_process()
	:: else
	fi
}

/* oe_pending_in(): the walk over all processes, if there is one, takes its time. */
inline begin_walk()
{
	STEP;
	if
	:: (mutant == M_PENDING_CLEARED) ->
		walks = maybe_pending;
		maybe_pending = false
	:: else ->
		walks = nr_settled != nr_marked;
		start = nr_marked
	fi
}

inline end_walk()
{
	STEP;
	pending = walks && pending_in(d);
	if
	:: walks ->
		maybe_pending = maybe_pending || pending_anywhere;
		nr_settled = (pending_anywhere -> nr_settled : start)
	:: else
	fi;
	pending = pending && !(mutant == M_PENDING_IGNORED);
	purpose = (pending -> PURPOSE_WAIT : (quiet_call -> PURPOSE_ASK : PURPOSE_KILL));
	pending = false;
	walks = false;
	start = 0
}

/* pass_on() of the way in: what it says itself, or how it asks the kernel */
inline pass_on(way)
{
	if
	:: way == KPROBE && covers_guard ->
		asks = true;
		if
		:: (mutant == M_PASS_UNGUARDED)
		:: else ->
			oe_guard_arm((purpose == PURPOSE_WAIT -> GUARD_PENDING : GUARD_NOBODY),
				     NOBODY)
		fi
	:: else -> passed = purpose == PURPOSE_WAIT; ret = true
	fi
}

inline oe_domain_claim()
{
	STEP;
	claimed = owner[d] == NOBODY;
	if
	:: claimed ->
		owner[d] = me;
		hurried[d] = false;
		preempted[d] = false;
		preempted[MEMCG] = preempted[MEMCG] || (d == MACHINE && owner[MEMCG] != NOBODY)
	:: else
	fi
}

inline oe_domain_release()
{
	STEP;
	PROMISE(nobody_stays_held, !held[d]);
	owner[d] = NOBODY;
	hurried[d] = false;
	preempted[d] = false;
	seq[d] = 0;
	acked[d] = false
}

/* oe_announce(): what is under announce_lock */
inline announce_now()
{
	PROMISE(one_announcement, quiet_call || (!told[d] && !pending_for(d)));
	OBSERVE(ENTER, d);
	/* oe_notify_wake(), or oe_notify_count() */
	follower = awaited || seen == wanted;
	awaited = follower;
	wanted++;
	seq[d] = wanted;
	counted[d] = true;
	told[d] = !quiet_call;
	if
	:: !quiet_call && attached -> nr_queued++; ticket = nr_queued
	:: else -> ticket = 0
	fi
}

/* begin_episode() and open_episode(), until oe_announce() waits */
inline begin_episode()
{
	STEP;
	if
	:: open[d] && (quiet_call || !episode_quiet[d]) -> goes_on = !(mutant == M_ALWAYS_NEW)
	:: true ->	/* the time for that is over, or nothing to go on with */
		told[d] = told[d] && !open[d];
		goes_on = false
	fi;
	chosen[d] = false;
	ended[d] = false;
	if
	:: goes_on
	:: !goes_on ->
		episode_quiet[d] = quiet_call;
		acked[d] = false;
		grace[d] = (quiet_call || !may_wait -> 0 : left[d]);
		held[d] = grace[d] > 0;	/* oe_hold_begin() */
		if
		:: (mutant == M_NOT_TOLD)
		:: else -> announce_now()
		fi;
		fresh[d] = true;
		open[d] = false
	fi
}

inline oe_notify_wait()
{
	if
	:: goes_on || quiet_call
	:: !(goes_on || quiet_call) && nr_sent >= ticket && (!follower || seen >= seq[d])
	:: !(goes_on || quiet_call) && !(mutant == M_ANNOUNCE_FOR_EVER) ->	/* OE_ANNOUNCE_MS are over */
		awaited = awaited && seen >= seq[d]
	fi;
	follower = false;
	ticket = 0
}

/* wait_window(): for done, for memory, until it is cut short, to the deadline */
inline wait_window()
{
	if
	:: !fresh[d] || grace[d] == 0
	:: fresh[d] && grace[d] > 0 &&
	   (done >= seq[d] || hurry || hurried[d] || preempted[d] || quiet_now) -> used = 0
	:: fresh[d] && grace[d] > 0 && done >= seq[d] -> used = grace[d]
	:: fresh[d] && grace[d] > 0 && !(mutant == M_NO_DEADLINE) -> used = grace[d]
	fi
}

/* The rest of spend_window() and oe_grace_spend() */
inline spend_window()
{
	STEP;
	avoided = false;
	if
	:: !fresh[d]
	:: fresh[d] ->
		fresh[d] = false;
		acked[d] = done >= seq[d];
		if	/* is_worth_a_try() */
		:: left[d] > 0 -> avoided = true
		:: true
		fi;
		used = (avoided && used == 0 -> 1 : used);
		used = ((mutant == M_NOT_CHARGED) -> 0 : used);
		left[d] = (used > left[d] -> 0 : left[d] - used);
		used = 0;
		grace[d] = 0;
		held[d] = held[d] && (mutant == M_HOLD_KEPT);	/* oe_hold_end() */
		if
		:: avoided ->
			nr_avoided[d]++;
			PROMISE(budget_is_bounded, nr_avoided[d] <= full_budget);
			oe_episode_end(d, AVOIDED)
		:: else
		fi
	fi
}

/* choose_victim(): the highest ranking that may be chosen */
inline choose_victim()
{
	STEP;
	in_aftermath[d] = false;
	if	/* until aftermath_until_ns */
	:: aftermath[d] -> in_aftermath[d] = true
	:: true
	fi;
	if
	:: task[LEAKER] == ALIVE -> decision_task[d] = LEAKER
	:: task[LEAKER] != ALIVE && task[LOGGER] == ALIVE && d == MACHINE ->
		decision_task[d] = LOGGER
	:: else -> decision_task[d] = NOBODY
	fi;
	victim_armed = true;	/* oe_victim_arm() */
	victim_marked = false;
	chosen[d] = true;
	OBSERVE(DECIDE, d)
}

inline oe_episode_no_victim()
{
	if
	:: in_aftermath[d] -> oe_episode_end(d, NOT_KILLED); ret = true
	:: else ->
		oe_episode_end(d, NO_VICTIM);
		panicked = panicked || (d == MACHINE && !episode_quiet[d] && !quiet_now);
		ret = false
	fi
}

/* outcome_of() */
inline end_asked()
{
	if
	:: victim == PENDING -> oe_episode_end(d, VICTIM_PENDING)
	:: victim != PENDING && ret -> oe_episode_end(d, NOT_KILLED)
	:: else -> oe_episode_end(d, NO_VICTIM)
	fi
}

inline oe_settle_later()
{
	STEP;
	oom_flag_origin = decision_task[d];
	settle_episode = true;
	ret = false
}

/* Step 5, and 6 up to the call of the kernel: kill_ours(), kill_nobody(), on_oom() */
inline begin_kill(way)
{
	choose_victim();
	asks = false;
	hit = true;
	if
	:: way == KPROBE && decision_task[d] != NOBODY ->
		asks = true;
		oom_flag_origin = decision_task[d];	/* oe_steer() */
		oe_guard_arm(GUARD_VICTIM, decision_task[d]);
		guard_caller = ((mutant == M_GUARD_NOT_ARMED) -> NOBODY : me)
	:: way == KPROBE && decision_task[d] == NOBODY && covers_guard ->
		asks = true;
		oe_guard_arm(GUARD_NOBODY, NOBODY)
	:: way == NOTIFIER && decision_task[d] != NOBODY -> oe_settle_later()
	:: else
	fi
}

inline end_kill(way)
{
	if
	:: asks -> oe_guard_disarm()
	:: else
	fi;
	if
	:: way == KPROBE && decision_task[d] != NOBODY ->
		oom_flag_origin = NOBODY;	/* oe_unsteer() */
		end_asked()
	:: asks && decision_task[d] == NOBODY && !hit && ret -> end_asked()
	:: way == NOTIFIER && decision_task[d] != NOBODY
	:: else ->
		oe_episode_no_victim();
		/* If quiet the kernel shall try again: otherwise it would choose by itself. */
		ret = ret || (way == NOTIFIER && (episode_quiet[d] || quiet_now))
	fi;
	asks = false;
	hit = false
}

/* After begin_walk() in an atomic step of the caller, with oom_lock */
inline oe_episode_run(way)
{
	atomic {
		end_walk();
		passed = false;
		owned = owner[d] == me;	/* oe_domain_owned() */
		asks = false;
		if
		:: purpose != PURPOSE_KILL -> pass_on(way)
		:: else
		fi
	}
	if
	:: asks ->
		call_original();
		atomic {
			oe_guard_disarm();
			passed = !hit;
			asks = false;
			hit = false
		}
	:: else
	fi;
	if
	:: passed || owned
	:: else ->
		atomic {
			oe_domain_claim();
			if
			:: claimed -> begin_episode()
			:: else -> passed = true; ret = true
			fi
		}
		if
		:: claimed ->
			atomic { oe_notify_wait() }
			atomic {
				wait_window();
				spend_window();
				passed = avoided;
				ret = avoided
			}
		:: else
		fi
	fi;
	if
	:: passed
	:: else ->
		atomic { begin_kill(way) }
		if
		:: asks -> call_original()
		:: else
		fi;
		atomic { end_kill(way) }
	fi;
	atomic {
		if
		:: claimed && !followed -> oe_domain_release()
		:: else
		fi;
		claimed = false;
		owned = false;
		passed = false;
		avoided = false;
		goes_on = false
	}
}

/* True, in avoided, if oom_lock need not be taken. After begin_walk() in a step of the caller. */
inline oe_episode_prepare()
{
	atomic { end_walk(); claimed = false }
	if
	:: purpose != PURPOSE_KILL
	:: else ->
		atomic {
			oe_domain_claim();
			hurried[d] = hurried[d] || (!claimed && !may_wait);	/* oe_domain_hurry() */
			/* The last owner may have killed between the two. */
			looks = claimed && !(mutant == M_ASKED_ONCE);
			if
			:: looks -> begin_walk()
			:: else
			fi
		}
		if
		:: looks -> atomic { end_walk(); looks = false }
		:: else
		fi;
		if
		:: claimed && purpose != PURPOSE_KILL -> atomic { oe_domain_release() }
		:: claimed && purpose == PURPOSE_KILL ->
			atomic { begin_episode() }
			atomic { oe_notify_wait() }
			atomic {
				wait_window();
				spend_window();
				if
				:: avoided && !(mutant == M_NOT_RELEASED) -> oe_domain_release()	/* leave_followed() */
				:: else
				fi
			}
		:: else ->
			if	/* oe_domain_wait() */
			:: owner[d] == NOBODY
			:: !(mutant == M_NOT_RELEASED)	/* grace_ms and OE_ANNOUNCE_MS are over */
			fi
		fi
	fi;
	claimed = false
}

inline oe_episode_finish()
{
	if
	:: owner[d] != me
	:: else ->
		if
		:: ended[d]
		:: else ->
			if	/* outcome_without_call() */
			:: oe_episode_end(d, AVOIDED)
			:: oe_episode_end(d, NOT_KILLED)
			fi
		fi;
		oe_domain_release()
	fi
}

/* out_of_memory() is wrapped: intercept_kprobe.c */
inline wrapped_oom()
{
	atomic {
		STEP;
		oom_text[me] = false;	/* oe_detour_enter() */
		oom_inside++;
		came_in = true;
		oe_settle();
		quiet_call = quiet_now;
		followed = visits[me];
		begin_walk()
	}
	oe_episode_run(KPROBE);
	atomic {
		STEP;
		oom_text[me] = true;	/* oe_detour_leave() */
		oom_inside--;
		came_in = false;
		followed = false
	}
	atomic { STEP; oom_text[me] = false }
}

/* The notifier, where the wrapper was not: intercept_notifier.c */
inline on_oom()
{
	atomic {
		came_in = true;
		oe_settle();
		quiet_call = quiet_now;
		begin_walk()
	}
	oe_episode_run(NOTIFIER);
	atomic { STEP; freed = ret; nr_in_notifier-- }
}

/* out_of_memory() where no redirect is */
inline kernel_out_of_memory()
{
	atomic {
		freed = false;
		if
		:: notifier_registered && d == MACHINE && !kernel_oom_killer_disabled ->
			notified = true;
			nr_in_notifier++
		:: else
		fi
	}
	if
	:: notified -> on_oom()
	:: else
	fi;
	if
	:: freed
	:: else -> kernel_unwrapped()
	fi;
	notified = false;
	came_in = false
}

inline kernel_unwrapped()
{
	atomic {
		victim = NOBODY;
		if
		:: kernel_oom_killer_disabled -> ret = false
		:: else -> kernel_select_bad_process()
		fi
	}
	if
	:: is_found -> kernel_oom_kill_process()
	:: else
	fi
}

/* A task whose allocation fails. */
proctype trigger(byte me; byte where_it_is)
{
	byte calls = nr_calls;
	byte d;
	byte victim = NOBODY;
	byte purpose;
	byte result;
	byte start;
	byte ticket;
	byte used;
	bool ret;
	bool hit;
	bool pending;
	bool walks;
	bool looks;
	bool asks;
	bool passed;
	bool claimed;
	bool owned;
	bool goes_on;
	bool avoided;
	bool follower;
	bool freed;
	bool notified;
	bool was_open;
	bool followed;
	bool quiet_call;
	bool may_wait = true;
	bool wrapped;
	bool came_in;	/* the module has this call */

	do
	:: calls == 0 || panicked -> break
	:: else ->
		atomic {
			d = where_it_is;
#ifndef TRACE
			calls--;
#endif
			may_wait = d == MACHINE || !may_not_wait;
			wrapped = d == MEMCG && works && enter_memcg;	/* where_wrapper() */
			memcg_text[me] = wrapped
		}
		if
		:: wrapped ->	/* wrapped_memcg() */
			atomic {
				STEP;
				memcg_text[me] = false;
				memcg_inside++;
				visits[me] = true;
				passed = quiet_now;
				if
				:: passed
				:: else -> begin_walk()
				fi
			}
			if
			:: passed -> passed = false
			:: else -> oe_episode_prepare()
			fi
		:: else
		fi;
		if
		:: avoided
		:: else ->
			atomic {
				oom_lock == NOBODY -> oom_lock = me;
				if
				:: d == MEMCG || panicked -> passed = true	/* a signal, or memory */
				:: !panicked -> oom_text[me] = works && enter_oom
				fi
			}
			if
			:: passed -> passed = false
			:: else ->
				if
				:: oom_text[me] -> wrapped_oom()
				:: else -> kernel_out_of_memory()
				fi
			fi
		fi;
		atomic {
			oom_lock = (oom_lock == me -> NOBODY : oom_lock);
			if
			:: wrapped && !avoided -> oe_episode_finish()
			:: else
			fi
		}
		if
		:: wrapped ->
			atomic {
				STEP;
				visits[me] = false;
				memcg_text[me] = true;
				memcg_inside--
			}
			atomic { STEP; memcg_text[me] = false }
		:: else
		fi;
		atomic {
			ret = false; avoided = false; wrapped = false; freed = false;
			goes_on = false; purpose = 0; victim = NOBODY; result = 0;
			was_open = false; quiet_call = false; d = 0; may_wait = true
		}
	od
}

/* The program that polls reconfigure_wanted, reads and acknowledges; it may die. */
proctype program()
{
end_follow:
	do
	:: atomic { attached && seen < wanted ->	/* oe_notify_read() */
		awaited = false;
		seen = wanted }
	:: atomic { attached && done < seen -> done = seen }	/* oe_notify_acknowledge() */
	:: break
	od
}

/* run_sender() */
proctype sender()
{
end_send:
	do
	:: atomic { nr_sent < nr_queued -> STEP; nr_sent++ }
	:: gone -> break
	od
}

/* settle_work(): when somebody was marked, when ours is gone, or in the end anyway */
proctype settle_worker()
{
	byte result;
	bool was_open;

end_settle:
	do
	:: atomic { settle_episode && settle_works -> oe_settle() }
	:: !settle_works && !settle_episode -> break
	od
}

/* What happens to processes, and what time does. */
proctype world()
{
	byte restarts = nr_restarts;
	byte switches = nr_switches;
	byte exits = nr_exits;

end_world:
	do
	:: task[PACEMAKER] == MARKED -> task[PACEMAKER] = GONE
	:: task[LEAKER] == MARKED -> task[LEAKER] = GONE
	:: task[LOGGER] == MARKED -> task[LOGGER] = GONE
	:: atomic { exits > 0 && task[LEAKER] == ALIVE -> exits--; task[LEAKER] = GONE }
	:: atomic { restarts > 0 && task[LEAKER] == GONE ->
#ifndef TRACE
		restarts--;
#endif
		task[LEAKER] = ALIVE }
	:: atomic { restarts > 0 && task[LOGGER] == GONE ->
#ifndef TRACE
		restarts--;
#endif
		task[LOGGER] = ALIVE }
#ifdef TRACE
	:: left[MACHINE] < full_budget -> left[MACHINE] = full_budget; nr_avoided[MACHINE] = 0
	:: left[MEMCG] < full_budget -> left[MEMCG] = full_budget; nr_avoided[MEMCG] = 0
#endif
	:: atomic { switches > 0 -> switches--; works = !works }
	:: atomic { covers_guard != (works && guard_registered) ->	/* oe_coverage_check() */
		covers_guard = works && guard_registered }
	:: panicked -> break
	od
}

#define synchronize_rcu_tasks(text)	(!text[0] && !text[1])

/* oe_exit(), at any moment */
proctype unload()
{
	byte result;
	bool was_open;

	atomic {
		hurry = true;			/* oe_notify_hurry() */
		enter_memcg = false		/* oe_intercept_memcg_exit() */
	}
	synchronize_rcu_tasks(memcg_text) || (mutant == M_NO_SYNC);
	atomic {
		(memcg_inside == 0 || (mutant == M_INSIDE_LEFT)) &&
		(synchronize_rcu_tasks(memcg_text) || (mutant == M_NO_SECOND_SYNC) || (mutant == M_NO_SYNC)) ->
		back_memcg = false;
		enter_oom = false		/* oe_intercept_kprobe_exit() */
	}
	synchronize_rcu_tasks(oom_text) || (mutant == M_NO_SYNC);
	atomic {
		(oom_inside == 0 || (mutant == M_INSIDE_LEFT)) &&
		(synchronize_rcu_tasks(oom_text) || (mutant == M_NO_SECOND_SYNC) || (mutant == M_NO_SYNC)) ->
		back_oom = false;
		guard_registered = false;
		covers_guard = false
	}
	atomic {				/* oe_others_unregister() */
		nr_in_notifier == 0 || (mutant == M_NOTIFIER_LEFT) ->
		notifier_registered = false
	}
	atomic {
		if
		:: (mutant == M_UNSETTLED)
		:: else -> oe_settle(); settle_works = false	/* oe_settle_exit() */
		fi;
		attached = false		/* oe_notify_detach() */
	}
	atomic {
		nr_sent == nr_queued || (mutant == M_UEVENTS_LEFT) ->
		mark_registered = false;	/* oe_victim_exit() */
		gone = true
	}
}

/* quiet.c, and what the kernel does between: oom_killer_disable() */
proctype suspend()
{
	quiet_now = true;
	if
	:: atomic { oom_lock == NOBODY -> kernel_oom_killer_disabled = true }
		kernel_oom_killer_disabled = false
	:: true
	fi;
	quiet_now = false
}

init
{
	atomic {
		c_code { take_settings(&now); };
#ifdef TRACE
		c_code { take_trace(what, where, &trace_length); };
#endif
		enter_oom = !no_kprobes;
		back_oom = !no_kprobes;
		enter_memcg = !no_kprobes;
		back_memcg = !no_kprobes;
		guard_registered = !no_kprobes;
		covers_guard = !no_kprobes;
		left[MACHINE] = full_budget;
		left[MEMCG] = full_budget;
		run trigger(0, first);
		if
		:: second < NR_DOMAINS -> run trigger(1, second)
		:: else
		fi;
		run program();
		run sender();
		run settle_worker();
		run world();
		if
		:: does_unload -> run unload()
		:: else
		fi;
		if
		:: does_suspend -> run suspend()
		:: else
		fi
	}
}
