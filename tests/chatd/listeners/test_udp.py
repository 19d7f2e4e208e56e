"""`chatd/listeners/udp.py`: who becomes a member, what each gets at most, and what ends it.

The listener is real, as are the datagrams; the test is the server behind it, and moves its clock.
"""

from __future__ import annotations

import errno
import queue
import socket
import sys
from collections.abc import Iterator

import pytest

from chatd.listeners import udp as room
from chatd.listeners.tcp import PortTakenError
from chatd.listeners.udp import (
    BURST,
    DATAGRAM_BYTES,
    MEMBERS,
    PER_SECOND,
    QUOTA_BYTES,
    SWEEP_S,
    UdpListener,
    first_datagram,
    new_translator,
)
from tests.chatd.listeners.test_gateway import WAIT_S, Clock, Inside

SILENCE_S = 300.0
HERE = ("127.0.0.1", 5005)


class Place:
    """A running listener, the clock it goes by, and who was counted in and out."""

    def __init__(self, *, public: bool = False, host: str = "127.0.0.1") -> None:
        self.clock = Clock()
        self.refusal = ""
        self.admitted: list[str] = []
        self.refused: queue.Queue[str] = queue.Queue()
        self.released: list[str] = []
        self._arrived: queue.Queue[Inside] = queue.Queue()
        self._sockets: list[socket.socket] = []
        self.listener = UdpListener(
            host,
            0,
            admit=self._admit,
            release=self.released.append,
            connect=self._connect,
            translator=lambda: new_translator("#lobby", notices=True),
            silence_s=SILENCE_S,
            public=public,
            monotonic=self.clock,
        )
        self.listener.thread.start()

    def _admit(self, address: str) -> str:
        if self.refusal:
            self.refused.put(address)
        else:
            self.admitted.append(address)
        return self.refusal

    def _connect(self, sock: socket.socket, address: str, port: int) -> None:
        sock.setblocking(True)
        self._arrived.put(Inside(sock, address, port))

    def program(self, host: str = "127.0.0.1") -> socket.socket:
        """A program that has not sent anything yet."""
        opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((host, 0))
        opened.settimeout(WAIT_S)
        opened.connect((host, self.listener.port))
        self._sockets.append(opened)
        return opened

    def arrived(self) -> Inside:
        """The server's end of the next member."""
        inside = self._arrived.get(timeout=WAIT_S)
        self._sockets.append(inside.socket)
        return inside

    def enter(self, name: str = "Siti") -> tuple[socket.socket, Inside]:
        """A member in the lobby whose first message was "hadir"."""
        program = self.program()
        program.send(f"{name}: hadir".encode())
        inside = self.arrived()
        log_in(inside, name)
        assert inside.line() == "PRIVMSG #lobby :hadir"
        return program, inside

    def fence(self) -> None:
        """Wait until the listener has dealt with every datagram that was sent to it before."""
        witness = self.program()
        witness.send(b"saksi")
        inside = self.arrived()
        inside.until("PING try-1")
        inside.socket.close()

    def nobody_arrived(self) -> bool:
        return self._arrived.empty()

    def close(self) -> None:
        if self.listener.thread.is_alive():
            self.listener.stop()
        self.listener.thread.join(WAIT_S)
        assert not self.listener.thread.is_alive()
        while not self._arrived.empty():
            self.arrived()
        for sock in self._sockets:
            sock.close()


def log_in(inside: Inside, nickname: str) -> None:
    """Let a member in."""
    inside.until("PING try-1")
    inside.send(":s PONG s :try-1", f":s 001 {nickname} :Welcome")
    inside.until("WHO #lobby")
    inside.send(f":{nickname}!~u@h JOIN #lobby * :{nickname}")


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.close()


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("halo", "127.0.0.1:5005", "halo"),
        ("Siti: halo", "Siti", "halo"),
        ("user1 pc: halo: semua", "user1 pc", "halo: semua"),
        ("Siti: ", "Siti", ""),
        ("Siti:halo", "127.0.0.1:5005", "Siti:halo"),
        (": halo", "127.0.0.1:5005", ": halo"),
        ("x" * 30 + ": halo", "x" * 30, "halo"),
        ("x" * 31 + ": halo", "127.0.0.1:5005", "x" * 31 + ": halo"),
        ("baris satu\ndua: tiga", "127.0.0.1:5005", "baris satu\ndua: tiga"),
    ],
)
def test_the_first_datagram_is_a_message_and_may_be_a_name_too(text: str, name: str, message: str) -> None:
    assert first_datagram(text, HERE) == (name, message)


def test_an_address_without_a_name_is_called_by_host_and_port_and_told_apart_by_the_port(place: Place) -> None:
    programs = place.program(), place.program()
    for program in programs:
        program.send(b"halo")
        inside = place.arrived()
        host, port = program.getsockname()
        assert inside.peer == (host, port)
        inside.until("PING try-1")
        inside.send(":s PONG s :try-1")
        assert inside.line() == f"USER classic 0 * :{host}:{port}"


def test_later_datagrams_are_messages_without_the_name_in_front(place: Place) -> None:
    program, inside = place.enter()
    for data in (b"Siti: satu", b"dua\n", b"tiga\nempat\r\n", b"caf\xe9", b"Wati: lima", b" \n"):
        program.send(data)
    heard = [inside.line() for _ in range(6)]
    assert heard == [f"PRIVMSG #lobby :{text}" for text in ("satu", "dua", "tiga", "empat", "café", "Wati: lima")]


@pytest.mark.parametrize("data", [b"", b"\n", b"exit", b"exit\n", b" \r\n"])
def test_nothing_and_a_goodbye_make_no_member(place: Place, data: bytes) -> None:
    place.program().send(data)
    place.fence()
    assert place.nobody_arrived()


# --- what an address may do -----------------------------------------------------------------------


def test_a_datagram_is_cut_at_1400_bytes_and_at_a_character(place: Place) -> None:
    program, inside = place.enter()
    for text in ("x" * 3000, "é" * 1500, "x" + "é" * 1500, "😀" * 1000, "x" * DATAGRAM_BYTES):
        program.send(text.encode())
        place.clock.advance(1)
        program.send(b"akhir")
        heard = "".join(line.removeprefix("PRIVMSG #lobby :") for line in inside.until("PRIVMSG #lobby :akhir"))
        assert text.startswith(heard)
        assert DATAGRAM_BYTES - 3 <= len(heard.encode()) <= DATAGRAM_BYTES


def test_an_address_may_send_twenty_at_once_and_then_ten_a_second(place: Place) -> None:
    program, inside = place.enter()

    def taken(count: int) -> int:
        for number in range(count):
            program.send(b"banyak %d" % number)
        place.fence()
        inside.send("PING akhir")
        return len(inside.until("PONG :akhir"))

    assert taken(50) == BURST
    assert taken(5) == 0
    place.clock.advance(0.5)
    assert taken(50) == PER_SECOND / 2
    other, others_inside = place.enter("Wati")
    other.send(b"saya boleh")
    assert others_inside.line() == "PRIVMSG #lobby :saya boleh"
    place.clock.advance(1000)
    assert taken(50) == BURST


def test_no_more_than_a_thousand_addresses_are_members(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MEMBERS == 1000
    monkeypatch.setattr(room, "MEMBERS", 3)
    (first, firsts_inside), (second, seconds_inside), _ = [place.enter(name) for name in ("satu", "dua", "tiga")]
    late = place.program()
    late.send(b"empat: halo")
    second.send(b"sampai di sini")
    assert seconds_inside.line() == "PRIVMSG #lobby :sampai di sini"
    assert place.nobody_arrived()
    first.send(b"exit")
    assert firsts_inside.rest() == ["QUIT :"]
    late.send(b"empat: halo lagi")
    log_in(place.arrived(), "empat")
    assert place.admitted == ["127.0.0.1"] * 4, "who is not taken is not counted"


def test_only_private_and_loopback_sources_are_taken(place: Place) -> None:
    private = ("127.0.0.1", "10.1.2.3", "192.168.1.2", "172.16.0.1", "169.254.1.1", "::1", "fe80::1%eth0", "fd00::1")
    public = ("8.8.8.8", "93.184.216.34", "2600:1406::1", "100.64.0.1")
    mapped = {"::ffff:192.168.1.2": True, "::ffff:8.8.8.8": False, "::ffff:127.0.0.1": True}
    assert all(map(room._is_private, private))
    assert not any(map(room._is_private, public))
    assert {host: room._is_private(host) for host in mapped} == mapped


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere this computer has one loopback address")
@pytest.mark.parametrize("public", [False, True])
def test_a_source_elsewhere_is_taken_only_if_the_settings_say_so(public: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_is_private", lambda host: host == "127.0.0.1")
    place = Place(public=public)
    try:
        with socket.socket(type=socket.SOCK_DGRAM) as elsewhere:
            elsewhere.bind(("127.0.0.2", 0))
            elsewhere.sendto(b"halo", ("127.0.0.1", place.listener.port))
            witness = place.program()
            witness.send(b"saksi")
            assert place.arrived().peer[0] == ("127.0.0.2" if public else "127.0.0.1")
    finally:
        place.close()


def test_who_is_not_admitted_gets_no_answer_and_no_connection(place: Place) -> None:
    program = place.program()
    place.refusal = "Server is full (2 people)"
    for _ in range(2):
        program.send(b"Siti: halo")
        assert place.refused.get(timeout=WAIT_S) == "127.0.0.1"
    place.refusal = ""
    program.send(b"Siti: sekarang")
    inside = place.arrived()
    log_in(inside, "Siti")
    inside.until("PRIVMSG #lobby :sekarang")
    inside.send(":b!u@h PRIVMSG #lobby :halo Siti")
    assert program.recv(1024) == b"b: halo Siti\n"
    assert place.released == []


def test_without_a_free_descriptor_nobody_is_taken_or_counted(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left() -> tuple[socket.socket, socket.socket]:
        raise OSError(errno.EMFILE, "Too many open files")

    program = place.program()
    with monkeypatch.context() as patched:
        patched.setattr("chatd.listeners.udp.socket.socketpair", none_left)
        while not place.released:
            program.send(b"Siti: halo")
    program.send(b"Siti: lagi")
    place.arrived().until("PING try-1")
    assert len(place.admitted) == len(place.released) + 1


# --- what an address gets -------------------------------------------------------------------------


def test_an_address_gets_64_kib_at_most_since_its_last_datagram(place: Place) -> None:
    program, inside = place.enter()
    text = "x" * 500
    size = len(f"b: {text}\n")
    for number in range(QUOTA_BYTES // size + 20):
        inside.send(f":b!u@h PRIVMSG #lobby :{text}")
        if number < QUOTA_BYTES // size:
            assert len(program.recv(1024)) == size
    inside.send("PING akhir")
    inside.until("PONG :akhir")
    program.send(b"masih di sini")
    assert inside.line() == "PRIVMSG #lobby :masih di sini"
    inside.send(":b!u@h PRIVMSG #lobby :halo lagi, lagi dan lagi")
    assert program.recv(1024) == b"b: halo lagi, lagi dan lagi\n", "what was above is lost, as datagrams may be"


def test_a_direct_answer_is_never_longer_than_its_request(place: Place) -> None:
    program, inside = place.enter()
    for request in (b"x", b"x" * 200):
        program.send(request)
        assert inside.line() == f"PRIVMSG #lobby :{request.decode()}"
        inside.send(":s 404 Siti #lobby :Cannot send", ":s 404 Siti #lobby :Cannot send", ":b!u@h PRIVMSG #lobby :halo")
        answers = list(iter(lambda: program.recv(1024), b"b: halo\n"))
        assert sum(map(len, answers)) <= len(request)
        assert bool(answers) == (len(request) > 100)


def test_who_leaves_by_exit_gets_no_answer_and_may_come_back_at_once(place: Place) -> None:
    program, inside = place.enter()
    program.send(b"exit\n")
    program.send(b"Wati: saya lagi")
    assert inside.rest() == ["QUIT :"]
    again = place.arrived()
    log_in(again, "Wati")
    assert again.line() == "PRIVMSG #lobby :saya lagi"
    again.send(":b!u@h PRIVMSG #lobby :halo")
    assert program.recv(1024) == b"b: halo\n", "and nothing before"


# --- ending ---------------------------------------------------------------------------------------


def test_silence_ends_a_membership(place: Place) -> None:
    program, inside = place.enter()
    _, silent = place.enter("Wati")
    place.clock.advance(SILENCE_S - 1)
    program.send(b"masih di sini")
    assert inside.line() == "PRIVMSG #lobby :masih di sini"
    place.clock.advance(1 + SWEEP_S)
    program.send(b"lagi")
    assert silent.rest() == ["QUIT :Silent for too long"]
    program.send(b"dan lagi")
    assert [inside.line(), inside.line()] == ["PRIVMSG #lobby :lagi", "PRIVMSG #lobby :dan lagi"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_who_cannot_be_reached_is_gone_and_nobody_else_is(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "obrolan.udp")
    members = [place.enter(name) for name in ("satu", "dua", "tiga", "empat")]
    for program, _ in members[:2]:
        program.close()
    for turn in ("a", "b", "c"):
        for _, inside in members[:2] if turn == "a" else ():
            inside.send(f":b!u@h PRIVMSG #lobby :{turn}")
        for program, inside in members[2:]:
            inside.send(f":b!u@h PRIVMSG #lobby :{turn}")
            assert program.recv(1024) == f"b: {turn}\n".encode()
    for _, inside in members[:2]:
        assert inside.rest() == ["QUIT :Connection refused"]
    for number, (program, inside) in enumerate(members[2:]):
        program.send(b"di sini %d" % number)
        assert inside.line() == f"PRIVMSG #lobby :di sini {number}"
    assert caplog.text.count("Connection refused") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_failure_to_send_is_never_blamed_on_the_next_one(place: Place) -> None:
    gone, gones_inside = place.enter("satu")
    program, inside = place.enter("dua")
    gone.close()
    with place.clock.held:  # the listener waits for the time, so that both are ready in one turn of it
        program.send(b"tunggu")
        gones_inside.send(":b!u@h PRIVMSG #lobby :x")
        inside.send(":b!u@h PRIVMSG #lobby :y")
    assert program.recv(1024) == b"b: y\n"
    assert gones_inside.rest() == ["QUIT :Connection refused"]
    program.send(b"masih di sini")
    assert inside.until("PRIVMSG #lobby :masih di sini") == ["PRIVMSG #lobby :tunggu"]


def test_the_server_closing_a_membership_is_told_and_ends_it(place: Place) -> None:
    program, inside = place.enter()
    inside.send("ERROR :Closing link: Ping timeout")
    assert program.recv(1024) == b"* Sambungan ditutup server: Ping timeout\n"
    assert inside.rest() == []


def test_a_stop_hands_over_the_last_line_of_everybody(place: Place) -> None:
    members = [place.enter(name) for name in ("satu", "dua", "tiga")]
    for _, inside in members:
        inside.send("ERROR :Closing link: Server is shutting down")
    place.listener.stop()
    place.listener.thread.join(WAIT_S)
    for program, _ in members:
        assert program.recv(1024) == b"* Sambungan ditutup server: Server is shutting down\n"


def test_a_taken_port_is_said(place: Place) -> None:
    with pytest.raises(PortTakenError) as taken:
        UdpListener(
            "127.0.0.1",
            place.listener.port,
            admit=str,
            release=print,
            connect=print,
            translator=lambda: new_translator("#lobby", notices=True),
            silence_s=SILENCE_S,
            public=False,
            monotonic=place.clock,
        )
    assert taken.value.port == place.listener.port


@pytest.mark.skipif(not socket.has_ipv6, reason="this computer has no IPv6")
@pytest.mark.parametrize("host", ["::1", "127.0.0.1"])
def test_all_addresses_means_both_kinds(host: str) -> None:
    try:
        place = Place(host="::")
    except OSError:
        pytest.skip("this computer has no IPv6")
    try:
        program = place.program(host)
        program.send(b"Siti: halo")
        inside = place.arrived()
        log_in(inside, "Siti")
        inside.send(":b!u@h PRIVMSG #lobby :hai")
        assert program.recv(1024) == b"b: hai\n"
        program.close()
        if sys.platform == "linux":
            inside.send(":b!u@h PRIVMSG #lobby :hai")
            assert inside.until("QUIT :Connection refused") == ["PRIVMSG #lobby :halo"]
    finally:
        place.close()
