#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Watermarks are taken in every sensible order, and a bad size, order, right or parameter has its
# errno and changes nothing.
#
# set: warning
# needs: report events levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

L=$OE/levels
MARKS="warning_kb critical_kb imminent_oom_kb oom_kb"
SIZES="$MARKS hysteresis_kb"
TIMES="debounce_ms forecast_alert_ms"

# A fork costs much on an emulated CPU: these read without one, into $now, and $all.
look()
{
	read -r now <"$L/$1"
}

look_at_all()
{
	all=
	for one in $SIZES $TIMES; do
		look "$one"
		all="$all $now"
	done
}

value()
{
	look "$1"
	echo "$now"
}

# refused ERRNO FILE TEXT [COMMAND...]
refused()
{
	want=$1
	file=$2
	text=$3
	shift 3
	look_at_all
	known=$all
	got=$("$@" sysfs_write "$L/$file" "$text")
	[ "$got" = "$want" ] || offence "$file '$text' $*: expected $want, got $got"
	look_at_all
	[ "$all" = "$known" ] || offence "$file '$text' $*: something changed"
}

# taken FILE TEXT SHOWN
taken()
{
	got=$(sysfs_write "$L/$1" "$2")
	[ "$got" = OK ] || offence "$1 '$2': $got"
	look "$1"
	[ "$now" = "$3" ] || offence "$1 '$2': reads back '$now'"
}

all_off()
{
	for file in $MARKS; do
		taken "$file" 0 0
	done
}

good_values()
{
	total_kb=$(mem_total_kb)
	for file in $SIZES; do
		all_off
		taken "$file" 5000 5000
		taken "$file" '5000\n' 5000
		taken "$file" 7K 7
		taken "$file" 3M 3072
		taken "$file" '2m\n' 2048
		taken "$file" 10% $((total_kb * 10 / 100))
		taken "$file" 100% "$total_kb"
		taken "$file" 0 0
	done
	for file in $TIMES; do
		taken "$file" 250 250
		taken "$file" 600000 600000
		taken "$file" '0\n' 0
	done
}

bad_values()
{
	for file in $SIZES; do
		for text in '\n' ' ' abc 5X 'K' '%' '5 M' '5M ' ' 5M' 5MM 5%% 0x10 +5 1.5M '5M\x00' \
			'5\n6' '\xff' -; do
			refused EINVAL "$file" "$text"
		done
		for text in -1 101% 1000G 18446744073709551616 4294967296; do
			refused ERANGE "$file" "$text"
		done
	done
	for file in $TIMES; do
		for text in '\n' ' ' abc 5K 5% ' 5' '5 ' 5.0 '5\x00'; do
			refused EINVAL "$file" "$text"
		done
		for text in -1 3600001 18446744073709551616; do
			refused ERANGE "$file" "$text"
		done
	done
	refused ERANGE debounce_ms 600001
}

# in_order [FILE KB]: do the marks, without those that are off, fall; were that one changed?
in_order()
{
	above=999999999
	for one in $MARKS; do
		look "$one"
		[ "$one" != "${1-}" ] || now=$2
		[ "$now" != 0 ] || continue
		[ "$now" -lt "$above" ] || return 1
		above=$now
	done
}

# target FILE W C I O: sets $new
target()
{
	case $1 in
	warning_kb) new=$2 ;;
	critical_kb) new=$3 ;;
	imminent_oom_kb) new=$4 ;;
	oom_kb) new=$5 ;;
	esac
}

# in_this_order "FILE..." W C I O: from the present set to that one, in this order of
# writes: each is taken or refused as the order of the result says.
in_this_order()
{
	for file in $1; do
		target "$file" "$2" "$3" "$4" "$5"
		want=refused
		! in_order "$file" "$new" || want=taken
		look_at_all
		known=$all
		got=refused
		! echo "$new" 2>/dev/null >"$L/$file" || got=taken
		[ "$got" = "$want" ] || offence "$1: $file $new: expected $want, got $got"
		look_at_all
		[ $got = taken ] || [ "$all" = "$known" ] || offence "$1: $file $new: changed"
		in_order || offence "$1: $all"
	done
}

# Each of the 24 orders, upwards and downwards.
every_order()
{
	nr_orders=0
	for a in $MARKS; do
		for b in $MARKS; do
			for c in $MARKS; do
				for d in $MARKS; do
					case "$a" in "$b" | "$c" | "$d") continue ;; esac
					case "$b" in "$c" | "$d") continue ;; esac
					[ "$c" != "$d" ] || continue
					nr_orders=$((nr_orders + 1))
					for one in $MARKS; do
						echo 0 >"$L/$one"
					done
					in_this_order "$a $b $c $d" 4000 3000 2000 1000
					in_this_order "$a $b $c $d" 8000 7000 6000 5000
					in_this_order "$a $b $c $d" 4500 3500 2500 1500
				done
			done
		done
	done
	[ $nr_orders = 24 ] || offence "$nr_orders orders"
}

# The way that always works: upwards from the top, downwards from the bottom.
right_order()
{
	all_off
	for round in "4000 3000 2000 1000" "8000 7000 6000 5000"; do
		# shellcheck disable=SC2086 # four numbers
		for file in $MARKS; do
			target "$file" $round
			taken "$file" "$new" "$new"
		done
	done
	for file in oom_kb imminent_oom_kb critical_kb warning_kb; do
		target "$file" 4000 3000 2000 1000
		taken "$file" "$new" "$new"
	done
	refused ERANGE warning_kb 3000
	refused ERANGE critical_kb 4000
	refused ERANGE critical_kb 2000
	refused ERANGE oom_kb 2000
	refused ERANGE oom_kb 2M
	refused ERANGE imminent_oom_kb 100%
}

# bad_parameter TEXT_OF_ERRNO PARAMETER...
bad_parameter()
{
	want=$1
	shift
	unload_module
	insmod "$MODULE" "$@" 2>"$tmp/insmod" && offence "insmod $* succeeded"
	grep -q "$want" "$tmp/insmod" || offence "insmod $*: $(cat "$tmp/insmod")"
	unloaded || offence "insmod $* left something behind"
}

bad_parameters()
{
	bad_parameter 'Invalid argument' warning_kb=x
	bad_parameter 'Invalid argument' debounce_ms=5K
	bad_parameter 'Invalid argument' report_processes=many
	bad_parameter 'Invalid argument' report_to_log=perhaps
	bad_parameter 'Numerical result out of range' warning_kb=101%
	bad_parameter 'Numerical result out of range' report_processes=15
	bad_parameter 'Numerical result out of range' report_processes=32769
	bad_parameter 'Numerical result out of range' warning_kb=3000 critical_kb=3000
	bad_parameter 'Numerical result out of range' critical_kb=3000 warning_kb=2000
	bad_parameter 'Numerical result out of range' oom_kb=3000 warning_kb=2000
}

marks()
{
	for one in $MARKS; do
		value "$one"
	done | tr '\n' ' '
}

# available_kb as the ABI page defines it, from the kernel's own figures, with swap on a disk.
available_kb()
{
	awk '/^KernelPageSize:/ { page_kb = $2 }
		/^MemAvailable:/ { kb = $2 }
		/^KReclaimable:/ { slab = $2 }
		/^SwapFree:/ { swap = $2 }
		/^(Active|Inactive)\(anon\):/ { anon += $2 }
		/^ +low +[0-9]+/ { low += $2 * page_kb }
		/^ +boost +[0-9]+/ { boost += $2 * page_kb }
		END {
			kb -= boost
			kb -= slab - (low < slab / 2 ? low : slab / 2)
			print int((kb > 0 ? kb : 0) + (swap < anon ? swap : anon))
		}' /proc/self/smaps /proc/meminfo /proc/zoneinfo
}

# To a MiB: reading these files takes memory, too. A kernel that does not tell the boost may have
# a block of 2 MiB in each of two zones.
available_as_documented()
{
	untold=0
	grep -q '^ *boost ' /proc/zoneinfo || untold=4096
	documented=$(available_kb)
	shown=$(cat "$L/available_kb")
	comment "available_kb: $shown, by /proc: $documented"
	[ $((shown - documented)) -le 1024 ] && [ $((documented - shown)) -le $((1024 + untold)) ]
}

needs report
needs events
needs levels
plan 12
load_module
check "available_kb is what its page says" available_as_documented
good_values
table "good values are taken and read back in KiB"
bad_values
table "bad values: malformed EINVAL, out of range ERANGE"
every_order
table "watermarks written in every order: never out of order, and refused for nothing else"
right_order
table "there is an order in which every set can be reached"
for file in $SIZES $TIMES; do
	refused open:EACCES "$file" 1 as_user -u 1000
	refused EPERM "$file" 1 as_user -r
	refused EPERM "$file" 1 as_user -N
done
for file in level available_kb oom_forecast_ms history; do
	refused open:EACCES "$file" 1
done
for file in "$OE/events" "$OE/report" /proc/oom_embedded/pressure; do
	[ "$(sysfs_write "$file" 1)" = open:EACCES ] || [ "$(sysfs_write "$file" 1)" = EIO ] ||
		offence "$file can be written"
done
[ -z "$(as_user -u 1000 cat "$OE/report" "$OE/events" 2>/dev/null)" ] ||
	offence "a user reads the report or the events"
as_user -u 1000 cat "$L/history" "$L/level" >/dev/null 2>&1 ||
	offence "a user cannot read history and level"
table "rights: EACCES for users, EPERM without CAP_SYS_RESOURCE"

bad_parameters
table "bad parameters: insmod fails with the errno and leaves nothing"
load_module
equal "the defaults" "15 8 4 0 " "$(marks | awk -v total="$total_kb" '{
	for (i = 1; i <= 4; i++) printf "%d ", ($i * 100 + total - 1) / total }')"
equal "hysteresis, debounce, alert by default" "$((total_kb / 100)) 1000 0" \
	"$(value hysteresis_kb) $(value debounce_ms) $(value forecast_alert_ms)"
load_module warning_kb=10M critical_kb=50% oom_kb=1M warning_kb=60% debounce_ms=7 \
	hysteresis_kb=3M forecast_alert_ms=11
equal "parameters, the last of each, with what defaults still fit" \
	"$((total_kb * 60 / 100)) $((total_kb / 2)) $((total_kb * 4 / 100)) 1024 3072 7 11" \
	"$(marks)$(value hysteresis_kb) $(value debounce_ms) $(value forecast_alert_ms)"
load_module warning_kb=2M
equal "a default that does not fit is off" "2048 0 0 0 " "$(marks)"
equal "no splat" 0 "$(splat_taint)"
finish
