# SPDX-License-Identifier: GPL-2.0-only
# An example, for a layer of your own: the configuration of a device, in a file that is read after
# /etc/oom-embedded.conf and so overrides single keys of it.
FILESEXTRAPATHS:prepend := "${THISDIR}/${PN}:"
SRC_URI += "file://50-device.conf"

do_install:append() {
    install -D -m 0644 ${UNPACKDIR}/50-device.conf ${D}${sysconfdir}/oom-embedded.d/50-device.conf
}

CONFFILES:${PN} += "${sysconfdir}/oom-embedded.d/50-device.conf"
