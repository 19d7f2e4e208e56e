"""What stands between the messages and the box: who is typing, and what the text in the box is for."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QPainter, QPaintEvent
from PyQt5.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from client import theme
from client.models.texts import isolated, plain
from client.theme import px
from client.widgets import icons
from client.widgets.controls import label
from client.widgets.elided import ElidedLabel
from translations import tr

_NAMED = 3
"""Up to so many people who type are named."""


def typing_text(names: Sequence[str]) -> str:
    """`Ani and Budi are typing…`, "" for nobody."""
    people = [isolated(name) for name in names]
    if len(people) > _NAMED:
        return tr("Several people are typing…")
    if len(people) > 1:
        both = tr("{one} and {two}").format(one=", ".join(people[:-1]), two=people[-1])
        return tr("{names} are typing…").format(names=both)
    return tr("{name} is typing…").format(name=people[0]) if people else ""


class TypingLine(QWidget):
    """20 px that are always there, so that nothing moves when somebody begins to type."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("typing_line")
        self._names: list[str] = []
        self._narrow = False
        self._renew()

    def set_names(self, names: Sequence[str]) -> None:
        """Who is typing now."""
        self._names = list(names)
        self._renew()

    def set_narrow(self, narrow: bool) -> None:
        """Whether the window is narrow: slim margins."""
        self._narrow = narrow
        self.update()

    def text(self) -> str:
        """What it says."""
        return plain(typing_text(self._names))

    def _renew(self) -> None:
        self.setFixedHeight(px(20))
        self.setAccessibleName(self.text())
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and hasattr(self, "_names"):
            self._renew()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """One line under the texts of the messages."""
        painter = QPainter(self)
        painter.setFont(theme.text_font(12))
        painter.setPen(QColor(theme.current().secondary))
        area = self.rect().adjusted(px(12) if self._narrow else px(56), 0, -px(16), 0)
        text = painter.fontMetrics().elidedText(typing_text(self._names), Qt.ElideRight, area.width())
        painter.drawText(area, int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter), text)
        painter.end()


class ContextBar(QWidget):
    """`Reply to Siti: …` or `Edit message: …` above the box, with a button that ends it."""

    cancelled = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("context_bar")
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "side")
        self._icon_name = "reply"
        self._icon = label()
        self.title = label()
        for short in (self._icon, self.title):
            short.setSizePolicy(QSizePolicy.Maximum, QSizePolicy.Preferred)
        self.text = ElidedLabel(self)
        self.close_button = QToolButton(self)
        self.close_button.clicked.connect(self.cancelled)
        theme.mark(self.close_button, "kind", "flat")
        theme.mark(self.text, "tone", "secondary")
        layout = QHBoxLayout(self)
        layout.addWidget(self._icon)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addStretch(1)
        layout.addWidget(self.close_button)
        self.hide()
        self._renew()

    def show_context(self, icon: str, title: str, text: str) -> None:
        """Say what the text in the box is for."""
        self._icon_name = icon
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(plain(f"{title} {text}"))
        self._renew()
        self.show()

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and self.layout() is not None:
            self._renew()

    def _renew(self) -> None:
        colours = theme.current()
        self.setFixedHeight(px(32))
        self._icon.setPixmap(icons.pixmap(self._icon_name, px(16), colours.accent, self.devicePixelRatioF()))
        self.title.setFont(theme.text_font(12, semibold=True))
        self.text.setFont(theme.text_font(12))
        self.close_button.setIcon(icons.icon("close", px(16), colours.text))
        self.close_button.setIconSize(QSize(px(16), px(16)))
        self.close_button.setFixedSize(px(28), px(28))
        self.close_button.setAccessibleName(tr("Cancel"))
        self.close_button.setToolTip(tr("Cancel (Esc)"))
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(px(10), 0, px(2), 0)
            layout.setSpacing(px(6))
