// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes and reads the module's files at random, by the grammar of the ABI page: sysfs_fuzz SEED COUNT.
 *
 * It is the only one that writes, and so knows what each file reads as: what is taken reads back, what is refused
 * changes nothing, and what the page calls good or bad is taken or refused. All files are compared after each hundred.
 * Prints "ready", then the figures; each violation is a line "# violation: ...", and the exit status is 1 then.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/prctl.h>

#include "prog.h"
#include "fuzz_text.h"
#include "fuzz_files.h"
#include "fuzz_model.h"

enum {
	NR_BYSTANDERS = 6,
	NO_RANK = -1,
	ROUND = 100, /* operations from one comparison of everything to the next */
};

static const char *const watched[] = { "events",
				       "candidates",
				       "oom_ranking",
				       "coverage",
				       "report",
				       "levels/history",
				       "levels/available_kernel_kb",
				       "levels/oom_forecast_ms",
				       "stats/victims",
				       "levels/level",
				       "levels/available_kb",
				       "staged/refused",
				       "abi_version",
				       "reconfigure_wanted",
				       NULL };

static pid_t bystanders[NR_BYSTANDERS];
static int ranks[NR_BYSTANDERS];
static long nr_commits;

/* A text that was read can be written, and reads the same. */
static void write_again(struct file *file)
{
	set_text(&text, "%s\n", file->shown);
	if (write_file(file->path))
		violation(file->path, "what it reads as is refused",
			  strerrorname_np(errno));
	check_file(file, "what it reads as, written, reads otherwise");
}

static void write_setting(void)
{
	struct file *file = pick_file();
	char shown[64] = "";
	enum verdict verdict;
	int error;

	make_text(file->setting, &text);
	if (!text.len)
		return;
	verdict = judge(file->setting, &text, shown);
	error = write_file(file->path);
	if (error) {
		if (verdict == VERDICT_GOOD)
			violation(file->path, "a good text is refused",
				  strerrorname_np(error));
		check_file(file, "refused, and something changed");
		return;
	}
	if (verdict == VERDICT_BAD)
		violation(file->path, "a bad text is taken", "");
	if (verdict == VERDICT_GOOD) {
		strcpy(file->shown, shown);
		check_file(file, "what was written does not read back");
		return;
	}
	adopt(file);
	if (one_in(4))
		write_again(file);
}

/* Limits exclude each other. */
static void make_or_remove(void)
{
	const struct directory *directory =
		&directories[random_below(NR_DIRECTORIES)];
	const char *name = pick(directory->names);
	bool make = one_in(2);
	char dir[64], path[64];
	int error;

	snprintf(dir, sizeof(dir), "%s/%s/", directory->path, name);
	snprintf(path, sizeof(path), "%s/%s", directory->path,
		 make ? "create" : "remove");
	set_text(&text, "%s", one_in(8) ? directory->bad_name : name);
	error = write_file(path);
	if (strcmp(text.bytes, name)) {
		if (!error)
			violation(path, "a bad name is taken", "");
		return;
	}
	if (error) {
		if (error != (make ? EEXIST : ENOENT))
			violation(path, "another errno",
				  strerrorname_np(error));
		if (make != is_there(dir) &&
		    directory->settings != limit_settings)
			violation(path, "refused without a reason",
				  strerrorname_np(error));
		return;
	}
	if (make == is_there(dir))
		violation(path, "taken twice", "");
	if (make)
		add_files(dir, directory->settings);
	else
		remove_files(dir);
}

/* The ranking of a bystander that the module shows, if it was written. */
static int shown_rank(pid_t pid)
{
	for (char *line = buffer; line && *line; line = strchr(line, '\n')) {
		char source[32];
		int found, rank;

		line += *line == '\n';
		if (sscanf(line, "%d %d %31s", &found, &rank, source) == 3 &&
		    found == pid)
			return !strcmp(source, "explicit") ||
					       !strcmp(source, "self") ?
				       rank :
				       NO_RANK;
	}
	return NO_RANK;
}

static void check_ranks(const char *when)
{
	if (read_file("oom_ranking") < 0) {
		violation("oom_ranking", "cannot be read",
			  strerrorname_np(errno));
		return;
	}
	for (int i = 0; i < NR_BYSTANDERS; i++) {
		char found[16];
		int rank = shown_rank(bystanders[i]);

		/* One that is the default is not listed. */
		if (rank == ranks[i] ||
		    (rank == NO_RANK &&
		     ranks[i] == setting_value("default_rank")))
			continue;
		snprintf(found, sizeof(found), "%d for %d", rank, ranks[i]);
		violation("oom_ranking", when, found);
	}
}

/* Several lines are all or nothing, and the last about a process counts. */
static void write_ranks(void)
{
	static const char *const bad_lines[] = { "4194000 5\n", "1 1001\n",
						 "x\n",		"1 5 other\n",
						 "-3 5\n",	NULL };
	unsigned int lines = 1 + random_below(4);
	int after[NR_BYSTANDERS];
	bool bad = false;

	memcpy(after, ranks, sizeof(after));
	text.len = 0;
	while (lines--) {
		int who = random_below(NR_BYSTANDERS);
		char line[64];

		if (one_in(10)) {
			snprintf(line, sizeof(line), "%s", pick(bad_lines));
			bad = true;
		} else if (one_in(4)) {
			snprintf(line, sizeof(line), "%d -\n", bystanders[who]);
			after[who] = NO_RANK;
		} else {
			after[who] = random_below(1001);
			snprintf(line, sizeof(line), "%d %d%s\n",
				 bystanders[who], after[who],
				 one_in(3) ? " self" : "");
		}
		strcpy(text.bytes + text.len, line);
		text.len += strlen(line);
	}
	if (!write_file("oom_ranking") == bad)
		violation("oom_ranking",
			  bad ? "bad lines are taken" :
				"good lines are refused",
			  "");
	if (!bad)
		memcpy(ranks, after, sizeof(ranks));
	check_ranks("after a write");
}

static void write_pids(void)
{
	const char *name = pick(group_names);
	char dir[64], path[80], line[16];
	pid_t pid = bystanders[random_below(NR_BYSTANDERS)];
	bool in = one_in(2);
	int error;

	snprintf(dir, sizeof(dir), "groups/%s/", name);
	snprintf(path, sizeof(path), "%spids", dir);
	set_text(&text, "%s%d\n", in ? "" : "-", pid);
	error = write_file(path);
	if ((error == ENOENT) == is_there(dir) && (in || error != ENOENT))
		violation(path, "a group that is there, or is not",
			  strerrorname_np(error));
	if (error || read_file(path) < 0)
		return;
	snprintf(line, sizeof(line), "%d", pid);
	for (char *word = strtok(buffer, " \n"); word;
	     word = strtok(NULL, " \n"))
		if (!strcmp(word, line)) {
			if (!in)
				violation(path, "a member is still there",
					  line);
			return;
		}
	if (in)
		violation(path, "no member", "");
}

static void check_everything(const char *when)
{
	for (struct file *file = files; file; file = file->next)
		check_file(file, when);
	check_ranks(when);
}

static unsigned int count_staged(void)
{
	unsigned int n = 0;

	for (struct file *file = files; file; file = file->next)
		n += file->nr_staged;
	return n;
}

static void forget_staged(void)
{
	for (struct file *file = files; file; file = file->next)
		file->nr_staged = 0;
}

static void clear_stage(void)
{
	set_text(&text, "1");
	if (write_file("staged/clear"))
		violation("staged/clear", "refused", "");
	forget_staged();
}

static void commit(void)
{
	char nr[16];
	int error;

	if (read_file("staged/nr_values") < 0)
		violation("staged/nr_values", "cannot be read", "");
	snprintf(nr, sizeof(nr), "%u", count_staged());
	if (strcmp(buffer, nr))
		violation("staged/nr_values", nr, buffer);
	set_text(&text, "1");
	error = write_file("staged/commit");
	if (error && error != ERANGE && error != EBUSY)
		violation("staged/commit", "another errno",
			  strerrorname_np(error));
	for (struct file *file = files; file && !error; file = file->next) {
		if (file->nr_staged && file->staged_known)
			strcpy(file->shown, file->staged_shown);
		else if (file->nr_staged)
			adopt(file);
	}
	nr_commits++;
	check_everything(error ? "a commit was refused" : "a commit");
	clear_stage();
}

/* Some values together, that are all in force after the commit, or none. */
static void stage(void)
{
	unsigned int n = 1 + random_below(6);

	clear_stage();
	while (n--) {
		struct file *file = pick_file();
		struct text value;
		char shown[64] = "";
		enum verdict verdict;
		int error;

		if (!strncmp(file->path, "limits/", 7) ||
		    !strncmp(file->path, "cgroups/", 8) ||
		    file->setting->kind == KIND_RULES ||
		    !strcmp(file->path, "reconfigure_done"))
			continue;
		make_plain(file->setting, &value);
		if (!value.len)
			continue;
		verdict = judge(file->setting, &value, shown);
		set_text(&text, "%s %s\n", file->path, value.bytes);
		error = write_file("staged/set");
		if (verdict != VERDICT_OPEN &&
		    !error != (verdict == VERDICT_GOOD))
			violation("staged/set",
				  error ? "a good value is refused" :
					  "a bad value is taken",
				  error ? strerrorname_np(error) : "");
		if (error)
			continue;
		file->nr_staged++;
		file->staged_known = verdict == VERDICT_GOOD;
		strcpy(file->staged_shown, shown);
	}
	if (one_in(4))
		clear_stage();
	else
		commit();
}

/* From anywhere in it: a list may be gone (ESTALE), and its bytes are printable. */
static void read_something(void)
{
	const char *path = pick(watched);
	int fd = open_file(path, O_RDONLY);
	ssize_t got;

	nr_reads++;
	text.len = 0;
	if (fd < 0) {
		violation(path, "is not there", strerrorname_np(errno));
		return;
	}
	got = pread(fd, buffer, 1 + random_below(one_in(2) ? 16 : READ_MAX),
		    one_in(2) ? 0 : random_below(20000));
	if (got < 0 && errno != ESTALE && errno != ENODATA && errno != EAGAIN)
		violation(path, "a read fails", strerrorname_np(errno));
	for (ssize_t i = 0; i < got; i++)
		if (buffer[i] != '\n' && (buffer[i] < ' ' || buffer[i] > '~')) {
			violation(path, "not printable", "");
			break;
		}
	close(fd);
}

static void operate(void)
{
	switch (random_below(40)) {
	case 0:
	case 1:
		make_or_remove();
		break;
	case 2:
	case 3:
		write_ranks();
		break;
	case 4:
		write_pids();
		break;
	case 5:
		stage();
		break;
	case 6:
	case 7:
		read_something();
		break;
	default:
		write_setting();
	}
}

static void start_bystanders(void)
{
	for (int i = 0; i < NR_BYSTANDERS; i++) {
		bystanders[i] = fork();
		if (bystanders[i] < 0)
			die("fork");
		if (!bystanders[i]) {
			prctl(PR_SET_NAME, "fz_b");
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
		ranks[i] = NO_RANK;
	}
}

int main(int argc, char **argv)
{
	long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	unsigned int round = 0;

	if (count <= 0) {
		fputs("usage: sysfs_fuzz SEED COUNT\n", stderr);
		return EXIT_FAILURE;
	}
	random_state = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15ULL + 1;
	start_bystanders();
	add_files("", top_settings);
	puts("ready");
	fflush(stdout);
	while (nr_writes + nr_reads < count) {
		operate();
		if (++round % ROUND)
			continue;
		check_everything("it changed by itself");
	}
	for (int i = 0; i < NR_BYSTANDERS; i++)
		kill(bystanders[i], SIGKILL);
	printf("# fuzz writes %ld\n# fuzz refused %ld\n# fuzz reads %ld\n# fuzz commits %ld\n# fuzz violations %ld\n",
	       nr_writes, nr_refused, nr_reads, nr_commits, nr_violations);
	return nr_violations != 0;
}
