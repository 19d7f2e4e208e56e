"""Reaching a host on real sockets: all its addresses, every problem, and an end at once whatever blocks."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from client import dialing
from client.changes import Problem
from client.connection import Connection
from client.effects import Connect, Send
from client.events import Connected, Failed, Timeouts
from tests.links import PATIENCE_S, Link, closed_port, connect, port_of

# --- connecting -------------------------------------------------------------------------------------------------


def test_nobody_there_is_refused(link: Link) -> None:
    link.connection.perform(Connect("127.0.0.1", closed_port()))
    assert link.next() == Failed(Problem.REFUSED)


@pytest.mark.parametrize(
    "error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long"), None]
)
def test_a_name_without_an_address_is_unknown(make_link: Callable[..., Link], error: Exception | None) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        if error:
            raise error
        return []

    link = make_link(resolve=resolve)
    link.connection.perform(Connect("lab2", 8888))
    assert link.next() == Failed(Problem.UNKNOWN_HOST)


def test_no_answer_is_given_up_in_time(make_link: Callable[..., Link], full_listener: socket.socket) -> None:
    link = make_link(Timeouts(connect_s=0.2))
    link.connection.perform(Connect("127.0.0.1", port_of(full_listener)))
    assert link.next() == Failed(Problem.NO_ANSWER)


def address(listener: socket.socket | int, family: int = socket.AF_INET) -> Any:
    """As `getaddrinfo` gives it."""
    port = listener if isinstance(listener, int) else port_of(listener)
    return (family, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))


def test_all_addresses_are_tried_at_once_after_a_refusal(
    make_link: Callable[..., Link], listener: socket.socket
) -> None:
    addresses = [address(closed_port()), address(1, family=9999), address(70_000), address(listener)]
    link = make_link(Timeouts(next_address_s=PATIENCE_S), resolve=lambda *_, **__: addresses)
    with connect(link, listener):
        assert link.events.empty()


def test_the_next_address_is_tried_beside_one_that_does_not_answer(
    make_link: Callable[..., Link], full_listener: socket.socket, listener: socket.socket
) -> None:
    link = make_link(resolve=lambda *_, **__: [address(full_listener), address(listener)])
    with connect(link, listener) as server:
        server.sendall(b"PING :x\r\n")
        assert link.texts(1) == ["x"]


def test_of_addresses_that_answer_together_one_is_taken(
    make_link: Callable[..., Link], listener: socket.socket
) -> None:
    link = make_link(Timeouts(next_address_s=0.0), resolve=lambda *_, **__: [address(listener)] * 2)
    link.connection.perform(Connect("lab2", 8888))
    assert link.next() == Connected()
    ends = [listener.accept()[0] for _ in range(2)]
    link.connection.perform(Send(b"x"))
    link.stop()
    assert sorted(end.recv(10) for end in ends) == [b"", b"x"]
    for end in ends:
        end.close()
    assert link.events.empty()


def test_ipv6_is_tried_before_ipv4(make_link: Callable[..., Link], listener: socket.socket) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 in this Python")
    try:
        listener6 = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError as error:
        pytest.skip(f"no IPv6 on this computer: {error}")
    with listener6:
        listener6.settimeout(PATIENCE_S)
        six = (socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("::1", port_of(listener6)))
        link = make_link(resolve=lambda *_, **__: [address(listener), six])
        link.connection.perform(Connect("lab2", 8888))
        listener6.accept()[0].close()


@pytest.mark.parametrize(
    ("addresses", "problem"),
    [
        ([address(1, family=9999)], Problem.UNREACHABLE),
        ([address(70_000)], Problem.UNREACHABLE),
        ([address(1, family=9999), address(closed_port())], Problem.REFUSED),
        ([address(closed_port()), address(1, family=9999)], Problem.REFUSED),
    ],
)
def test_of_several_problems_the_most_telling_is_reported(
    make_link: Callable[..., Link], addresses: list[Any], problem: Problem
) -> None:
    link = make_link(resolve=lambda *_, **__: addresses)
    link.connection.perform(Connect("lab2", 8888))
    assert link.next() == Failed(problem)


def test_a_socket_connected_to_itself_is_recognised(listener: socket.socket) -> None:
    with (
        socket.socket() as own,
        socket.socket() as unconnected,
        socket.create_connection(listener.getsockname()) as real,
    ):
        own.bind(("127.0.0.1", 0))
        own.connect(own.getsockname())
        assert dialing._talks_to_itself(own)
        assert dialing._talks_to_itself(unconnected)
        assert not dialing._talks_to_itself(real)


# --- a resolver that blocks, and stopping ---------------------------------------------------------------------------


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """Set at the end, so that no resolver outlives its test."""
    event = threading.Event()
    yield event
    event.set()


def test_a_resolver_that_blocks_does_not_keep_the_thread(
    make_link: Callable[..., Link], stuck: threading.Event
) -> None:
    asked = threading.Event()

    def resolve(*_: Any, **__: Any) -> list[Any]:
        assert threading.current_thread().daemon  # or the program would wait for it at its end
        asked.set()
        stuck.wait(PATIENCE_S)
        return []

    link = make_link(resolve=resolve)
    link.connection.perform(Connect("lab2", 8888))
    assert asked.wait(PATIENCE_S)
    assert link.stop() < 0.5


def test_a_resolver_that_blocks_too_long_means_an_unknown_host(
    make_link: Callable[..., Link], stuck: threading.Event
) -> None:
    link = make_link(Timeouts(connect_s=0.1), resolve=lambda *_, **__: stuck.wait(PATIENCE_S) and [])
    link.connection.perform(Connect("lab2", 8888))
    assert link.next() == Failed(Problem.UNKNOWN_HOST)


def test_the_answer_of_a_resolver_nobody_waits_for_any_more_is_ignored(
    make_link: Callable[..., Link], stuck: threading.Event, listener: socket.socket
) -> None:
    answered = threading.Event()

    def resolve(host: bytes, *_: Any, **__: Any) -> list[Any]:
        if host != b"slow":
            return [address(listener)]
        stuck.wait(PATIENCE_S)
        answered.set()
        return [address(closed_port())]

    link = make_link(resolve=resolve)
    link.connection.perform(Connect("slow", 8888))
    with connect(link, listener) as server:
        stuck.set()
        assert answered.wait(PATIENCE_S)
        server.sendall(b"PING :x\r\n")
        assert link.texts(1) == ["x"]


def test_a_listener_that_does_not_answer_does_not_keep_the_thread(link: Link, full_listener: socket.socket) -> None:
    link.connection.perform(Connect("127.0.0.1", port_of(full_listener)))
    assert link.stop() < 0.5


def test_stopping_before_running_and_acting_after_it_do_no_harm() -> None:
    connection = Connection(lambda *_: None)
    connection.perform(Connect("127.0.0.1", 1))
    connection.stop()
    connection.perform(Connect("127.0.0.1", 1))
    connection.run()
    connection.stop()
    connection.batch_taken()
