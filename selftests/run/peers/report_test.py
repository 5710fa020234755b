#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# report_test.py: does a run of "make bench-peers" that lies become "no result", and do the marks and the
# verdicts of report.py go both ways? Planted runs, no guest. Has each cell of the published page in which we are
# behind its reason, and no other? KTAP.

import functools
import os
import sys

from report import MEASURES, OURS, PACKAGED, PEERS, SCENARIOS, Reasons, Results, Run, load_reasons, page

PUBLISHED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../Documentation/results/peers.md")

GOOD = """peer {peer}
scenario {scenario}
seed {seed}
commit 0123abc
machine 2 x planted
version earlyoom 1.7
begin 1000000000
room_kb 100000
notice level 1500000000
end 9000000000
control_rounds 800
control_late 0
control_longest_us 1000
shell_rounds 16
shell_late 0
shell_longest_us 30000
manager_processes 1
manager_pss_kb 1000
manager_cpu_us 5000
complete 1
victim 2000000000 9 leaky 300 leaky
nr_victims 1
nr_before 0
available 1000000000 100000
available 1900000000 9000
unused_kb 9000
oom_kills 1
total_kb 339368
exit 0
"""


class Tap:
    def __init__(self, plan):
        self.nr, self.failed, self.plan = 0, 0, plan
        print("KTAP version 1\n1..%d" % plan)

    def check(self, what, passed):
        self.nr += 1
        self.failed += not passed
        print("%sok %d %s" % ("" if passed else "not ", self.nr, what))

    def status(self):
        return int(self.failed > 0 or self.nr != self.plan)


@functools.cache
def good(key):
    peer, scenario, seed = key
    return Run(key, GOOD.format(peer=peer, scenario=scenario, seed=seed))


def planted(change=None, peers=PEERS, scenario="plateau", seeds="12"):
    """Runs that are equal and good, but that CHANGE was made to those of PEERS in one scenario."""
    runs = []
    for where in SCENARIOS:
        for peer in PEERS:
            for seed in "12":
                key = peer, where, seed
                if change and where == scenario and peer in peers and seed in seeds:
                    runs.append(Run(key, change(GOOD.format(peer=peer, scenario=where, seed=seed))))
                else:
                    runs.append(good(key))
    results = Results(runs)
    return (results,) + page(results, {})


def bad(results):
    return [(run.peer, run.scenario, run.seed) for run in results.runs if run.bad]


def replaced(old, new):
    def change(text):
        if old not in text:
            raise ValueError(old)
        return text.replace(old, new)
    return change


LIES = {
    "a guest that did not come to its end": replaced("exit 0\n", ""),
    "a guest that ended with a failure": replaced("exit 0", "exit 1"),
    "a guest that hung": replaced("exit 0\n", "failed: the guest did not come to its end\nexit 0\n"),
    "a director that did not end": replaced("complete 1\n", ""),
    "a run of another manager": replaced("peer stock\n", "peer us_oom\n"),
    "a run of another scenario": replaced("scenario plateau\n", "scenario fast_leak\n"),
    "a run of another seed": replaced("seed 1\n", "seed 2\n"),
    "victims that are missing": replaced("nr_victims 1", "nr_victims 2"),
    "a victim of another time": replaced("victim 2000000000", "victim 9900000000"),
    "a victim before it began": replaced("nr_before 0", "nr_before 1"),
    "a kill without the memory of then": replaced("unused_kb 9000\n", ""),
    "memory that was not looked at": replaced("\navailable ", "\n_ "),
    "a control loop that did not run": replaced("control_rounds 800", "control_rounds 0"),
    "a shell that did not run": replaced("shell_rounds 16", "shell_rounds 0"),
    "no time of the loop": replaced("control_longest_us 1000\n", ""),
}

# Of earlyoom or of us: what is worse, and in which measure.
WORSE = {
    "lost": replaced("leaky 300 leaky\nnr_victims 1", "leaky 300 leaky\nvictim 2100000000 9 critical 301 x\nnr_victims 2"),
    "wrong": replaced("9 leaky 300", "9 app1 300"),
    "needless": replaced("leaky 300 leaky\nnr_victims 1", "leaky 300 leaky\nvictim 2100000000 9 ps 301 x\nnr_victims 2"),
    "control_ms": replaced("control_longest_us 1000", "control_longest_us 12000"),
    "shell_ms": replaced("shell_longest_us 30000", "shell_longest_us 95000"),
    "untold_ms": replaced("notice level 1500000000\n", ""),
    "unused_mb": replaced("unused_kb 9000", "unused_kb 14000"),
    "own_kb": replaced("manager_pss_kb 1000", "manager_pss_kb 1250"),
    "cpu_percent": replaced("manager_cpu_us 5000", "manager_cpu_us 11000"),
}


def test_lies(tap):
    for what, change in LIES.items():
        results, text, judged = planted(change, ["stock"], seeds="1")
        tap.check(what + " is no result", bad(results) == [("stock", "plateau", "1")] and
                  "**no result** of 1" in text and len(judged.failed) == 1)
    results, _, _ = planted(replaced("manager_processes 1", "manager_processes 0"), ["earlyoom"], seeds="1")
    tap.check("a manager that is not there is no result", bad(results) == [("earlyoom", "plateau", "1")])


def marks(text):
    return [word for word in ("(better)", "(behind)") if word in text.split("## Verdict")[1]]


def test_marks(tap):
    for measure, change in WORSE.items():
        _, text, judged = planted(change, OURS)
        peers = [peer for _, found, others in judged.columns for peer in others if found == measure]
        tap.check("all of ours behind in %s: the first condition is not met, the others are marked" % measure,
                  not judged.nobody_better and "earlyoom" in peers and "(better)" in marks(text))
        _, text, judged = planted(change, [PACKAGED])
        tap.check("the packaged one behind in %s: it is marked, another setting is not behind" % measure,
                  judged.nobody_better and measure in judged.packaged["plateau"] and marks(text) == ["(behind)"] and
                  len(judged.best_or_equal) == len(SCENARIOS) - 1)
        _, text, judged = planted(change, set(PEERS) - set(OURS))
        tap.check("all others behind in %s: no mark" % measure, judged.nobody_better and not marks(text))


def test_judge(tap):
    results, text, judged = planted()
    tap.check("all equal: both conditions are met", judged.nobody_better and judged.packaged_met and not bad(results))
    tap.check("and the page says so", text.count("**met**") == 2 and not marks(text) and not judged.unmeasured)
    _, _, judged = planted(WORSE["shell_ms"], [PACKAGED], seeds="2")
    tap.check("the worst seed counts", list(judged.packaged["plateau"]) == ["shell_ms"])
    _, _, judged = planted(replaced("exit 0\n", ""), [PACKAGED], seeds="1")
    tap.check("a run of ours without a result is not best",
              not judged.nobody_better and "plateau" not in judged.best_or_equal)
    _, _, judged = planted(replaced("exit 0\n", ""), ["earlyoom"], seeds="1")
    tap.check("one of another does not make us worse", judged.nobody_better)
    text, judged = page(Results([]), {})
    tap.check("nothing measured: no condition is met", not judged.nobody_better and not judged.packaged_met)
    tap.check("and each row says so", text.count("| not measured |") == len(PEERS) * len(SCENARIOS))
    text, judged = page(Results(run for run in planted()[0].runs if run.peer != "oomd"), {})
    tap.check("one that was not measured: not met, for each scenario",
              not judged.nobody_better and judged.unmeasured == list(SCENARIOS) and not judged.packaged_met)


def without(peer, seed):
    """Equal and good runs but that one manager lacks a seed in a scenario, and one that has it is bad there."""
    runs = [run for run in planted()[0].runs if (run.scenario, run.peer, run.seed) != ("plateau", peer, seed)]
    worse = WORSE["shell_ms"](GOOD.format(peer=PACKAGED, scenario="plateau", seed=seed))
    return [run for run in runs if (run.scenario, run.peer, run.seed) != ("plateau", PACKAGED, seed)] + \
        [Run((PACKAGED, "plateau", seed), worse)]


def test_seeds(tap):
    text, judged = page(Results(without("nobody", "2")), {})
    tap.check("a seed that all have counts", list(judged.packaged["plateau"]) == ["shell_ms"] and "95" in text)
    results = Results(without("oomd", "2"))
    text, judged = page(results, {})
    tap.check("a seed that one of them lacks counts for none, and is not in the table",
              not judged.packaged["plateau"] and results.left_out == len(PEERS) - 1 and not marks(text) and
              all(results.seeds("plateau", peer) == ["1"] for peer in PEERS))


def test_reasons(tap):
    _, text, _ = planted(WORSE["shell_ms"], OURS)
    tap.check("a cell that has no reason is said to have none", text.count(Reasons.NONE) == 1 and Reasons.IDLE not in text)
    text, _ = page(planted(WORSE["shell_ms"], OURS)[0], {"plateau": {"shell_ms": "It waits."}})
    tap.check("the reason is told", text.count("It waits.") == 1 and Reasons.NONE not in text)
    text, _ = page(planted(WORSE["shell_ms"], [PACKAGED])[0], {"plateau": {"shell_ms": "It waits."}})
    tap.check("also of the packaged configuration alone", text.count("It waits.") == 1 and Reasons.NONE not in text)
    text, _ = page(planted()[0], {"plateau": {"shell_ms": "It waits."}})
    tap.check("a reason for a cell that is not behind is shown up", Reasons.IDLE + ": plateau.shell_ms" in text)


def test_published(tap):
    """The published page is of this reasons.json."""
    with open(PUBLISHED) as file:
        text = file.read()
    reasons = [reason for told in load_reasons().values() for reason in told.values()]
    tap.check("each cell of the published page in which we are behind has a reason", Reasons.NONE not in text)
    tap.check("and each reason is on it, none of them for another cell",
              all(": %s\n" % reason in text for reason in reasons) and Reasons.IDLE not in text)


def main():
    tap = Tap(len(LIES) + 1 + 3 * len(WORSE) + 8 + 2 + 4 + 2)
    assert set(WORSE) == set(MEASURES)
    test_lies(tap)
    test_marks(tap)
    test_judge(tap)
    test_seeds(tap)
    test_reasons(tap)
    test_published(tap)
    return tap.status()


sys.exit(main())
