"""Small controls that several screens use: fitting buttons, the focus ring, the logo, a progress line.

GUI thread only. Imports Qt and the theme.
"""

from __future__ import annotations

from PyQt5 import sip
from PyQt5.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimerEvent
from PyQt5.QtGui import (
    QColor,
    QHideEvent,
    QIcon,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStyledItemDelegate,
    QWidget,
)

from client import theme
from client.widgets import motion


def label(tone: str = "", wrap: bool = False) -> QLabel:
    """A label that shows its text as it is (what a server sends is never taken for HTML)."""
    made = QLabel()
    made.setTextFormat(Qt.PlainText)
    made.setWordWrap(wrap)
    if tone:
        theme.mark(made, "tone", tone)
    return made


class FittingButton(QPushButton):
    """Shows the longest of its texts that fits its width; the last one is cut with "…" if it must.

    The tool tip and the accessible name always carry the first text.
    """

    def __init__(self, parent: QWidget | None = None, kind: str = "") -> None:
        super().__init__(parent)
        self._texts: tuple[str, ...] = ("",)
        self.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Fixed)
        if kind:
            theme.mark(self, "kind", kind)

    def set_texts(self, *texts: str) -> None:
        """The texts, longest first."""
        if texts != self._texts:
            self._texts = texts
            self.setAccessibleName(texts[0])
            self._fit()
            self.updateGeometry()

    def _padding(self) -> int:
        return theme.px(28)

    def _fit(self) -> None:
        room = self.width() - self._padding()
        metrics = self.fontMetrics()
        fitting = next((text for text in self._texts if metrics.horizontalAdvance(text) <= room), None)
        shown = metrics.elidedText(self._texts[-1], Qt.ElideRight, room) if fitting is None else fitting
        self.setText(shown.replace("&", "&&"))
        self.setToolTip("" if shown == self._texts[0] else self._texts[0])

    def sizeHint(self) -> QSize:
        """Room for the longest text."""
        width = self.fontMetrics().horizontalAdvance(self._texts[0]) + self._padding() + 2
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """A button may become narrow: its text gives way."""
        return QSize(theme.px(64), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the text anew."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """The zoom changes how much fits."""
        super().changeEvent(event)
        if event.type() in {QEvent.FontChange, QEvent.StyleChange}:
            self._fit()


class ChoiceBox(QComboBox):
    """An editable combo box with a chevron of ours (a style sheet could draw it only from a file)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setItemDelegate(QStyledItemDelegate(self))  # the usual one does not ask the style sheet for its rows

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box as Qt draws it, and the chevron over it."""
        super().paintEvent(event)
        paint_chevron(self)


def paint_chevron(box: QComboBox) -> None:
    """The sign at the right of a box that a list opens."""
    painter = QPainter(box)
    painter.setRenderHint(QPainter.Antialiasing)
    colour = theme.current().secondary if box.isEnabled() else theme.current().disabled
    painter.setPen(QPen(QColor(colour), theme.px(1.5), Qt.SolidLine, Qt.RoundCap, Qt.RoundJoin))
    middle = QPoint(box.width() - theme.px(17), box.height() // 2 + theme.px(1))
    reach = theme.px(4)
    painter.drawPolyline(
        middle + QPoint(-reach, -reach // 2), middle + QPoint(0, reach // 2), middle + QPoint(reach, -reach // 2)
    )
    painter.end()


class ProgressLine(QWidget):
    """A thin line along which a piece of accent runs while something goes on; empty otherwise.

    Where nothing may move, the piece stands in the middle.
    """

    STEP_MS = 33
    ROUND_MS = 1400

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._running = False
        self._timer = 0
        self._elapsed_ms = 0

    def set_running(self, running: bool) -> None:
        """Start or stop."""
        self._running = running
        self._elapsed_ms = 0
        self._follow()

    def _follow(self) -> None:
        wanted = self._running and self.isVisible() and not motion.reduced()
        if wanted and not self._timer:
            self._timer = self.startTimer(self.STEP_MS)
        elif not wanted and self._timer:
            self.killTimer(self._timer)
            self._timer = 0
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Move only while somebody can see it."""
        super().showEvent(event)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Cost nothing while hidden."""
        super().hideEvent(event)
        self._follow()

    def timerEvent(self, _event: QTimerEvent) -> None:
        """One step."""
        self._elapsed_ms = (self._elapsed_ms + self.STEP_MS) % self.ROUND_MS
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The line, and the piece where it is now."""
        if not self._running:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(Qt.NoPen)
        radius = self.height() / 2
        painter.setBrush(QColor(theme.current().line))
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        piece = self.width() * 0.3
        left = (self.width() - piece) / 2
        if self._timer:
            left = -piece + (self.width() + piece) * self._elapsed_ms / self.ROUND_MS
        painter.setBrush(QColor(theme.current().accent))
        painter.drawRoundedRect(QRectF(left, 0, piece, self.height()), radius, radius)


class AlertIcon(QWidget):
    """A disc with an exclamation mark, in the error colour."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Drawn, so that the first screen needs no SVG."""
        painter = QPainter(self)
        _paint_alert(painter, QPointF(0, 0), min(self.width(), self.height()), theme.current().error_row)
        painter.end()


def _paint_alert(painter: QPainter, at: QPointF, side: float, ink: str) -> None:
    painter.setRenderHint(QPainter.Antialiasing)
    painter.translate(at)
    painter.setPen(Qt.NoPen)
    painter.setBrush(QColor(theme.current().error))
    painter.drawEllipse(QRectF(0, 0, side, side))
    painter.setBrush(QColor(ink))
    bar = side * 0.13
    painter.drawRoundedRect(QRectF((side - bar) / 2, side * 0.24, bar, side * 0.32), bar / 2, bar / 2)
    painter.drawEllipse(QRectF((side - bar) / 2, side * 0.64, bar, bar))


class TroubleLabel(QLabel):
    """A sentence about what is wrong, with the sign of that before it; without the sign in another tone (`theme`)."""

    SIDE, GAP = 14, 6

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.PlainText)
        self.setWordWrap(True)
        theme.mark(self, "tone", "error")
        self._renew()

    def _renew(self) -> None:
        self.setContentsMargins(theme.px(self.SIDE + self.GAP) if self.property("tone") == "error" else 0, 0, 0, 0)

    def event(self, event: QEvent) -> bool:
        """Follow zoom and tone."""
        if event.type() in {QEvent.StyleChange, QEvent.DynamicPropertyChange}:
            self._renew()
        return bool(super().event(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, and the sign beside its first line."""
        super().paintEvent(event)
        if self.property("tone") == "error" and self.text():
            painter = QPainter(self)
            side, line = theme.px(self.SIDE), self.fontMetrics().height()
            lines = self.fontMetrics().boundingRect(self.contentsRect(), Qt.TextWordWrap, self.text()).height()
            top = max(0, (self.height() - lines) / 2) + (line - side) / 2
            _paint_alert(painter, QPointF(0, top), side, theme.current().window)
            painter.end()


class Logo(QWidget):
    """The mark of the program."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """At whatever size it was given."""
        painter = QPainter(self)
        paint_logo(painter, QRectF(self.rect()))


def paint_logo(painter: QPainter, box: QRectF) -> None:
    """Two speech bubbles on a rounded square."""
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setPen(Qt.NoPen)
    side = box.width()
    painter.setBrush(QColor(theme.LIGHT.accent))
    painter.drawRoundedRect(box, side * 0.24, side * 0.24)
    bubble = QPainterPath()
    bubble.addRoundedRect(
        QRectF(box.x() + side * 0.2, box.y() + side * 0.24, side * 0.6, side * 0.42), side * 0.13, side * 0.13
    )
    tail = QPainterPath()
    tail.moveTo(box.x() + side * 0.3, box.y() + side * 0.6)
    tail.lineTo(box.x() + side * 0.3, box.y() + side * 0.82)
    tail.lineTo(box.x() + side * 0.52, box.y() + side * 0.62)
    tail.closeSubpath()
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawPath(bubble.united(tail))
    painter.setBrush(QColor(theme.LIGHT.accent))
    dot = side * 0.085
    for place in (0.36, 0.5, 0.64):
        painter.drawEllipse(QRectF(box.x() + side * place - dot / 2, box.y() + side * 0.45 - dot / 2, dot, dot))


def logo_icon() -> QIcon:
    """The mark as an icon for windows and task bars."""
    icon = QIcon()
    for side in (16, 24, 32, 48, 128):
        picture = QPixmap(side, side)
        picture.fill(Qt.transparent)
        painter = QPainter(picture)
        paint_logo(painter, QRectF(0, 0, side, side))
        painter.end()
        icon.addPixmap(picture)
    return icon


def _around(target: QWidget, ground: QWidget) -> QRect:
    """Where the ring is to be drawn on that widget."""
    reach = theme.px(2) + theme.px(theme.current().focus_width)
    return QRect(target.mapTo(ground, QPoint()), target.size()).adjusted(-reach, -reach, reach, reach)


def _ground(target: QWidget) -> tuple[list[QWidget], QWidget]:
    """The nearest widget with room for a ring around the target, else its parent; with what may move upon it."""
    moving = [target]
    while True:
        ground = moving[-1].parentWidget()
        if ground.rect().contains(_around(target, ground)) and not isinstance(ground, QSplitter):  # a pane of it
            return moving, ground
        if ground.isWindow() or isinstance(ground.parentWidget(), QAbstractScrollArea):
            return [target], target.parentWidget()
        moving.append(ground)


class _Ring(QWidget):
    """The ring itself: a sibling of the button, around it, that lets the mouse through."""

    def __init__(self, target: QAbstractButton) -> None:
        moving, ground = _ground(target)
        super().__init__(ground)
        self._target = target
        self.setAttribute(Qt.WA_TransparentForMouseEvents)
        for widget in moving:
            widget.installEventFilter(self)
        self._place()

    def _place(self) -> None:
        around = _around(self._target, self.parentWidget())
        self.setGeometry(around.intersected(self.parentWidget().rect()))  # where there is no room around it, within it
        self.setVisible(self._target.isVisible())
        self.raise_()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Move, QEvent.Resize, QEvent.Show, QEvent.Hide}:
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        width = theme.px(theme.current().focus_width)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().focus), width))
        inset = width / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, theme.px(8), theme.px(8))


class FocusRing(QObject):
    """Shows which button the keyboard is on: a ring around it, with a gap (design: 2 px, 2 px gap).

    A style sheet can only draw inside a button, where a ring on the accent fill is hardly seen. A
    button that was clicked shows none: the person knows where the mouse is.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._ring: _Ring | None = None
        app.focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._ring is not None and not sip.isdeleted(self._ring):
            self._ring.hide()
            self._ring.deleteLater()
        self._ring = None
        if isinstance(now, QAbstractButton) and not now.isWindow() and not int(QApplication.mouseButtons()):
            self._ring = _Ring(now)
