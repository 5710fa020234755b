#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh: one run of "make bench-peers" in its guest. The manager is started, the director plays the
# scenario, and what was seen is printed as lines "NAME VALUE...". The folder has a file "run" that says
# which: PEER, SCENARIO, SEED.

cd "$(dirname "$0")" || exit 1
# shellcheck source=/dev/null
. ./run

MODULE=./oom_embedded.ko
TRACE=/sys/kernel/tracing
ZRAM_MB=96
# The swap of systemd-oomd where others have none: its manual recommends swap.
OOMD_ZRAM_MB=64

fail()
{
	echo "failed $*"
	exit 1
}

use_zram()
{
	modprobe zram || fail "no zram"
	echo "$1M" >/sys/block/zram0/disksize
	{ mkswap /dev/zram0 >/dev/null && swapon /dev/zram0; } || fail "no swap"
}

# Each SIGKILL and SIGTERM, with its sender; the kernel's OOM killer is one of these.
trace_signals()
{
	echo 0 >"$TRACE/tracing_on"
	echo mono >"$TRACE/trace_clock"
	echo 256 >"$TRACE/buffer_size_kb"
	echo 'sig == 9 || sig == 15' >"$TRACE/events/signal/signal_generate/filter"
	echo 1 >"$TRACE/events/signal/signal_generate/enable"
	echo 1 >"$TRACE/tracing_on"
}

# --- the managers ----------------------------------------------------------------

start_earlyoom()
{
	chroot /disk earlyoom -p -r 0 --avoid '^critical$' >/tmp/manager 2>&1 &
	manager=earlyoom
}

start_nohang()
{
	cp /disk/etc/nohang/nohang.conf /run/nohang.conf
	sed -i -e 's/^low_memory_warnings_enabled =.*/low_memory_warnings_enabled = True/' \
		-e 's/^min_post_warning_delay =.*/min_post_warning_delay = 1/' \
		-e 's|^warning_exe =.*|warning_exe = touch /run/notice|' /run/nohang.conf
	# shellcheck disable=SC2016 # a regular expression
	echo '@BADNESS_ADJ_RE_NAME -2000 /// ^critical$' >>/run/nohang.conf
	PYTHONDONTWRITEBYTECODE=1 chroot /disk nohang --monitor --config /run/nohang.conf >/tmp/manager 2>&1 &
	manager=nohang
}

start_ours()
{
	insmod "$MODULE" || fail "insmod"
	cp oom-embedded.conf /run/oom-embedded.conf
	case $1 in
	oom) sed -i 's/^early_kb = .*/early_kb = 0/' /run/oom-embedded.conf ;;
	stall) sed -i 's/^early_kb = .*/&\nstall_percent = 20\nstall_ms = 2000/' /run/oom-embedded.conf ;;
	esac
	printf '\n[group vital]\nrank = 10\nrule = comm=critical uid=0\n' >>/run/oom-embedded.conf
	./oom-embeddedd -f /run/oom-embedded.conf >/tmp/manager 2>&1 &
	manager="oom-embeddedd oom_emb"
}

# A systemd that sees the machine's cgroups as its own. Its root is what the others run in, too.
start_systemd()
{
	units=/run/systemd/system
	mkdir -p $units /run/systemd/oomd.conf.d
	printf '[OOM]\nDefaultMemoryPressureDurationSec=2s\n' >/run/systemd/oomd.conf.d/peers.conf
	printf '[Slice]\nManagedOOMMemoryPressure=kill\nManagedOOMSwap=kill\n' >$units/work.slice
	printf '[Slice]\nMemoryMax=48M\nManagedOOMMemoryPressure=kill\n' >$units/work-box.slice
	printf '[Unit]\nRequires=dbus.socket systemd-oomd.service\nWants=peers.service\n' >$units/peers.target
	cat >$units/peers.service <<-UNIT
		[Unit]
		DefaultDependencies=no
		After=dbus.socket systemd-oomd.service
		[Service]
		ExecStart=/bin/sh -c 'exec /run/job/director $SCENARIO $SEED >/run/out 2>&1'
		Environment=UNITS=1 MANAGER=systemd-oomd
		OOMScoreAdjust=-1000
	UNIT
	env -i container=peers PATH=/usr/sbin:/usr/bin unshare -m -p -f chroot /disk /bin/sh -c \
		'mount -t proc proc /proc && exec /lib/systemd/systemd --system --unit=peers.target' \
		>/tmp/manager 2>&1 &
}

has_ended()
{
	grep -qsE '^complete|^no scenario' /run/out || ! kill -0 "$1"
}

play()
{
	export CRITICAL_ADJ=0
	manager=
	case $PEER in
	stock) ;;
	stock_adj) CRITICAL_ADJ=-1000 ;;
	earlyoom) start_earlyoom ;;
	nohang) start_nohang ;;
	us_oom) start_ours oom ;;
	us_early) start_ours early ;;
	us_stall) start_ours stall ;;
	oomd)
		start_systemd
		until has_ended $!; do
			sleep 1
		done
		return
		;;
	*) fail "no peer $PEER" ;;
	esac
	[ -z "$manager" ] || sleep 2
	MANAGER=$manager chroot /disk /run/job/director "$SCENARIO" "$SEED" >/run/out 2>&1
}

# --- what is told -----------------------------------------------------------------

# "victim NS SIGNAL NAME PID SENDER", once a process, while the scenario is played.
victims()
{
	awk -v began="$1" -v ended="$2" '
	/ signal_generate: / {
		sender = $0
		sub(/^ */, "", sender)
		sub(/-[0-9]+ +\[.*/, "", sender)
		match($0, /[0-9]+\.[0-9]+: signal_generate/)
		split(substr($0, RSTART), at, /[.:]/)
		ns = at[1] at[2] "000"
		match($0, /sig=[0-9]+/)
		signal = substr($0, RSTART + 4, RLENGTH - 4)
		match($0, / comm=.* pid=[0-9]+/)
		split(substr($0, RSTART + 6, RLENGTH - 6), who, / pid=/)
		if (ns + 0 >= began + 0 && ns + 0 <= ended + 0 && !seen[who[2]]++)
			printf "victim %s %s %s %s %s\n", ns, signal, who[1], who[2], sender
	}' "$TRACE/trace"
}

# The least that was available shortly before the first kill, and the course of it.
available()
{
	awk -v killed="$1" '
	$1 == "available" {
		if (killed && $2 + 0 <= killed + 0 && $2 + 0 >= killed - 200000000 && (least == "" || $3 < least))
			least = $3
		if (n++ % 20 == 0)
			print
	}
	END { if (least != "") print "unused_kb", least }' /run/out
}

field()
{
	awk -v name="$1" '$1 == name { print $2; exit }' /run/out
}

tell()
{
	grep -v '^available ' /run/out
	victims "$(field begin)" "$(field end)" >/run/victims
	head -n 200 /run/victims
	echo "nr_victims $(wc -l </run/victims)"
	echo "nr_before $(victims 0 "$(field begin)" | wc -l)"
	available "$(awk '{ print $2; exit }' /run/victims)"
	echo "oom_kills $(awk '$1 == "oom_kill" { print $2 }' /proc/vmstat)"
	awk '$1 == "oom_embedded" { print "module_bytes", $2 }' /proc/modules
	echo "total_kb $(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)"
	[ ! -e /tmp/manager ] || tail -n 15 /tmp/manager | tr -cd '\n -~' | sed 's/^/# /'
}

case $PEER.$SCENARIO in
*.zram_spiral) use_zram $ZRAM_MB ;;
oomd.*) use_zram $OOMD_ZRAM_MB ;;
esac
trace_signals
play
tell
