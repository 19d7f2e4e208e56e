"""What a person needs who sees little, or has no mouse: names, focus that is seen, a way by key to every control.

Walks the controls of every page and panel. What screen readers are told of messages is in test_models.py, the contrast
of colours in test_theme.py, every key in test_keys.py (docs/accessibility.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5 import sip
from PyQt5.QtCore import QPoint, QRect, QRectF, Qt, QTimer
from PyQt5.QtGui import QColor, QImage, QPainter
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QButtonGroup,
    QComboBox,
    QLabel,
    QLineEdit,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from client import language, theme
from client.changes import Hit, LoginFailed, Problem, SearchResults
from client.choosing import Choosing
from client.order import Kept, Roll, RollShown
from client.session import Session
from client.settings import Settings
from client.widgets import motion
from client.widgets.choices import Option, Tick
from client.widgets.controls import AlertIcon, FittingButton, FocusRing, ProgressLine
from client.widgets.elided import ElidedButton, ElidedLabel
from client.widgets.motion import Flash, Spinner
from client.widgets.side_list import Presence, draw_presence
from client.window import MainWindow
from tests.client.test_keys import Person
from tests.client.test_writing import ALL

pytestmark = pytest.mark.qt_log_ignore(
    r"^QObject::connect: No such signal QPlatformNativeInterface::systemTrayWindowChanged\(QScreen\*\)$", extend=True
)

MOST_STEPS = 60
"""Tab meets every control of a page in fewer steps."""


class Place:
    """A window that can be brought into each of its states."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.person = Person(window)

    @property
    def choosing(self) -> Choosing:
        found = self.window.findChild(Choosing)
        assert found is not None
        return found

    def login(self) -> QWidget:
        return self.window.login_page

    def login_error(self) -> QWidget:
        self.window.login_page.show_problem(LoginFailed(Problem.NAME_TAKEN, "lab2", 8888, "Siti", "Siti2"))
        return self.window.login_page

    def certificate(self) -> QWidget:
        self.window.network.memory.trust.remember("lab2", 8888, "00" * 32)
        failure = LoginFailed(Problem.CERTIFICATE_CHANGED, "lab2", 8888, "Siti", text="11" * 32)
        self.window._show_failure(self.window.network, failure)
        return self.window._stack.currentWidget()

    def chat(self) -> QWidget:
        self.person.enter()
        self.window.resize(1000, 600)
        return self.window.chat_page

    def answering(self) -> QWidget:
        self.chat()
        self.person.to_messages("pagi")
        self.person.type_key("R")
        return self.window.chat_page

    def renaming(self) -> QWidget:
        self.chat()
        self.window.chat_page.rooms.account.start_renaming()
        return self.window.chat_page.rooms.account

    def search_bar(self) -> QWidget:
        self.chat()
        page = self.window.chat_page
        page.finding.open_room()
        page.finding.results(SearchResults("halo", "#lobby", (self.hit,), more=False))
        return page.search_bar

    def search_panel(self) -> QWidget:
        self.chat()
        page = self.window.chat_page
        page.finding.open_everywhere()
        page.finding.panel.field.setText("halo")
        page.finding.panel.show_results(SearchResults("halo", "", (self.hit,), more=False))
        return page.finding.panel

    def question(self) -> QWidget:
        self.chat()
        self.window.chat_page.ordering._ask_mute("#lobby", "Budi")
        return self.window.chat_page.ask_panel

    def words(self) -> QWidget:
        self.chat()
        ordering = self.window.chat_page.ordering
        ordering.shown(RollShown("#lobby", Roll.WORDS, (Kept("kasar", "kasar", by="Pak Adi"),)))
        return ordering.roll

    def emoji(self) -> QWidget:
        self.chat()
        button = self.window.chat_page.composer.emoji_button
        button.toggle()
        assert button.panel is not None
        return button.panel

    def keys(self) -> QWidget:
        self.chat()
        self.choosing.open_keys()
        return self.choosing.key_sheet

    def settings(self, number: int) -> QWidget:
        self.chat()
        self.choosing.open()
        self.choosing.panel.show_page(number)
        return self.choosing.panel

    @property
    def hit(self) -> Hit:
        return Hit("#lobby", "#lobby", "m1", "Budi", "halo semua", 1_795_145_400.0)


STATES: dict[str, Callable[[Place], QWidget]] = {
    name: getattr(Place, name)
    for name in (
        "login", "login_error", "certificate", "chat", "answering", "renaming", "search_bar", "search_panel",
        "question", "words", "emoji", "keys",
    )
}  # fmt: skip
for _number, _name in enumerate(("account", "look", "notices", "access", "language", "rest")):
    STATES[f"settings-{_name}"] = lambda place, number=_number: place.settings(number)  # type: ignore[misc]  # mypy: lambda


@pytest.fixture
def place(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(Session, "abilities", ALL)
    qapp.setCursorFlashTime(0)  # or two pictures of the same field differ by the blinking cursor
    ring = FocusRing(qapp)
    window = MainWindow(Settings(tmp_path))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield Place(window)
    window.quit()
    ring.deleteLater()
    qapp.focusChanged.disconnect(ring._follow)
    motion.choose(None)
    language.switch("en")
    theme.apply(qapp, theme.LIGHT, 1.0)


def controls(root: QWidget) -> list[QWidget]:
    """What can have the keyboard in this part of the window."""
    found = [root, *root.findChildren(QWidget)]
    return [
        widget
        for widget in found
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.TabFocus
        and widget.focusProxy() is None
        and not isinstance(widget.parentWidget(), QComboBox)  # its line edit is told by the box
    ]


def called(widget: QWidget) -> str:
    """The name a screen reader says, as Qt makes it."""
    if widget.accessibleName():
        return widget.accessibleName()
    window = widget.window()
    for label in window.findChildren(QLabel):
        if label.buddy() is widget:
            return label.text()
    return widget.text() if isinstance(widget, QAbstractButton) else ""


def seen_at(widget: QWidget) -> QRect:
    """Where the widget (of a list, the row with the keyboard) stands in its window, with room for a ring around it."""
    place, inside = widget, widget.rect()
    if isinstance(widget, QAbstractItemView) and widget.currentIndex().isValid():
        place, inside = widget.viewport(), widget.visualRect(widget.currentIndex())
    reach = theme.px(6)
    corner = place.mapTo(widget.window(), inside.topLeft())
    return QRect(corner, inside.size()).adjusted(-reach, -reach, reach, reach)


def picture(window: QWidget, area: QRect) -> QImage:
    for _ in range(3):
        QApplication.processEvents()
    return window.grab(area.intersected(window.rect())).toImage()


def ring_pixels(image: QImage) -> int:
    """So many pixels have the colour of the focus ring."""
    plain = image.convertToFormat(QImage.Format_RGB32)
    pixels = memoryview(plain.constBits().asstring(plain.sizeInBytes())).cast("I").tolist()
    return int(pixels.count(QColor(theme.current().focus).rgb()))


@pytest.mark.parametrize("state", STATES)
def test_every_control_has_a_name(place: Place, state: str) -> None:
    nameless = [f"{type(widget).__name__} {widget.objectName()}" for widget in controls(STATES[state](place))
                if not called(widget).strip()]  # fmt: skip
    assert nameless == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("look", ["light", "contrast"])
def test_it_is_seen_where_the_keyboard_is(place: Place, state: str, look: str) -> None:
    place.window.appearance.set_theme(look)
    unseen = []
    root = STATES[state](place)
    elsewhere = QLineEdit(root)  # where the keyboard is meanwhile
    elsewhere.setGeometry(0, 0, 1, 1)
    elsewhere.show()
    for widget in controls(root):
        if widget is elsewhere:
            continue
        widget.setFocus(Qt.TabFocusReason)
        area = seen_at(widget)
        assert widget.hasFocus()
        focused = ring_pixels(picture(widget.window(), area))
        elsewhere.setFocus(Qt.TabFocusReason)
        gained = focused - ring_pixels(picture(widget.window(), area))
        if gained < theme.current().focus_width * min(area.width(), area.height()):
            unseen.append((f"{type(widget).__name__} {called(widget)}", gained))
    assert unseen == []


def one_of(widget: QWidget) -> list[QWidget]:
    """The answers to the same question: the arrow keys go from one to the other."""
    if not isinstance(widget, QAbstractButton):
        return []
    group: QButtonGroup | None = widget.group()
    if group is not None and group.exclusive():
        return list(group.buttons())
    return [*widget.parentWidget().findChildren(type(widget))] if widget.autoExclusive() else []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("key", [Qt.Key_Tab, Qt.Key_Backtab], ids=["forward", "back"])
def test_every_control_is_reached_by_tab(place: Place, state: str, key: Qt.Key) -> None:
    root = STATES[state](place)
    wanted = set(controls(root))
    begun: QWidget | None = QApplication.focusWidget()
    if begun is None or not root.isAncestorOf(begun):
        root.setFocus(Qt.TabFocusReason)
    met: set[QWidget] = set()
    for _ in range(MOST_STEPS):
        focused = QApplication.focusWidget()
        met |= {focused, focused.parentWidget(), *one_of(focused)}  # the parent: a box whose line edit has it
        if wanted <= met:
            break
        QTest.keyClick(focused, key)
    assert [f"{type(widget).__name__} {called(widget)}" for widget in wanted - met] == []


@pytest.mark.parametrize("state", STATES)
def test_what_a_mouse_can_click_has_the_keyboard_too(place: Place, state: str) -> None:
    root = STATES[state](place)
    without = {
        widget.objectName() or type(widget).__name__
        for widget in root.findChildren(QAbstractButton)
        if widget.isVisible()
        and widget.isEnabled()
        and not widget.focusPolicy() & Qt.TabFocus
        and not isinstance(widget, QRadioButton)  # the arrow keys go from one to the other
    }
    assert without <= {"emoji_button"}  # Ctrl+E does what the button does


def cut(root: QWidget) -> list[str]:
    """Texts of which not all is seen, and that no tooltip shows whole."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton) or not widget.text():
            continue
        if isinstance(widget, ElidedLabel | ElidedButton | FittingButton) or widget.objectName() == "last_message":
            continue  # these end in "…" and show the rest when asked; that label is for screen readers only
        room, wraps = widget.size(), isinstance(widget, QLabel) and widget.wordWrap()
        needed = (
            widget.heightForWidth(room.width()) if widget.hasHeightForWidth() else widget.minimumSizeHint().height()
        )
        words = widget.text().split() if wraps or isinstance(widget, Tick | Option) else [widget.text()]
        widest = max(widget.fontMetrics().horizontalAdvance(word) for word in words)
        inside = widget.parentWidget().rect()
        beyond = widget.geometry().left() < inside.left() or widget.geometry().right() > inside.right()
        if needed > room.height() or widest > room.width() or beyond:
            found.append(f"{type(widget).__name__} {widget.text()}")
    return found


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("code", "zoom", "size"),
    [("en", 2.0, (480, 400)), ("id", 2.0, (480, 400)), ("id", 1.5, (1366, 768)), ("en", 0.75, (1040, 680))],
)
def test_nothing_is_cut_at_any_zoom(place: Place, state: str, code: str, zoom: float, size: tuple[int, int]) -> None:
    root = STATES[state](place)
    place.window.appearance.set_zoom(zoom)
    language.switch(code)
    place.window.resize(*size)
    for _ in range(20):  # one pass of the layout follows from another
        QApplication.processEvents()
        if sip.isdeleted(root) or not cut(root):  # what pops up goes when everything is rearranged
            return
    assert cut(root) == []


def test_in_high_contrast_the_ring_is_three_pixels_of_cyan(place: Place) -> None:
    place.window.appearance.set_theme("contrast")
    page = place.chat()
    box = place.window.chat_page.composer.box
    box.setFocus(Qt.TabFocusReason)
    image = picture(page.window(), QRect(box.mapTo(page.window(), QPoint(0, 0)), box.size()))
    cyan, middle = QColor("#00FFFF").rgb(), image.height() // 2
    assert sum(image.pixel(x, middle) == cyan for x in range(10)) == 3


def test_presence_is_a_shape_not_only_a_colour() -> None:
    shapes = []
    for presence in Presence:
        image = QImage(12, 12, QImage.Format_RGB32)
        image.fill(Qt.white)
        painter = QPainter(image)
        draw_presence(painter, QRectF(1, 1, 10, 10), presence)
        painter.end()
        dark = [QColor(image.pixel(x, y)).lightness() < 200 for x in range(12) for y in range(12)]
        shapes.append(tuple(dark))
    assert len(set(shapes)) == len(Presence)
    filled, barred, empty = (shape[6 * 12 + 6] for shape in shapes)
    assert (filled, barred, empty) == (True, True, False)


def test_an_error_is_told_by_a_sign_and_in_words(place: Place) -> None:
    root = place.login_error()
    assert [icon for icon in root.findChildren(AlertIcon) if icon.isVisible()]
    assert any("Siti" in label.text() for label in root.findChildren(QLabel) if label.isVisible())


def test_nothing_moves_where_nothing_may(qtbot: QtBot) -> None:
    motion.choose(reduce=True)
    try:
        holder = QWidget()
        qtbot.addWidget(holder)
        flash, spinner, line = Flash(holder), Spinner(holder), ProgressLine(holder)
        steps: list[bool] = []
        flash.start("m1")
        flash.changed.connect(lambda: steps.append(True))
        flash.step()
        image = QImage(20, 20, QImage.Format_RGB32)
        painter = QPainter(image)
        spinner.paint(painter, QRectF(0, 0, 20, 20), "#000000")
        painter.end()
        holder.show()
        line.set_running(True)
        running = [timer for timer in spinner.findChildren(QTimer) if timer.isActive()]
        assert (steps, running, line._timer) == ([], [], 0)
    finally:
        motion.choose(None)


def test_the_newest_message_of_others_is_there_to_be_announced(place: Place) -> None:
    page = place.chat()
    place.person.server(":Budi!u@h PRIVMSG #lobby :ada kuis")
    told = page.findChild(QLabel, "last_message")
    assert told is not None
    assert told.text().startswith("Budi, ")
    assert told.text().endswith(", ada kuis")
    place.person.server(":Siti!u@h PRIVMSG #lobby :siap")
    assert told.text().endswith(", ada kuis")
