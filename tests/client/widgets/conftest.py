"""The look in which widgets are tested: light, 100 %, whatever a test before left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtWidgets import QApplication

from client import theme


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, theme.LIGHT)
    yield
    QApplication.clipboard().clear()
    theme.apply(qapp, theme.LIGHT)
