"""The program's icon in the forms that systems want, made from `client/icons/obrolan.svg`:

    python3 -m tools.make_icons              client/icons/obrolan.png anew, after a change of the drawing
    make_ico(), make_icns()                  for tools/build.py: what Windows and macOS show

An ICO and an ICNS are a few bytes around pictures in PNG. Needs PyQt5, shows nothing.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

from PyQt5.QtCore import QBuffer, QByteArray, Qt
from PyQt5.QtGui import QImage, QPainter
from PyQt5.QtSvg import QSvgRenderer

ICONS = Path(__file__).resolve().parents[1] / "client" / "icons"
WINDOW_SIDE = 128
ICO_SIDES = (16, 24, 32, 48, 64, 256)
ICNS_KINDS = {b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}


@cache
def png(side: int) -> bytes:
    """The icon, so many pixels wide and high."""
    image = QImage(side, side, QImage.Format_ARGB32)
    image.fill(Qt.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(ICONS / "obrolan.svg")).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.WriteOnly)
    image.save(buffer, "PNG")
    return data.data()


def make_ico() -> bytes:
    """For Windows: a directory, then the pictures (a side of 256 is written as 0)."""
    head = struct.pack("<HHH", 0, 1, len(ICO_SIDES))
    place = len(head) + 16 * len(ICO_SIDES)
    for side in ICO_SIDES:
        head += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(png(side)), place)
        place += len(png(side))
    return head + b"".join(map(png, ICO_SIDES))


def make_icns() -> bytes:
    """For macOS: pictures one after the other, each with its kind and length."""
    body = b"".join(kind + struct.pack(">I", 8 + len(png(side))) + png(side) for kind, side in ICNS_KINDS.items())
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


if __name__ == "__main__":
    (ICONS / "obrolan.png").write_bytes(png(WINDOW_SIDE))
