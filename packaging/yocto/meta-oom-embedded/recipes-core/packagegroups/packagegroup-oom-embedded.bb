# SPDX-License-Identifier: GPL-2.0-only
SUMMARY = "All that a device needs to decide what happens when memory runs out"

inherit packagegroup

# Its dependencies are packages of a machine's kernel.
PACKAGE_ARCH = "${MACHINE_ARCH}"

RDEPENDS:${PN} = "oom-embedded oom-embedded-manager kernel-module-oom-embedded"
