"""What tests of the server's rooms share."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    """Undo the logging that a `Console` sets up."""
    root = logging.getLogger("obrolan")
    before = root.level, root.propagate, root.handlers, logging.raiseExceptions
    yield
    root.level, root.propagate, root.handlers, logging.raiseExceptions = before
    root.setLevel(before[0])
