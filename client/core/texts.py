"""Text as it comes from the wire, made fit to be shown; and who is meant by it.

Pure functions. Formatting codes of IRC go, control characters become visible signs, names lose what
could make them look like other names (reliability, section 2, items 45 and 46). The direction of
text is isolated where it is drawn, not here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

from protocol import NAME_CHARACTERS, fold, has_hidden, nickname_from_name

GUEST = "tamu"
"""The nickname of those whose name gives none, with a number behind (design, section 2)."""

LONGEST_SOURCE = f"{'n' * 32}!{'u' * 18}@{'h' * 63}"
"""What may stand in front of our messages while the server has not shown it."""
SHOWN_NAME_CHARACTERS = 64
LATEST_TIME = 4102444800.0
"""Seconds; the year 2100. Server times beyond it are a mistake that some systems cannot show."""

_DIGITS = "0123456789"
_FORMATTING = re.compile(
    r"\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?"  # mIRC colours
    r"|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"  # hex colours
    r"|[\x02\x0f\x11\x16\x1d\x1e\x1f]"  # bold, reset, monospace, reverse, italics, strike, underline
)
_PICTURES = {code: 0x2400 + code for code in range(32)} | {0x09: 0x20, 0x7F: 0x2421}
_PICTURES |= dict.fromkeys([*range(0x80, 0xA0), 0x2028, 0x2029], 0xFFFD)


def shown_text(text: str) -> str:
    """A message without formatting codes, its control characters as visible signs (`␛`)."""
    if text.isprintable():
        return text
    return _FORMATTING.sub("", text).translate(_PICTURES)


def sendable_text(text: str) -> str:
    """One typed line without what a line of IRC cannot hold (NUL, lone surrogates) or means otherwise (CTCP's 0x01)."""
    return text.replace("\0", "").replace("\x01", "").encode(errors="replace").decode()


def own_name(name: str) -> str:
    """A name as typed: NFC, spaces collapsed, without hidden characters, cut to `NAME_CHARACTERS`."""
    clean = "".join(" " if c.isspace() else c for c in sendable_text(name) if c.isspace() or not has_hidden(c))
    return " ".join(unicodedata.normalize("NFC", clean).split())[:NAME_CHARACTERS].rstrip()


def shown_name(nickname: str, realname: str) -> str:
    """What screens call a person: the realname if the nickname is made of it, else the nickname.

    So the name people typed is shown, nobody can borrow another's name under a nickname of their own
    (two people called Siti are `Siti` and `Siti2`), and the realnames of other networks stay away.
    """
    if realname == nickname or not realname or len(realname) > SHOWN_NAME_CHARACTERS:
        return nickname
    name = " ".join(shown_text(realname).split())
    made = nickname_from_name(name)
    same = fold(made) == fold(nickname) if made else bool(name) and is_guest(nickname)
    return name if same and not has_hidden(name) else nickname


def numbered_name(name: str, nickname: str) -> str:
    """The name that goes with a numbered nickname ("Siti Nur", `Siti_Nur2` -> "Siti Nur2"), or the nickname."""
    number = nickname[len(nickname.rstrip(_DIGITS)) :]
    numbered = name.rstrip(_DIGITS) + number
    return numbered if nickname_from_name(numbered) == nickname else nickname


def is_guest(nickname: str) -> bool:
    """Whether this is a nickname for somebody whose name gives none (`tamu7`)."""
    return nickname.startswith(GUEST) and nickname[len(GUEST) :].isdecimal()


def server_time(value: str, otherwise: Callable[[], float]) -> float:
    """Seconds since the epoch of a server-time tag ("2026-11-20T03:32:00.123Z"), or `otherwise()`."""
    try:
        seconds = datetime.fromisoformat(value).timestamp() if value else -1.0
    except (ValueError, OverflowError, OSError):
        seconds = -1.0
    return seconds if 0 <= seconds < LATEST_TIME else otherwise()


def stamp(seconds: float) -> str:
    """Seconds since the epoch as the server writes them, to the millisecond."""
    moment = datetime.fromtimestamp(round(max(seconds, 0.0) * 1000) / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


class Mentions:
    """Finds our nickname or name in a text as a whole word, whatever the case."""

    __slots__ = ("_needles", "_pattern")

    def __init__(self, *names: str) -> None:
        self._needles = sorted({name.casefold() for name in names if name})
        words = "|".join(map(re.escape, self._needles))
        self._pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)")

    def found_in(self, text: str) -> bool:
        """Whether the text speaks to us."""
        folded = text.casefold()
        return any(needle in folded for needle in self._needles) and self._pattern.search(folded) is not None
