# SPDX-License-Identifier: GPL-2.0-only
# What the programs and the library share.
COMMON_SRCS = common/sysfs.c common/records.c common/proc.c

$(O)/libcommon.a: $(call objects,$(COMMON_SRCS))
	rm -f $@
	$(AR) rcs $@ $^
