# SPDX-License-Identifier: GPL-2.0-only
# oom-embedded, the command line.
# commands/ calls print/ and not the other way round.
CLI_SRCS = common/uevent.c cli/main.c cli/options.c $(addprefix cli/commands/,account.c account_now.c watched.c set.c object.c rank.c rank_self.c rank_tree.c lists.c relieve.c status.c footprint.c summary.c manager.c watch.c \
	metrics.c incident.c incident_curve.c incident_frame.c incident_stack.c stack.c incident_processes.c incident_timeline.c check.c check_world.c check_groups.c \
	check_units.c findings.c change.c wait.c why.c why_rules.c tune.c drill.c drill_cgroup.c drill_family.c \
	drill_watch.c drill_judge.c) $(addprefix cli/print/,out.c readable.c table.c format.c html.c \
	atomic_file.c complain.c suggest.c)
CLI_CPPFLAGS =
CLI_LIBS = -lm

ifeq ($(WITH_JSON),1)
CLI_CPPFLAGS += -DHAVE_JSON
CLI_LIBS += $(shell $(PKG_LIBS) jansson)
endif
# Without inih nothing reads configuration files.
ifeq ($(WITH_INIH),1)
CLI_SRCS += cli/commands/conf.c cli/commands/apply.c cli/commands/check_refers.c
CLI_CPPFLAGS += -DHAVE_INIH
CLI_LIBS += $(CONFIG_LIBS)
endif
ifeq ($(WITH_TOP),1)
# With wide characters, if it is there: for names in UTF-8.
TOP_CURSES := $(if $(call have,ncursesw),ncursesw,ncurses)
ifeq ($(TOP_CURSES),ncursesw)
CLI_CPPFLAGS += -DHAVE_WIDE_CURSES
endif
CLI_SRCS += cli/commands/top.c cli/commands/top_frame.c
CLI_CPPFLAGS += -DHAVE_TOP
CLI_LIBS += $(shell $(PKG_LIBS) $(TOP_CURSES))
endif

CLI_OBJECTS = $(call objects,$(CLI_SRCS))
$(CLI_OBJECTS): ALL_CPPFLAGS += $(CLI_CPPFLAGS)

TARGETS += $(O)/oom-embedded
INSTALLS += $(O)/oom-embedded:$(BINDIR)/oom-embedded:755 \
	completion/oom-embedded:$(COMPLETIONDIR)/oom-embedded:644 \
	completion/_oom-embedded:$(ZSHCOMPLETIONDIR)/_oom-embedded:644 \
	completion/oom-embedded.fish:$(FISHCOMPLETIONDIR)/oom-embedded.fish:644

$(O)/oom-embedded: $(CLI_OBJECTS) $(COMMON_OBJECTS)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CLI_LIBS) $(LDLIBS)
