#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# deb_guest.sh installed|upgraded: in the guests that run/deb.sh has made: the state after the installation
# of the packages, over a real OOM; and the state after an upgrade, with a newer kernel, and after a
# purge. Each line that begins with "check" or "equal" is a result.

# shellcheck disable=SC2016,SC2317 # for other shells; conditions are called by name
# shellcheck source=selftests/run/guest/debian_lib.sh
. "$(dirname "$0")/debian_lib.sh"

SITE=/etc/oom-embedded.d/site.conf

# The service that the three commands are about, which is one as any other.
service_runs()
{
	printf '[Service]\nExecStart=/usr/bin/perl -e "$$0 = shift; sleep 1000 while 1" pacemaker\n' \
		>/etc/systemd/system/pacemaker.service
	systemctl daemon-reload
	systemctl start pacemaker
	pacemaker=$(systemctl show -P MainPID pacemaker)
	poll grep -q pacemaker "/proc/$pacemaker/comm"
}

# the_oom: a leak in a process that is nobody special, and its end: by early_kb, or by the kernel
the_oom()
{
	before=$(cat $OOM/stats/victims)
	leak
	poll is_gone "$leaker" && [ "$(cat $OOM/stats/victims)" -gt "$before" ]
}

# same_service: it was neither killed nor started anew
same_service()
{
	[ "$(systemctl show -P MainPID pacemaker)" = "$pacemaker" ] && kill -0 "$pacemaker"
}

# quietly COMMAND...: what it says is shown if it fails
quietly()
{
	"$@" >/tmp/quiet 2>&1 && return
	tail -n 20 /tmp/quiet | sed 's/^/# /'
	return 1
}

# package_test NAME: on the host run/deb.sh has autopkgtest run those that need no machine
package_test()
{
	AUTOPKGTEST_TMP=$(mktemp -d)
	export AUTOPKGTEST_TMP
	quietly sh "./tests/$1"
}

# Our files, packages, units and modules that are left over, without apt's own logs and caches and the
# files of the harness.
left_over()
{
	find / -xdev \( -path /proc -o -path /srv/repo -o -path /var/log -o -path /var/lib/apt -o \
		-path /var/cache -o -path /tmp -o -path /usr/local/lib/oom-guest \) -prune -o \
		\( -iname '*oom[-_]embedded*' -o -iname '*oom-embeddedd*' \) -print
	find /run -iname '*oom[-_]embedded*' 2>/dev/null
	dpkg -l '*oom-embedded*' 2>/dev/null | grep '^[a-z][a-z] ' | grep -v '^un'
	systemctl list-unit-files --no-legend 'oom-embedded*'
	systemctl --failed --no-legend
	dkms status | grep oom_embedded
}

# --- after "apt install oom-embedded", and a start of the machine ---
installed()
{
	poll systemctl is-active oom-embeddedd
	check "dkms has built the module for this kernel" sh -c 'ls "/lib/modules/$(uname -r)/updates/dkms/oom_embedded.ko"*'
	check "it is loaded when the machine starts" test -d $OOM
	equal "the manager runs" active "$(systemctl is-active oom-embeddedd)"
	equal "no unit has failed" '' "$(systemctl --failed --no-legend)"
	equal "the shipped configuration is in force" "rank 100" "$(cat $OOM/selection_order) $(cat $OOM/rank_threshold)"
	service_runs
	# The first of the three was apt's.
	cat >three <<-SCRIPT
		printf '[rankings]\npacemaker = 10\n' >$SITE
		systemctl reload oom-embeddedd
	SCRIPT
	check "two more commands" typed three
	check "and the service has its ranking" poll ranked "$pacemaker" 10
	check "a leak ends in an OOM of the machine" the_oom
	check "the protected service has survived it" same_service
	equal "the victim is remembered" batch1 "$(oom-embedded events | awk 'END { print $5 }' | cut -d / -f 1)"
	check "the package's own test of the tools" package_test tools
	check "the package's own test of the module" package_test module
	check "the package's own test of the library" package_test library
	check "the package's own test of the library for Python" package_test python
	# The end of an installation, as dpkg calls it. dkms would take half an hour here to build the module
	# that is there.
	touch /etc/dkms/no-autoinstall
	check "without module and manager" quietly sh -c 'systemctl stop oom-embeddedd && modprobe -r oom_embedded'
	check "the installation on a running machine" quietly \
		/var/lib/dpkg/info/oom-embedded-dkms.postinst configure ''
	check "loads the module" test -d $OOM
	check "and starts the manager" poll systemctl is-active oom-embeddedd
	check "with the configuration of before" poll ranked "$pacemaker" 10
	check "apt remove" quietly apt-get -qq remove oom-embedded-dkms oom-embedded
	check "takes the module out of the kernel" test ! -d $OOM
	check "and leaves the configuration" test -s $SITE -a -s /etc/oom-embedded.conf
}

# An administrator's program for events, and the package's own state and spool.
make_own_files()
{
	echo '#!/bin/sh' >/etc/oom-embedded.d/events/my-own
	mkdir -p /var/lib/oom-embedded/spool
	echo page >/var/lib/oom-embedded/spool/1.html
}

# --- after an upgrade of the packages and of the kernel ---
upgraded()
{
	poll systemctl is-active oom-embeddedd
	equal "the newer kernel runs" "$NEW_RELEASE" "$(uname -r)"
	equal "with the newer module, which dkms has built" "$NEW_VERSION" "$(cat /sys/module/oom_embedded/version)"
	equal "the manager runs" active "$(systemctl is-active oom-embeddedd)"
	equal "no unit has failed" '' "$(systemctl --failed --no-legend)"
	equal "the configuration that was changed by hand is in force" 120 "$(cat $OOM/rank_threshold)"
	service_runs
	check "so is what was put beside it" poll ranked "$pacemaker" 10
	check "a leak ends in an OOM of the machine" the_oom
	check "the protected service has survived it" same_service
	check "what the packages have brought is seen" test "$(left_over | wc -l)" -gt 30
	make_own_files
	cp /var/lib/dpkg/info/oom-embedded.postrm /tmp/postrm
	check "apt purge" quietly apt-get -qq purge oom-embedded-dkms oom-embedded liboom-embedded1 liboom-embedded-dev \
		python3-oom-embedded
	check "takes the module out of the kernel" test ! -d $OOM
	equal "ends the manager" '' "$(pgrep -l oom-embeddedd)"
	equal "and leaves the administrator's folder only" /etc/oom-embedded.d "$(left_over)"
	equal "with the files in it" "/etc/oom-embedded.d/events/my-own $SITE" \
		"$(find /etc/oom-embedded.d -type f | sort | paste -sd ' ')"
	rm /etc/oom-embedded.d/events/my-own $SITE
	check "a purge when they are gone" quietly sh /tmp/postrm purge
	equal "leaves nothing" '' "$(left_over)"
}

# shellcheck source=/dev/null
. ./facts
"$1"
the_end
