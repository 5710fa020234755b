# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian packages without the host's apt and dpkg: an apt configuration of our own
# with an empty status file, packages unpacked into the cache.

# One apt directory a suite, so that a metapackage has exactly one meaning in it.
declare -A APT_SOURCES=(
	[bullseye]="debian:bullseye debian-security:bullseye-security"
	[bookworm]="debian:bookworm debian-security:bookworm-security"
	[bookworm-backports]="debian:bookworm-backports"
	[trixie]="debian:trixie debian-security:trixie-security"
	[trixie-backports]="debian:trixie-backports"
	[sid]="debian:sid"
)

# apt_write_config SUITE DIR ARCH: for the build host's architecture, and ARCH. No other: one
# index that is broken makes apt drop the whole suite.
apt_write_config()
{
	local suite=$1
	local dir=$2
	local archs=(amd64)
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	local source

	[[ $3 == amd64 ]] || archs+=("$3")
	mkdir -p "$dir"/{etc/apt.conf.d,etc/preferences.d,etc/sources.list.d,etc/trusted.gpg.d} \
		"$dir"/{state/lists/partial,cache/archives/partial}
	: >"$dir/status"
	: >"$dir/etc/sources.list"
	for source in ${APT_SOURCES[$suite]}; do
		printf 'deb [arch=%s signed-by=%s] %s/%s %s main\n' \
			"$(IFS=,; echo "${archs[*]}")" "$keyring" "$DEBIAN_MIRROR" \
			"${source%%:*}" "${source##*:}" >>"$dir/etc/sources.list"
	done
	{
		# A site's proxy is the one thing of the host's configuration that we need.
		apt-config dump --format '%f "%v";%n' Acquire::http
		apt-config dump --format '%f "%v";%n' Acquire::https
		cat <<-CONF
		Dir "$dir";
		Dir::Etc "etc";
		Dir::State "state";
		Dir::State::status "$dir/status";
		Dir::Cache "cache";
		Dir::Log "$dir";
		APT::Architecture "amd64";
		APT::Architectures { $(printf '"%s"; ' "${archs[@]}")};
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Check-Valid-Until "false";
		Acquire::Check-Date "false";
		Acquire::Retries "3";
		CONF
	} >"$dir/apt.conf"
}

# apt_use SUITE OWNER [ARCH]: prepares an apt directory for SUITE and points apt at it for the
# rest of the caller. It is named after the cache entry whose lock the caller holds, since
# two apt in one directory fail.
apt_use()
{
	local suite=$1
	local dir=$CACHE_DIR/apt/$2

	apt_write_config "$suite" "$dir" "${3:-amd64}"
	export APT_CONFIG=$dir/apt.conf
	apt_update || apt_forget_updates "$suite" || die "apt-get update failed for $suite"
}

# apt_forget_updates SUITE: for the apt directory in use. Of the architectures that few use a
# mirror may lack updates that it lists; the suite itself never changes. Fails if there
# are none to forget.
apt_forget_updates()
{
	local sources=${APT_CONFIG%/*}/etc/sources.list

	[[ $(wc -l <"$sources") -gt 1 ]] || return 1
	note "the updates of $1 are not in order: taking the suite as it was released"
	sed -i '2,$d' "$sources"
	apt_update
}

apt_update()
{
	apt-get -qq update >&2
}

# apt_depends PACKAGE PATTERN: the dependencies of PACKAGE that match PATTERN, by their names
# alone. Reads to the end: with pipefail an awk that left early would fail the caller now
# and then.
apt_depends()
{
	apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks \
		--no-replaces --no-enhances "$1" |
		awk -v re="$2" '
		{ gsub(/[<>]|:[a-z0-9]+>?$/, "", $2) }
		$1 ~ /Depends:$/ && $2 ~ re && !seen[$2]++ { print $2 }'
}

# apt_unpack DIR PACKAGE...: downloads packages and unpacks them into DIR.
apt_unpack()
{
	local dir=$1
	local debs
	local deb

	shift
	debs=$(mktemp -d "$CACHE_DIR/debs.XXXXXX")
	(cd "$debs" && apt-get -qq download "$@" >&2) || die "cannot download: $*"
	mkdir -p "$dir"
	for deb in "$debs"/*.deb; do
		dpkg -x "$deb" "$dir"
	done
	rm -rf "$debs"
}

# apt_tree DIR SUITE OWNER PACKAGE...: packages of SUITE and all that they depend on, libc too, unpacked into DIR. Nobody
# runs their scripts. An older DIR is replaced once all is unpacked. OWNER is that of apt_use.
apt_tree()
{
	local dir=$1
	local tmp
	local deb

	apt_use "$2" "$3"
	shift 3
	tmp=$(mktemp -d "$CACHE_DIR/tree.XXXXXX")
	mkdir -p "$tmp/debs/partial" "$tmp/root"
	apt-get -qq install --download-only --no-install-recommends -y \
		-o "Dir::Cache::archives=$tmp/debs/" base-files "$@" >&2 || die "cannot fetch: $*"
	# It has the links from /bin to /usr/bin, which the others must not make folders of.
	dpkg -x "$tmp"/debs/base-files_*.deb "$tmp/root"
	for deb in "$tmp"/debs/*.deb; do
		dpkg -x "$deb" "$tmp/root"
	done
	rm -rf "$tmp"/root/usr/share/{doc,man,info,locale} "$dir"
	mkdir -p "$(dirname "$dir")"
	mv "$tmp/root" "$dir"
	rm -rf "$tmp"
}
