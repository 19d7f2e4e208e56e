"""The small controls that several screens use."""

from __future__ import annotations

import pytest
from PyQt5 import sip
from PyQt5.QtGui import QColor
from PyQt5.QtWidgets import QApplication, QComboBox, QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from client import theme
from client.widgets.controls import ChoiceBox, FittingButton, FocusRing, ProgressLine, TroubleLabel, logo_icon


@pytest.fixture
def button(qtbot: QtBot) -> FittingButton:
    made = FittingButton()
    qtbot.addWidget(made)
    made.set_texts("Connecting… (Esc & Co. to cancel)", "Connecting & …")
    made.show()
    return made


def test_a_button_shows_its_longest_text_where_there_is_room(button: FittingButton) -> None:
    button.resize(button.sizeHint())
    assert button.text() == "Connecting… (Esc && Co. to cancel)"  # Qt writes && for &
    assert not button.toolTip()


def test_a_narrow_button_takes_the_shorter_text_and_tells_the_whole_one(button: FittingButton) -> None:
    button.resize(button.sizeHint().width() - 20, 30)
    assert button.text() == "Connecting && …"
    assert button.toolTip() == button.accessibleName() == "Connecting… (Esc & Co. to cancel)"


def test_a_very_narrow_button_cuts_its_text_with_an_ellipsis(button: FittingButton) -> None:
    button.resize(80, 30)
    assert button.text().endswith("…")
    assert button.fontMetrics().horizontalAdvance(button.text()) < 80
    button.resize(400, 30)
    assert "Esc" in button.text()


def test_the_progress_line_moves_only_while_somebody_can_see_it(qtbot: QtBot) -> None:
    line = ProgressLine()
    qtbot.addWidget(line)
    line.resize(200, 3)
    line.set_running(True)
    assert not line._timer
    line.show()
    before = line.grab().toImage()
    qtbot.waitUntil(lambda: line.grab().toImage() != before)
    line.hide()
    assert not line._timer
    line.show()
    line.set_running(False)
    assert not line._timer


def test_the_choice_box_draws_its_chevron(qtbot: QtBot) -> None:
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.resize(200, 36)
    assert isinstance(box, QComboBox)
    picture = box.grab().toImage()
    colours = {picture.pixel(x, y) for x in range(170, 196) for y in range(12, 26)}
    assert len(colours) > 1


def test_the_logo_is_sharp_at_every_size(qtbot: QtBot) -> None:
    assert {size.width() for size in logo_icon().availableSizes()} == {16, 24, 32, 48, 128}


def test_the_ring_follows_its_button_and_ends_with_it(qtbot: QtBot, qapp: QApplication) -> None:
    rings = FocusRing(qapp)
    frame = QWidget()
    qtbot.addWidget(frame)
    row = QHBoxLayout(frame)
    one, two = QPushButton("one"), QPushButton("two")
    row.addWidget(one)
    row.addWidget(two)
    frame.show()
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    two.setFocus()
    one.setFocus()
    assert rings._ring is not None
    assert rings._ring.geometry().contains(one.geometry())
    frame.resize(600, 200)
    qtbot.waitUntil(lambda: rings._ring is not None and rings._ring.geometry().contains(one.geometry()))
    ring = rings._ring
    one.hide()
    assert sip.isdeleted(ring) or not ring.isVisible()
    rings.deleteLater()


def test_what_is_wrong_has_a_sign_before_its_first_line(qtbot: QtBot) -> None:
    label = TroubleLabel()
    qtbot.addWidget(label)
    label.setText("This message is too long. Shorten it, or send it in parts.")
    label.resize(200, 80)
    label.show()
    error = QColor(theme.current().error)

    def signs() -> list[int]:
        """The lines of pixels with the sign's left edge."""
        picture = label.grab().toImage()
        return [y for y in range(picture.height()) if picture.pixelColor(2, y) == error]

    lines = label.fontMetrics().lineSpacing()
    found = signs()
    assert found
    assert (80 - 3 * lines) / 2 - 2 < found[0] < found[-1] < 80 / 2, "beside the first line, not in the middle"
    assert label.contentsRect().left() >= 20
    theme.mark(label, "tone", "success")
    assert signs() == []
    assert label.contentsRect().left() == 0
    theme.mark(label, "tone", "error")
    label.setText("")
    assert signs() == []
