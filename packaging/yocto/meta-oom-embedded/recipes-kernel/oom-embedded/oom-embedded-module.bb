# SPDX-License-Identifier: GPL-2.0-only
SUMMARY = "Kernel module that decides which process dies when memory runs out"
DESCRIPTION = "Processes below a ranking are protected from the OOM killer, userspace is told before a \
victim is chosen, and each decision is recorded. Linux 5.10 or later; for full coverage the kernel has \
CONFIG_KPROBES and CONFIG_MEMCG."
SECTION = "kernel/modules"

require recipes-support/oom-embedded/oom-embedded-source.inc

SRC_URI = "file://Kbuild \
           file://LICENSE \
           file://Makefile \
           file://VERSION \
           file://include \
           file://module \
"

inherit module

# The image strips and splits. The tests of the module are no business of a device.
EXTRA_OEMAKE += "KDIR=${STAGING_KERNEL_DIR} INSTALL_MOD_STRIP= CONFIG_KUNIT="

# Loaded before the services, and in force from the first instruction. A distribution sets
# OOM_EMBEDDED_PARAMETERS to what its devices need.
OOM_EMBEDDED_PARAMETERS ?= "selection_order=rank rank_threshold=100 no_victim_action=reboot"
KERNEL_MODULE_AUTOLOAD += "oom_embedded"
KERNEL_MODULE_PROBECONF += "oom_embedded"
module_conf_oom_embedded = "options oom_embedded ${OOM_EMBEDDED_PARAMETERS}"

RPROVIDES:${PN} += "kernel-module-oom-embedded"
