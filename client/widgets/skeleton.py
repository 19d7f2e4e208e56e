"""What stands where the messages will be while they are on their way: blocks where faces, names and lines come.

It lies in the message list as long as that is bare, and does not move. GUI thread only.
"""

from __future__ import annotations

from PyQt5.QtCore import QRect, QRectF, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QColor, QPainter, QPaintEvent
from PyQt5.QtWidgets import QWidget

from client import theme
from client.theme import px
from client.widgets.look import Look
from translations import tr

WAIT_MS = 200
"""What comes sooner is not announced: a skeleton that goes at once is a flash."""
_GROUPS = (
    (96, (0.62,)),
    (72, (0.86, 0.44)),
    (120, (0.3,)),
    (84, (0.92, 0.78, 0.36)),
    (104, (0.54,)),
    (76, (0.7, 0.24)),
)
"""Width of a name at 100 %, and of the lines below it as shares of the text's; the same every time."""


class Skeleton(QWidget):
    """See the module; the list shows it while it is `due` and nothing else is there."""

    became_due = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("skeleton")
        self.setAttribute(Qt.WA_TransparentForMouseEvents)
        self.waiting = self.due = False
        self._look = Look(1)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(WAIT_MS)
        self.timer.timeout.connect(self._be_due)
        self.hide()

    def set_waiting(self, waiting: bool) -> None:
        """Whether something is on its way."""
        if waiting != self.waiting:
            self.waiting, self.due = waiting, False
            (self.timer.start if waiting else self.timer.stop)()

    def _be_due(self) -> None:
        self.due = True
        self.became_due.emit()

    def place(self, area: QRect, look: Look) -> None:
        """Lie there, drawn as messages in this look would stand."""
        self._look = look
        self.setAccessibleName(tr("Loading messages…"))
        self.setGeometry(area)
        self.update()

    def blocks(self) -> list[QRectF]:
        """What is drawn, from top to bottom: as many groups as are whole."""
        look, y = self._look, 0
        found: list[QRectF] = []
        for name, lines in _GROUPS:
            y += px(12)
            group = [QRectF(look.avatar_left, y + px(2), look.avatar, look.avatar)] if look.avatar else []
            for width in (min(px(name), look.text_width), *(share * look.text_width for share in lines)):
                group.append(QRectF(look.gutter, y + (look.line - px(10)) / 2, width, px(10)))
                y += look.line + px(2)
            if max(block.bottom() for block in group) > self.height():
                break
            found += group
        return found

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the blocks: a face is round, and so are the ends of a line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(Qt.NoPen)
        painter.setBrush(QColor(theme.current().pressed))
        for block in self.blocks():
            painter.drawRoundedRect(block, block.height() / 2, block.height() / 2)
        painter.end()
