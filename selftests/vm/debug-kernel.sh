# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Our own kernels: Debian's source, the fragments in config/, one build a variant.

DEBUG_SUITE=bookworm-backports
DEBUG_SOURCE=linux-source-6.12

debug_fragments()
{
	case $1 in
	debug-6.12) echo base trim noacpi debug project ;;
	debug-6.12-gcov) echo base trim noacpi debug project gcov ;;
	debug-6.12-kcsan) echo base trim noacpi kcsan project ;;
	esac
}

# The version of the source in use. It is asked for once: a point release in the middle of
# the day must not cost ten minutes; kernel.sh --refresh asks again.
debug_source_version()
{
	local known=$CACHE_DIR/src/version

	if [[ ! -s $known ]]; then
		lock_entry debug-source
		apt_use "$DEBUG_SUITE" debug-source
		mkdir -p "$CACHE_DIR/src"
		apt-cache policy "$DEBUG_SOURCE" |
			awk '$1 == "Candidate:" { print $2 }' >"$known.new"
		[[ -s $known.new ]] || die "no $DEBUG_SOURCE in $DEBUG_SUITE"
		mv "$known.new" "$known"
		unlock_entry
	fi
	cat "$known"
}

# Unpacks the source of version $1 once; all variants build from it.
debug_fetch_source()
{
	local src=$CACHE_DIR/src/$1
	local tmp

	lock_entry debug-source
	if [[ ! -e $src/Makefile ]]; then
		note "fetching $DEBUG_SOURCE $1"
		apt_use "$DEBUG_SUITE" debug-source
		tmp=$(mktemp -d "$CACHE_DIR/src.XXXXXX")
		apt_unpack "$tmp" "$DEBUG_SOURCE"
		mkdir "$tmp/tree"
		tar -C "$tmp/tree" --strip-components=1 -xf "$tmp/usr/src/$DEBUG_SOURCE.tar.xz"
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

debug_configure()
{
	local src=$1
	local build=$2
	local make=(make -s -C "$src" "O=$build")

	shift 2
	"${make[@]}" tinyconfig >&2
	# merge_config warns about values that a later fragment replaces; the check below judges.
	(cd "$src" && scripts/kconfig/merge_config.sh -m -O "$build" "$build/.config" "$@") \
		>"$build/merge.log" 2>&1 || die "merge_config.sh failed, see $build/merge.log"
	"${make[@]}" olddefconfig >&2
	debug_check_config "$build/.config" "$@"
}

# The kcsan kernel is KASAN's opposite, and gcov adds to the rest: where two fragments ask
# for different values of one symbol, the later fragment is what we want.
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

	mkdir -p "$build"
	debug_configure "$src" "$build" "$fragments"
	note "building $name (5 to 12 minutes with an empty ccache), log in $dir/build.log"
	# Paths and time stamps must not make every build a new one for ccache.
	CCACHE_DIR=$CACHE_DIR/ccache CCACHE_MAXSIZE=4G CCACHE_BASEDIR=$src CCACHE_NOHASHDIR=1 \
	KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970' KBUILD_BUILD_USER=oom-embedded \
	KBUILD_BUILD_HOST=vm make -C "$src" "O=$build" CC="ccache gcc" HOSTCC="ccache gcc" \
		-j"$(nproc)" bzImage modules >"$dir/build.log" 2>&1 ||
		die "kernel build failed, see $dir/build.log"
}

debug_make()
{
	local name=$1
	local dir=$2
	local version=$3
	local src

	mkdir -p "$dir"
	printf '%s\n' "$4" >"$dir/fragments"
	src=$(debug_fetch_source "$version")
	debug_build "$name" "$dir" "$src" "$dir/fragments"
	ln -sf build/arch/x86/boot/bzImage "$dir/vmlinuz"
	ln -sf build/.config "$dir/config"
	make -s -C "$dir/build" kernelrelease >"$dir/release"
	mkdir -p "$dir/modules"
	touch "$dir/complete"
}

# debug_kernel NAME: prints the directory of our own kernel NAME, building it if need be.
# The key holds what goes in: the source's version, the fragments, the compiler.
debug_kernel()
{
	local name=$1
	local version
	local wanted
	local fragment
	local paths=()
	local dir

	for fragment in $(debug_fragments "$name"); do
		paths+=("$VM_DIR/config/$fragment.config")
	done
	version=$(debug_source_version)
	wanted=$(debug_merge_fragments "${paths[@]}")
	dir=$(printf '%s\n' "$version" "$wanted" "$(gcc -dumpfullversion)" |
		sha256sum | cut -c1-12)
	dir=$CACHE_DIR/kernels/$name-$dir
	if [[ ! -e $dir/complete ]]; then
		lock_entry "kernel-$name"
		[[ -e $dir/complete ]] || debug_make "$name" "$dir" "$version" "$wanted"
		unlock_entry
	fi
	echo "$dir"
}
