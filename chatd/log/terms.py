"""What people type into a search box: words, "exact words" and the filters `from:siti in:#lab before:2026-10-01
after:2026-09-01 has:link`.

What is no filter, or one that cannot be read, stays a word: a search never fails because of how it was typed.
Pure; any thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

_PIECES = re.compile(r'"[^"]*"?|[^\s"]+')
"""A quoted piece (its end may be missing), or anything up to a space."""


@dataclass(frozen=True, slots=True)
class Terms:
    """See the module. Names are as they were typed; the caller folds them."""

    text: str = ""
    """The words that are left, with their quotes: `chatd.log.Query.text`."""
    nickname: str = ""
    channel: str = ""
    """A channel, or the nickname of a private chat."""
    before: str = ""
    """Only what was said before this moment; UTC as in `Record.time`, "" for no limit."""
    after: str = ""
    """Only what was said at this moment or later."""
    has_link: bool = False


def parse_terms(text: str, zone: tzinfo | None = None) -> Terms:
    """Read what was typed. Days begin at midnight in `zone`, without one where the server is."""
    words = []
    filters: dict[str, str] = {}
    for piece in _PIECES.findall(text):
        name, colon, value = piece.partition(":")
        read = _FILTERS.get(name.lower())
        meant = read(value, zone) if read and colon and value else ""
        if meant:
            filters[name.lower()] = meant
        else:
            words.append(piece)
    return Terms(
        " ".join(words),
        nickname=filters.get("from", ""),
        channel=filters.get("in", ""),
        before=filters.get("before", ""),
        after=filters.get("after", ""),
        has_link="has" in filters,
    )


def _name(value: str, _zone: tzinfo | None) -> str:
    return value.removeprefix("@")


def _moment(value: str, zone: tzinfo | None) -> str:
    """The beginning of a day, or a moment of it, as `Record.time` writes it; "" for what is neither."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone) if zone else moment.astimezone()
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return ""


def _thing(value: str, _zone: tzinfo | None) -> str:
    return value if value.lower() in ("link", "links") else ""


_FILTERS = {"from": _name, "in": _name, "before": _moment, "after": _moment, "has": _thing}
