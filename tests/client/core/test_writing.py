"""How a text becomes messages: within what the server takes, and nothing of it lost, code or not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from client.changes import EntryKind
from client.core.writing import _pieces, room_for, texts

BYTES, LINES = 300, 9
STATE: Any = SimpleNamespace(
    abilities=SimpleNamespace(multiline=True),
    source="",
    offers={"draft/multiline": f"max-bytes={BYTES},max-lines={LINES}"},
)
ROOM: Any = SimpleNamespace(target="#x")
fences = st.sampled_from(["```", "````", "```py", "  ```  "])
words = st.one_of(st.text("aé", max_size=60), st.text("bé ", min_size=250, max_size=400))


def words_of(lines: list[str]) -> str:
    """All but fences, which a cut may add, and spaces, which it may take."""
    return "".join("".join(line.split()) for line in lines if "`" not in line)


@given(st.lists(st.one_of(fences, words), min_size=1, max_size=25))
def test_every_message_is_within_the_limits_and_together_they_say_all(lines: list[str]) -> None:
    made = list(texts(STATE, ROOM, EntryKind.MESSAGE, lines))
    room = room_for(STATE, ROOM, EntryKind.MESSAGE)
    for text in made:
        assert len(text.encode()) <= BYTES
        assert sum(len(_pieces(line, room)) for line in text.split("\n")) <= LINES
    said = [line for text in made for line in text.split("\n")]
    assert words_of(said) == words_of(lines)
