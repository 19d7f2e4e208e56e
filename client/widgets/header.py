"""The line above the messages: which room, its topic, and the buttons for the lists at the sides."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QPoint, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PyQt5.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from client import theme
from client.models.texts import number_text
from client.theme import px
from client.widgets import icons
from client.widgets.controls import label
from client.widgets.elided import ElidedButton, ElidedLabel
from client.widgets.menus import add_action
from translations import tr

TIGHT = 300
"""px at 100 %: below it there is no room for numbers beside the icons, and topic, search and pins are in the menu."""
TOPIC_CHARACTERS = 40
"""So much of the topic stands in the menu."""


class Header(QWidget):
    """48 px: menu button (narrow windows), title, topic, search, pins, members and what may be done here."""

    menu_clicked = pyqtSignal()
    members_clicked = pyqtSignal()
    search_clicked = pyqtSignal()
    pins_clicked = pyqtSignal()
    room_clicked = pyqtSignal()
    """The button for what may be done to the room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.menu_button = QToolButton(self)
        self.menu_button.setObjectName("menu_button")
        self.menu_button.clicked.connect(self.menu_clicked)
        self.title = ElidedLabel(self)
        self.title.setObjectName("title_label")
        self.topic = ElidedButton(self)
        self.topic.setObjectName("topic_label")
        self.topic.clicked.connect(self._show_topic)
        self.members_button = QToolButton(self)
        self.members_button.setObjectName("members_button")
        self.members_button.setCheckable(True)
        self.members_button.setToolButtonStyle(Qt.ToolButtonTextBesideIcon)
        self.members_button.clicked.connect(self.members_clicked)
        self.search_button = QToolButton(self)
        self.search_button.setObjectName("search_button")
        self.search_button.clicked.connect(self.search_clicked)
        self.pins_button = QToolButton(self)
        self.pins_button.setObjectName("pins_button")
        self.pins_button.setToolButtonStyle(Qt.ToolButtonTextBesideIcon)
        self.pins_button.clicked.connect(self.pins_clicked)
        self.pins_button.hide()
        self._pins = 0
        self._can_search = True
        self.room_button = QToolButton(self)
        self.room_button.setObjectName("room_button")
        self.room_button.clicked.connect(self.room_clicked)
        self.room_button.hide()
        for button in (self.menu_button, self.search_button, self.pins_button, self.members_button, self.room_button):
            theme.mark(button, "kind", "flat")
        self._count = 0
        layout = QHBoxLayout(self)
        layout.addWidget(self.menu_button)
        layout.addWidget(self.title)
        layout.addWidget(self.topic, 1)
        layout.addStretch(0)  # in place of the topic, where that is hidden
        layout.addWidget(self.search_button)
        layout.addWidget(self.pins_button)
        layout.addWidget(self.members_button)
        layout.addWidget(self.room_button)
        self._renew()

    def show_room(self, title: str, topic: str, *, person: bool = False) -> None:
        """The title and topic, already safe to show; of a `person` what is known of them stands for the topic."""
        self.title.setText(title)
        self.topic.setText(topic)
        self.topic.setEnabled(bool(topic))
        told = topic if person else tr("Topic: {topic}").format(topic=topic)
        self.topic.setAccessibleName(told if topic else tr("No topic"))
        self._fold()

    def set_members(self, count: int, *, room: bool) -> None:
        """How many people are in the room; a private chat has no such button."""
        self._count = count
        self.members_button.setText(number_text(count))
        self.members_button.setAccessibleName(tr("Members {n}").format(n=number_text(count)))
        self.members_button.setToolTip(tr("Members"))
        self.members_button.setVisible(room)
        self._fit_button(self.members_button)

    def set_search(self, *, available: bool) -> None:
        """Whether the server can search."""
        self._can_search = available
        self._fold()

    def set_pins(self, count: int) -> None:
        """How many messages stand out in the room."""
        self._pins = count
        self.pins_button.setText(number_text(count))
        self.pins_button.setAccessibleName(tr("Pinned messages {n}").format(n=number_text(count)))
        self.pins_button.setToolTip(tr("Pinned messages"))
        self._fit_button(self.pins_button)
        self._fold()

    def set_room_menu(self, *, available: bool) -> None:
        """Whether there is something that may be done to the room."""
        self.room_button.setVisible(available)
        self._fold()

    @property
    def _tight(self) -> bool:
        return self.width() < px(TIGHT)

    def _fold(self) -> None:
        """What the menu of the room holds in a tight header, and only there."""
        folds = self._tight and not self.room_button.isHidden()
        self.topic.setVisible(not folds)
        self.search_button.setVisible(self._can_search and not folds)
        self.pins_button.setVisible(self._pins > 0 and not folds)

    def add_folded(self, menu: QMenu) -> None:
        """To the menu of the room: what has no place beside the title."""
        if not self._tight:
            return
        topic = " ".join(self.topic.text().split())
        if topic:
            topic = topic if len(topic) <= TOPIC_CHARACTERS else topic[:TOPIC_CHARACTERS] + "…"
            add_action(menu, topic.replace("&", "&&"), self._show_topic)
        if self._can_search:
            add_action(menu, tr("Search in this room"), self.search_clicked.emit, "search room")
        if self._pins:
            add_action(menu, self.pins_button.accessibleName(), self.pins_clicked.emit)
        menu.addSeparator()

    def set_folded(self, *, left: bool, members_shown: bool) -> None:
        """Whether the left list needs its button, and whether the members are on screen."""
        self.menu_button.setVisible(left)
        self.members_button.setChecked(members_shown)

    def _show_topic(self) -> None:
        if self.topic.text():
            popover = TopicPopover(self.topic.text(), self)
            popover.show_under(self if self.topic.isHidden() else self.topic)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Numbers and buttons give way before the title does."""
        super().resizeEvent(event)
        for button in (self.pins_button, self.members_button):
            button.setToolButtonStyle(Qt.ToolButtonIconOnly if self._tight else Qt.ToolButtonTextBesideIcon)
            self._fit_button(button)
        self._fold()

    @staticmethod
    def _fit_button(button: QToolButton) -> None:
        """As much room at the right of its number as at the left of its icon (Qt leaves more)."""
        number = 0
        if button.toolButtonStyle() == Qt.ToolButtonTextBesideIcon:
            number = button.fontMetrics().horizontalAdvance(button.text()) + px(2)
        button.setFixedSize(px(36) + number, px(36))

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and self.layout() is not None:
            self._renew()

    def _renew(self) -> None:
        colours = theme.current()
        self.setFixedHeight(px(48))
        self.title.setFont(theme.text_font(16, semibold=True))
        for button, name in (
            (self.menu_button, "menu"),
            (self.search_button, "search"),
            (self.pins_button, "pin"),
            (self.members_button, "users"),
            (self.room_button, "more"),
        ):
            button.setIcon(icons.icon(name, px(20), colours.text))
            button.setIconSize(QSize(px(20), px(20)))
        self.menu_button.setFixedSize(px(36), px(36))
        self.menu_button.setAccessibleName(tr("List of rooms"))
        self.menu_button.setToolTip(tr("List of rooms (Alt+1)"))
        self.search_button.setFixedSize(px(36), px(36))
        self.search_button.setAccessibleName(tr("Search"))
        self.search_button.setToolTip(tr("Search in this room (Ctrl+F)"))
        self.room_button.setFixedSize(px(36), px(36))
        self.room_button.setAccessibleName(tr("Menu of this room"))
        self.room_button.setToolTip(tr("Menu of this room"))
        for button in (self.pins_button, self.members_button):
            button.setFont(theme.text_font(14))
        self.set_pins(self._pins)
        self.members_button.setText(number_text(self._count))
        self._fit_button(self.members_button)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(px(12), 0, px(8), 0)
            layout.setSpacing(px(8))


class TopicPopover(QFrame):
    """The whole topic, to read and to copy; closes on a click elsewhere or Esc."""

    def __init__(self, topic: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.Popup)
        self.setAttribute(Qt.WA_DeleteOnClose)
        text = self._text = label(wrap=True)
        text.setTextInteractionFlags(Qt.TextSelectableByMouse)
        text.setText(topic)
        text.setFixedWidth(min(px(420), text.fontMetrics().horizontalAdvance(topic) + px(8)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(12), px(8), px(12), px(8))
        layout.addWidget(text)

    def show_under(self, widget: QWidget) -> None:
        """Open below the widget."""
        window = widget.window()
        self._text.setFixedWidth(min(self._text.width(), window.width() - px(48)))
        self.adjustSize()
        at = widget.mapToGlobal(QPoint(0, widget.height() + px(4)))
        right = window.mapToGlobal(QPoint(window.width() - self.width() - px(8), 0)).x()
        self.move(min(at.x(), right), at.y())
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Raised, with a thin border."""
        colours = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.raised))
        painter.setPen(QColor(colours.control_border))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
