/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PARSE_H
#define OE_PARSE_H

#include <linux/types.h>

enum {
	/* Longest escaped comm: 15 bytes as \xHH, and the NUL. */
	OE_COMM_ESCAPED = 15 * 4 + 1,
};

/**
 * struct oe_rank_line - one parsed line of `oom_ranking`
 * @pid: in the writer's pid namespace, > 0
 * @rank: 0..OE_RANK_MAX; meaningless when @clear
 * @clear: "PID -": forget the ranking
 * @self: "PID RANK self": the children do not inherit it
 */
struct oe_rank_line {
	pid_t pid;
	unsigned int rank;
	bool clear;
	bool self;
};

/**
 * struct oe_member_line - one parsed line of `groups/NAME/pids`
 * @pid: in the writer's pid namespace, > 0
 * @leave: "-PID": it leaves
 */
struct oe_member_line {
	pid_t pid;
	bool leave;
};

int oe_parse_number(const char *text, u64 min, u64 max, u64 *value);
int oe_parse_size(const char *text, u64 total_kb, u64 max_kb, u64 *kb);
int oe_parse_word(const char *text, const char *const *words,
		  unsigned int nr_words, unsigned int *index);
int oe_parse_rank_line(char *line, struct oe_rank_line *parsed);
int oe_parse_member_line(const char *line, struct oe_member_line *parsed);
int oe_parse_name(const char *text, char *name, size_t size);
int oe_parse_uid_range(const char *text, u32 *first, u32 *last);
const char *oe_escape(char *escaped, size_t size, const char *text);
int oe_unescape(char *text);
const char *oe_escape_comm(char escaped[OE_COMM_ESCAPED], const char *comm);

#endif /* OE_PARSE_H */
