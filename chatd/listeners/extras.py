"""More ports: like the first one, or for TLS or WebSocket alone (`[[listen.extra]]`, `[listen] websocket_port`).

Each has a thread `accept-PORT` of its own. Those of classic programs are `classics`' own. Made, started and stopped by
the main thread.
"""

from __future__ import annotations

import functools
import socket
import threading
from collections.abc import Callable

from chatd.config import Extra, Listen
from chatd.listeners.tcp import TcpListener

Arrived = Callable[[str, socket.socket, str, int], None]
"""Gets the kind of the port (`tcp`, `tls`, `websocket`), then what a `TcpListener` hands over."""


class Extras:
    """See the module."""

    def __init__(self, listen: Listen, arrived: Arrived) -> None:
        """Binds the ports. Raises `PortTakenError`, or OSError for an address that cannot be used."""
        self._arrived = arrived
        self._listeners: list[tuple[TcpListener, str]] = []
        self._threads: list[threading.Thread] = []
        try:
            for extra in wanted(listen):
                self._listeners.append((TcpListener(extra.host or listen.host, extra.port), extra.kind))
        except BaseException:
            self._close()
            raise

    @property
    def ports(self) -> list[tuple[str, int]]:
        """Kind and port of what is open."""
        return [(kind, listener.port) for listener, kind in self._listeners]

    def start(self) -> None:
        for listener, kind in self._listeners:
            arrived = functools.partial(self._arrived, kind)
            thread = threading.Thread(target=listener.run, args=(arrived,), name=f"accept-{listener.port}")
            self._threads.append(thread)
            thread.start()

    def stop(self, deadline_s: float) -> None:
        """Take nobody in any more; who is here stays."""
        for listener, _ in self._listeners:
            listener.stop()
        for thread in self._threads:
            thread.join(deadline_s)
        self._close()

    def _close(self) -> None:
        for listener, _ in self._listeners:
            listener.close()
        self._listeners = []


def wanted(listen: Listen) -> list[Extra]:
    """The ports of these kinds that the settings ask for."""
    found = [extra for extra in listen.extra if extra.kind in ("tcp", "tls", "websocket")]
    if listen.websocket_port:
        found.append(Extra("websocket", listen.websocket_host, listen.websocket_port))
    return found
