# SPDX-License-Identifier: GPL-2.0-only
# Manual pages: what lies here as NAME.SECTION.
INSTALLS += $(foreach page,$(notdir $(wildcard man/*.[1-8])),\
	man/$(page):$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(page):644)
