#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Installing, removing, building with less; manual pages and completion.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

TOOLS=$(dirname "$TESTS")

tools_make()
{
	flock "$TOOLS_BUILD/install.lock" make -s -C "$TOOLS" O="$TOOLS_BUILD" "${TOOLS_FLAGS[@]}" DESTDIR="$tmp/root" "$@" >"$tmp/log" 2>&1
}

# The paths of another prefix are compiled in: not where the other tests have their programs. Each
# folder that a packager may want elsewhere is one of its own, but for those that follow from others.
ELSEWHERE=(PREFIX=/opt/oom O="$tmp/opt" SANITIZE= CFLAGS=-O0)
PLACES=(BINDIR SBINDIR LIBDIR LIBEXECDIR INCLUDEDIR DOCDIR MANDIR COMPLETIONDIR ZSHCOMPLETIONDIR
	FISHCOMPLETIONDIR PKGCONFIGDIR SYSTEMDUNITDIR UDEVRULESDIR MODULESLOADDIR PYTHONDIR)
for place in "${PLACES[@]}" SYSCONFDIR RUNSTATEDIR LOCALSTATEDIR TEXTFILEDIR INITDIR; do
	ELSEWHERE+=("$place=/opt/oom/$place")
done

installed()
{
	(cd "$tmp/root" && find . ! -type d | sort)
}

# --- install and uninstall
check "make install" tools_make PREFIX=/usr install
for file in usr/bin/oom-embedded usr/share/man/man1/oom-embedded.1 \
	usr/share/bash-completion/completions/oom-embedded usr/share/zsh/site-functions/_oom-embedded \
	usr/share/fish/vendor_completions.d/oom-embedded.fish usr/share/man/man4/oom_embedded.4; do
	check "make install: $file" test -f "$tmp/root/$file"
done
version=$(cat "$TOOLS/../VERSION")
same "make install: the version is the file VERSION's" "$version $version $version" "$(
	printf '%s %s %s' "$("$tmp/root/usr/bin/oom-embedded" --version | awk '{ print $2 }')" \
		"$(sed -n 's/^Version: //p' "$tmp/root/usr/lib/pkgconfig/liboom_embedded.pc")" \
		"$("$tmp/root/usr/sbin/oom-embeddedd" --version | awk '{ print $2 }')")"
for page in "$tmp"/root/usr/share/man/man*/*; do
	check "make install: $(basename "$page") names the version" grep -q "oom_embedded $version\b" "$page"
done
same "make install: programs can be run, the rest cannot" '' "$(
	cd "$tmp/root" && find . -type f -perm /111 | grep -vE '/s?bin/|/libexec/|\.so|/init\.d/|/usr/lib/'
	find . -path '*/bin/*' -type f ! -perm -555)"
same "make install: nothing is outside of where it belongs" '' \
	"$(installed | grep -vE '^\./(usr/(bin|sbin|lib|libexec|include|share)|etc|lib)/')"
# unexplained: programs, libraries, configuration files and modules without a manual page
unexplained()
{
	local file

	for file in "$tmp"/root/usr/{bin,sbin}/*; do
		compgen -G "$tmp/root/usr/share/man/man[18]/${file##*/}.[18]" >/dev/null || echo "${file##*/}"
	done
	for file in "$tmp"/root/usr/lib/pkgconfig/*.pc; do
		[[ -e $tmp/root/usr/share/man/man3/$(basename "$file" .pc).3 ]] || basename "$file"
	done
	for file in "$tmp"/root/usr/share/doc/oom-embedded/examples/*.conf; do
		case ${file##*/} in
		logger.conf | controller.conf | monitor.conf | mdev.conf) continue ;;
		esac
		[[ -e $tmp/root/usr/share/man/man5/${file##*/}.5 ]] || echo "${file##*/}"
	done
	[[ -e $tmp/root/usr/share/man/man4/oom_embedded.4 ]] || echo "the module"
}

same "make install: each file that wants a manual page has one" '' "$(unexplained)"
touch "$tmp/root/usr/bin/oom-new"
same "make install: one without is found" oom-new "$(unexplained)"
rm "$tmp/root/usr/bin/oom-new"
check "make uninstall" tools_make PREFIX=/usr uninstall
same "make uninstall: no file is left" '' "$(installed)"
same "make uninstall: no directory of ours is left" '' "$(find "$tmp/root" -depth -type d -name '*oom*')"
mkdir -p "$tmp/root/usr/bin"
touch "$tmp/root/usr/bin/somebody-elses"
check "make uninstall: twice is no error" tools_make PREFIX=/usr uninstall
same "make uninstall: files of others stay" ./usr/bin/somebody-elses "$(installed)"
rm -rf "$tmp/root"
check "make install: another prefix" tools_make "${ELSEWHERE[@]}" install
same "make install: all of it is there" '' "$(installed | grep -v '^./opt/oom/')"
same "make install: each folder is the variable's, and no other is used" "$(printf '%s\n' "${PLACES[@]}" | sort)" \
	"$(installed | cut -d / -f 4 | sort -u)"
# FILE:PATH of paths to something of ours that no variable has moved. modprobe and systemd read no other
# folders than theirs; a configuration and the test of the rules are of some device.
others_places()
{
	(cd "$tmp/root" && grep -raoP '(?<![\w.])/(etc|run|var|usr|lib)/[^\s"'\'':|<>]*(oom\\?[-_]\\?embedded|node-exporter)[^\s"'\'':|<>]*|/opt/oom/(etc|var|share|lib|bin|sbin|libexec|include)\b' . |
		grep -vE ':/etc/(modprobe|modules-load)\.d/oom_embedded\.conf$|/examples/.*\.(conf|test\.yml):' | sort -u)
}

same "make install: no file names another place" '' "$(others_places)"
for init in sysv openrc none; do
	check "make install: INIT=$init" tools_make "${ELSEWHERE[@]}" INIT="$init" install
	same "make install: INIT=$init: no file names another place" '' "$(others_places)"
done
same "make install: the init script is where INITDIR says" 1 "$(find "$tmp/root/opt/oom/INITDIR" -name oom-embeddedd | wc -l)"
# After= orders units and starts none. A unit with a folder that is not there fails before its command.
units=$tmp/root/opt/oom/DOCDIR/examples/fleet/systemd
same "make install: units that wait for the network ask for it" "$(cd "$units" && grep -l '^After=.*network-online' -- *)" \
	"$(cd "$units" && grep -l '^Wants=.*network-online' -- *)"
same "make install: a unit's folder may be absent" 2 "$(cat "$units"/* | grep -c '^ReadWritePaths=-')"
same "make install: each of them" '' "$(cat "$units"/* | grep '^ReadWritePaths=[^-]')"
echo '# /var/lib/oom-embedded/spool' >>"$tmp/root/opt/oom/LIBEXECDIR/on-event"
same "make install: a file that does is found" './opt/oom/LIBEXECDIR/on-event:/var/lib/oom-embedded/spool' "$(others_places)"
for init in sysv openrc none; do
	check "make uninstall: INIT=$init" tools_make "${ELSEWHERE[@]}" INIT="$init" uninstall
done
check "make uninstall: from there" tools_make "${ELSEWHERE[@]}" uninstall
same "make uninstall: all of it is gone" '' "$(installed)"

# --- built with less
check "a build without jansson, inih and ncurses" make -s -C "$TOOLS" O="$tmp/lean" CFLAGS='-O0 -Werror' \
	WITH_JSON=0 WITH_INIH=0 WITH_TOP=0 "$tmp/lean/oom-embedded"
make_tree "$tmp/tree"
lean()
{
	"$tmp/lean/oom-embedded" "$@" >"$tmp/out" 2>&1
	status=$?
}
lean status -v
same "built with less: status" "0 enforce" "$status $(awk '$1 == "mode:" { print $2 }' "$tmp/out")"
lean status --json
same "built with less: --json says why not" "9 1" "$status $(grep -c 'without jansson' "$tmp/out")"
lean top
same "built with less: top says why not" "9 1" "$status $(grep -c 'without ncurses' "$tmp/out")"
lean apply x.conf
same "built with less: apply says why not" "9 1" "$status $(grep -c 'without inih' "$tmp/out")"
lean check
same "built with less: check looks at the system" 0 "$status"
lean check x.conf
same "built with less: check FILE says why not" 9 "$status"

# --- the options, as everywhere
gives "--version" 0 '^oom-embedded [0-9.]+$' --version
gives "--help: the commands" 0 '^  incident +' --help
gives "no command: how things stand" 0 '"mode": "enforce"' --json
gives "no such command, but nearly" 2 "no command 'statsu'; did you mean 'status'" statsu
gives "no such option, but nearly" 2 "events has no option '--cuont'; did you mean --count" events --cuont=1
gives "no such setting, but nearly" 5 "no setting 'grace_m'; did you mean 'grace_ms'" set grace_m
gives "a value is missing" 2 "option '-n' wants a value" events -n
gives "-h" 0 '^  incident +' -h
gives "help" 0 '^  incident +' help
gives "help COMMAND" 0 '^Usage: oom-embedded set ' help set
gives "help for what is not there" 2 "no command 'nothing'" help nothing
gives "version" 0 '^oom-embedded [0-9.]+$' version
gives "an option with an escape sequence in it" 2 "no option '--.\[2Jx'" status $'--\e[2Jx'
gives "no such command" 2 "no command 'kill'" kill
gives "no such option" 2 "status has no option '--colour'" status --colour
gives "a bad interval" 2 'no time from 0.1' watch -d 0
gives "a bad interval, too" 2 'no time from 0.1' watch -d nan
gives "a bad count" 2 'no number from 1' events -n 0
gives "an option of another command" 2 "status has no option '-o'" status -o x
for command in $("$TOOLS_BUILD/tests/oom-embedded" --help | awk '/^Commands:/ { on = 1 } on && /^  [a-z]/ { print $1 }'); do
	gives "$command --help" 0 '^Usage: oom-embedded '"$command" "$command" --help
	check "$command is in the manual" grep -qE "^\.(It )?(Cm )?.*\bCm $command\b|^\.Cm $command " "$TOOLS/man/oom-embedded.1"
	check "$command can be completed" grep -qw "$command" "$TOOLS/completion/oom-embedded"
done

# --- manual pages
if command -v mandoc >/dev/null; then
	for page in "$TOOLS"/man/*.[1-8]; do
		same "$(basename "$page"): no error" '' \
			"$(mandoc -T lint -W warning "$page" 2>&1 | grep -v 'outdated mandoc.db')"
	done
else
	skip "manual pages" "no mandoc"
fi
# Every exit status of the program stands in its manual.
same "exit statuses are in the manual" '' "$(
	sed -n 's/^\tEXIT_[A-Z_]* = \([0-9]*\).*/\1/p' "$TOOLS/cli/print/complain.h" | while read -r number; do
		grep -q "^\.It $number\$" "$TOOLS/man/oom-embedded.1" || echo "$number"
	done)"

# --- completion
# completes WORD...: the words that the last word could become
completes()
{
	# shellcheck disable=SC2016 # for the inner shell
	bash -c '
		. "$0"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		compopt() { :; }
		_oom_embedded
		printf "%s\n" "${COMPREPLY[@]}" | sort | paste -sd" "
	' "$TOOLS/completion/oom-embedded" oom-embedded "$@"
}

make_tree "$tmp/tree"
same "completion: commands" 'candidates cgroup check' "$(completes c)"
same "completion: after an option" 'wait watch why' "$(completes --json w)"
same "completion: verbs" 'add list rm set' "$(completes group '')"
same "completion: groups that are there" 'batch' "$(completes group set '')"
same "completion: a group, after an option" 'batch' "$(completes relieve --dry-run '')"
same "completion: one group only" '' "$(completes relieve --dry-run batch '')"
same "completion: keys" 'cgroup= comm=' "$(completes group set batch c)"
same "completion: settings" 'grace_hold grace_ms' "$(completes set gr)"
same "completion: values" 'enforce observe off' "$(completes set mode '')"
same "completion: options" '--dry-run' "$(completes apply --d)"
same "completion: events" '1 2 3' "$(completes incident '')"
same "completion: limits" '1000' "$(completes limit rm '')"
same "completion: the events that can be waited for" 'level level=critical level=imminent_oom level=oom level=warning' "$(completes wait l)"
same "completion: processes by number" '100' "$(completes why 10)"
same "completion: processes by name" 'pacemaker' "$(completes rank pa)"

# --- completion: root presses TAB, and others choose the names
# shellcheck disable=SC2016 # it is not to be expanded
hostile()
{
	local pid=5000
	local name

	for name in '$(>owned)' '`>owned`' "a'b" 'a"b' 'a b' $'a\nb' '-rf' '*' 'a;>owned' '${x[$(>owned)]}' 'a=$(>own)'; do
		fake_process "$((pid += 1))" 1000 "$name" 100 0 0 /batch
	done
}
hostile
# shellcheck disable=SC2016 # it is not to be expanded
mkdir -p "$OOM_EMBEDDED_SYSFS/groups/"'$(>owned)' "$OOM_EMBEDDED_SYSFS/limits/"'`>owned`' "$tmp/cwd"
# shellcheck disable=SC2016 # it is not to be expanded
echo 'seq=$(>owned) seq=`>owned` ' >>"$OOM_EMBEDDED_SYSFS/events"
# A real process, too: of the same user, with such a name.
bash -c 'printf "%s" "\$(>owned)" >/proc/self/comm; echo named; read -r _' < <(sleep 1000) >"$tmp/named" &
until [[ -s $tmp/named ]]; do sleep 0.05; done
at_tab=
for words in 'rank ' 'rank $' 'rank `' 'rank a' 'rank *' 'group set ' 'limit rm ' 'events ' 'group set batch '; do
	for proc in "$OOM_EMBEDDED_PROC" /proc; do
		# shellcheck disable=SC2206 # words
		typed=(${words% *} "${words##* }")
		at_tab+=$(cd "$tmp/cwd" && OOM_EMBEDDED_PROC=$proc completes "${typed[@]}")' '
	done
done
same "completion: nothing that others chose is run" '' "$(ls "$tmp/cwd")"
same "completion: nothing is offered that the shell would expand" '' "$(tr -d 'A-Za-z0-9_.+= \n-' <<<"$at_tab")"
check "completion: a process with such a name is offered by its pid" grep -qw 5001 <<<"$at_tab"

finish
