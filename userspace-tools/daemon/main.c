// SPDX-License-Identifier: GPL-2.0-only
/*
 * oom-embeddedd, the reconfiguration manager: options and start-up.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/heap.h"
#include "daemon/daemon.h"

enum {
	EXIT_CONFIGURATION = 2,
	EXIT_NO_MODULE = 3,
	TRY_MS = 5000,
};

/* The options of the command line. */
struct arguments {
	const char *file;
	const char *directory;
	enum oe_log_target log;
	bool check;
	bool background;
	const char *pidfile;
};

static int try_helpers(const struct oe_conf *conf)
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

/* Do each thing once, without an effect, that must work in an emergency. */
static void dry_run(const struct oe_conf *conf)
{
	struct oe_sense sense;
	int64_t began = oe_now_ms();
	int failed = try_helpers(conf) + try_worker() + oe_link_try();

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

/* Continue in the mode of the manager before, and restart the services that it has ended. */
static void take_over(const struct oe_state *before, int mode)
{
	const struct oe_conf *conf = oe_active_conf();
	int pinned = before ? oe_mode_find_noted(conf, before->pinned) : -1;

	if (mode > 0)
		oe_log(OE_LOG_INFO, "mode %s goes on", conf->modes[mode].name);
	oe_mode_init(conf, mode < 0 ? 0 : mode, pinned);
	if (before)
		oe_pipeline_resume(conf, before);
}

static void prepare_manager(void)
{
	const struct oe_conf *conf = oe_active_conf();
	const struct oe_state *before;
	int mode;

	oe_log_set(conf->daemon.log_level, conf->daemon.log_rate);
	oe_loop_open();
	if (oe_link_open()) {
		oe_log(OE_LOG_ERROR,
		       "the module is not loaded (modprobe oom_embedded)");
		exit(EXIT_NO_MODULE);
	}
	/*
	 * Fork after the ranking is set, so that children inherit it, and while
	 * there is little memory to copy.
	 */
	oe_log_start();
	oe_notify_start();
	oe_worker_start();
	oe_helper_start_all(conf);
	oe_watch_add(oe_worker_fd(), oe_worker_drain);
	oe_control_open();
	oe_state_open(oe_reload_state_path());
	oe_trend_open(oe_reload_state_path());
	before = oe_state_before();
	mode = before ? oe_mode_find_noted(conf, before->mode) : -1;
	oe_link_configure(mode);
	take_over(before, mode);
	oe_heap_trim();
	oe_memory_lock();
	oe_reload_priority();
	dry_run(conf);
	oe_link_catch_up(before);
	oe_state_forget_before();
	oe_notify_say("READY=1");
	oe_control_say_status();
}

static bool is_run_by_systemd(void)
{
	int proc = oe_procread_open();
	char comm[OE_COMM] = "";

	if (proc < 0)
		return false;
	oe_procread_comm(proc, 1, comm, sizeof(comm));
	close(proc);
	return !strcmp(comm, "systemd");
}

static bool leaves_sandbox(const char *command)
{
	const char *name = strrchr(command, '/') + 1;

	return !strcmp(name, "systemctl") || !strcmp(name, "systemd-run") ||
	       !strcmp(name, "busctl");
}

/* Restart commands that work in a shell and fail in a unit. */
static void print_notes(const struct oe_conf *conf)
{
	if (!is_run_by_systemd())
		return;
	for (int i = 0; i < conf->nr_services; i++) {
		const struct oe_conf_service *service = &conf->services[i];

		if (!service->restart || leaves_sandbox(service->restart[0]))
			continue;
		printf("%s:%d: note: service %s: %s runs in the sandbox and in the control group of the manager; "
		       "\"systemctl start\" and \"systemd-run\" do not: see COMMANDS OF THE CONFIGURATION in oom-embeddedd(8)\n",
		       service->place.file, service->place.line, service->name,
		       service->restart[0]);
	}
}

static void print_error(void *arg, const char *message)
{
	(void)arg;
	fprintf(stderr, "%s\n", message);
}

static void print_usage(FILE *stream)
{
	fputs("usage: oom-embeddedd [OPTION...]\n"
	      "The reconfiguration manager; stays in the foreground unless told otherwise.\n\n"
	      "  -c, --check            only check the configuration; status 2 if it has errors\n"
	      "  -f, --file FILE        configuration (" OE_CONF_FILE ")\n"
	      "  -d, --directory DIR    more of it, *.conf (" OE_CONF_DIRECTORY
	      "; '' for none)\n"
	      "  -l, --log stderr|syslog\n"
	      "                         where lines go (stderr)\n"
	      "  -b, --background       start it and end; status 3 if the module is not loaded\n"
	      "  -p, --pidfile FILE     where its pid goes once it works\n"
	      "  -h, --help, -V, --version\n",
	      stream);
}

/* The working directory is not kept, and the way to the file is walked from "/". */
static bool admit_pidfile(const char *path)
{
	if (*path == '/' && strlen(path) < OE_PATH)
		return true;
	fprintf(stderr,
		"oom-embeddedd: --pidfile %s: it has to be a whole path, from \"/\", of less than %d characters\n",
		path, OE_PATH);
	return false;
}

static bool parse_arguments(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "file", required_argument, NULL, 'f' },
		{ "directory", required_argument, NULL, 'd' },
		{ "log", required_argument, NULL, 'l' },
		{ "background", no_argument, NULL, 'b' },
		{ "pidfile", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "cf:d:l:bp:hV", options, NULL)) !=
	       -1) {
		if (opt == 'c') {
			arguments->check = true;
		} else if (opt == 'f') {
			arguments->file = optarg;
		} else if (opt == 'd') {
			arguments->directory = *optarg ? optarg : NULL;
		} else if (opt == 'l' && !strcmp(optarg, "stderr")) {
			arguments->log = OE_LOG_TO_STDERR;
		} else if (opt == 'l' && !strcmp(optarg, "syslog")) {
			arguments->log = OE_LOG_TO_SYSLOG;
		} else if (opt == 'b') {
			arguments->background = true;
		} else if (opt == 'p') {
			arguments->pidfile = optarg;
		} else if (opt == 'h') {
			print_usage(stdout);
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
	struct arguments arguments = {
		.file = OE_CONF_FILE,
		.directory = OE_CONF_DIRECTORY,
		.log = OE_LOG_TO_STDERR,
	};
	int errors;

	/* The heap is locked too: no more of it than is needed. */
	oe_heap_keep_small();
	if (!parse_arguments(argc, argv, &arguments)) {
		print_usage(stderr);
		return EXIT_CONFIGURATION;
	}
	if (arguments.pidfile && !admit_pidfile(arguments.pidfile))
		return EXIT_CONFIGURATION;
	errors = oe_reload_first(arguments.file, arguments.directory,
				 print_error);
	if (errors) {
		fprintf(stderr,
			"oom-embeddedd: %d errors in the configuration\n",
			errors);
		return EXIT_CONFIGURATION;
	}
	if (arguments.check) {
		print_notes(oe_active_conf());
		puts("the configuration is in order");
		return EXIT_SUCCESS;
	}
	if (arguments.background &&
	    oe_background_enter(arguments.log == OE_LOG_TO_STDERR)) {
		fputs("oom-embeddedd: cannot go into the background\n", stderr);
		return EXIT_FAILURE;
	}
	oe_child_prepare();
	oe_log_init(arguments.log);
	oe_notify_open();
	oe_environment_clean();
	prepare_manager();
	oe_background_ready(arguments.pidfile);
	oe_loop_run();
	oe_notify_say("STOPPING=1");
	oe_log(OE_LOG_INFO, "ended");
	oe_helper_stop_all();
	oe_worker_stop();
	oe_log_stop();
	oe_notify_stop();
	oe_link_close();
	oe_background_end();
	return EXIT_SUCCESS;
}
