"""HTTP on the port of IRC: the few pages that the server answers itself, and the way on to WebSocket for all others.

Implements `chatd.connection.Transport`; no I/O. What a request may cost is bounded like every beginning (`[limits]
registration_bytes`, `registration_timeout_s`); with the answer the connection ends. Needs the standard library only,
so it works without the package for WebSocket. Belongs to the thread that owns the connection.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from chatd.connection import Transport, WrongProtocolError
from protocol import ProtocolError

_REQUEST = re.compile(rb"(GET|HEAD) (/[^ ?]*)(?:\?[^ ]*)? HTTP/1\.[01]\r")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*)")

logger = logging.getLogger("obrolan.web")


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for a page, and what it says of itself."""

    headers: Mapping[str, str]
    """By name in small letters."""
    address: str
    secure: bool
    """Whether it comes by TLS."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: HTTPStatus
    text: str
    """A sentence, or whole lines."""
    kind: str = "text/plain; charset=utf-8"
    challenge: str = ""
    """What a 401 asks for."""

    def written(self, *, head_only: bool) -> bytes:
        """As it goes on the wire. No header lets a page of another origin read it (CORS), or take it for a script."""
        body = (self.text.rstrip("\n") + "\n").encode()
        head = [
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            f"Content-Type: {self.kind}",
            f"Content-Length: {len(body)}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            *([f"WWW-Authenticate: {self.challenge}"] if self.challenge else []),
            "Connection: close",
        ]
        return "".join(f"{line}\r\n" for line in [*head, ""]).encode() + (b"" if head_only else body)


Page = Callable[[Request], Answer]
"""Called in the I/O thread: it must not wait for anything."""


class AnsweredError(ProtocolError):
    """The peer has its answer, in words of HTTP; nothing more is read."""

    def __init__(self) -> None:
        super().__init__("NOT_IRC", "This is a chat server that speaks IRC")


class WebTransport:
    """See the module."""

    __slots__ = ("_address", "_head", "_next", "_out", "_pages", "_websocket", "secure")
    name = "http"
    identity = False
    undecided = False
    shaking = False
    pending = False
    patience = None

    def __init__(
        self, pages: Mapping[str, Page], websocket: Callable[[], Transport], address: str, *, secure: bool
    ) -> None:
        """`pages` by path; `websocket` makes what serves every other GET, and raises `WrongProtocolError` where nothing
        can.
        """
        self._pages = pages
        self._websocket = websocket
        self._address = address
        self.secure = secure
        self._head = b""
        self._out = b""
        self._next: Transport | None = None

    def receive(self, data: bytes) -> list[bytes]:
        self._head = (self._head + data).lstrip(b"\r\n")
        line, ended, _ = self._head.partition(b"\n")
        if not ended:
            return []
        asked = _REQUEST.fullmatch(line)
        page = self._pages.get(asked[2].decode("ascii", "replace")) if asked else None
        if asked is None or page is None:
            return self._go_on()
        head, ended, _ = self._head.partition(b"\r\n\r\n")
        if not ended:
            return []
        return self._say(self._answer(page, head).written(head_only=asked[1] == b"HEAD"))

    def _go_on(self) -> list[bytes]:
        if not self._head.startswith(b"GET "):
            return self._say(Answer(HTTPStatus.NOT_FOUND, "There is no such page").written(head_only=True))
        try:
            self._next = self._websocket()
        except WrongProtocolError as error:
            return self._say(error.answer)
        return self._next.receive(self._head)

    def _answer(self, page: Page, head: bytes) -> Answer:
        headers = headers_of(head)
        if headers is None:
            return Answer(HTTPStatus.BAD_REQUEST, "The request cannot be read")
        try:
            return page(Request(headers, self._address, self.secure))
        except Exception:
            logger.exception("a page could not be made")
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "The server made a mistake")

    def _say(self, answer: bytes) -> list[bytes]:
        self._out = answer
        raise AnsweredError

    def settle(self) -> None:
        """Nothing is left to decide."""

    def ping(self) -> None:
        """Who asks for a page is not asked for a sign of life."""

    def encode(self, _data: bytes) -> bytes:
        """The answer, in place of any line of IRC."""
        out, self._out = self._out, b""
        return out

    def successor(self) -> Transport | None:
        return self._next


def headers_of(head: bytes) -> dict[str, str] | None:
    """The headers of a request without its last line ends; None for what is none. One said twice is a list (RFC 9110,
    5.3), which no header that matters here may be.
    """
    found: dict[str, str] = {}
    for line in head.decode("latin-1").split("\r\n")[1:]:
        header = _HEADER.fullmatch(line)
        if header is None:
            return None
        name, value = header[1].lower(), header[2].rstrip(" \t")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
