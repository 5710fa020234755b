#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# generate.py SEED: a random world, a line an ingredient. One seed is one world, on every machine.
#
#	world SEED
#	mem MB			of the guest
#	swap none|disk|zram|zswap
#	kernel NAME		another one than the others have
#	before FAULT		before the module is loaded: ftrace_off, kprobes_off, probes
#	param NAME VALUE	a file of /sys/kernel/oom_embedded, as soon as it is loaded
#	cgroup NAME KB [group]	memory.max; its path is /NAME; with memory.oom.group
#	group NAME RANK KIND VALUE	KIND is comm (a pattern), cgroup (a path) or pids (-)
#	proc NAME KIND KB HOW CGROUP ADJ
#				holds so much; HOW is explicit:RANK, self:RANK, pids:GROUP,
#				rule:GROUP (a rule of that group is about it) or "-"
#	manager NAME WHAT KB	handler's modes; "lie" acknowledges and frees nothing, "full" saves to a disk that
#				is full, and does not acknowledge what it could not save
#	step ...		see worlds_guest.sh; they are taken one after the other

import random
import sys

# Debian's kernel takes 60 MB of it for itself, and does not come up with the tests in 96. Most worlds
# are small: a guest fills its memory page by page.
MEM_MB = [128, 128, 128, 128, 128, 160, 192, 256, 512]
# The same, of one world in twelve.
LARGE_MB = [1024, 1024, 2048]
# The same, of one world in ten: of a kernel without memory cgroups, huge pages, swap devices and suspend. In 40
# there is so little beside the tests that all who may die soon have, and no_victim_action panics, as it
# declares. In 36 the kernel panics before the tests begin; with 32 its image has no room to be unpacked.
SMALL_MB = [48, 48, 56, 64]
SMALL_KERNEL = "small-bare"
HELD = ["leak", "leak", "anon", "locked", "thp", "memfd", "sysv", "page_tables"]
LEAKS = ["leak", "leak", "leak", "locked", "thp", "memfd", "sysv", "page_tables", "pipes", "sockets",
         "fork"]
MANAGERS = ["drop", "lie", "idle", "die", "stop", "save"]
THRESHOLDS = [0, 1, 100, 100, 300, 501]
# Page tables of a cgroup are charged to it on every kernel; huge pages need more than a small one has.
CGROUP_LEAKS = ["leak", "leak", "memfd", "sysv", "page_tables", "fork", "locked"]
FAULTS = ["full", "kprobes", "kprobes_off", "reload", "reload", "nested", "oom_group", "oom_group", "suspend"]
LARGE_ONLY = ["nested", "oom_group", "suspend"]


class World:
    def __init__(self, seed):
        self.random = random.Random(seed)
        # Of its own: what is taken from it leaves the rest of a world as it was.
        self.rare = random.Random(seed * 1000003 + 7)
        self.faults = random.Random(seed * 1000003 + 11)
        self.small = False
        self.has_before = False
        self.fault_is_late = False
        self.lines = [f"world {seed}"]
        self.threshold = 0
        self.cgroups = []
        self.groups = []
        self.procs = []
        self.managers = []
        self.nr_leaks = 0

    def add(self, *words):
        self.lines.append(" ".join(str(word) for word in words))

    def one_in(self, n):
        return self.random.randrange(n) == 0

    def pick(self, items):
        return self.random.choice(items)

    # A ranking beside the threshold, or any.
    def rank(self, lowest=0):
        near = [self.threshold - 1, self.threshold, self.threshold + 1]
        rank = self.pick(near + near + [0, 50, 400, 500, 700, 900, 1000])
        return min(max(rank, lowest), 1000)

    def pick_machine(self):
        self.mem = self.pick(MEM_MB)
        if self.rare.randrange(12) == 0:
            self.mem = self.rare.choice(LARGE_MB)
        elif self.faults.randrange(9) == 0:
            self.small = True
            self.mem = self.faults.choice(SMALL_MB)
        # Beside the kernel and the tests.
        self.free_kb = (self.mem - (34 if self.small else 96)) * 1024
        self.add("mem", self.mem)
        swap = self.pick(["none", "none", "disk", "zram"])
        if swap == "disk" and self.rare.randrange(2) == 0:
            swap = "zswap"
        self.add("swap", "none" if self.small else swap)
        if self.small:
            self.add("kernel", SMALL_KERNEL)
        if self.one_in(20):
            self.has_before = True
            self.add("before", "ftrace_off")
        elif self.one_in(10):
            self.has_before = True
            self.add("before", "probes")

    def pick_params(self):
        self.threshold = self.pick(THRESHOLDS)
        self.add("param", "rank_threshold", self.threshold)
        self.add("param", "selection_order", self.pick(["rank", "rank", "badness"]))
        # Without it the guest would go away where all are protected.
        self.add("param", "no_victim_action", "unprotect")
        if self.one_in(8):
            self.add("param", "memcg_no_victim_action", "fail")
        if self.one_in(6):
            self.add("param", "default_rank", self.pick([50, 300, 700]))
        if not self.one_in(3):
            self.add("param", "min_gain_kb", 0)
        if self.one_in(2):
            self.add("param", "grace_ms", self.pick([20, 100, 500]))
            if self.one_in(3):
                self.add("param", "grace_hold", 1)
        if self.one_in(4):
            self.add("param", "reserve_kb", 1024)
        if self.one_in(6):
            self.add("param", "early_kb", "3%")
        if self.one_in(6):
            self.add("param", "mode", "observe")

    def pick_cgroups(self):
        for i in range(self.random.randrange(3)):
            name = f"w{i}"
            kb = self.pick([4096, 6144, 8192])
            if not self.small:
                self.cgroups.append(name)
                self.add("cgroup", name, kb)

    def pick_groups(self):
        self.groups = [("gp", "pids")]
        self.add("group", "gp", self.rank(1), "pids", "-")
        if self.one_in(2):
            self.groups.append(("gn", "comm"))
            self.add("group", "gn", self.rank(1), "comm", "[n]*")
        if self.cgroups and self.one_in(2):
            self.groups.append(("gc", "cgroup"))
            self.add("group", "gc", self.rank(1), "cgroup", f"/{self.cgroups[0]}")

    # How a process gets its ranking, and the name that goes with that.
    def pick_how(self, name, kind, cgroup, lowest):
        names = [group for group, what in self.groups if what == "comm"]
        if names and kind == "leak" and self.one_in(4):
            return f"n{name}", "rule:gn"
        if cgroup == "w0" and ("gc", "cgroup") in self.groups and self.one_in(2):
            return name, "rule:gc"
        how = self.pick(["explicit", "explicit", "explicit", "self", "pids", "-"])
        if how == "pids":
            return name, "pids:gp"
        # A process without a ranking is what the rules say: in that cgroup, a member.
        if how == "-" and not (cgroup == "w0" and ("gc", "cgroup") in self.groups):
            return name, "-"
        return name, f"{'self' if how == 'self' else 'explicit'}:{self.rank(lowest)}"

    def pick_procs(self):
        for i in range(self.random.randrange(3, 8)):
            cgroup = self.pick(self.cgroups + ["-", "-"])
            kind = self.pick(HELD)
            if self.small and kind == "thp":
                kind = "anon"
            kb = self.pick([256, 512, 1024]) if cgroup != "-" else \
                self.random.randrange(self.free_kb // 50, self.free_kb // 12)
            # Huge pages: what it asks for is what it gets.
            if kind == "thp":
                kb = (kb + 2047) // 2048 * 2048
            # Each 4 KiB of page tables take 2 MiB of addresses and a fault.
            if kind == "page_tables":
                kb = min(kb, 4096)
            name, how = self.pick_how(f"p{i}", kind, cgroup, 0)
            adj = self.pick([0] * 8 + [100, -1000])
            self.procs.append(name)
            self.add("proc", name, kind, kb, how, cgroup, adj)

    def pick_managers(self):
        for i in range(self.random.randrange(3)):
            self.managers.append(f"m{i}")
            self.add("manager", f"m{i}", self.pick(MANAGERS), self.pick([512, 1024, 2048]))

    def add_leak(self, verb):
        cgroup = self.pick(self.cgroups + ["-"]) if self.cgroups else "-"
        kind = self.pick(LEAKS if cgroup == "-" else CGROUP_LEAKS)
        if self.small and kind == "thp":
            kind = "leak"
        name, how = self.pick_how(f"l{self.nr_leaks}", kind, cgroup, 1)
        # A ranking for itself is not its children's.
        if kind == "fork":
            how = how.replace("self:", "explicit:")
        self.nr_leaks += 1
        self.add("step", verb, name, kind, how, cgroup)

    def add_change(self):
        what = self.pick(["threshold", "threshold", "order", "mode", "rank", "kill", "clock", "probes",
                          "ftrace", "grace"])
        if what == "threshold":
            self.threshold = self.pick(THRESHOLDS)
            self.add("step", "set", "rank_threshold", self.threshold)
        elif what == "order":
            self.add("step", "set", "selection_order", self.pick(["rank", "badness"]))
        elif what == "mode":
            self.add("step", "set", "mode", self.pick(["observe", "enforce", "enforce"]))
        elif what == "grace":
            self.add("step", "set", "grace_ms", self.pick([0, 50, 300]))
        elif what == "rank":
            self.add("step", "rank", self.pick(self.procs), self.rank())
        elif what == "kill" and self.managers:
            self.add("step", "kill", self.pick(self.managers))
        elif what == "clock":
            self.add("step", "clock", self.pick([-86400, 3600, 31536000]))
        elif what == "probes":
            self.add("step", "probes", self.pick(["on", "off"]))
        elif what == "ftrace":
            self.add("step", "ftrace")

    def pick_steps(self):
        for _ in range(self.random.randrange(2, 5)):
            kind = self.random.randrange(6)
            if kind == 0:
                self.add("step", "sysrq")
            elif kind == 1:
                self.add("step", "relieve")
            elif kind == 2:
                self.add_change()
                self.add_leak("leak")
            elif kind == 3:
                self.add_leak("start")
                self.add_leak("start")
                self.add_change()
                self.add("step", "wait")
            elif kind == 4:
                self.add_leak("start")
                self.add_change()
                self.add_change()
                self.add("step", "wait")
            else:
                self.add_leak("leak")

    # --- faults, one in each second world. What is drawn for them leaves the rest of a world as it was. ---

    def rare_rank(self):
        return max(1, min(1000, self.faults.choice([self.threshold - 1, self.threshold, 400, 500, 700, 900])))

    # Two below one: the inner limit of the second cannot be reached before the outer one.
    def add_nested(self):
        self.add("cgroup", "n", 8192)
        self.add("cgroup", "n/a", 6144)
        self.add("cgroup", "n/b", 16384)
        hows = [f"explicit:{self.rare_rank()}", f"self:{self.rare_rank()}"]
        if self.faults.randrange(2) == 0:
            self.add("group", "gd", self.rare_rank(), "cgroup", "/n")
            hows += ["rule:gd", "rule:gd"]
        for i, cgroup in enumerate(["n/a", "n/b", "n/b"]):
            self.add("proc", f"c{i}", self.faults.choice(["leak", "memfd"]), self.faults.choice([256, 1024]),
                     self.faults.choice(hows), cgroup, self.faults.choice([0, 0, 0, -1000]))
        for i, cgroup in enumerate(["n/a", "n/b"]):
            self.add("step", "leak", f"d{i}", self.faults.choice(["leak", "memfd"]), self.faults.choice(hows), cgroup)

    # Some of it protected, and others that may be chosen, most of the time.
    def add_oom_group(self):
        ranks = [max(1, self.threshold - 1), max(1, self.threshold), 600, 900]
        self.add("cgroup", "o", 8192, "group")
        for i in range(3):
            self.add("proc", f"o{i}", "leak", self.faults.choice([256, 1024]),
                     f"explicit:{self.faults.choice(ranks)}", "o", self.faults.choice([0, 0, 0, 0, -1000]))
        if self.faults.randrange(2) == 0:
            self.add("step", "sysrq")
        self.add("step", "leak", "o3", "leak", f"explicit:{self.faults.choice(ranks)}", "o")

    # The leaks before it go on meanwhile, and find no module, or another one that knows no rankings.
    def add_reload(self):
        for i in range(2):
            self.add("step", "start", f"u{i}", self.faults.choice(["leak", "leak", "anon", "memfd"]),
                     f"explicit:{self.rare_rank()}", "-")
        self.add("step", "unload")
        if self.faults.randrange(2) == 0:
            self.add("step", "start", "u2", "leak", "-", "-")
            self.add("step", "wait")
        self.add("step", "load")
        self.add("step", "rank", self.faults.choice(self.procs), self.rare_rank())
        self.add("step", "start", "u3", "leak", "-", "-")
        self.add("step", "wait")
        self.add("step", "sysrq")

    # FAULTS, and those that a small kernel cannot have.
    def pick_fault(self):
        fault = self.faults.choice(FAULTS + [None] * len(FAULTS))
        if fault in LARGE_ONLY and self.small or fault == "kprobes_off" and self.has_before:
            fault = None
        # After a reload groups are gone, and nothing can be put into one.
        self.fault_is_late = fault == "reload" or self.faults.randrange(3) == 0
        return fault

    def add_fault(self, fault):
        if fault == "full":
            self.add("manager", "mf", "full", 512)
            self.add("step", "leak", "f0", "leak", f"explicit:{self.rare_rank()}", "-")
        elif fault == "kprobes":
            self.add("step", "kprobes")
            self.add("step", "leak", "k0", "leak", f"explicit:{self.rare_rank()}", "-")
        elif fault == "kprobes_off":
            self.add("before", "kprobes_off")
        elif fault == "reload":
            self.add_reload()
        elif fault == "nested":
            self.add_nested()
        elif fault == "oom_group":
            self.add_oom_group()
        elif fault == "suspend":
            self.add("step", "suspend", "s0", f"explicit:{self.rare_rank()}")

    def make(self):
        self.pick_machine()
        self.pick_params()
        self.pick_cgroups()
        self.pick_groups()
        self.pick_procs()
        self.pick_managers()
        fault = self.pick_fault()
        if not self.fault_is_late:
            self.add_fault(fault)
        self.pick_steps()
        if self.fault_is_late:
            self.add_fault(fault)
        return "\n".join(self.lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit("usage: generate.py SEED")
    sys.stdout.write(World(int(sys.argv[1])).make())
