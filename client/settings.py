"""What this computer remembers of the window: last servers and names, language, theme, places.

One JSON file, read at start and changed key by key, so that two windows of one person can write it
in turn: every change takes a lock file, reads the file again, and replaces it by an atomic rename.
A second kind of lock file says which names are in use on this computer. GUI thread only; imports
Qt's core (folders, lock files) and `protocol`, nothing else of the client.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from PyQt5.QtCore import QLockFile, QStandardPaths

import protocol

PROFILE_VARIABLE = "OBROLAN_PROFILE"
"""Names a folder that is used instead of the person's own (tests, the demo)."""
REMEMBERED = 8
"""How many servers and names are kept."""
LEVELS = ("all", "mentions", "nothing")
MOTIONS = ("system", "less", "all")
MEMBERSHIP = ("folded", "all", "none")
PINNED = 500
"""How many pinned conversations are kept, of all servers."""
WORDS = 100
"""How many highlight words are kept."""
MOST_WINDOWS = 8
"""So many windows of one computer get places of their own."""
LOCK_WAIT_MS = 500
"""How long a change waits for another window's change."""

log = logging.getLogger("settings")


def profile_folder() -> Path:
    """Where the settings are kept; made if it is not there."""
    named = os.environ.get(PROFILE_VARIABLE)
    place = Path(named) if named else _config_folder()
    _make(place)
    return place


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        log.warning("settings: %s cannot be made: %s", folder, error)


def _config_folder() -> Path:
    return Path(QStandardPaths.writableLocation(QStandardPaths.GenericConfigLocation)) / "obrolan"


@dataclass
class Values:
    """The settings themselves. Unknown keys of a newer version stay in the file untouched."""

    servers: list[tuple[str, int]] = field(default_factory=lambda: [("127.0.0.1", protocol.DEFAULT_PORT)])
    """Host and port, the last used first; never empty."""
    names: list[str] = field(default_factory=list)
    """Names used on this computer, the last used first."""
    logins: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What `logins.py` remembers of how the person logs in where; no passwords."""
    language: str = ""
    """`id` or `en`; "" follows the system."""
    theme: str = "system"
    """The name of a theme, or "system"."""
    zoom: float = 1.0
    emoji: list[str] = field(default_factory=list)
    """Those chosen last in the panel, the last one first."""
    geometry: dict[str, list[int]] = field(default_factory=dict)
    """Per page `[x, y, width, height, maximised]`."""
    splitters: dict[str, list[int]] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    """What of a room calls the person: `all`, `mentions` or `nothing`, by "host:port room"."""
    pinned: list[str] = field(default_factory=list)
    """Conversations at the top of their list, in this order, by "host:port room"."""
    words: list[str] = field(default_factory=list)
    """Highlight words."""
    hours: list[int] = field(default_factory=list)
    """From and to when not to disturb, in minutes of the day; empty for never."""
    snoozed_until: float = 0.0
    """Until when not to disturb, seconds since the epoch."""
    sound: bool = False
    enter_sends: bool = True
    """Enter sends and Shift+Enter begins a line; the other way round without."""
    motion: str = "system"
    """Whether things may move: as the system says, `less`, or `all`."""
    membership: str = "folded"
    """Who came and went: `folded` to one line (none in large rooms), `all` line by line, or `none`."""
    stay_in_tray: bool = False
    """Closing the window leaves the program in the tray."""


def _read_servers(value: Any) -> list[tuple[str, int]]:
    servers = [(str(host), int(port)) for host, port in value if 0 < int(port) < 65536]
    return servers[:REMEMBERED] or Values().servers


def _read_logins(value: Any) -> dict[str, dict[str, Any]]:
    return {
        str(place): login
        for place, login in value.items()
        if isinstance(login, dict)
        and isinstance(login.get("host"), str)
        and isinstance(login.get("name"), str)
        and isinstance(login.get("port"), int)
        and 0 < login["port"] < 65536
    }


def _read_hours(value: Any) -> list[int]:
    hours = [min(max(int(minute), 0), 1439) for minute in value]
    return hours if len(hours) == 2 else []


_READERS: dict[str, Any] = {
    "servers": _read_servers,
    "logins": _read_logins,
    "names": lambda value: [str(name) for name in value][:REMEMBERED],
    "language": str,
    "theme": str,
    "zoom": lambda value: min(max(float(value), 0.75), 2.0),
    "emoji": lambda value: [str(emoji) for emoji in value],
    "geometry": lambda value: {str(page): [int(n) for n in box] for page, box in value.items() if len(box) == 5},
    "splitters": lambda value: {str(name): [int(n) for n in sizes] for name, sizes in value.items()},
    "levels": lambda value: {str(room): level for room, level in value.items() if level in LEVELS},
    "pinned": lambda value: [str(room) for room in value][:PINNED],
    "words": lambda value: [str(word) for word in value][:WORDS],
    "hours": _read_hours,
    "snoozed_until": float,
    "sound": bool,
    "enter_sends": bool,
    "motion": lambda value: value if value in MOTIONS else "system",
    "membership": lambda value: value if value in MEMBERSHIP else "folded",
    "stay_in_tray": bool,
}


class Settings:
    """The values, their file, and the locks of names.

    `values` may be read freely; `change` is the only way to write. A file that cannot be read or
    written costs the memory, never the chat: it is logged and the values in memory are used.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or profile_folder()
        self._file = self.folder / "settings.json"
        self._held: dict[int, tuple[tuple[str, int, str], QLockFile]] = {}
        """The names in use by this process, by who holds them."""
        self._place: QLockFile | None = None
        self.window = self._count_window()
        """Which window of this computer this is, from 0; each number has its own place on the screen."""
        self.values = _read_values(self._stored())

    def change(self, **changes: Any) -> None:
        """Set these fields of `values` and write the file; what other windows wrote stays.

        Of a field that is a dict only the given keys are set.
        """
        lock = QLockFile(str(self._file) + ".lock")
        if not lock.tryLock(LOCK_WAIT_MS):
            log.warning("settings: another program keeps %s.lock; writing without it", self._file)
        try:
            stored = self._stored()
            current = asdict(_read_values(stored))
            for name, value in changes.items():
                current[name] = current[name] | value if isinstance(value, dict) else value
            self.values = Values(**current)
            self._write(stored | current)
        finally:
            lock.unlock()

    def remember(self, host: str, port: int, name: str) -> None:
        """A login succeeded: this server and name come first from now on."""
        latest = _read_values(self._stored())
        servers = [(host, port), *(server for server in latest.servers if server != (host, port))]
        names = [name, *(other for other in latest.names if other != name)]
        self.change(servers=servers[:REMEMBERED], names=names[:REMEMBERED])

    def _count_window(self) -> int:
        for number in range(MOST_WINDOWS):
            lock = self._lock(f"window-{number}")
            if lock.tryLock(0):
                self._place = lock  # held until the process ends
                return number
        return 0

    def _lock(self, name: str) -> QLockFile:
        locks = self.folder / "locks"
        _make(locks)
        lock = QLockFile(str(locks / f"{name}.lock"))
        lock.setStaleLockTime(0)  # a window may stay open for weeks: only a dead process frees its lock
        return lock

    # --- names in use on this computer --------------------------------------------------------

    def free_name(self, host: str, port: int, holder: int = 0) -> str:
        """Hold and return the last used name no other window here uses on this server, else ""."""
        for name in self.values.names:
            if self.hold_name(host, port, name, holder):
                return name
        return ""

    def hold_name(self, host: str, port: int, name: str, holder: int = 0) -> bool:
        """Tell other windows that we use this name there; False when one of them does, or another holder of ours.

        A holder has one name at a time; the lock ends with the process, however it ends.
        """
        wanted = (host.lower(), port, protocol.fold(name))
        if holder in self._held and self._held[holder][0] == wanted:
            return True
        lock = self._lock(f"name-{zlib.crc32(repr(wanted).encode(errors='replace')):08x}")
        if not lock.tryLock(0):
            return False
        self.release_name(holder)
        self._held[holder] = wanted, lock
        return True

    def release_name(self, holder: int = 0) -> None:
        """Let other windows use the name that this one held."""
        _, lock = self._held.pop(holder, (None, None))
        if lock is not None:
            lock.unlock()

    def release(self) -> None:
        """The window closes: its names and its place are free."""
        for holder in list(self._held):
            self.release_name(holder)
        if self._place is not None:
            self._place.unlock()
            self._place = None

    # --- the file -----------------------------------------------------------------------------

    def _stored(self) -> dict[str, Any]:
        try:
            stored = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            log.warning("settings: %s cannot be read (%s); starting with the usual ones", self._file, error)
            return {}
        return stored if isinstance(stored, dict) else {}

    def _write(self, stored: dict[str, Any]) -> None:
        fresh = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                json.dump(stored, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())  # or a power cut right after the rename leaves an empty file
            fresh.replace(self._file)
        except OSError as error:
            log.warning("settings: %s cannot be written: %s", self._file, error)


def _read_values(stored: dict[str, Any]) -> Values:
    """The stored fields that make sense; the usual value for the others."""
    values = Values()
    for known in fields(Values):
        if known.name in stored:
            try:
                setattr(values, known.name, _READERS[known.name](stored[known.name]))
            except (TypeError, ValueError, AttributeError):
                log.warning("settings: %s is not understood: %r", known.name, stored[known.name])
    return values
