// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of lines in shared memory, from the manager to one child. A write
 * needs no memory and never waits, unlike a write to a pipe or a socket.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	LINES = 64, /* a power of two */
};

struct oe_ring {
	atomic_uint written; /* by the manager; release, the line is there */
	atomic_uint read; /* by the child; release, the place is free */
	int event;
	struct {
		int kind;
		char text[OE_LINE];
	} lines[LINES];
};

/**
 * oe_ring_create - make a ring that children inherit
 *
 * Return: the ring, which stays; or NULL.
 */
struct oe_ring *oe_ring_create(void)
{
	struct oe_ring *ring = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (ring == MAP_FAILED)
		return NULL;
	ring->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ring->event >= 0)
		return ring;
	munmap(ring, sizeof(*ring));
	return NULL;
}

/**
 * oe_ring_put - write a line, for the manager
 * @ring: the ring
 * @kind: a number that goes with it
 * @text: cut off after OE_LINE - 1 characters
 *
 * Return: false if the ring is full: the line is lost.
 */
bool oe_ring_put(struct oe_ring *ring, int kind, const char *text)
{
	unsigned int written = ring->written;
	uint64_t one = 1;

	/* Pairs with oe_ring_drop(). */
	if (written - atomic_load_explicit(&ring->read, memory_order_acquire) >=
	    LINES)
		return false;
	ring->lines[written % LINES].kind = kind;
	snprintf(ring->lines[written % LINES].text, OE_LINE, "%s", text);
	/* Pairs with oe_ring_first(). */
	atomic_store_explicit(&ring->written, written + 1,
			      memory_order_release);
	/* Fails only if the child has not looked 2^64 times; then it is awake anyway. */
	return write(ring->event, &one, sizeof(one)) > 0 || errno == EAGAIN;
}

/**
 * oe_ring_first - the oldest line, for the child
 * @ring: the ring
 * @kind: gets the number that goes with it
 *
 * Return: the line, which stays until oe_ring_drop(); NULL if there is none.
 */
const char *oe_ring_first(const struct oe_ring *ring, int *kind)
{
	unsigned int read = ring->read;

	/* Pairs with oe_ring_put(). */
	if (read == atomic_load_explicit(&ring->written, memory_order_acquire))
		return NULL;
	*kind = ring->lines[read % LINES].kind;
	return ring->lines[read % LINES].text;
}

/**
 * oe_ring_drop - give the place of the oldest line free, for the child
 * @ring: the ring, in which there is a line
 */
void oe_ring_drop(struct oe_ring *ring)
{
	/* Pairs with oe_ring_put(). */
	atomic_store_explicit(&ring->read, ring->read + 1,
			      memory_order_release);
}

/**
 * oe_ring_is_empty - has the child taken all lines?
 * @ring: the ring
 *
 * Return: true if it has.
 */
bool oe_ring_is_empty(const struct oe_ring *ring)
{
	return ring->read == ring->written;
}

/**
 * oe_ring_fd - the descriptor that the child waits for
 * @ring: the ring
 *
 * Return: an eventfd, which is readable after oe_ring_put().
 */
int oe_ring_fd(const struct oe_ring *ring)
{
	return ring->event;
}
