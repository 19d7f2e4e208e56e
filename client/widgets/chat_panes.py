"""How the three parts of the chat page share its width.

Measured in effective pixels (width divided by the zoom): from 900 on all three stand side by side;
below, the members open over the messages from the right; below 640 so does the left list, from the
left. What lies over the messages is closed by Esc, a click beside it, or choosing something in it.
"""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt5.QtWidgets import QSplitter, QWidget

from client import theme
from client.theme import px

MEMBERS_FROM = 900
ROOMS_FROM = 640
ROOMY_FROM = 480
LEFT_WIDTH, LEFT_LEAST, LEFT_MOST = 220, 180, 320
RIGHT_WIDTH, RIGHT_LEAST, RIGHT_MOST = 200, 160, 280
MIDDLE_LEAST = 360
OVERLAY_WIDTH = 280


class ChatPanes(QWidget):
    """Left, middle and right, as a splitter or with one of them laid over it."""

    arranged = pyqtSignal()
    """Which panes are visible changed."""

    def __init__(self, left: QWidget, middle: QWidget, right: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left, self._middle, self._right = left, middle, right
        self._widths = [LEFT_WIDTH, RIGHT_WIDTH]
        self._members_wanted = True
        self._has_members = True
        self._overlay: QWidget | None = None
        self._splitter = QSplitter(Qt.Horizontal, self)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        for pane in (left, middle, right):
            self._splitter.addWidget(pane)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.splitterMoved.connect(self._keep_widths)
        self._scrim = _Scrim(self)
        self._scrim.clicked.connect(self.close_overlay)

    # --- for the page -------------------------------------------------------------------------

    @property
    def left_folded(self) -> bool:
        """Whether the left list needs a button to be seen."""
        return self._effective() < ROOMS_FROM

    @property
    def right_folded(self) -> bool:
        """Whether the member list needs a button to be seen."""
        return self._effective() < MEMBERS_FROM

    @property
    def narrow(self) -> bool:
        """Whether there is no room for decoration."""
        return self._effective() < ROOMY_FROM

    @property
    def members_shown(self) -> bool:
        """Whether the member list is on screen."""
        return self._right.isVisibleTo(self)

    @property
    def overlay_open(self) -> bool:
        """Whether a list lies over the messages."""
        return self._overlay is not None

    def set_has_members(self, has: bool) -> None:
        """A private chat has no member list."""
        self._has_members = has
        self._arrange()

    def toggle_members(self) -> None:
        """Show the member list, or put it away."""
        if self.right_folded:
            self._toggle_overlay(self._right)
        else:
            self._members_wanted = not self._members_wanted
            self._arrange()

    def toggle_left(self) -> None:
        """Open or close the left list where it is folded away."""
        if self.left_folded:
            self._toggle_overlay(self._left)

    def close_overlay(self) -> None:
        """Put away what lies over the messages."""
        self._overlay = None
        self._arrange()

    def widths(self) -> list[int]:
        """Widths of left and right in pixels at 100 %."""
        return list(self._widths)

    def set_widths(self, widths: list[int]) -> None:
        """The opposite of `widths`; what makes no sense is brought within bounds."""
        if len(widths) == len(self._widths):
            left, right = widths
            self._widths = [
                max(LEFT_LEAST, min(LEFT_MOST, left)),
                max(RIGHT_LEAST, min(RIGHT_MOST, right)),
            ]
            self._arrange()

    # --- inside -------------------------------------------------------------------------------

    def _effective(self) -> float:
        return self.width() / theme.zoom()

    def _toggle_overlay(self, pane: QWidget) -> None:
        self._overlay = None if self._overlay is pane else pane
        self._arrange()
        if self._overlay is not None:
            pane.setFocus(Qt.ShortcutFocusReason)

    def _keep_widths(self) -> None:
        for number, pane in enumerate((self._left, self._right)):
            if pane.isVisible() and pane is not self._overlay:
                self._widths[number] = round(pane.width() / theme.zoom())

    def _arrange(self) -> None:
        """Put every pane where it belongs at this width."""
        if (self._overlay is self._left and not self.left_folded) or (
            self._overlay is self._right and not (self.right_folded and self._has_members)
        ):
            self._overlay = None
        self._place(self._left, 0, beside=not self.left_folded, limits=(LEFT_LEAST, LEFT_MOST))
        beside = not self.right_folded and self._members_wanted and self._has_members
        self._place(self._right, 2, beside=beside, limits=(RIGHT_LEAST, RIGHT_MOST))
        self._middle.setMinimumWidth(0 if self.left_folded else px(MIDDLE_LEAST))
        left, right = (px(width) for width in self._widths)
        left, right = left * (not self.left_folded), right * beside
        self._splitter.setGeometry(self.rect())
        sizes = {self._left: left, self._middle: self.width() - left - right, self._right: right}
        self._splitter.setSizes([sizes[self._splitter.widget(n)] for n in range(self._splitter.count())])
        self._scrim.setGeometry(self.rect())
        self._scrim.setVisible(self._overlay is not None)
        if self._overlay is not None:
            width = min(px(OVERLAY_WIDTH), self.width() - px(40))
            at = 0 if self._overlay is self._left else self.width() - width
            self._scrim.raise_()
            self._overlay.setGeometry(at, 0, width, self.height())
            self._overlay.raise_()
        self.arranged.emit()

    def _place(self, pane: QWidget, position: int, *, beside: bool, limits: tuple[int, int]) -> None:
        """Into the splitter, there shown or hidden; only an overlay is taken out of it.

        (Taking a pane out deletes a handle of the splitter: nothing to do while Qt restyles all widgets.)
        """
        over = pane is self._overlay
        if over and self._splitter.indexOf(pane) >= 0:
            pane.setParent(self)
        elif not over and self._splitter.indexOf(pane) < 0:
            self._splitter.insertWidget(position, pane)
        pane.setMinimumWidth(px(limits[0]) if beside else 0)
        pane.setMaximumWidth(px(LEFT_MOST) if over else px(limits[1]))
        pane.setVisible(beside or over)

    def minimumSizeHint(self) -> QSize:
        """It fits anywhere: what finds no place is folded away."""
        return QSize(px(160), px(120))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, perhaps another arrangement."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom, perhaps another arrangement."""
        super().changeEvent(event)
        if event.type() == QEvent.StyleChange and hasattr(self, "_scrim"):
            self._arrange()


class _Scrim(QWidget):
    """Darkens what lies under an overlay; a click on it closes the overlay."""

    clicked = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Half-transparent black."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 110))
        painter.end()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Close."""
        self.clicked.emit()
