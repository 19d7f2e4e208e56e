"""Who somebody is, over the messages: avatar, name, what the server tells, and what can be done from here.

Shows what it is given; what is pressed leaves as a signal. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt5.QtCore import QRect, Qt, pyqtSignal
from PyQt5.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt5.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from client import theme
from client.models.texts import initials, isolated, plain, safe_name
from client.theme import px
from client.widgets import icons
from client.widgets.controls import label
from client.widgets.elided import ElidedLabel
from client.widgets.message_delegate import draw_avatar
from client.widgets.sheet import RING, Sheet, ground, scroller
from translations import tr


@dataclass(frozen=True, slots=True)
class Card:
    """What the card shows: all of it in words, fit to be shown."""

    nickname: str
    name: str
    own: bool = False
    lines: Sequence[str] = ()
    rooms: str = ""
    """The rooms that both of us are in, in one line."""
    locked_out: bool = False
    """The last of the lines is about a connection that is not encrypted."""
    keeps_order: bool = False
    """There is something that we may do to this person."""


class Avatar(QWidget):
    """The circle with a person's initials."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nickname = self._name = ""

    def show_person(self, nickname: str, name: str) -> None:
        """Of this person; the colour is that of their messages."""
        self._nickname, self._name = nickname, name
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The circle."""
        painter = QPainter(self)
        font = theme.text_font(22, semibold=True)
        side = min(self.width(), self.height())
        colour = theme.name_colour(self._nickname)
        draw_avatar(painter, QRect(0, 0, side, side), initials(self._name), colour, font)
        painter.end()


class ProfileCard(Sheet):
    """Covers `over`, the message list, while it is open."""

    message_requested = pyqtSignal(str)
    """A nickname, as of the next one."""
    mention_requested = pyqtSignal(str)
    copy_requested = pyqtSignal(str)
    """A name."""
    order_requested = pyqtSignal(str, object)
    """A nickname, and the button under which the menu opens."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, "profile_card")
        self.card = Card("", "")
        self._avatar = Avatar(self)
        self._name = ElidedLabel(self)
        self._nickname = ElidedLabel(self)
        self._nickname.setTextInteractionFlags(Qt.NoTextInteraction)
        theme.mark(self._nickname, "tone", "secondary")
        for line in (self._name, self._nickname):
            line.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Preferred)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch(1)
        names.addWidget(self._name)
        names.addWidget(self._nickname)
        names.addStretch(1)
        self._head = QHBoxLayout()
        self._head.addWidget(self._avatar)
        self._head.addLayout(names, 1)
        self.message_button, self.mention_button, self.copy_button, self.order_button = (
            QPushButton(self) for _ in range(4)
        )
        self.buttons = (self.message_button, self.mention_button, self.copy_button, self.order_button)
        self.message_button.clicked.connect(lambda: self.message_requested.emit(self.card.nickname))
        self.mention_button.clicked.connect(lambda: self.mention_requested.emit(self.card.nickname))
        self.copy_button.clicked.connect(lambda: self.copy_requested.emit(self.card.name))
        self.order_button.clicked.connect(lambda: self.order_requested.emit(self.card.nickname, self.order_button))
        self._rows = QGridLayout()
        content = ground()
        self._content = QVBoxLayout(content)
        self._content.addLayout(self._head)
        self._content.addLayout(self._rows)
        self._about = ground()
        self._content.addWidget(self._about)
        self._content.addStretch(1)
        area = scroller(self)  # all of it: in a low window the buttons are scrolled to as well
        area.setWidget(content)
        self.column.addWidget(area, 1)
        self.lines: list[QLabel] = []
        self.renew()

    def show_card(self, card: Card) -> None:
        """Show this person, with the keyboard at the first button."""
        self.card = card
        self.renew()
        self.uncover(next((button for button in self.buttons if not button.isHidden()), self.close_button))

    def heading(self) -> str:
        name = isolated(self.card.name)
        return tr("About you") if self.card.own else plain(tr("About {name}").format(name=name))

    def text(self) -> str:
        """All lines, as a screen reader says them."""
        return "\n".join(line.text() for line in self.lines)

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        card = self.card
        self._avatar.show_person(card.nickname, card.name)
        self._avatar.setFixedSize(px(56), px(56))
        self._name.setText(safe_name(card.name))
        self._name.setFont(theme.text_font(20, semibold=True))
        self._nickname.setText(safe_name(card.nickname))
        self._nickname.setFont(theme.text_font(14))
        self._nickname.setVisible(card.nickname != card.name)
        self._head.setSpacing(px(12))
        self._content.setContentsMargins(px(RING), 0, px(8), 0)
        self._content.setSpacing(px(8))
        for button, text, shown in (
            (self.message_button, tr("Send message"), not card.own),
            (self.mention_button, tr("Mention"), not card.own),
            (self.copy_button, tr("Copy name"), True),
            (self.order_button, tr("Keep order…"), card.keeps_order),
        ):
            button.setText(text)
            button.setAccessibleName(text)
            button.setFont(theme.text_font(14))
            button.setFixedHeight(px(36))
            button.setVisible(shown)
        self._fill()
        self._place_buttons()

    def _fill(self) -> None:
        """The lines anew: there are few."""
        about = ground()
        layout = QVBoxLayout(about)
        layout.setContentsMargins(0, px(4), 0, 0)
        layout.setSpacing(px(6))
        self.lines = []
        for number, text in enumerate(self.card.lines):
            locked_out = self.card.locked_out and number == len(self.card.lines) - 1
            layout.addLayout(self._line(text, "lock-open" if locked_out else ""))
        if self.card.rooms:
            layout.addLayout(self._line(tr("Rooms you share: {rooms}").format(rooms=self.card.rooms), ""))
        self._content.replaceWidget(self._about, about)
        self._about.deleteLater()
        self._about = about

    def _line(self, text: str, sign: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(px(6))
        if sign:
            picture = label()
            picture.setPixmap(icons.pixmap(sign, px(14), theme.current().secondary, self.devicePixelRatioF()))
            picture.setFixedWidth(px(16))
            row.addWidget(picture, 0, Qt.AlignTop)
        said = label(wrap=True)
        said.setTextInteractionFlags(Qt.TextSelectableByMouse)
        said.setFont(theme.text_font(14))
        said.setText(text)
        self.lines.append(said)
        row.addWidget(said, 1)
        return row

    def _place_buttons(self) -> None:
        """Side by side where there is room, else two in a line, or one."""
        shown = [button for button in self.buttons if not button.isHidden()]
        widths = [button.sizeHint().width() + px(8) for button in shown]
        room = self._over.width() - px(32)
        columns = len(shown) if sum(widths) <= room else 2 if 2 * max(widths) <= room else 1
        for number, button in enumerate(shown):
            self._rows.addWidget(button, number // columns, number % columns)
        self._rows.setColumnStretch(len(self.buttons), 1)
        self._rows.setHorizontalSpacing(px(8))
        self._rows.setVerticalSpacing(px(8))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer buttons fit side by side."""
        super().resizeEvent(event)
        self._place_buttons()
