# SPDX-License-Identifier: GPL-2.0-only
#
# Turns what guest.sh said ("# bench ...") and what run.sh knows (-v kernel_name, commit,
# date, machine, text, resident, seconds) into the page of results.
#
# A figure is the median of its repeats. A goal is judged by the figure as it is printed.

function median(list,    values, n, i, j, one)
{
	n = split(list, values, " ")
	for (i = 2; i <= n; i++) {
		one = values[i] + 0
		for (j = i - 1; j > 0 && values[j] + 0 > one; j--)
			values[j + 1] = values[j]
		values[j + 1] = one
	}
	return n % 2 ? values[(n + 1) / 2] + 0 : (values[n / 2] + values[n / 2 + 1]) / 2
}

# Half the distance between the lowest and the highest.
function spread(list,    values, n, i, low, high)
{
	n = split(list, values, " ")
	low = high = values[1] + 0
	for (i = 2; i <= n; i++) {
		low = values[i] < low ? values[i] + 0 : low
		high = values[i] > high ? values[i] + 0 : high
	}
	return (high - low) / 2
}

function thousands(number,    text, out)
{
	text = sprintf("%.0f", number < 0 ? -number : number)
	while (length(text) > 3) {
		out = "," substr(text, length(text) - 2) out
		text = substr(text, 1, length(text) - 3)
	}
	return (number < 0 ? "-" : "") text out
}

function value(name,    at)
{
	for (at = 3; at <= NF; at++)
		if (index($at, name "=") == 1)
			return substr($at, length(name) + 2)
}

function need(what)
{
	print "report.awk: not measured: " what >"/dev/stderr"
	failed = 1
}

/^# bench kernel / { kernel = $4 }
/^# bench size / { coresize = $4 }
/^# bench taken / {
	taken[$4, "loaded"] = value("loaded")
	taken[$4, "pages"] = value("pages")
	taken[$4, "spare"] = value("spare")
	taken[$4, "stacks"] = value("stacks")
}

/^# bench section / { section[$4] = $5 }
/^# bench whole_program / { whole_program = $4 }
/^# bench without / { without[$4] = $5; without_resident[$4] = $6 }
/^# bench each / { each_bytes[$4] = $5 }
/^# bench calls / { calls[$4] = $5 }
/^# bench rank / { ranked = $4; object = $5; slab = $6 }
/^# bench watch / { watch_ns[value("case")] = value("ns") / value("seconds"); watch_wakeups[value("case")] = value("wakeups") / value("seconds") }
/^# bench idle / { idle_s = value("seconds"); idle_threads = value("threads"); idle_switches = value("switches"); idle_calls = value("calls"); idle_ranked = value("ranked") }
/^# bench limits / { limits = $4; scan[$5] = $6 }
/^# bench cost / { cost[$4, $5] = cost[$4, $5] " " $7 }

/^# bench oom / {
	key = value("kind") "," value("state") "," value("n") "," value("dump") "," value("console")
	elapsed[key] = elapsed[key] " " value("mark")
	busy[key] = busy[key] " " value("mark") - value("idle")
	poll[key] = poll[key] " " value("poll")
	decide[key] = decide[key] " " value("decide")
	chosen[key] = chosen[key] " " value("select")
}

# --- rows --------------------------------------------------------------------

function row(what, goal, measured, met)
{
	printf "| %s | %s | %s | %s |\n", what, goal, measured, met ? "met" : "**not met**"
	nr_goals++
	nr_missed += !met
}

function table(title)
{
	printf "\n| %s | goal | measured | |\n|---|---|---|---|\n", title
}

function cost_row(n, state, what, words, limit,    base, diff, noise, text)
{
	if (!((n "-stock", what) in cost) || !((n "-" state, what) in cost)) {
		need(n " " state " " what)
		return
	}
	base = median(cost[n "-stock", what])
	diff = median(cost[n "-" state, what]) - base
	noise = spread(cost[n "-stock", what])
	text = sprintf("%s %s (%+.2f %%; noise ±%.2f %%)", thousands(base),
		       diff < 0 ? "- " thousands(-diff) : "+ " thousands(diff), 100 * diff / base,
		       100 * noise / base)
	if (limit)
		row(words, "at most +0.2 %", text, sprintf("%.2f", 100 * diff / base) + 0 <= 0.2)
	else
		row(words, "0 extra", text sprintf(", %d calls of the module's functions", calls[n "-" state]),
		    calls[n "-" state] == 0 && sprintf("%.1f", 100 * diff / base) + 0 <= 0.1)
}

function cost_rows(n, state, words, limit)
{
	cost_row(n, state, "fork", words ": fork+exit+wait", limit)
	cost_row(n, state, "exec", words ": fork+exec+exit+wait", limit)
	cost_row(n, state, "fault", words ": page fault", limit)
}

function poll_row(kind, n, dump, console, words,    stock, ours, part)
{
	stock = kind ",stock," n "," dump "," console
	ours = kind ",ranked," n "," dump "," console
	if (!(stock in busy) || !(ours in poll) || !median(poll[ours])) {
		need(ours)
		return
	}
	part = 100 * median(poll[ours]) / median(elapsed[stock])
	row(words, "below 10 %", sprintf("%s of %s: %.1f %%", thousands(median(poll[ours])),
	    thousands(median(elapsed[stock])), part), sprintf("%.1f", part) + 0 < 10)
}

# The stock kernel's pass has the rest of one function event in it.
function choose_row(n, state, words,    stock, ours, part, kernels)
{
	stock = "sysrq,stock," n ",0,7"
	ours = "sysrq," state "," n ",0,7"
	if (!(stock in chosen) || !(ours in decide)) {
		need(ours)
		return
	}
	kernels = median(chosen[stock]) - event
	part = sprintf("%.2f", median(decide[ours]) / kernels) + 0
	row(thousands(n) " processes, " words, "at most 1.0 x", sprintf("%s to %s: %.2f x",
	    thousands(median(decide[ours])), thousands(kernels), part), part <= 1.0)
}

# Against no groups, with nothing ranked.
function group_row(groups,    none, ours, part)
{
	none = "sysrq,groups0,10000,0,7"
	ours = "sysrq,groups" groups ",10000,0,7"
	if (!(none in decide) || !(ours in decide)) {
		need(ours)
		return
	}
	part = sprintf("%.2f", median(decide[ours]) / median(decide[none])) + 0
	row("10,000 processes, " groups " groups", "at most 2.0 x", sprintf("%s to %s: %.2f x",
	    thousands(median(decide[ours])), thousands(median(decide[none])), part), part <= 2.0)
}

function group_section()
{
	printf "\n## Groups\n\n"
	printf "The same pass with groups that have rules: one by name and one by user each, every second\n"
	printf "one by cgroup too, none of which fits, so that all are looked at. The rules' result for a\n"
	printf "name, user and cgroup is kept during a pass; here all processes have the same.\n"
	table("with groups to without")
	group_row(16)
	group_row(256)
}

function episode_row(kind, n, dump, words,    stock, ours, part)
{
	stock = kind ",stock," n "," dump ",7"
	ours = kind ",ranked," n "," dump ",7"
	if (!(stock in busy) || !(ours in busy)) {
		need(ours)
		return
	}
	part = median(busy[ours]) / median(busy[stock])
	row(words, "below 1.0 x", sprintf("%s to %s: %.2f x (elapsed %.1f to %.1f ms)",
	    thousands(median(busy[ours])), thousands(median(busy[stock])), part,
	    median(elapsed[ours]) / 1e6, median(elapsed[stock]) / 1e6), part < 1)
}

function header()
{
	printf "# What it costs\n\n"
	printf "Written by `make bench` (selftests/run/bench/run.sh); not to be edited. %s, %s\n", date, kernel_name
	printf "(%s), module at %s, by %s. The run took %d s.\n\n", kernel, commit, machine, seconds
	printf "The guest's clock counts instructions (qemu `-icount shift=0`, one emulated x86-64 CPU, 2 GB),\n"
	printf "so figures are instructions unless they have a unit, and they repeat on a busy host. That is\n"
	printf "not time: a cache miss costs what an addition costs, and a string instruction counts once an\n"
	printf "element. So that clearing and copying pages does not hide everything else, the guest does\n"
	printf "without byte-wise ones (`clearcpuid=erms,fsrm`): a page counts 512. A figure is the median of\n"
	printf "its repeats.\n"
}

function cost_section()
{
	printf "\n## When there is no OOM\n\n"
	printf "Typical run out of 600 (faults: 4096; mean of the middle half), with the fork's child doing\n"
	printf "nothing or executing a program without a library. Base: the same machine with the same\n"
	printf "processes, without the module; noise: how far rounds of it lie apart. *Nothing ranked* is\n"
	printf "also counted, without watermarks: function calls into the module while that runs, but for those of\n"
	printf "workers, which are below (idle). It is judged by that count, and\n"
	printf "by a difference that is no more than 0.1 %%. What a fork with a ranking does is in\n"
	printf "[which instructions](profile.md): a look-up, an entry for the child, and its end after a grace period.\n"
	table("extra cost")
	cost_rows(0, "loaded", "nothing ranked, empty machine", 0)
	cost_rows(10000, "loaded", "nothing ranked, 10,000 processes", 0)
	cost_rows(10000, "ranked", "10,000 ranked, the one who forks is not", 1)
	cost_rows(10000, "inheriting", "10,000 ranked, the one who forks too (its child inherits)", 1)
}

function poll_section()
{
	printf "\n## Userspace hears first\n\n"
	printf "From the entry of `out_of_memory()`, in a memory cgroup of `mem_cgroup_out_of_memory()`, until a\n"
	printf "poller of `reconfigure_wanted` runs, as a part of the stock kernel's own time from there to the\n"
	printf "victim's mark (tracepoint `oom:mark_victim`).\n"
	printf "Nobody else wants the CPU. All processes ranked. Defaults are `vm.oom_dump_tasks=1` and a report\n"
	printf "that goes to the console (serial, `loglevel=7`); the others are harder.\n"
	table("OOM entry to poller")
	poll_row("sysrq", 100, 1, 7, "SysRq, 100 processes, defaults")
	poll_row("sysrq", 100, 1, 1, "the same, report not on the console")
	poll_row("sysrq", 100, 0, 7, "the same, `oom_dump_tasks=0`")
	poll_row("global", 100, 1, 7, "global, 100 processes, defaults")
	poll_row("global", 100, 0, 7, "the same, `oom_dump_tasks=0`")
	poll_row("global", 10000, 1, 7, "global, 10,000 processes, defaults")
	poll_row("global", 10000, 0, 7, "the same, `oom_dump_tasks=0`")
	poll_row("memcg", 10000, 0, 7, "memory cgroup of one process, 10,000 others, `oom_dump_tasks=0`")
}

function choose_section()
{
	printf "\n## Choosing\n\n"
	printf "The module's pass over the processes (`announced_ns` to `decided_ns` of tracepoint\n"
	printf "`oom_embedded_done`) against the stock kernel's (entry of `out_of_memory()` to entry of\n"
	printf "`oom_kill_process()`, less the %s instructions of the trace event in it).\n", thousands(event)
	printf "If `oom_evaluate_task()` can be probed, as here, the kernel's pass then ends at its first\n"
	printf "process and the module's takes its place; elsewhere it comes on top.\n"
	table("module's pass to kernel's pass")
	choose_row(100, "loaded", "nothing ranked")
	choose_row(100, "ranked", "all ranked")
	choose_row(1000, "loaded", "nothing ranked")
	choose_row(1000, "ranked", "all ranked")
	choose_row(10000, "loaded", "nothing ranked")
	choose_row(10000, "ranked", "all ranked")
	printf "\nWith few processes other work shows, which the kernel does not do or does later: time stamps, a look at the memory\n"
	printf "at the end of the window, the command line of the victim, and a look-up of the ranking, 50 instructions a process.\n"
}

function episode_section()
{
	printf "\n## The whole episode\n\n"
	printf "The same entry to the victim's mark, all processes ranked, a poller and listener\n"
	printf "for uevents waiting. Judged by the instructions executed, of whomever: the kernel, the\n"
	printf "module, its thread, the poller. Elapsed time is more, because the module waits (bounded)\n"
	printf "while userspace gets the CPU; with nothing else to run the CPU is idle in that time.\n"
	printf "Which functions that is, is in [which instructions](profile.md): 58,000 of them are a line of the module in\n"
	printf "the kernel's back-trace, for which the kernel searches all symbols of the module.\n"
	printf "An OOM of a memory cgroup looks at each process of the machine, whether it is in the cgroup: the\n"
	printf "kernel goes through the cgroup's own by `css_task_iter_*()`, which is exported to nobody, as `css_set_lock` is not.\n"
	table("module to stock")
	episode_row("sysrq", 100, 1, "SysRq, 100 processes, defaults")
	episode_row("sysrq", 1000, 1, "SysRq, 1,000 processes, defaults")
	episode_row("sysrq", 10000, 1, "SysRq, 10,000 processes, defaults")
	episode_row("global", 100, 1, "global, 100 processes, defaults")
	episode_row("global", 10000, 1, "global, 10,000 processes, defaults")
	episode_row("sysrq", 100, 0, "SysRq, 100 processes, `oom_dump_tasks=0`")
	episode_row("sysrq", 1000, 0, "SysRq, 1,000 processes, `oom_dump_tasks=0`")
	episode_row("sysrq", 10000, 0, "SysRq, 10,000 processes, `oom_dump_tasks=0`")
	episode_row("global", 100, 0, "global, 100 processes, `oom_dump_tasks=0`")
	episode_row("global", 10000, 0, "global, 10,000 processes, `oom_dump_tasks=0`")
	episode_row("memcg", 100, 0, "memory cgroup of one process, 100 others, `oom_dump_tasks=0`")
	episode_row("memcg", 10000, 0, "memory cgroup of one process, 10,000 others, `oom_dump_tasks=0`")
}

# All that the module takes then, in words; its sum is total_kb.
function taken_text(when)
{
	if (!((when, "loaded") in taken))
		need("memory taken: " when)
	total_kb = taken[when, "loaded"] + taken[when, "pages"] + taken[when, "spare"] + taken[when, "stacks"]
	return sprintf("%d KiB: %d as loaded, %d of pages, %d of spare rankings, %d of stacks", total_kb,
		       taken[when, "loaded"], taken[when, "pages"], taken[when, "spare"], taken[when, "stacks"])
}

# KiB of text and data that are a feature's
function less(feature)
{
	if (!(feature in without))
		need("without " feature)
	return sprintf("%.0f", (text - without[feature]) / 1024)
}

# part NAME PATTERN: a row with the bytes of the sections that match and are in no row yet.
function part(name, pattern,    one, bytes)
{
	for (one in section)
		if (one ~ pattern) {
			bytes += section[one]
			delete section[one]
		}
	printf "| %s | %.1f KiB |\n", name, bytes / 1024
}

# Why the goals are not met.
function proof_of_sizes()
{
	printf "\nThe text and data are the features. Without one of them (`OE_LIMITS=n` and so on) a build has so much less:\n"
	printf "limits %s, levels %s, groups %s, report %s, events %s KiB. What is left without all of them (`PROFILE=core`) is\n",
	       less("limits"), less("levels"), less("groups"), less("report"), less("events")
	printf "the ways in, the choice, rankings and groups by pid, and what tells userspace; it is more than the goals by\n"
	printf "itself. Its code is not that large for want of an optimization: compiled as one program, in which each function that\n"
	printf "is called once is a part of its caller (`bench/whole_program.sh`), it would be %.1f KiB.\n\n", whole_program / 1024
	if (!whole_program || !(".text" in section))
		need("the sections")
	print "| what stays of the whole module | |"
	print "|---|---|"
	part("code; most is compiled for size", "^\\.(text|exit\\.text)$")
	part("data", "^\\.(data|bss|exit\\.data|ref\\.data)")
	part("constants and texts", "^\\.rodata")
	part("the unwinder's tables, for back-traces and livepatches", "^\\.orc")
	part("calls and returns, which the kernel patches against attacks on the CPU", "^\\.((call|return|retpoline)_sites|ibt_endbr_seal)$")
	part("functions that can be traced", "^__mcount_loc$")
	part("the rest", ".")
	print "| symbols, and what is lost by rounding up to pages | " sprintf("%.1f KiB |", (coresize - resident) / 1024)
	print "\nIn the code are 16 bytes of padding before each function: the kernel's build asks for them, because mitigations"
	print "write there. Without the unwinder's tables a livepatch of any function does not come to its end: it waits for the"
	print "module's two threads (tried on 6.12: not within 40 s; with them, at once)."
}

function size_section(    each, share, text_taken)
{
	printf "\n## Memory\n\n"
	printf "Text and data: sections of the .ko written by us. Everything that stays: with the tables that\n"
	printf "the kernel's build adds (unwinder, call sites, tracing), without `.init*`, `__versions`,\n"
	printf "`.modinfo`. As loaded: `/sys/module/oom_embedded/coresize`, which is rounded up to pages for\n"
	printf "each kind of memory and has the symbol table too. Bytes of a ranking: pages of the slab cache\n"
	printf "after ranking %s processes, and the hash table's share (64 KiB in all, with the 2 GB of this guest).\n", thousands(ranked)
	table("memory")
	row("module: text and data", "at most 64 KiB", sprintf("%.1f KiB", text / 1024), text <= 65536)
	row("module: everything that stays", "at most 64 KiB", sprintf("%.1f KiB", resident / 1024), resident <= 65536)
	row("core build: text and data", "at most 64 KiB", sprintf("%.1f KiB", without["core"] / 1024), without["core"] <= 65536)
	row("core build: everything that stays", "at most 100 KiB", sprintf("%.1f KiB", without_resident["core"] / 1024), without_resident["core"] <= 102400)
	row("module: as loaded", "at most 64 KiB", sprintf("%.1f KiB", coresize / 1024), coresize <= 65536)
	text_taken = taken_text("load")
	row("in all, at the defaults", "at most 170 KiB", text_taken, total_kb <= 170)
	each = slab / ranked
	share = 8192 * 8 / ranked
	row("bytes a ranked process", "at most 128", sprintf("%.1f (%.1f slab, object of %d; %.1f hash table)", each + share, each, object, share),
	    each + share <= 128)
	proof_of_sizes()
	printf "\nIn all: as loaded; pages allocated by the module (`/proc/vmallocinfo`); spare rankings, for\n"
	printf "forks; a stack of 16 KiB for each of its threads. With a group and a limit %s.\n", taken_text("used")
	printf "A further group takes %s bytes, a further limit %s, by the growth of `Slab` and `VmallocUsed` in\n",
	       thousands(each_bytes["groups"]), thousands(each_bytes["limits"])
	printf "`/proc/meminfo`: most of it is the kernel's, for the files in sysfs.\n"
}

function idle_section()
{
	printf "\n## Idle\n\n"
	printf "%d s in which nothing happens, with %s ranked processes: context switches of the module's\n", idle_s, thousands(idle_ranked)
	printf "%d kernel threads, and calls of any of its functions. These are of the look, once a second, whether its probes\n", idle_threads
	printf "still work (`coverage`): nobody is told when they are switched off.\n"
	table("idle")
	row("wake-ups of its threads", "0", idle_switches, idle_switches == 0)
	row("calls of its functions", "0", idle_calls, idle_calls == 0)
	printf "\nThat is without watermarks. With them a thread watches the memory; its share of the CPU, at\n"
	printf "one instruction a nanosecond, by the scheduler's own accounting:\n"
	table("watching the levels")
	watch_row("default", "at the defaults, memory plentiful")
	watch_row("close", "8 MB above a watermark")
	watch_row("off", "without watermarks")
}

function watch_row(which, text,    share)
{
	share = watch_ns[which] / 10000000
	row(text, "at most 0.1 %", sprintf("%.4f %% (%.1f wake-ups a second)", share, watch_wakeups[which]), share <= 0.1)
}

function scan_each(n)
{
	return (scan[n] - scan[0]) / n
}

function scan_row(n)
{
	if (!(n in scan)) {
		need(n " processes with limits")
		return
	}
	row(thousands(n) " processes", "at most 1.1 x as much for one", sprintf("%s, %s for one: %.2f x",
	    thousands(scan[n]), thousands(scan_each(n)), scan_each(n) / scan_each(1250)),
	    sprintf("%.2f", scan_each(n) / scan_each(1250)) + 0 <= 1.1)
}

function limits_section()
{
	printf "\n## Limits\n\n"
	printf "One scan with %s limits (processor time of the thread that measures), all processes\n", thousands(limits)
	printf "belonging to users who have one. An otherwise empty machine takes %s. Without a limit\n", thousands(scan[0])
	printf "there is no thread; above, *extra cost* and *idle* are measured so.\n"
	table("a scan")
	scan_row(1250)
	scan_row(2500)
	scan_row(5000)
	scan_row(10000)
}

END {
	event = median(cost["traced", "call"]) - median(cost["untraced", "call"])
	header()
	cost_section()
	poll_section()
	choose_section()
	group_section()
	episode_section()
	size_section()
	idle_section()
	limits_section()
	printf "\n%d goals, %d met, %d not met.\n", nr_goals, nr_goals - nr_missed, nr_missed
	exit failed
}
