"""History, answers, reactions, edits and searching in real windows on a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from client.changes import Entry, EntryKind
from client.connected_ui import ChatPage
from client.widgets.deeds import Deed
from client.widgets.message_view import MessageView
from tests.end2end import test_windows
from tests.end2end.harness import ServerProcess, free_port
from tests.end2end.test_windows import PATIENCE_MS, QUICK, Window

open_window = test_windows.open_window
Open = Callable[[int, str], Window]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    settings = {**QUICK, "limits": {"flood_protection": False}}
    with ServerProcess(tmp_path / "server", settings, port=free_port()) as process:
        yield process


def page_of(window: Window) -> ChatPage:
    return window.main.chat_page


def view_of(window: Window) -> MessageView:
    return page_of(window).view


def entry_of(window: Window, text: str) -> Entry:
    """The newest message with this text."""
    entries = window.main.session.conversations["#lobby"].entries
    return next(entry for entry in reversed(entries) if entry.text == text)


def do(window: Window, deed: Deed, text: str) -> None:
    """Do this with the message that says so, as its menu does."""
    view, entry = view_of(window), entry_of(window, text)
    number = view.messages.row_of(window.main.session.conversations["#lobby"].entries.index(entry))
    view.do(deed, view.messages.row(number))


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def test_all_that_was_said_before_one_came_is_there_by_scrolling_and_nothing_jumps(
    qtbot: QtBot, server: ServerProcess, open_window: Open
) -> None:
    talker = server.connect("Budi")
    for start in range(0, 260, 20):
        talker.ask(*(f"PRIVMSG #lobby :pesan {n} selesai" for n in range(start, start + 20)))
    siti = open_window(server.port, "Siti")
    view = view_of(siti)
    qtbot.waitUntil(lambda: siti.reads("pesan 259 selesai"), timeout=PATIENCE_MS)
    assert view.glued
    bar = view.verticalScrollBar()
    entries = siti.main.session.conversations["#lobby"].entries
    jumps = 0

    def scroll_up() -> bool:
        nonlocal jumps
        anchor = view._anchor()
        if anchor is None:
            return False
        first = entries[anchor.entry].id
        bar.setValue(bar.value() - 150)
        place = top_of(view, first)
        settle()
        now = top_of(view, first)
        jumps += None not in (place, now) and place != now
        return entries[0].kind is EntryKind.START and bar.value() == 0

    qtbot.waitUntil(scroll_up, timeout=PATIENCE_MS)
    assert jumps == 0
    assert view.visible_text()[0].startswith("Start of #lobby.")
    said = [entry.text for entry in entries if entry.text.startswith("pesan")]
    assert said == [f"pesan {n} selesai" for n in range(260)]
    assert len({entry.id for entry in entries}) == len(entries)


def top_of(view: MessageView, entry_id: str) -> int | None:
    number = view.messages.row_of(view._index_of(entry_id))
    return view._text_top(number) if number >= 0 else None


def test_answers_reactions_edits_and_deletions_reach_the_other_window(
    qtbot: QtBot, server: ServerProcess, open_window: Open
) -> None:
    siti, budi = open_window(server.port, "Siti"), open_window(server.port, "Budi")

    def comes(window: Window, text: str) -> None:
        qtbot.waitUntil(lambda: window.reads(text), timeout=PATIENCE_MS)

    siti.type("siapa ikut?")
    comes(budi, "siapa ikut?")
    do(budi, Deed.REPLY, "siapa ikut?")
    budi.type("aku ikt")
    comes(siti, "replies to Siti: siapa ikut?, aku ikt")
    view_of(siti).reaction_requested.emit(entry_of(siti, "aku ikt").id, "👍")
    comes(budi, "aku ikt, 👍 1, sent")
    comes(siti, "👍 1 (yours)")
    qtbot.keyClick(budi.widget(QPlainTextEdit, "composer"), Qt.Key_Up)
    box = budi.widget(QPlainTextEdit, "composer")
    assert box.toPlainText() == "aku ikt"
    box.selectAll()
    budi.type("aku ikut")
    comes(siti, "aku ikut, (edited)")
    view_of(siti).reaction_requested.emit(entry_of(siti, "aku ikut").id, "👍")
    qtbot.waitUntil(lambda: not siti.reads("👍") and not budi.reads("👍"), timeout=PATIENCE_MS)
    view_of(budi).deed_requested.emit(Deed.DELETE, entry_of(budi, "aku ikut").id)
    comes(siti, "This message was deleted.")
    assert not siti.reads("aku ikut")


def test_who_types_is_seen_in_the_other_window(qtbot: QtBot, server: ServerProcess, open_window: Open) -> None:
    siti, budi = open_window(server.port, "Siti"), open_window(server.port, "Budi")
    qtbot.keyClicks(budi.widget(QPlainTextEdit, "composer"), "ha")
    qtbot.waitUntil(lambda: page_of(siti).typing_line.text() == "Budi is typing…", timeout=PATIENCE_MS)
    budi.type("lo")
    qtbot.waitUntil(lambda: siti.reads("halo"), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: page_of(siti).typing_line.text() == "", timeout=PATIENCE_MS)


@pytest.mark.parametrize("everywhere", [False, True])
def test_what_was_said_long_ago_is_found_and_shown_where_it_was_said(
    qtbot: QtBot, server: ServerProcess, open_window: Open, everywhere: bool
) -> None:
    talker = server.connect("Budi")
    talker.ask("PRIVMSG #lobby :kumpulkan tugas fisika besok")
    for start in range(0, 200, 20):
        talker.ask(*(f"PRIVMSG #lobby :obrolan {n}" for n in range(start, start + 20)))
    siti = open_window(server.port, "Siti")
    page = page_of(siti)
    qtbot.waitUntil(lambda: siti.reads("obrolan 199"), timeout=PATIENCE_MS)
    assert not siti.reads("fisika")
    if not siti.main.session.abilities.search:
        pytest.skip("this server cannot search yet")
    (page.finding.open_everywhere if everywhere else page.finding.open_room)()
    field = page.finding.panel.field if everywhere else page.search_bar.field
    qtbot.keyClicks(field, "fisika")

    def found() -> bool:
        status = page.finding.panel.hint if everywhere else page.search_bar.status
        return status.text() == "1 result"

    qtbot.waitUntil(found, timeout=PATIENCE_MS)
    qtbot.keyClick(field, Qt.Key_Return)
    qtbot.waitUntil(lambda: siti.reads("fisika"), timeout=PATIENCE_MS)
    view = page.view
    qtbot.waitUntil(lambda: view.flash.entry_id == entry_of(siti, "kumpulkan tugas fisika besok").id)
    place = top_of(view, view.flash.entry_id)
    assert place is not None
    assert 0 <= place < view.viewport().height() / 2


def test_from_a_message_found_long_ago_one_scrolls_down_to_the_newest_without_a_gap(
    qtbot: QtBot, server: ServerProcess, open_window: Open
) -> None:
    talker = server.connect("Budi")
    for start in range(0, 400, 20):
        talker.ask(*(f"PRIVMSG #lobby :obrolan {n}" for n in range(start, start + 20)))
    siti = open_window(server.port, "Siti")
    page, view = page_of(siti), view_of(siti)
    qtbot.waitUntil(lambda: siti.reads("obrolan 399"), timeout=PATIENCE_MS)
    page.finding.open_room()
    qtbot.keyClicks(page.search_bar.field, '"obrolan 50"')
    qtbot.keyClick(page.search_bar.field, Qt.Key_Return)
    qtbot.waitUntil(lambda: bool(view.flash.entry_id), timeout=PATIENCE_MS)
    entries = siti.main.session.conversations["#lobby"].entries
    assert [entry.kind for entry in entries].count(EntryKind.GAP) == 2, "an island between what is missing"
    bar = view.verticalScrollBar()
    jumps = 0

    def scroll_down() -> bool:
        nonlocal jumps
        anchor = view._anchor()
        if anchor is None:
            return False
        first = entries[anchor.entry].id
        bar.setValue(bar.value() + 150)
        place = top_of(view, first)
        settle()
        now = top_of(view, first)
        jumps += None not in (place, now) and place != now and not view.glued
        return view.glued

    qtbot.waitUntil(scroll_down, timeout=PATIENCE_MS)
    assert jumps == 0
    said = [entry.text for entry in entries if entry.text.startswith("obrolan")]
    first = int(said[0].split()[1])
    assert said == [f"obrolan {n}" for n in range(first, 400)]
    assert first <= 50
