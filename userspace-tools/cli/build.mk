# SPDX-License-Identifier: GPL-2.0-only
# oom-embedded, the command line.
CLI_SRCS = cli/main.c cli/out.c cli/format.c cli/change.c cli/set.c cli/object.c cli/rank.c \
	cli/lists.c cli/status.c cli/watch.c cli/metrics.c cli/incident.c cli/incident_curve.c \
	cli/incident_processes.c cli/incident_timeline.c cli/html.c cli/output.c cli/check.c cli/findings.c
CLI_CPPFLAGS =
CLI_LIBS = -lm

ifeq ($(WITH_JSON),1)
CLI_CPPFLAGS += -DHAVE_JSON
CLI_LIBS += $(shell $(PKG_LIBS) jansson)
endif
# Without inih nothing reads configuration files.
ifeq ($(WITH_INIH),1)
CLI_SRCS += cli/conf.c cli/apply.c
CLI_CPPFLAGS += -DHAVE_INIH
CLI_LIBS += $(CONFIG_LIBS)
endif
ifeq ($(WITH_TOP),1)
CLI_SRCS += cli/top.c cli/top_frame.c
CLI_CPPFLAGS += -DHAVE_TOP
CLI_LIBS += $(shell $(PKG_LIBS) ncurses)
endif

CLI_OBJECTS = $(call objects,$(CLI_SRCS))
$(CLI_OBJECTS): ALL_CPPFLAGS += $(CLI_CPPFLAGS)

TARGETS += $(O)/oom-embedded
INSTALLS += $(O)/oom-embedded:$(BINDIR)/oom-embedded:755 \
	completion/oom-embedded:$(COMPLETIONDIR)/oom-embedded:644

$(O)/oom-embedded: $(CLI_OBJECTS) $(O)/libcommon.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CLI_LIBS) $(LDLIBS)
