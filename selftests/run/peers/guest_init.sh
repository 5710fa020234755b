#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# guest_init.sh: PID 1 of a guest of "make bench-peers". It makes the machine: a slow disk with a
# Debian, mounted at /disk. Then it waits for a job, a tar archive on the second disk of the emulator.
# The machine is saved in that state, and each run goes on from there.

export PATH=/bin:/sbin:/usr/bin:/usr/sbin

mkdir -p /dev/shm /tmp /run /disk /etc
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
mount -t tmpfs -o size=100% tmpfs /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tracefs tracefs /sys/kernel/tracing
exec 4>/dev/ttyS1
stty -F /dev/ttyS1 raw -echo
echo -1000 >/proc/self/oom_score_adj
echo 1 >/proc/sys/vm/overcommit_memory
echo 0 >/proc/sys/vm/oom_dump_tasks
ifconfig lo up

give_up()
{
	echo "failed $*" >&4
	vmctl exit
}

# In the guest's own memory: an operation takes as long as the guest's clock says, whatever the host does.
make_disk()
{
	{ modprobe -a virtio_pci virtio_blk ext4 && modprobe null_blk nr_devices=0; } || give_up "no modules"
	mount -t configfs configfs /sys/kernel/config || give_up "no configfs"
	null=/sys/kernel/config/nullb/nullb0
	mkdir "$null" || give_up "no null_blk"
	while read -r name value; do
		echo "$value" >"$null/$name" || give_up "$name"
	done <<-SET
		size $(($(cat /sys/block/vda/size) / 2048))
		memory_backed 1
		irqmode 2
		completion_nsec 2000000
		submit_queues 1
		hw_queue_depth 1
		mbps 20
		power 1
	SET
	{ dd if=/dev/vda of=/dev/nullb0 bs=1M 2>/dev/null && sync; } || give_up "no disk"
	mount -t ext4 -o ro,noatime /dev/nullb0 /disk || give_up "no ext4"
}

fill_disk()
{
	for dir in proc sys dev run tmp; do
		mount --rbind "/$dir" "/disk/$dir" || give_up "$dir"
	done
	for dir in var/tmp var/log var/lib; do
		mount -t tmpfs tmpfs "/disk/$dir" || give_up "$dir"
	done
}

has_job()
{
	blockdev --flushbufs /dev/vdb
	[ "$(dd if=/dev/vdb bs=1 skip=257 count=5 2>/dev/null)" = ustar ]
}

make_disk
fill_disk
echo 3 >/proc/sys/vm/drop_caches
echo "ready" >&4
until has_job; do
	sleep 0.2
done
mkdir /run/job
tar -x -C /run/job -f /dev/vdb
echo 3 >/proc/sys/vm/drop_caches
sh /run/job/guest.sh >&4 2>&1
echo "exit $?" >&4
exec 4>&-
vmctl exit
