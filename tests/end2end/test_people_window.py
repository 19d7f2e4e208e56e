"""People through real windows and the real server: who somebody is, being away, when they were last here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from client.models.texts import plain
from tests.end2end.harness import ServerProcess, free_port
from tests.end2end.test_moderation_window import find, on_person
from tests.end2end.test_windows import PATIENCE_MS, QUICK, Window

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def wait(qtbot: QtBot) -> Wait:
    return lambda condition: qtbot.waitUntil(condition, timeout=PATIENCE_MS)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "server", QUICK, port=free_port()) as process:
        yield process


@pytest.fixture
def pair(qtbot: QtBot, server: ServerProcess, wait: Wait) -> Iterator[tuple[Window, Window]]:
    """Siti and Budi, in the lobby."""
    siti, budi = Window(qtbot), Window(qtbot)
    siti.log_in(server.port, "Siti")
    budi.log_in(server.port, "Budi")
    wait(lambda: siti.online and budi.online)
    wait(lambda: "budi" in siti.main.session.conversations["#lobby"].members)
    yield siti, budi
    for window in (siti, budi):
        window.main.close()


def choose_status(window: Window, text: str) -> None:
    find(window.main.chat_page.rooms.account.menu(), text).trigger()


def seen_away(window: Window) -> str | None:
    """Why Budi is away, as this window knows; None while he is here, or not known."""
    member = window.main.session.conversations["#lobby"].members.get("budi")
    return member.away_text if member is not None and member.away else None


def title_line(window: Window) -> str:
    return plain(window.main.chat_page.header.topic.text())


def test_being_away_is_seen_by_the_others_and_lasts_over_a_break(
    qtbot: QtBot, server: ServerProcess, pair: tuple[Window, Window], wait: Wait
) -> None:
    siti, budi = pair
    choose_status(budi, "Away, because…")
    edit = budi.widget(QLineEdit, "rename_edit")
    qtbot.keyClicks(edit, "rapat guru")
    qtbot.keyClick(edit, Qt.Key_Return)
    wait(lambda: seen_away(siti) == "rapat guru")
    strip = budi.main.chat_page.strip
    wait(lambda: budi.main.session.away == "rapat guru")
    server.kill()
    wait(lambda: not budi.online and not siti.online)
    server.start()
    wait(lambda: budi.online and siti.online)
    wait(lambda: seen_away(siti) is not None)
    on_person(siti, "Budi", "Send message")
    siti.type("halo")
    wait(lambda: "away: rapat guru" in title_line(siti))
    wait(lambda: plain(strip.text()) == "You are away: rapat guru.")  # "Connected again" has gone
    qtbot.mouseClick(budi.widget(QPushButton, "strip_button"), Qt.LeftButton)
    wait(lambda: seen_away(siti) is None)
    wait(lambda: title_line(siti) == "online")
    assert budi.main.session.away is None


def test_the_card_tells_who_somebody_is_and_of_who_is_gone_when_that_was(
    qtbot: QtBot, pair: tuple[Window, Window], wait: Wait
) -> None:
    siti, budi = pair
    knowing = siti.main.chat_page.knowing
    on_person(siti, "Budi", "About \u2068Budi\u2069…")
    wait(knowing.card.isVisible)
    said = plain(knowing.card.text())
    assert "Active just now" in said
    assert "Rooms you share: #lobby" in said
    assert "Address" not in said
    qtbot.mouseClick(knowing.card.message_button, Qt.LeftButton)
    wait(lambda: siti.main.session.current == "budi")
    assert title_line(siti) == "online"
    budi.main.close()
    wait(lambda: title_line(siti).startswith("offline, last seen today "))
    siti.main.chat_page.knowing.ask("Budi")
    wait(knowing.card.isVisible)
    assert plain(knowing.card.text()).startswith("Budi is not here. Last seen today ")


def test_who_runs_the_server_sees_from_where_somebody_comes(
    server: ServerProcess, pair: tuple[Window, Window], wait: Wait
) -> None:
    siti, _ = pair
    siti.main.chat_page.knowing.ask("Siti")
    wait(siti.main.chat_page.knowing.card.isVisible)
    assert "Address: 127.0.0.1" in plain(siti.main.chat_page.knowing.card.text())
