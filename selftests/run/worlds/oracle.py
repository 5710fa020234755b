#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# oracle.py [--panic KILLED MS] VERDICT_LOG...: was what happened in these worlds what the ABI page declares? The rules
# are from Documentation/ABI/testing/sysfs-kernel-oom_embedded alone; the sentence of each is quoted
# at it. A rule says nothing of a case in which a race could make it wrong: that is counted as skipped.
# --panic: the machine ended in the kernel's own panic, which is the last world's, after so many kills in it and so long
# after the last one.
# A line a world: "green SEED victims=N ..." or "red SEED RULE: what". Exit status 1 if one is red.
#
# Its witnesses are the kernel's: oom:mark_victim, "Killed process" of the log, /proc/vmstat, wait(2),
# a program that polls and listens for uevents. The records and the counters are what is judged.

import collections
import sys

from facts import UNKILLABLE, is_in, read_worlds
from faults import FaultRules

HALF_A_SECOND_MS = 500
SHARED = {"sysv", "memfd"}
RECORDS = 64    # "The last 64 decisions"
# What a measured size may be off by, in KiB: counters per CPU, the swap cache, page tables.
SIZE_MARGIN_KB = 4096
OUTCOMES = {"killed", "avoided", "no_victim", "victim_pending", "not_killed", "sigterm"}
# "Not for SysRq, nor for a memory cgroup"; "If nobody may be chosen, nobody dies" (early_kb, relieve).
GIVES_UP = {"global", "memcg"}
STAT_OF_OUTCOME = {"killed": "victims", "no_victim": "no_victim", "not_killed": "not_killed",
                   "avoided": "avoided", "sigterm": "sigterm"}
STAT_OF_KIND = {"global": "oom_global", "cpuset": "oom_global", "mempolicy": "oom_global",
                "thrash": "oom_global", "memcg": "oom_memcg", "sysrq": "oom_sysrq",
                "request": "oom_request", "early": "oom_request"}


class Oracle(FaultRules):
    def __init__(self, world):
        self.world = world
        self.red = []
        self.checked = collections.Counter()
        self.skipped = collections.Counter()
        self.victims = world.victims()
        self.complete_records = max(len(world.events), len(world.old_events)) < RECORDS
        # "memcg: OOM of a memory cgroup is, too", on a kernel that has them
        self.needed = {"global", "guard"} | ({"memcg"} if world.memcg else set())
        self.covered = all(self.needed <= words for words in world.coverage)
        self.all_events = world.old_events + world.events
        # Begin of a suspend to how many died in it for certain.
        self.quiet_victims = {}
        self.by_victim = {}
        for event in self.all_events:
            if event["victim_pid"] != "-":
                self.by_victim[int(event["victim_pid"])] = event

    def judge(self, panic=None):
        world = self.world
        for text in world.not_ok:
            self.bad("end", text)
        if not world.complete and panic:
            self.judge_panic(*panic)
            return
        if not world.complete:
            self.bad("end", "the world did not come to its end")
            return
        if world.lost:
            # The trace is no witness then.
            self.skipped["trace"] += 1
        else:
            for at, pid in self.victims:
                self.judge_victim(at, pid)
            self.judge_would()
            self.judge_dry_runs()
            self.judge_resumes()
        self.judge_unloads()
        self.judge_coverage()
        self.judge_done()
        self.judge_records()
        self.judge_counters()
        self.judge_living()

    # no_victim_action: "unprotect: give up the protected process [...], never one of ranking 0; panic if there is
    # none", "For half a second after a kill [...] there is no panic". What began in a step may live then or not.
    def judge_panic(self, nr_killed, ms):
        may_die = [p for p in self.world.procs.values() if p.name.startswith("p") and p.adj != UNKILLABLE and
                   self.world.first_rank(p) > 0]
        self.check("panic", self.world.params["no_victim_action"] == "unprotect", "not for this action")
        self.check("panic", nr_killed >= len(may_die), f"{nr_killed} had died of {len(may_die)} that may")
        self.check("panic", ms >= HALF_A_SECOND_MS, f"{ms} ms after a kill")
        self.skipped["living at the panic"] += 1

    def bad(self, rule, text):
        self.red.append((rule, text))

    def check(self, rule, good, text):
        self.checked[rule] += 1
        if not good:
            self.bad(rule, text)

    # The time in which that decision was made: not before the last quiet moment, nor before the
    # victim before it of the same kind, because the kernel's oom_lock is held from choice to mark; nor
    # before the module was there.
    def window(self, at, event):
        begin = max([-1] + [quiet for quiet in self.world.quiet + [self.world.loaded] if quiet < at])
        for before, pid in self.victims:
            other = self.by_victim.get(pid)
            if before < at and other and same_domain(other, event):
                begin = max(begin, before)
        return begin, at

    # Records are the newest 64, and of memory cgroups only if these are covered; of those who die
    # together there is one.
    def judge_unrecorded(self, at, pid):
        if self.leader_of(at, pid):
            self.check("together", self.world.by_pid[pid].adj != UNKILLABLE, f"victim {pid} is unkillable")
        elif self.complete_records and self.covered and not self.may_be_without_record(at):
            self.bad("record", f"victim {pid} has no record")
        else:
            self.skipped["record"] += 1

    def judge_victim(self, at, pid):
        event = self.by_victim.get(pid)
        gap = self.gap_of(at)
        if gap:
            self.judge_in_gap(at, pid, gap)
            return
        if not event:
            self.judge_unrecorded(at, pid)
            return
        if self.sleep_of(at):
            self.judge_quiet(at, pid, event)
        elif self.is_suspending(at):
            self.skipped["told"] += 1
        else:
            self.judge_told(at, pid, event)
        process = self.world.by_pid.get(pid)
        window = self.window(at, event)
        self.judge_settings(event, window)
        self.judge_domain(process, event)
        if not process:
            self.skipped["stranger"] += 1
            return
        if process.ended_by_us < at:
            # "the kernel did without a kill [...] the caller was dying"
            self.skipped["ended by us"] += 1
            return
        # "observe: the kernel chooses as if the module were not there, and the record says whom the
        # module would have chosen": "kernel (it was not chosen by us)", or it is the same process
        if event["mode"] != "enforce":
            self.check("observe", event["reason"] == "kernel" or event["would_pid"] == "-",
                       f"victim {pid}: reason {event['reason']}, and would have chosen {event['would_pid']}")
            return
        self.judge_protected(process, at, event, window)
        self.judge_order(process, event, window)
        self.judge_set(process, at)

    # events: "memcg: path of the cgroup"; a cgroup at its limit has what is in it and below it
    def judge_domain(self, victim, event):
        if victim and event["kind"] == "memcg":
            self.check("domain", is_in(victim, event["memcg"]),
                       f"victim {victim.name} of {victim.cgroup}, emergency {event['seq']} of {event['memcg']}")

    # reconfigure_wanted: "once an OOM, before a victim is chosen. [...] poll(2) on the open file,
    # after a read, returns POLLPRI when the count has moved." Condition: the poller had read the
    # last value when it was told, or says afterwards that this was why it was woken.
    def judge_told(self, at, pid, event):
        seq = int(event["seq"])
        trace = self.world.trace
        woken = reading = started = False
        for words in trace[self.world.loaded if at > self.world.loaded > 0 else 0:at]:
            if words[0] == "waking":
                woken = woken or not reading
            elif words[:2] == ["oe", "start"]:
                # It had read that already.
                started = int(words[2]) < seq
            elif words[:2] == ["oe", "poll"]:
                if int(words[2]) >= seq:
                    self.checked["told"] += 1
                    return
                woken, reading = False, True
            elif words[:2] == ["oe", "read"]:
                reading = False
                if int(words[2]) >= seq:
                    self.checked["told"] += 1
                    return
        # A poller of this module may not have begun yet.
        if not started:
            self.skipped["told"] += 1
            return
        if reading:
            self.skipped["told"] += 1
            return
        later = [int(words[2]) for words in trace[at:] if words[:2] in (["oe", "poll"], ["oe", "read"])]
        self.check("told", woken and later and max(later[:2]) >= seq,
                   f"victim {pid} of emergency {seq} was marked before userspace was told")

    # events: "mode", "threshold: rank_threshold as it was"; "A new value counts from the next decision on"
    def judge_settings(self, event, window):
        for key, name in (("threshold", "rank_threshold"), ("mode", "mode")):
            values = self.world.setting(name, *window)
            self.check("settings", event[key] in values,
                       f"emergency {event['seq']}: {key} {event[key]} in the record, {values} in force")

    # Those that certainly could be chosen in that emergency in place of the victim, and lived on. A
    # process is left out if it might have been protected, unkillable or not there.
    def sure_candidates(self, event, window, threshold):
        for other in self.world.by_pid.values():
            if not other.outlives(*window) or other.adj == UNKILLABLE:
                continue
            # It may be in the middle of fork, exec or its end.
            if other.kind == "child" or (other.pid not in self.world.living and other.pid not in self.world.kills):
                continue
            if event["kind"] == "memcg" and not is_in(other, event["memcg"]):
                continue
            if self.lowest_of_set(other, window) >= max(1, threshold):
                yield other

    # rank_threshold: "A process with a ranking below it is protected: it is not chosen."
    # oom_ranking: "0 is never chosen, whatever the threshold."
    # candidates: "unkillable: by the kernel's own rules: init, oom_score_adj -1000"
    # no_victim_action, memcg_no_victim_action: "unprotect: give up the protected process with the
    # highest ranking, never one of ranking 0", "when the machine is out of memory and no process may
    # be chosen", "at its limit and nobody else in it may be chosen"
    def judge_protected(self, victim, at, event, window):
        ranks = victim.ranks_in(*window)
        thresholds = [int(value) for value in self.world.setting("rank_threshold", *window)]
        text = f"victim {victim.name} ({victim.pid}) of ranking {ranks}, thresholds {thresholds}, " \
            f"emergency {event['seq']} {event['kind']} {event['reason']}"
        # "global: OOM of the machine and by SysRq is intercepted; memcg: OOM of a memory cgroup is, too"
        if event["kind"] == "memcg" and not self.covered:
            self.skipped["protected"] += 1
            return
        if event["reason"] == "kernel" and not self.covered:
            # "guard: a kill of a protected process is prevented [...] whatever led to it"
            self.skipped["protected"] += 1
            return
        self.check("protected", max(ranks) > 0, "ranking 0: " + text)
        self.check("unkillable", victim.adj != UNKILLABLE, "oom_score_adj -1000: " + text)
        if event["reason"] == "unprotected":
            self.judge_given_up(victim, event, window, ranks, thresholds, text)
        else:
            self.check("protected", max(ranks) >= min(thresholds), text)
            self.judge_set_protected(victim, at, window, min(thresholds), text)

    def judge_given_up(self, victim, event, window, ranks, thresholds, text):
        self.check("given up", event["kind"] in GIVES_UP, "kind: " + text)
        if event["kind"] == "memcg":
            self.check("given up", self.world.params["memcg_no_victim_action"] == "unprotect",
                       "memcg_no_victim_action=fail: " + text)
        for other in self.sure_candidates(event, window, max(thresholds)):
            self.bad("given up", f"{other.name} could be chosen: {text}")
        for other in self.sure_candidates(event, window, max(ranks) + 1):
            self.bad("given up", f"{other.name} of ranking {other.ranks_in(*window)} is higher: {text}")

    # selection_order: "badness: the kernel's measure (resident memory, swap, page tables,
    # oom_score_adj) decides, then the lowest pid; rank: the highest ranking, then badness, then the
    # lowest pid". "Before that, in both orders: [...] a small one goes last while there is a hog".
    # Exception: "the process that asks for memory goes first", reason not_in_processes.
    def judge_order(self, victim, event, window):
        if event["reason"] == "not_in_processes":
            self.judge_exception(victim, event)
            return
        # "kernel (it was not chosen by us)"
        if event["reason"] in ("kernel", "unprotected") or (event["kind"] == "memcg" and not self.covered):
            self.skipped["order"] += 1
            return
        orders = self.world.setting("selection_order", *window)
        thresholds = [int(value) for value in self.world.setting("rank_threshold", *window)]
        if len(set(orders)) > 1:
            self.skipped["order"] += 1
            return
        for other in self.sure_candidates(event, window, max(thresholds)):
            if other is victim:
                continue
            if self.goes_before(other, victim, orders[0], window):
                self.bad("order", f"{other.name} ({other.pid}) of ranking {other.ranks_in(*window)} goes before "
                         f"{victim.name} ({victim.pid}) of {victim.ranks_in(*window)}: "
                         f"emergency {event['seq']} {event['kind']} {event['reason']}")
            self.checked["order"] += 1

    # "The memory counts as such if all processes together hold less than half of the memory in use"
    def judge_exception(self, victim, event):
        self.check("exception", int(event["trigger_pid"]) == victim.pid,
                   f"not_in_processes, and {victim.pid} is not the one that asks ({event['trigger_pid']})")
        self.check("exception", event["kind"] in GIVES_UP, f"not_in_processes with kind {event['kind']}")
        if event["used_kb"] != "-" and event["processes_kb"] != "-":
            self.check("exception", int(event["processes_kb"]) * 2 < int(event["used_kb"]),
                       f"not_in_processes: {event['processes_kb']} of {event['used_kb']} KiB are")

    # Is it certain? Only if rankings decide, or sizes that are known and far from each other.
    def goes_before(self, other, victim, order, window):
        # Shared memory that is swapped out is in no process's measure.
        if other.kind in SHARED and self.world.swap != "none":
            self.skipped["size"] += 1
            return False
        # min_gain_kb: "0: no process is small"; else the process has to be none for certain.
        if self.world.params["min_gain_kb"] != "0" and (other.first_kb or 0) < 2 * SIZE_MARGIN_KB:
            self.skipped["small"] += 1
            return False
        if order == "rank":
            highest, lowest = max(victim.ranks_in(*window)), min(other.ranks_in(*window))
            if lowest != highest:
                return lowest > highest
            if len(set(victim.ranks_in(*window))) > 1:
                self.skipped["tie"] += 1
                return False
        # A leak has another size each time, and anything may be swapped out, or in.
        if not victim.first_kb or not other.first_kb or victim.adj != other.adj:
            self.skipped["size"] += 1
            return False
        return other.first_kb > victim.first_kb + SIZE_MARGIN_KB

    # events, would_*: "whom we would have chosen, where the kernel did not go by it"; the same
    # rules are for that. Where nobody was killed there is no time to look at: records in order of
    # seq have the settings of any time.
    def judge_would(self):
        for event in self.all_events:
            pid = event.get("would_pid", "-")
            process = self.world.by_pid.get(int(pid)) if pid != "-" else None
            if not process:
                continue
            ranks = process.ranks_in(-1, len(self.world.trace))
            self.check("would", max(ranks) > 0, f"would choose {process.name} of ranking {ranks}")
            self.check("would", process.adj != UNKILLABLE, f"would choose {process.name}, which is unkillable")
            self.check("would", int(event["would_rank"]) in ranks,
                       f"would_rank {event['would_rank']} of {process.name}, which has {ranks}")

    # candidates: "Which processes would die if the machine ran out of memory now, in order, by the
    # code that decides then". Condition: it was quiet, and the next decision was by SysRq.
    def judge_dry_runs(self):
        for at, predicted in self.world.sysrqs:
            if not self.world.quiet or predicted is None:
                self.skipped["dry run"] += 1
                continue
            ends = [i for i, words in enumerate(self.world.trace) if i > at and words[:3] == ["w", "end", "sysrq"]]
            marks = [(i, pid) for i, pid in self.victims if at < i < (ends or [0])[0]]
            event = self.by_victim.get(marks[0][1]) if marks else None
            if not event or event["kind"] != "sysrq" or event["mode"] != "enforce":
                self.skipped["dry run"] += 1
                continue
            quiet = max(i for i in self.world.quiet if i < at)
            if any(words[:2] in (["w", "ready"], ["w", "begin"]) for words in self.world.trace[quiet:at]):
                self.skipped["dry run"] += 1
                continue
            # Near equals may change places.
            process = self.world.by_pid.get(predicted)
            if event["reason"] not in ("rank", "only") or not process:
                self.skipped["dry run"] += 1
                continue
            self.check("dry run", marks[0][1] == predicted,
                       f"candidates had {predicted} first, SysRq took {marks[0][1]}")

    # events: the fields, and which may be "-"
    def judge_records(self):
        for event in self.all_events:
            seq = event["seq"]
            self.check("outcome", event["outcome"] in OUTCOMES, f"emergency {seq}: outcome {event['outcome']}")
            # "victim_*: the process that died"; "avoided: memory was back before a victim was chosen"
            if event["outcome"] in ("avoided", "no_victim", "sigterm"):
                self.check("outcome", event["victim_pid"] == "-",
                           f"emergency {seq}: {event['outcome']} with victim {event['victim_pid']}")
            if event["outcome"] == "killed":
                pid = event["victim_pid"]
                self.check("outcome", pid != "-" and int(pid) in self.world.kills,
                           f"emergency {seq}: killed {pid}, of which the kernel's log has nothing")
            self.judge_window_of(event)
            self.judge_rank_of(event)
        # "events: The last 64 decisions": each emergency has one.
        if self.complete_records:
            wanted = set(range(1, self.world.stats["reconfigure_wanted"] + 1))
            found = {int(event["seq"]) for event in self.world.events}
            self.check("episode", wanted == found,
                       f"emergencies without a record: {sorted(wanted - found)}; never told: {sorted(found - wanted)}")
        else:
            self.skipped["episode"] += 1

    # grace_ms: "time is granted out of a budget of one grace_ms"; "With mode=observe nobody waits."
    def judge_window_of(self, event):
        granted = event["grace_ms"]
        if granted == "-":
            return
        most = max(int(value) for _, _, value in self.world.settings["grace_ms"])
        if event["mode"] == "observe" and not self.mode_changes():
            most = 0
        self.check("window", int(granted) <= most,
                   f"emergency {event['seq']}: {granted} ms granted, of {most}")

    def mode_changes(self):
        return len(self.world.settings["mode"]) > 1

    # victim_rank: what the process had
    def judge_rank_of(self, event):
        if event["victim_pid"] == "-" or int(event["victim_pid"]) not in self.world.by_pid:
            return
        process = self.world.by_pid[int(event["victim_pid"])]
        # A ranking that an earlier module had is nothing to this one.
        since = self.world.loaded if event in self.world.events else -1
        ranks = process.ranks_in(since, len(self.world.trace))
        self.check("rank", int(event["victim_rank"]) in ranks,
                   f"emergency {event['seq']}: victim_rank {event['victim_rank']} of {process.name}, "
                   f"which has {ranks}")

    # stats/: "Their sum is reconfigure_wanted."; "How OOMs ended: the kernel killed a process; [...]"
    def judge_counters(self):
        world = self.world
        stats = world.stats
        told = sum(stats[name] for name in set(STAT_OF_KIND.values()))
        self.check("counters", told == stats["reconfigure_wanted"],
                   f"the kinds add up to {told}, reconfigure_wanted is {stats['reconfigure_wanted']}")
        # Without coverage the kernel kills in cgroups of which the module does not know. It counts each
        # of those who die together, and had killed before the module was there again.
        if self.covered and (world.gaps or world.oom_groups):
            self.check("counters", stats["victims"] <= world.kernel_kills,
                       f"stats/victims {stats['victims']}, the kernel killed {world.kernel_kills}")
        elif self.covered:
            self.check("counters", stats["victims"] == world.kernel_kills,
                       f"stats/victims {stats['victims']}, the kernel killed {world.kernel_kills}")
        else:
            self.skipped["counters"] += 1
        if not self.complete_records:
            self.skipped["counters"] += 1
            return
        outcomes = collections.Counter(STAT_OF_OUTCOME.get(e["outcome"], "-") for e in self.world.events)
        for name in STAT_OF_OUTCOME.values():
            self.check("counters", stats[name] == outcomes[name],
                       f"stats/{name} {stats[name]}, records {outcomes[name]}")
        # "Protected processes given up by no_victim_action=unprotect": in mode observe the kernel chose.
        given_up = sum(event["reason"] == "unprotected" and event["outcome"] == "killed" and
                       event["mode"] == "enforce" for event in self.world.events)
        self.check("counters", stats["unprotected"] == given_up,
                   f"stats/unprotected {stats['unprotected']}, records {given_up}")
        kinds = collections.Counter(STAT_OF_KIND[kind] for _, kind in
                                    {(e["seq"], e["kind"]) for e in self.world.events})
        for name in set(STAT_OF_KIND.values()):
            self.check("counters", stats[name] == kinds[name],
                       f"stats/{name} {stats[name]}, records of {kinds[name]} emergencies")

    # Nobody dies but by the kernel's hand, which is in its log; "The module continues (SIGCONT)
    # exactly the processes that it has stopped" (grace_hold).
    def judge_living(self):
        world = self.world
        for pid, status in world.ended.items():
            process = world.by_pid.get(pid)
            if not process or status != 137 or process.kind == "manager":
                continue
            self.check("living", pid in world.kills or process.ended_by_us < len(world.trace),
                       f"{process.name} ({pid}) ended by SIGKILL, and nobody says so")
        for pid, state in world.living.items():
            process = world.by_pid.get(pid)
            if not process or world.managers.get(process.name) == "stop":
                continue
            self.check("living", state != "T", f"{process.name} ({pid}) is still stopped")


def same_domain(one, other):
    if one["kind"] == "memcg" or other["kind"] == "memcg":
        return one["kind"] == other["kind"] and one["memcg"] == other["memcg"]
    return True


def words_of(counter):
    return ",".join(f"{name.replace(' ', '_')}:{n}" for name, n in sorted(counter.items())) or "-"


def main(arguments):
    failed = False
    panic, paths = None, arguments
    if arguments[0] == "--panic":
        panic, paths = (int(arguments[1]), int(arguments[2])), arguments[3:]
    for path in paths:
        worlds = [world for world in read_worlds(path) if world.seed is not None]
        for world in worlds:
            oracle = Oracle(world)
            oracle.judge(panic if world is worlds[-1] else None)
            for rule, text in oracle.red:
                print(f"red {world.seed} {rule}: {text}")
            failed = failed or bool(oracle.red)
            if not oracle.red:
                print(f"green {world.seed} emergencies={world.stats.get('reconfigure_wanted', 0)} "
                      f"victims={len(oracle.victims)} checked={words_of(oracle.checked)} "
                      f"skipped={words_of(oracle.skipped)}")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: oracle.py [--panic KILLED MS] VERDICT_LOG...")
    sys.exit(main(sys.argv[1:]))
