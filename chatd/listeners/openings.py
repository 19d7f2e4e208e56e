"""What a new connection begins with, by the kind of its port and by what is spoken inside what.

Whatever may change while the server runs (settings, certificate) is asked for each time. Entered by the accepting
threads and, for what is inside, by the I/O threads.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping

from chatd.certificate import Certificate
from chatd.config import Config
from chatd.connection import Transport, WrongProtocolError
from chatd.listeners import websocket
from chatd.listeners.sniff import Sniffer
from chatd.listeners.tls import TlsTransport
from chatd.listeners.web import Page, WebTransport


class Openings:
    """See the module. All methods raise `WrongProtocolError` where nothing can serve the peer."""

    def __init__(
        self,
        commands: Collection[str],
        config: Callable[[], Config],
        certificate: Callable[[], Certificate | None],
        pages: Mapping[str, Page],
    ) -> None:
        """`commands` are the known IRC commands, `pages` what is answered over HTTP, by path."""
        self._commands = commands
        self._config = config
        self._certificate = certificate
        self._pages = pages

    def transport(self, kind: str, address: str) -> Transport:
        """For a peer with this address at a port of this kind (`tcp`, `tls`, `websocket`)."""
        if kind == "websocket":
            return self._websocket()
        tls = functools.partial(self._tls, address)
        return tls() if kind == "tls" else Sniffer(self._commands, web=self._web(address), tls=tls)

    def _tls(self, address: str) -> Transport:
        certificate = self._certificate()
        if certificate is None:
            raise WrongProtocolError(b"")
        inside = functools.partial(Sniffer, self._commands, web=self._web(address, secure=True))
        return TlsTransport(certificate.context, inside)

    def _web(self, address: str, *, secure: bool = False) -> Callable[[], Transport]:
        return functools.partial(WebTransport, self._pages, self._websocket, address, secure=secure)

    def _websocket(self) -> Transport:
        config = self._config()
        if not config.features.websocket:
            raise WrongProtocolError(websocket.NOT_FOUND)
        return websocket.serve(config.listen.websocket_origins)
