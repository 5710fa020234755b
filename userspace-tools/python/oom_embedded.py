# SPDX-License-Identifier: GPL-2.0-only
"""liboom_embedded for Python: hear of an out-of-memory emergency before a process is killed.

    with oom_embedded.Listener() as oom:
        oom.set_rank(900)
        while True:
            select.select([oom], [], [])
            for event in oom.events():
                if event.type is Type.OOM:
                    save()

Errors of the library are OSError with its errno: FileNotFoundError if the module is not loaded,
PermissionError without the right. Python allocates memory: in an emergency give it a reserve
(reserve_kb), or have a program in C save the data. See liboom_embedded(3).
"""

from __future__ import annotations

import ctypes
import enum
import os
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

__all__ = ["Event", "Level", "Listener", "Self", "Type"]


class Type(enum.IntEnum):
    """What has happened: enum oom_embedded_type."""

    NOTHING = 0
    OOM = 1
    DETAILS = 2
    VICTIM = 3
    NO_VICTIM = 4
    LEVEL = 5
    LIMIT = 6
    LOST = 7


class Level(enum.IntEnum):
    """How much memory there is: enum oom_embedded_level."""

    UNKNOWN = -1
    NORMAL = 0
    WARNING = 1
    CRITICAL = 2
    IMMINENT_OOM = 3
    OOM = 4


class _Event(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("type", ctypes.c_int),
        ("seq", ctypes.c_uint64),
        ("missed", ctypes.c_uint64),
        ("kind", ctypes.c_char * 16),
        ("outcome", ctypes.c_char * 24),
        ("trigger_pid", ctypes.c_int),
        ("trigger_comm", ctypes.c_char * 64),
        ("victim_pid", ctypes.c_int),
        ("victim_comm", ctypes.c_char * 64),
        ("victim_rank", ctypes.c_int),
        ("victim_rss_kb", ctypes.c_int64),
        ("uid", ctypes.c_uint32),
        ("level", ctypes.c_int),
        ("level_was", ctypes.c_int),
        ("available_kb", ctypes.c_int64),
        ("memcg", ctypes.c_char * 128),
        ("left_ms", ctypes.c_int64),
    ]


class _Self(ctypes.Structure):
    _fields_ = [
        ("rank", ctypes.c_int),
        ("source", ctypes.c_char * 48),
        ("verdict", ctypes.c_char * 16),
    ]


@dataclass(frozen=True)
class Event:
    """struct oom_embedded_event; fields that do not belong to the type are 0 or empty."""

    type: Type
    seq: int
    missed: int
    kind: str
    outcome: str
    trigger_pid: int
    trigger_comm: str
    victim_pid: int
    victim_comm: str
    victim_rank: int
    victim_rss_kb: int
    uid: int
    level: int
    level_was: int
    available_kb: int
    memcg: str
    left_ms: int


@dataclass(frozen=True)
class Self:
    """struct oom_embedded_self: what this process is to the module."""

    rank: int
    source: str
    verdict: str


def _text(raw: bytes) -> str:
    return raw.decode("ascii", "backslashreplace")


def _load() -> ctypes.CDLL:
    lib = ctypes.CDLL(os.environ.get("OOM_EMBEDDED_LIBRARY", "liboom_embedded.so.1"))
    handle = ctypes.c_void_p
    lib.oom_embedded_open.argtypes = [ctypes.POINTER(handle), ctypes.c_uint]
    lib.oom_embedded_close.argtypes = [handle]
    lib.oom_embedded_close.restype = None
    lib.oom_embedded_next_event.argtypes = [handle, ctypes.POINTER(ctypes.POINTER(_Event))]
    lib.oom_embedded_wanted.restype = ctypes.c_uint64
    lib.oom_embedded_missed.restype = ctypes.c_int64
    lib.oom_embedded_acknowledge.argtypes = [handle, ctypes.c_uint64]
    lib.oom_embedded_set_rank.argtypes = [handle, ctypes.c_int]
    lib.oom_embedded_set_rank_of.argtypes = [handle, ctypes.c_int, ctypes.c_int]
    lib.oom_embedded_read_self.argtypes = [handle, ctypes.POINTER(_Self)]
    lib.oom_embedded_offer.argtypes = [handle, ctypes.c_int]
    lib.oom_embedded_lock_memory.argtypes = [ctypes.c_size_t]
    for name in ("fd", "wanted", "missed", "level"):
        getattr(lib, "oom_embedded_" + name).argtypes = [handle]
    return lib


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result


def lock_memory(stack: int = 64 * 1024) -> None:
    """Lock what this process has and will have in memory."""
    _checked(_load().oom_embedded_lock_memory(stack))


class Listener:
    """A handle of the library. For one thread at a time."""

    def __init__(self) -> None:
        self._lib = _load()
        self._handle = ctypes.c_void_p()
        _checked(self._lib.oom_embedded_open(ctypes.byref(self._handle), 0))

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _open(self) -> ctypes.c_void_p:
        if not self._handle:
            raise ValueError("the listener is closed")
        return self._handle

    def close(self) -> None:
        """Stop listening; a second time is no error."""
        handle, self._handle = self._handle, ctypes.c_void_p()
        if handle:
            self._lib.oom_embedded_close(handle)

    def fileno(self) -> int:
        """For select(), selectors and asyncio: ready for reading when there is an event."""
        return _checked(self._lib.oom_embedded_fd(self._open()))

    def events(self) -> Iterator[Event]:
        """The events that there are; does not wait."""
        raw = ctypes.POINTER(_Event)()
        while _checked(self._lib.oom_embedded_next_event(self._open(), ctypes.byref(raw))):
            values = {name: getattr(raw.contents, name) for name in Event.__dataclass_fields__}
            values["type"] = Type(values["type"])
            yield Event(**{name: _text(value) if isinstance(value, bytes) else value
                           for name, value in values.items()})

    def wanted(self) -> int:
        """How many emergencies there have been."""
        return int(self._lib.oom_embedded_wanted(self._open()))

    def missed(self) -> int:
        """Emergencies that no program has acknowledged."""
        return _checked(self._lib.oom_embedded_missed(self._open()))

    def acknowledge(self, seq: int) -> None:
        """Emergencies up to this one have been handled; ends the grace period."""
        _checked(self._lib.oom_embedded_acknowledge(self._open(), seq))

    def level(self) -> Level:
        """How much memory there is."""
        return Level(self._lib.oom_embedded_level(self._open()))

    def set_rank(self, rank: int | None, pidfd: int | None = None) -> None:
        """The ranking of this process, or of the one of a pidfd: 0 (never) to 1000; None clears it."""
        number = -1 if rank is None else rank
        if pidfd is None:
            _checked(self._lib.oom_embedded_set_rank(self._open(), number))
        else:
            _checked(self._lib.oom_embedded_set_rank_of(self._open(), pidfd, number))

    def offer(self, rank: int) -> None:
        """Make this process more expendable than it is; needs no right."""
        _checked(self._lib.oom_embedded_offer(self._open(), rank))

    def read_self(self) -> Self:
        """The ranking of this process that counts."""
        raw = _Self()
        _checked(self._lib.oom_embedded_read_self(self._open(), ctypes.byref(raw)))
        return Self(raw.rank, _text(raw.source), _text(raw.verdict))
