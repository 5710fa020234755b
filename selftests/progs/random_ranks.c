// SPDX-License-Identifier: GPL-2.0-only
/*
 * random_ranks SEED ROUNDS [KILLS [TOOL]]: in each round processes, groups, rules, rankings and
 * offers by chance; `candidates` must be what the model of rank_model.h says, and SysRq f must
 * kill whom it names, up to KILLS times a round. With TOOL, "TOOL why PID --json" must agree, too.
 * Prints a line "# round ..." for each disagreement, and at the end
 * "rounds N lists N kills N whys N wrong N".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rank_model.h"
#include "random_procs.h" /* needs the model */

/* --- the configuration -------------------------------------------------------- */

static const char *group_file(int group, const char *name)
{
	static char path[96];

	snprintf(path, sizeof(path), OE "groups/g%d/%s", group, name);
	return path;
}

static struct line *add_line(struct group *g)
{
	struct line *l = &g->lines[g->nr_lines++];

	*l = (struct line){ .last_uid = NONE };
	return l;
}

static void pick_uids(struct line *l)
{
	static const long ranges[][2] = {
		{ 0, 0 }, { 1000, 1000 }, { 1000, 1001 }, { 0, 4000000 }, { 5, 7 }
	};
	const long *range = PICK(ranges);

	l->first_uid = range[0];
	l->last_uid = range[1];
}

static const char *pick_name(void)
{
	static const char *const patterns[] = { "alpha", "beta",  "al*",    "?",
						"*",	 "[ab]*", "alpine", "x*" };

	return PICK(patterns);
}

/* The files of one condition. */
static void pick_single_rules(int i, struct group *g)
{
	static const char *const paths[] = { "/pt", "/pt/a", "/pt/a/x", "/pt/b" };
	struct line *l;

	if (!below(4)) {
		l = add_line(g);
		l->cgroup = PICK(paths);
		MUST_PUT(group_file(i, "cgroup"), "%s", l->cgroup);
	}
	if (!below(4)) {
		l = add_line(g);
		l->comm = pick_name();
		MUST_PUT(group_file(i, "comm"), "%s", l->comm);
	}
	if (!below(5)) {
		l = add_line(g);
		pick_uids(l);
		MUST_PUT(group_file(i, "uid"), "%ld-%ld", l->first_uid, l->last_uid);
	}
}

static int print_line(char *text, size_t room, const struct line *l)
{
	int n = 0;

	if (l->comm)
		n += snprintf(text + n, room - n, "comm=%s ", l->comm);
	if (l->exe)
		n += snprintf(text + n, room - n, "exe=%s ", l->exe);
	if (l->last_uid != NONE)
		n += snprintf(text + n, room - n, "uid=%ld-%ld ", l->first_uid, l->last_uid);
	if (l->cgroup)
		n += snprintf(text + n, room - n, "cgroup=%s", l->cgroup);
	return n + snprintf(text + n, room - n, "\n");
}

static void pick_rules(int i, struct group *g)
{
	static const char *const paths[] = { "/pt", "/pt/*",  "/pt/*/x", "/pt/[a]",
					     "/",   "/later", "/pt/a/?" };
	char text[1024];
	int length = 0;

	for (int k = below(NR_LINES + 1); k; k--) {
		struct line *l = add_line(g);
		unsigned int asks = 1 + below(15);

		if (asks & 1)
			pick_uids(l);
		if (asks & 2)
			l->comm = pick_name();
		if (asks & 4)
			l->cgroup = PICK(paths);
		if (asks & 8)
			l->exe = PICK(exes);
		length += print_line(text + length, sizeof(text) - length, l);
	}
	if (length)
		MUST_PUT(group_file(i, "rules"), "%s", text);
}

static int pick_rank(void)
{
	static const int ranks[] = { 0, 50, 99, 100, 101, 300, 500, 501, 700, 1000 };

	return PICK(ranks);
}

static void make_group(int i)
{
	struct group *g = &world.groups[i];

	*g = (struct group){
		.rank = pick_rank(),
		.precedence = !below(4),
		.trusts_names = !below(3),
	};
	MUST_PUT(OE "groups/create", "g%d", i);
	MUST_PUT(group_file(i, "rank"), "%d", g->rank);
	MUST_PUT(group_file(i, "precedence"), "%d", g->precedence);
	MUST_PUT(group_file(i, "trust"), "%s", g->trusts_names ? "name" : "root");
	pick_single_rules(i, g);
	pick_rules(i, g);
}

/* Something is said about a process. */
static void change_process(struct proc *p)
{
	int group = below(NR_GROUPS);
	int rank = pick_rank();

	switch (below(6)) {
	case 0:
		MUST_PUT(OE "oom_ranking", "%d %d", p->pid, rank);
		p->own = OWN_EXPLICIT;
		break;
	case 1:
		MUST_PUT(OE "oom_ranking", "%d %d self", p->pid, rank);
		p->own = OWN_SELF;
		break;
	case 2:
		MUST_PUT(OE "oom_ranking", "%d -", p->pid);
		p->own = OWN_NONE;
		break;
	case 3:
		MUST_PUT(group_file(group, "pids"), "%d", p->pid);
		p->groups |= 1U << group;
		return;
	case 4:
		MUST_PUT(group_file(group, "pids"), "-%d", p->pid);
		p->groups &= ~(1U << group);
		return;
	default:
		return;
	}
	p->own_rank = rank;
	p->offer = 0;
}

static long slack_kb;

static void wrong(const char *what, const struct proc *p, const char *found)
{
	nr_wrong++;
	printf("# round %lu: %s: pid %d %s %s %s uid %ld euid %ld adj %d: expected %d %s %ld KiB set %d verdict %d, found %s\n",
	       round_nr, what, p->pid, p->comm, p->exe, p->cgroup, p->ruid, p->euid, p->adj,
	       p->rank, p->source, p->badness_kb, p->set_rank, p->verdict, found);
}

static void offer_process(int i)
{
	static const int offers[] = { 1, 100, 500, 600, 1000 };
	struct proc *p = &world.procs[i];
	int offer = PICK(offers);
	int expected;
	int err;

	judge_world(&world);
	expected = world.allow_offers && offer >= p->rank ? 0 : EPERM;
	dprintf(commands[i], "o%d", offer);
	err = next_reply();
	if (err != expected)
		wrong("offer", p, strerrorname_np(err) ?: "taken");
	if (err)
		return;
	p->offer = offer;
	p->offer_user = p->euid;
}

static void pick_tunables(void)
{
	static const int thresholds[] = { 0, 1, 100, 101, 300, 501 };
	static const int defaults[] = { 500, 500, 300, 100, 50 };

	world.threshold = PICK(thresholds);
	world.default_rank = PICK(defaults);
	world.by_rank = below(2);
	world.allow_offers = below(8);
	MUST_PUT(OE "rank_threshold", "%d", world.threshold);
	MUST_PUT(OE "default_rank", "%d", world.default_rank);
	MUST_PUT(OE "selection_order", "%s", world.by_rank ? "rank" : "badness");
	MUST_PUT(OE "allow_offers", "%d", world.allow_offers);
}

static void pick_oom_group(void)
{
	static const char *const paths[] = { NULL, NULL, "/pt/a", "/pt/a/x", "/pt/b" };

	world.oom_group = PICK(paths);
	for (int i = 2; i < 5; i++) {
		char path[64];

		snprintf(path, sizeof(path), CGROUP "%s/memory.oom.group", paths[i]);
		MUST_PUT(path, "%d", world.oom_group && !strcmp(paths[i], world.oom_group));
	}
}

static void pick_world(void)
{
	int sizes[NR_PROCS] = {};

	for (int i = 0; i < NR_PROCS; i++) {
		int other = below(i + 1);

		sizes[i] = sizes[other];
		sizes[other] = (i + 1) * 768;
	}
	pick_tunables();
	pick_oom_group();
	for (int i = 0; i < NR_GROUPS; i++)
		make_group(i);
	for (int i = 0; i < NR_PARENTS; i++) {
		start_process(i, sizes[i]);
		change_process(&world.procs[i]);
		if (!below(4))
			offer_process(i);
	}
	for (int i = NR_PARENTS; i < NR_PROCS; i++)
		fork_process(i, sizes[i]);
	for (int i = 0; i < NR_PROCS; i++)
		change_process(&world.procs[i]);
	for (int i = 0; i < NR_PARENTS; i++)
		if (!below(4))
			offer_process(i);
	for (int i = 0; i < NR_PROCS; i++)
		read_memory(&world.procs[i]);
}

/* --- what the module says ----------------------------------------------------- */

static struct proc *by_pid(int pid)
{
	for (int i = 0; i < NR_PROCS; i++)
		if (world.procs[i].alive && world.procs[i].pid == pid)
			return &world.procs[i];
	return NULL;
}

/*
 * From 6.2 on the kernel counts memory per CPU: /proc may add up what the OOM killer, who goes by the
 * common part, does not see. The sizes of the processes are further apart.
 */
static long read_slack(void)
{
	int version = 0, patch = 0;
	struct utsname name;

	if (uname(&name) || sscanf(name.release, "%d.%d", &version, &patch) != 2)
		die("uname");
	if (version < 6 || (version == 6 && patch < 2))
		return 0;
	return 32 * 4 * sysconf(_SC_NPROCESSORS_ONLN);
}

static bool is_as_said(const struct proc *p, const char *line)
{
	static const char *const words[] = { "eligible", "protected", "unkillable" };
	char source[64], verdict[16], comm[64], reason[16];
	int rank, set_rank, keeper;
	long long kb;

	if (sscanf(line, "%*d %*d %d %63s %lld %15s %63s %15s %d %d", &rank, source, &kb, verdict,
		   comm, reason, &keeper, &set_rank) != 8)
		return false;
	if (!strcmp(verdict, "next"))
		strcpy(verdict, "eligible");
	return rank == p->rank && !strcmp(source, p->source) &&
	       !strcmp(verdict, words[p->verdict]) && set_rank == p->set_rank &&
	       keeper == (p->keeper ? p->keeper->pid : 0) && !strcmp(comm, p->comm) &&
	       llabs(kb - p->badness_kb) <= slack_kb;
}

/* The list is in the model's order, others are left out. */
static void compare_list(struct proc **order, int nr)
{
	FILE *file = fopen(OE "candidates", "re");
	char line[512];
	int at = 0;
	int pid;

	if (!file)
		die("candidates");
	while (fgets(line, sizeof(line), file)) {
		struct proc *p = sscanf(line, "%*d %d", &pid) == 1 ? by_pid(pid) : NULL;

		line[strcspn(line, "\n")] = '\0';
		if (!p)
			continue;
		if (!is_as_said(p, line))
			wrong("candidates", p, line);
		if (at >= nr || order[at] != p)
			wrong("order", at < nr ? order[at] : p, line);
		at++;
	}
	if (at != nr)
		wrong("missing", order[0], "");
	fclose(file);
	nr_lists++;
}

/* The first value of that name, as a number or as a text. */
static bool has_value(const char *json, const char *name, const char *value)
{
	char key[32];
	size_t length = strlen(value);

	snprintf(key, sizeof(key), "\"%s\":", name);
	json = strstr(json, key);
	if (!json)
		return false;
	json += strlen(key);
	json += strspn(json, " \"");
	return !strncmp(json, value, length) && strchr(",\"} \n", json[length]);
}

static void compare_why(const struct proc *p)
{
	char command[128], wanted[16], line[8192];
	FILE *file;
	size_t n;

	snprintf(command, sizeof(command), "%s why --json %d", tool, p->pid);
	file = popen(command, "re");
	if (!file)
		die("popen");
	n = fread(line, 1, sizeof(line) - 1, file);
	line[n] = '\0';
	pclose(file);
	snprintf(wanted, sizeof(wanted), "%d", p->rank);
	if (!has_value(line, "ranking", wanted) || !has_value(line, "source", p->source))
		wrong("why", p, line);
	nr_whys++;
}

/* --- who dies ----------------------------------------------------------------- */

static bool is_dead(const struct proc *p, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = pidfds[p - world.procs], .events = POLLIN };

	return poll(&poll_fd, 1, timeout_ms) == 1;
}

/* Those who die are gone, and all others live. */
static void compare_kill(struct proc *victim)
{
	MUST_PUT("/proc/sysrq-trigger", "f");
	for (struct proc *p = world.procs; p < world.procs + NR_PROCS; p++) {
		if (!p->alive || !dies_too(&world, victim, p))
			continue;
		if (!is_dead(p, DEATH_MS))
			wrong("lives", p, "");
		p->alive = false;
	}
	for (struct proc *p = world.procs; p < world.procs + NR_PROCS; p++) {
		if (!p->alive || !is_dead(p, 0))
			continue;
		wrong("died", p, "");
		p->alive = false;
	}
	nr_kills++;
}

static void end_world(void)
{
	for (int i = 0; i < NR_PROCS; i++) {
		kill(world.procs[i].pid, SIGKILL);
		is_dead(&world.procs[i], DEATH_MS);
		close(pidfds[i]);
		world.procs[i].alive = false;
		if (commands[i] >= 0)
			close(commands[i]);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	for (int i = 0; i < NR_GROUPS; i++)
		MUST_PUT(OE "groups/remove", "g%d", i);
}

static void run_round(int kills)
{
	struct proc *order[NR_PROCS];
	int nr;

	pick_world();
	for (;;) {
		judge_world(&world);
		nr = sort_world(&world, order);
		if (!nr)
			break;
		compare_list(order, nr);
		if (tool)
			compare_why(order[below(nr)]);
		if (order[0]->verdict != ELIGIBLE || !kills--)
			break;
		compare_kill(order[0]);
	}
	end_world();
}

static long read_total(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	long kb;

	if (!file || fscanf(file, "MemTotal: %ld", &kb) != 1)
		die("meminfo");
	fclose(file);
	return kb;
}

static void make_places(void)
{
	char command[128];

	MUST_PUT(CGROUP "/cgroup.subtree_control", "+memory");
	mkdir(CGROUP "/pt", 0755);
	MUST_PUT(CGROUP "/pt/cgroup.subtree_control", "+memory");
	mkdir(CGROUP "/pt/a", 0755);
	MUST_PUT(CGROUP "/pt/a/cgroup.subtree_control", "+memory");
	mkdir(CGROUP "/pt/a/x", 0755);
	mkdir(CGROUP "/pt/a/y", 0755);
	mkdir(CGROUP "/pt/b", 0755);
	mkdir("/tmp/random_ranks", 0755);
	chmod("/tmp", 01777);
	for (int i = 0; i < NR_EXES; i++) {
		snprintf(command, sizeof(command), "cp /proc/%d/exe %s", getpid(), exes[i]);
		if (system(command))
			die(command);
	}
}

int main(int argc, char **argv)
{
	unsigned long rounds;

	if (argc == 8 && !strcmp(argv[1], "hold"))
		be_judged(argv + 2);
	if (argc < 3 || argc > 5) {
		fputs("usage: random_ranks SEED ROUNDS [KILLS [TOOL]]\n", stderr);
		return EXIT_FAILURE;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	srandom(strtoul(argv[1], NULL, 10));
	rounds = strtoul(argv[2], NULL, 10);
	tool = argc > 4 ? argv[4] : NULL;
	world.total_kb = read_total();
	slack_kb = read_slack();
	make_places();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (pipe2(replies, O_CLOEXEC))
		die("pipe");
	for (round_nr = 0; round_nr < rounds; round_nr++)
		run_round(argc > 3 ? atoi(argv[3]) : 1);
	printf("rounds %lu lists %lu kills %lu whys %lu wrong %lu\n", round_nr, nr_lists, nr_kills,
	       nr_whys, nr_wrong);
	return nr_wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
