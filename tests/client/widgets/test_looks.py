"""Where things stand that once stood wrong: in little room, in much room, beside a focus ring."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import QRect
from PyQt5.QtWidgets import QApplication, QPushButton, QSplitter, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from client import language, theme
from client.order import Pinned, PinsShown
from client.theme import px
from client.widgets.context_bar import ContextBar
from client.widgets.controls import FocusRing
from client.widgets.key_sheet import KeySheet
from client.widgets.message_view import MessageView
from client.widgets.new_room_form import NewRoomForm
from client.widgets.paste_bar import PasteBar
from client.widgets.pin_panel import PinPanel
from client.widgets.settings_pages import AppearancePage
from client.widgets.settings_panel import SettingsPanel
from tests.client.widgets.scene import START


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    """What sheets lie over is its only child."""
    made = QWidget()
    qtbot.addWidget(made)
    QVBoxLayout(made).setContentsMargins(0, 0, 0, 0)
    return made


def over(page: QWidget, width: int, height: int = 600) -> QWidget:
    """The messages, as large as the page."""
    messages = QWidget(page)
    layout = page.layout()
    assert layout is not None
    layout.addWidget(messages)
    page.resize(width, height)
    page.show()
    return messages


def place(widget: QWidget, page: QWidget) -> QRect:
    """Where it is on the page."""
    return QRect(widget.mapTo(page, widget.rect().topLeft()), widget.size())


@pytest.mark.parametrize("code", ["en", "id"])
def test_the_question_about_a_paste_is_whole_at_480_px_and_200_percent(
    qapp: QApplication, page: QWidget, code: str
) -> None:
    language.switch(code)
    theme.apply(qapp, theme.LIGHT, 2.0)
    bar = PasteBar(over(page, 448))
    bar.resize(448, px(44))
    bar.ask("line\n" * 24, code=True)
    assert bar.title.width() >= bar.title.sizeHint().width()
    assert "…" not in bar.as_text.text() + bar.as_code.text()


def test_the_quote_stands_beside_its_name_in_a_wide_window(page: QWidget) -> None:
    bar = ContextBar(over(page, 1600))
    bar.resize(1600, px(32))
    bar.show_context("reply", "Reply to Budi", "a quote")
    QApplication.processEvents()
    assert bar.text.geometry().left() < px(160)
    assert bar.close_button.geometry().right() > 1580


def test_settings_and_keys_stand_in_the_middle_of_a_wide_window(page: QWidget) -> None:
    messages = over(page, 1920, 1000)
    for sheet in (SettingsPanel(messages, [AppearancePage()]), KeySheet(messages)):
        sheet.show()
        sheet.setGeometry(page.rect())
        QApplication.processEvents()
        left = place(sheet.title, page).left()
        right = 1920 - place(sheet.close_button, page).right()
        assert left > 400
        assert abs(left - right) < px(16)


def test_the_buttons_of_pins_are_never_cut_off(qapp: QApplication, page: QWidget) -> None:
    language.switch("id")
    theme.apply(qapp, theme.LIGHT, 2.0)
    messages = over(page, 480)
    panel = PinPanel(messages)
    shown = PinsShown("#lobby", (Pinned("m1", "Bu Ratna", "**Ingat:** hari _Jumat_", START, own=False),))
    panel.show_pins(shown, 1, may_unpin=True)
    QApplication.processEvents()
    (row,) = panel.rows
    assert row.text.text() == "Ingat: hari Jumat"
    assert place(row.unpin_button, page).right() < 480 - px(8)
    panel.hide()
    page.resize(1600, 600)
    panel.show_pins(shown, 1, may_unpin=True)
    QApplication.processEvents()
    assert place(panel.rows[0].unpin_button, page).right() <= 800 * 2


def test_what_is_on_or_off_in_a_new_room_has_a_box_that_is_ticked(page: QWidget) -> None:
    form = NewRoomForm(over(page, 480))
    form.renew()
    form.resize(400, 400)
    form.show()
    before = form.hidden.grab().toImage()
    form.hidden.click()
    assert form.hidden.isChecked()
    assert form.hidden.grab().toImage() != before


def test_in_a_low_window_the_last_line_of_the_empty_text_is_whole(qtbot: QtBot) -> None:
    view = MessageView()
    qtbot.addWidget(view)
    view.resize(400, 60)
    view.show()
    view.set_empty_text("Rina\noffline\nNo messages yet.")
    assert view._empty.text() == "offline\nNo messages yet." or view._empty.text() == "No messages yet."
    view.resize(400, 300)
    assert view._empty.text() == "Rina\noffline\nNo messages yet."


def test_a_ring_finds_room_around_a_button_but_is_no_pane_of_a_splitter(qapp: QApplication, qtbot: QtBot) -> None:
    splitter = QSplitter()
    qtbot.addWidget(splitter)
    outer = QWidget()
    splitter.addWidget(outer)
    inner = QWidget(outer)
    inner.setGeometry(20, 20, 100, 40)
    roomy, tight = QPushButton("a", inner), QPushButton("b", outer)
    roomy.setGeometry(0, 0, 100, 40)
    tight.setGeometry(0, 0, 10, 10)
    splitter.resize(300, 200)
    splitter.show()
    ring = FocusRing(qapp)
    qapp.focusChanged.disconnect(ring._follow)
    ring._follow(None, roomy)
    assert ring._ring is not None
    assert ring._ring.parentWidget() is outer
    inner.move(40, 20)
    assert ring._ring.geometry().left() == 40 - px(4)
    ring._follow(roomy, tight)
    assert ring._ring.parentWidget() is outer
    assert splitter.count() == 1
