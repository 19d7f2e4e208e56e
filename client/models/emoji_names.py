"""Which emoji there are, and what people call them: `thumbsup`, `jempol_ke_atas`.

The names are those of the package `emoji` (English with its aliases, and Indonesian), read when they are first
asked for; without it there are the most used ones. Plain Python, no Qt; imports nothing else of the client. GUI
thread only.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from translations import language

COMMON: dict[str, tuple[str, ...]] = {
    "👍": ("thumbsup", "+1", "jempol"),
    "❤️": ("heart", "hati"),
    "😂": ("joy", "ketawa"),
    "😮": ("open_mouth", "kaget"),
    "😢": ("cry", "sedih"),
    "🙏": ("pray", "terima_kasih"),
    "👏": ("clap", "tepuk_tangan"),
    "🎉": ("tada", "pesta"),
    "😀": ("grinning", "senang"),
    "😅": ("sweat_smile", "keringat"),
    "😍": ("heart_eyes", "suka"),
    "😎": ("sunglasses", "keren"),
    "🤔": ("thinking", "berpikir"),
    "😭": ("sob", "menangis"),
    "😡": ("rage", "marah"),
    "👀": ("eyes", "mata"),
    "👎": ("thumbsdown", "-1", "jelek"),
    "🔥": ("fire", "api"),
    "💯": ("100", "seratus"),
    "✅": ("white_check_mark", "selesai"),
    "❌": ("x", "salah"),
    "💪": ("muscle", "semangat"),
    "🙌": ("raised_hands", "hore"),
    "👋": ("wave", "halo"),
}
"""The most used first; their first name is the one that is shown."""

RECENT = 24
"""So many are remembered as used last."""
_NEWEST = 15.0
"""Later versions of Unicode are not in the fonts people have."""
_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


@cache
def all_emoji() -> dict[str, tuple[str, ...]]:
    """Every emoji with its names, in small letters: the common ones, then in the order of Unicode."""
    found = dict(COMMON)
    try:
        import emoji  # noqa: PLC0415 - optional, and large: read when it is first needed

        emoji.config.load_language("id")
    except ImportError:
        return found
    data = emoji.EMOJI_DATA
    for text in sorted(data, key=_place):
        about = data[text]
        if about["status"] != emoji.STATUS["fully_qualified"] or about["E"] > _NEWEST or set(text) & set(_TONES):
            continue
        names = [*about.get("alias", ()), about["en"], about.get("id", "")]
        known = [*COMMON.get(text, ()), *(name.strip(":").casefold() for name in names)]
        found[text] = tuple(dict.fromkeys(filter(None, known)))
    return found


def _place(text: str) -> tuple[bool, str]:
    """Faces come before all else."""
    return not "\U0001f600" <= text[0] <= "\U0001f64f", text


def find(letters: str, most: int) -> list[tuple[str, str]]:
    """Emoji with a name, or a word of it, that begins so; with that name. Best first: the whole name, its beginning."""
    wanted = letters.casefold().replace(" ", "_")
    ranked = sorted(_ranked(wanted), key=lambda found: found[0])  # stable: the common ones stay first
    return [(text, name) for _, text, name in ranked[:most]]


def to_browse(recent: list[str]) -> list[tuple[str, str]]:
    """All emoji with a name in the language in use, those used last in front."""
    known, name = all_emoji(), -1 if language() == "id" else 0
    return [(text, known[text][name]) for text in dict.fromkeys([*filter(known.__contains__, recent), *known])]


def used(recent: list[str], text: str) -> list[str]:
    """Those used last, now that this one was."""
    return [text, *(other for other in recent if other != text)][:RECENT]


def _ranked(wanted: str) -> Iterator[tuple[int, str, str]]:
    for text, names in all_emoji().items():
        ranks = [(_rank(name, wanted), number) for number, name in enumerate(names)]
        rank, number = min(ranks)
        if rank < _NOT:
            yield rank, text, names[number]


_NOT = 3


def _rank(name: str, wanted: str) -> int:
    if name.startswith(wanted):
        return int(name != wanted)
    return 2 if f"_{wanted}" in name else _NOT
