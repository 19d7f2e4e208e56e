"""IRC over WebSocket: one line a message (IRCv3 websocket). Implements `chatd.connection.Transport`; no I/O.

The protocol itself is the `websockets` library's (`ServerProtocol`, without I/O), imported when the first peer asks for
it (a tenth of a second, once); without the package nobody is served. Belongs to the thread that owns the
connection.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
from collections.abc import Collection, Sequence
from http import HTTPStatus
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from chatd.connection import WrongProtocolError
from chatd.listeners.origins import may_come
from protocol import UNFINISHED_BYTES, ProtocolError

if TYPE_CHECKING:
    from websockets.frames import Frame
    from websockets.http11 import Request
    from websockets.server import ServerProtocol
    from websockets.typing import Subprotocol

TEXT, BINARY = "text.ircv3.net", "binary.ircv3.net"
PATIENCE_S = (20.0, 40.0)
"""Silence after which a browser is asked for a sign of life, and cut: they vanish more often than other programs."""
UNREAD_BYTES = 64 * 1024
"""What may wait of answers to pings: who asks on and on without reading is cut."""
IDLE_FRAMES = 512
"""Frames of one read that may bring no line; flood protection counts lines, and would not see these."""
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
NOT_THERE = b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
"""The answer where the package is missing."""

_silent = logging.getLogger("obrolan.websocket")
_silent.setLevel(logging.CRITICAL)


@functools.cache
def _library() -> Any:
    """What we use of the library, or None without it."""
    try:
        from websockets import frames, http11, protocol, server  # noqa: PLC0415 - a tenth of a second, for those who need it
    except ImportError:
        return None
    return SimpleNamespace(
        Server=server.ServerProtocol,
        Request=http11.Request,
        Frame=frames.Frame,
        OPEN=protocol.State.OPEN,
        TEXT=frames.Opcode.TEXT,
        BINARY=frames.Opcode.BINARY,
        CONT=frames.Opcode.CONT,
        CLOSE=frames.Opcode.CLOSE,
        BAD_DATA=frames.CloseCode.INVALID_DATA,
    )


def installed() -> bool:
    """Whether the package is there, without loading it."""
    found = importlib.util.find_spec("websockets")
    return found is not None and found.submodule_search_locations is not None


def available() -> bool:
    """Whether the package can be used; loads it."""
    return _library() is not None


class NotWebSocketError(ProtocolError):
    """The peer asked for something else over HTTP, or in a way that cannot be served."""

    def __init__(self) -> None:
        super().__init__("NOT_IRC", "This is a chat server that speaks IRC")


class WebSocketTransport:
    """See the module. What the library wants to send (handshake, pong, close) goes out with the next `encode`."""

    __slots__ = ("_allowed", "_ended", "_message", "_open", "_out", "_text", "_use", "_ws")
    name = "websocket"
    identity = False
    secure = False
    shaking = False
    patience = PATIENCE_S

    def __init__(self, origins: Collection[str] = ()) -> None:
        """`origins`: web pages that may connect; none for those of the same host only, `*` for all."""
        self._allowed = origins
        self._use = _library()
        self._ws: ServerProtocol = self._use.Server(
            select_subprotocol=_select, extensions=None, max_size=UNFINISHED_BYTES, logger=_silent
        )
        self._out = b""
        self._open = False
        self._ended = False
        self._text: bool | None = None
        """Whether lines go out as text messages; None until the first message of a peer that did not say."""
        self._message: list[bytes] = []
        """The parts so far of a message in several frames."""

    @property
    def undecided(self) -> bool:
        return False

    @property
    def pending(self) -> bool:
        """Whether something waits to be sent that is no line."""
        return bool(self._out)

    def receive(self, data: bytes) -> list[bytes]:
        self._ws.receive_data(data)
        lines: list[bytes] = []
        frames = 0
        for event in self._ws.events_received():
            if isinstance(event, self._use.Request):
                self._shake(event)
            elif isinstance(event, self._use.Frame):
                frames += 1
                self._take(event, lines)
        self._collect()
        if frames - len(lines) > IDLE_FRAMES:
            raise ProtocolError("FLOOD", "Too many frames that say nothing")
        if len(self._out) > UNREAD_BYTES:
            raise ProtocolError("FLOOD", "SendQ exceeded")
        if not self._open and self._ws.handshake_exc is not None:
            self._out = self._out or NOT_FOUND  # no head of HTTP, or one that the library does not read
            raise NotWebSocketError
        if self._open and self._ws.state is not self._use.OPEN and not self._ended:
            self._ended = True
            lines.append(b"QUIT :Connection closed")
        return lines

    def settle(self) -> None:
        """Nothing is left to decide."""

    def ping(self) -> None:
        """Ask for a sign of life in the words of this protocol."""
        if self._ws.state is self._use.OPEN:
            self._ws.send_ping(b"")
            self._collect()

    def encode(self, data: bytes) -> bytes:
        """One message for each line. Before the handshake and after the close there are none."""
        send = self._ws.send_binary if self._text is False else self._ws.send_text
        for line in data.split(b"\r\n"):
            if not line or not self._open or self._ws.state is not self._use.OPEN:
                continue
            send(line)
            if line.startswith(b"ERROR :"):  # the last line of all (Modern, "ERROR message")
                self._ws.send_close(1000)
        self._collect()
        out, self._out = self._out, b""
        return out

    def successor(self) -> None:
        return None

    def _collect(self) -> None:
        self._out += b"".join(self._ws.data_to_send())

    def _shake(self, request: Request) -> None:
        if "websocket" not in request.headers.get("Upgrade", "").lower():
            self._out += NOT_FOUND
            raise NotWebSocketError
        if not may_come(request.headers.get("Origin"), request.headers.get("Host", ""), self._allowed):
            response = self._ws.reject(HTTPStatus.FORBIDDEN, "Pages of this origin may not connect.\n")
        else:
            response = self._ws.accept(request)
        self._ws.send_response(response)
        self._open = self._ws.state is self._use.OPEN
        if self._ws.subprotocol is not None:
            self._text = self._ws.subprotocol == TEXT
        if not self._open:
            self._collect()
            raise NotWebSocketError

    def _take(self, frame: Frame, lines: list[bytes]) -> None:
        use = self._use
        if frame.opcode not in (use.TEXT, use.BINARY, use.CONT):
            return  # ping, pong and close are the library's
        if frame.opcode is not use.CONT:
            self._message = []
            if self._text is None:
                self._text = frame.opcode is use.TEXT
        if frame.data:  # empty pieces have no size that the library's limit could count
            self._message.append(bytes(frame.data))
        if not frame.fin:
            return
        line = b"".join(self._message)
        self._message = []
        if self._text and not _is_utf8(line):
            self._ws.fail(use.BAD_DATA, "not UTF-8")
        elif line := line.rstrip(b"\r\n"):
            lines.append(line)


def _select(_ws: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """The first that the client prefers of those we speak ("respecting the client's order of preference")."""
    return next((name for name in offered if name in (TEXT, BINARY)), None)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def serve(origins: Collection[str]) -> WebSocketTransport:
    """The transport of a peer that opened with HTTP. Raises `WrongProtocolError` where the package is missing."""
    if not available():
        raise WrongProtocolError(NOT_THERE)
    return WebSocketTransport(origins)
