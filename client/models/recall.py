"""What was sent from the message box before, to be had again with Ctrl+Up. Plain Python."""

from __future__ import annotations

KEPT = 50
"""So many texts are kept, until the window closes."""


class Recall:
    """The texts that were sent, and where among them the person is."""

    def __init__(self) -> None:
        self._sent: list[str] = []
        self._at = 0
        """Which of them is in the box; behind the last: what was begun."""
        self._begun = ""

    def add(self, text: str) -> None:
        """This was sent; the same twice in a row is kept once."""
        if self._sent[-1:] != [text]:
            self._sent = [*self._sent, text][-KEPT:]
        self._at = len(self._sent)

    def step(self, step: int, text: str) -> str | None:
        """The text before (-1) or behind (1) the one in the box, which is `text`; None at the ends.

        Behind the last one comes what was begun. A recalled text that was changed counts as begun.
        """
        if not 0 <= self._at < len(self._sent) or text != self._sent[self._at]:
            self._at, self._begun = len(self._sent), text
        to = self._at + step
        if not 0 <= to <= len(self._sent):
            return None
        self._at = to
        return self._sent[to] if to < len(self._sent) else self._begun
