"""Icons: the SVG files in `client/icons`, drawn in the colour and size asked for, and cached.

Imported with the chat page, never before the login page is painted: QtSvg takes a moment to load.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PyQt5.QtCore import QByteArray, QRectF, Qt
from PyQt5.QtGui import QIcon, QPainter, QPixmap
from PyQt5.QtSvg import QSvgRenderer

_FOLDER = Path(__file__).resolve().parent.parent / "icons"  # importlib.resources would load 1.4 MB more


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def pixmap(name: str, size: int, colour: str, ratio: float = 1.0) -> QPixmap:
    """The icon `size` logical pixels wide and high, for a screen with this device pixel ratio."""
    side = round(size * ratio)
    image = QPixmap(side, side)
    image.fill(Qt.transparent)
    painter = QPainter(image)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def icon(name: str, size: int, colour: str, disabled: str = "") -> QIcon:
    """The icon for a button, sharp on screens of ratio 1 and 2."""
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(pixmap(name, size, colour, ratio))
        if disabled:
            made.addPixmap(pixmap(name, size, disabled, ratio), QIcon.Disabled)
    return made
