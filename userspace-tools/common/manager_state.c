// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file in which the manager notes what it is at: when it is whole, and how it is read. Two
 * slots, so that a manager that is killed while it writes leaves the older one.
 */
#include "common/manager_state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/**
 * oe_state_read_boot_id - the id of this boot
 * @boot_id: result, OE_BOOT_ID_SIZE bytes; zeroes if nobody knows
 */
void oe_state_read_boot_id(char *boot_id)
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);

	memset(boot_id, 0, OE_BOOT_ID_SIZE);
	if (fd < 0)
		return;
	if (read(fd, boot_id, OE_BOOT_ID_SIZE - 1) < 0)
		boot_id[0] = '\0';
	close(fd);
}

/**
 * oe_state_checksum - the checksum that a slot should have
 * @slot: with all that follows the checksum
 *
 * Return: the checksum.
 */
uint32_t oe_state_checksum(const struct oe_state_slot *slot)
{
	const unsigned char *byte = (const unsigned char *)&slot->generation;
	const unsigned char *end = (const unsigned char *)(slot + 1);
	uint32_t sum = 2166136261U;

	for (; byte < end; byte++)
		sum = (sum ^ *byte) * 16777619U;
	return sum;
}

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size);
}

/**
 * oe_state_is_whole - can a slot be used?
 * @slot: any bytes
 * @boot_id: of this boot
 *
 * Return: true if it was written whole and in this boot.
 */
bool oe_state_is_whole(const struct oe_state_slot *slot, const char *boot_id)
{
	const struct oe_state *state = &slot->state;

	if (slot->magic != OE_STATE_MAGIC ||
	    slot->checksum != oe_state_checksum(slot) ||
	    memcmp(slot->boot_id, boot_id, sizeof(slot->boot_id)) ||
	    state->nr_targets < 0 || state->nr_targets > OE_STATE_TARGETS ||
	    !is_text(state->mode, OE_STATE_NAME) ||
	    !is_text(state->pinned, OE_STATE_NAME))
		return false;
	for (int i = 0; i < OE_CONF_MAX_SERVICES; i++)
		if (!is_text(state->waiting[i], OE_STATE_NAME))
			return false;
	for (int i = 0; i < state->nr_targets; i++)
		if (!is_text(state->targets[i].path, OE_STATE_NAME) ||
		    !is_text(state->targets[i].otherwise, OE_STATE_VALUE) ||
		    !is_text(state->targets[i].now, OE_STATE_VALUE))
			return false;
	return true;
}

/**
 * oe_state_read_file - read a file of the manager
 * @path: the file: root's or the caller's own, and nobody else's to write to
 * @data: result
 * @size: of @data, and of the file at least
 *
 * Return: 0, -EBADMSG if it is shorter, -EPERM if others may write to it, or a negative errno.
 */
int oe_state_read_file(const char *path, void *data, size_t size)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				    O_CLOEXEC);
	struct stat st;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode) ||
		 (st.st_uid && st.st_uid != geteuid()) ||
		 (st.st_mode & (S_IWGRP | S_IWOTH)))
		err = -EPERM;
	else if (pread(fd, data, size, 0) != (ssize_t)size)
		err = -EBADMSG;
	close(fd);
	return err;
}

/**
 * oe_state_read - read what the manager has noted
 * @path: the file
 * @state: result
 *
 * Return: 0, -EBADMSG if there is nothing whole of this boot, -EPERM if others may write to the
 * file, or a negative errno.
 */
int oe_state_read(const char *path, struct oe_state *state)
{
	static struct oe_state_slot slots[OE_STATE_SLOTS];
	char boot_id[OE_BOOT_ID_SIZE];
	const struct oe_state_slot *newest = NULL;
	int err = oe_state_read_file(path, slots, sizeof(slots));

	if (err)
		return err;
	oe_state_read_boot_id(boot_id);
	for (int i = 0; i < OE_STATE_SLOTS; i++)
		if (oe_state_is_whole(&slots[i], boot_id) &&
		    (!newest || slots[i].generation > newest->generation))
			newest = &slots[i];
	if (!newest)
		return -EBADMSG;
	*state = newest->state;
	return 0;
}
