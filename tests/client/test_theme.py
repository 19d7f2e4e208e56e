"""The look: every pair of colours that must be readable is, by the formula of WCAG 2.1."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QEvent
from PyQt5.QtGui import QColor, QFontInfo, QImage, QPainter, QPalette
from PyQt5.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from client import theme
from client.theme import THEMES, Theme

TEXT, CONTROL = 4.5, 3.0
"""The least contrast of text (1.4.3) and of what must be told apart without being read (1.4.11)."""

GROUNDS = ("window", "side", "raised", "hover", "row_hover", "pressed", "selected", "mention", "error_row",
           "success_row", "code")  # fmt: skip
PAIRS = [
    *((front, ground, TEXT) for front in ("text", "secondary", "placeholder") for ground in GROUNDS),
    *(("accent", ground, TEXT) for ground in ("window", "side", "raised", "hover", "selected", "mention", "code")),
    *(("error", ground, TEXT) for ground in ("window", "side", "raised", "error_row", "mention")),
    *(("success", ground, CONTROL) for ground in ("window", "side", "raised", "hover", "selected", "success_row")),
    *(("mention_bar", ground, CONTROL) for ground in ("window", "mention")),
    *(("control_border", ground, CONTROL) for ground in ("window", "side", "raised", "hover", "pressed")),
    *(("focus", ground, CONTROL) for ground in ("window", "side", "raised", "error_row", "mention")),
    *(("focus", ground, CONTROL) for ground in ("hover", "row_hover", "pressed", "selected", "success_row", "code")),
    *(("disabled", ground, CONTROL) for ground in ("window", "side", "raised")),
    *(("on_accent", ground, TEXT) for ground in ("accent", "accent_hover", "accent_pressed")),
]


@pytest.fixture(autouse=True)
def _as_before(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, theme.LIGHT, 1.0)


def luminance(colour: str) -> float:
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_gives_the_known_values() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("look", THEMES.values(), ids=THEMES)
def test_every_pair_can_be_read(look: Theme) -> None:
    weak = {
        f"{front} on {ground}": round(found, 2)
        for front, ground, needed in PAIRS
        if (found := contrast(getattr(look, front), getattr(look, ground))) < needed
    }
    assert weak == {}


@pytest.mark.parametrize("look", THEMES.values(), ids=THEMES)
def test_names_can_be_read_in_each_of_their_colours_and_so_can_initials_on_them(look: Theme) -> None:
    assert len(look.name_colours) == 12
    for colour in look.name_colours:
        assert contrast(colour, look.window) >= 5
        assert contrast(look.avatar_text, colour) >= TEXT
        for ground in (look.row_hover, look.mention):
            assert contrast(colour, ground) >= TEXT


def test_a_name_keeps_its_colour_however_it_is_written(qapp: QApplication) -> None:
    theme.apply(qapp, theme.LIGHT)
    assert theme.name_colour("Siti") == theme.name_colour("SITI")
    assert len({theme.name_colour(f"Siti{number}") for number in range(200)}) == 12
    assert theme.name_colour("\ud800") in theme.LIGHT.name_colours  # half a surrogate is no reason to fail
    light = theme.LIGHT.name_colours.index(theme.name_colour("Budi"))
    theme.apply(qapp, theme.DARK)
    assert theme.DARK.name_colours.index(theme.name_colour("Budi")) == light


def test_sizes_follow_the_zoom_and_never_vanish(qapp: QApplication) -> None:
    theme.apply(qapp, theme.LIGHT, 1.5)
    assert (theme.px(0), theme.px(1), theme.px(12), theme.zoom()) == (0, 2, 18, 1.5)
    assert theme.text_font(14).pixelSize() == 21
    theme.apply(qapp, theme.LIGHT, 9.0)
    assert theme.zoom() == 2.0
    theme.apply(qapp, theme.LIGHT, 0.1)
    assert (theme.zoom(), theme.px(1)) == (0.75, 1)


def test_text_is_drawn_in_the_first_family_that_is_installed(qapp: QApplication) -> None:
    font = theme.text_font(14)
    assert font.families()[0] == theme.text_family()
    assert QFontInfo(font).family() == theme.text_family()
    assert theme.text_font(14, semibold=True).weight() > font.weight()


def test_emoji_have_colours_in_controls(qapp: QApplication) -> None:
    assert theme.emoji_family(), "no font with colour emoji: install fonts-noto-color-emoji"
    picture = QImage(60, 60, QImage.Format_RGB32)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    painter.setFont(theme.text_font(40))
    painter.drawText(picture.rect(), 0, "😀")
    painter.end()
    pixels = (QColor(picture.pixel(x, y)) for x in range(60) for y in range(60))
    assert sum(pixel.saturation() > 100 for pixel in pixels) >= 150


def test_a_mark_changes_the_look_and_keeps_the_font(qapp: QApplication) -> None:
    theme.apply(qapp, theme.LIGHT)
    frame = QWidget()
    text = QLabel("x", frame)
    QVBoxLayout(frame).addWidget(text)
    text.setFont(theme.text_font(22))
    frame.show()
    theme.mark(text, "tone", "error")
    assert text.palette().windowText().color() == QColor(theme.LIGHT.error)
    assert text.font().pixelSize() == 22
    text.setFont(theme.text_font(30))
    theme.mark(text, "tone", "accent")
    assert text.font().pixelSize() == 30


@pytest.mark.parametrize("look", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
def test_inputs_have_the_colours_of_the_theme(
    qapp: QApplication, look: Theme, kind: type[QLineEdit | QPlainTextEdit]
) -> None:
    theme.apply(qapp, look)
    control = kind()
    control.show()
    palette = control.palette()
    assert palette.color(QPalette.PlaceholderText) == QColor(look.placeholder)
    assert palette.color(QPalette.Text) == QColor(look.text)
    assert palette.color(QPalette.Disabled, QPalette.Text) == QColor(look.disabled)


class Sized(QWidget):
    """A screen as ours are: it sets its children's fonts when the style changes."""

    def __init__(self) -> None:
        super().__init__()
        self.text = QLabel("x", self)
        QVBoxLayout(self).addWidget(self.text)
        self.text.setFont(theme.text_font(22))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.StyleChange:
            self.text.setFont(theme.text_font(22))
        super().changeEvent(event)


def test_fonts_set_when_the_style_changes_survive_the_change(qapp: QApplication) -> None:
    theme.apply(qapp, theme.LIGHT)
    screen = Sized()
    screen.show()
    for look, zoom, size in ((theme.LIGHT, 1.0, 22), (theme.DARK, 1.5, 33), (theme.LIGHT, 1.0, 22)):
        theme.apply(qapp, look, zoom)
        assert screen.text.font().pixelSize() == size


class Rearranging(QSplitter):
    """A screen that gives away a pane when the style changes: Qt deletes a splitter's handle with it."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf = QWidget()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.StyleChange and self.count():
            self.widget(0).setParent(self.shelf)
            gc.collect()


@pytest.fixture
def _small_heap() -> Iterator[None]:
    """What is there already is left alone by the many collections of the test: they would take a minute."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_small_heap")
def test_a_screen_may_rearrange_itself_when_the_style_changes(qapp: QApplication) -> None:
    theme.apply(qapp, theme.LIGHT)
    screens = [Rearranging() for _ in range(20)]
    for screen in screens:
        for _ in range(6):
            screen.addWidget(QLabel("x"))
        screen.show()
    for look in (theme.DARK, theme.LIGHT) * 3:
        theme.apply(qapp, look)
    assert [screen.count() for screen in screens] == [0] * 20
