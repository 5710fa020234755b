// SPDX-License-Identifier: GPL-2.0-only
/*
 * Example: a monitor that raises an alarm before anybody is killed.
 *
 *	monitor ALARM...
 *
 * ALARM is a file that takes a line and needs no memory for it: a serial line,
 * /dev/kmsg, the trigger of an LED. It is opened beforehand. The lines:
 *
 *	alarm oom SEQ
 *	alarm level LEVEL AVAILABLE_KB
 *	over SEQ OUTCOME VICTIM_PID VICTIM_COMM
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "oom_embedded.h"

enum {
	MAX_ALARMS = 4,
	STACK = 32 * 1024,
};

struct monitor {
	int alarms[MAX_ALARMS];
	int nr_alarms;
};

static void raise_alarm(struct monitor *monitor, const char *format, ...)
{
	char line[160];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length >= (int)sizeof(line))
		length = sizeof(line) - 1;
	for (int i = 0; i < monitor->nr_alarms; i++)
		if (write(monitor->alarms[i], line, (size_t)length) != length)
			fprintf(stderr, "monitor: an alarm was not taken\n");
}

/* The module waits for the return of this function before it chooses a victim. */
static void on_oom(const struct oom_embedded_event *event, void *arg)
{
	raise_alarm(arg, "alarm oom %" PRIu64 "\n", event->seq);
}

static void on_event(const struct oom_embedded_event *event, void *arg)
{
	static const char *const levels[] = { "normal", "warning", "critical",
					      "imminent_oom", "oom" };

	if (event->type == OOM_EMBEDDED_LEVEL)
		raise_alarm(arg, "alarm level %s %" PRId64 "\n",
			    levels[event->level], event->available_kb);
	if (event->type == OOM_EMBEDDED_VICTIM ||
	    event->type == OOM_EMBEDDED_NO_VICTIM)
		raise_alarm(arg, "over %" PRIu64 " %s %d %s\n", event->seq,
			    event->outcome, event->victim_pid,
			    event->victim_comm);
}

int main(int argc, char **argv)
{
	struct monitor monitor = { .nr_alarms = 0 };
	struct oom_embedded *oom;
	struct pollfd pfd;
	int err;

	if (argc < 2 || argc - 1 > MAX_ALARMS) {
		fputs("usage: monitor ALARM...\n", stderr);
		return 2;
	}
	prctl(PR_SET_NAME, "oom-monitor");
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_WRONLY | O_APPEND | O_CLOEXEC);

		if (fd < 0) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		monitor.alarms[monitor.nr_alarms++] = fd;
	}
	err = oom_embedded_open(&oom, 0);
	if (!err)
		err = oom_embedded_lock_memory(STACK);
	if (err) {
		fprintf(stderr, "monitor: %s\n", strerror(-err));
		return EXIT_FAILURE;
	}
	oom_embedded_on_save(oom, on_oom, &monitor);
	oom_embedded_on_event(oom, on_event, &monitor);
	printf("ready %d\n", getpid());
	fflush(stdout);

	pfd = (struct pollfd){ .fd = oom_embedded_fd(oom), .events = POLLIN };
	while (poll(&pfd, 1, -1) >= 0 || errno == EINTR) {
		err = oom_embedded_dispatch(oom);
		if (err < 0)
			break;
	}
	fprintf(stderr, "monitor: %s\n", strerror(-err));
	return EXIT_FAILURE;
}
