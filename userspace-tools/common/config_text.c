// SPDX-License-Identifier: GPL-2.0-only
/*
 * The texts of the configuration: errors with their place, copies that live as long as it does,
 * words and commands.
 */
#include "common/config_text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/**
 * oe_conf_error - report an error and count it
 * @conf: the configuration, which is unusable from now on
 * @place: the line
 * @format: the fault and the remedy; bytes that are not printable come out as "?"
 *
 * Return: false, so that "return oe_conf_error(...)" reads well.
 */
bool oe_conf_error(struct oe_conf *conf, struct oe_conf_place place,
		   const char *format, ...)
{
	char text[512];
	size_t used;
	va_list args;

	conf->nr_errors++;
	if (!conf->report)
		return false;
	if (place.line)
		snprintf(text, sizeof(text), "%s:%d: ", place.file, place.line);
	else
		snprintf(text, sizeof(text), "%s: ", place.file);
	used = strlen(text);
	va_start(args, format);
	vsnprintf(text + used, sizeof(text) - used, format, args);
	va_end(args);
	for (char *c = text; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	conf->report(conf->report_arg, text);
	return false;
}

/**
 * oe_conf_keep - copy a text, for as long as the configuration lives
 * @conf: the configuration
 * @place: the line of the text
 * @text: to copy
 *
 * Return: the copy, or NULL after an error.
 */
const char *oe_conf_keep(struct oe_conf *conf, struct oe_conf_place place,
			 const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = conf->text + conf->text_used;

	if (size > sizeof(conf->text) - conf->text_used) {
		oe_conf_error(
			conf, place,
			"the configuration is longer than %d bytes of text",
			OE_CONF_TEXT);
		return NULL;
	}
	memcpy(copy, text, size);
	conf->text_used += size;
	return copy;
}

/**
 * oe_conf_drop_last - forget a text, if it is the last one that was kept
 * @conf: the configuration that keeps it
 * @text: of oe_conf_keep(); no longer used
 *
 * For a text that grows: its room is used again.
 */
void oe_conf_drop_last(struct oe_conf *conf, const char *text)
{
	if (text + strlen(text) + 1 == conf->text + conf->text_used)
		conf->text_used = (size_t)(text - conf->text);
}

/* Room for pointers among the texts. */
static const char **keep_pointers(struct oe_conf *conf,
				  struct oe_conf_place place, int count)
{
	size_t align = _Alignof(const char *);
	size_t at = (conf->text_used + align - 1) / align * align;
	size_t size = count * sizeof(const char *);

	if (at > sizeof(conf->text) || size > sizeof(conf->text) - at) {
		oe_conf_error(
			conf, place,
			"the configuration is longer than %d bytes of text",
			OE_CONF_TEXT);
		return NULL;
	}
	conf->text_used = at + size;
	return (const char **)(void *)(conf->text + at);
}

/**
 * oe_conf_word - cut off the next word
 * @text: moves behind the word
 *
 * Return: the word, or NULL at the end.
 */
char *oe_conf_word(char **text)
{
	char *word = *text + strspn(*text, " \t");
	char *end = word + strcspn(word, " \t");

	if (!*word)
		return NULL;
	*text = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

/**
 * oe_conf_command - read a command: an absolute path and arguments
 * @conf: keeps the words
 * @place: its line
 * @text: the command, split at blanks
 *
 * Return: the words, NULL at the end; NULL after an error.
 */
const char *const *oe_conf_command(struct oe_conf *conf,
				   struct oe_conf_place place, const char *text)
{
	char line[OE_CONF_MAX_LINE];
	const char **argv = keep_pointers(conf, place, OE_CONF_MAX_ARGS + 1);
	char *rest = line;
	char *word;
	int argc = 0;

	if (!argv)
		return NULL;
	snprintf(line, sizeof(line), "%s", text);
	while ((word = oe_conf_word(&rest))) {
		if (argc == OE_CONF_MAX_ARGS) {
			oe_conf_error(conf, place,
				      "a command has at most %d words",
				      OE_CONF_MAX_ARGS);
			return NULL;
		}
		argv[argc] = oe_conf_keep(conf, place, word);
		if (!argv[argc++])
			return NULL;
	}
	argv[argc] = NULL;
	if (!argc || argv[0][0] != '/') {
		oe_conf_error(
			conf, place,
			"a command begins with an absolute path, not with '%s'",
			argc ? argv[0] : "");
		return NULL;
	}
	return argv;
}

/**
 * oe_conf_too_many - report that there is no room for one more
 * @reader: at that line
 * @what: there are too many of
 * @max: there may be
 *
 * Return: false.
 */
bool oe_conf_too_many(struct oe_conf_reader *reader, const char *what, int max)
{
	return oe_conf_error(reader->conf, reader->place, "more than %d %s",
			     max, what);
}
