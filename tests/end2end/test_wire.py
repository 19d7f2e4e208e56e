"""What somebody on the way reads of our clients and our server: nothing of what is said, unless TLS is switched off.

A proxy between the two keeps all bytes. docs/security.md has the command that shows the same by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from client.changes import Delivery
from tests.end2end.harness import ServerProcess
from tests.end2end.test_terminal_pipes import run
from tests.end2end.test_windows import PATIENCE_MS, QUICK, Window
from tests.faultproxy import FaultProxy

SAID, ANSWERED = "kata rahasia satu", "jawaban rahasia dua"


@pytest.fixture(params=[True, False], ids=["by default", "without TLS"])
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    settings = QUICK if request.param else {**QUICK, "listen": {"tls": False}}
    with ServerProcess(tmp_path / "server", settings) as process:
        yield process


def check(recorded: bytes, server: ServerProcess, *texts: str) -> None:
    """All of these stand in what was recorded, or, by default, none of them."""
    in_clear = "Check words" not in server.output
    found = [text for text in (*texts, "#lobby", "PRIVMSG", "JOIN") if text.encode() in recorded]
    assert found == ([*texts, "#lobby", "PRIVMSG", "JOIN"] if in_clear else [])
    assert len(recorded) > 1000, "it did go this way"


def test_no_word_between_a_window_and_the_server_can_be_read_on_the_way(qtbot: QtBot, server: ServerProcess) -> None:
    budi = server.connect("Budi")
    with FaultProxy(server.port, record=True) as proxy:
        window = Window(qtbot)
        window.log_in(proxy.port, "Siti")
        qtbot.waitUntil(lambda: window.online, timeout=PATIENCE_MS)
        window.type(SAID)
        qtbot.waitUntil(lambda: window.lobby[-1].delivery is Delivery.SENT, timeout=PATIENCE_MS)
        assert budi.expect("PRIVMSG").params == ["#lobby", SAID]
        budi.send(f"PRIVMSG #lobby :{ANSWERED}")
        qtbot.waitUntil(lambda: window.reads(ANSWERED), timeout=PATIENCE_MS)
        window.main.close()
    check(bytes(proxy.recorded), server, SAID, ANSWERED)


def test_no_word_between_a_terminal_and_the_server_can_be_read_on_the_way(server: ServerProcess) -> None:
    budi = server.connect("Budi")
    with FaultProxy(server.port, record=True) as proxy:
        code, _, errors = run("--port", proxy.port, "--name", "Siti", typed=SAID.encode())
    assert code == 0, errors
    assert budi.expect("PRIVMSG").params == ["#lobby", SAID]
    check(bytes(proxy.recorded), server, SAID)
