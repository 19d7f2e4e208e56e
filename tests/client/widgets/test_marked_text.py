"""Messages with marks on the screen: bold and its like, links that show their host, and code in its box."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from PyQt5 import sip
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtGui import QColor, QFontInfo, QImage, QWheelEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QToolTip

from client import theme
from client.changes import Entry
from client.models.markup import PieceKind
from client.widgets.marked_block import CodeBox, MarkedBlock
from client.widgets.row_layout import RowLayout
from client.widgets.spans import utf16_length
from tests.client.widgets.test_message_mouse import Browser, List, browser, held_move, said

__all__ = ["browser"]

LONG = "nilai = " + " + ".join(f"angka_{number}" for number in range(40))
CODE = f"for satu in dua:\n    tiga(satu)\n{LONG}"
TYPED = f"**tebal** dan *miring*\n> kutipan `kode`\n- butir 😀 ❤️ akhir\n```py\n{CODE}\n```\nsesudahnya"
SEEN = f"tebal dan miring\nkutipan kode\n• butir 😀 ❤️ akhir\n{CODE}\nsesudahnya"


class Marked(List):
    """A message list whose first row holds marks."""

    @property
    def layout(self) -> RowLayout:
        return self.view._delegate.layout_of(0)

    @property
    def block(self) -> MarkedBlock:
        assert isinstance(self.layout.block, MarkedBlock)
        return self.layout.block

    @property
    def box(self) -> CodeBox:
        return self.layout.boxes[0]

    @property
    def origin(self) -> QPoint:
        """Where the text begins in the viewport."""
        return self.view.visualRect(self.view.messages.index(0)).topLeft() + self.layout.block_at

    def point(self, number: int, text: str, *, after: bool = False) -> QPoint:
        """Where this part of the text begins (or ends) on the screen."""
        place = self.block.text.index(text) + (len(text) if after else 0)
        position = utf16_length(self.block.text[:place])
        placed = next(each for each in reversed(self.block._pieces) if each.first <= position)
        position -= placed.first
        line = next(line for line in placed.block.lines() if position <= line.textStart() + line.textLength())
        at = QPoint(round(line.cursorToX(position)[0]) - placed.scrolled, round(line.y() + line.height() / 2))
        return self.origin + placed.at + at

    def image(self) -> QImage:
        return self.view.viewport().grab().toImage()

    def wheel(self, point: QPoint, delta: QPoint, modifiers: Qt.KeyboardModifier = Qt.NoModifier) -> None:
        viewport = self.view.viewport()
        event = QWheelEvent(
            point, viewport.mapToGlobal(point), QPoint(), delta, Qt.NoButton, modifiers, Qt.NoScrollPhase, False
        )
        QApplication.sendEvent(viewport, event)


lists: list[List] = []


@pytest.fixture(autouse=True)
def _lists() -> Iterator[None]:
    yield
    while lists:
        sip.delete(lists.pop().view)


def shown(*texts: str, own: bool = False) -> Marked:
    made = Marked(*(said(text, own=own) for text in texts))
    lists.append(made)
    return made


def ink(image: QImage, left: QPoint, right: QPoint) -> int:
    """How many pixels of a strip between two points are dark."""
    ratio = image.devicePixelRatio()
    columns = range(round(left.x() * ratio), round(right.x() * ratio))
    rows = range(round((left.y() - 9) * ratio), round((left.y() + 9) * ratio))
    return sum(image.pixelColor(x, y).lightness() < 140 for x in columns for y in rows)


# --- drawing ----------------------------------------------------------------------------------


def test_what_is_seen_has_no_marks(qtbot: object) -> None:
    made = shown(TYPED)
    assert made.block.text == SEEN.replace("\n", "\u2028").replace("\ufe0f", "")
    assert [placed.piece.kind for placed in made.block._pieces] == [
        PieceKind.TEXT, PieceKind.QUOTE, PieceKind.ITEM, PieceKind.CODE, PieceKind.TEXT
    ]  # fmt: skip


def test_bold_is_heavier_struck_text_has_a_line_and_code_another_ground(qtbot: object) -> None:
    plain, bold, struck = (shown(f"{mark}nnnnnnnnnn{mark} *x*") for mark in ("", "**", "~~"))
    inks = [
        ink(each.image(), each.point(0, "nnn"), each.point(0, "n x") + QPoint(5, 0)) for each in (plain, bold, struck)
    ]
    assert inks[1] > 1.2 * inks[0]
    assert inks[2] > inks[0]
    code = shown("`nnnnn` *x*")
    at = code.point(0, "nnn") + QPoint(1, -7)
    assert code.image().pixelColor(at) == QColor(theme.LIGHT.code)


def test_code_is_written_in_letters_of_one_width(qtbot: object) -> None:
    assert QFontInfo(theme.code_font(13)).fixedPitch()
    made = shown("```\niiiiiiiiii\nMMMMMMMMMM\n```")
    narrow, wide = made.box.block.lines()
    assert narrow.naturalTextWidth() == wide.naturalTextWidth()


def test_a_long_item_hangs_below_its_first_word(qtbot: object) -> None:
    made = shown("- " + "kata " * 60)
    first, second, *_ = made.block.lines()
    assert first.x() == 0
    assert abs(second.x() - first.cursorToX(2)[0]) <= 1
    assert all(line.x() + line.naturalTextWidth() <= made.block.width + 5 for line in made.block.lines())


def test_nothing_of_a_row_with_marks_stands_outside_of_it(qtbot: object) -> None:
    made = shown(TYPED, own=True)
    areas = [placed.area for placed in made.block._pieces]
    assert all(above.bottom() < below.top() for above, below in itertools.pairwise(areas))
    assert areas[-1].bottom() < made.block.height <= made.layout.height
    assert made.layout.part_at(made.layout.block_at + QPoint(1, 1)) is None


def test_long_code_does_not_leave_its_box(qtbot: object) -> None:
    made = shown(f"```\n{LONG}\n```")
    image, area = made.image(), made.box.area.translated(made.origin)
    right = QPoint(area.right() + 3, area.center().y())
    assert ink(image, right, QPoint(made.view.viewport().width() - 1, right.y())) == 0


def test_emoji_in_bold_text_and_code_stay_in_colour(qtbot: object) -> None:
    image = shown("**❤️ 😀**\n```\n😀 ❤️\n```").image()
    saturated = sum(
        image.pixelColor(x, y).saturation() > 150 for x in range(0, image.width(), 2) for y in range(image.height())
    )
    assert saturated > 150


# --- selecting and copying --------------------------------------------------------------------


def test_a_drag_over_several_pieces_copies_what_is_seen(qtbot: object) -> None:
    made = shown(TYPED)
    made.drag(made.point(0, "dan"), made.point(0, "butir", after=True))
    assert made.copied() == "dan miring\nkutipan kode\n• butir"
    made.drag(made.point(0, "akhir"), made.point(0, "satu in", after=True))
    assert made.copied() == "akhir\nfor satu in"
    made.drag(made.point(0, "😀"), made.point(0, "akhir", after=True))
    assert made.copied() == "😀 ❤️ akhir"


def test_a_double_click_takes_the_word_and_a_third_click_the_message_as_typed(qtbot: object) -> None:
    made = shown(TYPED)
    for word in ("miring", "kutipan", "butir", "tiga", "sesudahnya"):
        at = made.point(0, word) + QPoint(4, 0)
        made.double_click(at)
        assert made.copied() == word
        made.click(at)
        assert made.copied() == TYPED
        made.view._clicks = 0


def test_the_whole_message_is_copied_as_it_was_typed(qtbot: object) -> None:
    made = shown(TYPED)
    made.drag(made.point(0, "tebal"), made.point(0, "sesudahnya", after=True))
    assert made.copied() == TYPED
    made.click(made.point(0, "miring"))
    made.view._set_current(0)
    assert made.copied() == TYPED


def test_what_is_selected_is_drawn_so(qtbot: object) -> None:
    made = shown(TYPED)
    made.drag(made.point(0, "dan"), made.point(0, "tiga", after=True))
    image = made.image()
    for word, chosen in (("tebal", False), ("kutipan", True), ("butir", True), ("for", True), ("sesudahnya", False)):
        ground = image.pixelColor(made.point(0, word) + QPoint(1, -7))
        assert (ground == QColor(theme.LIGHT.accent)) is chosen, word


# --- links ------------------------------------------------------------------------------------


def test_a_link_with_a_text_opens_what_it_shows(qtbot: object, browser: Browser) -> None:
    made = shown("lihat [panduan](https://x.example/a_b) atau https://y.example/c_d_e")
    made.click(made.point(0, "panduan") + QPoint(4, 0))
    made.click(made.point(0, "x.example") + QPoint(4, 0))
    made.click(made.point(0, "https://y") + QPoint(4, 0))
    assert browser.opened == ["https://x.example/a_b"] * 2 + ["https://y.example/c_d_e"]
    assert made.view._tip_at(made.point(0, "panduan") + QPoint(4, 0)) == "https://x.example/a_b"


def test_a_link_stands_where_it_is_seen_also_behind_emoji(qtbot: object) -> None:
    made = shown("😀❤️❤️❤️ ab[panduan](https://x.example)cd")
    for text, is_link in (("b", False), ("p", True), ("e)", True), ("c", False)):
        tip = made.view._tip_at(made.point(0, text) + QPoint(3, 0))
        assert (tip == "https://x.example") is is_link, text


def test_an_address_in_the_text_of_a_link_is_no_link_of_its_own(qtbot: object, browser: Browser) -> None:
    made = shown("*x* [www.bank.com https//](https://jahat.example) `https://kode.example`")
    made.click(made.point(0, "bank") + QPoint(4, 0))
    made.click(made.point(0, "https://kode") + QPoint(4, 0))
    assert browser.opened == ["https://jahat.example"]


# --- code -------------------------------------------------------------------------------------


def test_the_button_of_a_box_copies_its_code(qtbot: object, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _parent: told.append(text))
    made = shown(TYPED)
    at = made.origin + made.box.button.center()
    QTest.mouseMove(made.view.viewport(), at)
    assert made.view.viewport().cursor().shape() == Qt.PointingHandCursor
    assert made.view._tip_at(at) == "Copy code"
    made.click(at)
    assert QApplication.clipboard().text() == CODE
    assert told == ["Copied"]


def test_the_menu_copies_code_too(qtbot: object) -> None:
    made = shown("```\nsatu\n```\nlalu\n```\ndua\n```")
    menu = made.menu_at(made.point(0, "lalu"))
    names = [action.text() for action in menu.actions()]
    assert names[-2:] == ["Copy code 1", "Copy code 2"]
    menu.actions()[-1].trigger()
    assert QApplication.clipboard().text() == "dua"
    only = shown(TYPED)
    assert only.menu_at(only.point(0, "dan")).actions()[-1].text() == "Copy code"


def test_long_code_scrolls_by_wheel_bar_and_keys_and_short_code_does_not(qtbot: object) -> None:
    made = shown(f"```\n{LONG}\n```", "```\npendek\n```")
    inside = made.origin + made.box.area.center()
    made.wheel(inside, QPoint(0, -120), Qt.ShiftModifier)
    assert made.box.scrolled == 60
    made.wheel(inside, QPoint(-240, 0))
    assert made.box.scrolled == 180
    made.wheel(inside, QPoint(120, 0))
    assert made.box.scrolled == 120
    thumb = made.box.thumb.translated(made.origin).center()
    made.drag(thumb, thumb + QPoint(2000, 40))
    assert made.box.scrolled == made.box.hidden
    assert made.box.thumb.right() == made.box.track.right()
    made.click(made.origin + made.box.track.topLeft() + QPoint(1, 3))
    assert made.box.scrolled == 0
    made.view._set_current(0)
    QTest.keyClick(made.view, Qt.Key_Right)
    QTest.keyClick(made.view, Qt.Key_Right)
    QTest.keyClick(made.view, Qt.Key_Left)
    assert made.box.scrolled == 60
    short = made.view._delegate.layout_of(1).boxes[0]
    assert (short.scroll(60), short.scrolled, short.track.height()) == (False, 0, 0)


def test_a_drag_of_the_bar_selects_nothing(qtbot: object) -> None:
    made = shown(f"```\n{LONG}\n```")
    made.view.selection.clear()
    thumb = made.origin + made.box.thumb.center()
    QTest.mousePress(made.view.viewport(), Qt.LeftButton, Qt.NoModifier, thumb)
    QApplication.sendEvent(made.view.viewport(), held_move(thumb + QPoint(50, 0)))
    QTest.mouseRelease(made.view.viewport(), Qt.LeftButton, Qt.NoModifier, thumb + QPoint(50, 0))
    assert made.box.scrolled > 0
    assert made.view.selection.text() == ""


def test_scrolled_code_is_selected_where_it_is_seen(qtbot: object) -> None:
    made = shown(f"```\n{LONG}\n```")
    made.box.scroll(made.box.hidden)
    made.drag(made.point(0, "angka_38"), made.point(0, "angka_39"))
    assert made.copied() == "angka_38 + "


def test_a_drag_beyond_the_box_brings_the_hidden_code(qtbot: object) -> None:
    made = shown(f"```\n{LONG}\n```", "biasa")
    start, beside = made.point(0, "angka_1"), QPoint(made.view.viewport().width() - 2, made.point(0, "angka_1").y())
    QTest.mousePress(made.view.viewport(), Qt.LeftButton, Qt.NoModifier, start)
    for _ in range(2 + made.box.hidden // 20):
        QApplication.sendEvent(made.view.viewport(), held_move(beside))
    assert made.box.scrolled == made.box.hidden
    assert made.copied() == LONG[LONG.index("angka_1") :]
    QApplication.sendEvent(made.view.viewport(), held_move(QPoint(2, start.y())))
    assert made.box.scrolled == made.box.hidden - 20
    QTest.mouseRelease(made.view.viewport(), Qt.LeftButton, Qt.NoModifier, start)


def test_the_wheel_alone_scrolls_the_messages(qtbot: object) -> None:
    made = shown(*[f"```\n{LONG}\n```" for _ in range(12)])
    bar, last = made.view.verticalScrollBar(), made.view._delegate.layout_of(11).boxes[0]
    at = bar.value()
    made.wheel(QPoint(200, 400), QPoint(0, 120))
    assert bar.value() < at
    assert last.scrolled == 0


def test_a_message_that_is_edited_into_marks_is_laid_out_anew(qtbot: object) -> None:
    made = shown("biasa")
    entry: Entry = made.conversation.entries[0]
    assert not made.layout.boxes
    entry.text = "```\nkode\n```"
    made.view._delegate.forget(made.view.messages.row(0).serial)
    assert made.box.code == "kode"
