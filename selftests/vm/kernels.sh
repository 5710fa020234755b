# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The kernels, and the differences of their architectures. Two tables.

# Debian's own: name, suite, flavour (linux-image-FLAVOUR is the metapackage).
STOCK_KERNELS='
debian-5.10      bullseye            amd64
debian-6.1       bookworm            amd64
debian-6.1-cloud bookworm            cloud-amd64
debian-6.1-rt    bookworm            rt-amd64
debian-6.12      bookworm-backports  amd64
debian-6.12-rt   bookworm-backports  rt-amd64
debian-7         trixie-backports    amd64
i386-6.1         bookworm            686-pae
arm64-5.10       bullseye            arm64
arm64-6.1        bookworm            arm64
arm64-6.12       bookworm-backports  arm64
arm64-7          trixie-backports    arm64
armhf-5.10       bullseye            armmp
armhf-6.1        bookworm            armmp
armhf-6.12       bookworm-backports  armmp
riscv64-6.12     trixie              riscv64
riscv64-7        sid                 riscv64
'

# Ours, from Debian's source (debug-kernel.sh): name, fragments in config/.
BUILT_KERNELS='
debug-6.12       base trim noacpi debug project
small-gcov       base trim noacpi project small gcov
debug-6.12-kcsan base trim noacpi kcsan project
debug-6.12-kmsan base trim noacpi kmsan project
small-nokprobes  base trim noacpi project small small-nokprobes
small-bare       base trim noacpi project small small-nomemcg small-up small-nopsi
small-none       base trim noacpi project small small-lockdep small-none
small-rt         base trim noacpi project small small-lockdep small-rt
small-cfi        base trim noacpi project small small-cfi
small7-cfi       base trim noacpi project small small7-cfi
i386-small       base trim noacpi project small small-i386
'

# stock_field NAME FIELD: 2 = suite, 3 = flavour
stock_field()
{
	awk -v name="$1" -v field="$2" '$1 == name { print $field }' <<<"$STOCK_KERNELS"
}

built_fragments()
{
	awk -v name="$1" '$1 == name { $1 = ""; print }' <<<"$BUILT_KERNELS"
}

# Is kernel NAME one that we build?
is_built_kernel()
{
	[[ -n $(built_fragments "$1") ]]
}

kernel_names()
{
	awk 'NF { print $1 }' <<<"$STOCK_KERNELS$BUILT_KERNELS"
}

# Debian's word for the architecture of kernel NAME.
kernel_arch()
{
	case $1 in
	i386-*|arm64-*|armhf-*|riscv64-*) echo "${1%%-*}" ;;
	*) echo amd64 ;;
	esac
}

# The prefix of the names of that architecture's compiler and binutils.
arch_cross()
{
	case $1 in
	amd64) ;;
	i386) echo i686-linux-gnu- ;;
	arm64) echo aarch64-linux-gnu- ;;
	armhf) echo arm-linux-gnueabihf- ;;
	riscv64) echo riscv64-linux-gnu- ;;
	esac
}

# The suite that has a statically linked busybox for it.
arch_busybox_suite()
{
	case $1 in
	riscv64) echo trixie ;;
	*) echo bookworm ;;
	esac
}

# If kernel NAME is not built by the host's compiler: the suite whose compiler it names. Its
# kbuild programs want that suite's libc too.
kernel_toolchain()
{
	case $(stock_field "$1" 2) in
	trixie*) echo trixie ;;
	sid) echo sid ;;
	esac
}

# The suite of the source of kernel NAME that we build.
source_suite()
{
	case $1 in
	small7-*) echo sid ;;
	*) echo bookworm-backports ;;
	esac
}

# The host's compiler for kernel NAME whose tools have that prefix.
kernel_cc()
{
	case $1 in
	debug-6.12-kmsan|small-cfi|small7-cfi) echo clang-19 ;;
	*) echo "${2}gcc" ;;
	esac
}

# Words for make about kernel NAME beyond its compiler.
kernel_make_args()
{
	case $1 in
	debug-6.12-kmsan|small-cfi|small7-cfi) echo LLVM=-19 ;;
	i386-small) echo ARCH=i386 ;;
	esac
}
