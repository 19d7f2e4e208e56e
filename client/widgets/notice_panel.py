"""What calls the person, chosen in place over the messages: highlight words, hours without disturbance, sound.

Everything holds at once. Knows no settings: it is shown values, and what is chosen leaves as a signal. GUI thread only.
"""

from __future__ import annotations

from functools import partial

from PyQt5.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QIcon, QKeyEvent
from PyQt5.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStyledItemDelegate,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.core.attention import words_of
from client.theme import px
from client.widgets import icons
from client.widgets.controls import label
from client.widgets.elided import ElidedLabel
from client.widgets.tray import snooze_choices
from translations import language, tr

STEP = 30
"""Minutes between two times that can be chosen."""
DAY = 24 * 60
USUAL = (22 * 60, 7 * 60)
"""The hours when they are switched on."""


class NoticePanel(QWidget):
    """Covers `over`, the message list, while it is open."""

    words_changed = pyqtSignal(list)
    hours_changed = pyqtSignal(list)
    """From and to in minutes of the day; empty for never."""
    sound_changed = pyqtSignal(bool)
    snooze_chosen = pyqtSignal(str)
    """As `Tray.snooze_chosen`."""
    closed = pyqtSignal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over.parentWidget())
        self._over = over
        self.setObjectName("notice_panel")
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "window")
        self.title = ElidedLabel(self)
        self.close_button = QToolButton(self)
        self.close_button.clicked.connect(self.closed)
        theme.mark(self.close_button, "kind", "flat")
        self.words = QLineEdit(self)
        self.words.setObjectName("words_edit")
        self.words.editingFinished.connect(self._words_typed)
        self.hours = QPushButton(self)
        self.hours.setCheckable(True)
        self.hours.clicked.connect(self._switch_hours)
        self.begin, self.end = QComboBox(self), QComboBox(self)
        for box in (self.begin, self.end):
            box.setItemDelegate(QStyledItemDelegate(box))
            box.activated.connect(self._hours_chosen)
        self.sound = QPushButton(self)
        self.sound.setCheckable(True)
        self.sound.clicked.connect(self.sound_changed)
        self.snoozes = [QPushButton(self) for _ in snooze_choices()]
        for button, (choice, _) in zip(self.snoozes, snooze_choices(), strict=True):
            button.clicked.connect(partial(self._snooze, choice))
        self._words_label, self._hours_label = label("secondary", wrap=True), label("secondary")
        self._build()
        over.installEventFilter(self)
        self.hide()
        self._renew()

    def _build(self) -> None:
        top, hours = self._top, self._hours = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.title)
        top.addStretch(1)
        top.addWidget(self.close_button)
        for widget in (self.begin, self._hours_label, self.end):
            hours.addWidget(widget)
        hours.addStretch(1)
        content = QWidget(self)
        content.setAttribute(Qt.WA_StyledBackground)
        theme.mark(content, "surface", "window")
        body = self._body = QVBoxLayout(content)
        body.addWidget(self._words_label)
        body.addWidget(self.words)
        body.addWidget(self.hours, 0, Qt.AlignLeft)
        body.addLayout(hours)
        for button in (self.sound, *self.snoozes):
            body.addWidget(button, 0, Qt.AlignLeft)
        body.addStretch(1)
        area = QScrollArea(self)  # in a low window not all of it fits
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        area.setWidget(content)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(area, 1)

    def open(self, words: list[str], hours: list[int], *, sound: bool, snoozed: bool) -> None:
        """Show these values; the keyboard comes with them."""
        self.words.setText(", ".join(words))
        self.set_state(hours, sound=sound, snoozed=snoozed)
        self._place()
        self.show()
        self.raise_()
        self.words.setFocus(Qt.ShortcutFocusReason)

    def set_state(self, hours: list[int], *, sound: bool, snoozed: bool) -> None:
        """Hours, sound and snooze as they are now."""
        self.hours.setChecked(bool(hours))
        for box, minute in zip((self.begin, self.end), hours or USUAL, strict=True):
            box.setCurrentIndex(minute // STEP)
            box.setEnabled(bool(hours))
        self.sound.setChecked(sound)
        self.snoozes[-1].setEnabled(snoozed)
        self._tick()

    def _tick(self) -> None:
        """What is switched on has a tick before it, not only another colour."""
        for button in (self.hours, self.sound):
            sign = icons.icon("check", px(16), theme.current().accent) if button.isChecked() else QIcon()
            button.setIcon(sign)
            button.setIconSize(QSize(px(16), px(16)))

    def _words_typed(self) -> None:
        self.words_changed.emit(words_of(self.words.text()))

    def _switch_hours(self, on: bool) -> None:
        self.hours_changed.emit(self._chosen() if on else [])

    def _hours_chosen(self, _index: int) -> None:
        self.hours_changed.emit(self._chosen())

    def _chosen(self) -> list[int]:
        return [self.begin.currentIndex() * STEP, self.end.currentIndex() * STEP]

    def _snooze(self, choice: str, _checked: bool = False) -> None:
        self.snooze_chosen.emit(choice)

    def _place(self) -> None:
        self.setGeometry(self._over.geometry())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as what it covers."""
        if watched is self._over and event.type() in {QEvent.Resize, QEvent.Move}:
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; Enter presses the button that has the keyboard."""
        focused = self.focusWidget()
        if event.key() == Qt.Key_Escape:
            self._words_typed()
            self.closed.emit()
        elif event.key() in {Qt.Key_Return, Qt.Key_Enter} and isinstance(focused, QPushButton | QToolButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and self.layout() is not None:
            self._renew()

    def _renew(self) -> None:
        self.title.setText(tr("Notifications"))
        self.title.setFont(theme.text_font(16, semibold=True))
        self.setAccessibleName(tr("Notifications"))
        self.close_button.setIcon(icons.icon("close", px(18), theme.current().text))
        self.close_button.setIconSize(QSize(px(18), px(18)))
        self.close_button.setFixedSize(px(36), px(36))
        self.close_button.setAccessibleName(tr("Close (Esc)"))
        self.close_button.setToolTip(tr("Close (Esc)"))
        self._words_label.setText(tr("Words that call you, with commas between them"))
        self._hours_label.setText(tr("to"))
        self.words.setAccessibleName(tr("Words that call you, with commas between them"))
        self.hours.setText(tr("Do not disturb every day"))
        self.begin.setAccessibleName(tr("From"))
        self.end.setAccessibleName(tr("To"))
        self.sound.setText(tr("Make a sound"))
        for button, (_, text) in zip(self.snoozes, snooze_choices(), strict=True):
            button.setText(text)
        self._fill_times()
        for button in (self.hours, self.sound, *self.snoozes):
            if button.isCheckable():
                theme.mark(button, "kind", "toggle")
            button.setFont(theme.text_font(14, semibold=True))
            button.setFixedSize(button.fontMetrics().horizontalAdvance(button.text()) + px(48), px(36))
        self._tick()
        for field in (self.words, self.begin, self.end):
            field.setFont(theme.text_font(14))
            field.setFixedHeight(px(36))
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(px(16), px(8), px(8), px(8))
            layout.setSpacing(px(8))
            self._body.setContentsMargins(0, 0, px(8), 0)
            self._body.setSpacing(px(8))
            self._hours.setSpacing(px(8))

    def _fill_times(self) -> None:
        sign = "." if language() == "id" else ":"
        for box in (self.begin, self.end):
            at = box.currentIndex()
            box.clear()
            box.addItems([f"{minute // 60:02}{sign}{minute % 60:02}" for minute in range(0, DAY, STEP)])
            box.setCurrentIndex(at)
            box.setFixedWidth(px(96))
