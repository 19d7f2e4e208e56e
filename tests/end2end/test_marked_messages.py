"""Marks in messages: they mean something in windows, and on the wire is what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.widgets.row_layout import RowLayout
from tests.end2end.harness import IrcClient, ServerProcess, free_port
from tests.end2end.test_windows import PATIENCE_MS, QUICK, Window, open_window

__all__ = ["open_window"]

LINES = [f"baris_{number} = {number}*2*3" for number in range(9)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "server", QUICK, port=free_port()) as process:
        yield process


def last_row(window: Window) -> RowLayout:
    view = window.main.chat_page.view
    return view._delegate.layout_of(view.messages.rowCount() - 1)


def test_code_that_is_pasted_in_one_window_stands_in_a_box_in_another_and_on_the_wire_as_typed(
    qtbot: QtBot, server: ServerProcess, open_window: Callable[[int, str], Window]
) -> None:
    siti, budi = open_window(server.port, "Siti"), open_window(server.port, "Budi")
    irc = IrcClient(server.port)
    irc.register("ani")
    irc.send("JOIN #lobby")
    irc.fence()
    composer = siti.main.chat_page.composer
    QApplication.clipboard().setText("\n".join(LINES))
    composer.box.paste()
    assert composer.text() == ""
    qtbot.mouseClick(composer.paste_bar.as_code, Qt.LeftButton)
    qtbot.keyClick(composer.box, Qt.Key_Return)
    qtbot.waitUntil(lambda: budi.reads("baris_8"), timeout=PATIENCE_MS)
    assert (
        [box.code for box in last_row(budi).boxes] == [box.code for box in last_row(siti).boxes] == ["\n".join(LINES)]
    )
    assert [irc.expect("PRIVMSG").params[1] for _ in range(11)] == ["```", *LINES, "```"]
    siti.type("**tebal** dan [x](https://y.example)")
    qtbot.waitUntil(lambda: budi.reads("tebal dan x (y.example)"), timeout=PATIENCE_MS)
    assert irc.expect("PRIVMSG").params[1] == "**tebal** dan [x](https://y.example)"
    irc.close()
