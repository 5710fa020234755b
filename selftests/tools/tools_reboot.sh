#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# If the last step of a service restarts the machine, what the step before has written is there
# afterwards, though its file was still open, and the restart was the manager's. For the log of an
# orderly restart: --append "ramoops.max_reason=4 pstore.kmsg_bytes=65536".
#
# set: alone
# needs: tools persist share

# shellcheck source=lib/reboot.sh
. "$(dirname "$0")/lib/reboot.sh"

share=$tmp/share

# Cached for writing, as a disk would be: 9p writes back at the latest when a file is closed.
mount_share()
{
	modprobe -a virtio_pci 9pnet_virtio 9p
	mkdir "$share"
	mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose share "$share" ||
		bail_out "cannot mount the folder"
}

boot_id()
{
	cat /proc/sys/kernel/random/boot_id
}

write_conf()
{
	cat >"$tmp/oom-embedded.conf" <<-CONF
		[daemon]
		sample = 100ms
		log_rate = 0
		control = $tmp/control
		[policy]
		rank_threshold = 100
		[mode normal]
		[mode last_resort]
		enter = oom
		leave_after = never
		service = recorder
		[service recorder]
		comm = recorder
		step = run 10s $tmp/save
		step = reboot
	CONF
	cat >"$tmp/save" <<-SAVE
		#!/bin/sh
		exec 9>$share/marker
		cat /proc/sys/kernel/random/boot_id >&9
		sleep 100 &
	SAVE
	chmod +x "$tmp/save"
}

# Its log is the kernel's, which pstore keeps.
start_daemon()
{
	mark_log
	run0 oom-embeddedd -f "$tmp/oom-embedded.conf" -d '' 2>/dev/kmsg &
	started="$started $!"
	poll_until "$PATIENCE" log_says 'module loaded, mode normal' ||
		bail_out "the manager did not start"
}

not_in_log()
{
	! grep -q "$1" "$tmp/last_log"
}

if [ "$1" != after-reboot ]; then
	load_module
	mount_share
	boot_id >"$share/boot_id"
	write_conf
	start_daemon
	leak_until_gone 50 900
fi

plan 5
read_last_log
mount_share
check "the log reached pstore" [ -s "$tmp/last_log" ]
check "this is another boot" grep -qvxF "$(boot_id)" "$share/boot_id"
equal "what the command wrote before the restart is there" \
	"$(cat "$share/boot_id")" "$(cat "$share/marker")"
check "the restart was the manager's, after the steps before it" in_order \
	'oom-embeddedd: .*recorder: runs ' 'oom-embeddedd: .*mode last_resort: oom' \
	'oom-embeddedd: .*out of memory, emergency 1' \
	'oom-embeddedd: .*recorder: restarts the machine' 'reboot: Restarting system'
check "and no panic's" not_in_log 'Kernel panic'
umount "$share"
finish
