"""What the disk under the data folder is like: how long a flush takes, and whether it is one to be trusted.

Imports the standard library only; used by the main thread before the server starts.
"""

from __future__ import annotations

import os
import secrets
import statistics
import time
from collections.abc import Callable
from pathlib import Path

FLUSHES = 5
BLOCK = b"\0" * 4096
UNRELIABLE = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "overlay", "afs", "ceph", "glusterfs")
"""Kinds of file systems on which SQLite's locks or flushes are known to lie, or whose files do not stay."""


def flush_ms(folder: Path, clock: Callable[[], float] = time.perf_counter) -> float:
    """How long writing a page until it is on the disk takes, in milliseconds: the middle of a few. Raises OSError."""
    path = folder / f"flush-{secrets.token_hex(4)}.tmp"
    taken = []
    try:
        with path.open("wb", buffering=0) as file:
            for _ in range(FLUSHES):
                begun = clock()
                file.write(BLOCK)
                os.fsync(file.fileno())
                taken.append(clock() - begun)
    finally:
        path.unlink(missing_ok=True)
    return statistics.median(taken) * 1000


def file_system(folder: Path, mounts: str | None = None) -> str:
    """The kind of file system a folder is on, "" where that cannot be said. `mounts` as in /proc/mounts."""
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ""
    where = folder.absolute().resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        _, point, found, *_ = line.split(" ")
        mounted = Path(point.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"))
        # The last one of the same place is the one on top.
        if (where == mounted or mounted in where.parents) and len(mounted.parts) >= best:
            best, kind = len(mounted.parts), found
    return kind
