"""What lies over the messages or beside them: search, lists of order, cards, pins, rooms to come into. One at a time.

Between the page and the controllers of these. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, get_args

from PyQt5.QtCore import QObject, pyqtSignal

from client.changes import SearchResults
from client.directory import DirectoryChange
from client.entering import Entering
from client.finding import Finding
from client.knowing import Knowing
from client.order import PinsChanged, PinsShown, RollShown
from client.ordering import Ordering
from client.people import ProfileShown
from client.pinning import Pinning


class Sheets(QObject):
    """Puts one away when another comes, and brings each what the session says for it."""

    opened = pyqtSignal()
    """One of them comes: what else covers the page goes."""

    def __init__(
        self, finding: Finding, ordering: Ordering, knowing: Knowing, pinning: Pinning, entering: Entering
    ) -> None:
        super().__init__(finding)
        self._all = (finding, ordering, knowing, pinning, entering)
        for sheet in self._all:
            sheet.opened.connect(partial(self._came, sheet))
        self.handlers: dict[type, Callable[[Any], None]] = {
            SearchResults: finding.results,
            RollShown: ordering.shown,
            ProfileShown: knowing.shown,
            PinsChanged: pinning.changed,
            PinsShown: pinning.shown,
            **dict.fromkeys(get_args(DirectoryChange), entering.take),
        }
        """Who takes which change."""

    def close(self) -> bool:
        """Put away what is there; False if nothing is."""
        return any([sheet.close() for sheet in self._all])  # noqa: C419 - all of them, not up to the first

    def _came(self, opened: QObject) -> None:
        for sheet in self._all:
            if sheet is not opened:
                sheet.close()
        self.opened.emit()
