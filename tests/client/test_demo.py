"""The window that talks by itself: what it takes for drawn text, and what it says when something is amiss."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QRect, Qt
from PyQt5.QtGui import QPainter, QPixmap
from PyQt5.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from client import demo

AREA = QRect(0, 0, 200, 40)


@pytest.fixture
def paper(qapp: object) -> QPixmap:
    picture = QPixmap(AREA.size())
    picture.fill(Qt.white)
    return picture


@pytest.mark.parametrize("width", range(100, 108))
def test_an_empty_area_has_no_ink_whatever_its_width(paper: QPixmap, width: int) -> None:
    assert demo.ink(paper, QRect(0, 0, width, 40)) == 0


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_a_short_word_is_enough_ink_on_every_kind_of_screen(paper: QPixmap, ratio: float) -> None:
    picture = paper.scaled(AREA.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    painter = QPainter(picture)
    painter.drawText(AREA, Qt.AlignRight, "halo")
    painter.end()
    assert demo.ink(picture, AREA) >= demo.INK_PIXELS
    assert demo.ink(picture, QRect(0, 0, 100, 40)) == 0


def test_a_missing_widget_is_named(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    label = QLabel(page)
    label.setObjectName("composer")
    assert demo.widget(page, QLabel, "composer") is label
    with pytest.raises(demo.DemoError, match="the window has no composer"):
        demo.widget(page, QLineEdit, "composer")


def steps(*awaited: str, error: Exception | None = None) -> Iterator[str]:
    yield from awaited
    if error:
        raise error


def ended(qtbot: QtBot, to_do: Iterator[str]) -> list[str]:
    """Run these steps and return what was reported."""
    window = QWidget()
    qtbot.addWidget(window)
    problems: list[str] = []
    demo.Talk(window, to_do, problems.append)
    qtbot.waitUntil(lambda: bool(problems))
    return problems


def test_steps_that_come_to_their_end_are_reported_once_without_a_problem(qtbot: QtBot) -> None:
    assert ended(qtbot, steps("the others", "the last paint")) == [""]


def test_what_goes_wrong_is_reported(qtbot: QtBot) -> None:
    assert ended(qtbot, steps("one", error=demo.DemoError("no ink"))) == ["no ink"]


def test_a_mistake_of_ours_is_reported_and_not_hidden(qtbot: QtBot) -> None:
    with qtbot.captureExceptions() as caught:
        assert ended(qtbot, steps(error=RuntimeError("oh"))) == ["RuntimeError('oh')"]
    assert [str(error) for _, error, _ in caught] == ["oh"]


def test_waiting_has_an_end(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "PATIENCE_S", 0.0)
    assert ended(qtbot, steps(*["Budi"] * 100)) == ["waited in vain for Budi"]
