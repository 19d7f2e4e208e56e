"""Searching: the bar of the room on screen (Ctrl+F) and the panel for everything (Ctrl+Shift+F).

Between the page and the session, which has one search at a time. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, QTimer, pyqtSignal
from PyQt5.QtWidgets import QWidget

from client.changes import Change, Hit, SearchResults
from client.models.texts import number_text
from client.session import Session
from client.widgets.search_bar import SearchBar
from translations import ntr, tr

if TYPE_CHECKING:
    from client.widgets.search_panel import SearchPanel

PAUSE_MS = 300
"""So long after the last letter the server is asked."""


class Finding(QObject):
    """What is being looked for, and which hit is on screen."""

    opened = pyqtSignal()

    def __init__(
        self,
        session: Session,
        bar: SearchBar,
        over: QWidget,
        do: Callable[[list[Change]], None],
        leave: Callable[[], None],
    ) -> None:
        """`over`: the list that the panel covers; `leave`: give the keyboard back to the page."""
        super().__init__(bar)
        self._session, self._bar, self._over, self._do, self._leave = session, bar, over, do, leave
        self._made_panel: SearchPanel | None = None
        self._results = SearchResults("", "")
        self._at = -1
        """Which hit of the room was shown last."""
        self._go_on = False
        """The next results lead to the next hit at once: Enter was pressed before they were here."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._ask)
        bar.text_changed.connect(self._typed)
        bar.step_requested.connect(self.step)
        bar.closed.connect(self._close)

    @property
    def panel(self) -> SearchPanel:
        """The panel for everything, made when it is first asked for."""
        if self._made_panel is None:
            from client.widgets.search_panel import SearchPanel  # noqa: PLC0415 - only once it is opened

            panel = self._made_panel = SearchPanel(self._over)
            panel.text_changed.connect(self._typed)
            panel.chosen.connect(self._show)
            panel.more_requested.connect(lambda: self._do(self._session.search_more()))
            panel.closed.connect(self._close)
        return self._made_panel

    @property
    def _everywhere(self) -> bool:
        return self._made_panel is not None and self._made_panel.isVisible()

    def open_room(self) -> None:
        """Search in the room on screen."""
        if self._session.current:
            self.close()
            self.opened.emit()
            self._bar.open()
            self._ask()

    def open_everywhere(self) -> None:
        """Search in all rooms."""
        self.opened.emit()
        self._bar.hide()
        self.panel.open()
        self._ask()

    def close(self) -> bool:
        """Put both away; False if none was open."""
        was_open = self._bar.isVisible() or self._everywhere
        self._timer.stop()
        self._bar.hide()
        if self._made_panel is not None:
            self._made_panel.hide()
        return was_open

    def room_changed(self) -> None:
        """Another conversation is on screen: what was found is not in it."""
        self.close()

    def results(self, results: SearchResults) -> None:
        """The session found something, or nothing."""
        if self._everywhere and not results.key:
            self.panel.show_results(results)
        elif self._bar.isVisible() and results.key == self._session.current:
            same = results.query == self._results.query and results.key == self._results.key
            self._at = self._at if same else -1
            self._results = results
            self._say()
            if self._go_on:
                self._go_on = False
                self.step(1)

    def step(self, direction: int) -> None:
        """To the next older hit (1) or the next newer one (-1)."""
        if self._timer.isActive():
            self._go_on = True
            self._ask()
            return
        hits, wanted = self._results.hits, self._at + direction
        if wanted >= len(hits) and self._results.more:
            self._go_on = True
            self._do(self._session.search_more())
        elif 0 <= wanted < len(hits):
            self._at = wanted
            self._say()
            self._do(self._session.show_message(hits[wanted].key, hits[wanted].id))

    def retranslate(self) -> None:
        """The language changed."""
        if self._bar.isVisible():
            self._say()

    def _typed(self) -> None:
        self._go_on = False
        self._timer.start()

    def _ask(self) -> None:
        self._timer.stop()
        everywhere = self._everywhere
        text = (self.panel.field if everywhere else self._bar.field).text().strip()
        key = "" if everywhere else self._session.current
        if not self._session.abilities.search:
            self.results(SearchResults(text, key, problem=tr("This server cannot search.")))
        else:
            self._do(self._session.search(text, key))

    def _say(self) -> None:
        found, count = self._results, len(self._results.hits)
        number = number_text(count) + ("+" if found.more else "")
        if found.problem:
            text = found.problem
        elif not found.query:
            text = ""
        elif not count:
            text = tr("No results")
        elif self._at < 0:
            text = ntr("{n} result", "{n} results", count).format(n=number)
        else:
            text = tr("{n} of {total}").format(n=number_text(self._at + 1), total=number)
        self._bar.set_status(text, steps=bool(count))

    def _show(self, hit: Hit) -> None:
        self.close()
        self._do(self._session.select(hit.key))
        self._do(self._session.show_message(hit.key, hit.id))
        self._leave()

    def _close(self) -> None:
        self.close()
        self._leave()
