"""Keeping order by typed commands: /kick, /ban, /mute, /op and the others; the window's menus send the same ones.

Pure. They become what the server's own commands are (KICK, MODE, TBAN, KLINE, AUDIT, OPER). A ban has a time where the
server knows TBAN; where it answers that it does not (421), the ban is set by MODE, without one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from client.changes import Conversation
from client.core import masks
from client.core.rolls import Rolls
from client.core.spans import typed_span
from client.core.state import State
from client.order import Roll
from translations import N_, tr

HELP: dict[str, str] = {
    "kick": N_("/kick NAME [REASON]: put somebody out of this room"),
    "ban": N_("/ban NAME [TIME] [REASON]: put somebody out and keep them out; a time is 10m, 2h or 7d"),
    "unban": N_("/unban NAME: let somebody in again"),
    "mute": N_("/mute NAME [TIME] [REASON]: they may stay, but not write"),
    "unmute": N_("/unmute NAME: let somebody write again"),
    "bans": N_("/bans: who is banned or muted here"),
    "op": N_("/op NAME: make somebody an operator of this room"),
    "deop": N_("/deop NAME: take that back"),
    "helper": N_("/helper NAME: make somebody a helper, who may mute and put out"),
    "dehelper": N_("/dehelper NAME: take that back"),
    "voice": N_("/voice NAME: let somebody write where only announcements are made"),
    "devoice": N_("/devoice NAME: take that back"),
    "announce": N_("/announce on or off: only who has voice may write"),
    "quiet": N_("/quiet on or off: only those who run the room read what the others write"),
    "slow": N_("/slow SECONDS or off: the time between two messages of the same person"),
    "words": N_("/words [+WORD] [-WORD]: words that are not wanted here; alone it lists them"),
    "invite": N_("/invite NAME: invite somebody into this room"),
    "mode": N_("/mode [CHANGES]: the modes of this room, for who knows IRC"),
    "audit": N_("/audit [NUMBER]: what was done in this room"),
    "owner": N_("/owner CODE: the server becomes yours; its first screen shows the code"),
    "oper": N_("/oper NAME PASSWORD: become an operator of the server"),
    "kline": N_("/kline NAME [TIME] [REASON]: ban somebody from the whole server; alone it lists"),
    "unkline": N_("/unkline NAME: let somebody come to the server again"),
    "kill": N_("/kill NAME [REASON]: cut somebody off, who may come back"),
}
"""The commands and their lines in /help."""
SERVER = frozenset({"owner", "oper", "kline", "unkline", "kill"})
"""Those that are about the whole server, not about a room."""
SECRET = frozenset({"owner", "oper"})
"""What is typed behind these others must not read."""
PEOPLE = frozenset({"kick", "ban", "unban", "mute", "unmute", "op", "deop", "helper", "dehelper", "voice", "devoice"})
PEOPLE |= {"invite", "kline", "unkline", "kill"}
"""Those whose first word is a person."""
DEFAULT_SLOW_S = 10

_RANKS = {"op": "+o", "deop": "-o", "helper": "+h", "dehelper": "-h", "voice": "+v", "devoice": "-v"}
_SWITCHES = {"announce": "m", "quiet": "U"}
_ANSWERS_OF_A_BAN = frozenset({"442", "478", "482", "696"})
"""Numerics of our server that refuse a TBAN."""


class _Ban(NamedTuple):
    room: Conversation
    who: str
    mute: bool
    span: str


class Moderation:
    """The commands by word; `run` does one and answers whether it was taken."""

    def __init__(self, state: State, rolls: Rolls) -> None:
        self._state = state
        self._rolls = rolls
        self._handlers: dict[str, Callable[[Conversation, str], bool]] = {
            "kick": self._kick,
            "ban": lambda room, rest: self._ban(room, rest, mute=False),
            "unban": lambda room, rest: self._lift(room, rest, ""),
            "mute": lambda room, rest: self._ban(room, rest, mute=True),
            "unmute": lambda room, rest: self._lift(room, rest, "m:"),
            "bans": self._bans,
            **{word: self._ranker(change) for word, change in _RANKS.items()},
            **{word: self._switcher(letter) for word, letter in _SWITCHES.items()},
            "slow": self._slow,
            "words": self._words,
            "invite": self._invite,
            "mode": self._mode,
            "audit": self._audit,
            "owner": lambda _, rest: bool(rest) and state.send("OPER", "owner", rest),
            "oper": self._oper,
            "kline": self._kline,
            "unkline": self._unkline,
            "kill": self._kill,
        }
        self.forget()

    def forget(self) -> None:
        """A new login: another server."""
        self._timed = True
        """Whether the server may know TBAN."""
        self._asked: deque[_Ban] = deque(maxlen=16)
        """Bans with a time that have no answer yet."""
        self._shows_modes: set[str] = set()
        """Keys of rooms whose modes the person wants to read."""

    def link_lost(self) -> None:
        """What was asked has no answer any more; whether we run the server is said anew."""
        self._asked.clear()
        self._shows_modes.clear()
        self._state.set_operator(False)

    def run(self, word: str, conversation: Conversation, rest: str) -> bool:
        """Do a command typed in this conversation; a room may be named in front."""
        state = self._state
        first, _, behind = rest.partition(" ")
        room: Conversation | None = conversation
        if word not in SERVER and state.features.is_channel(first):
            room, rest = state.book.find(first), behind.strip()
        fits = room is not None and (room.channel or word in SERVER)
        if room is None or not fits or not self._handlers[word](room, rest):
            return state.usage(tr(HELP[word]), conversation)
        return True

    def ask(self, roll: Roll, room: Conversation | None) -> None:
        """Ask for a list; `RollShown` follows."""
        self._rolls.ask(roll, room, timed=self._timed)

    # --- people --------------------------------------------------------------------------------

    def _kick(self, room: Conversation, rest: str) -> bool:
        who, reason = _split(rest)
        return bool(who) and self._state.send("KICK", room.title, who, *([reason] if reason else []))

    def _ban(self, room: Conversation, rest: str, *, mute: bool) -> bool:
        """Mute, or ban and put out who is here."""
        who, span, reason = _timed(rest)
        state = self._state
        if not who:
            return False
        member = room.members.get(state.fold(who))
        if mute and member is not None and "+" in member.prefixes:
            state.send("MODE", room.title, "-v", who)  # a mute does not hold for who has voice
        ban = _Ban(room, who, mute, span)
        if not self._timed:
            return self._plain_ban(ban, reason)
        wanted = f"m:{who}" if mute else who
        if not state.send("TBAN", room.title, span or "0", wanted, *([reason] if reason else [])):
            return False
        self._asked.append(ban)
        if not mute and member is not None:
            self._kick(room, f"{who} {reason}")
        return True

    def _plain_ban(self, ban: _Ban, reason: str = "") -> bool:
        """By MODE, as every server has it."""
        state, room = self._state, ban.room
        mask = masks.masks_of(state, ban.who)[-1]
        sign, letters = state.features.extban
        change = "+b"
        if ban.mute and "m" in letters:
            mask = f"{sign}m:{mask}"
        elif ban.mute and "q" in state.features.list_modes:
            change = "+q"
        elif ban.mute:
            state.server_text(tr("This server cannot do that."), room)
            return True
        if ban.span not in {"", "0"}:
            state.server_text(tr("This server bans without a time: it holds until you lift it."), room)
        sent = state.send("MODE", room.title, change, mask)
        if reason and not ban.mute and state.fold(ban.who) in room.members:
            self._kick(room, f"{ban.who} {reason}")
        return sent

    def _lift(self, room: Conversation, rest: str, front: str) -> bool:
        who, _ = _split(rest)
        bare = who.removeprefix("m:")
        if not bare:
            return False
        front = "m:" if who != bare else front
        found = [front + mask for mask in masks.masks_of(self._state, bare)][:4]
        return self._state.send("MODE", room.title, "-" + "b" * len(found), *found)

    def _bans(self, room: Conversation, _: str) -> bool:
        self.ask(Roll.BANS, room)
        return True

    def _ranker(self, change: str) -> Callable[[Conversation, str], bool]:
        def rank(room: Conversation, rest: str) -> bool:
            return bool(rest) and all(self._state.send("MODE", room.title, change, who) for who in rest.split()[:8])

        return rank

    def _invite(self, room: Conversation, rest: str) -> bool:
        who, _ = _split(rest)
        return bool(who) and self._state.send("INVITE", who, room.title)

    # --- rooms ---------------------------------------------------------------------------------

    def _switcher(self, letter: str) -> Callable[[Conversation, str], bool]:
        def switch(room: Conversation, rest: str) -> bool:
            sign = {"": "+", "on": "+", "off": "-"}.get(rest.lower())
            return sign is not None and self._state.send("MODE", room.title, sign + letter)

        return switch

    def _slow(self, room: Conversation, rest: str) -> bool:
        word = rest.lower()
        if word in {"off", "0"}:
            return self._state.send("MODE", room.title, "-S")
        word = word.removesuffix("s") or str(DEFAULT_SLOW_S)
        number = word.isascii() and word.isdecimal() and len(word) < 7
        return number and self._state.send("MODE", room.title, "+S", str(int(word)))

    def _words(self, room: Conversation, rest: str) -> bool:
        for typed in rest.split():
            sign, word = (typed[0], typed[1:]) if typed[0] in "+-" else ("+", typed)
            if not word or not self._state.send("MODE", room.title, f"{sign}g", word):
                return False
        if not rest:
            self.ask(Roll.WORDS, room)
        return True

    def _mode(self, room: Conversation, rest: str) -> bool:
        if not rest:
            self._shows_modes.add(room.key)
        return self._state.send("MODE", room.title, *rest.split())

    def _audit(self, room: Conversation, rest: str) -> bool:
        words = [rest] if rest else []
        return rest.isdecimal() == bool(rest) and self._state.send("AUDIT", room.title, *words)

    # --- the server ----------------------------------------------------------------------------

    def _oper(self, _: Conversation, rest: str) -> bool:
        name, password = _split(rest)
        return bool(password) and self._state.send("OPER", name, password)

    def _kline(self, _: Conversation, rest: str) -> bool:
        if not rest:
            self.ask(Roll.SERVER, None)
            return True
        who, span, reason = _timed(rest)
        return bool(who) and self._state.send("KLINE", span or "0", who, *([reason] if reason else []))

    def _unkline(self, _: Conversation, rest: str) -> bool:
        """By the mask; of a nickname that of the account, which is what a ban of somebody makes."""
        who, _reason = _split(rest)
        return bool(who) and self._state.send("UNKLINE", masks.masks_of(self._state, who)[0])

    def _kill(self, _: Conversation, rest: str) -> bool:
        who, reason = _split(rest)
        return bool(who) and self._state.send("KILL", who, *([reason] if reason else []))

    # --- the server's answers ------------------------------------------------------------------

    def banned(self, room: Conversation, mask: str) -> None:
        """We put this mask on the list of bans: it is what the server made of the one we named first."""
        for ban in self._asked:
            if ban.room is room and mask.startswith("m:") == ban.mute:
                self._asked.remove(ban)
                self._state.meant[mask] = ban.who.removeprefix("m:")
                if len(self._state.meant) > masks.REMEMBERED:
                    del self._state.meant[next(iter(self._state.meant))]
                return

    def refused(self, command: str, room: Conversation) -> None:
        """An error about this room: it may be the answer to a ban."""
        if command in _ANSWERS_OF_A_BAN:
            self._rolls.refused()
            for ban in self._asked:
                if ban.room is room:
                    self._asked.remove(ban)
                    return

    def unknown(self, command: str) -> bool:
        """421: the server does not know this command; True if it is said in another way."""
        if command.upper() != "TBAN":
            return False
        self._timed = False
        asked, self._asked = list(self._asked), deque(maxlen=16)
        for ban in asked:
            self._plain_ban(ban)
        return self._rolls.unknown() or bool(asked)

    def modes_told(self, room: Conversation) -> bool:
        """The modes of a room are known; whether the person asked to read them."""
        asked = room.key in self._shows_modes
        self._shows_modes.discard(room.key)
        return asked


def _split(rest: str) -> tuple[str, str]:
    """The first word and what is behind it, without the colon that people know from raw IRC."""
    first, _, behind = rest.strip().partition(" ")
    return first, behind.strip().removeprefix(":").strip()


def _timed(rest: str) -> tuple[str, str, str]:
    """Who, for how long ("" if that is not said), and why; the time may stand first, as in TBAN."""
    first, behind = _split(rest)
    if span := typed_span(first):
        who, reason = _split(behind)
        return who, span, reason
    second, reason = _split(behind)
    span = typed_span(second)
    return first, span, reason if span else behind
