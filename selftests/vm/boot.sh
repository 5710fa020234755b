#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot.sh [options] KERNEL -- TEST...: boots a kernel, runs tests in it, judges the result.
# A TEST is the name of a script or program of selftests/ with its arguments, in one word. See
# README.md.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/vm/initramfs.sh
. "$VM_DIR/initramfs.sh"
# shellcheck source=selftests/vm/apt.sh
. "$VM_DIR/apt.sh"
# shellcheck source=selftests/vm/machine.sh
. "$VM_DIR/machine.sh"
# shellcheck source=selftests/vm/qemu.sh
. "$VM_DIR/qemu.sh"
# shellcheck source=selftests/vm/clock.sh
. "$VM_DIR/clock.sh"

# pstore's memory: above the kernel's image, below the initramfs, which qemu puts at the
# end of RAM and loads again at each reset.
PSTORE_AT=0x8000000
PSTORE_SIZE=0x100000
PSTORE_MIN_MEM=192

# A guest on a busy host may take so many times its limit, if it is not given the CPU.
SLOWEST=4

usage()
{
	cat >&2 <<-EOT
	usage: boot.sh [options] KERNEL -- TEST...
	  --mem MB           guest memory (256, own kernels 512)
	  --smp N            CPUs (2)
	  --timeout SEC      of CPU time for the whole boot (120, own kernels 240); four
	                     times as long on a host that is busy with other things
	  --test-timeout SEC for each test (15 s less than --timeout)
	  --append ARGS      more kernel arguments
	  --module PATH      one more .ko for /lib/oom-embedded
	  --file SRC:DST     one more file
	  --modprobe         the kernel's own modules from the cache, for modprobe
	  --tools            the programs of userspace-tools/, installed
	  --udev             Debian's udevd
	  --threads          a thread of the host for each CPU; a PC in the newest qemu that Debian has
	  --swap MB          a disk of that size to swap to
	  --iops N           which does so many operations a second, by the guest's clock
	  --share            an empty folder of the host (9p, tag "share"), which outlives a reboot
	  --icount           the guest's clock counts instructions and skips idle time, one CPU
	  --plugin FILE,ARGS a plugin of qemu's
  --expect panic|reboot
	                     the guest is to go away during its last test
	  --persist          the guest is to reboot during its last test; memory stays
	  --label NAME       name of the result files (KERNEL-FIRST_TEST)
	  --without LIST     a module without these features ("limits"), or "core"
	  --selftests DIR    tests from another directory, without module and programs
	EOT
	exit 2
}

parse_options()
{
	MEM=
	SMP=2
	TIMEOUT=
	TEST_TIMEOUT=
	APPEND=
	LABEL=
	EXPECT=
	PERSIST=
	ICOUNT=
	PLUGIN=
	THREADS=
	TOOLS=
	UDEV=
	MODPROBE=
	SELFTESTS=
	SWAP=
	IOPS=
	SHARE=
	WITHOUT=()
	MODULES=()
	FILES=()
	while [[ ${1-} == --* && $1 != -- ]]; do
		case $1 in
		--icount) ICOUNT=y; shift; continue ;;
		--threads) THREADS=y; shift; continue ;;
		--tools) TOOLS=y; shift; continue ;;
		--udev) UDEV=y; shift; continue ;;
		--persist) PERSIST=y; shift; continue ;;
		--modprobe) MODPROBE=y; shift; continue ;;
		--share) SHARE=y; shift; continue ;;
		esac
		[[ $# -ge 2 ]] || usage
		case $1 in
		--mem) MEM=$2 ;;
		--smp) SMP=$2 ;;
		--swap) SWAP=$2 ;;
		--iops) IOPS=$2 ;;
		--plugin) PLUGIN=$2 ;;
		--timeout) TIMEOUT=$2 ;;
		--test-timeout) TEST_TIMEOUT=$2 ;;
		--append) APPEND+=" $2" ;;
		--module) MODULES+=("$2") ;;
		--file) FILES+=("$2") ;;
		--expect) EXPECT=$2 ;;
		--label) LABEL=$2 ;;
		--without) read -ra WITHOUT <<<"${2//,/ }" ;;
		--selftests) SELFTESTS=$2 ;;
		*) usage ;;
		esac
		shift 2
	done
	[[ $# -ge 3 && $2 == -- ]] || usage
	NAME=$1
	shift 2
	TESTS=("$@")
}

check_options()
{
	check_kernel_name "$NAME"
	case $EXPECT in
	''|panic|reboot) ;;
	*) usage ;;
	esac
	if is_debug_kernel "$NAME"; then
		# KMSAN has two bytes for each byte.
		MEM=${MEM:-$([[ $NAME == *-kmsan ]] && echo 1536 || echo 512)}
		TIMEOUT=${TIMEOUT:-240}
	else
		MEM=${MEM:-256}
		TIMEOUT=${TIMEOUT:-120}
	fi
	# So that a test that hangs leaves time for those after it and for the verdict.
	TEST_TIMEOUT=${TEST_TIMEOUT:-$((TIMEOUT > 30 ? TIMEOUT - 15 : TIMEOUT / 2))}
	[[ -z $ICOUNT ]] || SMP=1
	[[ -z $PERSIST || $MEM -ge $PSTORE_MIN_MEM ]] || die "--persist needs --mem $PSTORE_MIN_MEM"
	[[ -z $PERSIST || -z $EXPECT ]] || die "--persist and --expect exclude each other"
	ARCH=$(kernel_arch "$NAME")
	[[ -z $PERSIST$EXPECT || $ARCH == amd64 ]] || die "--persist and --expect need x86_64"
	LABEL=${LABEL:-$NAME-$(basename "${TESTS[0]%% *}")}
}

# Copied under the builder's lock: somebody else may be building the same directory. Debugging
# information would be most of it, and takes the guest's memory and time.
copy_module()
{
	local build

	[[ -e $REPO_ROOT/Kbuild ]] || return 0
	build=$("$VM_DIR/module.sh" "$NAME" "${WITHOUT[@]}")
	lock_entry "build-$(build_entry "$NAME" "${WITHOUT[@]}")"
	find "$build" -name '*.ko' -exec cp {} "$ROOT/lib/oom-embedded/" \;
	unlock_entry
	# As "make install" does.
	make -s -C "$REPO_ROOT" strip "KO=$(echo "$ROOT"/lib/oom-embedded/*.ko)" \
		"CROSS_COMPILE=$(arch_cross "$ARCH")"
}

copy_extras()
{
	local item

	for item in "${MODULES[@]}"; do
		cp "$item" "$ROOT/lib/oom-embedded/"
	done
	for item in "${FILES[@]}"; do
		[[ $item == *:* ]] || die "--file wants SRC:DST"
		mkdir -p "$(dirname "$ROOT/${item#*:}")"
		cp -a "${item%%:*}" "$ROOT/${item#*:}"
	done
	[[ -z $TOOLS ]] || "$VM_DIR/tools.sh" "$ROOT"
	[[ -z $UDEV ]] || "$VM_DIR/udev.sh" "$ROOT"
	if [[ -n $MODPROBE$PERSIST$SWAP$SHARE ]]; then
		rsync -a "$KERNEL/modules/" "$ROOT/"
	fi
}

make_initramfs()
{
	local programs

	ROOT=$WORK/root
	programs=$("$VM_DIR/userspace.sh" "$ARCH")
	initramfs_base "$ROOT" "$ARCH" "$programs"
	if [[ -n $SELFTESTS ]]; then
		rsync -a "$SELFTESTS/" "$ROOT/selftests/"
	else
		initramfs_tests "$ROOT" "$programs"
		copy_module
	fi
	copy_extras
	printf '%s\n' "${TESTS[@]}" >"$ROOT/etc/oe-tests"
	initramfs_pack "$ROOT" "$WORK/initramfs.gz"
}

kernel_arguments()
{
	local words=(
		"console=$CONSOLE_TTY" loglevel=7 panic=-1 oops=panic
		# With what the kernel notes of each line: 18 MB of memory; or 1.
		"log_buf_len=$((MEM < 128 ? 256 : 4096))K"
		# An emulated CPU on a busy host is slow, not stuck.
		rcupdate.rcu_cpu_stall_timeout=60 watchdog_thresh=30
		# Without the tests of its own ciphers, a second of each boot.
		cryptomgr.notests
		"oe.nonce=$NONCE" "oe.timeout=$TEST_TIMEOUT" "oe.cpus=$SMP"
		"oe.tty=$VERDICT_TTY" ${SWAP:+oe.swap=$SWAP}
		# Of the build, not of the module: a test must not believe the module.
		"WITHOUT=$(IFS=,; echo "${WITHOUT[*]}")"
	)

	if [[ -n $PERSIST ]]; then
		words+=(
			nokaslr "memmap=$PSTORE_SIZE\$$PSTORE_AT"
			"ramoops.mem_address=$PSTORE_AT" "ramoops.mem_size=$PSTORE_SIZE"
			ramoops.record_size=0x20000 ramoops.ecc=1
		)
	fi
	echo "${words[*]} $MACHINE_WORDS$APPEND"
}

# Before init nothing of ours runs: a fault there is the emulator's or the kernel's
# own (seen: a spurious interrupt in early boot, once in some hundred boots).
was_stillborn()
{
	local before_init=$WORK/before_init

	sed '/Run \/init as init process/q' "$LOGS/console.log" >"$before_init"
	! grep -q 'Run /init as init process' "$before_init" ||
		[[ -n $(awk -f "$VM_DIR/console.awk" "$before_init") ]]
}

# Nothing that such a guest says would count: it is not waited for.
end_stillborn()
{
	while kill -0 "$GUEST" 2>/dev/null; do
		if grep -q 'Run /init as init process' "$LOGS/console.log"; then
			! was_stillborn || kill "$GUEST"
			return 0
		fi
		sleep 0.5
	done
}

# cpu_seconds PID: the CPU time that it has had; fails if it is gone.
cpu_seconds()
{
	local stat

	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	awk -v hz="$(getconf CLK_TCK)" '{ print int(($12 + $13) / hz) }' <<<"${stat##*) }"
}

# stop_late PID: ends a guest that hangs. On a busy host it is only slow.
stop_late()
{
	local began=$SECONDS
	local used

	while used=$(cpu_seconds "$1"); do
		if ((used >= TIMEOUT || SECONDS - began >= SLOWEST * TIMEOUT)); then
			echo "$used s of CPU in $((SECONDS - began)) s" >"$WORK/late"
			kill "$1" 2>/dev/null && sleep 5 && kill -KILL "$1" 2>/dev/null
			return 0
		fi
		sleep 1
	done
}

# Sets STATUS to qemu's exit status.
run_guest()
{
	# qemu 7.2 with a thread for each CPU may go on executing a breakpoint that the
	# kernel has taken out again; probes and tracepoints put them in all the time.
	local accel=(-accel "tcg,thread=single")
	local reboot=(-no-reboot)
	local disk=()

	[[ -z $THREADS ]] || accel=(-accel "tcg,thread=multi")
	# Time that is skipped while the disk is at work would be the disk's.
	[[ -z $ICOUNT ]] || accel=(-accel "tcg,thread=single" -icount "shift=0,sleep=$([[ -n $IOPS ]] && echo on || echo off)")
	[[ -z $PLUGIN ]] || accel+=(-plugin "$PLUGIN")
	[[ -z $PERSIST ]] || reboot=()
	if [[ -n $SWAP ]]; then
		truncate -s "${SWAP}M" "$WORK/swap"
		disk=(-drive "file=$WORK/swap,format=raw,if=virtio${IOPS:+,throttling.iops-total=$IOPS}")
	fi
	if [[ -n $SHARE ]]; then
		mkdir "$WORK/share"
		disk+=(-virtfs "local,path=$WORK/share,mount_tag=share,security_model=none")
	fi
	STATUS=0
	rm -f "$WORK/late"
	"${MACHINE[@]}" "${accel[@]}" \
		-m "$MEM" -smp "$SMP,sockets=$SMP,cores=1" -display none -monitor none \
		-pidfile "$WORK/qemu.pid" \
		"${reboot[@]}" -nodefaults -nic none "${SERIAL[@]}" "${disk[@]}" \
		-kernel "$KERNEL/vmlinuz" -initrd "$WORK/initramfs.gz" \
		-append "$(kernel_arguments)" </dev/null >"$LOGS/qemu.log" 2>&1 &
	GUEST=$!
	follow_verdict &
	stop_late "$GUEST" &
	end_stillborn
	wait "$GUEST" || STATUS=$?
	wait
	GUEST=
}

# A stillborn guest gets one more chance, and its log is kept.
run_guest_that_boots()
{
	run_guest
	was_stillborn || return 0
	echo "# the guest did not come as far as init in good order: booted again"
	mv "$LOGS/console.log" "$LOGS/stillborn.log"
	: >"$LOGS/console.log"
	: >"$LOGS/verdict.log"
	run_guest
}

# A boot that is interrupted must not leave a guest running.
clean_up()
{
	[[ -z $GUEST ]] || kill "$GUEST" 2>/dev/null || true
	rm -rf "$WORK"
}

# Removes leftovers of killed runs and failed fetches, and old logs.
prune()
{
	find "$CACHE_DIR/logs" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf {} +
	find "$CACHE_DIR" -mindepth 1 -maxdepth 1 -name '*.??????' -mtime +1 -exec rm -rf {} +
}

judge_results()
{
	local ends=
	local boots=1

	[[ -z $EXPECT ]] || ends=early
	[[ -z $PERSIST ]] || boots=2
	awk -v nonce="$NONCE" -v tests="${#TESTS[@]}" -v ends="$ends" -v boots="$boots" \
		-f "$VM_DIR/ktap.awk" "$LOGS/verdict.log"
}

judge_console()
{
	local panic=0

	[[ $EXPECT != panic && -z $PERSIST ]] || panic=1
	awk -v panic="$panic" -f "$VM_DIR/console.awk" "$LOGS/console.log" |
		sed -n '1,10s/^/fail\tconsole\t/p'
	if [[ $EXPECT == panic ]] && ! grep -q 'Kernel panic - not syncing' "$LOGS/console.log"; then
		printf 'fail\tconsole\tno panic\n'
	fi
	if [[ $EXPECT == reboot ]] && grep -q 'Kernel panic - not syncing' "$LOGS/console.log"; then
		printf 'fail\tconsole\ta panic and not a reboot\n'
	fi
}

judge_status()
{
	if [[ -e $WORK/late ]]; then
		printf 'fail\tqemu\tthe guest hung: stopped after %s\n' "$(<"$WORK/late")"
		return
	fi
	case $STATUS in
	"$STATUS_BY_ORDER") [[ -z $EXPECT ]] || printf 'fail\tqemu\tthe guest ended in order\n' ;;
	0) [[ -n $EXPECT ]] || printf 'fail\tqemu\tthe guest reset or switched itself off\n' ;;
	*) printf 'fail\tqemu\texit status %s, see %s/qemu.log\n' "$STATUS" "$LOGS" ;;
	esac
}

# Reads "verdict<TAB>test<TAB>description" lines; fails if one of them is a failure.
report()
{
	awk -F '\t' -v kernel="$NAME" -v logs="$LOGS" '
	BEGIN { word["pass"] = "ok"; word["fail"] = "not ok"; word["skip"] = "skip" }
	{
		count[$1]++
		printf "%s - %s: %s: %s\n", word[$1], kernel, $2, $3
	}
	END {
		if (count["fail"])
			printf "# logs: %s/{console,verdict}.log\n", logs
		printf "%d passed, %d failed", count["pass"], count["fail"]
		if (count["skip"])
			printf ", %d skipped", count["skip"]
		printf "\n"
		exit count["fail"] > 0
	}'
}

main()
{
	local failed=0

	parse_options "$@"
	check_options
	KERNEL=$("$VM_DIR/kernel.sh" "$NAME")
	NONCE=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
	LOGS=$CACHE_DIR/logs/$NAME-$(basename "${TESTS[0]%% *}")-$$
	mkdir -p "$LOGS" "$CACHE_DIR/results"
	prune
	WORK=$(mktemp -d "$CACHE_DIR/boot.XXXXXX")
	GUEST=
	trap clean_up EXIT
	trap 'exit 143' INT TERM
	machine_of "$ARCH"
	make_initramfs
	: >"$LOGS/console.log"
	: >"$LOGS/verdict.log"
	run_guest_that_boots
	{
		judge_results
		judge_status
		judge_console
	} >"$LOGS/results"
	report <"$LOGS/results" >"$LOGS/summary" || failed=1
	test_times >"$CACHE_DIR/results/$LABEL.times"
	cp "$LOGS/summary" "$CACHE_DIR/results/$LABEL.summary"
	cp "$LOGS/verdict.log" "$CACHE_DIR/results/$LABEL.verdict"
	cat "$LOGS/summary"
	exit "$failed"
}

main "$@"
