// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listening for the module's uevents.
 */
#include "common/uevent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uapi/oom_embedded.h"

enum {
	KERNELS_GROUP = 1, /* 2 is udevd's */
	/* Some hundred events while the listener waits for the CPU. */
	BUFFER = 128 * 1024,
};

/*
 * Every message of the module begins with this, its NUL included. The filter
 * drops uevents of other devices, of which a storm would fill the socket's
 * buffer.
 */
static const char beginning[] = "change@/kernel/" OOM_EMBEDDED_NAME;

enum {
	WORDS = sizeof(beginning) / 4, /* the rest is compared byte by byte */
	BYTES = sizeof(beginning) % 4,
	NR_INSTRUCTIONS = 2 * (WORDS + BYTES) + 2,
};

static void compare_bytes(struct sock_filter *filter, unsigned int i,
			  unsigned int size, unsigned int at,
			  unsigned int expected)
{
	unsigned int to_the_end = NR_INSTRUCTIONS - (i + 2) - 1;

	filter[i] = (struct sock_filter)BPF_STMT(BPF_LD | size | BPF_ABS, at);
	filter[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						     expected, 0,
						     (unsigned char)to_the_end);
}

/* Without it, on a kernel that does not take it, is_ours() sees to the rest. */
static void attach_filter(int fd)
{
	struct sock_filter filter[NR_INSTRUCTIONS];
	const struct sock_fprog program = {
		.len = NR_INSTRUCTIONS,
		.filter = filter,
	};
	unsigned int i = 0;
	unsigned int at;
	uint32_t word;

	for (at = 0; at < WORDS * 4; at += 4, i += 2) {
		memcpy(&word, beginning + at, 4);
		compare_bytes(filter, i, BPF_W, at, ntohl(word));
	}
	for (; at < sizeof(beginning); at++, i += 2)
		compare_bytes(filter, i, BPF_B, at,
			      (unsigned char)beginning[at]);
	filter[i++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	filter[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

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
	/* Before bind(), so that nothing else is ever queued. */
	attach_filter(fd);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		err = -errno;
		close(fd);
		return err;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

/*
 * True for a message that the kernel has sent, that is not truncated, and whose
 * subsystem is this module.
 */
static int is_ours(const struct oe_uevent *uevent, const struct msghdr *message,
		   const struct sockaddr_nl *from)
{
	const char *subsystem;

	if (message->msg_namelen != sizeof(*from) || from->nl_pid ||
	    from->nl_groups != KERNELS_GROUP ||
	    (message->msg_flags & MSG_TRUNC))
		return 0;
	subsystem = oe_uevent_get(uevent, "SUBSYSTEM");
	return subsystem && !strcmp(subsystem, OOM_EMBEDDED_NAME) &&
	       oe_uevent_get(uevent, OOM_EMBEDDED_KEY_EVENT);
}

/**
 * oe_uevent_receive - the next uevent of the module; does not wait
 * @fd: of oe_uevent_open()
 * @uevent: filled in
 *
 * Messages of other senders, programs that pose as the kernel included, are skipped.
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
 * @otherwise: the number without the key
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
