"""Who is here: our own absence, and the people of the private chats, whom no channel tells of.

Pure. The server is asked to say when they come and go (MONITOR, and away-notify for them by extended-monitor), and,
of the one on screen who is not here, when that was last (WHOWAS, once for each time they are gone). An absence of ours
is said again after a break, for the server forgets it with the connection.
"""

from __future__ import annotations

from client.changes import LinkState, NetworkChanged
from client.core.profiles import Profiles
from client.core.state import State
from translations import tr

LINE = 400
"""Bytes of nicknames in one MONITOR."""


class Presence:
    """Says and hears who is here."""

    def __init__(self, state: State, profiles: Profiles) -> None:
        self._state = state
        self._profiles = profiles
        self.forget()

    def forget(self) -> None:
        """A new login: we are here."""
        self._wanted: str | None = None
        """What we last said of ourselves: the reason for being away, None for being here."""
        self.link_lost()

    def link_lost(self) -> None:
        """Whom to watch is said anew on the next connection."""
        self._quiet = 0
        """Answers to AWAY that need no line, as a menu or the session itself asked for them."""
        self._watched: dict[str, str] = {}
        """Nicknames that the server watches for us, by their folded form."""
        self._gone: set[str] = set()
        """Those of them who are not here."""
        self._asked: set[int] = set()
        """Serials of the private chats of which was asked when the other was last here."""

    # --- we ------------------------------------------------------------------------------------

    def go(self, text: str | None) -> None:
        """We are away for this reason, or here again (None); without a link it is said once there is one."""
        self._wanted = text if text is None else " ".join(text.split()) or tr("away")
        if self._state.link is not LinkState.ONLINE:
            self._set(self._wanted)
        elif self._say():
            self._quiet += 1

    def typed(self, text: str) -> bool:
        """/away: the server's answer is shown."""
        self._wanted = text or None
        return self._say()

    def _say(self) -> bool:
        return self._state.send("AWAY", *([self._wanted] if self._wanted else []))

    def settled(self) -> None:
        """The welcome is complete: if we were away we still are."""
        if self._state.away and self._wanted and self._say():
            self._quiet += 1

    def told(self, *, away: bool) -> bool:
        """The server holds us for away, or here; True if nobody needs a line about it."""
        self._set((self._wanted or "") if away else None)
        self._state.book.learn(self._state.nickname, away=away, away_text=self._state.away or "")
        quiet = self._quiet > 0
        self._quiet -= quiet
        return quiet

    def _set(self, away: str | None) -> None:
        if away != self._state.away:
            self._state.away = away
            self._state.journal.before(NetworkChanged())

    # --- others --------------------------------------------------------------------------------

    def monitored(self, words: str, *, here: bool) -> None:
        """730 and 731: these nicknames (or sources) came, or are gone."""
        for word in words.split(","):
            chat = self._state.book.find(word.partition("!")[0])
            if chat is not None and not chat.channel:
                (self._gone.discard if here else self._gone.add)(chat.key)
                self._state.book.update(chat, joined=here, away=chat.away and here)

    def end_step(self) -> None:
        """A call of the session is over: watch whom we have a private chat with, and ask about who is gone."""
        state = self._state
        if state.link is not LinkState.ONLINE or not state.settled:
            return
        if state.features.monitor:
            self._watch()
        chat = state.book.conversations.get(state.book.current)
        if chat is None or chat.channel:
            return
        known = not state.features.monitor or chat.key in self._gone
        if chat.joined:
            self._asked.discard(chat.serial)
        elif known and chat.serial not in self._asked:
            self._asked.add(chat.serial)
            self._profiles.ask_seen(chat)

    def _watch(self) -> None:
        book = self._state.book
        chats = [chat for chat in book.conversations.values() if not chat.channel][: self._state.features.monitor]
        wanted = {chat.key: chat.nickname for chat in chats}
        if wanted.keys() == self._watched.keys():
            return
        gone = [nickname for key, nickname in self._watched.items() if key not in wanted]
        new = [nickname for key, nickname in wanted.items() if key not in self._watched]
        self._watched = wanted
        for sign, nicknames in (("-", gone), ("+", new)):
            line: list[str] = []
            for nickname in nicknames:
                if line and len(",".join([*line, nickname]).encode()) > LINE:
                    self._state.send("MONITOR", sign, ",".join(line))
                    line = []
                line.append(nickname)
            if line:
                self._state.send("MONITOR", sign, ",".join(line))
