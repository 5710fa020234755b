// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration in force, and room for the one that takes its place: the one in force stays
 * whole while another is read.
 */
#include <errno.h>
#include <sys/mman.h>

#include "daemon/daemon.h"

/* Memory is locked by the page: none has parts of both. */
static struct {
	struct oe_conf conf;
} __attribute__((aligned(4096))) configurations[2];
static struct oe_conf *active = &configurations[0].conf;

/**
 * oe_active_conf - the configuration in force
 *
 * Return: the configuration; oe_active_swap() puts the other one in its place.
 */
const struct oe_conf *oe_active_conf(void)
{
	return active;
}

/**
 * oe_active_spare - the configuration that is not in force
 *
 * Return: room to read one into.
 */
struct oe_conf *oe_active_spare(void)
{
	return active == &configurations[0].conf ? &configurations[1].conf :
						   &configurations[0].conf;
}

/**
 * oe_active_swap - put the spare configuration into force
 */
void oe_active_swap(void)
{
	active = oe_active_spare();
}

/**
 * oe_active_lock - keep the configuration in force in memory, and only this one
 *
 * Return: 0 or a negative errno.
 */
int oe_active_lock(void)
{
	int err = mlock(active, sizeof(*active)) ? -errno : 0;

	munlock(oe_active_spare(), sizeof(*active));
	return err;
}
