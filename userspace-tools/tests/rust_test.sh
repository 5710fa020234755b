#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The library for Rust: its structures and numbers are those of the header, its functions do on a
# module made of plain files as the library does.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

TOOLS=$(dirname "$TESTS")
HEADER=$TOOLS/../include/oom_embedded.h
version=$(cat "$TOOLS/../VERSION")

if ! command -v rustc >/dev/null; then
	skip "Rust" "no rustc (Debian package rustc)"
	finish
fi
make_tree "$tmp/tree"

# The fields of struct oom_embedded_$1 in C: "NAME OFFSET", and the size.
layout_of_c()
{
	{
		printf '#include <stdio.h>\n#include <oom_embedded.h>\nint main(void) {\n'
		sed -n "/^struct oom_embedded_$1 {/,/^}/p" "$HEADER" |
			sed -nE 's/^struct (\w+) \{/#define S struct \1/p; s/^\t.*\b(\w+)(\[[0-9]+\])?;$/printf("\1 %zu\\n", offsetof(S, \1));/p
				s/^\};/printf("size %zu\\n", sizeof(S));\n#undef S/p'
		echo 'return 0; }'
	} >"$tmp/layout.c"
	gcc -I "$TOOLS/../include" "$tmp/layout.c" -o "$tmp/layout" && "$tmp/layout"
}

# The same of the structure $2 in Rust, with the names of the fields of struct oom_embedded_$1.
layout_of_rust()
{
	{
		echo 'fn main() { unsafe {'
		echo "let s = std::mem::MaybeUninit::<oom_embedded::$2>::uninit();"
		echo 'let base = s.as_ptr() as usize;'
		# The last line is the size of the whole.
		layout_of_c "$1" | head -n -1 | while read -r name _; do
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

numbers_of_c()
{
	{
		printf '#include <stdio.h>\n#include <oom_embedded.h>\nint main(void) {\n'
		grep -oE '^	OOM_EMBEDDED_[A-Z_]+\b' "$HEADER" | grep -v ACKNOWLEDGE |
			sed 's/.*/printf("& %d\\n", &);/; s/\t//g'
		echo 'return 0; }'
	} >"$tmp/numbers.c"
	gcc -I "$TOOLS/../include" "$tmp/numbers.c" -o "$tmp/numbers" && "$tmp/numbers"
}

numbers_of_rust()
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
same "the event is that of the header" "$(layout_of_c event)" "$(layout_of_rust event Event)"
same "and so is the own ranking" "$(layout_of_c self)" "$(layout_of_rust self OwnRanking)"
same "and so are the numbers" "$(numbers_of_c)" "$(numbers_of_rust)"
same "and the version" "$version" "$(sed -n 's/^version = "\(.*\)"/\1/p' "$TOOLS/rust/Cargo.toml")"
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
