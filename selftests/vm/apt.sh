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
)

apt_write_config()
{
	local suite=$1
	local dir=$2
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	local source

	mkdir -p "$dir"/{etc/apt.conf.d,etc/preferences.d,etc/sources.list.d,etc/trusted.gpg.d} \
		"$dir"/{state/lists/partial,cache/archives/partial}
	: >"$dir/status"
	: >"$dir/etc/sources.list"
	for source in ${APT_SOURCES[$suite]}; do
		printf 'deb [arch=amd64 signed-by=%s] %s/%s %s main\n' "$keyring" \
			"$DEBIAN_MIRROR" "${source%%:*}" "${source##*:}" >>"$dir/etc/sources.list"
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
		APT::Architectures { "amd64"; };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Check-Valid-Until "false";
		Acquire::Check-Date "false";
		Acquire::Retries "3";
		CONF
	} >"$dir/apt.conf"
}

# apt_use SUITE OWNER: prepares an apt directory for SUITE and points apt at it for the rest
# of the caller. It is named after the cache entry whose lock the caller holds, since two
# apt in one directory fail.
apt_use()
{
	local suite=$1
	local dir=$CACHE_DIR/apt/$2

	apt_write_config "$suite" "$dir"
	export APT_CONFIG=$dir/apt.conf
	apt-get -qq update >&2 || die "apt-get update failed for $suite"
}

# apt_depends PACKAGE PATTERN: the first dependency of PACKAGE that matches PATTERN. Reads
# to the end: with pipefail an awk that left early would fail the caller now and then.
apt_depends()
{
	apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks \
		--no-replaces --no-enhances "$1" |
		awk -v re="$2" '$1 ~ /Depends:$/ && $2 ~ re && !found++ { print $2 }'
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
