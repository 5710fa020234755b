#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Recipes of other build systems: file lists against what "make install" installs, names of
# sources and parameters, checksums of the licence; each is parsed, or run against the little of its
# system that its documentation promises. Each kind of fault is planted once.

# shellcheck disable=SC2317,SC2016 # conditions are called by name; variables of others
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=userspace-tools/tests/packaging.sh
. "$TESTS/packaging.sh"

YOCTO=yocto/meta-oom-embedded

# Its own copy, for planted faults.
copy=$tmp/copy/packaging
mkdir -p "$copy"
cp -r "$TOP"/packaging/{alpine,arch,buildroot,openwrt,rpm,yocto} "$copy/"

check "make install, as a packager has it" eval \
	'tools_install "$tmp/systemd" INIT=systemd && tools_install "$tmp/sysv" INIT=sysv >&2'

# unlisted ROOT <PATTERNS: files of ROOT that no pattern names, and patterns that name none
unlisted()
{
	local root=$1
	local pattern
	local found

	: >"$tmp/listed"
	while read -r pattern; do
		# shellcheck disable=SC2086 # to be expanded
		found=$(cd "$root" && find .$pattern ! -type d -printf '%p\n' 2>/dev/null | sed 's/^\.//')
		[[ -n $found ]] || echo "nothing for $pattern"
		printf '%s\n' "$found" >>"$tmp/listed"
	done
	paths "$root" | grep -vxFf "$tmp/listed"
}

# --- Yocto: FILES, with the variables of bitbake.conf
yocto_vars()
{
	sed -e 's|${bindir}|/usr/bin|g; s|${sbindir}|/usr/sbin|g; s|${libexecdir}|/usr/libexec|g
		s|${sysconfdir}|/etc|g; s|${nonarch_base_libdir}|/usr/lib|g; s|${libdir}|/usr/lib|g
		s|${datadir}|/usr/share|g; s|${systemd_system_unitdir}|/usr/lib/systemd/system|g
		s|${INIT_D_DIR}|/etc/init.d|g; s|${SOLIBS}|.so.*|g'
}

# bitbake.conf and bash-completion.bbclass have lists for the packages that every recipe has. do_install
# drops what loads the module, and adds the configuration.
yocto_files()
{
	printf '%s\n' /usr/include '/usr/lib/lib*.so' /usr/lib/pkgconfig '/usr/lib/*.a' /usr/share/doc \
		/usr/share/man /usr/share/bash-completion
	sed -e ':a' -e '/\\$/N' -e 's/\\\n/ /' -e ta "$copy/$YOCTO/recipes-support/oom-embedded/oom-embedded.bb" |
		sed -n 's/^FILES:[^=]* = "\(.*\)"/\1/p' | yocto_vars | tr -s ' \t' '\n' | grep -v '^$'
}

judge_yocto_files()
{
	local root

	for root in systemd sysv; do
		rm -rf "$tmp/yocto"
		cp -r "$tmp/$root" "$tmp/yocto"
		rm -rf "$tmp/yocto/usr/lib/modules-load.d"
		mkdir -p "$tmp/yocto/etc"
		: >"$tmp/yocto/etc/oom-embedded.conf"
		# Of two init systems one has its file.
		yocto_files | unlisted "$tmp/yocto" | grep -vE '^nothing for /(usr/lib/systemd/system|etc/init.d)$'
	done
}

judge_yocto_sources()
{
	local name

	grep -rhoE 'file://[A-Za-z-]+' "$copy/$YOCTO/recipes-kernel" "$copy/$YOCTO/recipes-support" | sort -u |
		while read -r name; do
			[[ -e $TOP/${name#file://} ]] || echo "no $name"
		done
}

# --- sums of the licence, where a system asks for one
judge_sums()
{
	grep -rqF "md5=$(md5sum <"$TOP/LICENSE" | cut -d ' ' -f 1)" "$copy/$YOCTO/recipes-support" || echo "Yocto's md5"
	grep -qF "sha256  $(sha256sum <"$TOP/LICENSE" | cut -d ' ' -f 1)  LICENSE" \
		"$copy/buildroot/package/oom-embedded/oom-embedded.hash" || echo "Buildroot's sha256"
}

# The version is in the file VERSION only.
judge_version()
{
	grep -rnwF "$version" "$copy" | sed "s|$copy/||"
}

# --- parameters of the module that a package sets
parameters()
{
	# shellcheck disable=SC2016 # of make
	{
		grep -rhoE 'TUNABLE_PARAM\([a-z_]+|LEVEL_PARAM\([a-z_]+' "$TOP/module" | sed 's/.*(//'
		grep -rhoE 'module_param(_cb)?\([a-z_]+' "$TOP/module" | sed 's/.*(//'
	} | sort -u
}

judge_parameters()
{
	local name

	grep -rhoE '\b[a-z_]+=(\$\(|[a-z0-9])' "$copy/buildroot/package/oom-embedded/oom-embedded.mk" \
		"$copy/openwrt/oom-embedded/Makefile" "$copy/$YOCTO/recipes-kernel/oom-embedded/oom-embedded-module.bb" |
		sed 's/=.*//' | sort -u | while read -r name; do
			parameters | grep -qx "$name" || echo "no parameter $name"
		done
}

# --- what is copied for a build of the module is enough: each file that Kbuild names
judge_copied()
{
	local file
	local list

	for file in alpine/APKBUILD.in arch/PKGBUILD.in rpm/oom-embedded-kmod.spec.in openwrt/oom-embedded/Makefile \
		$YOCTO/recipes-kernel/oom-embedded/oom-embedded-module.bb; do
		list=$(sed -e ':a' -e '/\\$/N' -e 's/\\\n/ /' -e ta "$copy/$file" |
			grep -E 'Kbuild' | grep -oE '\b(Kbuild|LICENSE|Makefile|VERSION|dkms\.conf|include|module)\b' | sort -u)
		for name in Kbuild Makefile VERSION include module; do
			grep -qx "$name" <<<"$list" || echo "$file: does not copy $name"
		done
	done
	# shellcheck disable=SC2016 # of make
	grep -oE '\$\(src\)/[A-Za-z/._-]+|^[a-z_]+-\S* [:+]= module/\S+' "$TOP/Kbuild" |
		sed 's|.*\$(src)/||; s|.* ||; s|\.o$|.c|' | grep -vE '^(include|module|VERSION)(/|$)'
}

# --- rpm: %files of the tools, and that both systems' sides of the specs are grammatical
rpm_defines()
{
	printf -- '--define\n%s\n' '_unitdir /usr/lib/systemd/system' '_modulesloaddir /usr/lib/modules-load.d' \
		'_udevrulesdir /usr/lib/udev/rules.d' 'systemd_post :' 'systemd_preun :' 'systemd_postun :' \
		'set_build_flags :' '_libdir /usr/lib' '_libexecdir /usr/libexec' '_sysconfdir /etc' '_docdir /usr/share/doc' \
		'_mandir /usr/share/man' '_includedir /usr/include' '_datadir /usr/share' '_bindir /usr/bin' '_sbindir /usr/sbin' \
		'kernel_module_package_buildreqs kernel-source' \
		'kernel_source() /usr/src/linux-obj/%1' 'flavors_to_build default'
}

# The packages that kernel-source's macro and kmodtool make, with what they require and provide.
rpm_stand_ins()
{
	mkdir -p "$tmp/rpm-bin"
	cat >"$tmp/rpm-bin/kmodtool" <<-'END'
	#!/bin/sh
	while [ $# -gt 0 ]; do [ "$1" != --kmodname ] || name=${2%-kmod}; shift; done
	cat <<-SPEC
		%package -n akmod-$name
		Summary: akmod
		Provides: $name-kmod = %{version}-%{release}
		Requires: $name-kmod-common >= %{version}
		%description -n akmod-$name
		%files -n akmod-$name
	SPEC
	END
	chmod +x "$tmp/rpm-bin/kmodtool"
	cat >"$tmp/rpm-macros" <<-'END'
	%kernel_module_package(n:p:f:x:c:) %{expand: \
	%%package -n %{-n*}%{!-n:%{name}}-kmp-default \
	Summary: KMP \
	Provides: %{-n*}%{!-n:%{name}}-kmp = %{version} \
	%%description -n %{-n*}%{!-n:%{name}}-kmp-default \
	%%files -n %{-n*}%{!-n:%{name}}-kmp-default \
	}
	END
}

# rpm_asks NAME WORD...: rpmspec about the spec
rpm_asks()
{
	local name=$1
	local defines

	shift
	mapfile -t defines < <(rpm_defines)
	sed "s/@VERSION@/$version/" "$copy/rpm/$name.spec.in" >"$tmp/$name.spec"
	PATH=$tmp/rpm-bin:$PATH rpmspec --load "$tmp/rpm-macros" "${defines[@]}" "$@" "$tmp/$name.spec"
}

# rpm_parse NAME WORD...: the spec as rpm reads it
rpm_parse()
{
	rpm_asks "$1" -P "${@:2}"
}

# rpm_missing WORD...: what packages of ours require, and none provides
rpm_missing()
{
	local name

	for name in oom-embedded oom-embedded-kmod; do
		rpm_asks "$name" -q --builtrpms --provides "$@" | awk '{ print $1 }'
	done >"$tmp/provides"
	for name in oom-embedded oom-embedded-kmod; do
		rpm_asks "$name" -q --builtrpms --requires "$@" | awk '/oom-embedded/ { print $1 }'
	done | sort -u | grep -vxFf "$tmp/provides"
}

rpm_files()
{
	rpm_parse oom-embedded | awk '/^%(package|description|prep|build|install|post|files)/ { on = /^%files/ } on && /^(%config[^ ]* )?\// { print $NF }'
}

judge_rpm_files()
{
	rm -rf "$tmp/rpm"
	cp -r "$tmp/systemd" "$tmp/rpm"
	mkdir -p "$tmp/rpm/etc"
	: >"$tmp/rpm/etc/oom-embedded.conf"
	rpm_files | unlisted "$tmp/rpm"
}

test_rpm()
{
	if ! command -v rpmspec >/dev/null; then
		skip "rpm" "no rpmspec (Debian package rpm)"
		return
	fi
	rpm_stand_ins
	check "rpm: the tools, for Fedora" rpm_parse oom-embedded
	check "rpm: the tools, for openSUSE" rpm_parse oom-embedded --define 'suse_version 1600'
	check "rpm: the module, for Fedora" rpm_parse oom-embedded-kmod
	check "rpm: the module, for openSUSE" rpm_parse oom-embedded-kmod --define 'suse_version 1600'
	same "rpm: Fedora finds what the packages require" '' "$(rpm_missing)"
	same "rpm: openSUSE finds what the packages require" '' "$(rpm_missing --define 'suse_version 1600')"
	same "rpm: the tools require the module, by the name of each" "oom-embedded-kmod >= $version
oom-embedded-kmp = $version" "$(for suse in 0 1600; do
		rpm_asks oom-embedded -q --requires --define "suse_version $suse" | grep -E '^oom-embedded-km(od|p) '
	done)"
	is_shared || return 0
	same "rpm: %files is what is installed" '' "$(judge_rpm_files)"
	sed -i '/fish/d; s|^%{_bindir}/oom-embedded$|&-old|' "$copy/rpm/oom-embedded.spec.in"
	same "rpm: a list that is stale is found" 'nothing for /usr/bin/oom-embedded-old
/usr/bin/oom-embedded
/usr/share/fish/vendor_completions.d/oom-embedded.fish' "$(judge_rpm_files)"
}

# --- Alpine and Arch: their functions are run, with what is built already in the place of make
as_built()
{
	cat <<-END
	make() { flock "$TOOLS_BUILD/install.lock" make --no-print-directory -s "\$@" O="$TOOLS_BUILD" $(printf '"%s" ' "${TOOLS_FLAGS[@]}"); }
	END
}

filled()
{
	sed "s/@VERSION@/$version/g; s/@URL@//; s/@SHA[0-9]*@/0/" "$1"
}

arch_package()
{
	mkdir -p "$tmp/arch"
	ln -sfn "$TOP" "$tmp/arch/oom-embedded-$version"
	{
		as_built
		filled "$copy/arch/PKGBUILD.in"
		# shellcheck disable=SC2016
		echo 'cd "$0"; pkgname=oom-embedded; pkgdir=$0/tools; package_oom-embedded &&
			cd "$0" && pkgdir=$0/module && package_oom-embedded-dkms'
	} >"$tmp/PKGBUILD.run"
	bash -c '. "$1"' "$tmp/arch" "$tmp/PKGBUILD.run" >"$tmp/log" 2>&1 || { cat "$tmp/log"; return 1; }
	[[ -x $tmp/arch/tools/usr/bin/oom-embeddedd && -e $tmp/arch/tools/etc/oom-embedded.conf &&
		-e $tmp/arch/module/usr/src/oom_embedded-$version/dkms.conf ]]
}

# amove as abuild has it: paths of the package go to the subpackage; a pattern that matches nothing is
# an error.
alpine_package()
{
	{
		as_built
		filled "$copy/alpine/APKBUILD.in"
		cat <<-'END'
		amove() {
			for pattern; do
				for path in "$pkgdir"/$pattern; do
					[ -e "$path" ] || [ -L "$path" ] || { echo "amove: no $pattern"; return 1; }
					to=$subpkgdir/${path#"$pkgdir"/}
					mkdir -p "${to%/*}" && mv "$path" "$to"
				done
			done
		}
		pkgdir=$TO/main
		package || exit
		for name in manager _akms _lib; do
			subpkgdir=$TO/$name
			$name || exit
		done
		END
	} >"$tmp/APKBUILD.run"
	(cd "$TOP" && TO=$tmp/alpine busybox ash -eu "$tmp/APKBUILD.run") >"$tmp/log" 2>&1 || { tail -n 5 "$tmp/log"; return 1; }
	[[ -e $tmp/alpine/_akms/usr/src/oom-embedded-$version/AKMBUILD && -x $tmp/alpine/manager/usr/sbin/oom-embeddedd &&
		-e $tmp/alpine/main/etc/init.d/oom-embeddedd ]]
}

# --- Buildroot: its Makefile with the macros of pkg-generic that it uses, and a package's steps in
# pkg-generic's order
buildroot_make()
{
	cat >"$tmp/buildroot.mk" <<'END'
qstrip = $(strip $(subst ",,$(1)))
KCONFIG_ENABLE_OPT = enable $(1)
INSTALL = install
PKG_CONFIG_HOST_BINARY = pkg-config
include $(BR2_EXTERNAL_OOM_EMBEDDED_PATH)/external.mk
define sep


endef
all:
	@echo $(OOM_EMBEDDED_VERSION) $(strip $(OOM_EMBEDDED_PARAMETERS))
$(BUILD_DIR)/.stamp_target_installed:
	$(OOM_EMBEDDED_BUILD_CMDS)
	$(OOM_EMBEDDED_INSTALL_STAGING_CMDS)
	$(OOM_EMBEDDED_INSTALL_TARGET_CMDS)
	$(OOM_EMBEDDED_INSTALL_INIT_$(INIT))
	$(foreach hook,$(OOM_EMBEDDED_POST_INSTALL_TARGET_HOOKS),$(call $(hook))$(sep))
END
	ln -sfn "$TOP/VERSION" "$tmp/copy/VERSION"
	flock "$TOOLS_BUILD/install.lock" make -s -f "$tmp/buildroot.mk" BR2_EXTERNAL_OOM_EMBEDDED_PATH="$copy/buildroot" \
		BR2_PACKAGE_OOM_EMBEDDED_TOOLS=y BR2_PACKAGE_OOM_EMBEDDED_MODE='"enforce"' \
		BR2_PACKAGE_OOM_EMBEDDED_RANK_THRESHOLD=100 BR2_PACKAGE_OOM_EMBEDDED_SELECTION_BY_RANK=y \
		BR2_PACKAGE_OOM_EMBEDDED_NO_VICTIM='"reboot"' BR2_PACKAGE_OOM_EMBEDDED_GRACE_MS=500 \
		BR2_PACKAGE_OOM_EMBEDDED_RESERVE_KB='"2%"' BR2_PACKAGE_OOM_EMBEDDED_PARAMETERS='"console_first=1"' \
		BR2_PACKAGE_JANSSON="$(pkg-config --exists jansson && echo y)" \
		BR2_PACKAGE_NCURSES="$(pkg-config --exists ncurses && echo y)" \
		TARGET_CONFIGURE_OPTS="$(printf "%q " "O=$TOOLS_BUILD" "${TOOLS_FLAGS[@]}")" \
		STAGING_DIR="$tmp/br/staging" TARGET_DIR="$tmp/br/${INIT-}" BUILD_DIR="$tmp/br/build" "$@"
}

# buildroot_target INIT: what is on the target of a device with that init system, but for programs,
# documents and what shells complete
buildroot_target()
{
	local INIT=$1

	mkdir -p "$tmp/br/build"
	ln -sfn "$TOP/userspace-tools" "$tmp/br/build/userspace-tools"
	ln -sfn "$TOP/packaging" "$tmp/br/build/packaging"
	buildroot_make INIT="$INIT" "$tmp/br/build/.stamp_target_installed" >"$tmp/log" 2>&1 || tail -n 5 "$tmp/log"
	(cd "$tmp/br/$INIT" && find . -path ./usr/share -prune -o \( ! -type d -o -name events \) -printf '%m /%P\n') |
		grep -v '\.so' | sort -k 2
}

test_buildroot()
{
	local common='755 /etc/oom-embedded.d/events
644 /etc/oom-embedded.conf
644 /etc/modprobe.d/oom-embedded.conf
755 /usr/bin/oom-embedded
644 /usr/include/linux/oom_embedded.h
644 /usr/include/oom_embedded.h
644 /usr/lib/liboom_embedded.a
644 /usr/lib/pkgconfig/liboom_embedded.pc
644 /usr/lib/udev/rules.d/90-oom-embedded.rules
755 /usr/libexec/oom-embedded/on-event
755 /usr/sbin/oom-embeddedd
'
	local before

	same "Buildroot: on the target, with BusyBox's init" "$(sort -k 2 <<<"${common}755 /etc/init.d/S03oom-embeddedd")" \
		"$(buildroot_target SYSV)"
	same "Buildroot: with OpenRC" "$(sort -k 2 <<<"${common}755 /etc/init.d/oom-embeddedd")" "$(buildroot_target OPENRC)"
	same "Buildroot: with systemd" "$(sort -k 2 <<<"${common}644 /usr/lib/systemd/system/oom-embeddedd.service
644 /usr/lib/modules-load.d/oom-embedded.conf")" "$(buildroot_target SYSTEMD)"
	check "Buildroot: on the staging folder, what programs are compiled with" test -e "$tmp/br/staging/usr/include/oom_embedded.h"
	same "Buildroot: parameters, in a file that modprobe reads" 1 \
		"$(grep -c '^options oom_embedded mode=enforce .*console_first=1$' "$tmp/br/SYSV/etc/modprobe.d/oom-embedded.conf")"
	echo '# the image maker'\''s' >"$tmp/br/SYSV/etc/oom-embedded.conf"
	before=$(buildroot_target SYSV)
	same "Buildroot: built again, a configuration of the image stays" '# the image maker'\''s' \
		"$(cat "$tmp/br/SYSV/etc/oom-embedded.conf")"
	same "Buildroot: and no more is there" "$(sort -k 2 <<<"${common}755 /etc/init.d/S03oom-embeddedd")" "$before"
	sed -i '/INIT=none DESTDIR=$(TARGET_DIR) install/d' \
		"$copy/buildroot/package/oom-embedded/oom-embedded.mk"
	same "Buildroot: an install that is not reached is found" "$(grep -E '/etc/(oom|mod)' <<<"$common" | sort -k 2)" \
		"$(buildroot_target NONE)"
}

if is_shared; then
	same "Yocto: FILES are what is installed" '' "$(judge_yocto_files)"
fi
same "Yocto: the sources that recipes name are there" '' "$(judge_yocto_sources)"
same "the licence has the sums that recipes name" '' "$(judge_sums)"
same "no recipe repeats the version" '' "$(judge_version)"
same "packages set parameters that there are" '' "$(judge_parameters)"
same "what is copied is enough for the module" '' "$(judge_copied)"
same "Buildroot: the parameters" "$version mode=enforce rank_threshold=100 selection_order=rank no_victim_action=reboot grace_ms=500 reserve_kb=2% console_first=1" \
	"$(buildroot_make 2>&1)"
same "Buildroot: each switch is in Config.in" '' "$(
	grep -oE 'BR2_PACKAGE_OOM_EMBEDDED_[A-Z_]+' "$copy/buildroot/package/oom-embedded/oom-embedded.mk" | sort -u |
		grep -vxFf <(sed -n 's/^config //p' "$copy/buildroot/package/oom-embedded/Config.in"))"
test_rpm
if [[ -x $TOOLS_BUILD/oom-embeddedd ]] && is_shared; then
	check "Arch: the packages" arch_package
	check "Alpine: the packages" alpine_package
	test_buildroot
fi

# --- can each judge go red?
sed -i 's/md5=..../md5=0000/' "$copy/$YOCTO/recipes-support/oom-embedded/oom-embedded-source.inc"
same "a sum that is stale is found" "Yocto's md5" "$(judge_sums)"
echo "# $version" >>"$copy/alpine/APKBUILD.in"
same "a version that is repeated is found" 1 "$(judge_version | grep -c alpine)"
sed -i 's/selection_order=/selection_ordre=/' "$copy/openwrt/oom-embedded/Makefile"
same "a parameter that there is not is found" 'no parameter selection_ordre' "$(judge_parameters)"
sed -i 's/ VERSION dkms.conf/ dkms.conf/' "$copy/arch/PKGBUILD.in"
same "a source that is not copied is found" 'arch/PKGBUILD.in: does not copy VERSION' "$(judge_copied)"
sed -i 's|file://packaging|file://packages|' "$copy/$YOCTO/recipes-support/oom-embedded/oom-embedded.bb"
same "a source that there is not is found" 'no file://packages' "$(judge_yocto_sources)"
if is_shared; then
	sed -i 's|"${datadir}/zsh"|"${datadir}/zsch"|' "$copy/$YOCTO/recipes-support/oom-embedded/oom-embedded.bb"
	same "a list of Yocto's that is stale is found" '/usr/share/zsh/site-functions/_oom-embedded
nothing for /usr/share/zsch' "$(judge_yocto_files | sort -u)"
fi
finish
