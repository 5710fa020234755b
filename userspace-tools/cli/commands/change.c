// SPDX-License-Identifier: GPL-2.0-only
/*
 * Report of a command about its changes: the ones it would make, and the one
 * that was refused.
 */
#include "cli/commands/change.h"

#include <err.h>

#include "cli/print/complain.h"
#include "cli/print/out.h"

/**
 * changes_make - make a set of changes whole or not at all
 * @changes: the set
 *
 * Says what went wrong.
 *
 * Return: the status to exit with.
 */
int changes_make(struct oe_changes *changes)
{
	const struct oe_change *failed;
	int status;
	int err = oe_changes_make(changes, &failed);

	if (!err)
		return EXIT_OK;
	if (!failed)
		return complain(EXIT_TROUBLE, "out of memory");
	status = complain_file(failed->file, failed->value, err);
	err = oe_changes_undo(changes, &failed);
	if (err) {
		complain_file(failed->undo_file, failed->undo, err);
		return complain(
			EXIT_NOT_UNDONE,
			"not everything could be put back; see \"oom-embedded status\"");
	}
	if (changes->nr > 1)
		complain(status, "nothing has been changed");
	return status;
}

/**
 * changes_show - print what would change
 * @changes: the set
 */
void changes_show(const struct oe_changes *changes)
{
	size_t i;

	if (changes->err)
		errx(EXIT_TROUBLE, "out of memory");
	out_open_list("changes");
	for (i = 0; i < changes->nr; i++) {
		const struct oe_change *one = &changes->change[i];

		if (out_is_json()) {
			out_open("");
			out_text("file", one->file);
			if (one->old)
				out_text("old", one->old);
			else
				out_null("old");
			out_text("new", one->value);
			out_close();
			continue;
		}
		if (one->old)
			out_change('-', one->file, one->old);
		out_change('+', one->file, one->value);
	}
	out_close();
}
