"""Times as the server-time tag writes them, and as the log counts them: milliseconds since 1970. Pure; any thread."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@functools.lru_cache(maxsize=256)
def _whole_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def timestamp(seconds: float) -> str:
    """Seconds since the epoch as the server-time tag writes them (IRCv3 server-time)."""
    return written(int(seconds * 1000))


def written(milliseconds: int) -> str:
    """Milliseconds since the epoch in the same way."""
    whole, part = divmod(milliseconds, 1000)
    return f"{_whole_second(whole)}.{part:03d}Z"


def milliseconds_of(time: str) -> int:
    """The first whole millisecond at or after a time written so. Raises ValueError."""
    moment = datetime.fromisoformat(time)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return -((_EPOCH - moment) // _MILLISECOND)
