#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The library for Rust: its structures and numbers are those of the header, its functions do on a
# module made of plain files as the library does.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/header.sh
. "$TESTS/header.sh"

TOOLS=$(dirname "$TESTS")
version=$(cat "$TOOLS/../VERSION")

if ! command -v rustc >/dev/null; then
	skip "Rust" "no rustc (Debian package rustc)"
	finish
fi
make_tree "$tmp/tree"

# layout_in_rust event|self NAME: as layout_in_c, of the structure NAME in Rust
layout_in_rust()
{
	{
		echo 'fn main() { unsafe {'
		echo "let s = std::mem::MaybeUninit::<oom_embedded::$2>::uninit();"
		echo 'let base = s.as_ptr() as usize;'
		# The last line is the size of the whole.
		layout_in_c "$1" | head -n -1 | while read -r name _; do
			echo "println!(\"$name {}\", std::ptr::addr_of!((*s.as_ptr()).r#$name) as usize - base);"
		done
		echo "println!(\"size {}\", std::mem::size_of::<oom_embedded::$2>()); } }"
	} >"$tmp/layout.rs"
	compiled layout && "$tmp/layout.program"
}

compiled()
{
	rustc --edition 2021 -L "$tmp/lib" --extern "oom_embedded=$tmp/liboom_embedded.rlib" \
		-o "$tmp/$1.program" "$tmp/$1.rs" 2>"$tmp/$1.log"
}

numbers_in_rust()
{
	sed -nE 's/^pub const ([A-Z_]+): c_int = (-?[0-9]+);/OOM_EMBEDDED_\1 \2/p' "$TOOLS/rust/src/lib.rs"
}

# says DESCRIPTION EXPECTED <BODY: of a program that may fail with an io::Error
says()
{
	{
		echo 'use oom_embedded::*; use std::os::unix::io::AsRawFd;'
		echo '#[allow(unused)] fn fd(l: &Listener) -> i32 { l.as_raw_fd() }'
		echo 'fn main() -> Result<(), std::io::Error> {'
		cat
		echo 'Ok(()) }'
	} >"$tmp/says.rs"
	compiled says || cat "$tmp/says.log"
	same "$1" "$2" "$("$tmp/says.program" 2>&1)"
}

# Without sanitizers, which a program in Rust does not bring.
check "the library" make -s -C "$TOOLS" O="$tmp/lib" CFLAGS=-O1 "$tmp/lib/liboom_embedded.so.$version"
export LD_LIBRARY_PATH=$tmp/lib
check "the crate builds without a warning" rustc --edition 2021 --crate-type rlib --crate-name oom_embedded \
	-D warnings -L "$tmp/lib" --out-dir "$tmp" "$TOOLS/rust/src/lib.rs"
same "the event is that of the header" "$(layout_in_c event)" "$(layout_in_rust event Event)"
same "and so is the own ranking" "$(layout_in_c self)" "$(layout_in_rust self OwnRanking)"
same "and so are the numbers" "$(numbers_in_c)" "$(numbers_in_rust)"
says "what there is" '3 0 0 true' <<-'END'
	let mut oom = Listener::open()?;
	println!("{} {} {} {}", oom.wanted(), oom.missed()?, oom.level(), fd(&oom) > 2);
END
says "no event, no wait" true <<-'END'
	println!("{}", Listener::open()?.next_event()?.is_none());
END
says "a ranking is written" '' <<-'END'
	Listener::open()?.set_rank(Some(900))?;
END
check "as the library writes it" grep -qE '^[0-9]+ 900$' "$OOM_EMBEDDED_SYSFS/oom_ranking"
says "a pidfd that is none" 22 <<-'END'
	let err = Listener::open()?.set_rank_of(0, Some(5)).unwrap_err();
	println!("{}", err.raw_os_error().unwrap());
END
says "the text of a field" 'ab  ' <<-'END'
	println!("{} {} {}", text(&[97, 98, 0, 99]), text(&[97]), text(&[]));
END
OOM_EMBEDDED_SYSFS=/nonexistent says "no module" NotFound <<-'END'
	println!("{:?}", Listener::open().err().unwrap().kind());
END

finish
