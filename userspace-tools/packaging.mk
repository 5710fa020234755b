# SPDX-License-Identifier: GPL-2.0-only
# Files for the system around the tools. INIT says which init system gets its file installed:
# systemd (default), openrc, sysv or none; those of the others go where the examples are.
INIT ?= systemd
PACKAGING = ../packaging
PACKAGED = systemd/oom-embeddedd.service openrc/oom-embeddedd sysv/oom-embeddedd \
	udev/90-oom-embedded.rules mdev/mdev.conf on-event $(FLEET_MADE)
# For many devices: metrics and incident pages; see Documentation/user-guide/fleet.md.
FLEET_MADE = fleet/systemd/oom-embedded-metrics.service fleet/systemd/oom-embedded-ship.service \
	fleet/cron/oom-embedded fleet/on-event/ship-incident
FLEET = fleet/systemd/oom-embedded-metrics.timer fleet/systemd/oom-embedded-ship.timer \
	fleet/prometheus/oom-embedded.rules.yml fleet/prometheus/oom-embedded.test.yml fleet/grafana/oom-embedded.json
EXAMPLESDIR = $(DOCDIR)/examples

SYSTEMDUNITDIR ?= $(PREFIX)/lib/systemd/system
UDEVRULESDIR ?= $(PREFIX)/lib/udev/rules.d
MODULESLOADDIR ?= $(PREFIX)/lib/modules-load.d
INITDIR ?= $(SYSCONFDIR)/init.d

# The folders that files name, as @NAME@. Such files are made anew when a folder is another one.
FOLDERS = BINDIR SBINDIR LIBEXECDIR DOCDIR EXAMPLESDIR SYSCONFDIR RUNSTATEDIR LOCALSTATEDIR TEXTFILEDIR
FILL_FOLDERS = $(foreach name,$(FOLDERS),-e 's|@$(name)@|$($(name))|g')
PATHS = $(PREFIX) $(LIBDIR) $(INCLUDEDIR) $(foreach name,$(FOLDERS),$($(name)))
$(O)/paths: FORCE
	@mkdir -p $(@D)
	@echo "$(PATHS)" | cmp -s - $@ || echo "$(PATHS)" >$@

TARGETS += $(PACKAGED:%=$(O)/packaging/%)
INSTALLS += $(O)/packaging/on-event:$(LIBEXECDIR)/on-event:755 \
	$(O)/packaging/udev/90-oom-embedded.rules:$(UDEVRULESDIR)/90-oom-embedded.rules:644 \
	$(O)/packaging/mdev/mdev.conf:$(EXAMPLESDIR)/mdev.conf:644 \
	$(PACKAGING)/modprobe.d/oom-embedded.conf:$(EXAMPLESDIR)/modprobe.d/oom-embedded.conf:644 \
	$(PACKAGING)/oom-embedded.conf:$(EXAMPLESDIR)/oom-embedded.conf:644

INSTALL_systemd = $(O)/packaging/systemd/oom-embeddedd.service:$(SYSTEMDUNITDIR)/oom-embeddedd.service:644 \
	$(PACKAGING)/modules-load.d/oom-embedded.conf:$(MODULESLOADDIR)/oom-embedded.conf:644
INSTALL_openrc = $(O)/packaging/openrc/oom-embeddedd:$(INITDIR)/oom-embeddedd:755
INSTALL_sysv = $(O)/packaging/sysv/oom-embeddedd:$(INITDIR)/oom-embeddedd:755
EXAMPLE_systemd = $(O)/packaging/systemd/oom-embeddedd.service:$(EXAMPLESDIR)/systemd/oom-embeddedd.service:644 \
	$(PACKAGING)/modules-load.d/oom-embedded.conf:$(EXAMPLESDIR)/modules-load.d/oom-embedded.conf:644
EXAMPLE_openrc = $(O)/packaging/openrc/oom-embeddedd:$(EXAMPLESDIR)/openrc/oom-embeddedd:644
EXAMPLE_sysv = $(O)/packaging/sysv/oom-embeddedd:$(EXAMPLESDIR)/sysv/oom-embeddedd:644

INSTALLS += $(foreach file,$(FLEET_MADE),$(O)/packaging/$(file):$(EXAMPLESDIR)/$(file):644) \
	$(foreach file,$(FLEET),$(PACKAGING)/$(file):$(EXAMPLESDIR)/$(file):644)

# The library for Python, where PYTHONDIR says where Python looks for modules.
INSTALLS += $(if $(PYTHONDIR),python/oom_embedded.py:$(PYTHONDIR)/oom_embedded.py:644)

INSTALLS += $(INSTALL_$(INIT)) \
	$(foreach init,$(filter-out $(INIT),systemd openrc sysv),$(EXAMPLE_$(init)))

$(O)/packaging/%: $(PACKAGING)/%.in $(O)/paths
	@mkdir -p $(@D)
	$(SED) $(FILL_FOLDERS) $< >$@
