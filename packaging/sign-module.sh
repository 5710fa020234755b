#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# sign-module.sh [-k FOLDER] [-d KDIR] MODULE...: signs modules with a machine owner key, for kernels
# that load no others (Secure Boot, lockdown, module.sig_enforce=1). The key is FOLDER/mok.key, its
# certificate FOLDER/mok.pub; both are made if neither is there. FOLDER is that of dkms by default,
# /var/lib/dkms, which signs with the same key. KDIR is where the kernel's scripts/sign-file is, the
# folder that the module was built with (default: that of the running kernel). Modules may be
# compressed with xz.
#
# A module that is stripped after it was signed has lost its signature: sign what is installed.

set -eu

usage()
{
	echo "usage: sign-module.sh [-k FOLDER] [-d KDIR] MODULE..." >&2
	exit 2
}

fail()
{
	echo "sign-module.sh: $*" >&2
	exit 1
}

# A key that may sign nothing but modules, and so no boot loader.
make_key()
{
	umask 077
	mkdir -p "$keys"
	openssl req -new -x509 -newkey rsa:2048 -nodes -sha256 -days 36500 -outform DER \
		-subj "/CN=Module signing key of $(hostname)/" \
		-addext "basicConstraints=critical,CA:FALSE" -addext "keyUsage=digitalSignature" \
		-addext "extendedKeyUsage=codeSigning,1.3.6.1.4.1.2312.16.1.2" \
		-keyout "$keys/mok.key.new" -out "$keys/mok.pub.new" 2>"$keys/openssl.log" || {
		cat "$keys/openssl.log" >&2
		fail "openssl made no key"
	}
	rm "$keys/openssl.log"
	mv "$keys/mok.pub.new" "$keys/mok.pub"
	mv "$keys/mok.key.new" "$keys/mok.key"
	chmod 644 "$keys/mok.pub"
	echo "A new key is in $keys. Have the firmware trust it, once:"
	echo "    mokutil --import $keys/mok.pub    # asks for a password, and again at the restart"
}

# The hash that the kernel was configured with; every kernel knows sha256.
hash_of_kernel()
{
	hash=$(sed -n 's/^CONFIG_MODULE_SIG_HASH="\(.*\)"/\1/p' "$kdir/include/config/auto.conf" 2>/dev/null)
	echo "${hash:-sha256}"
}

# sign MODULE: all or nothing, and its mode and owner stay
sign()
{
	cp -p "$1" "$1.new"
	case $1 in
	*.ko.xz)
		xz -dc "$1" >"$1.unpacked"
		append_signature "$1.unpacked"
		xz --check=crc32 --lzma2=dict=1MiB -c "$1.unpacked" >"$1.new"
		rm "$1.unpacked"
		;;
	*) append_signature "$1.new" ;;
	esac
	mv "$1.new" "$1"
}

append_signature()
{
	"$kdir/scripts/sign-file" "$(hash_of_kernel)" "$keys/mok.key" "$keys/mok.pub" "$1"
}

keys=/var/lib/dkms
kdir=/lib/modules/$(uname -r)/build
while getopts k:d: option; do
	case $option in
	k) keys=$OPTARG ;;
	d) kdir=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage
for module; do
	[ -f "$module" ] || fail "there is no $module"
	case $module in
	*.ko | *.ko.xz) ;;
	*) fail "$module is no module (.ko, .ko.xz)" ;;
	esac
done
[ -x "$kdir/scripts/sign-file" ] || fail "there is no $kdir/scripts/sign-file: see -d"
if [ ! -e "$keys/mok.key" ] && [ ! -e "$keys/mok.pub" ]; then
	(make_key)
fi
[ -r "$keys/mok.key" ] || fail "there is no key $keys/mok.key for the certificate mok.pub beside it"
[ -r "$keys/mok.pub" ] || fail "there is no certificate $keys/mok.pub for the key beside it"
for module; do
	sign "$module"
done
