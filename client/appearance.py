"""How the window looks: theme, zoom and language, which are switched live and remembered. GUI thread only."""

from __future__ import annotations

from typing import cast

from PyQt5.QtCore import QObject, pyqtSignal
from PyQt5.QtWidgets import QApplication

from client import language, theme
from client.settings import Settings


class Appearance(QObject):
    """Changes what all windows of this process look like; Qt tells the widgets."""

    theme_chosen = pyqtSignal(str)
    """A theme's name, or "system"; at every change, of the zoom too."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._app = cast("QApplication", QApplication.instance())
        self._system_dark = theme.system_is_dark(self._app)

    def apply(self) -> None:
        """Look as the settings say."""
        choice = self._settings.values.theme
        chosen = theme.THEMES.get(choice) or (theme.DARK if self._system_dark else theme.LIGHT)
        theme.apply(self._app, chosen, self._settings.values.zoom)
        self.theme_chosen.emit(choice)

    def change_language(self, code: str) -> None:
        """`id` or `en`."""
        self._settings.change(language=code)
        language.switch(code)

    def change_theme(self, name: str) -> None:
        """A theme's name, or "" or "system" for the system's."""
        self._settings.change(theme=name)
        self.apply()

    def toggle_dark(self) -> None:
        """From dark to light, or back."""
        self.change_theme("light" if theme.current().dark else "dark")

    def change_zoom(self, step: int) -> None:
        """One step larger (1) or smaller (-1), or back to 100 % (0)."""
        steps = theme.ZOOM_STEPS
        nearest = min(range(len(steps)), key=lambda index: abs(steps[index] - theme.zoom()))
        self._settings.change(zoom=steps[min(max(nearest + step, 0), len(steps) - 1)] if step else 1.0)
        self.apply()
