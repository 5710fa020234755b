// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes what comes over netlink, as the library reads it. An input is a row of messages: a byte
 * that says how each is forged, two for its length, the message.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/fuzz.h"

enum {
	FROM_PROGRAM = 1, /* the sender is not the kernel */
	TO_UDEV = 2, /* another group */
	CUT_OFF = 4,
	NO_SENDER = 8,
	HEAD = 3,
};

static struct {
	const uint8_t *data;
	size_t size;
	int forged; /* the message that was taken last */
} queue;

static ssize_t take_message(int fd, struct msghdr *message, int flags);

#define recvmsg take_message
/* clang-format off: the function above takes the place of the system call. */
#include "common/uevent.c"
/* clang-format on */
#undef recvmsg

#include "lib/handle.h"

static ssize_t take_message(int fd, struct msghdr *message, int flags)
{
	struct sockaddr_nl *from = message->msg_name;
	struct iovec *room = message->msg_iov;
	size_t length;

	(void)fd;
	(void)flags;
	if (queue.size < HEAD) {
		errno = EAGAIN;
		return -1;
	}
	queue.forged = queue.data[0] &
		       (FROM_PROGRAM | TO_UDEV | CUT_OFF | NO_SENDER);
	length = queue.data[1] + 256U * queue.data[2];
	move_on(&queue.data, &queue.size, HEAD);
	if (length > queue.size)
		length = queue.size;
	from->nl_pid = queue.forged & FROM_PROGRAM ? 4711 : 0;
	from->nl_groups = queue.forged & TO_UDEV ? 2 : KERNELS_GROUP;
	message->msg_flags = queue.forged & CUT_OFF ? MSG_TRUNC : 0;
	message->msg_namelen = queue.forged & NO_SENDER ? 0 : sizeof(*from);
	if (length > room->iov_len) {
		message->msg_flags |= MSG_TRUNC;
		queue.forged |= CUT_OFF;
	}
	memcpy(room->iov_base, queue.data,
	       length < room->iov_len ? length : room->iov_len);
	move_on(&queue.data, &queue.size, length);
	return (ssize_t)(length < room->iov_len ? length : room->iov_len);
}

static void must_end(const char *text, size_t size)
{
	if (!memchr(text, '\0', size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct oom_embedded oom;
	struct oom_embedded_event event;
	int got;

	queue.data = data;
	queue.size = size;
	oom.level_fd = -1;
	oom.alive_fd = -1;
	oom.uevent_fd = 0;
	oom.level = OOM_EMBEDDED_LEVEL_UNKNOWN;
	for (;;) {
		oe_event_clear(&event);
		got = oe_event_next_quiet(&oom, &event);
		if (got <= 0)
			break;
		if (queue.forged || event.type == OOM_EMBEDDED_OOM ||
		    event.type == OOM_EMBEDDED_LEVEL)
			abort();
		must_end(event.kind, sizeof(event.kind));
		must_end(event.outcome, sizeof(event.outcome));
		must_end(event.trigger_comm, sizeof(event.trigger_comm));
		must_end(event.victim_comm, sizeof(event.victim_comm));
		must_end(event.memcg, sizeof(event.memcg));
	}
	return got;
}
