#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's udevd and BusyBox's mdev, each with the rules that come with the tools, run the
# administrator's program for the events of a real OOM.
#
# set: tools
# needs: tools udev

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

EVENTS=/etc/oom-embedded.d/events
MDEV_CONF=/usr/share/doc/oom-embedded/examples/mdev.conf

# The program: a line an event.
install_program()
{
	mkdir -p "$EVENTS"
	cat >"$EVENTS/10-note" <<-NOTE
		#!/bin/sh
		echo "\$OOM_EVENT seq=\$OOM_SEQ victim=\$OOM_VICTIM_COMM outcome=\$OOM_OUTCOME" >>$tmp/noted
	NOTE
	echo 'echo should not run >>'"$tmp/noted" >"$EVENTS/20-not-executable"
	chmod 755 "$EVENTS/10-note"
	chmod 644 "$EVENTS/20-not-executable"
}

# Both of them: udevd may handle two events side by side.
noted()
{
	grep -q "^victim seq=$1 " "$tmp/noted" && grep -q "^reconfigure seq=$1 " "$tmp/noted"
}

# An OOM with somebody to die; both of its events are to be noted, in order, once.
emergency_is_noted()
{
	: >"$tmp/noted"
	spawn victim 256 900
	sysrq_oom
	reap "$pid"
	seq=$(get reconfigure_wanted)
	poll_until "$PATIENCE" noted "$seq"
	equal "$1 runs the rule's program for each event" \
		"reconfigure seq=$seq victim= outcome=|victim seq=$seq victim=victim outcome=killed|" \
		"$(sort "$tmp/noted" | tr '\n' '|')"
}

test_udev()
{
	cp /usr/lib/udev/rules.d/90-oom-embedded.rules /etc/udev/rules.d/
	/lib/systemd/systemd-udevd --resolve-names=never >"$tmp/udevd" 2>&1 &
	udevd=$!
	started="$started $udevd"
	poll_until "$PATIENCE" udevadm control --ping >/dev/null 2>&1 ||
		bail_out "udevd does not start: $(cat "$tmp/udevd")"
	emergency_is_noted "udevd"
	stop_process "$udevd"
}

test_mdev()
{
	cp "$MDEV_CONF" /etc/mdev.conf
	mdev -df >"$tmp/mdev" 2>&1 &
	mdev=$!
	started="$started $mdev"
	poll_until "$PATIENCE" listens "$mdev" || bail_out "mdev does not listen: $(cat "$tmp/mdev")"
	emergency_is_noted "mdev"
	stop_process "$mdev"
}

# It has its socket open.
listens()
{
	for fd in "/proc/$1/fd"/*; do
		case $(readlink "$fd") in
		socket:*) return 0 ;;
		esac
	done
	return 1
}

plan 2
[ -x /lib/systemd/systemd-udevd ] || bail_out "no udevd: boot with --udev"
load_module selection_order=rank
install_program
test_udev
test_mdev
finish
