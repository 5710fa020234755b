#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The tables of "make coverage".

report.py table COUNTS PATTERN TREE: a table of the files that match, and their sum
report.py left COUNTS PATTERN TREE REASONS: lines that were not reached, by function, with the reason
report.py branches COUNTS PATTERN TREE: lines of which a branch was not taken, for who writes tests
report.py untaken COUNTS PATTERN TREE REASONS BRANCHES: the source's branches that were not taken, by function, with
  the reason

COUNTS are lines of gcov.sh, with tabs:
  line FILE LINE COUNT FUNCTION
  branch FILE LINE NUMBER COUNT
  function FILE NAME COUNT
Several objects may have a line (headers, what KUnit includes): their counts are added up. TREE has the sources:
a branch is of the source if its line has a condition or a loop in its text, else it is of a macro.
"""
import collections
import re
import sys

CONDITION = re.compile(r"\b(if|while|for|switch|case)\b|&&|\|\||\?|\bfor_each|_for_each|\b(min|max|clamp)(_t)?\(")
# What a line ends with that goes on in the next one.
OPEN = re.compile(r"(&&|\|\||[?=,(+*|&-]|\breturn)$")
# Macros that make branches for what the compiler knows already, or that nobody is to take: which of the branches of
# such a line is the condition's cannot be told.
QUIET = re.compile(r"\b(WARN|BUG|lockdep_assert|wait_event|test_bit|mm_flags_test)\w*\(")


# The first line of a function.
HEAD = re.compile(r"(?=[a-z])[^;]*?\b(\w+)\(")


class Counts:
    def __init__(self, path, pattern, tree):
        self.lines = collections.defaultdict(lambda: collections.defaultdict(int))
        self.function = {}
        self.branches = collections.defaultdict(lambda: collections.defaultdict(int))
        self.entered = collections.defaultdict(lambda: collections.defaultdict(int))
        self.tree = tree
        self.sources = {}
        wanted = re.compile(pattern)
        with open(path, encoding="utf-8") as rows:
            for row in rows:
                kind, file, *rest = row.rstrip("\n").split("\t")
                if not wanted.search(file):
                    continue
                if kind == "line":
                    number = int(rest[0])
                    self.lines[file][number] += int(rest[1])
                    self.function[file, number] = rest[2]
                elif kind == "branch":
                    self.branches[file][int(rest[0]), int(rest[1])] += int(rest[2])
                else:
                    self.entered[file][rest[0]] += int(rest[1])

    def source(self, file):
        if file not in self.sources:
            with open(f"{self.tree}/{file}", encoding="utf-8") as source:
                self.sources[file] = [line.rstrip() for line in source.read().split("\n")]
        return self.sources[file]

    def text(self, file, number):
        return self.source(file)[number - 1].strip()

    def function_at(self, file, number):
        """Of a function that is inlined everywhere gcov does not know the name."""
        if not self.function[file, number]:
            heads = (HEAD.match(line) for line in reversed(self.source(file)[:number]))
            self.function[file, number] = next(head[1] for head in heads if head)
        return self.function[file, number]

    def expression(self, file, number):
        """The text of the expression that the line is a part of, which may have several lines."""
        text = [line.strip() for line in self.source(file)]
        first = last = number - 1
        while first and (OPEN.search(text[first - 1]) or closes(text[first:last + 1]) > 0):
            first -= 1
        while last + 1 < len(text) and (OPEN.search(text[last]) or closes(text[first:last + 1]) < 0):
            last += 1
        return " ".join(text[first:last + 1])

    def of_source(self, file, number):
        """Does a reader see a condition there?"""
        text = self.expression(file, number)
        return bool(CONDITION.search(text)) and not QUIET.search(text)


def closes(lines):
    """How many more brackets are closed than opened."""
    text = "".join(lines)
    return text.count(")") - text.count("(")


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else ""


def ranges(numbers):
    """[1, 2, 3, 7] as "1-3, 7"; lines without code between two do not end a range."""
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in numbers)


def runs(lines):
    """The unreached ones, as first and last of each run that no reached line interrupts."""
    found = []
    open_run = False
    for number in sorted(lines):
        if lines[number]:
            open_run = False
        elif open_run:
            found[-1][1] = number
        else:
            found.append([number, number])
            open_run = True
    return found


def taken(branches):
    return sum(1 for count in branches.values() if count), len(branches)


def print_table(counts):
    total = [0] * 6
    for file in sorted(counts.lines):
        lines = counts.lines[file]
        every = counts.branches[file]
        seen = {key: n for key, n in every.items() if counts.of_source(file, key[0])}
        row = [sum(1 for n in lines.values() if n), len(lines), *taken(seen), *taken(every)]
        total = [a + b for a, b in zip(total, row)]
        silent = ", ".join(f"`{name}`" for name, n in sorted(counts.entered[file].items()) if not n)
        print(f"| `{file}` | {row[1]} | {percent(row[0], row[1])} | {row[3]} | {percent(row[2], row[3])} | "
              f"{row[5]} | {percent(row[4], row[5])} | {ranges(runs(lines))} | {silent} |")
    print(f"| **all** | {total[1]} | {percent(total[0], total[1])} | {total[3]} | {percent(total[2], total[3])} | "
          f"{total[5]} | {percent(total[4], total[5])} | | |")


def read_rows(path, nr_words):
    """Lines "@CODE text", and others as lists of words, of which the last goes on to the end of its line."""
    codes, rows = {}, []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.strip().split(None, 1 if line.startswith("@") else nr_words - 1)
            if not words or line.startswith("#"):
                continue
            if line.startswith("@"):
                codes[words[0][1:]] = words[1]
            else:
                rows.append(words)
    return codes, rows


def read_reasons(path):
    """Lines "FILE FUNCTION CODE". Each function by its name: a new gap has no reason yet."""
    codes, rows = read_rows(path, 3)
    return codes, {(file, function): code for file, function, code in rows}


def read_branches(path):
    """Lines "FILE FUNCTION CODE NUMBER TEXT": a line that is changed, or has one more gap, has no reason for that."""
    codes, rows = read_rows(path, 5)
    known = collections.defaultdict(list)
    for file, function, code, number, text in rows:
        known[file, function, text] += [code] * int(number)
    return codes, known


def by_code():
    return collections.defaultdict(lambda: collections.defaultdict(lambda: collections.defaultdict(int)))


def print_by_code(codes, found, unit):
    """FOUND: how many, by code, file and function."""
    unknown = set(found) - {*codes, None}
    if unknown:
        sys.exit(f"no @CODE: {' '.join(sorted(unknown))}")
    for code in [*codes, None]:
        if code not in found:
            continue
        total = sum(sum(functions.values()) for functions in found[code].values())
        text = codes.get(code, "No reason: a test is missing.")
        where = "; ".join(f"`{file}`: {', '.join(f'{name}() {n}' for name, n in functions.items())}"
                          for file, functions in found[code].items())
        print(f"- {text} **{total} {unit}**: {where}")


def print_left(counts, reasons):
    codes, known = read_reasons(reasons)
    found = by_code()
    for file in sorted(counts.lines):
        for number in sorted(counts.lines[file]):
            if not counts.lines[file][number]:
                function = counts.function_at(file, number)
                found[known.get((file, function))][file][function] += 1
    print_by_code(codes, found, "lines")


def print_untaken(counts, reasons, branches):
    codes, of_lines = read_reasons(reasons)
    more_codes, of_branches = read_branches(branches)
    found = by_code()
    lines = {(file, counts.function_at(file, number), counts.text(file, number))
             for file in counts.lines for number in counts.lines[file]}
    for file, function, text in of_branches:
        if (file, function, text) not in lines:
            print(f"- Not in the source any more: `{file}`, {function}(), `{text}`.")
    for file in sorted(counts.branches):
        for (number, _), n in sorted(counts.branches[file].items()):
            if n or not counts.of_source(file, number):
                continue
            function = counts.function_at(file, number)
            if counts.lines[file][number]:
                left = of_branches[file, function, counts.text(file, number)]
                code = left.pop(0) if left else None
            else:
                code = of_lines.get((file, function))
            found[code][file][function] += 1
    print_by_code({**codes, **more_codes}, found, "branches")


def print_branches(counts):
    for file in sorted(counts.lines):
        by_line = collections.defaultdict(list)
        for (number, _), n in counts.branches[file].items():
            by_line[number].append(n)
        for number in sorted(by_line):
            missing = sum(1 for n in by_line[number] if not n)
            if missing:
                kind = "source" if counts.of_source(file, number) else "macro"
                print(f"{kind}\t{file}:{number}\t{missing} of {len(by_line[number])}\t{counts.text(file, number)}")


def main():
    command, path, pattern, tree, *rest = sys.argv[1:]
    counts = Counts(path, pattern, tree)
    if command == "table":
        print_table(counts)
    elif command == "left":
        print_left(counts, rest[0])
    elif command == "untaken":
        print_untaken(counts, *rest)
    elif command == "branches":
        print_branches(counts)
    else:
        sys.exit(__doc__)


main()
