# SPDX-License-Identifier: GPL-2.0-only
#
# What was seen of a world: the lines "# w ..." of worlds_guest.sh, as objects. No rule is here.

import re

UNKILLABLE = -1000
LAST = float("inf")


class Process:
    def __init__(self, name, kind, how, cgroup, adj):
        self.name = name
        self.kind = kind
        self.how = how
        self.cgroup = cgroup
        self.adj = adj
        self.pid = None
        self.parent = None
        # Positions in the trace: it was there with its ranking, it was killed by the kernel, by us.
        self.ready = LAST
        self.killed = LAST
        self.ended_by_us = LAST
        self.first_kb = None
        self.last_kb = None
        # (position of its beginning, of its end, ranking)
        self.ranks = []

    # The rankings that it may have had at some time of [begin, end].
    def ranks_in(self, begin, end):
        return values_in(self.ranks, begin, end)

    # It was there all that time, and lived on.
    def outlives(self, begin, end):
        return self.ready < begin and min(self.killed, self.ended_by_us) > end


# A change that is under way has either value. changes: (begin, end, value), in order.
def values_in(changes, begin, end):
    found = []
    for i, (since, _, value) in enumerate(changes):
        until = changes[i + 1][1] if i + 1 < len(changes) else LAST
        if since <= end and until >= begin:
            found.append(value)
    return found


# Is the process in the cgroup of that path, or below it?
def is_in(process, path):
    return ("/" + process.cgroup + "/").startswith(path + "/")


class World:
    def __init__(self):
        self.seed = None
        self.swap = "none"
        self.params = {}
        self.groups = {}
        self.group_of_cgroup = {}
        self.procs = {}
        self.by_pid = {}
        self.managers = {}
        # Paths of those with memory.oom.group.
        self.oom_groups = []
        # Before the module is loaded.
        self.before = set()
        self.memcg = False
        # Records of the module that is there at the end, and of those that were unloaded.
        self.events = []
        self.old_events = []
        self.done = 0
        # What became of attempts: (what, outcome)
        self.tries = []
        self.stats = {}
        self.kills = set()
        self.kernel_kills = 0
        self.coverage = []
        self.uptimes = []
        self.trace = []
        self.living = {}
        self.ended = {}
        # (when, pid, KiB)
        self.sizes = []
        self.lost = 0
        self.complete = False
        self.not_ok = []
        # Name to (begin, end, value), from the trace.
        self.settings = {}
        self.quiet = []
        # Records and counters are of that moment.
        self.told = LAST
        # The unload: its begin and end, the load: its begin and end.
        self.gaps = []
        self.loaded = -1
        # From "freeze processes" to "thaw processes", and what is around it: (begin, end).
        self.sleeps = []
        self.suspends = []
        # (position, predicted pid)
        self.sysrqs = []

    def setting(self, name, begin, end):
        return values_in(self.settings[name], begin, end)

    # The marks of the kernel on those whom it says to have killed: (position, pid), in order.
    def victims(self):
        found = {}
        for at, words in enumerate(self.trace):
            if words[0] == "mark" and int(words[1]) in self.kills and at < self.told:
                found.setdefault(int(words[1]), at)
        return sorted((at, pid) for pid, at in found.items())

    # groups/<name>/rank: "The ranking of a process is the first of these"; of rules "the most exact
    # [...] counts": one about its cgroup more than one about its name.
    def first_rank(self, process):
        source, _, value = process.how.partition(":")
        if source in ("explicit", "self"):
            return int(value)
        if source == "rule":
            value = self.group_by_cgroup(process) or value
        if source in ("pids", "rule"):
            return self.groups[value]
        return int(self.params["default_rank"])

    # groups/<name>/cgroup: "The processes in it and below it are members."
    def group_by_cgroup(self, process):
        for path, group in self.group_of_cgroup.items():
            if is_in(process, path):
                return group
        return None

    def read_ingredient(self, words):
        kind = words[0]
        if kind == "world":
            self.seed = int(words[1])
        elif kind == "swap":
            self.swap = words[1]
        elif kind == "param":
            self.params[words[1]] = words[2]
        elif kind == "before":
            self.before.add(words[1])
        elif kind == "cgroup" and words[3:] == ["group"]:
            self.oom_groups.append("/" + words[1])
        elif kind == "group":
            self.groups[words[1]] = int(words[2])
            if words[3] == "cgroup":
                self.group_of_cgroup[words[4]] = words[1]
        elif kind == "proc":
            self.procs[words[1]] = Process(words[1], words[2], words[4], words[5], int(words[6]))
        elif kind == "manager":
            self.managers[words[1]] = words[2]
            # handler ranks itself 0.
            self.procs[words[1]] = Process(words[1], "manager", "explicit:0", "-", 0)
        elif kind == "step" and words[1] in ("leak", "start"):
            self.procs[words[2]] = Process(words[2], words[3], words[4], words[5], 0)
        elif kind == "step" and words[1] == "suspend":
            self.procs[words[2]] = Process(words[2], "populate", words[3], "-", 0)

    def read_fact(self, words):
        kind = words[0]
        if kind == "is":
            self.read_ingredient(words[1:])
        elif kind == "coverage":
            self.coverage.append(set(words[1:]))
        elif kind == "uptime":
            self.uptimes.append(float(words[1]))
        elif kind == "t":
            self.trace.append(words[1:])
        elif kind == "event":
            self.events.append(dict(word.split("=", 1) for word in words[1:]))
        elif kind == "stat":
            self.stats[words[1]] = int(words[2])
        elif kind == "memcg":
            self.memcg = True
        elif kind == "done":
            self.done = int(words[1])
        elif kind == "switched":
            self.tries.append((words[1], words[2]))
        elif kind == "unloaded":
            self.tries.append((kind, words[1]))
            self.old_events += self.events
            self.events = []
        elif kind == "killed":
            self.kills.add(int(words[1]))
        elif kind == "kernel_kills":
            self.kernel_kills = int(words[1])
        elif kind == "living":
            self.living[int(words[1])] = words[2]
        elif kind == "ended":
            self.ended[int(words[1])] = int(words[2])
        elif kind == "size":
            self.sizes.append((words[1], int(words[2]), int(words[3])))
        elif kind == "lost":
            self.lost = int(words[1])
        elif kind == "complete":
            self.complete = True

    # What the trace says of the settings and of the processes.
    def digest(self):
        for name, default in (("rank_threshold", "0"), ("selection_order", "badness"),
                              ("mode", "enforce"), ("grace_ms", "0"), ("default_rank", "500"),
                              ("memcg_no_victim_action", "unprotect"), ("min_gain_kb", "4096")):
            self.params.setdefault(name, default)
            self.settings[name] = [(-1, -1, self.params[name])]
        begun = None
        for at, words in enumerate(self.trace):
            if words[0] == "fork":
                self.add_child(at, int(words[1]), int(words[2]))
            elif words[0] == "sleep":
                self.add_sleep(at, words[1:])
            if words[0] != "w":
                continue
            if words[1] == "ready":
                self.add_ready(at, words[2], int(words[3]))
            elif words[1] == "told":
                self.told = at
            elif words[1] == "quiet":
                self.quiet.append(at)
            elif words[1] == "kills":
                self.add_our_kill(at, int(words[2]))
            elif words[1] == "begin":
                begun = (at, words[2:])
                if words[2] == "load":
                    self.forget_rankings(at)
                elif words[2] == "sysrq":
                    self.sysrqs.append((at, int(words[3]) if len(words) > 3 else None))
            elif words[1] == "end" and begun:
                self.add_change(begun, at, words[2:])
        for at, pid in self.victims():
            if pid in self.by_pid:
                self.by_pid[pid].killed = at
        for when, pid, kb in self.sizes:
            if pid in self.by_pid:
                setattr(self.by_pid[pid], when + "_kb", kb)

    def add_ready(self, at, name, pid):
        process = self.procs[name]
        process.pid = pid
        process.ready = at
        process.ranks = [(-1, -1, self.first_rank(process))]
        self.by_pid[pid] = process

    # "A child gets a copy of its parent's ranking at fork. [...] A rule may count for more than such a
    # copy": one about its cgroup does. Or it is a member of its parent's group by pid.
    def add_child(self, at, parent, pid):
        if parent not in self.by_pid:
            return
        parent = self.by_pid[parent]
        child = Process(f"{parent.name}/{pid}", "child", parent.how, parent.cgroup, 0)
        child.pid = pid
        child.ready = at
        child.ranks = parent.ranks
        group = self.group_by_cgroup(child)
        if group and not self.gaps and parent.how.startswith("explicit:"):
            child.ranks = [(-1, -1, self.groups[group])]
        child.parent = parent
        self.by_pid[pid] = child

    def add_our_kill(self, at, pid):
        for process in self.by_pid.values():
            if process.pid == pid or (process.parent and process.parent.pid == pid):
                process.ended_by_us = at

    # "suspend_resume: freeze_processes begin" to "thaw_processes begin"
    def add_sleep(self, at, words):
        if words == ["freeze", "begin"]:
            self.sleeps.append((at, LAST))
        elif words == ["thaw", "begin"] and self.sleeps:
            self.sleeps[-1] = (self.sleeps[-1][0], at)

    # The module that is loaded has the settings of the world's beginning, and knows no process.
    def forget_rankings(self, at):
        for name, changes in self.settings.items():
            changes.append((at, at, self.params[name]))
        for process in self.by_pid.values():
            process.ranks = process.ranks + [(at, at, int(self.params["default_rank"]))]
        self.loaded = at

    def add_change(self, begun, at, end):
        since, words = begun
        if words[0] == "set":
            self.settings[words[1]].append((since, at, words[2]))
        elif words[0] == "suspend":
            self.suspends.append((since, at))
        elif words[0] == "unload":
            self.gaps.append((since, at, LAST, LAST))
        elif words[0] == "load":
            self.gaps[-1] = self.gaps[-1][:2] + (since, at)
        elif words[0] == "rank" and "refused" not in end and int(words[1]) in self.by_pid:
            process = self.by_pid[int(words[1])]
            # A process that a group ranked has one of its own from now on.
            process.ranks = process.ranks + [(since, at, int(words[2]))]


# The worlds of a guest's verdict log, in order; one that did not come to its end is incomplete.
def read_worlds(path):
    worlds = []
    world = None
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            if re.match(r"@\w+ BEGIN \d+ worlds_guest\.sh", line):
                world = World()
                worlds.append(world)
            elif re.match(r"@\w+ END ", line):
                world = None
            elif world and line.startswith("# w "):
                world.read_fact(line[4:].split())
            elif world and (line.startswith("not ok ") or line.startswith("Bail out!")):
                world.not_ok.append(line.strip())
    for world in worlds:
        if world.seed is not None and world.complete:
            world.digest()
    return worlds
