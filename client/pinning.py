"""Messages that stand out in a room: the entry in a message's menu, the header's button, the panel that lists them.

Between the page and the session, like `ordering.py`. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, pyqtSignal
from PyQt5.QtWidgets import QMenu, QWidget

from client.changes import Change, Entry
from client.core.pins import MOST
from client.order import PinsChanged, PinsShown
from client.session import Session
from client.widgets.header import Header
from client.widgets.menus import add_action
from translations import tr

if TYPE_CHECKING:
    from client.widgets.pin_panel import PinPanel


class Pinning(QObject):
    """Offers, lists and changes what is pinned."""

    opened = pyqtSignal()
    """The panel is on screen now."""

    def __init__(
        self,
        session: Session,
        header: Header,
        over: QWidget,
        do: Callable[[list[Change]], None],
        leave: Callable[[], None],
    ) -> None:
        """`over`: the list that the panel covers; `leave`: give the keyboard back to the page."""
        super().__init__(over)
        self._session, self._header, self._over, self._do, self._leave = session, header, over, do, leave
        self._made_panel: PinPanel | None = None
        self._wanted = ""
        """The room whose pins were asked for, to be shown; "" for none."""
        header.pins_clicked.connect(self.toggle)

    @property
    def panel(self) -> PinPanel:
        """Made when it is first asked for."""
        if self._made_panel is None:
            from client.widgets.pin_panel import PinPanel  # noqa: PLC0415 - only once it is opened

            panel = self._made_panel = PinPanel(self._over)
            panel.chosen.connect(self._show)
            panel.unpinned.connect(lambda msgid: self._do(self._session.unpin(self._session.current, msgid)))
            panel.closed.connect(self._closed)
        return self._made_panel

    @property
    def _is_open(self) -> bool:
        return self._made_panel is not None and self._made_panel.isVisible()

    def add_message(self, menu: QMenu, entry: Entry) -> None:
        """To the menu of a message: pin it, or take that back."""
        key = self._session.current
        if not self._session.may_pin(key, entry.id):
            return
        pinned = self._session.conversations[key].pinned
        if entry.id in pinned:
            add_action(menu, tr("Unpin"), partial(self._change, self._session.unpin, key, entry.id))
        else:
            text = tr("Pin") if len(pinned) < MOST else tr("Pin (in place of the oldest)")
            add_action(menu, text, partial(self._change, self._session.pin, key, entry.id))

    def _change(self, change: Callable[[str, str], list[Change]], key: str, msgid: str) -> None:
        self._do(change(key, msgid))

    # --- for the page -------------------------------------------------------------------------

    def room_changed(self) -> None:
        """Another room is on screen, or this one is another one now."""
        conversation = self._session.conversations.get(self._session.current)
        self._header.set_pins(len(conversation.pinned) if conversation is not None else 0)

    def changed(self, change: PinsChanged) -> None:
        """Something was pinned or unpinned."""
        if change.key != self._session.current:
            return
        self.room_changed()
        if self._is_open:
            self._ask()

    def shown(self, change: PinsShown) -> None:
        """What the pinned messages say is known."""
        conversation = self._session.conversations.get(change.key)
        if conversation is not None and change.key == self._wanted == self._session.current:
            was_open = self._is_open
            self.panel.show_pins(change, len(conversation.pinned), may_unpin=self._session.may_pin(change.key))
            if not was_open:
                self.opened.emit()

    def toggle(self) -> None:
        """Open the panel, or close it."""
        if self._is_open:
            self._closed()
        else:
            self._ask()

    def close(self) -> bool:
        """Put the panel away; False if it was not there."""
        was_open = self._is_open
        self._wanted = ""
        if self._made_panel is not None:
            self._made_panel.hide()
        return was_open

    def _ask(self) -> None:
        self._wanted = self._session.current
        self._do(self._session.ask_pins(self._wanted))

    def _closed(self) -> None:
        self.close()
        self._leave()

    def _show(self, msgid: str) -> None:
        key = self._session.current
        self.close()
        self._do(self._session.show_message(key, msgid))
        self._leave()
