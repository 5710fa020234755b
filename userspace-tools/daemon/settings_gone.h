/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_DAEMON_SETTINGS_GONE_H
#define OE_DAEMON_SETTINGS_GONE_H

struct oe_changes;
struct oe_conf;

void oe_settings_add_gone(struct oe_changes *changes,
			  const struct oe_conf *conf,
			  const struct oe_conf *before);

#endif
