// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket for uevents, among others that send: in a network namespace of its own, where this
 * program may send to the kernel's multicast group. Prints a line a check; exits with 77 where it
 * may not make the namespace.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/uevent.h"

#define OURS \
	"change@/kernel/oom_embedded\0ACTION=change\0SUBSYSTEM=oom_embedded\0OOM_EVENT=victim"

enum {
	STORM = 10000,
	NOT_POSSIBLE = 77,
};

static void check_that(const char *what, bool good)
{
	printf("%s %s\n", good ? "ok" : "not ok", what);
}

static int send_to(int fd, unsigned int port, const char *text, size_t size)
{
	const struct sockaddr_nl to = {
		.nl_family = AF_NETLINK,
		.nl_pid = port,
		.nl_groups = port ? 0 : 1,
	};

	return sendto(fd, text, size, 0, (const struct sockaddr *)&to,
		      sizeof(to)) == (ssize_t)size;
}

/* The next queued message, of any sender. */
static int next_queued(int fd, char *text, size_t size)
{
	ssize_t got = recv(fd, text, size - 1, MSG_DONTWAIT);

	if (got >= 0)
		text[got] = '\0';
	return got < 0 ? -errno : (int)got;
}

int main(void)
{
	static const char *const others[] = {
		"change@/kernel/oom_embedded2",
		"change@/kernel/oom_embedde",
		"add@/kernel/oom_embedded",
		"change@/devices/x",
		"libudev",
		"",
	};
	struct sockaddr_nl self;
	socklen_t length = sizeof(self);
	struct oe_uevent uevent;
	char text[4096] = "";
	int sender;
	int fd;

	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return NOT_POSSIBLE;
	fd = oe_uevent_open();
	sender = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			NETLINK_KOBJECT_UEVENT);
	if (fd < 0 || sender < 0 ||
	    getsockname(fd, (struct sockaddr *)&self, &length))
		return 1;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		send_to(sender, 0, others[i], strlen(others[i]) + 1);
	check_that("what others send is not queued",
		   next_queued(fd, text, sizeof(text)) == -EAGAIN);
	for (int i = 0; i < STORM; i++)
		send_to(sender, 0, "change@/devices/storm",
			sizeof("change@/devices/storm"));
	check_that("a storm of it leaves room",
		   send_to(sender, 0, OURS, sizeof(OURS)) &&
			   next_queued(fd, text, sizeof(text)) == sizeof(OURS));
	send_to(sender, 0, OURS, sizeof(OURS));
	check_that("a program that poses as the kernel is not believed",
		   oe_uevent_receive(fd, &uevent) == 0);
	send_to(sender, self.nl_pid, OURS, sizeof(OURS));
	check_that("nor one that sends to this program alone",
		   oe_uevent_receive(fd, &uevent) == 0);
	close(sender);
	close(fd);
	return 0;
}
