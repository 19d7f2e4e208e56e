"""One text as lines for the server: whole where it fits, as a batch of lines where it does not (`draft/multiline`).

Pure. What others read is the same either way; only how much fits depends on the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from client.changes import Conversation, EntryKind
from client.core.batches import CONCAT, MULTILINE
from client.core.state import State
from client.core.texts import LONGEST_SOURCE
from protocol import cut_bytes, split_text, text_room

ACTION = "\x01ACTION {}\x01"
_FENCE = re.compile(r"`{3,6}[A-Za-z0-9_+#.-]{0,16}")
SMALLEST_PIECE = 64
"""Bytes; long texts are never cut into smaller pieces, even where prefix and target leave less room."""


def room_for(state: State, conversation: Conversation, kind: EntryKind) -> int:
    """Bytes of text that fit into one line, as others get it."""
    room = text_room(state.source or LONGEST_SOURCE, _command(kind), conversation.target)
    return max(room - (len(ACTION.format("")) if kind is EntryKind.ACTION else 0), SMALLEST_PIECE)


def texts(state: State, conversation: Conversation, kind: EntryKind, lines: list[str]) -> Iterator[str]:
    """The texts of the messages that say these lines, as few as the server allows; code that is cut stays code."""
    room = room_for(state, conversation, kind)
    if kind is not EntryKind.MESSAGE or not state.abilities.multiline:
        for line in filter(str.strip, lines):
            yield from split_text(line, room)
        return
    most_bytes, most_lines = _limits(state)
    text, count, ours = "", 0, 0
    """`ours`: so many lines of it were not typed."""
    fence = ""
    """The line that began the code in which we are: where a text ends in it, it goes on in the next one."""
    for line in lines:
        after = _inside(fence, line)
        end = f"\n{_end(after)}" if after else ""
        spare = 0 if not after else 1 if fence else 2  # lines: the end, and where code begins some of it too
        for part in split_text(line, most_bytes - len(fence) - len(end) - 1 if fence else most_bytes):
            pieces = len(_pieces(part, room))
            longer = len(f"{text}\n{part}{end}".encode())
            if count > ours and (count + pieces + spare > most_lines or longer > most_bytes):
                yield f"{text}\n{_end(fence)}" if fence else text
                text, count = fence, int(bool(fence))
                ours = count
            text, count = f"{text}\n{part}" if count else part, count + pieces
        fence = after
    yield text


def _inside(fence: str, line: str) -> str:
    """The fence that is open behind this line, "" for none; `fence` is open in front of it."""
    if not fence:
        return line if _FENCE.fullmatch(line) else ""
    return "" if line.startswith(_end(fence)) and not line.strip("` ") else fence


def _end(fence: str) -> str:
    """The line that ends the code which this one begins."""
    return "`" * (len(fence) - len(fence.lstrip("`")))


def write(
    state: State, conversation: Conversation, kind: EntryKind, text: str, *, label: str, tags: Mapping[str, str]
) -> bool:
    """Send one text; False if no line can say it."""
    command, target = _command(kind), conversation.target
    room = room_for(state, conversation, kind)
    if "\n" not in text and len(text.encode()) <= room:
        content = ACTION.format(text) if kind is EntryKind.ACTION else text
        return state.send(command, target, content, label=label, tags=tags)
    reference = state.book.local_id()
    lines = [state.send("BATCH", f"+{reference}", MULTILINE, target, label=label, tags=tags)]
    for line in text.split("\n"):
        for number, piece in enumerate(_pieces(line, room)):
            concat = {CONCAT: ""} if number else {}
            lines.append(state.send(command, target, piece, tags={"batch": reference, **concat}))
    return all([*lines, state.send("BATCH", f"-{reference}")])


def _command(kind: EntryKind) -> str:
    return "NOTICE" if kind is EntryKind.NOTICE else "PRIVMSG"


def _limits(state: State) -> tuple[int, int]:
    """Most bytes and lines of one text, as the server says."""
    limits = dict(token.partition("=")[::2] for token in state.offers.get(MULTILINE, "").split(","))
    numbers = [limits.get(name, "") for name in ("max-bytes", "max-lines")]
    most_bytes, most_lines = (int(n[:9]) if n.isascii() and n.isdecimal() else 0 for n in numbers)
    return max(most_bytes or 4096, SMALLEST_PIECE), most_lines or 100


def _pieces(line: str, room: int) -> list[str]:
    """Cut a line so that the pieces joined are the line again; the space at a cut stays with what is before it."""
    pieces: list[str] = []
    while line or not pieces:
        piece = cut_bytes(line, room)
        if len(piece) < len(line):
            space = piece.rfind(" ") + 1
            piece = piece[: space if space > len(piece) // 2 else None]
        pieces.append(piece)
        line = line[len(piece) :]
    return pieces
