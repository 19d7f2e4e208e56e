"""How the window looks: colours, sizes and fonts, for every screen of ours.

`Theme` holds one colour per token of the design (light, dark, high contrast); `apply` puts one on
the application as Fusion style, palette and style sheet. Sizes are written at 100 % and multiplied
by the zoom with `px`. GUI thread only. Imports Qt and `protocol`, nothing else of the client.

After `apply` every widget gets `StyleChange`: one that holds sizes from `px`, fonts from
`text_font` or colours from `current` reads them anew in its `changeEvent`. What a style sheet
cannot know by class it reads from dynamic properties, set with `mark`:

    kind     QPushButton, QToolButton: "primary" (accent), "flat" (no border), "link" (looks like text),
             "toggle" (flat, one of several; the checked one is tinted), "fold" (opens what is below, flush left)
    tone     QLabel: "secondary", "error", "accent", "success"
    surface  QWidget: "window", "side", "raised", "warning", "error", "success" (its background)
    rounded  QFrame with a surface: True rounds its corners
    problem  QLineEdit, QComboBox: True draws the border in the error colour
"""

from __future__ import annotations

import gc
import zlib
from dataclasses import dataclass
from functools import cache

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PyQt5.QtWidgets import QApplication, QStyleFactory, QWidget

import protocol

ZOOM_STEPS = (0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as `#RRGGBB`; tests/client/test_theme.py lists the pairs that must be readable."""

    name: str
    dark: bool
    window: str
    """Behind messages and pages."""
    side: str
    """Behind the lists at the sides."""
    raised: str
    """Inputs, cards, menus."""
    line: str
    """Separators: decoration only."""
    control_border: str
    text: str
    secondary: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    """Text on the three accent fills."""
    mention: str
    """Background of a row that mentions us, and of a warning strip."""
    mention_bar: str
    error: str
    error_row: str
    """Background of an error strip."""
    success: str
    success_row: str
    """Background of a good-news strip."""
    focus: str
    focus_width: int
    """Of the focus ring, px at 100 %."""
    hover: str
    """List rows and buttons under the pointer."""
    row_hover: str
    """A message under the pointer: fainter, names in their colours stand on it."""
    pressed: str
    selected: str
    """The chosen row of a list, and the fill of an own reaction."""
    disabled: str
    """Text of controls that cannot be used now."""
    placeholder: str
    code: str
    """Behind code in messages."""
    name_colours: tuple[str, ...]
    avatar_text: str


LIGHT = Theme(
    name="light",
    dark=False,
    window="#FFFFFF",
    side="#F3F4F6",
    raised="#FFFFFF",
    line="#D0D7DE",
    control_border="#7A828C",
    text="#1F2328",
    secondary="#59636E",
    accent="#0F766E",
    accent_hover="#0D655E",
    accent_pressed="#0B544E",
    on_accent="#FFFFFF",
    mention="#FFF4D6",
    mention_bar="#8A5A00",
    error="#B42318",
    error_row="#FDECEA",
    success="#1A7F37",
    success_row="#DDF3E2",
    focus="#0F766E",
    focus_width=2,
    hover="#EBEDF0",
    row_hover="#F7F8F9",
    pressed="#E0E4E8",
    selected="#D8EFEB",
    disabled="#7A828C",
    placeholder="#59636E",
    code="#F3F4F6",
    name_colours=(
        "#B42318", "#9A4A00", "#7A5B00", "#4D6B00", "#1A7F37", "#0F766E",
        "#0B6B94", "#1D5FD1", "#5B4BD6", "#8A3FC2", "#A82B8F", "#B0264F",
    ),
    avatar_text="#FFFFFF",
)  # fmt: skip

DARK = Theme(
    name="dark",
    dark=True,
    window="#16181D",
    side="#1E2127",
    raised="#23272F",
    line="#343A44",
    control_border="#7D8694",
    text="#E6E8EB",
    secondary="#9BA3AF",
    accent="#2DD4BF",
    accent_hover="#5EEAD4",
    accent_pressed="#25B8A6",
    on_accent="#0B1F1C",
    mention="#3A3114",
    mention_bar="#E3B341",
    error="#F97066",
    error_row="#3B1D1C",
    success="#4ADE80",
    success_row="#153524",
    focus="#2DD4BF",
    focus_width=2,
    hover="#2A2F38",
    row_hover="#1C1F25",
    pressed="#323841",
    selected="#163B38",
    disabled="#7D8694",
    placeholder="#9BA3AF",
    code="#1E2127",
    name_colours=(
        "#FF8A7A", "#F5A15B", "#E3B341", "#B5CC4B", "#6FD387", "#2DD4BF",
        "#5CC8F2", "#8AB4FF", "#A9A2FF", "#CF9BFF", "#F08BD8", "#FF8FAB",
    ),
    avatar_text="#0B1F1C",
)  # fmt: skip

HIGH_CONTRAST = Theme(
    name="contrast",
    dark=True,
    window="#000000",
    side="#000000",
    raised="#000000",
    line="#FFFFFF",
    control_border="#FFFFFF",
    text="#FFFFFF",
    secondary="#FFFFFF",
    accent="#FFFF00",
    accent_hover="#FFFF99",
    accent_pressed="#FFFFFF",
    on_accent="#000000",
    mention="#000000",
    mention_bar="#FFFF00",
    error="#FF9C9C",
    error_row="#000000",
    success="#FFFFFF",
    success_row="#000000",
    focus="#00FFFF",
    focus_width=3,
    hover="#333333",
    row_hover="#1A1A1A",
    pressed="#4D4D4D",
    selected="#003333",
    disabled="#A6A6A6",
    placeholder="#FFFFFF",
    code="#000000",
    name_colours=("#FFFFFF",) * 12,
    avatar_text="#000000",
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK, HIGH_CONTRAST)}

_current = LIGHT
_zoom = 1.0


def apply(app: QApplication, theme: Theme, zoom: float = 1.0) -> None:
    """Show the whole application in this theme, all sizes times `zoom` (0.75 to 2)."""
    global _current, _zoom
    _current, _zoom = theme, min(max(zoom, ZOOM_STEPS[0]), ZOOM_STEPS[-1])
    if not app.styleSheet():  # from then on the style is a wrapper, and setting it again costs every widget
        app.setStyle(QStyleFactory.create("Fusion"))
    # WORKAROUND for two habits of Qt's: it goes through a list of all widgets, polishes each and tells it at once, so
    # a widget that is deleted meanwhile (by a screen that rearranges itself, or by the garbage collector) is a crash;
    # and polishing gives a widget back the font of its first polishing, after its parent was told and has set another.
    # So everybody is told when all are polished, by posted events, which Qt drops for the deleted.
    collecting = gc.isenabled()
    gc.disable()
    silence = _Silence()
    app.installEventFilter(silence)
    try:
        app.setPalette(_palette(theme))
        app.setFont(text_font(14))
        app.setStyleSheet(_style_sheet(theme))
    finally:
        app.removeEventFilter(silence)
        if collecting:
            gc.enable()
    for widget in app.allWidgets():
        app.postEvent(widget, QEvent(QEvent.StyleChange))
    app.sendPostedEvents(None, QEvent.StyleChange)


class _Silence(QObject):
    """Keeps `StyleChange` from every widget."""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        return event.type() == QEvent.StyleChange


def current() -> Theme:
    """The theme on screen."""
    return _current


def zoom() -> float:
    """The factor for all sizes, 0.75 to 2."""
    return _zoom


def px(size: float) -> int:
    """A size at 100 %, in pixels at the zoom in use (never 0 for a size that is not)."""
    return max(1, round(size * _zoom)) if size else 0


def system_is_dark(app: QApplication) -> bool:
    """Whether the desktop asks for a dark look; ask before the first `apply`."""
    palette = app.palette()
    return palette.color(QPalette.Window).lightness() < palette.color(QPalette.WindowText).lightness()


def mark(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property the style sheet reads (see above) and draw the widget by it."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    if widget.testAttribute(Qt.WA_WState_Polished):  # polishing before that makes Qt forget a font set in between
        font, style = widget.font(), widget.style()
        style.unpolish(widget)  # gives the widget back the font it had when it was polished first
        style.polish(widget)
        if widget.testAttribute(Qt.WA_SetFont):
            widget.setFont(font)
        widget.update()


# --- names ------------------------------------------------------------------------------------


def name_colour(name: str) -> str:
    """The colour of a person's name and avatar: the same in every window and on every day."""
    colours = _current.name_colours
    return colours[zlib.crc32(protocol.fold(name).encode(errors="replace")) % len(colours)]


# --- fonts ------------------------------------------------------------------------------------

_TEXT_FAMILIES = ("Segoe UI", ".AppleSystemUIFont", "Noto Sans")
_CODE_FAMILIES = ("Consolas", "Menlo", "DejaVu Sans Mono", "Noto Sans Mono", "Liberation Mono", "Courier New")
_EMOJI_FAMILIES = ("Segoe UI Emoji", "Apple Color Emoji", "Noto Color Emoji")


@cache
def _installed() -> frozenset[str]:
    return frozenset(QFontDatabase().families())


@cache
def text_family() -> str:
    """The family of all text: the first that is installed.

    An uninstalled family at the head of `setFamilies` makes Qt take digits from the emoji font. What Qt calls the
    system's font may be such a one (an alias of fontconfig), so it is asked what it draws that font with.
    """
    system = QFontInfo(QFontDatabase.systemFont(QFontDatabase.GeneralFont)).family()
    return next((family for family in _TEXT_FAMILIES if family in _installed() or family == system), system)


@cache
def emoji_family() -> str:
    """The installed font with colour emoji, "" without one."""
    return next((family for family in _EMOJI_FAMILIES if family in _installed()), "")


@cache
def code_family() -> str:
    """The system's monospaced family; where that is an alias for one that is not, the first that is installed."""
    system = QFontInfo(QFontDatabase.systemFont(QFontDatabase.FixedFont))
    if system.fixedPitch():
        return system.family()
    return next((family for family in _CODE_FAMILIES if family in _installed()), system.family())


def text_font(size_px: float, semibold: bool = False) -> QFont:
    """The font for text of `size_px` at 100 %, emoji in colour where a family has them."""
    font = QFont(text_family())
    font.setFamilies([family for family in (text_family(), emoji_family()) if family])
    font.setPixelSize(px(size_px))
    if semibold:
        font.setWeight(QFont.DemiBold)
    return font


def emoji_font(size_px: float) -> QFont:
    """The font for a run of emoji only (a text family at its head would draw some in black)."""
    font = QFont(emoji_family() or text_family())
    font.setPixelSize(px(size_px))
    return font


def code_font(size_px: float) -> QFont:
    """The font for code."""
    font = QFont(code_family())
    font.setStyleHint(QFont.Monospace)
    font.setPixelSize(px(size_px))
    return font


# --- palette and style sheet ------------------------------------------------------------------


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.Window: theme.window,
        QPalette.WindowText: theme.text,
        QPalette.Base: theme.raised,
        QPalette.AlternateBase: theme.side,
        QPalette.Text: theme.text,
        QPalette.Button: theme.raised,
        QPalette.ButtonText: theme.text,
        QPalette.BrightText: theme.error,
        QPalette.Highlight: theme.accent,
        QPalette.HighlightedText: theme.on_accent,
        QPalette.Link: theme.accent,
        QPalette.LinkVisited: theme.accent,
        QPalette.ToolTipBase: theme.raised,
        QPalette.ToolTipText: theme.text,
        QPalette.PlaceholderText: theme.placeholder,
        QPalette.Light: theme.raised,
        QPalette.Midlight: theme.hover,
        QPalette.Mid: theme.line,
        QPalette.Dark: theme.control_border,
        QPalette.Shadow: theme.line,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.WindowText, QPalette.Text, QPalette.ButtonText):
        palette.setColor(QPalette.Disabled, role, QColor(theme.disabled))
    return palette


def _style_sheet(theme: Theme) -> str:
    return _controls(theme) + _surfaces(theme)


def _controls(theme: Theme) -> str:
    # Inputs take the colour of their text from the palette: of one given here Qt makes pale placeholders.
    ring = px(theme.focus_width)
    return f"""
QPushButton, QToolButton {{ background: {theme.raised}; color: {theme.text};
  border: 1px solid {theme.control_border}; border-radius: {px(6)}px; padding: {px(4)}px {px(12)}px;
  outline: 0; }}
QToolButton {{ padding: {px(4)}px; }}
QPushButton:hover, QToolButton:hover {{ background: {theme.hover}; }}
QPushButton:pressed, QToolButton:pressed, QToolButton:checked {{ background: {theme.pressed}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {theme.disabled}; background: {theme.window};
  border-color: {theme.line}; }}
QPushButton[kind="primary"] {{ background: {theme.accent}; color: {theme.on_accent}; border: none; }}
QPushButton[kind="primary"]:hover {{ background: {theme.accent_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {theme.accent_pressed}; }}
QPushButton[kind="primary"]:disabled {{ background: {theme.pressed}; color: {theme.text}; }}
QPushButton[kind="flat"], QToolButton[kind="flat"] {{ background: transparent; border: none; }}
QPushButton[kind="flat"]:hover, QToolButton[kind="flat"]:hover {{ background: {theme.hover}; }}
QPushButton[kind="flat"]:pressed, QToolButton[kind="flat"]:pressed,
QToolButton[kind="flat"]:checked {{ background: {theme.pressed}; }}
QToolButton[kind="fold"] {{ background: transparent; border: none; padding: {px(4)}px {px(4)}px {px(4)}px -2px; }}
QToolButton[kind="fold"]:hover {{ color: {theme.accent}; }}
QPushButton[kind="toggle"] {{ background: transparent; border: none; color: {theme.secondary}; padding: 0; }}
QPushButton[kind="toggle"]:hover {{ background: {theme.hover}; }}
QPushButton[kind="toggle"]:checked {{ background: {theme.selected}; color: {theme.accent}; }}
QPushButton[kind="small"] {{ padding: {px(4)}px {px(6)}px; }}
QPushButton[kind="link"] {{ background: transparent; border: none; color: {theme.accent}; padding: {px(2)}px; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QLineEdit, QComboBox, QPlainTextEdit, QTextEdit {{ background: {theme.raised};
  border: 1px solid {theme.control_border}; border-radius: {px(6)}px; padding: 0 {px(9)}px;
  selection-background-color: {theme.accent}; selection-color: {theme.on_accent}; }}
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus {{
  border: {ring}px solid {theme.focus}; padding: 0 {px(9) - ring + 1}px; }}
QLineEdit:disabled, QComboBox:disabled, QPlainTextEdit:disabled {{ background: {theme.side};
  border-color: {theme.line}; }}
QLineEdit[problem="true"], QComboBox[problem="true"] {{ border: {px(2)}px solid {theme.error};
  padding: 0 {px(9) - px(2) + 1}px; }}
QLineEdit[problem="true"]:focus, QComboBox[problem="true"]:focus {{ border: {ring}px solid {theme.focus};
  padding: 0 {px(9) - ring + 1}px; }}
QComboBox::drop-down {{ border: none; width: {px(32)}px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QLineEdit {{ border: none; padding: 0; background: transparent; }}
QComboBox QAbstractItemView {{ background: {theme.raised}; border: 1px solid {theme.control_border};
  padding: {px(4)}px; }}
QComboBox QAbstractItemView::item {{ min-height: {px(32)}px; padding: 0 {px(8)}px; border-radius: {px(6)}px;
  color: {theme.text}; }}
QComboBox QAbstractItemView::item:selected {{ background: {theme.selected}; }}
"""


def _surfaces(theme: Theme) -> str:
    surfaces = {
        "window": theme.window,
        "side": theme.side,
        "raised": theme.raised,
        "warning": theme.mention,
        "error": theme.error_row,
        "success": theme.success_row,
    }
    tones = {
        "secondary": theme.secondary,
        "error": theme.error,
        "accent": theme.accent,
        "success": theme.success,
    }
    return (
        "".join(f'QWidget[surface="{name}"] {{ background: {colour}; }}\n' for name, colour in surfaces.items())
        + "".join(f'QLabel[tone="{name}"] {{ color: {colour}; }}\n' for name, colour in tones.items())
        + f"""
QFrame[rounded="true"] {{ border-radius: {px(6)}px; }}
QAbstractItemView, QScrollArea {{ border: none; outline: 0; }}
QAbstractItemView {{ background: {theme.window}; }}
QToolTip {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.control_border};
  padding: {px(4)}px {px(8)}px; }}
QMenu {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.line}; padding: {px(4)}px; }}
QMenu::item {{ padding: {px(6)}px {px(24)}px {px(6)}px {px(12)}px; border-radius: {px(6)}px; }}
QMenu::item:selected {{ background: {theme.hover}; }}
QMenu::item:disabled {{ color: {theme.disabled}; }}
QMenu::separator {{ height: 1px; background: {theme.line}; margin: {px(4)}px {px(8)}px; }}
QSplitter::handle {{ background: {theme.line}; }}
QSplitter::handle:hover {{ background: {theme.accent}; }}
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: {px(12)}px; }}
QScrollBar:horizontal {{ height: {px(12)}px; }}
QScrollBar::handle {{ background: {theme.control_border}; border-radius: {px(3)}px; margin: {px(3)}px; }}
QScrollBar::handle:vertical {{ min-height: {px(32)}px; }}
QScrollBar::handle:horizontal {{ min-width: {px(32)}px; }}
QScrollBar::handle:hover {{ background: {theme.secondary}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""
    )
