# SPDX-License-Identifier: GPL-2.0-only
# fish completion for oom-embedded(1)
#
# Process and group names are chosen by others, and root presses TAB. So a process is completed by
# its pid, and a group only if its name is plain. fish takes the output of a command in -a as
# words, and does not evaluate it again.

function __oom_embedded_pids
	set -l proc /proc
	set -q OOM_EMBEDDED_PROC; and set proc $OOM_EMBEDDED_PROC
	for dir in $proc/*/
		string match -r '[^/]+(?=/$)' -- $dir | string match -r '^[0-9]+$'
	end
end

function __oom_embedded_objects
	set -l sysfs /sys/kernel/oom_embedded
	set -q OOM_EMBEDDED_SYSFS; and set sysfs $OOM_EMBEDDED_SYSFS
	for dir in $sysfs/$argv[1]/*/
		string match -r '[^/]+(?=/$)' -- $dir | string match -r '^[a-z0-9_][a-z0-9_-]*$'
	end
end

# The words after the command's name that are no options.
function __oom_embedded_words
	string match -v -- '-*' (commandline -opc)[2..-1]
end

# __oom_embedded_at N COMMAND...: word N after one of these commands is wanted
function __oom_embedded_at
	set -l words (__oom_embedded_words)
	test (count $words) -eq $argv[1]; and contains -- "$words[1]" $argv[2..-1]
end

# __oom_embedded_after WORD...: these are the words so far
function __oom_embedded_after
	set -l words (__oom_embedded_words)
	test "$words" = "$argv"
end

function __oom_embedded_value_of
	set -l words (__oom_embedded_words)
	test (count $words) -eq 2; and test "$words[1]" = set; and contains -- "$words[2]" $argv
end

complete -c oom-embedded -f
complete -c oom-embedded -n 'test -z "$(__oom_embedded_words)"' -a 'status rank group limit cgroup set apply check candidates tasks events report relieve why watch wait top metrics incident tune drill help version'
complete -c oom-embedded -n '__oom_embedded_at 1 rank why' -a '(__oom_embedded_pids)'
complete -c oom-embedded -n '__oom_embedded_at 1 group limit cgroup' -a 'list add set rm'
complete -c oom-embedded -n '__oom_embedded_after group set; or __oom_embedded_after group rm' -a '(__oom_embedded_objects groups)'
complete -c oom-embedded -n '__oom_embedded_at 1 relieve' -a '(__oom_embedded_objects groups)'
complete -c oom-embedded -n '__oom_embedded_after limit set; or __oom_embedded_after limit rm' -a '(__oom_embedded_objects limits)'
complete -c oom-embedded -n '__oom_embedded_after cgroup set; or __oom_embedded_after cgroup rm' -a '(__oom_embedded_objects cgroups)'
complete -c oom-embedded -n '__oom_embedded_at 3 cgroup' -a 'cgroup= warning_percent= critical_percent= imminent_oom_percent='
complete -c oom-embedded -n '__oom_embedded_at 3 group' -a 'rank= cgroup= comm= uid= signal= trust= rule= precedence= pid='
complete -c oom-embedded -n '__oom_embedded_at 3 limit' -a 'max_kb= exceed_allowed_ms= refill_ms= warn_ms= term_timeout_ms= signal= subordinate='
complete -c oom-embedded -n '__oom_embedded_at 1 set' -a 'mode rank_threshold default_rank selection_order no_victim_action memcg_no_victim_action grace_ms grace_hold reserve_kb min_gain_kb early_kb early_term_ms stall_percent stall_ms console_first allow_offers mirror_oom_score_adj warning_kb critical_kb imminent_oom_kb oom_kb hysteresis_kb debounce_ms forecast_alert_ms period_ms measure'
complete -c oom-embedded -n '__oom_embedded_value_of mode' -a 'off observe enforce'
complete -c oom-embedded -n '__oom_embedded_value_of selection_order' -a 'badness rank'
complete -c oom-embedded -n '__oom_embedded_value_of no_victim_action' -a 'panic reboot unprotect'
complete -c oom-embedded -n '__oom_embedded_value_of memcg_no_victim_action' -a 'unprotect fail'
complete -c oom-embedded -n '__oom_embedded_value_of grace_hold console_first allow_offers mirror_oom_score_adj' -a '0 1'
complete -c oom-embedded -n '__oom_embedded_at 1 wait' -a 'any oom oom= level level=warning level=critical level=imminent_oom level=oom coverage cgroup='
complete -c oom-embedded -n '__fish_seen_subcommand_from apply check' -F
complete -c oom-embedded -n '__fish_seen_subcommand_from set apply relieve' -l dry-run
complete -c oom-embedded -n '__fish_seen_subcommand_from rank' -l tree -l self
complete -c oom-embedded -n '__fish_seen_subcommand_from candidates tasks' -l all -s a
complete -c oom-embedded -n '__fish_seen_subcommand_from candidates tasks events report watch top drill' -l count -s n -x
complete -c oom-embedded -n '__fish_seen_subcommand_from watch top' -l interval -s d -x
complete -c oom-embedded -n '__fish_seen_subcommand_from metrics incident' -l output -s o -r
complete -c oom-embedded -n '__fish_seen_subcommand_from wait tune' -l timeout -s t -x
complete -c oom-embedded -n '__fish_seen_subcommand_from drill' -l handler
complete -c oom-embedded -n '__fish_seen_subcommand_from status' -l verbose -s v
complete -c oom-embedded -l json
complete -c oom-embedded -l sysfs -r
complete -c oom-embedded -s h -l help
complete -c oom-embedded -s V -l version
