// SPDX-License-Identifier: GPL-2.0-only
//! liboom_embedded for Rust: hear of an out-of-memory emergency before a process is killed.
//!
//! ```no_run
//! let mut oom = oom_embedded::Listener::open()?;
//! oom.set_rank(Some(900))?;
//! oom_embedded::lock_memory(64 * 1024)?;
//! loop {
//!     // poll(2) oom.as_raw_fd() for POLLIN, then
//!     while let Some(event) = oom.next_event()? {
//!         if event.kind_of_event() == oom_embedded::OOM {
//!             // save, and do not allocate
//!         }
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Errors are `std::io::Error` with the errno of the library. No function allocates after
//! `Listener::open()`. See liboom_embedded(3).

use std::io;
use std::marker::{PhantomData, PhantomPinned};
use std::os::raw::{c_char, c_int, c_uint};
use std::os::unix::io::{AsRawFd, RawFd};

/// enum oom_embedded_type
pub const NOTHING: c_int = 0;
pub const OOM: c_int = 1;
pub const DETAILS: c_int = 2;
pub const VICTIM: c_int = 3;
pub const NO_VICTIM: c_int = 4;
pub const LEVEL: c_int = 5;
pub const LIMIT: c_int = 6;
pub const LOST: c_int = 7;

/// enum oom_embedded_level
pub const LEVEL_UNKNOWN: c_int = -1;
pub const LEVEL_NORMAL: c_int = 0;
pub const LEVEL_WARNING: c_int = 1;
pub const LEVEL_CRITICAL: c_int = 2;
pub const LEVEL_IMMINENT_OOM: c_int = 3;
pub const LEVEL_OOM: c_int = 4;

const NO_RANK: c_int = -1;

/// struct oom_embedded_event; fields that do not belong to the type are 0 or empty.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Event {
    pub size: usize,
    pub r#type: c_int,
    pub seq: u64,
    pub missed: u64,
    pub kind: [c_char; 16],
    pub outcome: [c_char; 24],
    pub trigger_pid: c_int,
    pub trigger_comm: [c_char; 64],
    pub victim_pid: c_int,
    pub victim_comm: [c_char; 64],
    pub victim_rank: c_int,
    pub victim_rss_kb: i64,
    pub uid: u32,
    pub level: c_int,
    pub level_was: c_int,
    pub available_kb: i64,
    pub memcg: [c_char; 128],
    pub left_ms: i64,
}

impl Event {
    /// One of `OOM`, `LEVEL`, ...
    pub fn kind_of_event(&self) -> c_int {
        self.r#type
    }
}

/// struct oom_embedded_self: the view that the module has of this process.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct OwnRanking {
    pub rank: c_int,
    pub source: [c_char; 48],
    pub verdict: [c_char; 16],
}

/// The text of a field: ASCII, because the library escapes all else.
pub fn text(field: &[c_char]) -> &str {
    // SAFETY: c_char and u8 have one layout; the slice is as long as before.
    let bytes = unsafe { std::slice::from_raw_parts(field.as_ptr().cast::<u8>(), field.len()) };
    bytes
        .iter()
        .position(|&byte| byte == 0)
        .and_then(|end| std::str::from_utf8(&bytes[..end]).ok())
        .unwrap_or("")
}

#[repr(C)]
struct Handle {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

#[link(name = "oom_embedded")]
extern "C" {
    fn oom_embedded_open(oom: *mut *mut Handle, flags: c_uint) -> c_int;
    fn oom_embedded_close(oom: *mut Handle);
    fn oom_embedded_fd(oom: *const Handle) -> c_int;
    fn oom_embedded_next_event(oom: *mut Handle, event: *mut *const Event) -> c_int;
    fn oom_embedded_wanted(oom: *const Handle) -> u64;
    fn oom_embedded_missed(oom: *mut Handle) -> i64;
    fn oom_embedded_acknowledge(oom: *mut Handle, seq: u64) -> c_int;
    fn oom_embedded_set_rank(oom: *mut Handle, rank: c_int) -> c_int;
    fn oom_embedded_set_rank_of(oom: *mut Handle, pidfd: c_int, rank: c_int) -> c_int;
    fn oom_embedded_read_self(oom: *mut Handle, own: *mut OwnRanking) -> c_int;
    fn oom_embedded_offer(oom: *mut Handle, rank: c_int) -> c_int;
    fn oom_embedded_level(oom: *mut Handle) -> c_int;
    fn oom_embedded_lock_memory(stack: usize) -> c_int;
}

fn checked(result: i64) -> io::Result<i64> {
    if result < 0 {
        Err(io::Error::from_raw_os_error(-result as i32))
    } else {
        Ok(result)
    }
}

/// Lock what this process has and will have in memory.
pub fn lock_memory(stack: usize) -> io::Result<()> {
    // SAFETY: takes a number only.
    checked(unsafe { oom_embedded_lock_memory(stack) }.into()).map(drop)
}

/// A handle of the library. For one thread at a time.
pub struct Listener {
    handle: *mut Handle,
}

// SAFETY: the library has no state of threads; `&mut self` keeps to one at a time.
unsafe impl Send for Listener {}

// SAFETY (of each call below): the handle is valid from open() to drop().
impl Listener {
    /// Begin to listen; `ErrorKind::NotFound` if the module is not loaded.
    pub fn open() -> io::Result<Self> {
        let mut handle = std::ptr::null_mut();
        checked(unsafe { oom_embedded_open(&mut handle, 0) }.into())?;
        Ok(Self { handle })
    }

    /// The next event, if there is one; does not wait. The event is a copy.
    pub fn next_event(&mut self) -> io::Result<Option<Event>> {
        let mut event = std::ptr::null();
        let found = checked(unsafe { oom_embedded_next_event(self.handle, &mut event) }.into())?;
        if found == 0 {
            return Ok(None);
        }
        // SAFETY: belongs to the handle until the next call, and is of this version or a later one.
        Ok(Some(unsafe { *event }))
    }

    /// How many emergencies there have been.
    pub fn wanted(&self) -> u64 {
        unsafe { oom_embedded_wanted(self.handle) }
    }

    /// Emergencies that no program has acknowledged.
    pub fn missed(&mut self) -> io::Result<u64> {
        checked(unsafe { oom_embedded_missed(self.handle) }).map(|count| count as u64)
    }

    /// Emergencies up to this one have been handled; ends the grace period.
    pub fn acknowledge(&mut self, seq: u64) -> io::Result<()> {
        checked(unsafe { oom_embedded_acknowledge(self.handle, seq) }.into()).map(drop)
    }

    /// How much memory there is: one of `LEVEL_NORMAL`, ...
    pub fn level(&mut self) -> c_int {
        unsafe { oom_embedded_level(self.handle) }
    }

    /// The ranking of this process: 0 (never chosen) to 1000 (first to go); None clears it.
    pub fn set_rank(&mut self, rank: Option<u16>) -> io::Result<()> {
        let rank = rank.map_or(NO_RANK, c_int::from);
        checked(unsafe { oom_embedded_set_rank(self.handle, rank) }.into()).map(drop)
    }

    /// The ranking of the process of a pidfd.
    pub fn set_rank_of(&mut self, pidfd: RawFd, rank: Option<u16>) -> io::Result<()> {
        let rank = rank.map_or(NO_RANK, c_int::from);
        checked(unsafe { oom_embedded_set_rank_of(self.handle, pidfd, rank) }.into()).map(drop)
    }

    /// Make this process more expendable than it is; needs no right.
    pub fn offer(&mut self, rank: u16) -> io::Result<()> {
        checked(unsafe { oom_embedded_offer(self.handle, rank.into()) }.into()).map(drop)
    }

    /// The ranking of this process that counts.
    pub fn own_ranking(&mut self) -> io::Result<OwnRanking> {
        let mut own = OwnRanking {
            rank: 0,
            source: [0; 48],
            verdict: [0; 16],
        };
        checked(unsafe { oom_embedded_read_self(self.handle, &mut own) }.into())?;
        Ok(own)
    }
}

impl AsRawFd for Listener {
    /// For poll(2): ready for reading when there is an event.
    fn as_raw_fd(&self) -> RawFd {
        unsafe { oom_embedded_fd(self.handle) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        unsafe { oom_embedded_close(self.handle) }
    }
}
