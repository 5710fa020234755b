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
file_is "relieve: the value written to the module" relieve 1
mkdir -p "$tmp/tree/sysfs/groups/batch"
gives "relieve: of a group" 0 '^$' relieve batch
file_is "relieve: of a group, the value written to the module" relieve group:batch
gives "relieve: no such group" 5 'there is no group now' relieve now
gives "relieve: no name" 2 'is no name of a group' relieve ../batch
gives "relieve: two groups" 2 '' relieve batch batch
gives "relieve: --dry-run knows no group" 2 'candidates' relieve --dry-run batch
FAKE_ERRORS='relieve!22' gives "relieve: an older module" 9 'knows no groups' relieve batch
put_file sysfs/candidates "$(sed 's/ next  / protected/; s/ eligible / protected/' "$tmp/tree/sysfs/candidates")"
gives "relieve: --dry-run, nobody" 5 'no process may be chosen' relieve --dry-run

finish
