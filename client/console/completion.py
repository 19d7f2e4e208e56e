"""What Tab does: names, rooms and commands, one after another.

Pure. `Cycle.press` takes the line and gives it back completed; pressed again at once it puts the next
candidate there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from client.core.moderation import PEOPLE

_Write = Callable[[str, str], str]

ROOM_COMMANDS = frozenset({"/join", "/part", "/names"})
PERSON_COMMANDS = frozenset({"/msg", "/whois"}) | {f"/{word}" for word in PEOPLE}
BOTH_COMMANDS = frozenset({"/room"})


@dataclass(frozen=True, slots=True)
class Words:
    """All that can be completed now."""

    commands: tuple[str, ...] = ()
    """With their slash."""
    rooms: tuple[str, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    """Name and nickname of everyone but us in the current conversation."""


def candidates(before: str, words: Words) -> tuple[int, list[str]]:
    """What may stand in place of the end of `before` (the line up to the cursor): from where, and which texts."""
    start = max(before.rfind(" "), before.rfind("\n")) + 1
    word = before[start:]
    command = before.partition(" ")[0] if before.startswith("/") else ""
    if command and start == 0:
        return 0, _starting(word, (f"{known} " for known in words.commands))
    if command and start == len(command) + 1:
        if command in ROOM_COMMANDS | BOTH_COMMANDS and (found := _starting(word, (f"{r} " for r in words.rooms))):
            return start, found
        if command in PERSON_COMMANDS | BOTH_COMMANDS:
            return start, _people(word, words, lambda _, nickname: nickname + " ")
    if word.startswith("#"):
        return start, _starting(word, (f"{room} " for room in words.rooms))
    if word.startswith("@"):
        return start, _people(word[1:], words, lambda name, _: f"@{name} ")
    if not word:
        return start, []
    end = ": " if start == 0 else " "
    return start, _people(word, words, lambda name, _: name + end)


def _starting(word: str, texts: Iterable[str]) -> list[str]:
    folded = word.casefold()
    return sorted({text for text in texts if text.casefold().startswith(folded)}, key=str.casefold)


def _people(word: str, words: Words, write: _Write) -> list[str]:
    folded = word.casefold()
    found = {
        write(name, nickname)
        for name, nickname in words.people
        if name.casefold().startswith(folded) or nickname.casefold().startswith(folded)
    }
    return sorted(found, key=str.casefold)


class Cycle:
    """Completes a line; a second press right after the first takes the next candidate."""

    def __init__(self) -> None:
        self._start = 0
        self._found: list[str] = []
        self._place = 0
        self._line = ("", 0)
        """Text and cursor as the last press left them."""

    def press(self, text: str, cursor: int, words: Words, step: int = 1) -> tuple[str, int]:
        """Text and cursor after Tab (`step` 1) or Shift+Tab (-1); unchanged when there is nothing to complete."""
        if (text, cursor) == self._line and self._found:
            self._place = (self._place + step) % len(self._found)
        else:
            self._start, self._found = candidates(text[:cursor], words)
            self._place = 0 if step > 0 else len(self._found) - 1
        if not self._found:
            return text, cursor
        chosen = self._found[self._place].rstrip(" " if text[cursor:].startswith(" ") else "")
        completed = text[: self._start] + chosen
        self._line = (completed + text[cursor:], len(completed))
        return self._line
