/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Redirects: the entry of a function is caught, and the CPU is sent elsewhere.
 */
#ifndef OE_REDIRECT_H
#define OE_REDIRECT_H

#include <linux/types.h>

struct oe_redirect;

#ifdef CONFIG_KPROBES

#include <linux/ftrace.h>
#include <linux/kprobes.h>

/*
 * A function whose entry is redirected: the compiler must call it as the ABI
 * says and believe nothing about its body, which is not what will run. noipa
 * says that; clang has no noipa, but does not look that far either.
 */
#if __has_attribute(__noipa__)
#define OE_REDIRECTED noinline __attribute__((__noipa__))
#else
#define OE_REDIRECTED noinline
#endif

/* For their bodies: an argument that is used, a result that is not known. */
#define oe_opaque(var) asm volatile("" : "+r"(var) : : "memory")

/* Defined if a kprobe at a function's entry is a callback of ftrace. */
#if defined(CONFIG_KPROBES_ON_FTRACE) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS)
#define OE_HAVE_REDIRECT_FTRACE
#endif

/**
 * struct oe_mechanism - a way to catch the entry of a function
 * @add: catch it; fills in redirect->address. Returns 0 or a negative errno
 * @remove: undo @add; on return no CPU is in redirect->where()
 */
struct oe_mechanism {
	int (*add)(struct oe_redirect *redirect);
	void (*remove)(struct oe_redirect *redirect);
};

/**
 * struct oe_redirect - a function whose entry is caught
 * @symbol: its name; NULL: @function is given
 * @function: a function of this module
 * @where: called at each entry; returns the address to go on at, with the same
 *	arguments and return address, or 0 for the function itself. notrace, and
 *	NOKPROBE_SYMBOL(); it may run with interrupts off and takes raw locks only
 *
 * The first three are the owner's to fill in, the others are redirect.c's:
 *
 * @address: the caught instruction of the entry; a jump to it is caught as well
 * @mechanism: the one in use; NULL = not registered
 * @probe: the kprobe mechanism's
 * @ops: the ftrace mechanism's
 */
struct oe_redirect {
	const char *symbol;
	void *function;
	unsigned long (*where)(struct oe_redirect *redirect);
	unsigned long address;
	const struct oe_mechanism *mechanism;
	struct kprobe probe;
#ifdef OE_HAVE_REDIRECT_FTRACE
	struct ftrace_ops ops;
#endif
};

extern const struct oe_mechanism oe_mechanism_kprobe;

#ifdef OE_HAVE_REDIRECT_FTRACE
extern const struct oe_mechanism oe_mechanism_ftrace;
#endif

int oe_redirect_init(void);
void oe_redirect_exit(void);
int oe_redirect_register(struct oe_redirect *redirect);
void oe_redirect_unregister(struct oe_redirect *redirect);
void oe_redirect_rehearse(void);
bool oe_redirect_works(const struct oe_redirect *redirect);

#else

static inline void oe_redirect_rehearse(void)
{
}

static inline bool oe_redirect_works(const struct oe_redirect *redirect)
{
	return false;
}

#endif /* CONFIG_KPROBES */

#endif /* OE_REDIRECT_H */
