"""What a search found, as an item model, and where in a text the words stand that were looked for. GUI thread only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from PyQt5.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from client.changes import Hit
from client.models import markup
from client.models.texts import isolated, moment_text, one_line, plain, safe_name, summary

_FILTER = re.compile(r"\b(?:from|in|before|after|has):\S+", re.IGNORECASE)
_WORD = re.compile(r'"([^"]+)"|(\S+)')
_BEFORE = 40
"""So many characters are shown before the first hit in a long text."""


def query_words(query: str) -> list[str]:
    """The words and quoted phrases of a query, without its filters."""
    found = _WORD.findall(_FILTER.sub(" ", query))
    return [word for phrase, single in found if (word := (phrase or single).strip('"*'))]


def spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where these words stand in a text, whatever their case: (start, stop), from left to right, none over another."""
    if not words:
        return []
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    return [match.span() for match in pattern.finditer(text)]


def excerpt(text: str, words: Sequence[str]) -> str:
    """A text on one line that begins not long before the first of the words, without marks."""
    text = plain(markup.unmarked(text))
    found = spans(text, words)
    start = found[0][0] - _BEFORE if found else 0
    if start <= 0:
        return one_line(text)
    space = text.find(" ", start, start + _BEFORE)
    return "…" + one_line(text[space + 1 if space >= 0 else start :])


class HitModel(QAbstractListModel):
    """The hits of one search, the newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hits: tuple[Hit, ...] = ()
        self.words: list[str] = []

    def show(self, query: str, hits: tuple[Hit, ...]) -> None:
        """Show these; what is only longer than before is appended, so that the list stays where it is."""
        self.words = query_words(query)
        known = len(self.hits)
        if known and hits[:known] == self.hits:
            if len(hits) > known:
                self.beginInsertRows(QModelIndex(), known, len(hits) - 1)
                self.hits = hits
                self.endInsertRows()
            return
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature; never changed
        """How many hits there are."""
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """The whole hit as one sentence."""
        if not index.isValid() or role not in {Qt.DisplayRole, Qt.AccessibleTextRole}:
            return None
        hit = self.hits[index.row()]
        parts = (safe_name(hit.title), isolated(hit.name), moment_text(hit.time), summary(hit.text))
        return plain(", ".join(parts))
