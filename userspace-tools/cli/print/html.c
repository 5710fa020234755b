// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page in one file: no script, nothing from elsewhere, light and dark.
 */
#include "cli/print/html.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/print/readable.h"

enum {
	ESCAPED_SIZE = 1024,
	NR_ESCAPED = 8, /* that one printf() may use */
};

/* clang-format off */
static const char style[] =
	":root{color-scheme:light dark;--bg:#fff;--fg:#1c2127;--dim:#5b6570;--line:#d5dbe1;"
	"--card:#f5f7f9;--curve:#1f6feb;--fill:#1f6feb22;--bad:#c62828;--warn:#b26a00;"
	"--good:#2e7d32;--bar:#8fa3b8;--free:#d9822b;"
	"--p0:#8d99a6;--p1:#7b5ea7;--p2:#c2577a;--p3:#d9822b;--p4:#1f6feb;--p5:#7fb2e5;--p6:#e4eef7}\n"
	"@media(prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e3e8ed;--dim:#98a4b0;"
	"--line:#343c45;--card:#1c2229;--curve:#6cb0ff;--fill:#6cb0ff22;--bad:#ff7b72;"
	"--warn:#e3b341;--good:#6fce77;--bar:#566576;--free:#e39b52;"
	"--p0:#5c6875;--p1:#a186d0;--p2:#e07f9f;--p3:#e39b52;--p4:#4d93f5;--p5:#3d6d9c;--p6:#22303d}}\n"
	"body{margin:0 auto;max-width:60rem;padding:1.5rem;background:var(--bg);color:var(--fg);"
	"font:15px/1.5 system-ui,sans-serif}\n"
	"h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}\n"
	"h2{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line);"
	"padding-bottom:.2rem}\n"
	"p{margin:.4rem 0}.dim{color:var(--dim)}.bad{color:var(--bad)}.good{color:var(--good)}\n"
	".facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));"
	"gap:.5rem;margin:1rem 0}\n"
	".facts div{background:var(--card);border:1px solid var(--line);border-radius:6px;"
	"padding:.5rem .75rem;overflow-wrap:anywhere}\n"
	".facts b{display:block;font-weight:500;font-size:.8rem;color:var(--dim)}\n"
	"table{border-collapse:collapse;width:100%;font-size:.9rem}\n"
	"th{text-align:left;font-weight:500;color:var(--dim)}\n"
	"th,td{padding:.15rem .75rem .15rem 0;border-bottom:1px solid var(--line);"
	"vertical-align:top;overflow-wrap:break-word}\n"
	"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
	"code,td.c{font-family:ui-monospace,monospace;font-size:.85rem}\n"
	".wide{overflow-x:auto}\n"
	"svg{display:block;width:100%;height:auto;min-width:36rem}svg text{fill:var(--dim);font-size:12px}\n"
	".grid{stroke:var(--line)}.mark{stroke:var(--warn);stroke-dasharray:5 4}\n"
	".oom{stroke:var(--bad);stroke-width:2}.other{stroke:var(--bad);stroke-dasharray:2 3}\n"
	".curve{fill:none;stroke:var(--curve);stroke-width:2}.area{fill:var(--fill)}\n"
	"svg .badtext{fill:var(--bad)}svg .warntext{fill:var(--warn)}\n"
	".bar{fill:var(--bar)}.bar.protected{fill:var(--good)}.bar.eligible{fill:var(--free)}\n"
	".bar.victim{fill:var(--bad)}svg .name{fill:var(--fg)}\n"
	".key{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 1em;border-radius:2px}\n"
	".key.victim{background:var(--bad)}.key.eligible{background:var(--free)}\n"
	".key.protected{background:var(--good)}.key.other{background:var(--bar)}\n"
	".part0{fill:var(--p0);background:var(--p0)}.part1{fill:var(--p1);background:var(--p1)}.part2{fill:var(--p2);background:var(--p2)}.part3{fill:var(--p3);background:var(--p3)}\n"
	".part4{fill:var(--p4);background:var(--p4)}.part5{fill:var(--p5);background:var(--p5)}.part6{fill:var(--p6);background:var(--p6)}\n"
	"@media(max-width:40rem){body{padding:1rem .75rem}svg{min-width:0}svg text{font-size:14px}"
	"table{font-size:.68rem}th,td{padding-right:.3rem}td{overflow-wrap:anywhere}"
	"td.n{overflow-wrap:normal}td.c{font-size:.68rem}}\n"
	"@media print{body{max-width:none;padding:0}}\n";
/* clang-format on */

static bool is_inside_letter(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/**
 * html - a text that others chose, for a page
 * @text: any bytes
 *
 * A text that is too long is cut off. Letters in UTF-8 are shown, see readable_utf8().
 *
 * Return: escaped, good for text and for quoted attributes, until called eight
 * more times.
 */
const char *html(const char *text)
{
	static char escaped[NR_ESCAPED][ESCAPED_SIZE];
	static unsigned int next;
	char *to = escaped[next++ % NR_ESCAPED];
	char shown[ESCAPED_SIZE];
	const char *from = shown;
	size_t used = 0;

	snprintf(shown, sizeof(shown), "%s", text);
	readable_utf8(shown);
	/* A letter is not cut: it has two bytes more at most. */
	for (; *from; from++) {
		unsigned char c = (unsigned char)*from;

		if (used + 8 >= ESCAPED_SIZE && !is_inside_letter(c))
			break;
		if (strchr("&<>\"'", c))
			used += (size_t)snprintf(to + used, ESCAPED_SIZE - used,
						 "&#%d;", c);
		else
			to[used++] = (char)c;
	}
	to[used] = '\0';
	return to;
}

/**
 * html_begin - begin a page
 * @to: file
 * @title: is escaped here
 */
void html_begin(FILE *to, const char *title)
{
	fprintf(to,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
		"<meta name=\"generator\" content=\"oom-embedded " VERSION
		"\">\n"
		"<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n",
		html(title), style);
}

/**
 * html_end - end a page
 * @to: file
 */
void html_end(FILE *to)
{
	fputs("</body>\n</html>\n", to);
}

/**
 * html_section - begin a section
 * @to: file
 * @title: is escaped here
 * @note: a sentence below it, "" for none; is escaped here
 */
void html_section(FILE *to, const char *title, const char *note)
{
	fprintf(to, "<h2>%s</h2>\n", html(title));
	if (*note)
		fprintf(to, "<p class=\"dim\">%s</p>\n", html(note));
}

/**
 * html_pair - a fact
 * @to: file
 * @key: is escaped here
 * @value: is escaped here; NULL: the fact is left out
 */
void html_pair(FILE *to, const char *key, const char *value)
{
	if (value)
		fprintf(to, "<div><b>%s</b>%s</div>\n", html(key), html(value));
}
