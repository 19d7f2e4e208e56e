"""Lists that are kept in the name of order, asked for and gathered: bans and mutes, words, bans from the server.

Pure. One list is asked for at a time; `RollShown` tells what stands on it. Our server says who, how long and why (TBAN,
KLINE) in notices of a form of its own; elsewhere, and of words, the numerics of MODE tell masks and who set them.
"""

from __future__ import annotations

import re

from client.changes import Conversation
from client.core import masks
from client.core.state import State
from client.core.texts import shown_text
from client.order import Kept, Roll, RollShown
from protocol import Message

MOST = 1_000
"""Items of one list that are kept."""

_ROW = re.compile(r"(\S+) by (.+?), (?:(\w+) left|for ever)(?:: (.*))?")
_END = re.compile(r"\d+ (?:bans and mutes|bans from the server)")


class Rolls:
    """The list that is being gathered."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.forget()

    def forget(self) -> None:
        """A new login: nothing was asked."""
        self._roll: Roll | None = None
        self._room: Conversation | None = None
        self._items: list[Kept] = []

    def link_lost(self) -> None:
        """There will be no answer."""
        self.forget()

    def ask(self, roll: Roll, room: Conversation | None = None, *, timed: bool = True) -> None:
        """Ask for a list, of a room or of the server; `timed`: by TBAN, where the server may know it."""
        self._roll, self._room, self._items = roll, room, []
        if room is None:
            self._state.send("KLINE")
        elif roll is Roll.BANS and timed:
            self._state.send("TBAN", room.title)
        else:
            self._state.send("MODE", room.title, "g" if roll is Roll.WORDS else "b")

    def unknown(self) -> bool:
        """The server knows no TBAN; True if that was our question, which is put in another way."""
        if self._roll is not Roll.BANS:
            return False
        self.ask(Roll.BANS, self._room, timed=False)
        return True

    def refused(self) -> None:
        """The server does not tell."""
        self.forget()

    def notice(self, text: str) -> bool:
        """Whether this notice of the server is a line of the list that was asked for."""
        if self._roll is None or self._roll is Roll.WORDS:
            return False
        front = f"{self._room.title}: " if self._room is not None else ""
        if not text.lower().startswith(front.lower()):
            return False
        text = text[len(front) :]
        if _END.fullmatch(text):
            self._show(self._roll)
            return True
        match = _ROW.fullmatch(text)
        if match is not None:
            mask, by, left, reason = match.groups()
            self._add(mask, by, left or "", shown_text(reason or ""))
        return match is not None

    def listed(self, message: Message) -> bool:
        """367 and 941: a mask or a word, who set it and when; False if nobody asked."""
        roll = {"367": Roll.BANS, "941": Roll.WORDS}[message.command]
        if roll is not self._roll or not self._is_ours(message):
            return False
        by = message.params[3].partition("!")[0] if len(message.params) > 3 else ""
        self._add(message.params[2], by, "", "")
        return True

    def ended(self, message: Message) -> bool:
        """368 and 940: that was all."""
        roll = {"368": Roll.BANS, "940": Roll.WORDS}[message.command]
        if roll is not self._roll or not self._is_ours(message):
            return False
        self._show(roll)
        return True

    def _is_ours(self, message: Message) -> bool:
        return self._room is not None and self._state.fold(message.params[1]) == self._room.key

    def _add(self, mask: str, by: str, left: str, reason: str) -> None:
        if len(self._items) < MOST:
            word = self._roll is Roll.WORDS
            name = mask if word else masks.name_of(self._state, mask)
            mute = not word and mask.startswith("m:")
            self._items.append(Kept(mask, name, mute, self._state.name_of(by), left, reason))

    def _show(self, roll: Roll) -> None:
        key = self._room.key if self._room is not None else ""
        self._state.journal.after(RollShown(key, roll, tuple(self._items)))
        self.forget()
