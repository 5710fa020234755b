# SPDX-License-Identifier: GPL-2.0-only
# oom-embedded, the command line.
CLI_SRCS = cli/main.c

TARGETS += $(O)/oom-embedded
INSTALLS += $(O)/oom-embedded:$(BINDIR)/oom-embedded:755

$(O)/oom-embedded: $(call objects,$(CLI_SRCS)) $(O)/libcommon.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CLI_LIBS) $(LDLIBS)
