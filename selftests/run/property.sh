#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# property.sh [ROUNDS [KERNEL]]: rank/random_ranks.sh for that many random configurations (500), with
# `oom-embedded why` beside it, in one boot. A line of its verdict names the seed. On 6.1, where the model
# can read what the kernel goes by: Debian's 6.12 adds up each CPU's share of a counter for procfs, and
# not for oom_badness().

set -euo pipefail
cd "$(dirname "$0")/../.."

ROUNDS=${1:-500}

exec selftests/vm/boot.sh --tools --timeout 7200 --test-timeout 7000 \
	--append "ROUNDS=$ROUNDS TOOL=oom-embedded" "${2:-debian-6.1}" -- random_ranks.sh
