#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""page.py VERDICT_LOG COMMIT MACHINE DIRECTORY: the page of "make scale", and below DIRECTORY the tables that
curves.gp draws. Figures are instructions, nanoseconds of a clock that counts them."""

import collections
import datetime
import math
import statistics
import sys

# What is computed for: processes, CPUs.
TOMORROW = 1000000
CPUS = 512
LATENCIES = {
    "nothing": "nothing",
    "trace": "the kernel alone traces a function, and stops",
    "load": "the module is loaded",
    "rank": "each process gets a ranking",
    "read_ranking": "`oom_ranking` is read",
    "read_candidates": "`candidates` is read",
    "rule": "a group gets a rule that all meet, `nr_members` is read",
    "scan": "a limit of all of them: scans",
    "unload": "the module is unloaded",
    "members": "the processes become members of a group",
    "read_pids": "`groups/*/pids` is read",
    "read_group_candidates": "`groups/*/candidates` is read",
}
LIMIT_US = 1000


class Figures:
    def __init__(self, path):
        self.episodes = collections.defaultdict(list)
        self.crowds = {}
        self.told = {}
        self.memory = collections.defaultdict(dict)
        self.latency = collections.defaultdict(dict)
        self.kernel = ""
        with open(path, encoding="utf-8", errors="replace") as log:
            for row in log:
                words = row.split()
                if words[:2] == ["#", "scale"]:
                    self.take(words[2], words[3:])

    def take(self, what, words):
        if what == "kernel":
            self.kernel = words[0]
            return
        number = int(words[0])
        if what == "latency":
            self.latency[words[1]][number] = (int(words[2]), int(words[3]))
            return
        fields = dict(word.split("=") for word in words[1:])
        if what == "memory":
            for name, kib in fields.items():
                self.memory[name][number] = int(kib)
        elif what == "crowd":
            self.crowds[number, fields["state"]] = int(fields["ns"])
        elif what == "told":
            self.told[number] = {name: int(n) for name, n in fields.items()}
        else:
            self.episodes[what, number, fields["state"]].append(
                {name: int(n) for name, n in fields.items() if name != "state"})

    def median(self, what, number, state, count):
        rows = self.episodes[what, number, state]
        return int(statistics.median(count(row) for row in rows))

    def numbers(self, what, state):
        return sorted(number for kind, number, of in self.episodes if (kind, of) == (what, state))


def elapsed(row):
    return row["mark"]


def executed(row):
    return row["mark"] - row["idle"]


def chosen(row):
    return row["decide"]


def ms(ns):
    return f"{ns / 1e6:,.1f}"


def by_number(figures, what, directory):
    print("| number | stock, ms | module, ms | of these the CPU had nothing to do | module to stock |")
    print("|---|---|---|---|---|")
    with open(f"{directory}/{what}", "w", encoding="utf-8") as table:
        for number in figures.numbers(what, "module"):
            stock = figures.median(what, number, "stock", elapsed)
            module = figures.median(what, number, "module", elapsed)
            busy = figures.median(what, number, "module", executed)
            print(f"| {number:,} | {ms(stock)} | {ms(module)} | {ms(module - busy)} | {busy / stock:.2f} x |")
            print(number, stock / 1e6, busy / 1e6, file=table)


def print_members(figures, directory):
    print("| members | announced to decided, ms | all of them become members, ms | memory of a member, bytes |")
    print("|---|---|---|---|")
    with open(f"{directory}/members", "w", encoding="utf-8") as table:
        for number in figures.numbers("members", "module"):
            choice = figures.median("members", number, "module", chosen)
            _, took = figures.latency["members"][number]
            print(f"| {number:,} | {ms(choice)} | {ms(took * 1000)} | "
                  f"{figures.memory['members_kb'][number] * 1024 // number} |")
            print(number, choice / 1e6, file=table)


def print_crowds(figures, directory):
    print("| cgroups | stock, ms | module, ms | module to stock | found the table full |")
    print("|---|---|---|---|---|")
    with open(f"{directory}/crowds", "w", encoding="utf-8") as table:
        for number in sorted(figures.told):
            stock, module = figures.crowds[number, "stock"], figures.crowds[number, "module"]
            print(f"| {number} | {ms(stock)} | {ms(module)} | {module / stock:.2f} x | "
                  f"{figures.told[number]['overflow']} |")
            print(number, stock / 1e6, module / 1e6, file=table)


def print_latencies(figures, directory):
    numbers = sorted(figures.latency["nothing"])
    with open(f"{directory}/waits", "w", encoding="utf-8") as table:
        for number in numbers:
            print(number, figures.latency["read_ranking"][number][0] / 1e3,
                  figures.latency["read_candidates"][number][0] / 1e3, file=table)
    with open(f"{directory}/memory", "w", encoding="utf-8") as table:
        for number, kib in sorted(figures.memory["ranked_kb"].items()):
            print(number, kib, file=table)
    print("| processes | " + " | ".join(f"{number:,}" for number in numbers) + " |")
    print("|---|" + "---|" * len(numbers))
    for what, text in LATENCIES.items():
        found = figures.latency[what]
        cells = [f"{found[number][0]:,}" if number in found else "" for number in numbers]
        print(f"| {text} | " + " | ".join(cells) + " |")
    most = {what: max(us for us, _ in found.values()) for what, found in figures.latency.items()}
    late = [f"{text} ({most[what]:,})" for what, text in LATENCIES.items() if most.get(what, 0) > LIMIT_US]
    print(f"\nAbove 1 ms: {'; '.join(late) or 'nothing'}. To load and to unload takes as long as the kernel needs to find "
          "and to patch a function, with or without the module. The lists of candidates, which root alone can read, are "
          "made by the code of a decision, under RCU: a pause in it would let processes go that it compares.")


def slope(points):
    """The line through the last two: (per piece, at zero)."""
    (x1, y1), (x2, y2) = points[-2:]
    per = (y2 - y1) / (x2 - x1)
    return per, y2 - per * x2


def at_tomorrow(points):
    per, base = slope(points)
    return base + per * TOMORROW


def growth(points):
    """The exponent between the last two: 1 is in proportion."""
    (x1, y1), (x2, y2) = points[-2:]
    return math.log(y2 / y1) / math.log(x2 / x1)


def series(figures, what, state, count):
    return [(number, figures.median(what, number, state, count)) for number in figures.numbers(what, state)]


def print_tomorrow(figures):
    print("| | per piece | grows with the power of | at 1,000,000 |")
    print("|---|---|---|---|")
    rows = [
        ("processes: stock, entry to mark", series(figures, "processes", "stock", elapsed), 1e6, "ns", "ms"),
        ("processes: module, entry to mark, executed", series(figures, "processes", "module", executed), 1e6, "ns", "ms"),
        ("processes: module's choice of it", series(figures, "processes", "module", chosen), 1e6, "ns", "ms"),
        ("rankings, memory", sorted((n, kib * 1024) for n, kib in figures.memory["ranked_kb"].items()),
         1 << 20, "bytes", "MiB"),
    ]
    for what in ("read_candidates",):
        points = sorted((n, us * 1000) for n, (us, _) in figures.latency[what].items())
        rows.append((f"longest time without the CPU: {LATENCIES[what]}", points, 1e6, "ns", "ms"))
    for text, points, unit, small, name in rows:
        print(f"| {text} | {slope(points)[0]:,.1f} {small} | {growth(points):.2f} | "
              f"{at_tomorrow(points) / unit:,.1f} {name} |")


def main():
    log, commit, machine, directory = sys.argv[1:]
    figures = Figures(log)
    if len(figures.latency["nothing"]) < 2:
        sys.exit("a slope needs two numbers of processes")
    print(f"""# Very many

Written by `make scale` on {datetime.date.today()}, kernel {figures.kernel}, module at {commit}, {machine}. The guest has
14 GB, one CPU, and a clock that counts instructions, one a nanosecond: figures repeat, and they are not
time of a real machine, on which cache misses cost more. Each is the median of three.

![curves](scale.svg)

## Processes

SysRq asks for a victim of 8 MB among that many small processes; all have a ranking where the module is loaded.
`vm.oom_dump_tasks` is 0. From the entry of `out_of_memory()` to the victim's mark.
"Module to stock" compares what was executed; the module also waits, bounded, for userspace.
""")
    by_number(figures, "processes", directory)
    print("""
## Threads

The victim has that many threads.
""")
    by_number(figures, "threads", directory)
    print("""
## Members of a group

They get a signal in each OOM, after the announcement and before anybody is chosen. Members are written by pid.
""")
    print_members(figures, directory)
    print("""
## Memory cgroups

That many memory cgroups of 4 MB run out of memory at once, by one process each. From the start to the death
of the last one. The module has a table of 24: if it is full the oldest emergency is forgotten, and announced anew if it goes
on (`stats/domain_overflow`).
""")
    print_crowds(figures, directory)
    print("""
## What others wait for

While no OOM is: for how many microseconds a thread of real-time priority, which wants the CPU five thousand times a second,
had to wait at most (`preempt=voluntary`, Debian's default).
""")
    print_latencies(figures, directory)
    print(f"""
## The machine of tomorrow

1 TB, {CPUS} CPUs, {TOMORROW:,} processes, computed with the slopes between the last two numbers of each table.
""")
    print_tomorrow(figures)
    print(f"""
What does not grow with the processes: waking userspace and its window, the record, the table of 24 emergencies of memory
cgroups, which is used up sooner. What does not grow with the memory: everything but the table of rankings, which has 262,144
buckets at most, so that four rankings share one. What grows with the CPUs: counters for each of them, which the kernel adds up
at each look at free memory, with the module and without; {CPUS} processes that ask at once still wait for one `oom_lock`.

To change for such a machine: the choice would have to keep an order of the processes instead of looking at all of them,
which the kernel itself does not; candidates would have to be made in pieces; and the table of emergencies would have to have the
size of the machine.""")


main()
