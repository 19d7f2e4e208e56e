"""The settings over the whole page: a list of pages at the left, in a narrow window a box above them, and the page.

Knows no setting: the pages say what was chosen. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QModelIndex, QStringListModel
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from client import theme
from client.theme import px
from client.widgets.choices import Selector
from client.widgets.settings_page import SettingsPage
from client.widgets.sheet import RING, Cover, scroller
from client.widgets.side_list import SideItem, SideList
from translations import tr

NARROW = 640
"""Below this width at 100 % the list becomes a box."""


class Categories(SideList):
    """The names of the pages."""

    def __init__(self, parent: QWidget) -> None:
        self.names = QStringListModel()
        super().__init__(self.names, single_click=True, parent=parent)
        self.setObjectName("settings_categories")

    def item(self, number: int) -> SideItem:
        """A name; the page on screen is the chosen one."""
        return SideItem(self.names.stringList()[number], chosen=number == self.currentIndex().row())

    def menu_for(self, _number: int) -> QMenu | None:
        """None: there is nothing to be done but to go there."""
        return None

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """The arrow keys turn the pages."""
        super().currentChanged(current, previous)
        self.viewport().update()


class SettingsPanel(Cover):
    """See the module."""

    def __init__(self, over: QWidget, pages: Sequence[SettingsPage]) -> None:
        super().__init__(over, "settings_panel")
        self.pages = pages
        self.categories = Categories(self)
        self.box = Selector(self)
        self.box.setObjectName("settings_box")
        self.stack = QStackedWidget(self)
        for page in pages:
            area = scroller(self)
            area.setWidget(page)
            self.stack.addWidget(area)
        self.categories.selectionModel().currentChanged.connect(lambda index, _before: self.show_page(index.row()))
        self.box.activated.connect(self.show_page)
        content = QVBoxLayout()
        content.addWidget(self.box)
        content.addWidget(self.stack, 1)
        self._row = QHBoxLayout()
        self._row.addWidget(self.categories)
        self._row.addLayout(content, 1)
        self.column.addLayout(self._row, 1)
        self.renew()
        self.show_page(0)

    def show_page(self, number: int) -> None:
        """Show this page."""
        if number < 0:
            return
        self.stack.setCurrentIndex(number)
        self.box.setCurrentIndex(number)
        self.categories.setCurrentIndex(self.categories.names.index(number))

    def open(self) -> None:
        """Come up with the page that was shown last."""
        self._fold()
        self.uncover(self.box if self.folded else self.categories)

    @property
    def folded(self) -> bool:
        """Whether the window is too narrow for the list."""
        return self._over.width() < NARROW * theme.zoom()

    def _set_margins(self, beside: int) -> None:
        """The names in the list, which have a margin of their own, in line with the title."""
        own = 0 if self.folded else px(4)
        super()._set_margins(beside - own)
        self._top_row.setContentsMargins(px(RING) + own, 0, 0, 0)

    def _fold(self) -> None:
        self.categories.setVisible(not self.folded)
        self.box.setVisible(self.folded)

    def leave(self) -> None:
        """What was typed holds."""
        for page in self.pages:
            page.leave()
        super().leave()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: list or box."""
        super().resizeEvent(event)
        self._fold()

    def heading(self) -> str:
        """Its title."""
        return tr("Settings")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        names = [page.heading() for page in self.pages]
        at = self.stack.currentIndex()
        self.categories.names.setStringList(names)
        self.box.clear()
        self.box.addItems(names)
        self.show_page(at)
        self.categories.setAccessibleName(tr("Settings"))
        self.categories.setFixedWidth(px(176))
        theme.mark(self.categories, "surface", "window")
        self.box.setAccessibleName(tr("Settings"))
        self.box.setFont(theme.text_font(14, semibold=True))
        self.box.setFixedHeight(px(36))
        self._row.setSpacing(px(8))
        self._fold()
