// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uevents, which only the kernel can send: a file "uevent" of the tree is one, a key a line. It is
 * removed as it is received. An empty file says that some were lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fake_tree.h"

enum {
	KERNELS_GROUP = 1,
};

ssize_t __real_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);

static ssize_t fill_message(struct msghdr *message, const char *text)
{
	const struct sockaddr_nl kernel = {
		.nl_family = AF_NETLINK,
		.nl_groups = KERNELS_GROUP,
	};
	char *to = message->msg_iov->iov_base;
	size_t length = strlen(text);

	if (length > message->msg_iov->iov_len)
		abort();
	for (size_t i = 0; i < length; i++)
		to[i] = text[i] == '\n' ? '\0' : text[i];
	memcpy(message->msg_name, &kernel, sizeof(kernel));
	message->msg_namelen = sizeof(kernel);
	message->msg_flags = 0;
	return (ssize_t)length;
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
	char path[PATH_MAX];
	char text[TEXT_SIZE];

	fake_path(path, "uevent");
	if (access(path, F_OK))
		return __real_recvmsg(fd, message, flags);
	fake_get("uevent", text);
	unlink(path);
	if (*text)
		return fill_message(message, text);
	errno = ENOBUFS;
	return -1;
}
