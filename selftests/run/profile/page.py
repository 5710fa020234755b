#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""page.py LOG COUNTS LOG_OF_FORKS COUNTS_OF_FORKS COMMIT MACHINE: the page of "make bench-profile". A log is a guest's
verdict, the counts are from counts.c."""

import base64
import bisect
import collections
import datetime
import gzip
import sys

KINDS = {"sysrq": "SysRq", "global": "the machine", "memcg": "a memory cgroup of one process",
         "groups": "SysRq, nothing ranked, groups with rules"}
# What is compared.
STATES = {"groups": ("Without groups", "with groups")}
MOST_ROWS = 16
# Forks of a run of cost.c, of those that are counted one by one, and what is forked between two runs.
FORKS = 655
BETWEEN = 3
# Below this address is userspace.
KERNEL = 1 << 63


def read_log(path):
    """The episodes in their order, and the symbols as sorted addresses and their names."""
    episodes, packed = [], ""
    with open(path, encoding="utf-8", errors="replace") as log:
        for row in log:
            words = row.split()
            if words[:3] == ["#", "profile", "episode"]:
                episodes.append((words[3], words[4], int(words[5])))
            elif words[:2] == ["#", "symbols"]:
                packed += words[2]
    symbols = []
    for row in gzip.decompress(base64.b64decode(packed)).decode().split("\n"):
        words = row.split()
        if words:
            module = words[2].strip("[]") if len(words) > 2 else ""
            symbols.append((int(words[0], 16), words[1], module))
    return episodes, sorted(symbols)


def read_counts(path):
    counts = []
    with open(path, encoding="utf-8") as rows:
        for row in rows:
            words = row.split()
            if words[0] == "episode":
                counts.append(collections.Counter())
            else:
                counts[-1][int(words[0], 16)] += int(words[1])
    return counts


def by_function(counts, symbols):
    """(name, module) to instructions."""
    addresses = [address for address, _, _ in symbols]
    found = collections.Counter()
    for address, count in counts.items():
        if address < KERNEL:
            found["userspace", ""] += count
            continue
        at = bisect.bisect_right(addresses, address) - 1
        found[symbols[at][1:] if at >= 0 else ("?", "")] += count
    return found


def print_case(kind, number, stock, module):
    ours = sum(count for (_, of), count in module.items() if of == "oom_embedded")
    poller = module["userspace", ""]
    print(f"\n## {KINDS[kind][0].upper()}{KINDS[kind][1:]}, {number:,} processes\n")
    before, after = STATES.get(kind, ("Stock", "with the module"))
    print(f"{before} {sum(stock.values()):,}, {after} {sum(module.values()):,}; of these {ours:,} in the module's "
          f"own functions, {poller:,} in userspace, which hears of it.\n")
    print_table(before.lower(), stock, after, module)


def print_table(before, stock, after, module):
    print(f"| function | of | {before} | {after} | more |")
    print("|---|---|---|---|---|")
    more = {name: module[name] - stock[name] for name in {*stock, *module}}
    rest = collections.Counter()
    for nr, name in enumerate(sorted(more, key=more.get, reverse=True)):
        if nr >= MOST_ROWS or more[name] <= 0:
            rest.update({"stock": stock[name], "module": module[name], "more": more[name]})
            continue
        print(f"| `{name[0]}` | {name[1] or 'kernel'} | {stock[name]:,} | {module[name]:,} | {more[name]:+,} |")
    print(f"| all others | | {rest['stock']:,} | {rest['module']:,} | {rest['more']:+,} |")


def mean_of_middle(episodes, symbols):
    """Of the middle half, by function."""
    middle = sorted(episodes, key=lambda counts: sum(counts.values()))[len(episodes) // 4:3 * len(episodes) // 4]
    total = collections.Counter()
    for counts in middle:
        total.update(counts)
    return collections.Counter({name: round(count / len(middle)) for name, count in by_function(total, symbols).items()})


def print_forks(log_path, counts_path):
    _, symbols = read_log(log_path)
    counts = read_counts(counts_path)
    if len(counts) < 2 * FORKS + BETWEEN:
        sys.exit(f"{len(counts)} forks were counted")
    free = mean_of_middle(counts[-2 * FORKS - BETWEEN:-FORKS - BETWEEN], symbols)
    inherits = mean_of_middle(counts[-FORKS:], symbols)
    ours = [sum(count for (_, of), count in one.items() if of == "oom_embedded") for one in (free, inherits)]
    print(f"""
## A fork and exit, all others ranked

From `kernel_clone()` until the parent has waited for the child, without what is freed after a grace period. The one who
forks has no ranking: {sum(free.values()):,}, of these {ours[0]:,} in the module's own functions; it has one, which the child inherits:
{sum(inherits.values()):,}, of these {ours[1]:,} in them. A page or a slab that is not at hand makes other functions differ more than that.
""")
    print_table("no ranking", free, "inherits", inherits)


def main():
    log, counts_path, forks_log, forks_counts, commit, machine = sys.argv[1:]
    episodes, symbols = read_log(log)
    counts = read_counts(counts_path)
    if len(counts) != len(episodes):
        sys.exit(f"{len(counts)} episodes were counted, {len(episodes)} were provoked")
    # Of two of a kind the shorter one: something else may have had the CPU in the other.
    least = {}
    for episode, count in zip(episodes, counts):
        if episode not in least or sum(count.values()) < sum(least[episode].values()):
            least[episode] = count
    found = {episode: by_function(count, symbols) for episode, count in least.items()}
    print(f"""# Which instructions

Written by `make bench-profile` on {datetime.date.today()}, debian-6.12, module at {commit}, {machine}. What the emulated CPU
executes from the entry of the OOM until the victim's mark, of whomever, counted by qemu for each block of code; in the guest
only the tracepoint of the mark is on. `vm.oom_dump_tasks` is 0, all processes are ranked, a poller waits. It explains the
rows of [benchmarks](benchmarks.md) that are not met: the functions in which there is more with the
module, and what they do instead of the kernel's. A function that was inlined counts as the one that it is in.""")
    for kind, number in sorted({episode[1:] for episode in found}, key=lambda case: (list(KINDS).index(case[0]), case[1])):
        print_case(kind, number, found["stock", kind, number], found["module", kind, number])
    print_forks(forks_log, forks_counts)


main()
