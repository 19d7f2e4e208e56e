"""The three parts of the page fold away as the window gets narrow, measured at the zoom in use."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from client import theme
from client.widgets.chat_panes import ChatPanes


class Parts:
    """Three empty panes in a window."""

    def __init__(self, qtbot: QtBot) -> None:
        self.left, self.middle, self.right = QWidget(), QWidget(), QWidget()
        self.panes = ChatPanes(self.left, self.middle, self.right)
        qtbot.addWidget(self.panes)
        self.panes.show()

    def resize(self, width: int) -> None:
        self.panes.resize(width, 500)
        QApplication.processEvents()

    @property
    def visible(self) -> str:
        names = {"left": self.left, "middle": self.middle, "right": self.right}
        return " ".join(name for name, pane in names.items() if pane.isVisible())


@pytest.fixture
def parts(qtbot: QtBot) -> Parts:
    return Parts(qtbot)


@pytest.mark.parametrize("zoom", [1.0, 2.0])
@pytest.mark.parametrize(
    ("width", "visible"),
    [
        (1040, "left middle right"),
        (900, "left middle right"),
        (899, "left middle"),
        (640, "left middle"),
        (639, "middle"),
        (240, "middle"),
    ],
)
def test_what_stands_side_by_side_depends_on_the_effective_width(
    parts: Parts, qapp: QApplication, width: int, visible: str, zoom: float
) -> None:
    theme.apply(qapp, theme.LIGHT, zoom)
    parts.resize(round(width * zoom))
    assert parts.visible == visible


def test_the_first_widths_are_those_of_the_design(parts: Parts) -> None:
    parts.resize(1040)
    assert (parts.left.width(), parts.right.width()) == (220, 200)


@pytest.mark.parametrize("what", ["button", "click beside it", "window grows"])
def test_a_folded_list_opens_over_the_messages_and_goes_again(parts: Parts, what: str) -> None:
    parts.resize(500)
    parts.panes.toggle_left()
    assert parts.visible == "left middle"
    assert parts.left.width() == 280
    assert parts.panes.overlay_open
    if what == "button":
        parts.panes.toggle_left()
    elif what == "click beside it":
        beside = parts.panes.childAt(QPoint(400, 100))
        QTest.mouseClick(beside, Qt.LeftButton)
    else:
        parts.resize(1040)
    assert parts.visible == ("left middle right" if what == "window grows" else "middle")
    assert parts.left.parentWidget() is not parts.panes or not parts.left.isVisible()


def test_members_open_over_the_messages_from_the_right(parts: Parts) -> None:
    parts.resize(700)
    parts.panes.toggle_members()
    assert parts.visible == "left middle right"
    assert parts.right.geometry().right() == 699
    assert parts.panes.overlay_open


def test_in_a_wide_window_the_member_list_can_be_put_away(parts: Parts) -> None:
    parts.resize(1040)
    parts.panes.toggle_members()
    assert parts.visible == "left middle"
    parts.panes.toggle_members()
    assert parts.visible == "left middle right"


def test_a_private_chat_has_no_member_list(parts: Parts) -> None:
    parts.resize(1040)
    parts.panes.set_has_members(False)
    assert parts.visible == "left middle"
    parts.panes.set_has_members(True)
    assert parts.visible == "left middle right"


def test_widths_are_remembered_at_100_percent_and_kept_within_bounds(parts: Parts, qapp: QApplication) -> None:
    parts.resize(1040)
    parts.panes.set_widths([250, 180])
    assert (parts.left.width(), parts.right.width()) == (250, 180)
    parts.panes.set_widths([5, 5000])
    assert parts.panes.widths() == [180, 280]
    parts.panes.set_widths([1])
    assert parts.panes.widths() == [180, 280]
    theme.apply(qapp, theme.LIGHT, 1.5)
    parts.resize(1600)
    assert parts.left.width() == 270
    assert parts.panes.widths() == [180, 280]


def test_the_handle_moves_the_border(parts: Parts) -> None:
    parts.resize(1040)
    parts.panes._splitter.moveSplitter(300, 1)
    assert parts.panes.widths()[0] == 300
    parts.resize(1200)
    assert parts.left.width() == 300
