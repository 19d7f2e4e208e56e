"""`chatd/listeners/web.py`: which requests are answered, by what, and which go on to WebSocket."""

from __future__ import annotations

import logging
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.commands import COMMANDS
from chatd.connection import Transport, WrongProtocolError
from chatd.listeners.plain import PlainTransport
from chatd.listeners.sniff import Sniffer
from chatd.listeners.web import Answer, AnsweredError, Request, WebTransport, headers_of
from protocol import ProtocolError

OK = b"HTTP/1.1 200 OK\r\n"
CLOSED = b"HTTP/1.1 501 Not Implemented\r\nConnection: close\r\n\r\n"


def told(request: Request) -> Answer:
    """A page that says who asked."""
    return Answer(HTTPStatus.OK, f"{request.address} {request.secure} {sorted(request.headers.items())}")


def broken(_request: Request) -> Answer:
    raise RuntimeError("the moon")


def nobody() -> Transport:
    raise WrongProtocolError(CLOSED)


def web(*, secure: bool = False) -> WebTransport:
    return WebTransport({"/told": told, "/broken": broken}, nobody, "10.0.0.9", secure=secure)


def answered(*pieces: bytes, transport: WebTransport | None = None) -> bytes:
    """What is answered with the last of these pieces."""
    transport = transport or web()
    *early, last = pieces
    for piece in early:
        assert transport.receive(piece) == []
    with pytest.raises(AnsweredError):
        transport.receive(last)
    assert transport.successor() is None
    return transport.encode(b"ERROR :no line of IRC is ever sent\r\n")


REQUEST = b"GET /told?x=1 HTTP/1.1\r\nHost: localhost:8888\r\nX-One:  two \r\n\r\n"
TOLD = b"10.0.0.9 False [('host', 'localhost:8888'), ('x-one', 'two')]\n"


def test_a_page_is_answered_the_same_wherever_the_request_was_cut() -> None:
    whole = answered(REQUEST)
    assert whole.startswith(OK)
    assert whole.endswith(b"\r\n\r\n" + TOLD)
    for end in range(1, len(REQUEST)):
        assert answered(REQUEST[:end], REQUEST[end:]) == whole
    assert answered(*[REQUEST[place : place + 1] for place in range(len(REQUEST))]) == whole
    assert answered(b"\r\n" + REQUEST + b"NICK ani\r\n") == whole


def test_head_gets_the_same_without_the_page() -> None:
    whole = answered(REQUEST)
    assert answered(b"HEAD" + REQUEST[3:]) == whole[: -len(TOLD)]
    assert b"Content-Length: %d\r\n" % len(TOLD) in whole


def test_a_page_is_told_whether_tls_brought_the_request() -> None:
    assert b"10.0.0.9 True" in answered(REQUEST, transport=web(secure=True))


@pytest.mark.parametrize("path", ["/", "/tol", "/told/", "/Told", "/%74old", "//told", "told", "*", "/told HTTP/1.1 x"])
def test_any_other_get_goes_on_to_websocket_with_all_that_was_read(path: str) -> None:
    got: list[bytes] = []

    class Next(PlainTransport):
        def receive(self, data: bytes) -> list[bytes]:
            got.append(data)
            return [b"line"]

    following = Next()
    request = f"GET {path} HTTP/1.1\r\nHost: a\r\n".encode()
    transport = WebTransport({"/told": told}, lambda: following, "10.0.0.9", secure=False)
    assert transport.receive(request[:7]) == []
    assert transport.receive(request[7:]) == [b"line"]
    assert got == [request]
    assert transport.successor() is following


def test_where_nothing_serves_websocket_its_own_words_are_the_answer() -> None:
    assert answered(b"GET / HTTP/1.1\r\n") == CLOSED


@pytest.mark.parametrize("line", [b"HEAD / HTTP/1.1", b"HEAD /told", b"HEAD /told HTTP/2.0", b"HEAD /told HTTP/1.1\n"])
def test_there_is_no_head_of_anything_else(line: bytes) -> None:
    assert answered(line + b"\r\n").startswith(b"HTTP/1.1 404 Not Found\r\n")


@pytest.mark.parametrize(
    "header",
    [
        b"Host",
        b" Host: a",
        b"Host : a",
        b": a",
        b"X: a\nEvil: b",
        b"X: a\r",
        b"X: \0",
        b"H\xc3\xb6st: a",
        b"X: a\r\n b",
    ],
)
def test_a_header_that_is_none_is_a_bad_request(header: bytes) -> None:
    assert answered(b"GET /told HTTP/1.1\r\n" + header + b"\r\n\r\n").startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_header_that_is_said_twice_is_neither_the_one_nor_the_other() -> None:
    assert headers_of(b"GET / HTTP/1.1\r\nHost: a\r\nHOST: b\r\nAccept:") == {"host": "a, b", "accept": ""}


def test_a_page_that_cannot_be_made_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "obrolan.web"):
        answer = answered(b"GET /broken HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b"moon" not in answer
    assert "moon" in caplog.text


def test_no_answer_can_be_read_by_another_origin_or_is_kept() -> None:
    for answer in (answered(REQUEST), answered(b"GET /told HTTP/1.1\r\nbad\r\n\r\n")):
        head = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
        assert "X-Content-Type-Options: nosniff" in head
        assert "Cache-Control: no-store" in head
        assert "Connection: close" in head
        assert not [line for line in head if line.lower().startswith("access-control")]


@pytest.mark.parametrize("opening", [b"GET /told HTTP/1.1\r\n\r\n", b"\r\nHEAD /told HTTP/1.1\r\n\r\n"])
def test_the_port_hands_get_and_head_over_however_they_were_cut(opening: bytes) -> None:
    for end in range(1, len(opening)):
        sniffer: Transport = Sniffer(COMMANDS, web=web)
        assert sniffer.receive(opening[:end]) == []
        transport = sniffer.successor() or sniffer
        with pytest.raises(AnsweredError):
            transport.receive(opening[end:])
        transport = transport.successor() or transport
        assert transport.encode(b"").startswith(OK)


def test_what_follows_an_opening_that_is_decided_at_once_is_in_its_place_at_once() -> None:
    following = PlainTransport()
    sniffer = Sniffer(COMMANDS, web=lambda: WebTransport({}, lambda: following, "::1", secure=False))
    sniffer.receive(b"GET / HTTP/1.1\r\n")
    assert sniffer.successor() is following


@given(st.lists(st.binary(max_size=60), max_size=4), st.sampled_from([b"GET /told", b"HEAD /told", b"GET /", b""]))
def test_whatever_is_asked_is_answered_or_waited_for(pieces: list[bytes], begin: bytes) -> None:
    transport = web()
    try:
        for piece in (begin, b" HTTP/1.1\r\n", *pieces):
            assert transport.receive(piece) == []
    except ProtocolError:
        assert transport.encode(b"").startswith((b"HTTP/1.1 ", b""))
