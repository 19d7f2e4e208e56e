"""The pages of the settings but the one of notifications: account, look, accessibility, language, and the rest.

GUI thread only.
"""

from __future__ import annotations

from PyQt5.QtCore import QSignalBlocker, Qt, QUrl, pyqtSignal
from PyQt5.QtGui import QDesktopServices
from PyQt5.QtWidgets import QLineEdit

import protocol
from client import theme
from client.models.texts import isolated, number_text
from client.settings import MEMBERSHIP, MOTIONS, Values
from client.theme import ZOOM_STEPS, px
from client.widgets.choices import Choice, Selector, Tick
from client.widgets.controls import FittingButton, label
from client.widgets.settings_page import SettingsPage
from translations import LANGUAGES, language, tr

THEMES = ("system", "light", "dark", "contrast")
SENDS, BREAKS = "sends", "breaks"
"""What Enter does in the message box."""


class AccountPage(SettingsPage):
    """Who we are."""

    rename_requested = pyqtSignal(str)
    logout_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._name_label, self._where = label("secondary"), label("secondary", wrap=True)
        self._shown = ("", "", "")
        self.name = QLineEdit(self)
        self.name.setObjectName("settings_name_edit")
        self.name.setMaxLength(protocol.NAME_CHARACTERS)
        self.name.returnPressed.connect(self._rename)
        self.name.textEdited.connect(self._typed)
        self.rename = FittingButton(self, "primary")
        self.rename.clicked.connect(self._rename)
        self.rename.setEnabled(False)
        self.log_out = FittingButton(self)
        self.log_out.clicked.connect(self.logout_requested)
        self.add_field(self._name_label, self.name)
        self.column.addWidget(self.rename, 0, Qt.AlignLeft)
        self.column.addWidget(self._where)
        self.column.addWidget(self.log_out, 0, Qt.AlignLeft)
        self.renew()

    def show_person(self, name: str, network: str, place: str) -> None:
        """The name in use, and where."""
        self._shown = (name, network, place)
        self.name.setText(name)
        self.rename.setEnabled(False)
        self.renew()

    def _wanted(self) -> str:
        return " ".join(self.name.text().split())

    def _typed(self) -> None:
        self.rename.setEnabled(self._wanted() not in {"", self._shown[0]})

    def _rename(self) -> None:
        if self._wanted() not in {"", self._shown[0]}:
            self.rename_requested.emit(self._wanted())

    def heading(self) -> str:
        """What the list of pages calls it."""
        return tr("Account")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        _, network, place = self._shown
        self._name_label.setText(tr("Name"))
        self.name.setAccessibleName(tr("Name"))
        self.name.setFont(theme.text_font(14))
        self.name.setFixedHeight(px(36))
        self.name.setMaximumWidth(px(440))
        self.rename.set_texts(tr("Change my name"))
        self._where.setText(tr("Logged in to {network} ({place})").format(network=isolated(network), place=place))
        self.log_out.set_texts(tr("Log out"))
        for button in (self.rename, self.log_out):
            button.setFont(theme.text_font(14, semibold=True))
            button.setFixedHeight(px(36))


class AppearancePage(SettingsPage):
    """How everything looks."""

    theme_chosen = pyqtSignal(str)
    zoom_chosen = pyqtSignal(float)
    membership_chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.theme = Choice(THEMES, self)
        self.theme.chosen.connect(self.theme_chosen)
        self._zoom_label = label("secondary", wrap=True)
        self.zoom = Selector(self)
        self.zoom.activated.connect(lambda at: self.zoom_chosen.emit(ZOOM_STEPS[at]))
        self.membership = Choice(MEMBERSHIP, self)
        self.membership.chosen.connect(self.membership_chosen)
        self.column.addWidget(self.theme)
        self.add_field(self._zoom_label, self.zoom, Qt.AlignLeft)
        self.column.addWidget(self.membership)
        self.renew()

    def show_values(self, values: Values) -> None:
        """What holds now."""
        self.theme.show_value(values.theme if values.theme in THEMES else "system")
        nearest = min(ZOOM_STEPS, key=lambda step: abs(step - values.zoom))
        self.zoom.setCurrentIndex(ZOOM_STEPS.index(nearest))
        self.membership.show_value(values.membership)

    def heading(self) -> str:
        """What the list of pages calls it."""
        return tr("Appearance")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        themes = (tr("Like the system"), tr("Light"), tr("Dark"), tr("High contrast"))
        self.theme.set_texts(tr("Theme"), themes)
        self._zoom_label.setText(tr("Size of everything (also Ctrl and the wheel)"))
        at = self.zoom.currentIndex()
        with QSignalBlocker(self.zoom):
            self.zoom.clear()
            self.zoom.addItems([tr("{n} %").format(n=number_text(round(step * 100))) for step in ZOOM_STEPS])
            self.zoom.setCurrentIndex(at)
        self.zoom.setAccessibleName(tr("Size of everything"))
        self.zoom.setFont(theme.text_font(14))
        self.zoom.setFixedSize(px(112), px(36))
        comings = (tr("In one line (not in large rooms)"), tr("One line each"), tr("Not at all"))
        self.membership.set_texts(tr("Who joins and leaves is shown"), comings)


class AccessibilityPage(SettingsPage):
    """What makes it easier to see and to bear."""

    contrast_chosen = pyqtSignal(bool)
    motion_chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.contrast = Tick(self)
        self.contrast.clicked.connect(self.contrast_chosen)
        self.motion = Choice(MOTIONS, self)
        self.motion.chosen.connect(self.motion_chosen)
        self.column.addWidget(self.contrast)
        self.column.addWidget(self.motion)
        self.renew()

    def show_values(self, values: Values) -> None:
        """What holds now."""
        self.contrast.setChecked(values.theme == "contrast")
        self.motion.show_value(values.motion)

    def heading(self) -> str:
        """What the list of pages calls it."""
        return tr("Accessibility")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        self.contrast.setText(tr("High contrast: black, white, and thick focus rings"))
        self.contrast.setFont(theme.text_font(14))
        motions = (tr("Like the system"), tr("Nothing moves"), tr("Things may move"))
        self.motion.set_texts(tr("Motion"), motions)


class LanguagePage(SettingsPage):
    """In which language everything is said."""

    language_chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.language = Choice(LANGUAGES, self)
        self.language.chosen.connect(self.language_chosen)
        self.column.addWidget(self.language)
        self.renew()

    def heading(self) -> str:
        """What the list of pages calls it."""
        return tr("Language")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        self.language.set_texts(tr("Language"), ("Bahasa Indonesia", "English"))
        self.language.show_value(language())


class AdvancedPage(SettingsPage):
    """The rest."""

    enter_chosen = pyqtSignal(bool)
    """Whether Enter sends."""
    tray_chosen = pyqtSignal(bool)

    def __init__(self, folder: str, *, tray: bool) -> None:
        """`folder` is where the own data is kept; `tray` tells whether there is one."""
        super().__init__()
        self._folder = folder
        self.enter = Choice((SENDS, BREAKS), self)
        self.enter.chosen.connect(lambda value: self.enter_chosen.emit(value == SENDS))
        self.tray = Tick(self)
        self.tray.clicked.connect(self.tray_chosen)
        self.tray.setVisible(tray)
        self._data = label("secondary", wrap=True)
        self.open_folder = FittingButton(self)
        self.open_folder.clicked.connect(self._open)
        self.column.addWidget(self.enter)
        self.column.addWidget(self.tray)
        self.column.addWidget(self._data)
        self.column.addWidget(self.open_folder, 0, Qt.AlignLeft)
        self.renew()

    def show_values(self, values: Values) -> None:
        """What holds now."""
        self.enter.show_value(SENDS if values.enter_sends else BREAKS)
        self.tray.setChecked(values.stay_in_tray)

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))

    def heading(self) -> str:
        """What the list of pages calls it."""
        return tr("Advanced")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        answers = (tr("Enter sends, Shift+Enter begins a line"), tr("Shift+Enter sends, Enter begins a line"))
        self.enter.set_texts(tr("In the message box (Ctrl+Enter always sends)"), answers)
        self.tray.setText(tr("Keep running in the tray when the window is closed"))
        self.tray.setFont(theme.text_font(14))
        self._data.setText(tr("Settings and messages are kept in a folder on this computer."))
        self.open_folder.set_texts(tr("Open the folder"))
        self.open_folder.setAccessibleDescription(self._folder)
        self.open_folder.setFont(theme.text_font(14, semibold=True))
        self.open_folder.setFixedHeight(px(36))
