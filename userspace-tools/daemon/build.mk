# SPDX-License-Identifier: GPL-2.0-only
# oom-embeddedd, the reconfiguration manager. Needs inih.
ifeq ($(WITH_INIH),1)
# Each file calls those after it only.
DAEMON_SRCS = daemon/main.c daemon/background.c daemon/loop.c daemon/reload.c daemon/control.c daemon/link.c \
	daemon/mode.c daemon/pipeline.c daemon/steps.c daemon/kill.c daemon/procs.c daemon/members.c \
	daemon/pidfile.c daemon/procread.c daemon/settings.c daemon/settings_gone.c daemon/settings_mode.c daemon/exe_rules.c daemon/sense.c daemon/watched.c \
	daemon/helper.c daemon/worker.c daemon/worker_job.c daemon/trend.c daemon/state.c daemon/mapped.c daemon/environment.c daemon/path.c \
	daemon/memory.c daemon/active.c daemon/watch.c daemon/log.c daemon/notify.c daemon/child.c daemon/ring.c

TARGETS += $(O)/oom-embeddedd
INSTALLS += $(O)/oom-embeddedd:$(SBINDIR)/oom-embeddedd:755

# All linked code is locked into memory: link no more than is needed.
DAEMON_COMMON = $(filter-out %/records.o %/records_text.o,$(COMMON_OBJECTS))
$(call objects,$(DAEMON_SRCS)) $(DAEMON_COMMON): ALL_CFLAGS += -ffunction-sections -fdata-sections

$(O)/oom-embeddedd: $(call objects,$(DAEMON_SRCS)) $(O)/liboom_embedded.a $(DAEMON_COMMON)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Wl,--gc-sections -o $@ $^ $(CONFIG_LIBS) $(LDLIBS)
else
$(info inih is missing (libinih-dev): oom-embeddedd is left out)
endif
