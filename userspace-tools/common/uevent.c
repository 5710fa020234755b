// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listening for the module's uevents.
 */
#include "common/uevent.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	KERNELS_GROUP = 1, /* 2 is udevd's */
	/* Some hundred events while the listener waits for the CPU. */
	BUFFER = 128 * 1024,
};

/**
 * oe_uevent_open - a socket that hears uevents from now on
 *
 * Return: a descriptor (non-blocking, close-on-exec), or a negative errno.
 */
int oe_uevent_open(void)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_groups = KERNELS_GROUP,
	};
	int size = BUFFER;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);
	int err;

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		err = -errno;
		close(fd);
		return err;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

/* From the kernel, whole, and ours? */
static int is_ours(const struct oe_uevent *uevent, const struct msghdr *message,
		   const struct sockaddr_nl *from)
{
	const char *subsystem;

	if (message->msg_namelen != sizeof(*from) || from->nl_pid ||
	    (message->msg_flags & MSG_TRUNC))
		return 0;
	subsystem = oe_uevent_get(uevent, "SUBSYSTEM");
	return subsystem && !strcmp(subsystem, "oom_embedded") &&
	       oe_uevent_get(uevent, "OOM_EVENT");
}

/**
 * oe_uevent_receive - the next uevent of the module; does not wait
 * @fd: of oe_uevent_open()
 * @uevent: filled in
 *
 * What others send, programs that pose as the kernel included, is skipped.
 *
 * Return: 1, 0 if there is none, -ENOBUFS if some were lost, or another
 * negative errno.
 */
int oe_uevent_receive(int fd, struct oe_uevent *uevent)
{
	for (;;) {
		struct sockaddr_nl from = { 0 };
		struct iovec iov = {
			.iov_base = uevent->text,
			.iov_len = sizeof(uevent->text) - 1,
		};
		struct msghdr message = {
			.msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &iov,
			.msg_iovlen = 1,
		};
		ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? 0 : -errno;
		uevent->text[got] = '\0';
		uevent->length = (size_t)got;
		if (is_ours(uevent, &message, &from))
			return 1;
	}
}

/**
 * oe_uevent_get - the value of a key
 * @uevent: received
 * @key: as in "OOM_SEQ"
 *
 * Return: the value, which lives as long as @uevent is not reused, or NULL.
 */
const char *oe_uevent_get(const struct oe_uevent *uevent, const char *key)
{
	const char *end = uevent->text + uevent->length;
	size_t length = strlen(key);

	for (const char *at = uevent->text; at < end; at += strlen(at) + 1)
		if (!strncmp(at, key, length) && at[length] == '=')
			return at + length + 1;
	return NULL;
}

/**
 * oe_uevent_number - the value of a key, as a number
 * @uevent: received
 * @key: as in "OOM_SEQ"
 * @otherwise: what it is without the key
 *
 * Return: the number.
 */
long long oe_uevent_number(const struct oe_uevent *uevent, const char *key,
			   long long otherwise)
{
	const char *value = oe_uevent_get(uevent, key);
	char *end;
	long long number;

	if (!value)
		return otherwise;
	number = strtoll(value, &end, 10);
	return end == value ? otherwise : number;
}
