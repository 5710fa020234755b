/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_FAULTS_H
#define OE_FAULTS_H

#include "rules/stall.h"

void oe_faults_read(struct oe_stall_sample *sample);

#endif /* OE_FAULTS_H */
