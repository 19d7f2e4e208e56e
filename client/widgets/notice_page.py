"""What calls the person, as a page of the settings: highlight words, hours without disturbance, sound.

Everything holds at once. Knows no settings: it is shown values, and what is chosen leaves as a signal. GUI thread only.
"""

from __future__ import annotations

from functools import partial

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit

from client import theme
from client.core.attention import words_of
from client.theme import px
from client.widgets.choices import Selector, Tick
from client.widgets.controls import FittingButton, label
from client.widgets.settings_page import SettingsPage
from client.widgets.tray import snooze_choices
from translations import language, tr

STEP = 30
"""Minutes between two times that can be chosen."""
DAY = 24 * 60
USUAL = (22 * 60, 7 * 60)
"""The hours when they are switched on."""


class NoticePage(SettingsPage):
    """See the module."""

    words_changed = pyqtSignal(list)
    hours_changed = pyqtSignal(list)
    """From and to in minutes of the day; empty for never."""
    sound_changed = pyqtSignal(bool)
    snooze_chosen = pyqtSignal(str)
    """As `Tray.snooze_chosen`."""

    def __init__(self) -> None:
        super().__init__()
        self.words = QLineEdit(self)
        self.words.setObjectName("words_edit")
        self.words.editingFinished.connect(self._words_typed)
        self.hours = Tick(self)
        self.hours.clicked.connect(self._switch_hours)
        self.begin, self.end = Selector(self), Selector(self)
        for box in (self.begin, self.end):
            box.activated.connect(self._hours_chosen)
        self.sound = Tick(self)
        self.sound.clicked.connect(self.sound_changed)
        self.snoozes = [FittingButton(self) for _ in snooze_choices()]
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
        self.add_field(self._words_label, self.words)
        self.column.addWidget(self.hours)
        self.column.addLayout(hours)
        self.column.addWidget(self.sound)
        for button in self.snoozes:
            self.column.addWidget(button, 0, Qt.AlignLeft)

    def show_words(self, words: list[str]) -> None:
        """The words that hold now."""
        if not self.words.isModified():  # somebody is typing
            self.words.setText(", ".join(words))

    def set_state(self, hours: list[int], *, sound: bool, snoozed: bool) -> None:
        """Hours, sound and snooze as they are now."""
        self.hours.setChecked(bool(hours))
        for box, minute in zip((self.begin, self.end), hours or USUAL, strict=True):
            box.setCurrentIndex(minute // STEP)
            box.setEnabled(bool(hours))
        self.sound.setChecked(sound)
        self.snoozes[-1].setEnabled(snoozed)

    def _words_typed(self) -> None:
        self.words.setModified(False)
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
        if self.words.isModified():
            self._words_typed()

    def heading(self) -> str:
        """What the list of pages calls it."""
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
            button.set_texts(text)
        self._fill_times()
        for tick in (self.hours, self.sound):
            tick.setFont(theme.text_font(14))
        for button in self.snoozes:
            button.setFont(theme.text_font(14, semibold=True))
            button.setFixedHeight(px(36))
        for field in (self.words, self.begin, self.end):
            field.setFont(theme.text_font(14))
            field.setFixedHeight(px(36))
        self.words.setMaximumWidth(px(440))
        self._hours.setSpacing(px(8))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where both times do not stand side by side, one stands below the other."""
        super().resizeEvent(event)
        wide = self.width() >= px(300)
        self._hours.setDirection(QBoxLayout.LeftToRight if wide else QBoxLayout.TopToBottom)

    def _fill_times(self) -> None:
        sign = "." if language() == "id" else ":"
        for box in (self.begin, self.end):
            at = box.currentIndex()
            box.clear()
            box.addItems([f"{minute // 60:02}{sign}{minute % 60:02}" for minute in range(0, DAY, STEP)])
            box.setCurrentIndex(at)
            box.setFixedWidth(px(104))
