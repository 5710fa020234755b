# SPDX-License-Identifier: GPL-2.0-only
# Manual pages: what lies here as NAME.SECTION, with the version put in.
MAN_PAGES = $(notdir $(wildcard man/*.[1-8]))

TARGETS += $(MAN_PAGES:%=$(O)/man/%)
INSTALLS += $(foreach page,$(MAN_PAGES),\
	$(O)/man/$(page):$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(page):644)

$(O)/man/%: man/% ../VERSION
	@mkdir -p $(@D)
	$(SED) -e 's|@VERSION@|$(VERSION)|' $< >$@
