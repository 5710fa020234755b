#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What became of planted changes.

page.py survivors EQUIVALENT JUDGED: the changes, as mutate.py has them, that no test saw and that nobody
has argued to be none.
page.py tables EQUIVALENT JUDGED: how many of them, of each file and kind, as Markdown, and which survived.

A line of JUDGED: verdict, the change, by what it was judged; separated by tabs. A line of EQUIVALENT:
FILE: the line as it stands => the line as changed ## why.
"""

import collections
import re
import sys

import mutate

Change = collections.namedtuple("Change", "verdict file line column kind before after note")
FOUND = {"red": "a case", "splat": "the kernel's checks", "gone": "its end"}


def read_judged(path):
    with open(path, encoding="utf-8") as file:
        lines = [Change(*line.rstrip("\n").split("\t")) for line in file]
    return [change for change in lines if change.verdict != "refused"]


def read_equivalent(path):
    with open(path, encoding="utf-8") as file:
        matches = (re.match(r"(module\S*): (.*) => (.*) ## (.*)", line) for line in file)
        return {match.group(1, 2, 3): match.group(4) for match in matches if match}


def lines_of(change):
    """The line as it stands and as changed; two of both if the change is of their order."""
    text, begin, end, after = mutate.planted(
        change.file, int(change.line), int(change.column), change.before, change.after)
    first = text.rfind("\n", 0, begin) + 1
    last = text.index("\n", end)
    stands, changed = text[first:last], text[first:begin] + after + text[end:last]
    return " ".join(stands.split()), " ".join(changed.split())


def argument(change, equivalent):
    return equivalent.get((change.file, *lines_of(change)))


def fate(change, equivalent):
    if change.verdict in FOUND:
        return change.verdict
    return "equivalent" if argument(change, equivalent) else "survived"


def place(change):
    return f"`{change.file}:{change.line}`"


def show_counts(title, groups):
    print(f"| {title} | changes | {' | '.join(FOUND.values())} | equivalent | survived |")
    print("|---" * (4 + len(FOUND)) + "|")
    total = collections.Counter()
    for name in sorted(groups):
        total += groups[name]
    for name, fates in [*sorted(groups.items()), ("all", total)]:
        counts = [fates[word] for word in (*FOUND, "equivalent", "survived")]
        print(f"| {name} | {sum(counts)} | {' | '.join(map(str, counts))} |")
    print()


def show_tables(changes, equivalent):
    by_file, by_kind = (collections.defaultdict(collections.Counter) for _ in range(2))
    for change in changes:
        by_file[f"`{change.file}`"][fate(change, equivalent)] += 1
        by_kind[change.kind][fate(change, equivalent)] += 1
    show_counts("file", by_file)
    show_counts("kind", by_kind)
    for word, title in (("survived", "Survivors"), ("equivalent", "Equivalent")):
        left = sorted((change for change in changes if fate(change, equivalent) == word),
                      key=lambda change: (change.file, int(change.line)))
        if left:
            print(f"## {title}\n")
        for change in left:
            why = argument(change, equivalent)
            print(f"- {place(change)}: {' to '.join(f'`{text}`' for text in lines_of(change))}"
                  + (f": {why}" if why else ""))
        if left:
            print()


def main():
    command, equivalent, changes = sys.argv[1], read_equivalent(sys.argv[2]), read_judged(sys.argv[3])
    if command == "survivors":
        for change in changes:
            if fate(change, equivalent) == "survived":
                print("\t".join(change[1:7]))
    else:
        show_tables(changes, equivalent)


main()
