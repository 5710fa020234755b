# SPDX-License-Identifier: GPL-2.0-only
# Programs that the tests compile for themselves.

# make fuzz: libFuzzer on each reader of what others write, FUZZ_SECONDS of CPU time each, one by one;
# FUZZERS names some of them. Interesting inputs stay in O/corpus, inputs that show a fault in
# the current directory.
FUZZ_SECONDS ?= 600
FUZZ_CC ?= clang
FUZZ_FLAGS = -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZERS ?= config records uevent control proc

# The objects that each is linked with; the rest of a program is in its place in fuzz_NAME.c.
FUZZ_config = $(wildcard common/config*.c) common/limit_name.c common/words.c
FUZZ_records = common/records.c common/records_text.c common/words.c
FUZZ_uevent = lib/event.c lib/oom_embedded.c common/feature.c common/sysfs.c common/words.c
FUZZ_control = daemon/path.c
FUZZ_proc = common/file.c common/proc.c daemon/procread.c
PLAIN_CPPFLAGS = $(filter-out -MMD -MP,$(ALL_CPPFLAGS))

.PHONY: fuzz
fuzz: $(FUZZERS:%=fuzz-%)

# One at a time, also with make -j.
fuzz-%: $(O)/fuzz_%
	mkdir -p $(O)/corpus/$*
	flock $(O)/corpus tests/fuzz_run.sh $(O)/fuzz_$* $(FUZZ_SECONDS) -timeout=120 -max_len=8192 \
		$(O)/corpus/$* tests/corpus/$*

.SECONDEXPANSION:
$(O)/fuzz_%: tests/fuzz_%.c tests/fuzz.h $$(FUZZ_$$*) $(wildcard common/*.h lib/*.h daemon/*.[ch])
	@mkdir -p $(@D)
	$(FUZZ_CC) $(PLAIN_CPPFLAGS) -std=gnu11 $(WARNINGS) $(FUZZ_FLAGS) -o $@ $< $(FUZZ_$*) $(CONFIG_LIBS)

# make test-programs: the programs under test, with a module made of plain files.
FAKE_MODULE = $(call objects,tests/fake_module.c tests/fake_cgroups.c tests/fake_limits.c tests/fake_rules.c tests/fake_stage.c tests/fake_tree.c \
	tests/fake_uevents.c)
$(FAKE_MODULE): ALL_CFLAGS += -Wno-format-truncation
FAKE_LDFLAGS = -Wl,--wrap=open,--wrap=pread,--wrap=pwrite \
	-Wl,--wrap=open64,--wrap=pread64,--wrap=pwrite64,--wrap=recvmsg

.PHONY: test-programs
test-programs: $(O)/tests/oom-embedded

$(O)/tests/oom-embedded: $(CLI_OBJECTS) $(FAKE_MODULE) $(COMMON_OBJECTS)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(FAKE_LDFLAGS) -o $@ $^ $(CLI_LIBS) $(LDLIBS)

# The ways in of the fuzzers, for the corpus only.
REPLAYS = $(filter-out $(if $(filter 1,$(WITH_INIH)),,config control),config records uevent control proc)

test-programs: $(REPLAYS:%=$(O)/tests/replay-%)
$(O)/tests/replay-%: tests/fuzz_%.c tests/fuzz.h $$(FUZZ_$$*) $(wildcard common/*.h lib/*.h daemon/*.[ch]) \
		$(O)/flags
	@mkdir -p $(@D)
	$(CC) $(PLAIN_CPPFLAGS) -DREPLAY $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(FUZZ_$*) $(CONFIG_LIBS)

# The manager without sanitizers, which would need memory, and sealed in the first emergency. Not with LTO:
# calls are bound before the linker would wrap them.
ifeq ($(WITH_INIH),1)
SEALED_SRCS = $(DAEMON_SRCS) $(filter lib/%,$(LIB_SRCS)) tests/sealed.c $(wildcard common/*.c)

SEALED_OBJECTS = $(patsubst %.c,$(O)/sealed/%.o,$(SEALED_SRCS))

$(O)/sealed/%.o: %.c ../VERSION $(O)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -std=gnu11 $(WARNINGS) $(CFLAGS) $(COVERAGE_FLAGS) -fno-lto -c -o $@ $<

test-programs: $(O)/tests/oom-embeddedd-sealed
$(O)/tests/oom-embeddedd-sealed: $(SEALED_OBJECTS)
	$(CC) $(CFLAGS) $(COVERAGE_FLAGS) -fno-lto $(LDFLAGS) \
		-Wl,--wrap=oe_mode_oom,--wrap=oe_mode_is_calm -o $@ $^ $(CONFIG_LIBS)
endif

# The manager, with a module made of plain files that judges what is written.
ifeq ($(WITH_INIH),1)
test-programs: $(O)/tests/oom-embeddedd
$(O)/tests/oom-embeddedd: $(call objects,$(DAEMON_SRCS)) $(O)/liboom_embedded.a $(FAKE_MODULE) $(DAEMON_COMMON)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(FAKE_LDFLAGS) -Wl,--gc-sections -o $@ $^ $(CONFIG_LIBS) $(LDLIBS)
endif

test-programs: $(O)/tests/held
$(O)/tests/held: $(O)/tests/held.o
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^

test-programs: $(O)/tests/hear_states
$(O)/tests/hear_states: $(O)/tests/hear_states.o
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^

test-programs: $(O)/tests/hear_uevents
$(O)/tests/hear_uevents: $(call objects,tests/hear_uevents.c common/uevent.c)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^

# Weeks of memory, played to the trend.
ifeq ($(WITH_INIH),1)
test-programs: $(O)/tests/trend_play
$(O)/tests/trend_play: $(call objects,tests/trend_play.c common/trend.c common/manager_state.c)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lm
endif

test-programs: $(O)/tests/abi_layout
$(O)/tests/abi_layout: $(O)/tests/abi_layout.o
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^

test-programs: $(O)/tests/lib_api
$(O)/tests/lib_api: $(O)/tests/lib_api.o $(O)/liboom_embedded.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^
