"""The strip under the header, only there when needed: what is wrong with the link or the room, one action."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PyQt5.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QFrame, QGridLayout, QPushButton, QWidget

from client import theme
from client.changes import LinkState, StripChanged, StripKind
from client.models.texts import away_text, isolated, number_text, plain, safe_text
from client.theme import px
from client.widgets import icons
from client.widgets.controls import label
from client.widgets.plain import tooltip
from translations import N_, ntr, tr

_GOOD = frozenset({StripKind.BACK, StripKind.NEW_SERVER})
LINES = 2
"""Most lines of a sentence: the reason for a kick may be long."""
LOW = 240
"""px at 100 %: a window lower than this has no room for two lines beside messages and box."""
_COUNTING = frozenset({StripKind.LOST, StripKind.CLOSING})
_SIMPLE = {
    StripKind.BACK: N_("Connected again"),
    StripKind.RESTARTED: N_("The server was restarted"),
    StripKind.ANNOUNCEMENTS: N_("Announcements only: you can read here, but not write."),
    StripKind.HUSHED: N_("Quiet: only operators read what you write."),
}
"""What needs no more than its words."""
_TOLD = frozenset({StripKind.RESTARTED, StripKind.CLOSING, StripKind.AWAY, StripKind.ANNOUNCEMENTS, StripKind.HUSHED})
_BAD = frozenset({StripKind.KICKED, StripKind.CLOSED, StripKind.NAME_LOST})


class Strip(QFrame):
    """One sentence, at most one button."""

    action_requested = pyqtSignal(object)
    """The `StripChanged` whose button was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self.setAttribute(Qt.WA_StyledBackground)
        self._monotonic: Callable[[], float] = time.monotonic
        self._strip: StripChanged | None = None
        self._state = LinkState.ONLINE
        self._retry_at: float | None = None
        self._name = ""
        self._narrow = False
        self._said = ""
        self._icon = label()
        self._text = label(wrap=True)
        self._text.setObjectName("strip_text")
        self.button = QPushButton(self)
        self.button.setObjectName("strip_button")
        self.button.clicked.connect(self._pressed)
        theme.mark(self.button, "kind", "link")
        self._grid = QGridLayout(self)
        self._grid.addWidget(self._icon, 0, 0, Qt.AlignTop)
        self._grid.addWidget(self._text, 0, 1, Qt.AlignVCenter)
        self._grid.setColumnStretch(1, 1)
        self._timer = QTimer(self)
        self._timer.setInterval(250)
        self._timer.timeout.connect(self._retranslate)
        self._renew()
        self.hide()

    def set_clock(self, monotonic: Callable[[], float]) -> None:
        """The session's clock (seconds), for the countdown, when it is another than the system's."""
        self._monotonic = monotonic

    def text(self) -> str:
        """The whole sentence, of which the screen may show less."""
        return self._said

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow window the button stands under the sentence."""
        self._narrow = narrow
        self._renew()

    def show_strip(self, strip: StripChanged | None) -> None:
        """Show this one, or none."""
        self._strip = strip if strip is not None and strip.kind is not StripKind.NONE else None
        self._renew()
        self.setVisible(self._strip is not None)

    def set_link(self, state: LinkState, retry_at: float | None, name: str) -> None:
        """Where the link stands, when (monotonic seconds) the next try is due, and the own name."""
        self._state, self._retry_at, self._name = state, retry_at, name
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and hasattr(self, "_timer"):
            self._renew()

    def _pressed(self) -> None:
        if self._strip is not None:
            self.action_requested.emit(self._strip)

    def _renew(self) -> None:
        kind = self._strip.kind if self._strip is not None else StripKind.NONE
        colours = theme.current()
        surface, sign, ink = "warning", "wifi-off", colours.mention_bar
        if kind in _GOOD:
            surface, sign, ink = "success", "check", colours.success
        elif kind in _BAD:
            surface, sign, ink = "error", "circle-alert", colours.error
        elif kind in _TOLD:
            sign = "info"
        theme.mark(self, "surface", surface)
        self._icon.setPixmap(icons.pixmap(sign, px(16), ink, self.devicePixelRatioF()))
        self._icon.setFixedSize(px(16), px(24))
        self._text.setFont(theme.text_font(14))
        self.button.setFont(theme.text_font(14, semibold=True))
        self.button.setFixedHeight(px(24))
        self.setMinimumHeight(px(32))
        row, column = (1, 1) if self._narrow else (0, 2)
        self._grid.addWidget(self.button, row, column, Qt.AlignLeft | Qt.AlignTop)
        side = px(12) if self._narrow else px(16)
        self._grid.setContentsMargins(side, px(4), side, px(4))
        self._grid.setHorizontalSpacing(px(8))
        self._grid.setVerticalSpacing(px(2))
        self._retranslate()

    def _retranslate(self) -> None:
        text, action = self._words()
        self.button.setText(action.replace("&", "&&"))
        self.button.setVisible(bool(action))
        if text != self._said:
            self._said = text
            self.setAccessibleName(plain(text))
        self._fit()
        counting = self._strip is not None and self._strip.kind in _COUNTING and self._retry_at is not None
        if counting and not self._timer.isActive():
            self._timer.start()
        elif not counting:
            self._timer.stop()

    def _fit(self) -> None:
        """Show as much as two lines hold, in a low window one; the tooltip has all of it.

        Words to be compared are never cut.
        """
        room = self.width() - 4 * px(16) - (0 if self._narrow or self.button.isHidden() else self.button.width())
        lines = 1 if self.window().height() < px(LOW) else LINES
        most = max(px(120), room) * lines - px(60) * (lines - 1)  # words end early in all lines but the last
        whole = self._strip is not None and self._strip.kind is StripKind.NEW_SERVER
        shown = self._said if whole else self._text.fontMetrics().elidedText(self._said, Qt.ElideRight, most)
        if shown != self._text.text():
            self._text.setText(shown)
            self._text.setToolTip(tooltip(plain(self._said)) if shown != self._said else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less of the sentence fits."""
        super().resizeEvent(event)
        self._fit()

    def _words(self) -> tuple[str, str]:
        """The sentence and what the button says ("" for no button)."""
        strip = self._strip
        if strip is None:
            return "", ""
        again = tr("Try now") if self._state in {LinkState.WAITING, LinkState.OFFLINE} else ""
        said = safe_text(strip.text)
        match strip.kind:
            case StripKind.LOST:
                return " ".join((tr("Connection lost."), self._next_try())), again
            case StripKind.CLOSING if self._state is LinkState.ONLINE:
                return tr("The server is shutting down."), ""
            case StripKind.CLOSING:
                return " ".join((tr("The server was shut down."), self._next_try())), again
            case StripKind.OFFLINE_SEND:
                return tr("Not sent yet: the connection is down."), again
            case StripKind.KICKED:
                text = tr("You were removed by {who}: {reason}") if said else tr("You were removed by {who}.")
                return text.format(who=isolated(strip.who), reason=said), tr("Join again")
            case StripKind.NAME_LOST:
                taken = tr("The name “{name}” is in use.").format(name=isolated(self._name))
                return taken, tr("Log in as {name}").format(name=isolated(strip.text))
            case StripKind.CLOSED:
                closed = tr("The server closed the connection.")
                return f"{closed} {said}".strip(), again
            case StripKind.AWAY:
                text = away_text(strip.text)
                return tr("You are {away}.").format(away=text.rstrip(".")), tr("I am back")
            case StripKind.HUNG_UP:
                return tr("You are disconnected."), tr("Connect")
            case StripKind.NEW_SERVER:
                return tr("New server, remembered. Check words: {words}").format(words=said), ""
        return tr(_SIMPLE[strip.kind]), ""

    def _next_try(self) -> str:
        if self._retry_at is None or self._state is not LinkState.WAITING:
            return tr("Connecting…")
        seconds = max(0, math.ceil(self._retry_at - self._monotonic()))
        return ntr("Trying again in {n} second.", "Trying again in {n} seconds.", seconds).format(
            n=number_text(seconds)
        )
