"""What the marks within one line mean: markdown-it reads them, with rules of ours for what chats hold.

CommonMark, but as typed stay: addresses with all their marks, `__names__` as in Python, `*` between letters or digits
(5*3*2), keycaps, and links without http or https. A backslash in front of a mark makes it a character; in front of
anything else it is one itself, as in paths. Loaded by `markup` with the first line that holds a mark.

markdown-it-py (MIT, 97 KB and mdurl beside it, kept by Executable Books) reads CommonMark as a parser and not by
patterns: nested marks come out right, nothing is slow on purpose-made input, and images and HTML are rules that are
simply not switched on.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from client.models.markup import Line, Span, Style

_ADDRESS = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
_SCHEME = re.compile(r"https?$", re.IGNORECASE)
_AS_TYPED = re.compile(r"\\[*_~`\[\]>]|__+|\*\ufe0f?\u20e3|(?<=[^\W_])\*+(?=[^\W_])")
_LINK = re.compile(r"\[[^\[\]]{1,300}\]\(https?://", re.IGNORECASE)
"""A link can begin here. Labels hold no brackets: to look for their partners would take the square of the length."""
_TARGET = re.compile(
    r"https?://([a-z0-9.-]+(?::\d{1,5})?|\[[0-9a-f:.]+\](?::\d{1,5})?)(?:[/?#][^\s\\\"<>]*)?", re.IGNORECASE
)
"""Where a link with a text of its own may lead: nothing that could make the host look like another one."""
_FSI, _PDI = "\u2068", "\u2069"

_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKE, "link": Style.LINK}


class _Reader(MarkdownIt):
    """Links lead to http and https and stay as they were typed."""

    def validateLink(self, url: str) -> bool:
        """Whether this may be a link."""
        return _TARGET.fullmatch(url) is not None

    def normalizeLink(self, url: str) -> str:
        """The address as typed: `_TARGET` leaves nothing to encode."""
        return url


def _as_typed(state: StateInline, silent: bool) -> bool:
    """What looks like marks and is none."""
    at, source = state.pos, state.src
    match source[at]:
        case ":":
            scheme = _SCHEME.search(source, max(0, at - 5), at)
            address = _ADDRESS.match(source, scheme.start()) if scheme is not None else None
            stop = address.start() + len(address[0].rstrip(".,;:!?'’…*_~|)]")) if address is not None else 0
        case "[":
            image = source[at - 1 : at] == "!"
            stop = 0 if _LINK.match(source, at) and not image else at + 1
        case _:
            found = _AS_TYPED.match(source, at)
            stop = found.end() if found is not None else 0
    stop = min(stop, state.posMax)
    if stop <= at:
        return False
    if not silent:
        state.pending += source[at:stop].removeprefix("\\")
    state.pos = stop
    return True


def _reader() -> MarkdownIt:
    reader = _Reader("zero")
    reader.inline.ruler.before("text", "as_typed", _as_typed)
    reader.enable(["backticks", "emphasis", "strikethrough", "link"])
    return reader


_READER = _reader()


def read_line(line: str) -> Line:
    """A line without its marks, and how its parts are written; behind a link's text stands the host it leads to."""
    text = ""
    spans: list[Span] = []
    open_marks: list[tuple[Style, int, str]] = []
    for token in _READER.inline.parse(line, _READER, {}, []):
        if token.nesting > 0:
            style = _STYLES[token.tag if token.type != "link_open" else "link"]
            open_marks.append((style, len(text), str(token.attrs.get("href", ""))))
        elif token.nesting < 0:
            style, start, url = open_marks.pop()
            target = _TARGET.fullmatch(url)
            if target is not None:
                text += f" {_FSI}({target[1]}){_PDI}"
            spans.append(Span(start, len(text), style, url))
        else:
            start = len(text)
            text += token.content
            if token.type == "code_inline":
                spans.append(Span(start, len(text), Style.CODE))
    return text, tuple(spans)
