# SPDX-License-Identifier: GPL-2.0-only
# Manual pages: the files NAME.SECTION here, with the version and the paths put in.
MAN_PAGES = $(notdir $(wildcard man/*.[1-8]))

TARGETS += $(MAN_PAGES:%=$(O)/man/%)
INSTALLS += $(foreach page,$(MAN_PAGES),\
	$(O)/man/$(page):$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(page):644)

$(O)/man/%: man/% ../VERSION $(O)/paths
	@mkdir -p $(@D)
	$(SED) -e 's|@VERSION@|$(VERSION)|' $(FILL_FOLDERS) -e 's|/etc/oom\(\\*\)-embedded|$(SYSCONFDIR)/oom\1-embedded|g' \
		-e 's|/run/oom\(\\*\)-embedded|$(RUNSTATEDIR)/oom\1-embedded|g' $< >$@
