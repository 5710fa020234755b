# SPDX-License-Identifier: GPL-2.0-only
# The examples: built with everything else so that they stay right, and installed as sources.
EXAMPLES = logger controller monitor

TARGETS += $(EXAMPLES:%=$(O)/examples/%)
INSTALLS += $(foreach e,$(EXAMPLES),examples/$(e).c:$(DOCDIR)/examples/$(e).c:644 \
	examples/$(e).conf:$(DOCDIR)/examples/$(e).conf:644)

$(EXAMPLES:%=$(O)/examples/%): $(O)/examples/%: $(O)/examples/%.o $(O)/liboom_embedded.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pthread -o $@ $^
