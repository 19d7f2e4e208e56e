"""Pinned messages on the wire (docs/protocol.md, "Pinned messages"), and in real windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, ServerProcess, free_port
from tests.end2end.test_moderation_window import find
from tests.end2end.test_windows import PATIENCE_MS, QUICK, Window

KEY = "obrolan.example/pinned"
CAPS = ("draft/metadata-2", "draft/message-redaction", "message-tags", "echo-message", "standard-replies", "batch")
Wait = Callable[[Callable[[], bool]], None]


@covers("METADATA", "REDACT")
def test_what_is_deleted_stands_out_no_more_whoever_deletes_it(connect: Connect) -> None:
    adi, siti = connect("adi", *CAPS), connect("siti", *CAPS)
    adi.ask("JOIN #pin")
    siti.ask("JOIN #pin", f"METADATA * SUB {KEY}")
    ids = [parse(siti.ask(f"PRIVMSG #pin :{text}")[0]).tags["msgid"] for text in ("satu", "dua")]
    adi.fence()
    [answer] = adi.ask(f"METADATA #pin SET {KEY} :{ids[1]} {ids[0]}")
    assert answer == f":{NAME} 761 adi #pin {KEY} * :{ids[1]} {ids[0]}"
    assert siti.fence() == [f":{NAME} METADATA #pin {KEY} * :{ids[1]} {ids[0]}"]
    [refused] = siti.ask(f"METADATA #pin SET {KEY} :{ids[0]}")
    assert f"KEY_NO_PERMISSION #pin {KEY}" in refused
    assert f":{NAME} METADATA #pin {KEY} * :{ids[1]}" in siti.ask(f"REDACT #pin {ids[0]}")
    assert f":{NAME} METADATA #pin {KEY} *" in siti.ask(f"REDACT #pin {ids[1]}")
    adi.fence()
    values = adi.ask(f"METADATA #pin GET {KEY}")
    assert any(f" 766 adi #pin {KEY} " in line for line in values)


# --- windows ------------------------------------------------------------------------------------------


@pytest.fixture
def wait(qtbot: QtBot) -> Wait:
    return lambda condition: qtbot.waitUntil(condition, timeout=PATIENCE_MS)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(
        tmp_path / "server", {**QUICK, "limits": {"flood_protection": False}}, port=free_port()
    ) as process:
        yield process


def choose_on_message(window: Window, said: str, text: str) -> None:
    """Choose this in the menu of the message that says so."""
    view = window.main.chat_page.view
    rows = range(view.messages.rowCount())
    number = next(number for number in rows if view.messages.row(number).entry.text == said)
    layout = view._delegate.layout_of(number)
    find(view.menu_for(view.messages.row(number), layout, QPoint(-1, -1)), text).trigger()


def count(window: Window) -> str:
    button = window.main.chat_page.header.pins_button
    return button.text() if button.isVisible() else ""


def test_a_pin_is_seen_by_all_also_by_who_comes_later_and_leads_to_the_message(
    qtbot: QtBot, own_server: ServerProcess, wait: Wait
) -> None:
    adi, siti = Window(qtbot), Window(qtbot)
    try:
        adi.log_in(own_server.port, "Adi")
        wait(lambda: adi.online)
        adi.type("/join #kelas")
        wait(lambda: adi.main.session.current == "#kelas")
        adi.type("tugas nomor 4")
        wait(lambda: adi.reads("tugas nomor 4, sent"))
        with_more = own_server.connect("budi")
        with_more.ask("JOIN #kelas", *(f"PRIVMSG #kelas :baris {number}" for number in range(70)))
        wait(lambda: adi.reads("baris 69"))  # that is more than a newcomer is told at once
        adi.main.chat_page.view.to_oldest()
        choose_on_message(adi, "tugas nomor 4", "Pin")
        wait(lambda: count(adi) == "1")
        siti.log_in(own_server.port, "Siti")
        wait(lambda: siti.online)
        siti.type("/join #kelas")
        wait(lambda: siti.main.session.current == "#kelas" and count(siti) == "1")
        wait(lambda: siti.reads("baris 69"))
        qtbot.mouseClick(siti.main.chat_page.header.pins_button, Qt.LeftButton)
        panel = siti.main.chat_page.pinning.panel
        wait(lambda: len(panel.rows) == 1)
        assert panel.rows[0].text.text() == "tugas nomor 4"
        assert not panel.rows[0].unpin_button.isVisible()
        qtbot.mouseClick(panel.rows[0].show_button, Qt.LeftButton)
        wait(lambda: siti.reads("tugas nomor 4"))
        choose_on_message(adi, "tugas nomor 4", "Unpin")
        wait(lambda: count(siti) == count(adi) == "")
    finally:
        for window in (adi, siti):
            window.main.close()
