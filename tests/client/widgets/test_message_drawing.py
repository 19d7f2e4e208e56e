"""What the delegate draws: emoji in colour, nothing over anything else, every script where it belongs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from PyQt5 import sip
from PyQt5.QtCore import QRect, Qt
from PyQt5.QtGui import QFontDatabase, QImage
from PyQt5.QtWidgets import QApplication

from client import theme
from client.changes import Conversation, Delivery, Entry, EntryKind
from client.widgets.message_view import MessageView
from client.widgets.row_layout import RowLayout

NOON = 1795150800.0
LONG_NAME = "Citra Kirana Dewi Lestari Wulan Sari"


class Page:
    """A message view that shows these entries."""

    def __init__(self, *entries: Entry, width: int = 620, zoom: float = 1.0, look: theme.Theme = theme.LIGHT) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, look, zoom)
        self.conversation = Conversation("#lobby", "#lobby", channel=True, entries=list(entries))
        self.view = MessageView()
        self.view.set_narrow(width / zoom < 480)
        self.view.resize(width, round(500 * zoom))
        self.view.show_conversation(self.conversation)
        self.view.show()
        for _ in range(3):
            QApplication.processEvents()

    def image(self) -> QImage:
        return self.view.viewport().grab().toImage()

    def layouts(self) -> list[RowLayout]:
        return [self.view._delegate.layout_of(n) for n in range(self.view.messages.rowCount())]

    def text_area(self, number: int) -> QRect:
        """Where the text of a row is, in the viewport."""
        layout = self.layouts()[number]
        top = self.view.visualRect(self.view.messages.index(number)).topLeft()
        return QRect(top + layout.block_at, top + layout.block_at).adjusted(
            0, 0, layout.block.width, layout.block.height
        )


pages: list[MessageView] = []


@pytest.fixture(autouse=True)
def _pages() -> Iterator[None]:
    yield
    while pages:
        sip.delete(pages.pop())


def page(*entries: Entry, width: int = 620, zoom: float = 1.0, look: theme.Theme = theme.LIGHT) -> Page:
    made = Page(*entries, width=width, zoom=zoom, look=look)
    pages.append(made.view)
    return made


numbers = itertools.count()


def said(text: str, who: str = "Budi", **fields: object) -> Entry:
    entry = Entry(f"m{next(numbers)}", EntryKind.MESSAGE, who.replace(" ", "_"), who, text, NOON)
    for name, value in fields.items():
        setattr(entry, name, value)
    return entry


def saturated(image: QImage, area: QRect) -> int:
    """How many pixels of an area are clearly coloured."""
    count = 0
    for y in range(max(0, area.top()), min(image.height(), area.bottom() + 1)):
        for x in range(max(0, area.left()), min(image.width(), area.right() + 1)):
            colour = image.pixelColor(x, y)
            count += colour.saturation() > 64 and colour.value() > 64
    return count


def inked(image: QImage, area: QRect) -> list[int]:
    """The columns of an area in which something is drawn."""
    ground = image.pixel(image.width() - 2, 2)
    columns = range(max(0, area.left()), min(image.width(), area.right() + 1))
    rows = range(max(0, area.top()), min(image.height(), area.bottom() + 1))
    return [x for x in columns if any(image.pixel(x, y) != ground for y in rows)]


# --- emoji ------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK], ids=lambda look: look.name)
@pytest.mark.parametrize(
    ("emoji", "least"),
    [("\U0001f600", 150), ("\u2764\ufe0f", 150), ("\u2764", 150), ("1\ufe0f\u20e3", 50), ("\U0001f1ee\U0001f1e9", 80)],
)
@pytest.mark.parametrize("text", ["lihat {} ini", "{}"], ids=["in a sentence", "alone"])
def test_emoji_are_drawn_in_colour(emoji: str, least: int, text: str, look: theme.Theme) -> None:
    if not theme.emoji_family():
        pytest.fail("no font with colour emoji: install the package fonts-noto-color-emoji")
    made = page(said(text.format(emoji)), look=look)
    assert saturated(made.image(), made.text_area(0)) >= least


@pytest.mark.parametrize("emoji", ["\U0001f600", "\u2764\ufe0f", "\u2714"])
def test_emoji_are_in_colour_even_where_the_text_font_has_them_in_black(
    emoji: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "DejaVu Sans" not in QFontDatabase().families():
        pytest.skip("needs a text font with black emoji: package fonts-dejavu-core")
    monkeypatch.setattr(theme, "text_family", lambda: "DejaVu Sans")
    made = page(said(f"lihat {emoji} ini"))
    assert saturated(made.image(), made.text_area(0)) >= 40


@pytest.mark.parametrize("emoji", ["1\ufe0f\u20e3", "\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f44d\U0001f3fd"])
def test_an_emoji_of_many_characters_is_one_picture(emoji: str) -> None:
    lines = page(said(emoji)).layouts()[0].block.lines()
    pictures = [index for line in lines for run in line.glyphRuns() for index in run.glyphIndexes()]
    assert len(pictures) == 1


def test_a_text_without_emoji_is_not_coloured() -> None:
    made = page(said("12345 # * biasa saja"))
    assert saturated(made.image(), made.text_area(0)) == 0


def test_something_is_drawn_at_all() -> None:
    made = page(said("halo"))
    assert inked(made.image(), made.text_area(0)), "no font is installed: install the package fonts-noto-core"


# --- where text lies --------------------------------------------------------------------------


def test_text_that_runs_right_to_left_lies_at_the_right() -> None:
    made = page(said("مرحبا بالجميع"), said("halo"))
    right, left = made.text_area(0), made.text_area(1)
    arabic, latin = inked(made.image(), right), inked(made.image(), left)
    assert min(arabic) > right.center().x()
    assert max(arabic) >= right.right() - 3
    assert max(latin) < left.center().x()


def test_a_long_word_is_broken_inside_its_column() -> None:
    made = page(said("A" * 500), said("https://example.org/" + "a" * 300))
    for number in range(2):
        area = made.text_area(number)
        lines = made.layouts()[number].block.lines()
        assert len(lines) > 3
        assert all(line.naturalTextWidth() <= area.width() for line in lines)


def test_names_and_texts_are_never_read_as_html() -> None:
    made = page(said("<b>tebal</b> &amp;", "<i>x</i>"))
    layout = made.layouts()[0]
    assert (layout.name, layout.block.text) == ("<i>x</i>", "<b>tebal</b> &amp;")


def every_kind() -> list[Entry]:
    entries = [
        said("pendek"),
        said("lagi " * 60),
        said("milik sendiri", "Siti", own=True),
        said("menunggu", "Siti", own=True, delivery=Delivery.WAITING),
        said("gagal", "Siti", own=True, delivery=Delivery.FAILED, problem="Cannot send to channel (+m) " * 3),
        said("nama panjang", LONG_NAME),
        said("siti!", mention=True),
        said("\U0001f389\U0001f389"),
        said("melambai", kind=EntryKind.ACTION),
        said("dari bot", LONG_NAME, kind=EntryKind.NOTICE),
        said("keterangan server " * 5, "", kind=EntryKind.SERVER),
        said("", "Ani", kind=EntryKind.JOIN),
        said("topik " * 20, kind=EntryKind.TOPIC),
        said("", "", kind=EntryKind.RESTARTED),
        said("مرحبا", "ثريا"),
    ]
    entries[3].time -= 86400
    return entries


@pytest.mark.parametrize("zoom", [0.75, 1.0, 2.0])
@pytest.mark.parametrize("width", [200, 240, 480, 620, 1200])
def test_nothing_in_a_row_lies_over_anything_else_or_beside_the_view(width: int, zoom: float) -> None:
    made = page(*every_kind(), width=round(width * zoom), zoom=zoom)
    made.conversation.first_unread = made.conversation.entries[5].id
    made.view.unread_changed()
    inside = made.view.viewport().width()
    for layout in made.layouts():
        block, at = layout.block, layout.block_at
        parts = [layout.day_area, layout.new_area, layout.name_area, layout.said_area]
        parts += [QRect(at.x(), at.y(), block.width, block.height), *(button.area for button in layout.buttons)]
        if layout.name:
            parts.append(layout.time_area)
        if layout.name or layout.said:
            parts.append(layout.mark_area)
        elif not layout.mark_area.isEmpty():
            assert layout.mark_area.left() >= at.x() + block.last_width
            assert layout.mark_area.top() >= at.y() + block.height - layout.look.line
        if layout.note_block is not None:
            parts.append(
                QRect(layout.note_at.x(), layout.note_at.y(), layout.note_block.width, layout.note_block.height)
            )
        parts = [part for part in parts if not part.isEmpty()]
        for one, other in itertools.combinations(parts, 2):
            assert not one.intersects(other), (block.text, one, other)
        assert layout.avatar.isEmpty() or layout.avatar.right() < at.x()
        assert all(part.left() >= 0 and part.right() <= inside for part in parts), layout.block.text
        assert all(part.bottom() < layout.height for part in parts), layout.block.text
        assert layout.mark_area.isEmpty() or layout.mark_area.right() <= inside


def test_narrow_windows_have_no_avatars_and_a_slim_gutter() -> None:
    narrow, wide = page(said("x"), width=470).layouts()[0], page(said("x"), width=700).layouts()[0]
    assert (narrow.avatar.isEmpty(), narrow.block_at.x()) == (True, 12)
    assert (wide.avatar.width(), wide.block_at.x()) == (32, 56)


def test_text_is_never_wider_than_720_pixels() -> None:
    assert page(said("kata " * 100), width=1600).layouts()[0].block.width == 720


def test_the_own_name_is_anda_in_the_accent_colour_and_others_have_their_own() -> None:
    own, other = page(said("a", "Siti", own=True), said("b")).layouts()
    assert (own.name, own.name_colour) == ("You", theme.LIGHT.accent)
    assert (other.name, other.name_colour) == ("Budi", theme.name_colour("Budi"))
    assert own.initials == "S"


def test_own_messages_carry_their_state_and_failed_ones_two_actions() -> None:
    states = [said("x", "Siti", own=True, delivery=delivery) for delivery in Delivery]
    waiting, sent, failed = page(*states).layouts()
    assert waiting.mark is not None
    assert sent.mark is not None
    assert (waiting.mark.value, sent.mark.value) == ("clock", "check")
    assert failed.said == "Not sent"
    assert [button.text for button in failed.buttons] == ["Send again", "Delete"]
    assert page(said("x")).layouts()[0].mark is None


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK, theme.HIGH_CONTRAST], ids=lambda look: look.name)
def test_a_row_that_speaks_to_us_has_its_colour_and_its_bar(look: theme.Theme) -> None:
    made = page(said("siti!", mention=True), look=look)
    image, area = made.image(), made.text_area(0)
    bar, ground = image.pixelColor(1, area.center().y()), image.pixelColor(area.right(), area.center().y())
    assert (bar.name().upper(), ground.name().upper()) == (look.mention_bar, look.mention)


def test_high_contrast_is_only_black_white_and_yellow() -> None:
    made = page(said("halo"), said("milikku", "Siti", own=True), look=theme.HIGH_CONTRAST)
    image = made.image()
    assert image.pixelColor(300, 5).name() == "#000000"
    assert made.layouts()[1].name_colour == "#FFFF00"


def test_the_empty_view_says_what_to_do() -> None:
    made = page()
    made.view.set_empty_text("No messages yet. Write the first one.")
    assert made.view._empty.isVisible()
    assert made.view._empty.textFormat() == Qt.PlainText
    assert inked(made.image(), made.view._empty.geometry())
