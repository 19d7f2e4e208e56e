"""What a window remembers of a server: it comes before the server's words, and waits for no slow disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from client import cache, memory, network
from client.cache import Cache
from client.changes import CLEAR, AccountMade, Conversation, Entry, EntryKind, LinkState, Problem, Security
from client.effects import Effect
from client.memory import Memory
from client.session import Session
from client.settings import Settings
from client.window import MainWindow
from protocol import parse

PATIENCE_MS = 10_000
HOST, PORT = "127.0.0.1", 8888
SERVER = "11" * 32
"""The fingerprint of one's certificate."""


def lobby(text: str) -> Conversation:
    entry = Entry("m1", EntryKind.MESSAGE, "Budi", "Budi", text, 1_700_000_000.0)
    return Conversation("#lobby", "#lobby", channel=True, entries=[entry])


@pytest.fixture
def make(tmp_path: Path, qtbot: QtBot) -> Iterator[Callable[[], tuple[Memory, Session]]]:
    made: list[Memory] = []

    def make_one() -> tuple[Memory, Session]:
        session = Session()
        made.append(Memory(tmp_path, session))
        return made[-1], session

    yield make_one
    for one in made:
        one.close()


def recall(qtbot: QtBot, one: Memory, name: str = "Siti") -> list[Conversation]:
    with qtbot.waitSignal(one.recalled, timeout=PATIENCE_MS) as signal:
        one.recall(HOST, PORT, name)
        waits = one.recalling
    assert (waits, one.recalling) == (True, False)
    found: list[Conversation] = signal.args[0]
    return found


def log_in(session: Session, *conversations: Conversation) -> None:
    session.login(HOST, PORT, "Siti")
    session.restore(list(conversations))


def test_nothing_is_recalled_of_a_new_server(qtbot: QtBot, make: Callable[[], tuple[Memory, Session]]) -> None:
    assert recall(qtbot, make()[0]) == []


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when something was written, which happens at once."""
    monkeypatch.setattr(memory, "WRITE_EVERY_MS", 1)
    written = threading.Event()
    save = cache._File.save

    def saved(self: cache._File, *given: object) -> None:
        save(self, *given)  # type: ignore[arg-type]
        written.set()

    monkeypatch.setattr(cache._File, "save", saved)
    return written


def test_what_changed_is_written_soon_and_the_rest_on_leaving(
    qtbot: QtBot, make: Callable[[], tuple[Memory, Session]], written: threading.Event
) -> None:
    one, session = make()
    recall(qtbot, one)
    log_in(session)
    one.take(session.restore([lobby("halo")]))
    qtbot.waitUntil(written.is_set, timeout=PATIENCE_MS)
    session.keep_draft("#lobby", "belum")
    one.leave()
    assert one._last is not None
    assert one._last.finished.wait(10)
    (room,) = recall(qtbot, make()[0])
    assert (room.entries[0].text, room.draft) == ("halo", "belum")


def test_a_draft_is_on_disk_soon_though_the_program_never_ends_well(
    qtbot: QtBot, make: Callable[[], tuple[Memory, Session]], written: threading.Event
) -> None:
    one, session = make()
    one.draft_kept("#lobby")  # nobody is logged in: nothing to keep it in
    recall(qtbot, one)
    log_in(session, lobby("halo"))
    session.keep_draft("#lobby", "belum")
    one.draft_kept("#lobby")
    qtbot.waitUntil(written.is_set, timeout=PATIENCE_MS)
    (room,) = recall(qtbot, make()[0])  # the first one still has the file open, as a program that died would
    assert (room.entries[0].text, room.draft) == ("halo", "belum")


def test_a_new_recall_waits_for_what_the_last_one_writes(
    qtbot: QtBot, make: Callable[[], tuple[Memory, Session]]
) -> None:
    one, session = make()
    recall(qtbot, one)
    log_in(session, lobby("halo"))
    one.leave()
    assert [room.key for room in recall(qtbot, one, " siti ")] == ["#lobby"]
    one.leave()
    assert recall(qtbot, one, "Ani") == []


def test_a_slow_disk_is_not_waited_for_and_its_answer_comes_too_late(
    qtbot: QtBot, make: Callable[[], tuple[Memory, Session]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "RECALL_MS", 1)
    go_on = threading.Event()
    load = cache._File.load

    def slowly(self: cache._File) -> list[Conversation]:
        go_on.wait(10)
        return load(self)

    monkeypatch.setattr(cache._File, "load", slowly)
    one, _ = make()
    heard: list[list[Conversation]] = []
    one.recalled.connect(heard.append)
    assert recall(qtbot, one) == []
    go_on.set()
    assert one._cache is not None
    late: Cache = one._cache
    one.leave()
    qtbot.waitUntil(late.finished.is_set, timeout=PATIENCE_MS)
    assert heard == [[]]


def test_the_secret_of_an_account_is_there_for_the_next_window(make: Callable[[], tuple[Memory, Session]]) -> None:
    one, other = make()[0], make()[0]
    assert one.secret(HOST, PORT, "", "Siti Nur") == ""
    one.take([AccountMade(HOST, PORT, "", "Siti_Nur", "geheim")])
    assert other.secret(HOST, PORT, "", "Siti Nur") is None, "the first window uses it"
    one.log_out()
    assert other.secret(HOST, PORT, "", "siti nur") == "geheim"


def test_a_server_with_a_new_address_is_the_one_that_has_our_account(
    make: Callable[[], tuple[Memory, Session]],
) -> None:
    memory, session = make()
    memory.take([AccountMade("192.168.1.20", PORT, SERVER, "Siti", "geheim")])
    assert memory.secret("192.168.1.77", PORT, "", "Siti") == ""
    session.login("192.168.1.77", PORT, "Siti", secret="")
    assert memory.secret_met(CLEAR) == "", "nothing new is known"
    assert memory.secret_met(Security(SERVER)) == "geheim"
    session.connected(Security(SERVER))
    assert memory.secret_met(Security(SERVER)) == "", "it was said at the login of a known server"


# --- in the window --------------------------------------------------------------------------------


class Offline:
    """A window whose network is the test, with something kept of an earlier login."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self.session = window.session
        self._qtbot = qtbot
        window.network.receiver.perform = self.perform  # type: ignore[method-assign]

    def perform(self, effect: Effect) -> None:
        """Nothing is connected to."""

    def log_in(self, name: str) -> None:
        self.window._log_in(HOST, PORT, name)

    def server(self, *lines: str) -> None:
        self.window.network.batch_received([parse(line) for line in lines])

    def wait_until(self, holds: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(holds, timeout=PATIENCE_MS)


@pytest.fixture
def offline(qtbot: QtBot, tmp_path: Path) -> Iterator[Offline]:
    settings = Settings(tmp_path)
    before, session = Memory(settings.folder, Session()), Session()
    before._session = session
    recall(qtbot, before)
    log_in(session, lobby("dari kemarin"))
    before.close()
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.show()
    yield Offline(window, qtbot)
    window.close()


WELCOME = (":srv 001 {0} :Welcome", ":srv 422 {0} :No MOTD", ":{0}!~u@lan JOIN #lobby", ":srv 366 {0} #lobby :End")


def welcome(nickname: str) -> list[str]:
    return [line.format(nickname) for line in WELCOME]


def test_the_last_view_comes_before_the_servers_first_word(offline: Offline) -> None:
    offline.log_in("Siti")
    offline.window.network.connected(CLEAR)
    offline.server(*welcome("Siti"))
    assert offline.session.state is LinkState.CONNECTING, "what the server says waits"
    offline.wait_until(lambda: offline.session.state is LinkState.ONLINE)
    assert offline.session.conversations["#lobby"].entries[0].text == "dari kemarin"


def test_what_one_types_is_on_disk_soon(offline: Offline, written: threading.Event) -> None:
    offline.log_in("Siti")
    offline.window.network.connected(CLEAR)
    offline.server(*welcome("Siti"))
    offline.wait_until(lambda: offline.session.state is LinkState.ONLINE)
    offline.wait_until(lambda: not offline.window.network.memory._due.isActive())
    written.clear()
    offline.window.chat_page.composer.box.insertPlainText("belum")
    offline.wait_until(written.is_set)


def test_what_was_kept_for_a_name_that_is_taken_is_not_shown_to_another(offline: Offline) -> None:
    offline.log_in("Siti")
    offline.window.network.connected(CLEAR)
    offline.server(":srv 433 * Siti :in use")
    offline.wait_until(lambda: offline.session.state is LinkState.OFFLINE)
    offline.window.login_page.login_as_requested.emit("Siti2")
    offline.server(*welcome("Siti2"))
    offline.wait_until(lambda: offline.session.state is LinkState.ONLINE)
    assert [entry.text for entry in offline.session.conversations["#lobby"].entries if entry.text] == []


def test_logging_out_keeps_the_view_for_the_next_login(offline: Offline) -> None:
    offline.log_in("Siti")
    offline.window.network.connected(CLEAR)
    offline.server(*welcome("Siti"), "@msgid=m2 :Budi!b@b PRIVMSG #lobby :tadi")
    offline.wait_until(lambda: offline.session.state is LinkState.ONLINE)
    offline.window.log_out()
    assert offline.session.conversations == {}
    offline.log_in("Siti")
    offline.wait_until(lambda: "#lobby" in offline.session.conversations)
    texts = [entry.text for entry in offline.session.conversations["#lobby"].entries]
    assert [text for text in texts if text] == ["dari kemarin", "tadi"]


def test_a_server_that_is_away_is_waited_for_beside_the_last_view(offline: Offline) -> None:
    offline.log_in("Siti")
    offline.window.network.connection_failed(Problem.REFUSED, "")
    offline.wait_until(lambda: offline.session.state is LinkState.WAITING)
    assert offline.window._stack.currentWidget() is offline.window.chat_page
    assert offline.session.current == "#lobby"


def test_a_server_that_takes_its_time_is_waited_for_beside_the_last_view(
    offline: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "EARLY_MS", 1)
    offline.log_in("Siti")
    offline.wait_until(lambda: offline.window._stack.currentWidget() is offline.window.chat_page)
    assert offline.session.state is LinkState.CONNECTING
    offline.window.network.connection_failed(Problem.NOT_A_CHAT_SERVER, "")
    offline.wait_until(lambda: offline.window._stack.currentWidget() is offline.window.login_page)


def test_without_a_last_view_the_login_page_says_what_is_wrong(offline: Offline) -> None:
    offline.log_in("Ani")
    offline.window.network.connection_failed(Problem.REFUSED, "")
    offline.wait_until(lambda: offline.session.state is LinkState.OFFLINE)
    assert offline.window._stack.currentWidget() is offline.window.login_page
