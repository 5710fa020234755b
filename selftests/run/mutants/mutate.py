#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Plants one change in a C file of the module.

mutate.py list FILE...: all changes that can be planted, one a line, fields separated by tabs:
file, line, column, kind, text before, text after. A line break in a text is a vertical tab there, and a
tab a form feed.
mutate.py sample N SEED FILE...: so many of them, in random order; the same for a seed and sources.
mutate.py plant FILE LINE COLUMN BEFORE AFTER: rewrites the file; fails if BEFORE is not there.

Only function bodies are changed, never comments, strings or preprocessor lines.
"""

import random
import re
import sys

BINARY = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
    "&&": "||", "||": "&&", "+": "-", "-": "+", "*": "+",
}
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.S)
# Kind, pattern of which group 1 is replaced, and by what.
RULES = [
    ("operator", re.compile(r"(?<=[\w)\]] )(<=|>=|==|!=|&&|\|\||[<>+\-*])(?=[ \n])"),
     lambda found: BINARY[found]),
    ("constant", re.compile(r"(?<![\w.])(\d+)(?=U?L*\b)(?![\w.]*[xX])"),
     lambda found: str(int(found) + 1) if found != "1" else "0"),
    ("negation", re.compile(r"(?<=[(\s])(!)(?=[a-z(*])"), lambda found: ""),
    ("bound", re.compile(r"\b(min|max|min_t|max_t)(?=\()"),
     lambda found: found.replace("min", "MIN").replace("max", "min").replace("MIN", "max")),
    ("result", re.compile(r"^\t+return (?!0;|false;|true;|NULL;)([^;\n]+)(?=;$)", re.M),
     lambda found: "0"),
    ("result", re.compile(r"^\t+return (true|false)(?=;$)", re.M),
     lambda found: "false" if found == "true" else "true"),
    ("step", re.compile(r"^\t+((?!return|break|continue|goto|else|case|do\b)[a-z_*(][^;\n{}]*"
                        r"(?: [-+|&^]?= |\()[^;\n{}]*);$", re.M), lambda found: "(void)0"),
]

# A call, alone or assigned, that is a statement of one line.
CALL = re.compile(r"(\t+)(?!return\b|if\b|for\b|while\b|switch\b)\w[^;{}]*\w\([^;{}]*;")


def masked(text):
    """The text with comments and strings blanked, all places unchanged."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    text = COMMENT.sub(blank, text)
    return re.sub(r"^#(?:.*\\\n)*.*", blank, text, flags=re.M)


def bodies(text):
    """(begin, end) of function bodies: from a brace in the first column to the next one."""
    for match in re.finditer(r"^\{\n(.*?)^\}", text, re.M | re.S):
        # A table is no function.
        if not text[:match.start()].rstrip().endswith("="):
            yield match.span(1)


def is_declaration(text, at):
    line = text[text.rfind("\n", 0, at) + 1:text.find("\n", at)]
    return re.match(r"\t+(?:const |static |struct |enum |unsigned |u\d+ |s\d+ |bool |int |long )", line)


def swaps(text, source, begin, end):
    """(place, text before, text after) of two neighbouring calls in the other order."""
    at, previous = begin, ""
    for line in text[begin:end].splitlines():
        beyond = at + len(line) + 1
        following = text[beyond:text.index("\n", beyond)]
        first, second = CALL.fullmatch(line), CALL.fullmatch(following)
        # The body of an if or a loop, or the rest of a statement, has nothing of these before it.
        if (first and second and first.group(1) == second.group(1)
                and re.search(r"[;{}:]$|^$", previous.rstrip())
                and not is_declaration(text, at) and not is_declaration(text, beyond)):
            indent = first.group(1)
            one = source[at + len(indent):beyond - 1]
            other = source[beyond + len(indent):beyond + len(following)]
            yield at + len(indent), f"{one}\n{indent}{other}", f"{other}\n{indent}{one}"
        at, previous = beyond, line


def changes(path):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    text = masked(source)
    for begin, end in bodies(text):
        found = [(at, "order", before, after) for at, before, after in swaps(text, source, begin, end)]
        for kind, pattern, replace in RULES:
            for match in pattern.finditer(text, begin, end):
                at = match.start(1)
                # Nothing could use a variable that is not declared.
                if kind != "step" or not is_declaration(text, at):
                    found.append((at, kind, source[at:match.end(1)], replace(match.group(1))))
        for at, kind, before, after in found:
            column = at - text.rfind("\n", 0, at)
            yield path, text.count("\n", 0, at) + 1, column, kind, one_line(before), one_line(after)


def one_line(text):
    return text.translate({ord("\n"): "\v", ord("\t"): "\f"})


def planted(path, line, column, before, after):
    """(text, where the change begins, where what it replaces ends, what replaces it)."""
    before, after = (text.translate({ord("\v"): "\n", ord("\f"): "\t"}) for text in (before, after))
    with open(path, encoding="utf-8") as file:
        text = file.read()
    at = sum(map(len, text.splitlines(keepends=True)[:line - 1])) + column - 1
    if not text.startswith(before, at):
        sys.exit(f"mutate.py: {path}:{line}:{column}: no '{before}'")
    return text, at, at + len(before), after


def plant(path, *change):
    text, begin, end, after = planted(path, *change)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[:begin] + after + text[end:])


def main():
    command, args = sys.argv[1], sys.argv[2:]
    if command == "plant":
        plant(args[0], int(args[1]), int(args[2]), args[3], args[4])
        return
    paths = args if command == "list" else args[2:]
    found = [change for path in paths for change in changes(path)]
    if command == "sample":
        random.Random(int(args[1])).shuffle(found)
        found = found[:int(args[0])]
    for change in found:
        print("\t".join(map(str, change)))


if __name__ == "__main__":
    main()
