"""The connection on real sockets: what comes and goes, every way to end, and a consumer that takes its time."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest

from client import stream as module
from client.changes import Problem
from client.effects import Connect, Derive, Disconnect, Send
from client.events import Derived, Failed, Lost, Received, Timeouts
from client.stream import looks_like_irc
from tests.links import PATIENCE_S, Link, connect, port_of


def read_until(server: socket.socket, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        data += server.recv(4096)
    return data


def fill(server: socket.socket, line: bytes) -> int:
    """Send a line again and again until no more goes out; the number of bytes."""
    sent = 0
    server.settimeout(0.3)
    with contextlib.suppress(TimeoutError):
        while sent < 50_000_000:
            sent += server.send((line * 100)[sent % len(line) :])
    server.settimeout(PATIENCE_S)
    return sent


def all_sent_within(server: socket.socket, seconds: float) -> bytes:
    """What arrives until it is quiet for so long."""
    data = b""
    server.settimeout(seconds)
    with contextlib.suppress(TimeoutError):
        while chunk := server.recv(4096):
            data += chunk
    return data


# --- talking --------------------------------------------------------------------------------------------


def test_lines_go_both_ways(link: Link, server: socket.socket) -> None:
    link.connection.perform(Send(b"NICK Siti\r\n"))
    link.connection.perform(Send(b"USER siti 0 * :Siti\r\n"))
    assert read_until(server, b":Siti\r\n") == b"NICK Siti\r\nUSER siti 0 * :Siti\r\n"
    server.sendall(b":srv 001 Siti :Welcome\r\n")
    event = link.next()
    assert isinstance(event, Received)
    assert [(m.command, m.source, m.params) for m in event.messages] == [("001", "srv", ["Siti", "Welcome"])]


def test_lines_cut_anywhere_are_put_together(link: Link, server: socket.socket) -> None:
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in ":srv NOTICE Siti :sélamat 👋\r\nPING :x\n".encode():
        server.sendall(bytes([byte]))
    assert link.texts(2) == ["sélamat 👋", "x"]


def test_what_is_no_utf_8_is_read_as_networks_mean_it_and_what_is_no_irc_is_skipped(
    link: Link, server: socket.socket
) -> None:
    server.sendall(
        b":s NOTICE a :caf\xe9 \x80\r\n:s NOTICE a :\x81\xff\r\n:s NOTICE a :nul\0\r\n:\r\n12 x\r\n:s NOTICE a :end\r\n"
    )
    assert link.texts(3) == ["café €", "\x81ÿ", "end"]
    assert link.connection.skipped_lines == 3


def test_small_lines_are_not_held_back(link: Link, listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    options: list[Any] = []
    monkeypatch.setattr(socket.socket, "setsockopt", lambda *args: options.append(args[1:]))
    connect(link, listener).close()
    assert (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) in options


# --- a consumer that takes its time ------------------------------------------------------------------------


def test_messages_come_at_once_to_an_idle_consumer_and_gathered_to_a_busy_one(
    link: Link, server: socket.socket
) -> None:
    server.sendall(b":s NOTICE a :1\r\n")
    first = link.next()
    for number in range(2, 50):
        server.sendall(f":s NOTICE a :{number}\r\n".encode())
    server.sendall(b":s NOTICE a :last\r\n")
    assert link.events.empty()
    link.connection.batch_taken()
    assert isinstance(first, Received)
    assert len(first.messages) == 1
    assert link.texts(49) == [*map(str, range(2, 50)), "last"]
    server.sendall(b":s NOTICE a :again\r\n")
    assert link.texts(1) == ["again"]


def test_a_burst_comes_in_batches_of_bounded_size(
    link: Link, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_MESSAGES", 10)
    server.sendall(b"".join(b":s NOTICE a :%d\r\n" % number for number in range(1000)))
    assert link.texts(1000) == [*map(str, range(1000))]


def test_a_stuck_consumer_slows_the_server_down_and_loses_nothing(
    link: Link, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GATHERED_MESSAGES", 50)
    monkeypatch.setattr(module, "READ_BYTES", 1024)
    line = b":s NOTICE a :" + b"x" * 400 + b"\r\n"
    sent = fill(server, line)
    assert sent < 50_000_000
    rest = -sent % len(line)
    helper = threading.Thread(target=server.sendall, args=[line[len(line) - rest :]])
    helper.start()
    count = (sent + rest) // len(line)
    assert link.texts(count) == ["x" * 400] * count
    helper.join(PATIENCE_S)


def test_silence_is_not_held_against_a_server_we_do_not_listen_to(
    make_link: Callable[..., Link], listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GATHERED_MESSAGES", 1)
    link = make_link(Timeouts(silence_s=0.05, answer_s=0.05))
    with connect(link, listener) as server:
        server.sendall(b":s NOTICE a :1\r\n")
        assert isinstance(link.next(), Received)
        server.sendall(b":s NOTICE a :2\r\n")
        assert all_sent_within(server, 0.4) in {b"", module.PING}
        assert link.events.empty()
        link.connection.batch_taken()
        assert link.texts(1) == ["2"]
        assert link.next() == Lost("Connection timed out")


# --- the end of a connection ---------------------------------------------------------------------------------


def test_all_that_was_said_comes_before_the_end_even_to_a_busy_consumer(link: Link, server: socket.socket) -> None:
    server.sendall(b":s NOTICE a :1\r\n")
    assert isinstance(link.next(), Received)
    server.sendall(b":s NOTICE a :2\r\nERROR :Closing link\r\n:s NOTICE unfinished")
    server.close()
    event = link.next()
    assert isinstance(event, Received)
    assert [message.params[-1] for message in event.messages] == ["2", "Closing link"]
    assert link.next() == Lost("")


def test_a_connection_that_is_reset_says_so(link: Link, server: socket.socket) -> None:
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.close()
    assert link.next() == Lost("Connection reset by peer")


def test_the_last_words_are_read_though_writing_fails_already(link: Link, server: socket.socket) -> None:
    server.sendall(b"ERROR :Server is full\r\n")
    server.shutdown(socket.SHUT_RD)
    server.close()
    for _ in range(5):
        link.connection.perform(Send(b"NICK Siti\r\n"))
    assert link.texts(1) == ["Server is full"]
    assert isinstance(link.next(), Lost)


def test_a_line_that_never_ends_ends_the_connection(link: Link, server: socket.socket) -> None:
    server.sendall(b":srv NOTICE a :" + b"x" * 20_000)
    event = link.next()
    assert isinstance(event, Lost)
    assert "line end" in event.text


def test_a_silent_server_is_asked_and_then_given_up(make_link: Callable[..., Link], listener: socket.socket) -> None:
    link = make_link(Timeouts(silence_s=0.1, answer_s=0.1))
    with connect(link, listener) as server:
        assert read_until(server, b"\r\n") == module.PING
        server.sendall(b"PONG :obrolan\r\n")
        assert link.texts(1) == ["obrolan"]
        assert read_until(server, b"\r\n") == module.PING
        assert link.next() == Lost("Connection timed out")


def test_a_server_is_asked_at_once_when_that_is_wanted_and_only_once(
    make_link: Callable[..., Link], listener: socket.socket
) -> None:
    link = make_link(Timeouts(silence_s=30.0, answer_s=0.2))
    link.connection.ask()  # there is nobody to be asked
    with connect(link, listener) as server:
        link.connection.ask()
        link.connection.ask()
        assert read_until(server, b"\r\n") == module.PING
        assert all_sent_within(server, 0.1) == b""
        server.sendall(b"PONG :obrolan\r\n")
        assert link.texts(1) == ["obrolan"]
        link.connection.ask()
        assert read_until(server, b"\r\n") == module.PING
        assert link.next() == Lost("Connection timed out")


def test_a_server_that_reads_nothing_is_given_up_when_too_much_waits(
    link: Link, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SEND_BYTES", 100_000)
    for _ in range(200):
        link.connection.perform(Send(b"x" * 90_000))
    assert link.next() == Lost("No buffer space available")


def test_what_waits_is_sent_as_soon_as_the_server_reads(link: Link, server: socket.socket) -> None:
    data = b"x" * 800_000
    for _ in range(6):
        link.connection.perform(Send(data))
        received = 0
        while received < len(data):
            received += len(server.recv(100_000))
    assert link.events.empty()


# --- leaving ---------------------------------------------------------------------------------------------------


def test_leaving_sends_what_waits_and_tells_nothing_more(link: Link, server: socket.socket) -> None:
    link.connection.perform(Send(b"QUIT :bye\r\n"))
    link.connection.perform(Disconnect())
    link.connection.perform(Send(b"too late\r\n"))
    server.sendall(b"ERROR :Closing link\r\n")
    assert read_until(server, b"bye\r\n") == b"QUIT :bye\r\n"
    assert server.recv(100) == b""
    server.close()
    link.stop()
    # What was read before the thread came to the Disconnect still carries the old link's number: nobody listens to it.
    assert all(number != link.connection.link for number, _ in list(link.events.queue))


def test_a_server_that_does_not_close_is_not_waited_for_long(link: Link, server: socket.socket) -> None:
    link.connection.perform(Send(b"x" * 1_000_000))
    link.connection.perform(Disconnect())
    assert link.stop() < 1.0
    assert link.events.empty()


def test_leaving_while_connecting_or_not_connected_is_quiet(link: Link, full_listener: socket.socket) -> None:
    link.connection.perform(Disconnect())
    link.connection.perform(Send(b"nobody hears\r\n"))
    link.connection.batch_taken()
    link.connection.perform(Connect("127.0.0.1", port_of(full_listener)))
    link.connection.perform(Disconnect())
    link.stop()
    assert link.events.empty()


def test_a_new_connection_drops_the_open_one(link: Link, server: socket.socket, listener: socket.socket) -> None:
    with connect(link, listener) as second:
        assert server.recv(100) == b""
        second.sendall(b"PING :second\r\n")
        assert link.texts(1) == ["second"]


def test_stopping_sends_what_waits(link: Link, server: socket.socket) -> None:
    link.connection.perform(Send(b"QUIT\r\n"))
    assert link.stop() < 0.5
    assert read_until(server, b"QUIT\r\n")


def test_many_notes_while_the_loop_sleeps_wake_it_once(link: Link, server: socket.socket) -> None:
    for _ in range(20_000):
        link.connection.batch_taken()
    link.connection.perform(Send(b"PING :x\r\n"))
    assert read_until(server, b"x\r\n") == b"PING :x\r\n"


# --- programs that are no chat server -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("greeting", "answer"),
    [
        (b":irc.example 001 a :b\r\n", True),
        (b"@time=x :irc NOTICE * :b\r\n", True),
        (b"NOTICE AUTH :*** Looking up your hostname\r\n", True),
        (b"PING :123\r\n", True),
        (b"ERROR :Server is full\r\n", True),
        (b"\r\n:irc 001", True),
        (b"HTTP/1.1 400 Bad Request\r\n", False),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False),
        (b"220 mail.example ESMTP\r\n", False),
        (b"+OK POP3 ready\r\n", False),
        (b"NICK", None),
        (b"NICK\r\n", False),
        (b"user?", False),
        (b"\x15\x03\x01\x00\x02\x02\x46", False),
        (b"WELCOMETOTHISSERVER", False),
        (b"Welcome to this server\r\n", False),
        (b"", None),
        (b"\r\n", None),
    ],
)
def test_the_first_bytes_show_whether_it_is_a_chat_server(greeting: bytes, answer: bool | None) -> None:
    assert looks_like_irc(greeting) is answer
    if answer:
        assert all(looks_like_irc(greeting[:size]) in {None, True} for size in range(len(greeting)))


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01", b"NICK"]
)
def test_a_program_that_is_no_chat_server_is_told_from_one_that_is_gone(
    link: Link, server: socket.socket, greeting: bytes
) -> None:
    server.sendall(greeting)
    server.close()
    assert link.next() == Failed(Problem.NOT_A_CHAT_SERVER)


def test_a_server_that_closes_without_a_word_is_lost(link: Link, server: socket.socket) -> None:
    server.close()
    assert link.next() == Lost("")


def test_a_greeting_cut_in_two_is_put_together(link: Link, server: socket.socket) -> None:
    server.sendall(b"PI")
    link.connection.perform(Send(b"x"))
    assert server.recv(1) == b"x"
    server.sendall(b"NG :x\r\n")
    assert link.texts(1) == ["x"]


def test_a_key_is_derived_while_the_connection_goes_on(link: Link, server: socket.socket) -> None:
    link.connection.perform(Derive("pencil", b"salt", 4096))
    assert link.next() == Derived(hashlib.pbkdf2_hmac("sha256", b"pencil", b"salt", 4096))


def test_a_key_for_an_older_connection_is_not_reported(link: Link, server: socket.socket) -> None:
    link.connection.perform(Derive("pencil", b"salt", 1_000_000))
    link.connection.perform(Disconnect())
    for thread in [thread for thread in threading.enumerate() if thread.name == "derive"]:
        thread.join(PATIENCE_S)
    assert link.events.empty()
