"""What calls the person, chosen in place over the messages: highlight words, hours without disturbance, sound.

Everything holds at once. Knows no settings: it is shown values, and what is chosen leaves as a signal. GUI thread only.
"""

from __future__ import annotations

from functools import partial

from PyQt5.QtCore import QSize, Qt, pyqtSignal
from PyQt5.QtGui import QIcon
from PyQt5.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.core.attention import words_of
from client.theme import px
from client.widgets import icons
from client.widgets.controls import label
from client.widgets.sheet import Sheet, ground, scroller
from client.widgets.tray import snooze_choices
from translations import language, tr

STEP = 30
"""Minutes between two times that can be chosen."""
DAY = 24 * 60
USUAL = (22 * 60, 7 * 60)
"""The hours when they are switched on."""


class NoticePanel(Sheet):
    """Covers `over`, the message list, while it is open."""

    words_changed = pyqtSignal(list)
    hours_changed = pyqtSignal(list)
    """From and to in minutes of the day; empty for never."""
    sound_changed = pyqtSignal(bool)
    snooze_chosen = pyqtSignal(str)
    """As `Tray.snooze_chosen`."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, "notice_panel")
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
        self.renew()

    def _build(self) -> None:
        hours = self._hours = QHBoxLayout()
        for widget in (self.begin, self._hours_label, self.end):
            hours.addWidget(widget)
        hours.addStretch(1)
        content, area = ground(), scroller(self)  # in a low window not all of it fits
        body = self._body = QVBoxLayout(content)
        body.addWidget(self._words_label)
        body.addWidget(self.words)
        body.addWidget(self.hours, 0, Qt.AlignLeft)
        body.addLayout(hours)
        for button in (self.sound, *self.snoozes):
            body.addWidget(button, 0, Qt.AlignLeft)
        body.addStretch(1)
        area.setWidget(content)
        self.column.addWidget(area, 1)

    def open(self, words: list[str], hours: list[int], *, sound: bool, snoozed: bool) -> None:
        """Show these values; the keyboard comes with them."""
        self.words.setText(", ".join(words))
        self.set_state(hours, sound=sound, snoozed=snoozed)
        self.uncover(self.words)

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

    def leave(self) -> None:
        """What was typed holds."""
        self._words_typed()
        super().leave()

    def heading(self) -> str:
        return tr("Notifications")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
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
