// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redirects, and the proof that they work.
 *
 * A successful registration proves nothing: the function may have been inlined,
 * the architecture may refuse the probe or ignore the changed instruction
 * pointer, and root may switch the mechanism off later. Each mechanism
 * therefore has a pair of redirects, like the one of out_of_memory(), on a
 * function of this module. The pair exists from the first use of the mechanism,
 * and a rehearsal calls the function and looks whether both redirects took
 * effect.
 */
#include "core.h"

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mutex.h>

#include "oom/redirect.h"

/**
 * struct rehearsal - the pair of redirects that proves a mechanism
 * @mechanism: the mechanism
 * @enter: sends original() to wrapper()
 * @back: sends resume() to original()
 * @original: returns its argument plus 1
 * @wrapper: the same plus 10
 * @wrapping: @enter is to send the next call to @wrapper
 * @registered: @enter and @back are in place
 * @works: at the last rehearsal the CPU came by all of them
 */
struct rehearsal {
	const struct oe_mechanism *mechanism;
	struct oe_redirect enter;
	struct oe_redirect back;
	int (*original)(int value);
	int (*wrapper)(int value);
	bool wrapping;
	bool registered;
	bool works;
};

static unsigned long notrace where_original(struct oe_redirect *redirect)
{
	struct rehearsal *rehearsal =
		container_of(redirect, struct rehearsal, back);

	return rehearsal->enter.address;
}
NOKPROBE_SYMBOL(where_original);

static unsigned long notrace where_wrapper(struct oe_redirect *redirect)
{
	struct rehearsal *rehearsal =
		container_of(redirect, struct rehearsal, enter);

	/* Only one rehearsal at a time, and only it calls. */
	if (!READ_ONCE(rehearsal->wrapping))
		return 0;
	WRITE_ONCE(rehearsal->wrapping, false);
	return (unsigned long)rehearsal->wrapper;
}
NOKPROBE_SYMBOL(where_wrapper);

/* clang-format off */

/* Each mechanism has functions of its own: two may not redirect the same. */
#define OE_REHEARSAL(what)						\
	static OE_REDIRECTED int what##_add_one(int value)		\
	{								\
		oe_opaque(value);					\
		return value + 1;					\
	}								\
									\
	static OE_REDIRECTED int what##_resume(int value)		\
	{								\
		oe_opaque(value);					\
		return value - 1000;					\
	}								\
									\
	static OE_REDIRECTED int what##_add_ten(int value)		\
	{								\
		oe_opaque(value);					\
		return what##_resume(value) + 10;			\
	}								\
									\
	static struct rehearsal what##_rehearsal = {			\
		.mechanism = &oe_mechanism_##what,			\
		.enter = {						\
			.function = what##_add_one,			\
			.where = where_wrapper,				\
		},							\
		.back = {						\
			.function = what##_resume,			\
			.where = where_original,			\
		},							\
		.original = what##_add_one,				\
		.wrapper = what##_add_ten,				\
	}

/* clang-format on */

OE_REHEARSAL(kprobe);
#ifdef OE_HAVE_REDIRECT_FTRACE
OE_REHEARSAL(ftrace);
#endif

/* In the order in which they are tried. */
static struct rehearsal *const rehearsals[] = {
#ifdef OE_HAVE_REDIRECT_FTRACE
	&ftrace_rehearsal,
#endif
	&kprobe_rehearsal,
};

static DEFINE_MUTEX(rehearsal_lock); /* its holders never allocate */

/* Returns 0, -EAGAIN if it is switched off, -EOPNOTSUPP if it has no effect. */
static int rehearse_pair(struct rehearsal *rehearsal)
{
	int result;
	int err = 0;

	mutex_lock(&rehearsal_lock);
	WRITE_ONCE(rehearsal->wrapping, true);
	result = rehearsal->original(100);
	if (result != 100 + 1 + 10)
		err = rehearsal->wrapping ? -EAGAIN : -EOPNOTSUPP;
	WRITE_ONCE(rehearsal->works, !err);
	mutex_unlock(&rehearsal_lock);
	return err;
}

static int add_redirect(struct oe_redirect *redirect,
			const struct oe_mechanism *mechanism)
{
	int err = mechanism->add(redirect);

	if (!err)
		redirect->mechanism = mechanism;
	return err;
}

static void stop_rehearsal(struct rehearsal *rehearsal)
{
	if (!rehearsal->registered)
		return;
	rehearsal->registered = false;
	rehearsal->works = false;
	oe_redirect_unregister(&rehearsal->enter);
	oe_redirect_unregister(&rehearsal->back);
}

/* Puts the pair in place, if it is not, and tries it. */
static int start_rehearsal(struct rehearsal *rehearsal)
{
	int err;

	if (rehearsal->registered)
		return rehearsal->works ? 0 : -EAGAIN;
	err = add_redirect(&rehearsal->back, rehearsal->mechanism);
	if (err)
		return err;
	err = add_redirect(&rehearsal->enter, rehearsal->mechanism);
	if (err) {
		oe_redirect_unregister(&rehearsal->back);
		return err;
	}
	rehearsal->registered = true;
	err = rehearse_pair(rehearsal);
	if (err)
		stop_rehearsal(rehearsal);
	return err;
}

/**
 * oe_redirect_register - catch the entry of a function
 * @redirect: the owner's fields are filled in
 *
 * If another module redirects the function (a livepatch, a kprobe with a post
 * handler), no second mechanism is tried: chance would decide which redirect
 * wins.
 *
 * Context: process context, may sleep; after oe_redirect_init().
 * Return: 0; -EBUSY if somebody else redirects it; otherwise the errno that says
 * why it cannot be done here.
 */
int oe_redirect_register(struct oe_redirect *redirect)
{
	unsigned int i;
	int err = -EOPNOTSUPP;

	for (i = 0; err && err != -EBUSY && i < ARRAY_SIZE(rehearsals); i++) {
		err = start_rehearsal(rehearsals[i]);
		if (!err)
			err = add_redirect(redirect, rehearsals[i]->mechanism);
	}
	return err;
}

/**
 * oe_redirect_unregister - have a function run as it is again
 * @redirect: registered
 *
 * On return no CPU is in redirect->where(). A task that was redirected before
 * may still be in the function that it was sent to.
 *
 * Context: process context, may sleep.
 */
void oe_redirect_unregister(struct oe_redirect *redirect)
{
	redirect->mechanism->remove(redirect);
	redirect->mechanism = NULL;
}

/**
 * oe_redirect_rehearse - find out which mechanisms still work
 *
 * Context: process context, may sleep; allocates nothing.
 */
void oe_redirect_rehearse(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rehearsals); i++)
		if (rehearsals[i]->registered)
			rehearse_pair(rehearsals[i]);
}

/**
 * oe_redirect_works - was it in force when we last looked?
 * @redirect: registered or not
 *
 * Context: any.
 * Return: true if it is registered and its mechanism was found to work by
 * oe_redirect_rehearse().
 */
bool oe_redirect_works(const struct oe_redirect *redirect)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rehearsals); i++)
		if (READ_ONCE(redirect->mechanism) == rehearsals[i]->mechanism)
			return READ_ONCE(rehearsals[i]->works);
	return false;
}

/**
 * oe_redirect_init - find out whether and how functions can be redirected here
 *
 * A kernel with ftrace whose ftrace is switched off would take kprobes, and
 * ignore them: they are not tried then.
 *
 * Context: module init, or a worker that tries again; may sleep.
 * Return: 0; -EAGAIN if what is needed is switched off; otherwise nothing can be
 * redirected on this kernel.
 */
int oe_redirect_init(void)
{
	unsigned int i;
	int err = -EOPNOTSUPP;

	for (i = 0; err && i < ARRAY_SIZE(rehearsals); i++) {
		err = start_rehearsal(rehearsals[i]);
		/* No other module redirects a function of this one. */
		if (err == -EBUSY || err == -EAGAIN)
			return -EAGAIN;
	}
	return err;
}

/**
 * oe_redirect_exit - undo oe_redirect_init()
 *
 * Context: module exit, or after a failure; may sleep; nothing is redirected any
 * more.
 */
void oe_redirect_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rehearsals); i++)
		stop_rehearsal(rehearsals[i]);
}
