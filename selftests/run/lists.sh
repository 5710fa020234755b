# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # read by check.sh and matrix.sh
#
# The scripts that belong to every kernel, for make check and make check-matrix alike. A new
# capability's scripts go here.

ABI_PAGE=Documentation/ABI/testing/sysfs-kernel-oom_embedded
ABI_FILE=$ABI_PAGE:/selftests/$(basename "$ABI_PAGE")

# What a user may do with the module, on every kernel; in two lists of about the same
# length, for two guests at a time.
OOM=(
	order_global.sh order_memcg.sh order_sysrq.sh rank_order.sh exceptions.sh guard.sh
	no_victim_unprotect.sh no_victim_memcg.sh console.sh bystanders.sh
)
REST=(
	abi.sh notifier_only.sh no_alloc.sh observe.sh off.sh inherit.sh pidns.sh groups.sh
	out_of_bounds.sh
)
# Also for every kernel, but they take long and depend on it least: make check has them once.
LONG=(writes.sh paged_read.sh uevent_tight.sh groups_many.sh)
# One capability each; they take longest. make check has each on one stock kernel, make soak on
# all, make check-matrix where it is asked to.
GRACEFUL=(grace.sh hold.sh reserve.sh groups_storm.sh)
WARNING=(levels.sh levels_hold.sh levels_write.sh report.sh events.sh)
# Those that want swap, on a disk of 400 MB or in zram: boot.sh --swap --modprobe.
SWAPPING=(levels_swap.sh memsw.sh)
LIMITING=(limits.sh limits_who.sh limits_write.sh)
# Those that need the tools of userspace-tools/ in the guest: boot.sh --tools.
TOOLS=(tools_cli.sh tools_daemon.sh tools_uevents.sh)
# Those that take the guest down have a boot of their own, with one CPU: what the one
# that waits for memory leaves free is then free for whoever was told.
GOING_AWAY=(no_victim_panic.sh no_victim_reboot.sh no_victim_never.sh panic_on_oom.sh)
# What shows on every kernel in about a minute that it works there. The core: each kind of OOM, each
# way in, the guard, what a fork inherits, the ABI; and the capabilities: groups, levels, the report.
MATRIX=(
	coverage.sh abi.sh order_memcg.sh order_global.sh notifier_only.sh guard.sh inherit.sh
	groups.sh levels.sh report.sh reload.sh kunit.sh
)
# Grace and limits, in a second guest at the same time. What has to happen in time is judged
# where the clock counts instructions, which those of a busy host do not add to. The others are
# here so that both guests take as long.
MATRIX_TIMED=(grace.sh limits.sh rank_order.sh order_sysrq.sh)
