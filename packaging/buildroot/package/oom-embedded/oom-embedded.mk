################################################################################
#
# oom-embedded
#
################################################################################

# The sources are those that this tree is a part of, a clone or an unpacked release.
OOM_EMBEDDED_TOP = $(realpath $(BR2_EXTERNAL_OOM_EMBEDDED_PATH)/../..)
OOM_EMBEDDED_VERSION = $(shell cat $(OOM_EMBEDDED_TOP)/VERSION)
OOM_EMBEDDED_SITE = $(OOM_EMBEDDED_TOP)
OOM_EMBEDDED_SITE_METHOD = local
OOM_EMBEDDED_LICENSE = GPL-2.0, GPL-2.0 WITH Linux-syscall-note (uapi header)
OOM_EMBEDDED_LICENSE_FILES = LICENSE

# What it covers depends on these; see embedded-images.md. The tests of the module are no business
# of a device.
OOM_EMBEDDED_MODULE_MAKE_OPTS = CONFIG_KUNIT=
define OOM_EMBEDDED_LINUX_CONFIG_FIXUPS
	$(call KCONFIG_ENABLE_OPT,CONFIG_SYSFS)
	$(call KCONFIG_ENABLE_OPT,CONFIG_KPROBES)
	$(call KCONFIG_ENABLE_OPT,CONFIG_MEMCG)
	$(call KCONFIG_ENABLE_OPT,CONFIG_PSI)
endef

OOM_EMBEDDED_PARAMETERS = \
	mode=$(call qstrip,$(BR2_PACKAGE_OOM_EMBEDDED_MODE)) \
	rank_threshold=$(BR2_PACKAGE_OOM_EMBEDDED_RANK_THRESHOLD) \
	selection_order=$(if $(BR2_PACKAGE_OOM_EMBEDDED_SELECTION_BY_RANK),rank,badness) \
	no_victim_action=$(call qstrip,$(BR2_PACKAGE_OOM_EMBEDDED_NO_VICTIM)) \
	grace_ms=$(BR2_PACKAGE_OOM_EMBEDDED_GRACE_MS) \
	reserve_kb=$(call qstrip,$(BR2_PACKAGE_OOM_EMBEDDED_RESERVE_KB)) \
	$(call qstrip,$(BR2_PACKAGE_OOM_EMBEDDED_PARAMETERS))

define OOM_EMBEDDED_INSTALL_PARAMETERS
	mkdir -p $(TARGET_DIR)/etc/modprobe.d
	echo "options oom_embedded $(strip $(OOM_EMBEDDED_PARAMETERS))" \
		>$(TARGET_DIR)/etc/modprobe.d/oom-embedded.conf
endef
OOM_EMBEDDED_POST_INSTALL_TARGET_HOOKS += OOM_EMBEDDED_INSTALL_PARAMETERS

ifeq ($(BR2_PACKAGE_OOM_EMBEDDED_TOOLS),y)

OOM_EMBEDDED_INSTALL_STAGING = YES
OOM_EMBEDDED_DEPENDENCIES += host-pkgconf inih

OOM_EMBEDDED_TOOLS_OPTS = \
	PREFIX=/usr SYSCONFDIR=/etc \
	PKG_CONFIG="$(PKG_CONFIG_HOST_BINARY)" \
	WITH_INIH=1 \
	WITH_JSON=$(if $(BR2_PACKAGE_JANSSON),1,0) \
	WITH_TOP=$(if $(BR2_PACKAGE_NCURSES),1,0)

ifeq ($(BR2_PACKAGE_JANSSON),y)
OOM_EMBEDDED_DEPENDENCIES += jansson
endif

ifeq ($(BR2_PACKAGE_NCURSES),y)
OOM_EMBEDDED_DEPENDENCIES += ncurses
endif

ifeq ($(BR2_STATIC_LIBS),y)
OOM_EMBEDDED_TOOLS_OPTS += STATIC=1
endif

OOM_EMBEDDED_TOOLS_MAKE = $(TARGET_MAKE_ENV) $(TARGET_CONFIGURE_OPTS) \
	$(MAKE) -C $(@D)/userspace-tools $(OOM_EMBEDDED_TOOLS_OPTS)

define OOM_EMBEDDED_BUILD_CMDS
	$(OOM_EMBEDDED_TOOLS_MAKE) INIT=none
endef

define OOM_EMBEDDED_INSTALL_STAGING_CMDS
	$(OOM_EMBEDDED_TOOLS_MAKE) INIT=none DESTDIR=$(STAGING_DIR) install
endef

define OOM_EMBEDDED_INSTALL_TARGET_CMDS
	$(OOM_EMBEDDED_TOOLS_MAKE) INIT=none DESTDIR=$(TARGET_DIR) install
	$(INSTALL) -d $(TARGET_DIR)/etc/oom-embedded.d/events
	[ -e $(TARGET_DIR)/etc/oom-embedded.conf ] || \
		$(INSTALL) -D -m 0644 $(@D)/packaging/oom-embedded.conf \
			$(TARGET_DIR)/etc/oom-embedded.conf
endef

define OOM_EMBEDDED_INSTALL_INIT_SYSTEMD
	$(OOM_EMBEDDED_TOOLS_MAKE) INIT=systemd DESTDIR=$(TARGET_DIR) install
endef

# After S02sysctl and before everything that could need the memory.
define OOM_EMBEDDED_INSTALL_INIT_SYSV
	$(OOM_EMBEDDED_TOOLS_MAKE) INIT=sysv DESTDIR=$(TARGET_DIR) install
	mv $(TARGET_DIR)/etc/init.d/oom-embeddedd $(TARGET_DIR)/etc/init.d/S03oom-embeddedd
endef

define OOM_EMBEDDED_INSTALL_INIT_OPENRC
	$(OOM_EMBEDDED_TOOLS_MAKE) INIT=openrc DESTDIR=$(TARGET_DIR) install
endef

endif

$(eval $(kernel-module))
$(eval $(generic-package))
