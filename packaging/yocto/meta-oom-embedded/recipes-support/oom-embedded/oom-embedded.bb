# SPDX-License-Identifier: GPL-2.0-only
SUMMARY = "Command line, manager and library of the kernel module oom_embedded"
DESCRIPTION = "oom-embedded shows and changes what happens when memory runs out; oom-embeddedd degrades \
the system in steps; liboom_embedded is for programs that save their data first."
SECTION = "base"

require oom-embedded-source.inc

SRC_URI = "file://LICENSE \
           file://VERSION \
           file://include \
           file://packaging \
           file://userspace-tools \
"
DEPENDS = "libinih"

inherit pkgconfig systemd update-rc.d bash-completion

PACKAGECONFIG ??= "json top"
PACKAGECONFIG[json] = "WITH_JSON=1,WITH_JSON=0,jansson"
PACKAGECONFIG[top] = "WITH_TOP=1,WITH_TOP=0,ncurses"

OOM_EMBEDDED_INIT = "${@bb.utils.contains('DISTRO_FEATURES', 'systemd', 'systemd', 'sysv', d)}"

EXTRA_OEMAKE = "-C ${S}/userspace-tools O=${B}/build WITH_INIH=1 ${PACKAGECONFIG_CONFARGS} \
    INIT=${OOM_EMBEDDED_INIT} PREFIX=${prefix} BINDIR=${bindir} SBINDIR=${sbindir} LIBDIR=${libdir} \
    LIBEXECDIR=${libexecdir}/oom-embedded INCLUDEDIR=${includedir} DATADIR=${datadir} \
    DOCDIR=${docdir}/oom-embedded MANDIR=${mandir} SYSCONFDIR=${sysconfdir} LOCALSTATEDIR=${localstatedir} \
    SYSTEMDUNITDIR=${systemd_system_unitdir} UDEVRULESDIR=${nonarch_base_libdir}/udev/rules.d \
    MODULESLOADDIR=${nonarch_libdir}/modules-load.d INITDIR=${INIT_D_DIR} \
"

do_compile() {
    oe_runmake
}

do_install() {
    oe_runmake install DESTDIR=${D}
    install -D -m 0644 ${S}/packaging/oom-embedded.conf ${D}${sysconfdir}/oom-embedded.conf
    install -d ${D}${sysconfdir}/oom-embedded.d/events
    # The package of the module does that, with the parameters of the image.
    rm -f ${D}${nonarch_libdir}/modules-load.d/oom-embedded.conf
    rmdir --ignore-fail-on-non-empty ${D}${nonarch_libdir}/modules-load.d 2>/dev/null || :
}

PACKAGE_BEFORE_PN += "${PN}-manager liboom-embedded ${PN}-zsh-completion ${PN}-fish-completion"

FILES:${PN}-manager = "${sbindir}/oom-embeddedd ${systemd_system_unitdir} ${INIT_D_DIR}"
FILES:liboom-embedded = "${libdir}/liboom_embedded${SOLIBS}"
FILES:${PN}-zsh-completion = "${datadir}/zsh"
FILES:${PN}-fish-completion = "${datadir}/fish"
FILES:${PN} = "${bindir}/oom-embedded ${libexecdir}/oom-embedded/on-event ${sysconfdir} \
    ${nonarch_base_libdir}/udev/rules.d/90-oom-embedded.rules"
CONFFILES:${PN} = "${sysconfdir}/oom-embedded.conf"

SYSTEMD_PACKAGES = "${PN}-manager"
SYSTEMD_SERVICE:${PN}-manager = "oom-embeddedd.service"
INITSCRIPT_PACKAGES = "${PN}-manager"
INITSCRIPT_NAME:${PN}-manager = "oom-embeddedd"
INITSCRIPT_PARAMS:${PN}-manager = "start 04 S . stop 80 0 6 1 ."

RDEPENDS:${PN}-manager = "${PN}"
RRECOMMENDS:${PN} = "kernel-module-oom-embedded"
