// SPDX-License-Identifier: GPL-2.0-only
/*
 * oom-embeddedd, the reconfiguration manager: options, start-up, the loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <libgen.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sysfs.h"
#include "daemon/daemon.h"

#define CONTROL "/run/oom-embedded/control"

enum {
	EXIT_CONFIGURATION = 2,
	EXIT_NO_MODULE = 3,
	STACK = 24 * 1024,
	KERNELS_STACK = 132 * 1024,
	REOPEN_MS = 1000,
	TRY_MS = 5000,
	COMMAND = 128,
	EVENTS = 8,
};

/* Two, so that the one in force stays whole while another is read. */
static struct oe_conf configurations[2] __attribute__((aligned(4096)));
static struct oe_conf *conf = &configurations[0];

static struct {
	const char *file;
	const char *directory;
	struct oom_embedded *oom; /* NULL: the module is not there */
	int epoll;
	int signals;
	int control;
	int64_t sample_at_ms;
	int64_t scan_at_ms;
	int64_t reopen_at_ms;
	uint64_t unacknowledged; /* 0: nothing is */
	bool stop;
} manager = { .epoll = -1, .control = -1 };

/* --- small things -------------------------------------------------------- */

static void on_error(void *arg, const char *message)
{
	(void)arg;
	oe_log(OE_LOG_ERROR, "%s", message);
}

static const char *level_name(int level)
{
	static const char *const names[] = { "normal", "warning", "critical",
					     "imminent_oom", "oom" };

	return level >= 0 && level <= OOM_EMBEDDED_LEVEL_OOM ? names[level] :
							       "unknown";
}

static void watch(int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd >= 0)
		epoll_ctl(manager.epoll, EPOLL_CTL_ADD, fd, &event);
}

static bool wants_candidates(void)
{
	for (int i = 0; i < conf->nr_conditions; i++)
		for (int j = 0; j < conf->conditions[i].nr_terms; j++)
			if (conf->conditions[i].terms[j].type ==
			    OE_TERM_BIGGEST)
				return true;
	return false;
}

static void set_priority(void)
{
	struct sched_param param = { .sched_priority = conf->daemon.realtime };
	/* Children are ordinary. */
	int policy = (param.sched_priority ? SCHED_FIFO : SCHED_OTHER) |
		     SCHED_RESET_ON_FORK;

	if (sched_setscheduler(0, policy, &param))
		oe_log(OE_LOG_WARNING,
		       "no real-time priority (%s): on a busy system I may be late",
		       strerror(errno));
}

/* --- the module ---------------------------------------------------------- */

/* After everything that the emergency asks for; ends the grace period. */
static void acknowledge(void)
{
	int err;

	if (!manager.oom || !manager.unacknowledged || oe_pipeline_is_urgent())
		return;
	err = oom_embedded_acknowledge(manager.oom, manager.unacknowledged);
	/* Somebody else was faster. */
	if (err && err != -ERANGE)
		oe_log(OE_LOG_ERROR, "cannot acknowledge: %s", strerror(-err));
	oe_log(OE_LOG_DEBUG, "acknowledged %" PRIu64, manager.unacknowledged);
	manager.unacknowledged = 0;
}

/* Before the module goes on: what a mode sets counts for this emergency already. */
static void on_save(const struct oom_embedded_event *event, void *arg)
{
	(void)event;
	(void)arg;
	oe_mode_oom(conf);
}

static void on_event(const struct oom_embedded_event *event, void *arg)
{
	(void)arg;
	switch (event->type) {
	case OOM_EMBEDDED_OOM:
		oe_log(OE_LOG_WARNING, "out of memory, emergency %" PRIu64,
		       event->seq);
		if (event->missed)
			oe_log(OE_LOG_WARNING,
			       "%" PRIu64 " emergencies before it were missed",
			       event->missed);
		for (uint64_t i = 0; i < event->missed && i < 64; i++)
			oe_mode_oom(conf);
		manager.unacknowledged = event->seq;
		break;
	case OOM_EMBEDDED_VICTIM:
	case OOM_EMBEDDED_NO_VICTIM:
		oe_log(OE_LOG_INFO,
		       "emergency %" PRIu64 ": %s, victim %d (%s), ranking %d",
		       event->seq, event->outcome, event->victim_pid,
		       event->victim_comm, event->victim_rank);
		break;
	case OOM_EMBEDDED_LEVEL:
		oe_log(OE_LOG_INFO, "level %s, was %s: %" PRId64 " kB",
		       level_name(event->level), level_name(event->level_was),
		       event->available_kb);
		/* The next look at memory is now. */
		manager.sample_at_ms = 0;
		break;
	case OOM_EMBEDDED_LIMIT:
		oe_log(OE_LOG_INFO, "limit of user %u: %s", event->uid,
		       event->outcome);
		oe_mode_limit(conf);
		break;
	case OOM_EMBEDDED_LOST:
		oe_log(OE_LOG_DEBUG, "uevents were lost, the count was not");
		break;
	case OOM_EMBEDDED_DETAILS:
	case OOM_EMBEDDED_NOTHING:
		break;
	}
}

/* What happened while nobody was here. */
static void catch_up(void)
{
	int64_t missed = oom_embedded_missed(manager.oom);

	if (missed <= 0)
		return;
	oe_log(OE_LOG_WARNING,
	       "%" PRId64 " emergencies were missed, the last was %" PRIu64,
	       missed, oom_embedded_wanted(manager.oom));
	for (int64_t i = 0; i < missed && i < 64; i++)
		oe_mode_oom(conf);
	manager.unacknowledged = oom_embedded_wanted(manager.oom);
}

static void write_configuration(const struct oe_conf *before)
{
	int failed = oe_module_apply(conf, before);

	if (failed)
		oe_log(OE_LOG_ERROR, "%d settings were refused", failed);
	oe_module_open_modes(conf);
	oe_sense_open(wants_candidates());
}

static int open_module(void)
{
	int err = oe_sysfs_present();

	if (!err)
		err = oom_embedded_open(&manager.oom, 0);
	if (err) {
		manager.oom = NULL;
		return err;
	}
	/* What the manager forks is protected like itself. */
	err = oom_embedded_set_rank(manager.oom, 0);
	if (err)
		oe_log(OE_LOG_ERROR, "cannot protect myself: %s",
		       strerror(-err));
	oom_embedded_on_save(manager.oom, on_save, NULL);
	oom_embedded_on_event(manager.oom, on_event, NULL);
	watch(oom_embedded_fd(manager.oom));
	return 0;
}

/* The module is unloaded, and maybe loaded again. */
static void lose_module(void)
{
	oe_log(OE_LOG_WARNING, "the module has gone");
	oom_embedded_close(manager.oom);
	manager.oom = NULL;
	manager.unacknowledged = 0;
	manager.reopen_at_ms = oe_now_ms() + REOPEN_MS;
}

/* At the start they inherit it; a module that was loaded anew knows nobody. */
static void protect_children(void)
{
	oe_log_protect();
	oe_worker_protect();
	oe_helper_protect_all();
}

static void regain_module(void)
{
	if (manager.oom || oe_now_ms() < manager.reopen_at_ms)
		return;
	manager.reopen_at_ms = oe_now_ms() + REOPEN_MS;
	if (open_module())
		return;
	oe_log(OE_LOG_WARNING, "the module is there again");
	write_configuration(NULL);
	protect_children();
	oe_mode_init(conf, oe_mode_current());
	oe_procs_forget();
	manager.scan_at_ms = 0;
	catch_up();
}

/* --- configuration ------------------------------------------------------- */

static struct oe_conf *other_configuration(void)
{
	return conf == &configurations[0] ? &configurations[1] :
					    &configurations[0];
}

static bool same_helpers(const struct oe_conf *a, const struct oe_conf *b)
{
	if (a->nr_helpers != b->nr_helpers)
		return false;
	for (int i = 0; i < a->nr_helpers; i++) {
		const char *const *x = a->helpers[i].argv;
		const char *const *y = b->helpers[i].argv;

		while (*x && *y && !strcmp(*x, *y)) {
			x++;
			y++;
		}
		if (*x || *y)
			return false;
	}
	return true;
}

/* All or nothing: what cannot be read leaves everything as it is. */
static void reload(void)
{
	struct oe_conf *next = other_configuration();
	struct oe_conf *before = conf;
	char state[64];
	int errors;
	int mode;

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		 oe_now_ms() * 1000);
	oe_log_notify(state);
	errors = oe_conf_load(next, manager.file, manager.directory, on_error,
			      NULL);
	malloc_trim(0);
	if (errors) {
		oe_log(OE_LOG_ERROR,
		       "%d errors in the configuration: the one in force stays",
		       errors);
		oe_log_notify("READY=1");
		return;
	}
	oe_pipeline_reset();
	oe_procs_forget();
	mode = before->nr_modes ?
		       oe_mode_find(next,
				    before->modes[oe_mode_current()].name) :
		       0;
	/* Undone by the new one's own words, or by nobody's. */
	if (before->nr_modes)
		oe_module_enter(before, 0);
	conf = next;
	oe_log_set(conf->daemon.log_level, conf->daemon.log_rate);
	if (!same_helpers(before, conf)) {
		oe_helper_stop_all();
		oe_helper_start_all(conf);
	}
	if (manager.oom)
		write_configuration(before);
	oe_mode_init(conf, mode < 0 ? 0 : mode);
	if (mlock(conf, sizeof(*conf)))
		oe_log(OE_LOG_WARNING, "cannot lock the configuration: %s",
		       strerror(errno));
	munlock(before, sizeof(*before));
	set_priority();
	oe_procs_scan(conf);
	manager.sample_at_ms = 0;
	oe_log(OE_LOG_INFO, "the configuration was read again");
	oe_log_notify("READY=1");
}

/* --- the operator -------------------------------------------------------- */

static void open_control(void)
{
	const char *path = conf->daemon.control ? conf->daemon.control :
						  CONTROL;
	char directory[256];
	struct stat st;

	snprintf(directory, sizeof(directory), "%s", path);
	mkdir(dirname(directory), 0755);
	if (mkfifo(path, 0600) && errno != EEXIST) {
		oe_log(OE_LOG_WARNING, "no %s for commands: %s", path,
		       strerror(errno));
		return;
	}
	/* For writing too: it never looks as if everybody had gone. */
	manager.control =
		open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (manager.control < 0 || fstat(manager.control, &st) ||
	    !S_ISFIFO(st.st_mode)) {
		oe_log(OE_LOG_WARNING, "%s is no FIFO: no commands from there",
		       path);
		return;
	}
	watch(manager.control);
}

static void say_status(void)
{
	oe_log(OE_LOG_INFO, "module %s, mode %s, emergencies %" PRIu64,
	       manager.oom ? "loaded" : "missing",
	       conf->nr_modes ? conf->modes[oe_mode_current()].name : "-",
	       manager.oom ? oom_embedded_wanted(manager.oom) : 0);
	for (int i = 0; i < conf->nr_services; i++)
		oe_log(OE_LOG_INFO, "service %s: %d processes",
		       conf->services[i].name, oe_procs_count(i));
}

static void obey(const char *command)
{
	int mode;

	if (!strncmp(command, "mode ", 5)) {
		mode = oe_mode_find(conf, command + 5);
		if (mode < 0)
			oe_log(OE_LOG_ERROR, "there is no mode %s",
			       command + 5);
		else
			oe_mode_pin(conf, mode);
	} else if (!strcmp(command, "auto")) {
		oe_mode_pin(conf, -1);
	} else if (!strcmp(command, "reload")) {
		reload();
	} else if (!strcmp(command, "status")) {
		say_status();
	} else if (*command) {
		oe_log(OE_LOG_ERROR,
		       "'%s' is no command; there are: mode NAME, auto, reload, status",
		       command);
	}
}

static void read_control(void)
{
	char text[COMMAND];
	ssize_t got = read(manager.control, text, sizeof(text) - 1);
	char *rest = text;
	char *line;

	if (got <= 0)
		return;
	text[got] = '\0';
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\n')
			*c = '?';
	while ((line = strsep(&rest, "\n")))
		obey(line);
}

/* --- signals ------------------------------------------------------------- */

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Helpers are started again when there is time; the worker at once, it is small. */
static void bury_children(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		if (manager.stop || oe_helper_died(pid))
			continue;
		if (oe_worker_died(pid)) {
			oe_log(OE_LOG_ERROR, "the worker had ended");
			oe_worker_start();
		}
		if (oe_log_died(pid))
			oe_log_start();
	}
}

static void read_signals(void)
{
	struct signalfd_siginfo info;

	while (read(manager.signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGHUP:
			reload();
			break;
		case SIGUSR1:
			say_status();
			break;
		case SIGCHLD:
			bury_children();
			break;
		default:
			manager.stop = true;
		}
	}
}

/* --- the loop ------------------------------------------------------------ */

static void listen_to_module(void)
{
	int got;

	if (!manager.oom)
		return;
	got = oom_embedded_dispatch(manager.oom);
	if (got < 0)
		lose_module();
}

static void look_around(void)
{
	struct oe_sense sense;
	int64_t now = oe_now_ms();

	if (now >= manager.sample_at_ms) {
		manager.sample_at_ms = now + conf->daemon.sample_ms;
		oe_sense_read(&sense);
		oe_mode_update(conf, &sense);
		oe_log_alive();
	}
	/* What needs memory is done when there is some. */
	if (!oe_mode_is_calm() || oe_pipeline_is_urgent())
		return;
	if (now >= manager.scan_at_ms) {
		manager.scan_at_ms = now + conf->daemon.scan_ms;
		oe_procs_scan(conf);
		oe_helper_revive(conf);
	}
	regain_module();
}

static int timeout(int64_t pipeline_ms)
{
	int64_t left = manager.sample_at_ms - oe_now_ms();

	if (pipeline_ms != OE_FOREVER && pipeline_ms < left)
		left = pipeline_ms;
	return left < 0 ? 0 : (int)left;
}

static void run(void)
{
	struct epoll_event events[EVENTS];
	int64_t next = OE_FOREVER;
	int count;

	while (!manager.stop) {
		count = epoll_wait(manager.epoll, events, EVENTS,
				   timeout(next));
		/* First of all, whatever else there is. */
		listen_to_module();
		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == manager.signals)
				read_signals();
			else if (events[i].data.fd == manager.control)
				read_control();
			else if (events[i].data.fd == oe_worker_fd())
				oe_worker_drain();
		}
		look_around();
		next = oe_pipeline_run(conf, oe_mode_is_fine());
		acknowledge();
	}
}

/* --- start-up ------------------------------------------------------------ */

static int try_helpers(void)
{
	int failed = 0;

	for (int i = 0; i < conf->nr_helpers; i++) {
		int err = oe_helper_ask(i, "try\n");

		if (!err)
			err = oe_helper_wait(i, TRY_MS);
		if (!err)
			continue;
		oe_log(OE_LOG_ERROR, "helper %s does not answer: %s",
		       conf->helpers[i].name, strerror(-err));
		failed++;
	}
	return failed;
}

static int try_worker(void)
{
	int64_t until = oe_now_ms() + TRY_MS;
	int job = oe_worker_run(NULL, TRY_MS);
	int status = -ETIMEDOUT;

	while (job >= 0 && !oe_worker_is_done(job, &status) &&
	       oe_now_ms() < until)
		usleep(1000);
	if (!status)
		return 0;
	oe_log(OE_LOG_ERROR, "the worker does not work");
	return 1;
}

static int try_module(void)
{
	long long done;
	int failed = 0;

	if (!manager.oom)
		return 0;
	failed = oe_module_try(conf);
	if (oe_sysfs_read_number("reconfigure_done", &done) ||
	    oom_embedded_acknowledge(manager.oom, (uint64_t)done))
		failed++;
	if (failed)
		oe_log(OE_LOG_ERROR, "%d files of the module cannot be written",
		       failed);
	return failed;
}

/* Everything that must work later is done once now, with no effect. */
static void dry_run(void)
{
	struct oe_sense sense;
	int64_t began = oe_now_ms();
	int failed = try_helpers() + try_worker() + try_module();

	oe_sense_read(&sense);
	if (sense.available_kb < 0) {
		oe_log(OE_LOG_ERROR, "cannot see how much memory there is");
		failed++;
	}
	oe_procs_scan(conf);
	oe_mode_update(conf, &sense);
	if (failed)
		oe_log(OE_LOG_ERROR, "dry run: %d failures", failed);
	else
		oe_log(OE_LOG_INFO, "dry run passed in %" PRId64 " ms",
		       oe_now_ms() - began);
}

/*
 * All of it, but the configuration that is not in force, and that part of the
 * kernel's 132 kB for the stack that nobody gets to.
 */
static void lock_memory(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t here = (uintptr_t)__builtin_frame_address(0) & ~(page - 1);
	int err = oom_embedded_lock_memory(STACK);

	if (err)
		oe_log(OE_LOG_ERROR,
		       "cannot lock my memory (%s): I may hang in an emergency",
		       strerror(-err));
	for (uintptr_t at = here - STACK - page;
	     at > here - KERNELS_STACK && !munlock((void *)(at - page), page);
	     at -= page)
		;
	munlock(other_configuration(), sizeof(*conf));
}

static void prepare(void)
{
	int err;

	oe_log_set(conf->daemon.log_level, conf->daemon.log_rate);
	manager.epoll = epoll_create1(EPOLL_CLOEXEC);
	manager.signals = open_signals();
	err = open_module();
	if (err) {
		oe_log(OE_LOG_ERROR,
		       "the module is not loaded (modprobe oom_embedded)");
		exit(EXIT_NO_MODULE);
	}
	/* Forked after the ranking, which they inherit, and before there is much to copy. */
	oe_log_start();
	oe_worker_start();
	oe_helper_start_all(conf);
	watch(manager.signals);
	watch(oe_worker_fd());
	open_control();
	write_configuration(NULL);
	oe_mode_init(conf, 0);
	malloc_trim(0);
	lock_memory();
	set_priority();
	dry_run();
	catch_up();
	oe_log_notify("READY=1");
	say_status();
}

static void print_error(void *arg, const char *message)
{
	(void)arg;
	fprintf(stderr, "%s\n", message);
}

static void usage(FILE *stream)
{
	fputs("usage: oom-embeddedd [OPTION...]\n"
	      "The reconfiguration manager; stays in the foreground.\n\n"
	      "  -c, --check            only check the configuration; status 2 if it has errors\n"
	      "  -f, --file FILE        configuration (" OE_CONF_FILE ")\n"
	      "  -d, --directory DIR    more of it, *.conf (" OE_CONF_DIRECTORY
	      "; '' for none)\n"
	      "  -l, --log stderr|syslog\n"
	      "                         where lines go (stderr)\n"
	      "  -h, --help, -V, --version\n",
	      stream);
}

static bool parse(int argc, char **argv, bool *check, enum oe_log_target *log)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "file", required_argument, NULL, 'f' },
		{ "directory", required_argument, NULL, 'd' },
		{ "log", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "cf:d:l:hV", options, NULL)) !=
	       -1) {
		if (opt == 'c') {
			*check = true;
		} else if (opt == 'f') {
			manager.file = optarg;
		} else if (opt == 'd') {
			manager.directory = *optarg ? optarg : NULL;
		} else if (opt == 'l' && !strcmp(optarg, "stderr")) {
			*log = OE_LOG_TO_STDERR;
		} else if (opt == 'l' && !strcmp(optarg, "syslog")) {
			*log = OE_LOG_TO_SYSLOG;
		} else if (opt == 'h') {
			usage(stdout);
			exit(EXIT_SUCCESS);
		} else if (opt == 'V') {
			puts("oom-embeddedd " VERSION);
			exit(EXIT_SUCCESS);
		} else {
			return false;
		}
	}
	return optind == argc;
}

int main(int argc, char **argv)
{
	enum oe_log_target log = OE_LOG_TO_STDERR;
	bool check = false;
	int errors;

	/* The heap is locked too: no more of it than is needed. */
	mallopt(M_TOP_PAD, 4096);
	manager.file = OE_CONF_FILE;
	manager.directory = OE_CONF_DIRECTORY;
	if (!parse(argc, argv, &check, &log)) {
		usage(stderr);
		return EXIT_CONFIGURATION;
	}
	errors = oe_conf_load(conf, manager.file, manager.directory,
			      print_error, NULL);
	if (errors) {
		fprintf(stderr,
			"oom-embeddedd: %d errors in the configuration\n",
			errors);
		return EXIT_CONFIGURATION;
	}
	if (check) {
		puts("the configuration is in order");
		return EXIT_SUCCESS;
	}
	oe_log_init(log);
	prepare();
	run();
	oe_log_notify("STOPPING=1");
	oe_log(OE_LOG_INFO, "ended");
	oe_helper_stop_all();
	oe_worker_stop();
	oe_log_stop();
	oom_embedded_close(manager.oom);
	return EXIT_SUCCESS;
}
