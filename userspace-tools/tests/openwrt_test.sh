#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The feed for OpenWrt: its Makefile against the little of OpenWrt's that it uses, and the init script,
# with BusyBox's shell, against the functions of OpenWrt's that it calls.

# shellcheck disable=SC2317,SC2016 # called by name; variables of others
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/packaging.sh
. "$TESTS/packaging.sh"

check "make install, as the feed has it" tools_install "$tmp/sysv" INIT=sysv

# --- OpenWrt: its Makefile with the words of rules.mk and package.mk that it uses
openwrt_stub()
{
	mkdir -p "$tmp/openwrt/include"
	cat >"$tmp/openwrt/rules.mk" <<-'END'
	INCLUDE_DIR := $(TOPDIR)/include
	CP := cp -fpR
	SED := sed -i -e
	INSTALL_BIN := install -m0755
	INSTALL_CONF := install -m0600
	INSTALL_DIR := install -d -m0755
	AutoLoad = add_module "$(1)" "$(2)" "$(3)";
	END
	: >"$tmp/openwrt/include/kernel.mk"
	cat >"$tmp/openwrt/include/package.mk" <<'END'
define BuildPackage
PACKAGES += $(1)
install-$(1):
	$(call Package/$(1)/install,$(OUT)/$(1))
endef
define KernelPackage
PACKAGES += kmod-$(1)
install-kmod-$(1):
	$(INSTALL_DIR) $(OUT)/kmod-$(1)/etc/modules.d
	echo oom_embedded >$(OUT)/kmod-$(1)/etc/modules.d/05-$(1)
	$(call KernelPackage/$(1)/install,$(OUT)/kmod-$(1))
endef
.PHONY: all prepare
.DEFAULT_GOAL := all
all:
	@echo $(PKG_NAME) $(PKG_VERSION) $(PACKAGES)
prepare:
	$(Build/Prepare)
END
}

openwrt_make()
{
	(cd "$TOP/packaging/openwrt/oom-embedded" && make -s TOPDIR="$tmp/openwrt" OUT="$tmp/openwrt/out" \
		PKG_BUILD_DIR="$tmp/openwrt/build" PKG_INSTALL_DIR="$tmp/sysv" "$@")
}

test_openwrt()
{
	openwrt_stub
	same "OpenWrt: the packages" "oom-embedded $version kmod-oom-embedded oom-embedded oom-embedded-manager liboom-embedded" \
		"$(openwrt_make 2>&1)"
	check "OpenWrt: the sources are there" openwrt_make prepare
	check "OpenWrt: and no more than needed" test ! -e "$tmp/openwrt/build/selftests" -a ! -e "$tmp/openwrt/build/userspace-tools/build"
	check "OpenWrt: each package has its files" openwrt_make install-oom-embedded install-oom-embedded-manager \
		install-kmod-oom-embedded
	! is_shared || check "OpenWrt: the library, too" openwrt_make install-liboom-embedded
	same "OpenWrt: the module is loaded with a policy" \
		'oom_embedded selection_order=rank rank_threshold=100 no_victim_action=reboot' \
		"$(cat "$tmp/openwrt/out/kmod-oom-embedded/etc/modules.d/05-oom-embedded")"
	same "OpenWrt: files" '/etc/config/oom-embedded /etc/init.d/oom-embedded /usr/sbin/oom-embeddedd' \
		"$(paths "$tmp/openwrt/out/oom-embedded-manager" | paste -sd ' ')"
}

# uci CONFIG WORD...: the init script, with the functions of /lib/functions.sh and of procd.sh that it uses;
# writes $tmp/var/etc/uci.conf. The types of procd_set_param are those that procd.sh has, the values of a limit
# those that procd understands: it ignores others.
uci()
{
	cat >"$tmp/uci.sh" <<-'END'
	reset_cb() { config_cb() { :; }; option_cb() { :; }; list_cb() { :; }; }
	nr=0
	config() { nr=$((nr + 1)); config_cb "$1" "${2:-cfg$nr}"; }
	option() { name_of_option=$1; shift; option_cb "$name_of_option" "$*"; }
	list() { name_of_option=$1; shift; list_cb "$name_of_option" "$*"; }
	config_load() { . "$UCI"; [ $nr -eq 0 ] || config_cb; }
	logger() { echo "log $*" >&2; }
	procd_open_instance() { :; }
	procd_close_instance() { :; }
	# -1000 wants a right that the test may not have.
	run_command() {
		[ "$2 $3" = "/bin/sh -c" ] || { shift; "$@"; return; }
		code=$(printf %s "$4" | sed 's/-1000/777/')
		shift 4
		/bin/sh -c "$code" "$@"
	}
	procd_set_param() {
		case $1 in
		limits)
			case $2 in
			*=unlimited | *=[0-9]*) ;;
			*) echo "procd sets no limit $2"; return ;;
			esac
			;;
		command) run_command "$@" ;;
		env | data | netdev | file | respawn | watch | watchdog | error | nice | term_timeout | reload_signal | \
			pidfile | user | group | seccomp | capabilities | facility | extroot | overlaydir | \
			tmpoverlaysize | vrf | stdout | stderr | no_new_privs) ;;
		*) echo "procd has no $1"; return ;;
		esac
		echo "$*"
	}
	procd_send_signal() { echo "signal $*"; }
	procd_add_reload_trigger() { echo "trigger $*"; }
	reset_cb
	. "$INIT"
	PROG=$DAEMON
	"$@"
	END
	cat >"$tmp/daemon" <<-END
	#!/bin/sh
	[ "\$1" != --check ] || exec "$TOOLS_BUILD/oom-embeddedd" "\$@"
	echo "manager \$(cat /proc/self/oom_score_adj): \$*"
	END
	chmod +x "$tmp/daemon"
	UCI=$1 INIT=$TOP/packaging/openwrt/oom-embedded/files/oom-embedded.init OOM_EMBEDDED_CONF=$tmp/var/etc/uci.conf \
		DAEMON=$tmp/daemon busybox ash "$tmp/uci.sh" "${@:2}" 2>&1
}

# uci_is DESCRIPTION EXPECTED <CONFIG: what the manager gets
uci_is()
{
	cat >"$tmp/uci"
	uci "$tmp/uci" reload_service >"$tmp/log" || cat "$tmp/log"
	same "uci: $1" "$2" "$(grep -v '^#' "$tmp/var/etc/uci.conf")"
}

# uci_refuses DESCRIPTION PATTERN <CONFIG: it says why, and the one before stays
uci_refuses()
{
	cat >"$tmp/uci"
	cp "$tmp/var/etc/uci.conf" "$tmp/before"
	same "uci: $1: is refused" 1 "$(uci "$tmp/uci" reload_service >"$tmp/log"; echo $?)"
	check "uci: $1: it says why" grep -q "$2" "$tmp/log"
	check "uci: $1: the one before stays" cmp "$tmp/before" "$tmp/var/etc/uci.conf"
}

test_uci()
{
	[[ -x $TOOLS_BUILD/oom-embeddedd ]] || return 0
	uci "$TOP/packaging/openwrt/oom-embedded/files/oom-embedded.config" start_service >"$tmp/log"
	check "uci: the shipped configuration is taken" grep -q "^manager .*: --file $tmp/var/etc/uci.conf --log syslog\$" "$tmp/log"
	check "uci: the kernel never chooses the manager" grep -q '^manager 777: ' "$tmp/log"
	same "uci: procd understands all that it is told" '' "$(grep '^procd ' "$tmp/log")"
	uci_is "a configuration is the same in the manager's words" '[policy]
rank_threshold = 150
[group spare]
rank = 900
rule = comm=a*
rule = comm=b* uid=7
[rankings]
netifd = 60
my-proc = 10' <<-'END'
	config policy
		option rank_threshold '150'
	config ranking
		option comm 'netifd'
		option rank '60'
	config group 'spare'
		option rank '900'
		list rule 'comm=a*'
		list rule 'comm=b* uid=7'
	config ranking
		option rank '10'
		option comm 'my-proc'
	END
	uci_is "names that uci has no sections of, in any order" '[limit 1000-1005]
max_kb = 200M
[group log-in]
rank = 50
rule = comm=sshd uid=0
[limit gid:100]
max_kb = 300M
[rankings]
a = 70
b?c = 70' <<-'END'
	config limit
		option name '1000-1005'
		option max_kb '200M'
	config group 'login'
		option rank '50'
		option name 'log-in'
		list rule 'comm=sshd uid=0'
	config ranking
		option rank '70'
		list comm 'a'
		list comm 'b?c'
	config limit 'third'
		option max_kb '300M'
		option name 'gid:100'
	END
	uci_is "none is one" '' </dev/null
	uci_refuses "a value out of range" rank_threshold <<<"config policy
		option rank_threshold '2000'"
	uci_refuses "a value of several lines" 'rank_threshold has several lines' <<<"config policy
		option rank_threshold '100
[group x]
rank=0'"
	uci_refuses "a process without a ranking" 'needs comm and rank' <<<"config ranking
		option comm 'a'
	config policy
		option rank_threshold '100'"
	uci_refuses "a ranking without a process" 'needs comm and rank' <<<"config ranking
		option rank '5'"
	uci_refuses "a process that would be a comment" 'no process: #a' <<<"config ranking
		option rank '5'
		option comm '#a'"
	uci_refuses "a ranking of a group" 'no option rule' <<<"config ranking
		option rank '5'
		option comm 'a'
		option rule 'comm=b'"
	uci_refuses "a name that ends the heading" 'no name: a]' <<<"config group
		option rank '5'
		option name 'a]'
		option rule 'comm=b'"
}

test_openwrt
test_uci
finish
