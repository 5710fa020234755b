/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_CONF_H
#define OE_CLI_CONF_H

#include "common/config.h"

int conf_read_files(struct oe_conf *conf, char **names, int nr,
		    void (*report)(void *arg, const char *message), void *arg);

int conf_read_installed(struct oe_conf *conf,
			void (*report)(void *arg, const char *message),
			void *arg);

#endif
