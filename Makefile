# SPDX-License-Identifier: GPL-2.0-only
# oom_embedded: build, install, try, check. "make help" lists what there is.

KDIR ?= /lib/modules/$(shell uname -r)/build
# The kernel's own build of an external module; W=1 asks for more warnings. The same bytes in each
# folder: no path of ours in the objects, those of modpost's files included.
KBUILD_MODULE = $(MAKE) -C $(KDIR) M=$(CURDIR) KCFLAGS="-fdebug-prefix-map=$(CURDIR)/= $(KCFLAGS)"

VM = selftests/vm

TOOLS = $(MAKE) -C userspace-tools

.PHONY: all modules modules_install strip dist release-check install tools install-tools uninstall uninstall-tools demo check check-debug check-tools \
	check-variants check-newcomer check-deb check-secure-boot sign deb image-demo check-model check-property worlds mutants mutants-oom check-levels check-matrix bench bench-profile bench-peers scale soak check-long coverage publish-results selftests-install fuzz clean help

all: modules

modules:
	+$(KBUILD_MODULE) modules

# Debugging information is most of the file. The kernel keeps the rest of these in memory: the
# compiler's own labels (on riscv64 1.2 MB instead of 0.3), a second name for the padding before each
# function (x86_64, from 6.2 on), names of data, the types of BTF. The names of functions stay, for an
# Oops, probes and livepatches. INSTALL_MOD_STRIP=--strip-debug keeps everything else, too.
DEPMOD ?= depmod
NM ?= $(CROSS_COMPILE)nm
OBJDUMP ?= $(CROSS_COMPILE)objdump
NAMES = $(CURDIR)/oom_embedded.names
STRIP_OPTIONS = --strip-unneeded --wildcard --strip-symbol=__pfx_* -R .BTF -R .BTF.base
INSTALL_MOD_STRIP ?= $(STRIP_OPTIONS) @$(NAMES)

# What strip is told of one file: the static functions stay; the compiler's list of functions goes where ftrace has a
# list of its own, and nobody reads that one.
KEEP_FUNCTIONS = awk '$$2 == "t" && $$3 !~ /^([.$$]|__pfx_)/ { print "--keep-symbol=" $$3 }'
DROP_LIST = awk '$$2 == "__mcount_loc" { print "-R __patchable_function_entries" }'
OF_FILE = { $(NM) "$(1)" | $(KEEP_FUNCTIONS) && $(OBJDUMP) -h "$(1)" | $(DROP_LIST); }

# In place, as the next rule installs it; KO: other files.
KO ?= oom_embedded.ko
strip:
	@for ko in $(KO); do \
		$(call OF_FILE,$$ko) >"$$ko.names" && \
			$(CROSS_COMPILE)strip $(STRIP_OPTIONS) "@$$ko.names" "$$ko" && rm "$$ko.names" || exit; \
	done

# The kernel's build runs depmod only where it finds System.map, which Debian's headers lack.
modules_install:
	$(call OF_FILE,oom_embedded.ko) >"$(NAMES)"
	+$(KBUILD_MODULE) INSTALL_MOD_STRIP="$(INSTALL_MOD_STRIP)" modules_install

install: modules_install
	$(DEPMOD) $(if $(INSTALL_MOD_PATH),-b "$(INSTALL_MOD_PATH)") \
		"$$(modinfo -F vermagic oom_embedded.ko | cut -d ' ' -f 1)"

# With the key of dkms, or MOK=FOLDER: what is installed for that kernel, because strip removes signatures.
MOK ?= /var/lib/dkms
sign:
	packaging/sign-module.sh -k "$(MOK)" -d "$(KDIR)" "$$(modinfo $(if $(INSTALL_MOD_PATH),-b "$(INSTALL_MOD_PATH)") \
		-k "$$($(MAKE) -s --no-print-directory -C "$(KDIR)" kernelrelease)" -n oom_embedded)"

tools:
	$(TOOLS)

# The source archive of what is committed, and what other distributions build it with. DIST_DIR,
# SIGN_KEY, URL; see packaging/dist.sh.
DIST_DIR ?= dist
dist:
	@packaging/dist.sh "$(DIST_DIR)"

# One page: is this commit a release? STEP names some of the steps.
release-check:
	@selftests/run/release_check.sh $(STEP)

# PREFIX (default /usr/local), DESTDIR; see userspace-tools/Makefile.
install-tools:
	$(TOOLS) install

uninstall uninstall-tools:
	$(TOOLS) uninstall

demo:
	@selftests/run/demo/run.sh

check:
	@selftests/run/check.sh

check-debug:
	@selftests/run/check.sh debug

check-levels:
	@selftests/run/levels.sh

check-property:
	@selftests/run/property.sh $(ROUNDS)

worlds:
	@$(VM)/setup.sh
	@selftests/run/worlds.sh $(or $(N),500) $(or $(SEED),1)

mutants:
	@$(VM)/setup.sh
	@selftests/run/mutants.sh $(or $(N),200) $(or $(SEED),1)

mutants-oom:
	@$(VM)/setup.sh
	@selftests/run/mutants_oom.sh $(or $(N),60) $(or $(SEED),1)

check-model:
	@$(VM)/setup.sh
	@selftests/model/run.sh
	@selftests/model/conform.sh

check-matrix:
	@selftests/run/matrix.sh $(CELL)

check-long:
	@selftests/run/check.sh long

soak:
	@selftests/run/soak.sh $(PARTS)

bench:
	@selftests/run/bench/run.sh

bench-profile:
	@selftests/run/profile/run.sh

bench-peers:
	@$(VM)/setup.sh
	@selftests/run/peers/run.sh

scale:
	@$(VM)/setup.sh scale
	@selftests/run/scale/run.sh

coverage:
	@selftests/run/gcov.sh

# A folder for a machine without the virtual machines: run_tests.sh in it says what it does.
selftests-install:
	@[ -n "$(DESTDIR)" ] || { echo "usage: make selftests-install DESTDIR=FOLDER" >&2; exit 1; }
	$(MAKE) -C selftests install INSTALL_PATH="$(abspath $(DESTDIR))"

publish-results:
	@selftests/run/publish.sh

fuzz:
	@$(VM)/setup.sh fuzz
	@$(TOOLS) fuzz

check-tools:
	@userspace-tools/tests/run.sh all

check-variants:
	@userspace-tools/tests/variants.sh $(VARIANT)

check-newcomer:
	@selftests/run/newcomer.sh

# Debian's packages, source and binary: packaging/debian is their debian/.
DEB_OUT ?= packaging/build
deb:
	packaging/build-deb.sh "$(DEB_OUT)"

# Images of a small device, booted: ARCH="amd64 armhf arm64".
image-demo:
	@selftests/run/image_demo.sh $(ARCH)

check-secure-boot:
	@selftests/run/secure_boot.sh

check-deb:
	@selftests/run/deb.sh

# The kernel's own rule removes them where there are headers. Without headers, we do.
clean:
	$(TOOLS) clean
	@if [ -e "$(KDIR)/Makefile" ]; then \
		$(KBUILD_MODULE) clean; \
		rm -f "$(NAMES)"; \
	else \
		rm -f Module.symvers modules.order oom_embedded.names; \
		find . -name .git -prune -o -name userspace-tools -prune -o -type f \
			\( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \) \
			-exec rm -f {} +; \
	fi

help:
	@echo "make            build oom_embedded.ko for KDIR ($(KDIR))"
	@echo "                PROFILE=core leaves all out that can be, OE_LIMITS=n one feature; see"
	@echo "                Documentation/user-guide/embedded-images.md"
	@echo "make install    install it for that kernel (as root)"
	@echo "make sign       sign what is installed, with the key in MOK ($(MOK))"
	@echo "make tools      build the command line, the manager and the library (userspace-tools/)"
	@echo "make install-tools    install them (PREFIX, DESTDIR); make uninstall-tools removes them"
	@echo "make deb        Debian's packages, in DEB_OUT ($(DEB_OUT))"
	@echo "make dist       the source archive with checksums, in DIST_DIR (dist/); SIGN_KEY signs"
	@echo "make release-check  everything that a release needs, on one page; hours, or STEP=version"
	@echo "make demo       a leak in a virtual machine, with and without the module"
	@echo "make image-demo images of 16 MB for three architectures, booted; or ARCH=amd64"
	@echo "make check      every quick test; ends with 'N passed, N failed'"
	@echo "make check-debug  those that have to do with locks and lifetimes, on the debug kernel"
	@echo "make check-tools  the tools' tests, those with a browser and promtool too"
	@echo "make check-variants  the same with musl, LTO, clang, 32 bits, valgrind, for other machines, or VARIANT=musl"
	@echo "make check-newcomer  what README says, typed in a Debian with systemd"
	@echo "make check-deb  Debian's packages: lintian, and their life in a Debian with systemd"
	@echo "make check-secure-boot  a guest with Secure Boot loads the signed module and no other"
	@echo "make check-levels    leaks with every kind of swap, owners of memory, no false stall"
	@echo "make check-property  500 random configurations against a model, or ROUNDS=5000"
	@echo "make mutants    200 changes planted in the module, one at a time: do its KUnit suites see them? N=50 SEED=7"
	@echo "make mutants-oom  60 changes planted in the path of an OOM: do the scripts see them?"
	@echo "make worlds     500 random machines, leaks and faults, judged by what the ABI page declares; or N=50 SEED=1001"
	@echo "make check-model  every state of a model of the path of an OOM, planted faults of it, and paths of real OOMs"
	@echo "make check-matrix  every kernel, or CELL=arm64-6.1"
	@echo "make soak       10,000 emergencies and 1,000 loads on each of three kernels, a million random writes; or PARTS=\"fuzz kmsan\""
	@echo "make check-long the same tests as make check, many times over"
	@echo "make bench      what it costs"
	@echo "make bench-profile  which functions that is, counted by the emulator"
	@echo "make bench-peers  the same work under the stock kernel, earlyoom, nohang, systemd-oomd and us; hours, or"
	@echo "                SCENARIOS=, PEERS=, SEEDS= (words)"
	@echo "make scale      100,000 processes, 65,536 threads of one, 10,000 members of a group, 100 cgroups at once"
	@echo "make coverage   which lines the tests reach"
	@echo "make publish-results  copy what these found to Documentation/results/"
	@echo "make selftests-install  the tests, for a device: DESTDIR, CROSS_COMPILE"
	@echo "make fuzz       the readers of what others write, FUZZ_SECONDS (600) of CPU time each"
	@echo "make clean      remove what the build made"
	@echo
	@echo "CACHE_DIR       kernels and build results (default ~/.cache/oom-embedded)"
