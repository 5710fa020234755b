#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "oom-embedded relieve": asks the module for a victim, and says what it would do.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

make_tree "$tmp/tree"
gives "relieve: a module without it" 9 'has no relieve' relieve
put_file sysfs/relieve ''
gives "relieve: --dry-run says who would go" 0 'next_victim: +batch/200' relieve --dry-run
file_is "relieve: --dry-run asks for nobody" relieve ''
run relieve --dry-run --json
same "relieve: --dry-run, JSON" batch/200 "$(jq -r .next_victim <<<"$out")"
gives "relieve: asks for one" 0 '^$' relieve
file_is "relieve: what the module was told" relieve 1
gives "relieve: no words" 2 '' relieve now
put_file sysfs/candidates "$(sed 's/ next  / protected/; s/ eligible / protected/' "$tmp/tree/sysfs/candidates")"
gives "relieve: --dry-run, nobody" 5 'no process may be chosen' relieve --dry-run

finish
