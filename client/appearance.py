"""How the person wants every page to look: theme, zoom, language, motion; read from the settings and put into effect.

There from the first paint on, for the login page too, so it imports no page. GUI thread only.
"""

from __future__ import annotations

from typing import cast

from PyQt5.QtCore import QObject, pyqtSignal
from PyQt5.QtWidgets import QApplication

from client import language, theme
from client.settings import Settings
from client.widgets import motion


class Appearance(QObject):
    """Changes the look of the whole application, and remembers it."""

    changed = pyqtSignal()
    """Theme, zoom, language or motion is another one, or what else holds for every page."""

    def __init__(self, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        self._system_dark = theme.system_is_dark(_app())

    def apply(self) -> None:
        """Show the application as the settings say."""
        values = self._settings.values
        chosen = theme.THEMES.get(values.theme) or (theme.DARK if self._system_dark else theme.LIGHT)
        motion.choose({"less": True, "all": False}.get(values.motion))
        theme.apply(_app(), chosen, values.zoom)
        self.changed.emit()

    def keep(self, **values: object) -> None:
        """Set these settings, which every page follows."""
        self._settings.change(**values)
        self.changed.emit()

    def set_theme(self, name: str) -> None:
        """`light`, `dark`, `contrast`, or "system"."""
        self._settings.change(theme=name)
        self.apply()

    def toggle_dark(self) -> None:
        """From dark to light and back."""
        self.set_theme("light" if theme.current().dark else "dark")

    def set_zoom(self, zoom: float) -> None:
        """All sizes times this, 0.75 to 2."""
        if zoom != theme.zoom():
            self._settings.change(zoom=zoom)
            self.apply()

    def step_zoom(self, step: int) -> None:
        """One step larger (1) or smaller (-1), or back to 100 % (0)."""
        steps = theme.ZOOM_STEPS
        nearest = min(range(len(steps)), key=lambda index: abs(steps[index] - theme.zoom()))
        self.set_zoom(steps[min(max(nearest + step, 0), len(steps) - 1)] if step else 1.0)

    def set_motion(self, motion_: str) -> None:
        """`less`, `all`, or "system"."""
        self._settings.change(motion=motion_)
        self.apply()

    def set_language(self, code: str) -> None:
        """`id` or `en`."""
        self._settings.change(language=code)
        language.switch(code)
        self.changed.emit()


def _app() -> QApplication:
    return cast("QApplication", QApplication.instance())
