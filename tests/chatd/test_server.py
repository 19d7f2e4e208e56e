"""`server.py` from the inside: the lists it offers, its notices, its end, and what a mistake of ours may cost."""

from __future__ import annotations

import dataclasses
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chatd.commands import COMMANDS
from chatd.commands.call import Call
from chatd.commands.table import Command
from chatd.config import Config, Limits, Listen, Lobby, Server
from chatd.datafolder import DataFolder
from chatd.engine import IoThread
from chatd.events import Audience, Event
from chatd.listeners.tcp import PortTakenError, TcpListener
from server import ChatServer
from tests.end2end.harness import NAME, IrcClient, commands

CONFIG = Config(
    server=Server(name=NAME),
    listen=Listen(host="127.0.0.1", port=0),
    lobby=Lobby(autojoin=False),
    limits=dataclasses.replace(Limits(), flood_protection=False),
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChatServer]:
    before = set(threading.enumerate())
    folder = DataFolder(tmp_path)
    made = ChatServer(CONFIG, TcpListener("127.0.0.1", 0), folder)
    made.start()
    yield made
    made.stop()
    folder.close()
    assert set(threading.enumerate()) <= before, "threads are left over"


@pytest.fixture
def clients(server: ChatServer) -> Iterator[list[IrcClient]]:
    made = [IrcClient(server.port) for _ in range(5)]
    for number, client in enumerate(made[:4]):
        client.register(f"orang{number}")
    made[4].ask("PONG", "NICK setengah")
    yield made
    for client in made:
        client.close()


def test_clients_and_nicknames_are_parallel_lists_of_the_registered(
    server: ChatServer, clients: list[IrcClient]
) -> None:
    assert server.nicknames == ["orang0", "orang1", "orang2", "orang3"]
    clients[1].ask("NICK lain")
    clients[0].leave()
    with server.state.lock:
        assert sorted(server.nicknames) == ["lain", "orang2", "orang3"]
        assert [client.nickname for client in server.clients] == server.nicknames


def test_the_lists_stay_parallel_while_many_come_go_and_rename(server: ChatServer) -> None:
    def live(number: int) -> None:
        for turn in range(15):
            client = IrcClient(server.port)
            client.register(f"r{number}")
            client.ask(f"NICK r{number}t{turn}", "JOIN #x")
            client.leave()

    threads = [threading.Thread(target=live, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    looks = 0
    while any(thread.is_alive() for thread in threads):
        with server.state.lock:
            looks += 1
            assert [client.nickname for client in server.clients] == server.nicknames
    for thread in threads:
        thread.join()
    assert looks > 0
    assert (server.clients, server.nicknames) == ([], [])
    assert set(server.state.channels) == {"#lobby"}


def test_of_members_who_have_gone_nothing_is_kept(server: ChatServer) -> None:
    witness = IrcClient(server.port)
    witness.register("saksi")
    witness.ask("JOIN #x")
    for number in range(8):
        client = IrcClient(server.port)
        client.register(f"r{number}")
        client.ask("JOIN #x,#y", "PART #y")
        client.send(*["JOIN #y", "PRIVMSG #x :bye", "QUIT"] if number % 2 else ["PRIVMSG #x :bye"])
        if number % 2:
            client.rest()
        client.close()
        witness.expect("QUIT")
    assert sum(map(len, server._io)) == 1
    rooms = [room for thread in server._io for room in thread._delivery._rooms.items()]
    assert [(channel, [member.nickname for member in members.values()]) for channel, members in rooms] == [
        ("#x", ["saksi"])
    ]
    witness.close()


def test_broadcast_reaches_everybody_who_is_registered_on_every_thread(
    server: ChatServer, clients: list[IrcClient]
) -> None:
    server.broadcast("we stop in 5 minutes")
    for client in clients[:4]:
        assert client.expect("NOTICE").params == ["*", "we stop in 5 minutes"]
    assert clients[4].fence() == []


@pytest.mark.parametrize("text", ["a\r\nQUIT :b", "a\nb", "a\rb", "x" * 1000, "é" * 300])
def test_a_broadcast_is_one_line_whatever_is_in_it(server: ChatServer, clients: list[IrcClient], text: str) -> None:
    server.broadcast(text)
    notice = clients[0].expect("NOTICE", "QUIT")
    assert notice.command == "NOTICE"
    assert 3 <= len(notice.params[1].encode()) <= 400


def test_after_stop_everybody_was_told_and_the_port_is_free(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    server = ChatServer(CONFIG, TcpListener("127.0.0.1", 0), folder)
    server.start()
    port = server.port
    client, stranger = IrcClient(port), IrcClient(port)
    client.register("ani")
    stranger.ask("PONG")
    server.stop("Back at eight")
    folder.close()
    for each in (client, stranger):
        assert each.rest()[-1] == "ERROR :Closing link: Back at eight"
        each.close()
    with socket.socket() as late, pytest.raises(ConnectionRefusedError):
        late.connect(("127.0.0.1", port))
    TcpListener("127.0.0.1", port).close()


def test_a_port_that_is_taken_is_told_from_other_reasons() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        with pytest.raises(PortTakenError):
            TcpListener("127.0.0.1", holder.getsockname()[1])
        with pytest.raises(OSError, match="assign"):
            TcpListener("192.0.2.1", 0)


def test_a_mistake_in_a_handler_costs_one_connection_and_is_logged(
    server: ChatServer,
    clients: list[IrcClient],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(call: Call) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setitem(COMMANDS, "BROKEN", Command(broken))
    logging.getLogger("obrolan").propagate = True
    clients[0].send("BROKEN", "PRIVMSG orang1 :never sent")
    assert clients[0].rest() == ["ERROR :Closing link: The server made a mistake; please connect again"]
    assert clients[1].ask("ISON orang0") == [f":{NAME} 303 orang1 :"]
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError
    assert "orang0" in record.getMessage()


class Recorder(IoThread):
    """An I/O thread that never runs and notes what it is asked to do."""

    notes: list[str]

    def hand(self, batch: Sequence[Event]) -> None:
        self.notes.append("hand")

    def wake(self) -> None:
        self.notes.append("wake")


def test_every_thread_has_a_batch_before_any_of_them_is_woken(server: ChatServer) -> None:
    """A PONG says that all before it is at every member: no thread may answer while another knows nothing yet."""
    notes: list[str] = []
    real, recorders = server._io, [object.__new__(Recorder) for _ in range(3)]
    for recorder in recorders:
        recorder.notes = notes
    server._io = list(recorders)
    server._hand_out([Event(Audience.EVERYONE, "NOTICE", ":x", None)])
    server._io = real
    assert notes == ["hand"] * 3 + ["wake"] * 3


def test_a_connection_is_given_to_one_thread_after_the_other(server: ChatServer, clients: list[IrcClient]) -> None:
    owners = {client.owner for client in server.clients}
    assert len(owners) == CONFIG.limits.io_threads
    assert sum(map(len, server._io)) == len(clients)
    assert commands(clients[0].ask("LUSERS"))[0] == "251"


def test_where_no_thread_can_be_started_any_more_everything_goes_on(
    server: ChatServer, clients: list[IrcClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reliability F10: all threads are there from the start, so nobody who comes needs one."""

    def no_more(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_more)
    newcomers = [IrcClient(server.port) for _ in range(30)]
    for number, client in enumerate(newcomers):
        client.register(f"baru{number}", "draft/chathistory", "soju.im/search")
        assert " 366 " in client.ask("JOIN #x")[-1]
    ani = newcomers[0]
    ani.ask("PRIVMSG #x :halo")
    assert all(" 001 " not in line for line in ani.ask("NS REGISTER rahasia"))
    for question in ("CHATHISTORY LATEST #x * 10", "SEARCH in=#x;text=halo"):
        assert any("halo" in line for line in ani.ask(question))
    for client in newcomers:
        client.close()
    assert clients[0].fence() == []
