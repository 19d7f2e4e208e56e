"""What the person chooses in the settings, and the sheets that cover the page: settings and keys.

Between the settings and what they are about, like `noticing.py`, which brings the page of notifications. Everything
holds at once. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PyQt5.QtCore import QObject, Qt, pyqtSignal

from client import keys
from client.appearance import Appearance
from client.noticing import Noticing
from client.session import Session
from client.settings import Settings

if TYPE_CHECKING:
    from client.connected_ui import ChatPage
    from client.widgets.key_sheet import KeySheet
    from client.widgets.settings_panel import SettingsPanel


class Choosing(QObject):
    """Opens the settings, built when they are first asked for, and does what is chosen there."""

    start_chosen = pyqtSignal(bool)

    def __init__(
        self, session: Session, settings: Settings, appearance: Appearance, noticing: Noticing, page: ChatPage
    ) -> None:
        super().__init__(page)
        self._session, self._settings, self._appearance = session, settings, appearance
        self.begins: Callable[[], bool] = bool
        """Whether the window connects to this server by itself; a change of that is `start_chosen`."""
        self._noticing, self._page = noticing, page
        self._made: SettingsPanel | None = None
        self._made_keys: KeySheet | None = None
        page.rooms.account.settings_requested.connect(self.open)
        page.rooms.account.keys_requested.connect(self.open_keys)
        page.sheets.opened.connect(self._hide)
        appearance.changed.connect(self._apply)
        page.composer.emoji_button.recent_changed.connect(lambda recent: appearance.keep(emoji=recent))
        keys.bind(page, {"settings": self.open, "keys": self.open_keys})
        self._apply()

    @property
    def panel(self) -> SettingsPanel:
        """The settings."""
        if self._made is None:
            from client.widgets.settings_panel import SettingsPanel  # noqa: PLC0415 - only once it is opened

            self._made = SettingsPanel(self._page.panes, self._pages())
            self._made.closed.connect(self._close)
        return self._made

    def _pages(self) -> list[Any]:
        from client.widgets.settings_pages import (  # noqa: PLC0415 - only once it is opened
            AccessibilityPage,
            AccountPage,
            AdvancedPage,
            AppearancePage,
            LanguagePage,
        )

        self.account, self.look, self.easier = AccountPage(), AppearancePage(), AccessibilityPage()
        self.language = LanguagePage()
        self.rest = AdvancedPage(str(self._settings.folder), tray=self._noticing.tray is not None)
        self.account.rename_requested.connect(self._rename)
        self.account.start_chosen.connect(self.start_chosen)
        self.account.logout_requested.connect(self._page.logout_requested)
        self.look.theme_chosen.connect(self._appearance.set_theme)
        self.look.zoom_chosen.connect(self._appearance.set_zoom)
        self.look.membership_chosen.connect(lambda how: self._appearance.keep(membership=how))
        self.easier.contrast_chosen.connect(lambda on: self._appearance.set_theme("contrast" if on else "system"))
        self.easier.motion_chosen.connect(self._appearance.set_motion)
        self.language.language_chosen.connect(self._appearance.set_language)
        self.rest.enter_chosen.connect(lambda sends: self._appearance.keep(enter_sends=sends))
        self.rest.tray_chosen.connect(lambda stays: self._appearance.keep(stay_in_tray=stays))
        return [
            self.account,
            self.look,
            self._noticing.pages[self._session].make_page(),
            self.easier,
            self.language,
            self.rest,
        ]

    def open(self) -> None:
        """Show the settings over the page."""
        panel = self.panel
        session = self._session
        self._page.panes.close_overlay()
        self._page.sheets.close()
        self.account.show_person(
            session.name, session.network, f"{session.host}:{session.port}", on_start=self.begins()
        )
        self._noticing.pages[self._session].show_choices()
        self._show_values()
        panel.open()

    @property
    def key_sheet(self) -> KeySheet:
        """The keys."""
        if self._made_keys is None:
            from client.widgets.key_sheet import KeySheet  # noqa: PLC0415 - only once it is opened

            self._made_keys = KeySheet(self._page.panes)
            self._made_keys.closed.connect(self._close)
        return self._made_keys

    def open_keys(self) -> None:
        """Show all keys over the page."""
        self._page.panes.close_overlay()
        self._page.sheets.close()
        self.key_sheet.open()

    def _show_values(self) -> None:
        if self._made is not None:
            for page in (self.look, self.easier, self.rest):
                page.show_values(self._settings.values)

    def _apply(self) -> None:
        """What holds without the look: what Enter does, comings and goings, the emoji in front."""
        values = self._settings.values
        self._page.composer.emoji_button.recent = values.emoji
        self._show_values()
        self._page.composer.set_enter_sends(values.enter_sends)
        self._page.view.set_membership(values.membership)

    def _rename(self, name: str) -> None:
        self._close()  # the answer comes into the room
        self._page.rooms.account.rename_requested.emit(name)

    def _close(self) -> None:
        self._hide()
        self._page.setFocus(Qt.OtherFocusReason)

    def _hide(self) -> None:
        for sheet in (self._made, self._made_keys):
            if sheet is not None:
                sheet.hide()
