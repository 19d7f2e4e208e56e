"""Any text in ASCII, for classic programs that die of anything else.

Emoji become their short codes (`emoji`), letters of any script the nearest Latin ones (`anyascii`). Both
packages are optional: without them marks are dropped and the rest becomes `?`. Loaded at first use, for
most servers never need them; called by the gateway's thread only.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Callable

_steps: list[Callable[[str], str]] = []


def to_ascii(text: str) -> str:
    """The text in ASCII characters; nothing but ASCII comes out, whatever goes in."""
    if text.isascii():
        return text
    if not _steps:
        _steps.extend(_load())
    for step in _steps:
        text = step(text)
    return text.encode("ascii", "replace").decode("ascii")


def missing() -> list[str]:
    """The packages that would make it better and are not installed."""
    return [name for name in ("anyascii", "emoji") if importlib.util.find_spec(name) is None]


def _load() -> list[Callable[[str], str]]:
    steps: list[Callable[[str], str]] = []
    try:
        from emoji import demojize  # noqa: PLC0415 - optional, and slow to load

        steps.append(demojize)
    except ImportError:
        pass  # emoji become "?" then
    try:
        from anyascii import anyascii  # noqa: PLC0415 - optional

        steps.append(anyascii)
    except ImportError:
        steps.append(_without_marks)
    return steps


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
