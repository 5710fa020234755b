# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Groups with rules, for the measurements in a guest; source it after lib/ktap.sh. Needs $OE.

groups=0	# so many there are

# make_groups N: so many, each with a rule by name and one by user that fit nobody, and every
# second one a rule by cgroup that does not fit the herds
make_groups()
{
	while [ "$groups" -lt "$1" ]; do
		groups=$((groups + 1))
		echo "group$groups" >$OE/groups/create || bail_out "no group $groups"
		echo "nobody$groups*" >$OE/groups/group$groups/comm
		echo $((50000 + groups)) >$OE/groups/group$groups/uid
		[ $((groups % 2)) = 0 ] || echo /bench >$OE/groups/group$groups/cgroup
	done
}
