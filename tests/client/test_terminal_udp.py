"""The terminal's UDP dialect against a plain socket: what is sent, what is shown, and what is paced."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from client.console import udp
from client.console.contract import Login
from client.console.udp import BURST, DATAGRAM_BYTES, INTRODUCE_AGAIN_S, UdpTalk
from tests.fakes import ManualClock
from tests.terminals import WAIT_S, Desk

Join = Callable[..., tuple[UdpTalk, Desk]]


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(WAIT_S)
        yield sock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def join(server: socket.socket, clock: ManualClock) -> Iterator[Join]:
    talks: list[UdpTalk] = []

    def join_one(name: str = "Siti", host: str = "127.0.0.1", *, interactive: bool = True) -> tuple[UdpTalk, Desk]:
        talk = UdpTalk(Login(host, server.getsockname()[1], name), interactive=interactive, monotonic=clock)
        talks.append(talk)
        desk = Desk()
        talk.start(desk)
        return talk, desk

    yield join_one
    for talk in talks:
        talk.quit()
        talk.close()


def heard(server: socket.socket) -> str:
    return server.recv(65536).decode()


def test_the_first_datagram_says_who_we_are_and_the_next_ones_do_not(server: socket.socket, join: Join) -> None:
    talk, desk = join("Siti Nur")
    assert desk.take() == ["-- Write a first message to join; “exit” leaves."]
    assert talk.accept("halo")
    assert talk.accept("lagi")
    assert [heard(server), heard(server)] == ["Siti Nur: halo", "lagi"]
    assert desk.take() == ["Siti Nur: halo", "Siti Nur: lagi"]


def test_what_arrives_is_shown_line_by_line(server: socket.socket, join: Join) -> None:
    talk, desk = join()
    talk.accept("halo")
    _, address = server.recvfrom(2000)
    desk.take()
    for datagram in (b"Budi: hai\nApa kabar?", b"caf\xe9 \x1b[2J"):
        server.sendto(datagram, address)
        desk.turn()
    assert desk.take() == ["Budi: hai", "Apa kabar?", "café \\x1b[2J"]


@pytest.mark.parametrize("typed", ["exit", "/quit", " exit "])
def test_exit_says_goodbye_and_leaves(server: socket.socket, join: Join, typed: str) -> None:
    talk, desk = join()
    talk.accept("halo")
    talk.accept(typed)
    assert [heard(server), heard(server)] == ["Siti: halo", "exit"]
    assert desk.code == 0


def test_a_long_text_goes_in_whole_datagrams(server: socket.socket, join: Join) -> None:
    talk, _ = join()
    talk.accept("ä" * 2000)
    pieces = [heard(server) for _ in range(3)]
    assert all(len(piece.encode()) <= DATAGRAM_BYTES for piece in pieces)
    assert "".join(pieces) == "Siti: " + "ä" * 2000


def test_after_a_long_silence_the_name_goes_along_again(server: socket.socket, join: Join, clock: ManualClock) -> None:
    talk, _ = join()
    talk.accept("halo")
    clock.advance(INTRODUCE_AGAIN_S)
    talk.accept("masih di sini")
    assert [heard(server), heard(server)] == ["Siti: halo", "Siti: masih di sini"]


def test_a_flood_is_slowed_down_and_nothing_is_lost(server: socket.socket, join: Join, clock: ManualClock) -> None:
    talk, _ = join()
    talk.accept("\n".join(f"baris {number}" for number in range(30)))
    assert not talk.ready
    assert len(talk.waiting) == 30 - BURST
    while (due := talk.next_tick) is not None:
        clock.seconds = due
        talk.tick()
    assert [heard(server) for _ in range(30)][-1] == "baris 29"
    assert clock.seconds - 1000 == pytest.approx((30 - BURST) / udp.PER_SECOND)
    assert talk.ready


def test_a_script_leaves_once_all_is_sent(server: socket.socket, join: Join, clock: ManualClock) -> None:
    talk, desk = join(interactive=False)
    talk.accept("\n".join(f"baris {number}" for number in range(BURST + 1)))
    talk.finish()
    clock.advance(1)
    talk.tick()
    assert [heard(server) for _ in range(BURST + 2)][-2:] == [f"baris {BURST}", "exit"]
    assert desk.code == 0
    assert desk.take() == [], "a script knows what it said"


def test_a_script_learns_that_nobody_is_there(server: socket.socket, join: Join) -> None:
    port = server.getsockname()[1]
    talk, desk = join(interactive=False)
    server.close()
    talk.accept("halo")
    talk.finish()
    assert desk.code == 1
    assert desk.take() == [f"-- There is no server at 127.0.0.1 port {port}. Make sure that server.py is running."]


def test_a_person_is_told_once_and_introduced_again_when_the_server_is_back(server: socket.socket, join: Join) -> None:
    port = server.getsockname()[1]
    talk, desk = join()
    server.close()
    desk.take()
    talk.accept("halo")
    desk.turn()
    talk.accept("halo?")
    desk.turn()
    assert len([line for line in desk.take() if "There is no server" in line]) == 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
        back.settimeout(WAIT_S)
        back.bind(("127.0.0.1", port))
        talk.accept("sudah?")
        assert heard(back) == "Siti: sudah?"


def test_an_unknown_host_is_said_and_ends_it(join: Join) -> None:
    _, desk = join(host="tidak-ada.invalid")
    assert desk.take() == ["-- The address “tidak-ada.invalid” was not found. Check the spelling."]
    assert desk.code == 1


def test_tab_has_nothing_to_offer_and_the_prompt_stays(join: Join) -> None:
    talk, _ = join()
    assert talk.prompt == ">> "
    assert not talk.words.people
