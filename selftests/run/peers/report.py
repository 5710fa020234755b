#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# report.py RUNS PAGE_DIR: from the files PEER.SCENARIO.SEED.run that run.sh has left in RUNS: writes peers.md
# and its pictures. report_test.py is its test.
#
# The page is made of these files, and of reasons.json: for a column of a scenario in which we are behind, the
# reason, as the lines of that run have it. What was not measured, or has no reason, is said to be so.

import json
import os
import sys

import pictures

PEERS = {
    "stock": "stock kernel",
    "stock_adj": "stock kernel, oom_score_adj",
    "earlyoom": "earlyoom",
    "nohang": "nohang",
    "oomd": "systemd-oomd",
    "us_oom": "oom_embedded, OOM only",
    "us_early": "oom_embedded, as packaged",
    "us_stall": "oom_embedded, by stall",
}
OURS = ("us_oom", "us_early", "us_stall")
PACKAGED = "us_early"
# They have no daemon: what one costs, and what it leaves unused, is compared with daemons only.
NO_MANAGER = ("stock", "stock_adj")

# The title, what happens, whether somebody has to die.
SCENARIOS = {
    "fast_leak": ("Fast leak", "80 MB a second", True),
    "slow_leak": ("Slow leak", "8 MB a second", True),
    "many_leakers": ("Many leakers", "five, 2 MB a second each", True),
    "critical_biggest": ("The critical process is the biggest", "64 MB; another leaks 8 MB a second", True),
    "plateau": ("Thrash on a plateau", "a leak ends before memory does, about 12 MB of MemAvailable are left "
                "(1 MB less with the next seed), and a process works with 40 MB of a file", False),
    "zram_spiral": ("Zram spiral", "96 MB of zram, a leak of 16 MB a second, half of it can be compressed", True),
    "fork_bomb": ("Fork bomb", "up to 1500 processes of 300 KB", True),
    "tmpfs_writer": ("Writer to a tmpfs", "16 MB a second; the memory is in no process", True),
    "container": ("Container at its limit", "48 MB, with the critical process, a sidecar and a leak of 4 MB a second",
                  True),
    "legitimate_peak": ("A peak that needs no kill", "it leaves 32 MB available for 3 s, 26 MB with the next seed",
                        False),
}
GUILTY = ("leaky", "bomb", "writer")

# Of each measure: its title, whether less is better, by how much it may differ (part, and amount).
MEASURES = {
    "lost": ("critical lived", True, 0, 0),
    "wrong": ("first to die", True, 0, 0),
    "needless": ("needless kills", True, 0, 0),
    "control_ms": ("control loop, ms", True, 0.25, 10),
    "shell_ms": ("shell, ms", True, 0.25, 50),
    "untold_ms": ("told before, ms", True, 0.25, 10),
    "unused_mb": ("unused at the kill, MB", True, 0.25, 2),
    "own_kb": ("own memory, KB", True, 0.1, 100),
    "cpu_percent": ("own CPU, %", True, 0.25, 0.05),
}
NEEDS_MANAGER = ("unused_mb", "own_kb", "cpu_percent")


class Bad(Exception):
    """Why a file is no result."""


class Run:
    def __init__(self, key, text):
        self.peer, self.scenario, self.seed = key
        self.fields, self.lists = {}, {"notice": [], "victim": [], "available": [], "version": []}
        self.bad = None
        for line in text.splitlines():
            name, _, rest = line.partition(" ")
            if name in self.lists:
                self.lists[name].append(rest.split())
            elif name not in self.fields:
                self.fields[name] = rest
        try:
            self.look()
        except (Bad, KeyError, ValueError, IndexError) as error:
            self.bad = str(error) if isinstance(error, Bad) else "a line is missing or wrong: %s" % error

    def number(self, name):
        return int(self.fields[name])

    def want(self, condition, what):
        if not condition:
            raise Bad(what)

    def look(self):
        """Fails unless the file can be what a run of that name has left."""
        for word in ("failed", "failed:"):
            self.want(word not in self.fields, "the guest: " + self.fields.get(word, ""))
        self.want("exit" in self.fields, "the guest did not come to its end")
        self.want(self.fields["exit"] == "0" and self.fields["complete"] == "1", "the guest did not come to its end")
        for name in ("peer", "scenario", "seed"):
            self.want(self.fields[name] == getattr(self, name), "it is of another " + name)
        self.begin, self.end = self.number("begin"), self.number("end")
        self.want(self.end > self.begin, "it ended before it began")
        self.victims = [(int(at), name) for at, _, name, *_ in self.lists["victim"]]
        self.want(len(self.victims) == min(200, self.number("nr_victims")), "victims are missing")
        self.want(self.number("nr_before") == 0, "somebody was killed before it began")
        self.want(all(self.begin <= at <= self.end for at, _ in self.victims), "a victim is not of this time")
        self.samples = [(int(at), int(kb)) for at, kb in self.lists["available"]]
        self.want(self.samples, "memory was not looked at")
        self.names = [name for _, name in self.victims]
        self.lost = "critical" in self.names
        self.want(self.number("control_rounds") > 0, "the control loop did not run")
        self.want(self.number("shell_rounds") > 0, "the shell did not run")
        if self.peer not in NO_MANAGER:
            self.want(self.number("manager_processes") > 0, "the manager was not there at the end")
        self.values = self.measure()

    def measure(self):
        innocent = [name for name in self.names if not name.startswith(GUILTY)]
        killed = self.victims[0][0] if self.victims else None
        notices = [int(at) for _, at in self.lists["notice"] if killed and int(at) <= killed]
        values = {
            "lost": int(self.lost),
            "wrong": int(self.names[0] in innocent if self.names else SCENARIOS[self.scenario][2]),
            "needless": len(innocent) + self.number("nr_victims") - len(self.names),
            "control_ms": self.number("control_longest_us") / 1000,
            "shell_ms": self.number("shell_longest_us") / 1000,
            "untold_ms": -(killed - min(notices)) / 1e6 if notices else 0 if killed else None,
            # What the machine has does not matter where a container has none.
            "unused_mb": int(self.fields["unused_kb"]) / 1024 if killed and self.scenario != "container" else None,
            "own_kb": None,
            "cpu_percent": None,
        }
        if self.peer not in NO_MANAGER:
            values["own_kb"] = self.number("manager_pss_kb") + int(self.fields.get("module_bytes", 0)) / 1024
            values["cpu_percent"] = self.number("manager_cpu_us") * 1e5 / (self.end - self.begin)
        return values


def load(folder):
    """The runs that are there."""
    for name in sorted(os.listdir(folder)):
        key = tuple(name.split(".")[:3])
        if name.endswith(".run") and key[0] in PEERS and key[1] in SCENARIOS:
            with open(os.path.join(folder, name), errors="replace") as file:
                yield Run(key, file.read())


def by_scenario(runs):
    found = {scenario: {peer: {} for peer in PEERS} for scenario in SCENARIOS}
    for run in runs:
        found[run.scenario][run.peer][run.seed] = run
    return found


def comparable(found):
    """Of one scenario: seeds that some managers lack count for none, if there is one that all have."""
    common = set.intersection(*(set(runs) for runs in found.values()))
    return {peer: {seed: run for seed, run in runs.items() if not common or seed in common}
            for peer, runs in found.items()}


class Results:
    def __init__(self, runs):
        runs = list(runs)
        self.found = {(scenario, peer): kept for scenario, found in by_scenario(runs).items()
                      for peer, kept in comparable(found).items()}
        self.runs = [run for kept in self.found.values() for run in kept.values()]
        self.left_out = len(runs) - len(self.runs)

    def seeds(self, scenario, *peers):
        """The seeds that all of these have."""
        return sorted(set.intersection(*(set(self.found[scenario, peer]) for peer in peers)))

    def of(self, scenario, peer, seeds=None):
        return [self.found[scenario, peer][seed] for seed in seeds or self.seeds(scenario, peer)]

    def value(self, scenario, peer, measure, seeds=None):
        """The worst of the seeds. None: there is none, as nobody was killed. inf: a run without a result."""
        runs = self.of(scenario, peer, seeds)
        if any(run.bad for run in runs):
            return float("inf")
        values = [run.values[measure] for run in runs if run.values[measure] is not None]
        return max(values) if values else None

    def behind(self, scenario, mine, other, measure):
        """Is it worse, on the seeds of both? None: there is nothing to compare."""
        seeds = self.seeds(scenario, mine, other)
        if not seeds or measure in NEEDS_MANAGER and other in NO_MANAGER:
            return None
        ours = self.value(scenario, mine, measure, seeds)
        theirs = self.value(scenario, other, measure, seeds)
        if ours is None or theirs is None or theirs == float("inf"):
            return False
        _, _, part, amount = MEASURES[measure]
        return ours > theirs + abs(theirs) * part + amount

    def others(self, scenario):
        return [peer for peer in PEERS if peer not in OURS and self.seeds(scenario, peer)]

    def measured(self, scenario, mine):
        """With all the others, on one seed at least."""
        return all(self.seeds(scenario, mine, peer) for peer in PEERS if peer not in OURS)

    def ahead_of(self, scenario, mine, measure):
        """Those that are better."""
        return [peer for peer in self.others(scenario) if self.behind(scenario, mine, peer, measure)]

    def beaten(self, scenario, measure):
        """If each of our settings is behind: those that are better than all of them, or than some."""
        settings = [mine for mine in OURS if self.seeds(scenario, mine)]
        ahead = [set(self.ahead_of(scenario, mine, measure)) for mine in settings]
        if not ahead or not all(ahead):
            return []
        return sorted(set.intersection(*ahead) or set.union(*ahead), key=list(PEERS).index)


# --- the page ---------------------------------------------------------------------------------------


def shorten(names):
    words = []
    for name in dict.fromkeys(names):
        times = names.count(name)
        words.append(name if times == 1 else "%d %s" % (times, name))
    return ", ".join(words[:4]) + (", ..." if len(words) > 4 else "")


def cell(results, scenario, peer, measure):
    runs = results.of(scenario, peer)
    good = [run for run in runs if not run.bad]
    if not good:
        return ""
    if measure == "lost":
        return "yes" if not any(run.lost for run in good) else \
            "**no**, %d of %d" % (sum(run.lost for run in good), len(good))
    if measure == "wrong":
        return "; ".join(dict.fromkeys(run.names[0] if run.names else "nobody" for run in good))
    if measure == "needless":
        return "; ".join(dict.fromkeys(
            "%d%s" % (run.values["needless"], " (%s)" % shorten(
                [name for name in run.names if not name.startswith(GUILTY)]) if run.values["needless"] else "")
            for run in good))
    values = [run.values[measure] for run in good if run.values[measure] is not None]
    if not values:
        return "-"
    if measure == "untold_ms":
        return "no" if max(values) == 0 else "%.0f" % -max(values)
    return ("%.2f" if measure == "cpu_percent" else "%.0f") % max(values)


def mark(results, scenario, peer, measure):
    if peer not in OURS:
        return " (better)" if peer in results.beaten(scenario, measure) else ""
    return " (behind)" if peer == PACKAGED and results.ahead_of(scenario, peer, measure) else ""


def row(results, scenario, peer):
    runs = results.of(scenario, peer)
    bad = [run for run in runs if run.bad]
    if not runs:
        return "| %s | not measured |%s" % (PEERS[peer], " |" * len(MEASURES))
    cells = [cell(results, scenario, peer, measure) + mark(results, scenario, peer, measure) for measure in MEASURES]
    seeds = "%d" % len(runs)
    if bad:
        seeds += ", **no result** of %d: %s" % (len(bad), bad[0].bad)
    return "| %s | %s | %s |" % (PEERS[peer], seeds, " | ".join(cells))


def section(results, scenario):
    title, what, _ = SCENARIOS[scenario]
    lines = ["### " + title, "", what[0].upper() + what[1:] + ".", ""]
    lines.append("| manager | seeds | %s |" % " | ".join(title for title, *_ in MEASURES.values()))
    lines.append("|---|" + "---|" * (len(MEASURES) + 1))
    lines += [row(results, scenario, peer) for peer in PEERS]
    return lines + [""]


class Judged:
    """End condition 2 of the issue of acting early."""

    def __init__(self, results):
        self.unmeasured, self.failed, self.columns, self.packaged = [], [], [], {}
        for scenario in SCENARIOS:
            if not all(results.measured(scenario, mine) for mine in OURS):
                self.unmeasured.append(scenario)
            for measure in MEASURES:
                beaten = results.beaten(scenario, measure)
                if beaten:
                    self.columns.append((scenario, measure, beaten))
            if results.measured(scenario, PACKAGED):
                ahead = {measure: results.ahead_of(scenario, PACKAGED, measure) for measure in MEASURES}
                self.packaged[scenario] = {measure: peers for measure, peers in ahead.items() if peers}
        self.failed = [run for run in results.runs if run.bad]
        self.nobody_better = not self.unmeasured and not self.columns and not any(run.peer in OURS for run in self.failed)
        self.best_or_equal = [scenario for scenario, behind in self.packaged.items() if not behind]
        self.packaged_met = len(self.best_or_equal) >= 8


def say(met):
    return "**met**" if met else "**not met**"


class Reasons:
    """What reasons.json has of the cells in which we are behind. Each has to be told, and no other."""

    NONE = "**no reason is known**"
    IDLE = "Reasons for cells in which we are not behind"

    def __init__(self, text):
        self.text, self.told = text, set()

    def of(self, scenario, measure):
        again = (scenario, measure) in self.told
        self.told.add((scenario, measure))
        reason = self.text.get(scenario, {}).get(measure, self.NONE)
        return "as above" if again else reason

    def idle(self):
        return [(scenario, measure) for scenario, told in self.text.items() for measure in told
                if (scenario, measure) not in self.told]


def load_reasons():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "reasons.json")) as file:
        return json.load(file)


def titles(peers):
    return ", ".join(PEERS[peer] for peer in peers)


def packaged_verdict(judged, reasons):
    """A scenario a point, and a column a point of it."""
    lines = []
    for scenario, behind in judged.packaged.items():
        if not behind:
            continue
        lines.append("- %s: behind in" % SCENARIOS[scenario][0])
        lines += ["  - %s (%s): %s" % (MEASURES[measure][0], titles(peers), reasons.of(scenario, measure))
                  for measure, peers in behind.items()]
    return lines


def verdict(judged, reasons):
    lines = ["## Verdict", ""]
    lines.append("Not behind the best of the others, in any column of any scenario, in one of our settings at least: %s."
                 % say(judged.nobody_better))
    lines.append("")
    for scenario, measure, beaten in judged.columns:
        lines.append("- %s, %s: each of our settings is behind (%s): %s" % (
            SCENARIOS[scenario][0], MEASURES[measure][0], titles(beaten), reasons.of(scenario, measure)))
    for scenario in judged.unmeasured:
        lines.append("- %s: not measured with all of them" % SCENARIOS[scenario][0])
    lines += ["", "The packaged configuration is not behind any other in any column in %d of %d scenarios; eight are "
              "wanted: %s." % (len(judged.best_or_equal), len(SCENARIOS), say(judged.packaged_met)), ""]
    lines += packaged_verdict(judged, reasons)
    if reasons.idle():
        lines += ["", Reasons.IDLE + ": " + ", ".join("%s.%s" % cell for cell in reasons.idle())]
    if judged.failed:
        lines += ["", "Runs without a result, which count as the worst there is:", ""]
        lines += ["- %s, %s, seed %s: %s" % (PEERS[run.peer], SCENARIOS[run.scenario][0], run.seed, run.bad)
                  for run in judged.failed]
    return lines + [""]


INTRODUCTION = """# Side by side

The same work under the stock kernel, under other managers and under oom_embedded, measured by `make bench-peers`:
debian-6.1 with 256 MB, beside 128 MB that are its disk, of 500 operations and 20 MB a second, with a Debian 12 on it.
Each run is a guest of its own, which begins with the same saved machine. The guest's clock counts instructions,
a billion a second, on one CPU; so times do not depend on the host, which may do other work meanwhile. The disk is
part of MemTotal: percentages of memory in a configuration, ours and others', are of 331 MB.

On the device run four applications of 12 MB, a control loop named `critical` of 8 MB, and a shell. All that a manager
is told is that `critical` is not to be killed: `oom_score_adj` -1000; `--avoid` of earlyoom; badness -2000 of nohang,
with its warnings on, from the first second; `ManagedOOMPreference=omit` of systemd-oomd; ranking 10. systemd-oomd watches the slice of the
processes, each a scope, with `DefaultMemoryPressureDurationSec=2s`, in a container of systemd in the guest, and with
64 MB of zram where the others have no swap. For the rest each has its Debian package's configuration; earlyoom has `-p`,
as its unit has it. Ours: the packaged configuration; that with `early_kb = 0` (OOM only); that with
`stall_percent = 20` and `stall_ms = 2000` (by stall). The seed changes speeds by up to 15 %.

- **critical lived**: in all seeds. **first to die**: the guilty one is `leaky`, `bomb` or `writer`; several seeds, several names.
- **needless kills**: of processes that are not guilty; several seeds, several numbers.
- **control loop**: the longest round of a loop of 10 ms with real-time priority and locked memory, from the time at
  which it was due. **shell**: the longest `sh -c ps`, started every 0.7 s from the disk, ordinary priority.
- **told before**: from the first notice to userspace until the first kill; for us a level or `reconfigure_wanted`, for
  nohang its `warning_exe`. SIGTERM to the victim is no notice. A warning of nohang that was given before the work began
  counts from the beginning, and so does a level of ours that was entered before.
- **unused at the kill**: the least MemAvailable in the 0.2 s before it. Slabs that cannot be reclaimed are part of it, also
  under the stock kernel. Not told of the container, as it is a figure of the machine.
- **own memory**: PSS of the manager and the size of the module. **own CPU**: of its threads, in % of a CPU.

Of several seeds the worst counts. A seed counts if all managers have it in that scenario; if there is none, two are
compared on the seeds of both. *(better)*: each of our settings is behind this one. *(behind)*: the packaged
configuration is behind one of the others. A difference counts from 25 % and 10 ms (shell 50 ms, memory 2 MB,
own memory 10 % and 100 KB, own CPU 0.05 %) on. The stock kernel has no daemon: it is not compared in the last
three columns.
"""


def versions(results):
    words, commits, machines, totals, took = {}, [], [], [], []
    for run in results.runs:
        words.update({name: version for name, version in (w for w in run.lists["version"] if len(w) == 2)})
        commits += [run.fields.get("commit", "?")] if run.peer in OURS else []
        machines.append(run.fields.get("machine", "?"))
        totals.append(run.fields.get("total_kb", "?"))
        took.append(int(run.fields.get("host_seconds", 0)))
    lines = ["## Measured with", "", "| | |", "|---|---|"]
    lines += ["| %s | %s |" % item for item in sorted(words.items())]
    lines.append("| oom_embedded | %s |" % ", ".join(dict.fromkeys(commits)))
    lines.append("| machine | %s |" % ", ".join(dict.fromkeys(machines)))
    lines.append("| MemTotal of the guest, kB | %s |" % ", ".join(sorted(set(totals) - {"?"})))
    lines.append("| a run, s of the host | %d to %d |" % (min(took, default=0), max(took, default=0)))
    lines.append("| runs | %d, %d of these with a result; %d more are of seeds that not all of a scenario have |" % (
        len(results.runs), sum(not run.bad for run in results.runs), results.left_out))
    for seed in sorted({run.seed for run in results.runs}):
        lines.append("| runs of seed %s | %d of %d |" % (
            seed, sum(run.seed == seed for run in results.runs), len(SCENARIOS) * len(PEERS)))
    return lines + [""]


def page(results, reasons):
    judged = Judged(results)
    lines = [INTRODUCTION] + verdict(judged, Reasons(reasons))
    lines += ["## Pictures", "", "![Available memory over time, by scenario and manager](peers-memory.svg)", "",
              "![Longest rounds of the control loop and the shell](peers-stalls.svg)", "", "## Scenarios", ""]
    for scenario in SCENARIOS:
        lines += section(results, scenario)
    return "\n".join(lines + versions(results)), judged


def main():
    runs, folder = sys.argv[1:]
    results = Results(load(runs))
    text, judged = page(results, load_reasons())
    for name, content in (("peers.md", text), ("peers-memory.svg", pictures.memory(results, PEERS, SCENARIOS)),
                          ("peers-stalls.svg", pictures.stalls(results, PEERS, SCENARIOS))):
        with open(os.path.join(folder, name), "w") as file:
            file.write(content.rstrip("\n") + "\n")
    print("\n".join(verdict(judged, Reasons(load_reasons()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
