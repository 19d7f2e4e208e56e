"""Where emoji, links and right-to-left text stand in a message. Plain Python, no Qt.

The emoji pattern was made once from the Unicode emoji data, version 15.0 (emoji-data.txt, UTS #51);
tests/client/widgets/test_spans.py compares it with emoji-test.txt where that is installed. Beyond the
standard, signs from U+2600 up that Unicode draws as text unless VS16 follows (a heart, a check mark)
count as emoji unless VS15 follows, as all chat programs have it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice

# fmt: off
_DRAWN = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618\u261d"
    "\u2620\u2622\u2623\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663"
    "\u2665\u2666\u2668\u267b\u267e\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab"
    "\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5"
    "\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734"
    "\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935"
    "\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f004\U0001f0cf\U0001f170"
    "\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a\U0001f201\U0001f202\U0001f21a"
    "\U0001f22f\U0001f232-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f321\U0001f324-\U0001f393"
    "\U0001f396\U0001f397\U0001f399-\U0001f39b\U0001f39e-\U0001f3f0\U0001f3f3-\U0001f3f5"
    "\U0001f3f7-\U0001f3fa\U0001f400-\U0001f4fd\U0001f4ff-\U0001f53d\U0001f549-\U0001f54e"
    "\U0001f550-\U0001f567\U0001f56f\U0001f570\U0001f573-\U0001f57a\U0001f587\U0001f58a-\U0001f58d"
    "\U0001f590\U0001f595\U0001f596\U0001f5a4\U0001f5a5\U0001f5a8\U0001f5b1\U0001f5b2\U0001f5bc"
    "\U0001f5c2-\U0001f5c4\U0001f5d1-\U0001f5d3\U0001f5dc-\U0001f5de\U0001f5e1\U0001f5e3\U0001f5e8"
    "\U0001f5ef\U0001f5f3\U0001f5fa-\U0001f64f\U0001f680-\U0001f6c5\U0001f6cb-\U0001f6d2"
    "\U0001f6d5-\U0001f6d7\U0001f6dc-\U0001f6e5\U0001f6e9\U0001f6eb\U0001f6ec\U0001f6f0"
    "\U0001f6f3-\U0001f6fc\U0001f7e0-\U0001f7eb\U0001f7f0\U0001f90c-\U0001f93a\U0001f93c-\U0001f945"
    "\U0001f947-\U0001f9ff\U0001fa70-\U0001faff"
)
_TEXT = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u2328\u23cf\u23ed-\u23ef\u23f1\u23f2"
    "\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb\u25fc"
)
# fmt: on
_SIGN = f"(?:[{_DRAWN}](?!\ufe0e)\ufe0f?|[{_TEXT}]\ufe0f)[\U0001f3fb-\U0001f3ff]?"
_TAGS = "(?:[\U000e0020-\U000e007e]+\U000e007f)?"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_JOINED = f"{_SIGN}{_TAGS}(?:\u200d(?:[{_DRAWN}{_TEXT}])\ufe0f?[\U0001f3fb-\U0001f3ff]?)*"
EMOJI = re.compile(f"{_FLAG}|{_KEYCAP}|{_JOINED}|[\U0001f3fb-\U0001f3ff]")
"""One emoji, however many characters it is made of."""
EMOJI_RUN = re.compile(f"(?:{EMOJI.pattern})+")

MOST_EMOJI = 150
"""So many emoji of a message are drawn: Qt takes 60 µs for each, and a message may hold 4,000."""
LARGE_EMOJI = 3
"""A message of up to so many emoji and nothing else is drawn large."""

_LINK = re.compile(r"\bhttps?://[^\s<>\"“”]+", re.IGNORECASE)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_LINK_HEAD = re.compile(r"https?://[^/\s]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text: the characters `start` to `stop`, and where it leads."""

    start: int
    stop: int
    url: str


def emoji_runs(text: str) -> list[tuple[int, int]]:
    """Where emoji stand, as (start, stop) in characters; neighbours make one run, spaces stay outside."""
    if text.isascii():
        return []
    return [match.span() for match in EMOJI_RUN.finditer(text)]


def only_emoji(text: str) -> bool:
    """Whether a text is one to `LARGE_EMOJI` emoji and nothing else."""
    if text.isascii() or len(text) > LARGE_EMOJI * 16:
        return False
    bare = "".join(text.split())
    return EMOJI_RUN.fullmatch(bare) is not None and len(EMOJI.findall(bare)) <= LARGE_EMOJI


def links(text: str) -> list[Link]:
    """The http and https links in a text, without the punctuation of the sentence around them."""
    if "://" not in text:
        return []
    found = []
    for match in _LINK.finditer(text):
        url = _without_punctuation(match[0])
        if _LINK_HEAD.match(url):
            found.append(Link(match.start(), match.start() + len(url), url))
    return found


def _without_punctuation(url: str) -> str:
    while url:
        last = url[-1]
        if last in ".,;:!?'’…*_~|" or (last in _CLOSING and url.count(last) > url.count(_CLOSING[last])):
            url = url[:-1]
        else:
            break
    return url


def reads_right_to_left(text: str) -> bool:
    """Whether the first character with a direction of its own, outside of isolates, runs from right to left."""
    if text.isascii():
        return False
    isolates = 0
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in {"FSI", "LRI", "RLI"}:
            isolates += 1
        elif direction == "PDI":
            isolates -= 1
        elif not isolates and direction in {"L", "R", "AL"}:
            return direction != "L"
    return False


# --- what is drawn ----------------------------------------------------------------------------

_VS16 = "\ufe0f"


def drawn_text(text: str) -> str:
    """The text as it is laid out: emoji without VS16 and not too many, lines ended as Qt ends them inside a paragraph.

    Emoji fonts have no glyph for VS16; Qt would take one from another font and so tear keycaps and
    joined emoji into pieces. The run's own font makes it needless.
    """
    text = text.replace("\n", "\u2028")
    if _VS16 in text:
        text = EMOJI_RUN.sub(_without_vs16, text)
    return text if text.isascii() or len(text) <= MOST_EMOJI else _thinned(text)


def _thinned(text: str) -> str:
    """With dots for emoji beyond `MOST_EMOJI`: as many UTF-16 units as before, so that positions stay what they are."""
    last = next(islice(EMOJI.finditer(text), MOST_EMOJI - 1, None), None)
    if last is None:
        return text
    return text[: last.end()] + EMOJI.sub(_dots, text[last.end() :])


def _dots(match: re.Match[str]) -> str:
    return "".join("·\u200b" if ord(each) > 0xFFFF else "·" for each in match[0])


def _without_vs16(match: re.Match[str]) -> str:
    return match[0].replace(_VS16, "")


def drawn_positions(text: str, places: Collection[int]) -> dict[int, int]:
    """Where these characters of a text stand in its `drawn_text`, in UTF-16 units."""
    if text.isascii():
        return {place: place for place in places}
    dropped = _dropped(text)
    found = {len(text): utf16_length(text) - len(dropped)}
    position = 0
    for at, character in enumerate(text):
        if at in places:
            found[at] = position
        position += 0 if at in dropped else utf16_length(character)
    return found


def _dropped(text: str) -> set[int]:
    """The characters that are not drawn: VS16 of emoji."""
    if _VS16 not in text:
        return set()
    return {at for first, end in emoji_runs(text) for at in range(first, end) if text[at] == _VS16}


def original_part(text: str, start: int, stop: int) -> str:
    """What stands in `text` between two UTF-16 positions of its `drawn_text`."""
    if _VS16 not in text:
        return utf16_slice(text, start, stop)
    dropped = _dropped(text)
    part: list[str] = []
    position = 0
    for at, character in enumerate(text):
        if at in dropped:  # it goes with the character before it
            if part and start < position <= stop:
                part.append(character)
        else:
            if start <= position < stop:
                part.append(character)
            position += utf16_length(character)
    return "".join(part)


# --- UTF-16, in which Qt counts ---------------------------------------------------------------


def utf16_length(text: str) -> int:
    """How many UTF-16 units, Qt's characters, a text has."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, start: int, stop: int) -> str:
    """The part between two UTF-16 positions; half a character at an edge is left out."""
    if text.isascii():
        return text[start:stop]
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * stop].decode("utf-16-le", "ignore")
