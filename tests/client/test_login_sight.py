"""The login page in a low window: what is wrong, and the field that it is about, are in sight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QPoint, QRect, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from client import language, theme
from client.changes import LinkState, Problem
from client.widgets.sight_area import SightArea
from tests.client.login_page import Page, focus, on_screen


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[Page]:
    with on_screen(qtbot) as made:
        yield made


@pytest.fixture(params=[(480, 400, 2.0, "id"), (480, 400, 2.0, "en"), (320, 400, 1.0, "id")], ids=str)
def low(page: Page, request: pytest.FixtureRequest) -> Page:
    """The page in a window that shows a part of it only, scrolled to the end, with all options open."""
    width, height, zoom, code = request.param
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.LIGHT, zoom)
    language.switch(code)
    page.page.resize(width, height)
    page.page.more.toggle.setChecked(True)
    QApplication.processEvents()
    bar = page.find(SightArea, "").verticalScrollBar()
    bar.setValue(bar.maximum())
    assert not in_sight(page, page.host)
    return page


def in_sight(page: Page, *widgets: QWidget) -> bool:
    """Whether all of these are seen whole."""
    for _ in range(3):
        QApplication.processEvents()
    port = page.find(SightArea, "").viewport()
    return all(port.rect().contains(QRect(each.mapTo(port, QPoint()), each.size())) for each in widgets)


def test_a_wrong_name_is_in_sight_with_its_caption_and_what_is_wrong_with_it(low: Page) -> None:
    low.name.setText("")
    QTest.keyClick(focus(), Qt.Key_Return)
    assert low.page._name_trouble.text()
    assert in_sight(low, low.page._name_label, low.name, low.page._name_trouble)
    assert focus() is low.name


def test_a_wrong_port_is_told_in_sight_with_the_way_on_under_the_keyboard(low: Page) -> None:
    low.port.setText("99999")
    low.page.submit()
    assert in_sight(low, low.page._status_box, low.action)
    assert focus() is low.action


def test_a_wrong_address_is_told_in_sight_and_the_way_on_leads_to_its_field(low: Page) -> None:
    low.host.setText("lab 2")
    low.page.submit()
    assert in_sight(low, low.page._status_box)
    assert in_sight(low, focus())
    QTest.mouseClick(low.action, Qt.LeftButton)
    assert focus() in {low.host, low.host_box}
    assert in_sight(low, low.page._host_label, low.host_box)


@pytest.mark.parametrize("problem", [Problem.REFUSED, Problem.NAME_TAKEN, Problem.UNKNOWN_HOST])
def test_why_the_login_failed_is_in_sight(low: Page, problem: Problem) -> None:
    low.fail(problem, "Siti2")
    assert in_sight(low, low.action)
    assert in_sight(low, low.page._status_box) or low.page._status_box.height() > 400


def test_that_it_connects_and_that_this_takes_long_is_in_sight(low: Page) -> None:
    low.page.show_state(LinkState.CONNECTING)
    assert in_sight(low, low.login)
    low.page._slow_timer.timeout.emit()
    assert in_sight(low, low.action)


def test_the_field_for_a_missing_password_is_in_sight_whether_or_not_it_was_open(low: Page) -> None:
    for opened in (True, False):
        low.page.more.toggle.setChecked(opened)
        low.fail(Problem.PASSWORD)
        assert in_sight(low, low.action)
        QTest.mouseClick(low.action, Qt.LeftButton)
        assert focus().objectName() == "password_edit"
        assert in_sight(low, focus())
