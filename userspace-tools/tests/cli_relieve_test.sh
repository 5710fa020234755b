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
gives "relieve: of a group" 0 '^$' relieve batch
file_is "relieve: of a group, the value written to the module" relieve group:batch
gives "relieve: no such group" 5 'there is no group now' relieve now
gives "relieve: no name" 2 'is no name of a group' relieve ../batch
gives "relieve: two groups" 2 '' relieve batch batch
put_file sysfs/relieve ''
fake_candidate 1 201 900 group:batch 21000 next batch >"$tmp/tree/sysfs/groups/batch/candidates"
fake_candidate 2 200 800 group:batch 52000 eligible batch >>"$tmp/tree/sysfs/groups/batch/candidates"
gives "relieve: --dry-run says who would go of a group" 0 'next_victim: +batch/201' relieve --dry-run batch
gives "relieve: --dry-run of any process as before" 0 'next_victim: +batch/200' relieve --dry-run
run relieve batch --dry-run --json
same "relieve: --dry-run of a group, JSON" batch/201 "$(jq -r .next_victim <<<"$out")"
gives "relieve: --dry-run, no such group" 5 'there is no group now' relieve --dry-run now
gives "relieve: --dry-run, no name" 2 'is no name of a group' relieve --dry-run ../batch
gives "relieve: --dry-run, two groups" 2 '' relieve --dry-run batch batch
FAKE_ERRORS='groups/batch/candidates=13' gives "relieve: --dry-run, for root only" 4 'batch/candidates.*permission denied' relieve --dry-run batch
file_is "relieve: --dry-run of a group asks for nobody" relieve ''
put_file sysfs/groups/batch/candidates ''
gives "relieve: --dry-run, a group without a member" 5 'no process may be chosen' relieve --dry-run batch
fake_candidate 1 200 50 group:batch 52000 protected batch >"$tmp/tree/sysfs/groups/batch/candidates"
gives "relieve: --dry-run, a group of protected processes" 5 'no process may be chosen' relieve --dry-run batch
rm "$tmp/tree/sysfs/groups/batch/candidates"
gives "relieve: --dry-run of a group, an older module" 9 'no candidates of a group' relieve --dry-run batch
FAKE_ERRORS='relieve!22' gives "relieve: an older module" 9 'knows no groups' relieve batch
while read -r error status pattern; do
	FAKE_ERRORS="relieve!$error" gives "relieve: the module refuses with $error" "$status" "$pattern" relieve
	FAKE_ERRORS="relieve!$error" gives "relieve: of a group: $error" "$status" "$pattern" relieve batch
done <<'ROWS'
3 5 no process may be chosen now
16 6 nobody was killed: another emergency is under way
95 9 the module is off, or cannot ask this kernel
5 1 relieve.*(Input/output|I/O) error
ROWS
put_file sysfs/candidates "$(sed 's/ next  / protected/; s/ eligible / protected/' "$tmp/tree/sysfs/candidates")"
gives "relieve: --dry-run, nobody" 5 'no process may be chosen' relieve --dry-run

finish
