"""How often each command was used since the start (STATS m).

Every thread counts for itself, so that counting costs no lock; `totals` may be called from any thread.
"""

from __future__ import annotations

import threading
from collections import Counter


class Usage:
    """See the module."""

    def __init__(self) -> None:
        self._counts: dict[int, dict[str, int]] = {}
        """By thread, then by command."""

    def note(self, command: str, times: int = 1) -> None:
        """It was used so many times more."""
        counts = self._counts.setdefault(threading.get_ident(), {})
        counts[command] = counts.get(command, 0) + times

    def totals(self) -> dict[str, int]:
        """How often each was used, without those that never were."""
        total: Counter[str] = Counter()
        for counts in self._counts.copy().values():
            total.update(counts.copy())
        return dict(total)
