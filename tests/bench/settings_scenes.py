"""States of the chat page about what the person chooses, for `screenshots.py`: settings and keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from client.choosing import Choosing

if TYPE_CHECKING:
    from tests.bench.screenshots import Chat


def choices(chat: Chat) -> Iterator[str]:
    """The pages of the settings."""
    choosing = chat.window.findChild(Choosing)
    assert choosing is not None
    choosing.open()
    for number, name in enumerate(("account", "look", "notices", "access", "language", "rest")):
        choosing.panel.show_page(number)
        yield f"chat-settings-{name}"
    choosing.panel.leave()
    choosing.open_keys()
    yield "chat-keys"
    choosing.key_sheet.leave()
