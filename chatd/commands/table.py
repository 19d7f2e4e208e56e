"""What the table knows of each command: the checks that are the same for all are written once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chatd.commands.call import Call

Handler = Callable[[Call], None]


@dataclass(frozen=True, slots=True)
class Command:
    handler: Handler
    min_params: int = 0
    """Fewer are answered with 461."""
    feature: str = ""
    """The switch of `[features]` without which it is unknown."""
    before_registration: bool = False
    """Whether it may be used before NICK and USER are through; otherwise 451."""
