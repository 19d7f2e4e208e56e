"""The message box: what its keys do, how it grows, and that nothing is ever cut silently."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt5.QtCore import QMimeData, Qt
from PyQt5.QtGui import QInputMethodEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from client.widgets.composer import LIMIT_BYTES, Composer
from client.widgets.message_box import PASTE_CHARACTERS
from translations import set_language


@pytest.fixture
def composer(qtbot: QtBot) -> Composer:
    made = Composer()
    qtbot.addWidget(made)
    made.set_room("#lobby")
    made.resize(600, made.sizeHint().height())
    made.set_page_height(680)
    made.show()
    return made


@pytest.fixture
def sent(composer: Composer) -> list[str]:
    texts: list[str] = []
    composer.send_requested.connect(texts.append)
    return texts


@pytest.mark.parametrize("modifier", [Qt.NoModifier, Qt.ControlModifier, Qt.KeypadModifier])
@pytest.mark.parametrize("key", [Qt.Key_Return, Qt.Key_Enter])
def test_enter_sends(composer: Composer, sent: list[str], key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    QTest.keyClicks(composer.box, "halo")
    QTest.keyClick(composer.box, key, modifier)
    assert sent == ["halo"]
    assert composer.text() == "halo", "the page clears it once the session has taken it"


def test_shift_enter_begins_a_new_line(composer: Composer, sent: list[str]) -> None:
    QTest.keyClicks(composer.box, "a")
    QTest.keyClick(composer.box, Qt.Key_Return, Qt.ShiftModifier)
    QTest.keyClicks(composer.box, "b")
    assert (composer.text(), sent) == ("a\nb", [])


def test_enter_belongs_to_an_input_method_while_it_composes(composer: Composer, sent: list[str]) -> None:
    QTest.keyClicks(composer.box, "halo")
    QApplication.sendEvent(composer.box, QInputMethodEvent("に", []))
    QTest.keyClick(composer.box, Qt.Key_Return)
    assert sent == []
    finished = QInputMethodEvent("", [])
    finished.setCommitString("日")
    QApplication.sendEvent(composer.box, finished)
    QTest.keyClick(composer.box, Qt.Key_Return)
    assert sent == ["halo日"]


def test_nothing_is_sent_while_there_is_nothing_to_send(composer: Composer, sent: list[str]) -> None:
    for text in ("", " ", "\n\n"):
        composer.set_text(text)
        assert not composer.send_button.isEnabled()
        QTest.keyClick(composer.box, Qt.Key_Return)
    assert sent == []
    composer.set_text("x")
    QTest.mouseClick(composer.send_button, Qt.LeftButton)
    assert sent == ["x"]


def test_tab_leaves_the_box(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    composer, other = Composer(window), QLineEdit(window)
    composer.set_room("#lobby")
    layout.addWidget(composer)
    layout.addWidget(other)
    window.show()
    window.activateWindow()
    composer.box.setFocus()
    qtbot.waitUntil(composer.box.hasFocus)
    QTest.keyClick(composer.box, Qt.Key_Tab)
    assert (composer.box.hasFocus(), composer.text()) == (False, "")


def test_paging_and_ctrl_end_scroll_the_messages(composer: Composer) -> None:
    asked: list[object] = []
    composer.page_requested.connect(asked.append)
    composer.newest_requested.connect(lambda: asked.append("newest"))
    for key in (Qt.Key_PageUp, Qt.Key_PageDown):
        QTest.keyClick(composer.box, key)
    QTest.keyClick(composer.box, Qt.Key_End, Qt.ControlModifier)
    assert asked == [-1, 1, "newest"]


# --- size -------------------------------------------------------------------------------------


def height_with(composer: Composer, lines: int) -> int:
    composer.set_text("\n".join("x" for _ in range(lines)))
    return composer.box.height()


def test_the_box_grows_from_one_line_to_eight(composer: Composer) -> None:
    heights = [height_with(composer, lines) for lines in range(1, 12)]
    assert heights[0] == 40
    assert heights[:8] == sorted(set(heights[:8]))
    assert heights[7:] == [heights[7]] * 4
    assert height_with(composer, 1) == 40


def test_a_long_line_counts_as_the_lines_it_is_shown_in(composer: Composer) -> None:
    composer.set_text("kata " * 60)
    assert composer.box.height() > 60


def test_the_box_takes_at_most_two_fifths_of_the_page(composer: Composer) -> None:
    composer.set_page_height(300)
    assert height_with(composer, 20) <= 120
    composer.set_page_height(90)
    assert height_with(composer, 20) == 40


# --- limits -----------------------------------------------------------------------------------


def counter_of(composer: Composer) -> str:
    return composer._counter.text() if composer._counter.isVisible() else ""


def test_a_counter_appears_from_four_fifths_of_the_limit(composer: Composer) -> None:
    composer.set_text("x" * 3199)
    assert counter_of(composer) == ""
    composer.set_text("x" * 3200)
    assert counter_of(composer) == "3,200 / 4,000"
    set_language("id")
    composer.set_text("é" * 1700)
    assert counter_of(composer) == "3.400 / 4.000"


def test_what_is_too_long_is_not_sent_and_a_sentence_says_so(composer: Composer, sent: list[str]) -> None:
    text = "x" * (LIMIT_BYTES + 1)
    composer.set_text(text)
    QTest.keyClick(composer.box, Qt.Key_Return)
    assert (sent, composer.text()) == ([], text)
    assert composer._problem.isVisible()
    composer.set_text("x" * LIMIT_BYTES)
    assert not composer._problem.isVisible()
    QTest.keyClick(composer.box, Qt.Key_Return)
    assert len(sent) == 1


def pasted(composer: Composer, text: str, html: str = "") -> None:
    data = QMimeData()
    data.setText(text)
    if html:
        data.setHtml(html)
    composer.box.insertFromMimeData(data)


def test_paste_brings_plain_text_only(composer: Composer) -> None:
    pasted(composer, "tebal\0", "<b>tebal</b><img src='file:///x.png'>")
    assert composer.text() == "tebal"


def test_a_paste_that_would_stop_the_window_is_refused_with_a_sentence(composer: Composer) -> None:
    composer.set_text("awal")
    pasted(composer, "x" * (PASTE_CHARACTERS + 1))
    assert composer.text() == "awal"
    assert composer._problem.isVisible()


# --- words ------------------------------------------------------------------------------------


# --- a long paste -----------------------------------------------------------------------------

LINES = "\n".join(f"baris {number}" for number in range(9))


def asked(composer: Composer) -> str:
    return composer.paste_bar.title.text() if composer.paste_bar.isVisible() else ""


@pytest.mark.parametrize("text", ["\n".join("12345678") + "\n", "x" * 2000, "satu"])
def test_a_paste_of_eight_lines_or_2000_characters_goes_into_the_box(composer: Composer, text: str) -> None:
    pasted(composer, text)
    assert (composer.text(), asked(composer)) == (text, "")


def test_a_longer_paste_asks_in_place_and_stands_nowhere_until_it_is_answered(
    composer: Composer, sent: list[str]
) -> None:
    composer.set_text("awal ")
    pasted(composer, LINES)
    assert (composer.text(), asked(composer)) == ("awal ", "Paste 9 lines?")
    composer.take_keyboard()
    QTest.keyClick(composer.box, Qt.Key_Return)
    assert (sent, asked(composer)) == ([], "Paste 9 lines?"), "nothing goes without an answer"
    set_language("id")
    pasted(composer, "x" * 2001)
    assert asked(composer) == "Tempel 2.001 karakter?"


def test_a_long_paste_goes_in_as_text(composer: Composer, sent: list[str]) -> None:
    composer.set_text("awal ")
    pasted(composer, LINES.replace("\n", "\r\n"))
    QTest.keyClick(composer.paste_bar.as_text, Qt.Key_Return)
    assert (composer.text(), asked(composer), sent) == (f"awal {LINES}", "", [])
    composer.box.undo()
    assert composer.text() == "awal "


def test_a_long_paste_goes_in_as_code_on_lines_of_its_own(composer: Composer) -> None:
    composer.set_text("sebelum sesudah")
    cursor = composer.box.textCursor()
    cursor.setPosition(8)
    composer.box.setTextCursor(cursor)
    pasted(composer, f"```\n{LINES}\n```\n")
    QTest.keyClick(composer.paste_bar.as_text, Qt.Key_Right)
    QTest.keyClick(composer.paste_bar.as_code, Qt.Key_Return)
    assert composer.text() == f"sebelum \n````\n```\n{LINES}\n```\n````\nsesudah"
    composer.set_text("")
    pasted(composer, LINES)
    QTest.mouseClick(composer.paste_bar.as_code, Qt.LeftButton)
    assert composer.text() == f"```\n{LINES}\n```"


def test_esc_the_cross_or_another_room_drops_a_long_paste(composer: Composer, qtbot: QtBot) -> None:
    composer.activateWindow()
    qtbot.waitUntil(composer.isActiveWindow)
    drops: list[Callable[[], object]] = [
        lambda: QTest.keyClick(composer.paste_bar.as_text, Qt.Key_Escape),
        lambda: QTest.keyClick(composer.box, Qt.Key_Escape),
        lambda: QTest.mouseClick(composer.paste_bar.close_button, Qt.LeftButton),
        lambda: composer.set_text("awal"),
    ]
    for drop in drops:
        composer.set_text("awal")
        pasted(composer, LINES)
        assert composer.paste_bar.as_text.hasFocus()
        drop()
        assert (composer.text(), asked(composer)) == ("awal", "")
        assert composer.box.hasFocus()


def test_where_a_message_has_one_line_code_is_not_offered(composer: Composer) -> None:
    composer.takes_code = lambda: False
    pasted(composer, LINES)
    assert not composer.paste_bar.as_code.isVisible()


def test_the_placeholder_names_the_room(composer: Composer) -> None:
    assert composer.box.placeholderText() == "Write a message to #lobby"
    assert composer.box.accessibleName() == "Write a message to #lobby"
    set_language("id")
    composer.set_room("Budi")
    assert composer.box.placeholderText() == "Tulis pesan ke Budi"


def test_without_a_room_nothing_can_be_typed(composer: Composer) -> None:
    composer.set_room("")
    assert not composer.box.isEnabled()
