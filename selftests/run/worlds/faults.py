# SPDX-License-Identifier: GPL-2.0-only
#
# Rules about faults and about what dies together: a part of the oracle. As there, each quotes the sentence of
# the ABI page that it is from.

from facts import LAST, UNKILLABLE, is_in

ACKNOWLEDGE = {"drop", "lie", "save"}


class FaultRules:
    # --- the module comes and goes ---

    # In the middle of either the kernel may be on its way with or without the module.
    def gap_of(self, at):
        for unload, gone, load, back in self.world.gaps:
            if unload <= at <= back:
                return unload, gone, load, back
        return None

    # "The directory exists while the module is loaded."; stats: "Counters since the module was
    # loaded". What the kernel does meanwhile is its own affair, by its own rules.
    def judge_in_gap(self, at, pid, gap):
        _, gone, load, _ = gap
        if not gone < at < load:
            self.skipped["unloaded"] += 1
            return
        self.check("unloaded", pid not in self.by_victim,
                   f"victim {pid} died while there was no module, and has a record")
        process = self.world.by_pid.get(pid)
        if process:
            self.check("unkillable", process.adj != UNKILLABLE, f"{process.name} is unkillable")

    # Records are told when the unload begins; one may be made meanwhile. A call that the kernel had
    # begun before the load comes to its end after it.
    def may_be_without_record(self, at):
        for unload, _, _, back in self.world.gaps:
            if max([-1] + [quiet for quiet in self.world.quiet if quiet < unload]) < at < unload:
                return True
            if at == min([other for other, _ in self.victims if other > back], default=LAST):
                return True
        return False

    def judge_unloads(self):
        for what, outcome in self.world.tries:
            if what == "unloaded":
                self.check("unloaded", outcome == "gone", "the directory is there without the module")

    # --- mechanisms that are switched off ---

    # coverage: "If kprobes are callbacks of ftrace (x86), kernel.ftrace_enabled=0 is refused with
    # EBUSY while the module is loaded, and kprobes/enabled=0 of debugfs does not reach it."; "Other
    # kprobes may come and go." Condition: "if something was off at load" it is another case.
    def judge_coverage(self):
        if self.world.before & {"ftrace_off", "kprobes_off"}:
            self.skipped["coverage"] += 1
            return
        for words in self.world.coverage:
            self.check("coverage", self.needed <= words, f"coverage is {sorted(words)}")
        for what, outcome in self.world.tries:
            if what == "ftrace":
                self.check("coverage", outcome == "refused", "kernel.ftrace_enabled=0 was taken")

    # --- managers ---

    # reconfigure_done: "The value of reconfigure_wanted that userspace has handled"; events: "ack_ms:
    # from the beginning to the acknowledgement". A manager that could not save says nothing, and the
    # managers of an earlier module are gone.
    def judge_done(self):
        world = self.world
        self.check("done", world.done <= world.stats["reconfigure_wanted"],
                   f"{world.done} handled of {world.stats['reconfigure_wanted']}")
        if not world.gaps and ACKNOWLEDGE & set(world.managers.values()):
            self.skipped["done"] += 1
            return
        self.check("done", world.done == 0, f"{world.done} handled, and there is no manager that would say so")
        for event in world.events:
            self.check("done", event["ack_ms"] == "-",
                       f"emergency {event['seq']}: acknowledged after {event['ack_ms']} ms, and by nobody")

    # --- suspend ---

    def sleep_of(self, at):
        for begin, thaw in self.world.sleeps:
            if begin < at < thaw:
                return begin, thaw
        return None

    # On the way into and out of a suspend either may be.
    def is_suspending(self, at):
        return any(begin <= at <= end for begin, end in self.world.suspends)

    # The newest emergency of which the poller knew when processes began to be frozen; None if it may
    # have been on its way to one more.
    def told_before(self, begin):
        told = 0
        for words in self.world.trace[:begin]:
            if words[0] == "waking":
                told = None
            elif words[:2] == ["oe", "read"]:
                told = int(words[2])
        return told

    # reconfigure_wanted: "From the first word of a suspend [...] until the last of the resume an
    # emergency is quiet: it counts here, and the rankings hold, but nobody is woken, sent a uevent
    # [...] or waited for." Condition: it is certain that it began there.
    def judge_quiet(self, at, pid, event):
        begin, _ = self.sleep_of(at)
        told = self.told_before(begin)
        if told is None or int(event["seq"]) <= told:
            self.skipped["quiet"] += 1
            return
        self.quiet_victims[begin] = self.quiet_victims.get(begin, 0) + 1
        uevents = [words for words in self.world.trace
                   if words[:3] == ["oe", "uevent", "reconfigure"] and words[3] == event["seq"]]
        self.check("quiet", not uevents, f"victim {pid} of emergency {event['seq']} died in a suspend, "
                   "and a uevent was sent")
        self.check("quiet", event["grace_ms"] in ("-", "0") and event["ack_ms"] == "-",
                   f"emergency {event['seq']} in a suspend: {event['grace_ms']} ms granted")

    # "After the resume pollers are woken, and one uevent with OOM_EVENT=resume says how many
    # emergencies there were (OOM_EMERGENCIES) and how many processes died (OOM_VICTIMS)"
    def judge_resumes(self):
        trace = self.world.trace
        for begin, thaw in self.world.sleeps:
            least = self.quiet_victims.get(begin, 0)
            if not least or thaw == LAST:
                self.skipped["resume"] += 1
                continue
            around = [pair for pair in self.world.suspends if pair[0] < begin < pair[1]]
            since, until = around[0]
            most = sum(since < at < until for at, _ in self.victims)
            heard = [words for words in trace[begin:] if words[:3] == ["oe", "uevent", "resume"]]
            self.check("resume", len(heard) == 1, f"{least} died in a suspend, and {len(heard)} uevents say so")
            self.check("resume", any(words[:2] == ["oe", "poll"] for words in trace[thaw:]),
                       "no poller was woken after the resume")
            for words in heard:
                said = dict(word.split("=", 1) for word in words if "=" in word)
                died, emergencies = int(said["victims"] or 0), int(said["emergencies"] or 0)
                self.check("resume", least <= died <= most and emergencies > 0,
                           f"{said['victims']} victims of {said['emergencies']} emergencies are told, "
                           f"{least} to {most} died")

    # --- processes that die together ---

    # selection_order: "the members of its memory cgroup, if that has memory.oom.group=1 [...]. Members
    # with oom_score_adj -1000 are left out, as in the kernel"
    def members_with(self, process):
        paths = [path for path in self.world.oom_groups if is_in(process, path)]
        if not paths:
            return []
        return [other for other in self.world.by_pid.values()
                if other is not process and is_in(other, paths[0]) and other.adj != UNKILLABLE]

    # "If the lowest ranking among these is 0 or below rank_threshold the process is protected."
    # Those who die with it are marked after it; each may have had its highest ranking.
    def judge_set_protected(self, victim, at, window, threshold, text):
        for other in self.members_with(victim):
            if other.kind != "child" and other.ready < window[0] and min(other.killed, other.ended_by_us) > at:
                self.check("kill set", max(other.ranks_in(*window)) >= max(1, threshold),
                           f"{other.name} of ranking {other.ranks_in(*window)} would die with it: {text}")

    # "A process is as protected as the most protected one that dies with it."
    def lowest_of_set(self, process, window):
        return min(min(other.ranks_in(*window)) for other in [process] + self.members_with(process))

    # One that has no record of its own, and dies with one that has.
    def leader_of(self, at, pid):
        process = self.world.by_pid.get(pid)
        if not process:
            return None
        for other in self.members_with(process):
            if other.killed < at and other.pid in self.by_victim:
                return other
        return None

    # "A kill also takes [...]". The kernel takes one alone that is on its way out already.
    def judge_set(self, victim, at):
        for other in self.members_with(victim):
            if other.kind == "child" or other.ready > at or min(other.ended_by_us, other.killed) < at:
                continue
            self.check("together", other.pid in self.world.kills,
                       f"{other.name} ({other.pid}) lives on, and {victim.name} of its group was killed")
