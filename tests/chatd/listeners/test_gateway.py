"""`chatd/listeners/gateway.py`: how texts are handed over to classic programs, and what ends them.

The test is both ends: the server, on the inside connection, and the program. The program's socket keeps
one `send` together (SOCK_SEQPACKET), so that what one `recv` brings is what was handed over at once.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import logging
import queue
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from chatd.listeners.ascii import to_ascii
from chatd.listeners.classic import MOST_BYTES, NAME_FIRST, NICK, ClassicTranslator, Dialect
from chatd.listeners.gateway import LAST_WORDS_S, PACE_S, WAITING_BYTES, Gateway
from tests.fakes import ManualClock

WAIT_S = 10.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="wants packets between two sockets of one process")


class Inside:
    """The server's end of one program's connection."""

    def __init__(self, sock: socket.socket, address: str, port: int) -> None:
        self.socket = sock
        self.peer = (address, port)
        sock.settimeout(WAIT_S)
        self._rest = b""
        self._tokens = itertools.count()

    def line(self) -> str | None:
        """The next line, None at the end."""
        while b"\r\n" not in self._rest:
            data = self.socket.recv(65536)
            if not data:
                return None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\r\n")
        return line.decode()

    def until(self, last: str) -> list[str]:
        lines: list[str] = []
        while (line := self.line()) != last:
            assert line is not None, f"closed before {last!r}, after {lines}"
            lines.append(line)
        return lines

    def rest(self) -> list[str]:
        """All lines until the gateway closes."""
        lines: list[str] = []
        while (line := self.line()) is not None:
            lines.append(line)
        return lines

    def send(self, *lines: str) -> None:
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def fence(self) -> None:
        """Wait until the gateway has dealt with all that was sent, and had a turn in which it could send."""
        for _ in range(2):
            token = f"fence-{next(self._tokens)}"
            self.send(f"PING {token}")
            self.until(f"PONG :{token}")

    def log_in(self, nickname: str) -> None:
        """Let the program in under this nickname; what it asks meanwhile is passed over."""
        self.until(f"NICK {nickname}")
        self.until("PING try-1")
        self.send(":s PONG s :try-1", f":s 001 {nickname} :Welcome")
        self.until("WHO #lobby")
        self.send(f":{nickname}!~u@h JOIN #lobby * :{nickname}")
        self.fence()

    def say(self, *texts: str) -> None:
        """Somebody says these in the lobby."""
        self.send(*(f":b!u@h PRIVMSG #lobby :{text}" for text in texts))


class Clock(ManualClock):
    """A clock that nobody can read while it is held."""

    def __init__(self) -> None:
        super().__init__()
        self.held = threading.Lock()

    def __call__(self) -> float:
        with self.held:
            return super().__call__()


class Place:
    """A running gateway, the clock it goes by, and what it did."""

    def __init__(self, translator: Callable[[Dialect], ClassicTranslator] | None = None) -> None:
        self.clock = Clock()
        self._arrived: queue.Queue[Inside] = queue.Queue()
        self._insides: list[Inside] = []
        self.released: list[str] = []
        self._programs: list[socket.socket] = []
        self.gateway = Gateway(
            lambda sock, address, port: self._arrived.put(Inside(_blocking(sock), address, port)),
            self.released.append,
            translator or (lambda dialect: ClassicTranslator(dialect, "#lobby", to_ascii)),
            self.clock,
        )
        self.gateway.thread.start()

    def arrive(
        self, dialect: Dialect = NAME_FIRST, pieces: Sequence[bytes] = (), kind: int = socket.SOCK_SEQPACKET
    ) -> tuple[socket.socket, Inside]:
        """A program has connected: its end, and the server's."""
        outside, program = socket.socketpair(socket.AF_UNIX, kind)
        outside.setblocking(False)
        if kind == socket.SOCK_STREAM:
            outside.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)  # as little as the system has
        program.settimeout(WAIT_S)
        self._programs.append(program)
        self.gateway.adopt(outside, "192.168.1.20", 4711, dialect, pieces)
        self._insides.append(self._arrived.get(timeout=WAIT_S))
        return program, self._insides[-1]

    def enter(
        self, dialect: Dialect = NAME_FIRST, name: str = "Siti", kind: int = socket.SOCK_SEQPACKET
    ) -> tuple[socket.socket, Inside]:
        """A program that is in the lobby, and its server's end; what it was greeted with is taken away."""
        program, inside = self.arrive(dialect, kind=kind)
        if dialect.prompt:
            assert program.recv(1024) == dialect.prompt
        program.sendall(name.encode())
        inside.log_in(name)
        self.pass_time(inside)
        if dialect.prompt:
            assert program.recv(1024).endswith(f"{dialect.welcome}\n".encode())
            self.pass_time(inside)
        return program, inside

    def pass_time(self, inside: Inside, seconds: float = PACE_S) -> None:
        """Move the clock and let the gateway notice."""
        self.clock.advance(seconds)
        inside.fence()

    def close(self) -> None:
        if self.gateway.thread.is_alive():
            self.gateway.stop(0.0)
            self.clock.advance(1)
        self.gateway.thread.join(WAIT_S)
        assert not self.gateway.thread.is_alive()
        while not self._arrived.empty():
            self._insides.append(self._arrived.get())
        for sock in [*self._programs, *(inside.socket for inside in self._insides)]:
            sock.close()


def _blocking(sock: socket.socket) -> socket.socket:
    sock.setblocking(True)
    return sock


def nothing_waits(program: socket.socket) -> bool:
    """Whether a `recv` would wait now."""
    return not select.select([program], [], [], 0)[0]


def everything(program: socket.socket) -> list[bytes]:
    """All that comes until the end, by `recv`; a reset is an end, for who sent more than was read."""
    heard = []
    with contextlib.suppress(ConnectionResetError):
        while data := program.recv(65536):
            heard.append(data)
    return heard


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.close()


# --- handing over ---------------------------------------------------------------------------------


def test_the_prompt_goes_out_alone_and_nothing_follows_for_100_ms(place: Place) -> None:
    program, inside = place.arrive(NICK)
    assert program.recv(1024) == b"NICK"
    program.sendall(b"Siti")
    inside.log_in("Siti")
    assert nothing_waits(program)
    place.pass_time(inside, PACE_S * 0.99)
    assert nothing_waits(program)
    place.pass_time(inside, PACE_S * 0.02)
    assert program.recv(1024) == b"Siti Bergabung!\nTerkoneksi dengan Server!\n"


def test_texts_are_handed_over_in_portions_that_end_at_a_line_100_ms_apart(place: Place) -> None:
    program, inside = place.enter()
    said = [f"{number} " + "é😀" * (number * 7 % 80) for number in range(60)]
    inside.say(*said)
    inside.fence()
    heard = b""
    while True:
        portion = program.recv(65536)
        assert 0 < len(portion) <= MOST_BYTES
        assert portion.endswith(b"\n")
        heard += portion
        if heard.endswith(f"b: {said[-1]}\n".encode()):
            break
        assert nothing_waits(program), "the next portion waits"
        place.pass_time(inside, PACE_S * 0.99)
        assert nothing_waits(program), "and not too short"
        place.pass_time(inside, PACE_S * 0.02)
    assert heard.decode().split("\n")[:-1] == [f"b: {text}" for text in said]


def test_a_portion_is_as_full_as_whole_lines_can_make_it(place: Place) -> None:
    program, inside = place.enter()
    inside.say(*["x" * (MOST_BYTES // 4 - 4)] * 9)  # with "b: " and the line end a quarter each
    inside.fence()
    assert len(program.recv(65536)) == MOST_BYTES
    place.pass_time(inside)
    assert len(program.recv(65536)) == MOST_BYTES


def test_what_a_program_does_not_take_at_once_is_kept_in_order(place: Place) -> None:
    program, inside = place.enter(kind=socket.SOCK_STREAM)
    said = [f"{number} " + "é😀" * 20 for number in range(200)]
    for start in range(0, len(said), 20):
        inside.say(*said[start : start + 20])
        for _ in range(4):
            place.pass_time(inside)
    heard = b""
    while not heard.endswith(f"b: {said[-1]}\n".encode()):
        if nothing_waits(program):
            place.pass_time(inside)
        else:
            heard += program.recv(700)
    assert heard.decode().split("\n")[:-1] == [f"b: {text}" for text in said]


def test_reads_from_before_the_hand_over_are_name_and_messages(place: Place) -> None:
    _, inside = place.arrive(pieces=[b"Siti", b"halo", b"dua\ntiga"])
    inside.log_in("Siti")
    _, inside = place.arrive(pieces=[b"Wati", b"halo", b"dua\ntiga"])
    inside.until("NICK Wati")
    inside.until("PING try-1")
    inside.send(":s PONG s :try-1", ":s 001 Wati :Welcome", ":Wati!~u@h JOIN #lobby * :Wati")
    inside.until("WHO #lobby")
    assert [inside.line() for _ in range(3)] == [f"PRIVMSG #lobby :{text}" for text in ("halo", "dua", "tiga")]


def test_the_server_learns_who_the_peer_is(place: Place) -> None:
    assert place.arrive()[1].peer == ("192.168.1.20", 4711)


# --- ending ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", [NAME_FIRST, NICK])
def test_a_program_that_ends_ends_its_connection_to_the_server(place: Place, dialect: Dialect) -> None:
    program, inside = place.enter(dialect)
    program.close()
    assert inside.rest() == []


def test_a_program_that_is_gone_before_the_prompt_harms_nobody(place: Place) -> None:
    program, other = place.enter()
    for _ in range(3):
        outside, gone = socket.socketpair()
        gone.close()
        place.gateway.adopt(outside, "192.168.1.20", 4711, NICK)
    other.say("halo")
    place.pass_time(other)
    assert program.recv(1024) == b"b: halo\n"


def test_when_the_server_closes_the_program_gets_what_waits_for_it_and_then_the_end(place: Place) -> None:
    program, inside = place.enter()
    inside.say(*["x" * 400] * 4)
    inside.send("ERROR :Closing link: Ping timeout")
    inside.socket.close()
    heard = b""
    while data := program.recv(65536):
        heard += data
        place.clock.advance(PACE_S)
    assert heard == b"".join([b"b: " + b"x" * 400 + b"\n"] * 4 + [b"* Sambungan ditutup server: Ping timeout\n"])


def test_the_last_line_is_read_also_by_a_program_that_just_said_something(place: Place) -> None:
    (program, inside), (other, _) = place.enter(), place.enter(name="Wati")
    with place.clock.held:  # the gateway waits for the time, so that all of this is ready in one turn of it
        other.sendall(b"tunggu")
        program.sendall(b"halo")
        inside.send("ERROR :Closing link: Ping timeout")
        inside.socket.shutdown(socket.SHUT_RDWR)
    assert everything(program) == [b"* Sambungan ditutup server: Ping timeout\n"]


def test_a_program_that_never_takes_its_last_line_is_closed_anyway(place: Place) -> None:
    program, inside = place.enter(kind=socket.SOCK_STREAM)
    texts = 100
    for _ in range(texts):
        inside.say("x" * 400)
        place.pass_time(inside)
    inside.send("ERROR :Closing link: Ping timeout")
    while not ended(inside):
        place.clock.advance(LAST_WORDS_S + texts * PACE_S)
    heard = b"".join(everything(program))
    assert len(heard) < texts * 404
    assert not heard.endswith(b"timeout\n")


def ended(inside: Inside) -> bool:
    """Whether the gateway has closed within a moment."""
    return bool(select.select([inside.socket], [], [], PACE_S)[0]) and inside.rest() == []


def test_who_falls_64_kib_behind_gets_one_last_line_in_place_of_the_rest(place: Place) -> None:
    program, inside = place.enter()
    inside.say("awal")
    inside.fence()
    inside.say(*["x" * 400] * (WAITING_BYTES // 404))
    inside.fence()  # up to here it is kept
    inside.say(*["x" * 400] * 4)
    while not ended(inside):
        place.clock.advance(PACE_S)
    last = b"* Sambungan ditutup server: terlalu banyak pesan yang belum dibaca\n"
    assert everything(program) == [b"b: awal\n", last]


def test_who_sends_more_than_the_server_takes_gets_one_last_line(place: Place) -> None:
    program, _ = place.enter(kind=socket.SOCK_STREAM)
    with contextlib.suppress(OSError):  # it is cut while it sends
        for _ in range(200):
            program.sendall(b"banyak sekali\n" * 400)
    assert b"".join(everything(program)) == b"* Sambungan ditutup server: terlalu banyak pesan sekaligus\n"


def test_a_mistake_with_one_program_ends_that_one_only(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(ClassicTranslator):
        def say_line(self, line: str) -> None:
            if "pecah" in line:
                raise ZeroDivisionError
            super().say_line(line)

    place = Place(lambda dialect: Broken(dialect, "#lobby", to_ascii))
    try:
        (program, inside), (other, others_inside) = place.enter(), place.enter(name="Wati")
        with caplog.at_level(logging.CRITICAL + 1, "obrolan.classic"):
            program.sendall(b"pecah")
            assert inside.rest() == []
        assert program.recv(1024) == b""
        others_inside.say("halo")
        place.pass_time(others_inside)
        assert other.recv(1024) == b"b: halo\n"
    finally:
        place.close()


def test_without_a_free_descriptor_the_peer_is_turned_away_and_not_counted(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    outside, program = socket.socketpair()
    program.settimeout(WAIT_S)

    def none_left() -> tuple[socket.socket, socket.socket]:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patched:
        patched.setattr("chatd.listeners.gateway.socket.socketpair", none_left)
        place.gateway.adopt(outside, "192.168.1.20", 4711, NICK)
        assert program.recv(1024) == b""
    program.close()
    assert place.released == ["192.168.1.20"]
    assert "Too many open files" in caplog.text
    place.enter()


def test_a_stop_waits_for_the_last_lines_but_not_for_ever(place: Place) -> None:
    (program, inside), (late, lates_inside) = place.enter(), place.enter(name="Wati")
    lates_inside.say(*["x" * 400] * 100)
    lates_inside.fence()
    for each in (lates_inside, inside):
        each.send("ERROR :Closing link: Server is shutting down")
    goodbye = b"* Sambungan ditutup server: Server is shutting down\n"
    assert program.recv(1024) == goodbye
    place.gateway.stop(0.05)
    place.clock.advance(0.06)
    place.gateway.thread.join(WAIT_S)
    assert program.recv(1024) == b""
    heard = everything(late)
    assert heard[-1] == goodbye
    assert len(heard) < 5
