"""Keeping order in the window: entries in the menus of people, messages and rooms, what they ask, lists they open.

Between the page and the session, like `writing.py` and `finding.py`. Every entry does what a typed command does
(`client/core/moderation.py`), and only what we have a right to is offered. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, pyqtSignal
from PyQt5.QtWidgets import QMenu, QWidget

from client.changes import Change, Entry
from client.core.book import COUNTED
from client.core.spans import in_words, of_seconds
from client.models.texts import isolated
from client.order import Kept, Power, Roll, RollShown, RoomPower
from client.session import Session
from client.widgets.ask_panel import AskPanel, Question
from client.widgets.menus import add_action
from translations import tr

if TYPE_CHECKING:
    from client.widgets.roll_panel import RollPanel

QUICK_MUTE = "10m"
TIMES = (QUICK_MUTE, "1h", "1d", "0")
"""Choices for how long; 0 is until somebody lifts it."""
ONLY_REMOVE = ""
TOPIC_CHARACTERS = 300
SLOW = ("10", "60")
"""Choices for the seconds between two messages."""


class Ordering(QObject):
    """Offers and does what keeps order."""

    opened = pyqtSignal()
    """A question or a list is on screen now."""

    def __init__(
        self,
        session: Session,
        panel: AskPanel,
        over: QWidget,
        do: Callable[[list[Change]], None],
        leave: Callable[[], None],
    ) -> None:
        """`over`: the list that the lists cover; `leave`: give the keyboard back to the page."""
        super().__init__(panel)
        self._session, self._panel, self._over, self._do, self._leave = session, panel, over, do, leave
        self._made_roll: RollPanel | None = None
        self._asked: Callable[[str, str], None] = lambda _value, _reason: None
        """What the answer to the question in the panel does."""
        panel.answered.connect(self._answered)
        panel.cancelled.connect(self._closed)

    @property
    def roll(self) -> RollPanel:
        """The panel for lists, made when it is first asked for."""
        if self._made_roll is None:
            from client.widgets.roll_panel import RollPanel  # noqa: PLC0415 - only once it is opened

            panel = self._made_roll = RollPanel(self._over)
            panel.lifted.connect(self._lift)
            panel.added.connect(lambda word: self._change_roll(f"/words +{word}"))
            panel.closed.connect(self._closed)
        return self._made_roll

    # --- for the page -------------------------------------------------------------------------

    def close(self) -> bool:
        """Put away what is open; False if nothing was."""
        was_open = self._panel.isVisible() or (self._made_roll is not None and self._made_roll.isVisible())
        self._panel.hide()
        if self._made_roll is not None:
            self._made_roll.hide()
        return was_open

    def shown(self, change: RollShown) -> None:
        """A list came; it is shown if it is about what is on screen."""
        if change.key in {"", self._session.current}:
            self._panel.hide()
            self.roll.show_roll(change)
            self.opened.emit()

    # --- menus --------------------------------------------------------------------------------

    def add_person(self, menu: QMenu, nickname: str) -> None:
        """What may be done to this person."""
        key = self._session.current
        powers = self._session.powers_over(key, nickname)
        if not powers:
            return
        room = self._session.conversations[key]
        member = room.members.get(self._session.fold(nickname))
        prefixes = member.prefixes if member is not None else ""
        menu.addSeparator()
        self._add_sanctions(menu, nickname, powers)
        ranks = (
            (Power.OPERATOR, "@", tr("Make operator"), tr("Remove as operator"), "op"),
            (Power.HELPER, "%", tr("Make helper"), tr("Remove as helper"), "helper"),
            (Power.VOICE, "+", tr("Give voice"), tr("Take voice away"), "voice"),
        )
        for power, sign, give, take, word in ranks:
            has = sign in prefixes
            useful = power is not Power.VOICE or has or ("m" in room.modes and not prefixes)
            if power in powers and useful:
                command = f"/{'de' if has else ''}{word} {nickname}"
                add_action(menu, take if has else give, partial(self._command, key, command))
        if Power.SERVER_BAN in powers:
            menu.addSeparator()
            add_action(menu, tr("Ban from the server…"), partial(self._ask_server_ban, key, nickname))

    def _add_sanctions(self, menu: QMenu, nickname: str, powers: frozenset[Power]) -> None:
        key = self._session.current
        if Power.MUTE in powers:
            quick = f"/mute {nickname} {QUICK_MUTE}"
            add_action(menu, tr("Mute for 10 minutes"), partial(self._command, key, quick))
            add_action(menu, tr("Mute…"), partial(self._ask_mute, key, nickname))
        if Power.KICK in powers:
            add_action(menu, tr("Remove from the room"), partial(self._command, key, f"/kick {nickname}"))
        if Power.BAN in powers:
            add_action(menu, tr("Remove and ban…"), partial(self._ask_ban, key, nickname))
        menu.addSeparator()

    def add_author(self, menu: QMenu, entry: Entry) -> None:
        """Of a message: what may be done to its author at once."""
        if entry.kind in COUNTED and entry.nickname and not entry.own:
            powers = self._session.powers_over(self._session.current, entry.nickname)
            if powers & {Power.MUTE, Power.KICK, Power.BAN}:
                menu.addSeparator()
                self._add_sanctions(menu, entry.nickname, powers)

    def add_room(self, menu: QMenu, key: str) -> None:
        """What may be done to this room."""
        powers = self._session.powers_in(key)
        if not powers:
            return
        modes = self._session.conversations[key].modes
        for power, letter, text, word in (
            (RoomPower.ANNOUNCE, "m", tr("Announcements only"), "announce"),
            (RoomPower.QUIET, "U", tr("Quiet: only operators read the others"), "quiet"),
        ):
            if power in powers:
                self._add_switch(menu, key, text, f"/{word} {'off' if letter in modes else 'on'}", letter in modes)
        if RoomPower.SLOW in powers:
            slow = menu.addMenu(tr("Slow mode"))
            self._add_switch(slow, key, tr("Off"), "/slow off", "S" not in modes)
            for seconds in SLOW:
                text = in_words(of_seconds(int(seconds)))
                self._add_switch(slow, key, text, f"/slow {seconds}", modes.get("S") == seconds)
        if RoomPower.TOPIC in powers:
            add_action(menu, tr("Change topic…"), partial(self._ask_topic, key))
        menu.addSeparator()
        rolls = (
            (RoomPower.WORDS, tr("Words that are not wanted…"), Roll.WORDS),
            (RoomPower.BANS, tr("Bans and mutes…"), Roll.BANS),
        )
        for power, text, roll in rolls:
            if power in powers:
                add_action(menu, text, partial(self._open, key, roll))
        if RoomPower.NOTES in powers:
            add_action(menu, tr("What was done here"), partial(self._command, key, "/audit"))
        if RoomPower.SERVER in powers:
            menu.addSeparator()
            add_action(menu, tr("Bans from the server…"), partial(self._open, key, Roll.SERVER))

    def _add_switch(self, menu: QMenu, key: str, text: str, command: str, on: bool) -> None:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(on)
        action.triggered.connect(lambda _checked=False: self._command(key, command))

    # --- questions ----------------------------------------------------------------------------

    def _ask_mute(self, key: str, nickname: str) -> None:
        def question() -> Question:
            return Question(tr("Mute {name}").format(name=self._name(nickname)), tr("Mute"), _times())

        self._ask(question, lambda span, reason: self._command(key, f"/mute {nickname} {span} {reason}"))

    def _ask_ban(self, key: str, nickname: str) -> None:
        def question() -> Question:
            choices = [*_times(), (tr("Only remove"), ONLY_REMOVE)]
            return Question(tr("Remove {name}").format(name=self._name(nickname)), tr("Remove"), choices)

        def answer(span: str, reason: str) -> None:
            command = f"/ban {nickname} {span} {reason}" if span else f"/kick {nickname} {reason}"
            self._command(key, command)

        self._ask(question, answer)

    def _ask_server_ban(self, key: str, nickname: str) -> None:
        def question() -> Question:
            title = tr("Ban {name} from the server").format(name=self._name(nickname))
            return Question(title, tr("Ban"), _times())

        self._ask(question, lambda span, reason: self._command(key, f"/kline {nickname} {span} {reason}"))

    def _ask_topic(self, key: str) -> None:
        room = self._session.conversations[key]

        def question() -> Question:
            title = tr("Topic of {room}").format(room=isolated(room.title))
            return Question(title, tr("Change"), (), tr("What this room is about"), room.topic, TOPIC_CHARACTERS)

        self._ask(question, lambda _value, topic: self._do(self._session.set_topic(room.key, topic)))

    def _ask(self, question: Callable[[], Question], answer: Callable[[str, str], None]) -> None:
        self.close()
        self._asked = answer
        self.opened.emit()
        self._panel.ask(question)

    def _answered(self, value: str, reason: str) -> None:
        self._closed()
        self._asked(value, reason)

    def _closed(self) -> None:
        self.close()
        self._leave()

    def _name(self, nickname: str) -> str:
        room = self._session.conversations.get(self._session.current)
        member = room.members.get(self._session.fold(nickname)) if room is not None else None
        return isolated(member.name if member is not None else nickname)

    # --- lists --------------------------------------------------------------------------------

    def _open(self, key: str, roll: Roll) -> None:
        if roll is not Roll.SERVER and key != self._session.current:
            self._do(self._session.select(key))
        self._do(self._session.ask_roll(key, roll))

    def _lift(self, kept: Kept) -> None:
        word = {Roll.BANS: "/unban ", Roll.WORDS: "/words -", Roll.SERVER: "/unkline "}[self.roll.shown.roll]
        self._change_roll(word + kept.mask)

    def _change_roll(self, command: str) -> None:
        """Change the list on screen, and ask how it is then."""
        shown = self.roll.shown
        self._command(self._session.current, command)
        self._do(self._session.ask_roll(shown.key, shown.roll))

    def _command(self, key: str, command: str) -> None:
        if key != self._session.current and key in self._session.conversations:
            self._do(self._session.select(key))
        _, changes = self._session.send_text(key, command.rstrip())
        self._do(changes)


def _times() -> list[tuple[str, str]]:
    return [(in_words(span) if span != "0" else tr("Until lifted"), span) for span in TIMES]
