#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Last in a guest whose kernel counts which lines were reached (gcov.sh): prints what it has
# counted of the module, and of programs that leave their counts in GCOV_PREFIX: an archive in lines "# gcov ...".

# shellcheck source=lib/ktap.sh
. "$(dirname "$0")/lib/ktap.sh"

COUNTS=/sys/kernel/debug/gcov

[ -d $COUNTS ] || skip_all "this kernel does not count"
plan 1
# The files have no size before they are read, which an archive of them would believe.
mkdir /tmp/counts
(cd $COUNTS && find . -path '*/module/*.gcda') >/tmp/names
while read -r name; do
	mkdir -p "/tmp/counts/$(dirname "$name")"
	cat "$COUNTS/$name" >"/tmp/counts/$name"
done </tmp/names
[ ! -d "${GCOV_PREFIX-}" ] || cp -r "$GCOV_PREFIX"/. /tmp/counts
tar -C /tmp/counts -cz . | base64 | sed 's/^/# gcov /'
check "there is something counted" [ -s /tmp/names ]
verdict
