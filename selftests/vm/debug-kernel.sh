# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Our own kernels: Debian's source, the fragments in config/, one build a variant.

# debug_package SUITE: the package of the source. sid has one for each version, and one that names
# the newest.
debug_package()
{
	case $1 in
	sid)
		apt-cache depends linux-source | awk '$1 == "Depends:" { print $2; exit }'
		;;
	*) echo linux-source-6.12 ;;
	esac
}

# debug_source SUITE: package and version of the source in use. It is asked for once: a point release in
# the middle of the day must not cost ten minutes; kernel.sh --refresh asks again.
debug_source()
{
	local known=$CACHE_DIR/src/version-$1
	local package

	if [[ ! -s $known ]]; then
		lock_entry debug-source
		apt_use "$1" debug-source
		mkdir -p "$CACHE_DIR/src"
		package=$(debug_package "$1")
		apt-cache policy "$package" |
			awk -v package="$package" '$1 == "Candidate:" { print package, $2 }' >"$known.new"
		[[ -s $known.new ]] || die "no source of the kernel in $1"
		mv "$known.new" "$known"
		unlock_entry
	fi
	cat "$known"
}

# debug_fetch_source SUITE PACKAGE VERSION: unpacks it once; all variants build from it.
debug_fetch_source()
{
	local src=$CACHE_DIR/src/$3
	local tmp

	lock_entry debug-source
	if [[ ! -e $src/Makefile ]]; then
		note "fetching $2 $3"
		apt_use "$1" debug-source
		tmp=$(mktemp -d "$CACHE_DIR/src.XXXXXX")
		apt_unpack "$tmp" "$2"
		mkdir "$tmp/tree"
		tar -C "$tmp/tree" --strip-components=1 -xf "$tmp/usr/src/$2.tar.xz"
		mkdir -p "$CACHE_DIR/src"
		mv "$tmp/tree" "$src"
		rm -rf "$tmp"
	fi
	unlock_entry
	echo "$src"
}

# olddefconfig drops what it cannot satisfy without a word, KASAN among it.
debug_check_config()
{
	local config=$1
	local line
	local symbol
	local lost=()

	shift
	while read -r line; do
		case $line in
		CONFIG_*=n|"# CONFIG_"*" is not set")
			symbol=$(grep -o 'CONFIG_[A-Z0-9_]*' <<<"$line")
			! grep -q "^$symbol=[ym]" "$config" || lost+=("$line")
			;;
		CONFIG_*)
			grep -qxF -- "$line" "$config" || lost+=("$line")
			;;
		esac
	done < <(cat "$@")
	[[ ${#lost[@]} -eq 0 ]] || die "olddefconfig lost: ${lost[*]}"
}

# How make is called for kernel NAME, a word a line.
debug_make_command()
{
	local cross
	local cc
	local args

	cross=$(arch_cross "$(kernel_arch "$1")")
	cc=$(kernel_cc "$1" "$cross")
	read -ra args < <(kernel_make_args "$1") || true
	printf '%s\n' make -C "$2" "O=$3" "CC=ccache $cc" "HOSTCC=ccache gcc" "${args[@]}" \
		${cross:+"CROSS_COMPILE=$cross"}
}

debug_configure()
{
	local src=$1
	local build=$2
	local make

	mapfile -t make < <(debug_make_command "$3" "$src" "$build")
	make+=(-s)
	shift 3
	"${make[@]}" tinyconfig >&2
	# merge_config warns about values that a later fragment replaces; the check below judges.
	(cd "$src" && scripts/kconfig/merge_config.sh -m -O "$build" "$build/.config" "$@") \
		>"$build/merge.log" 2>&1 || die "merge_config.sh failed, see $build/merge.log"
	"${make[@]}" olddefconfig >&2
	debug_check_config "$build/.config" "$@"
}

# The kcsan kernel is KASAN's opposite, and gcov adds to the rest: if two fragments ask
# for different values of one symbol, the later fragment wins.
debug_merge_fragments()
{
	awk '
	{
		if (match($0, /^(# )?CONFIG_[A-Z0-9_]+/)) {
			symbol = substr($0, RSTART, RLENGTH)
			sub(/^# /, "", symbol)
			if (!(symbol in line))
				order[++count] = symbol
			line[symbol] = $0
		}
	}
	END { for (i = 1; i <= count; i++) print line[order[i]] }' "$@"
}

debug_build()
{
	local name=$1
	local dir=$2
	local src=$3
	local fragments=$4
	local build=$dir/build
	local make

	mapfile -t make < <(debug_make_command "$name" "$src" "$build")
	mkdir -p "$build"
	debug_configure "$src" "$build" "$name" "$fragments"
	note "building $name (5 to 12 minutes with an empty ccache), log in $dir/build.log"
	# Paths and time stamps must not make every build a new one for ccache.
	CCACHE_DIR=$CACHE_DIR/ccache CCACHE_MAXSIZE=4G CCACHE_BASEDIR=$src CCACHE_NOHASHDIR=1 \
	KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970' KBUILD_BUILD_USER=oom-embedded \
	KBUILD_BUILD_HOST=vm "${make[@]}" -j"$(nproc)" bzImage modules >"$dir/build.log" 2>&1 ||
		die "kernel build failed, see $dir/build.log"
}

# Leaves what a module is built with: there are many of these trees.
debug_strip()
{
	find "$1" -type f \( -name '*.o' -o -name '*.a' -o -name '*.cmd' -o -name 'vmlinux*' \) \
		-not -path "$1/scripts/*" -not -path "$1/tools/*" -not -name vmlinux.lds -delete
}

# debug_make NAME DIR FRAGMENTS PACKAGE VERSION
debug_make()
{
	local name=$1
	local dir=$2
	local src

	mkdir -p "$dir"
	printf '%s\n' "$3" >"$dir/fragments"
	src=$(debug_fetch_source "$(source_suite "$name")" "$4" "$5")
	debug_build "$name" "$dir" "$src" "$dir/fragments"
	cp "$dir/build/arch/x86/boot/bzImage" "$dir/vmlinuz"
	ln -sf build/.config "$dir/config"
	is_debug_kernel "$name" || debug_strip "$dir/build"
	cp "$dir/build/include/config/kernel.release" "$dir/release"
	mkdir -p "$dir/modules"
	touch "$dir/complete"
}

debug_cc_version()
{
	local cc

	cc=$(kernel_cc "$1" "")
	case $cc in
	clang*) "$cc" -dumpversion ;;
	*) "$cc" -dumpfullversion ;;
	esac
}

# debug_kernel NAME: prints the directory of our own kernel NAME, building it if need be.
# The key holds what goes in: the source's version, the fragments, the compiler.
debug_kernel()
{
	local name=$1
	local package
	local version
	local wanted
	local fragment
	local paths=()
	local dir

	for fragment in $(built_fragments "$name"); do
		paths+=("$VM_DIR/config/$fragment.config")
	done
	read -r package version < <(debug_source "$(source_suite "$name")")
	wanted=$(debug_merge_fragments "${paths[@]}")
	dir=$(printf '%s\n' "$version" "$wanted" "$(debug_cc_version "$name")" |
		sha256sum | cut -c1-12)
	dir=$CACHE_DIR/kernels/$name-$dir
	if [[ ! -e $dir/complete ]]; then
		lock_entry "kernel-$name"
		[[ -e $dir/complete ]] || debug_make "$name" "$dir" "$wanted" "$package" "$version"
		unlock_entry
	fi
	echo "$dir"
}
