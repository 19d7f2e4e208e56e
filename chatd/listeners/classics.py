"""Everything classic programs need, as one thing that the front door starts and stops.

The gateway always runs, for port 8888 itself takes programs that send their name first; the other ports
are opened when `[classic] enabled` is set. Made, started and stopped by the main thread.
"""

from __future__ import annotations

import functools
import socket
import threading
from collections.abc import Callable

from chatd.config import Config
from chatd.listeners.ascii import to_ascii
from chatd.listeners.classic import NAME_FIRST, NICK, USER, ClassicTranslator, Dialect
from chatd.listeners.gateway import Gateway
from chatd.listeners.tcp import TcpListener
from chatd.listeners.udp import UdpListener, new_translator


class Classics:
    """See the module. `admit` says "" or why an address may not connect; `connect` makes a server connection.

    `release` takes back an admission of which no connection came.
    """

    def __init__(
        self,
        config: Config,
        *,
        admit: Callable[[str], str],
        release: Callable[[str], None],
        connect: Callable[[socket.socket, str, int], None],
        monotonic: Callable[[], float],
    ) -> None:
        """Binds the ports. Raises `PortTakenError`, or OSError for an address that cannot be used."""
        self._config = config
        self._admit = admit
        self._release = release
        self.gateway = Gateway(connect, release, self._translator, monotonic)
        self._listeners: list[tuple[TcpListener, Dialect]] = []
        self._udp: list[UdpListener] = []
        self._threads: list[threading.Thread] = []
        try:
            for host, port, dialect in _tcp_ports(config):
                self._listeners.append((TcpListener(host, port), dialect))
            for host, port in _udp_ports(config):
                self._udp.append(self._open_udp(host, port, connect, monotonic))
        except BaseException:
            self._close()
            raise

    def _open_udp(
        self,
        host: str,
        port: int,
        connect: Callable[[socket.socket, str, int], None],
        monotonic: Callable[[], float],
    ) -> UdpListener:
        classic = self._config.classic
        return UdpListener(
            host,
            port,
            admit=self._admit,
            release=self._release,
            connect=connect,
            translator=functools.partial(new_translator, self._config.lobby.name, notices=classic.notices),
            silence_s=classic.udp_silence_s,
            public=classic.udp_public,
            monotonic=monotonic,
        )

    def _translator(self, dialect: Dialect) -> ClassicTranslator:
        return ClassicTranslator(dialect, self._config.lobby.name, to_ascii, notices=self._config.classic.notices)

    @property
    def ports(self) -> list[str]:
        """What is open, for people: "5555", "UDP 5005"."""
        udp = [f"UDP {listener.port}" for listener in self._udp]
        return [str(listener.port) for listener, _ in self._listeners] + udp

    def start(self) -> None:
        self.gateway.thread.start()
        for listener, dialect in self._listeners:
            arrived = functools.partial(self._arrived, dialect)
            thread = threading.Thread(target=listener.run, args=(arrived,), name=f"accept-{listener.port}")
            self._threads.append(thread)
            thread.start()
        for udp in self._udp:
            udp.thread.start()

    def _arrived(self, dialect: Dialect, sock: socket.socket, address: str, port: int) -> None:
        refusal = self._admit(address)
        if refusal:
            sock.send(to_ascii(f"* {refusal}\n").encode())
            sock.close()
            return
        self.gateway.adopt(sock, address, port, dialect)

    def stop_accepting(self, deadline_s: float) -> None:
        """Take nobody in any more; who is here stays."""
        for listener, _ in self._listeners:
            listener.stop()
        for thread in self._threads:
            thread.join(deadline_s)
        self._close()

    def stop(self, deadline_s: float) -> None:
        """End the gateway and UDP, once the server has said goodbye to their connections."""
        self.gateway.stop(deadline_s)
        for udp in self._udp:
            udp.stop()
        for udp in self._udp:
            udp.thread.join(deadline_s)
        self.gateway.thread.join(deadline_s + 0.2)

    def _close(self) -> None:
        for listener, _ in self._listeners:
            listener.close()


DIALECTS = {"name-first": NAME_FIRST, "nick": NICK, "user": USER}


def _tcp_ports(config: Config) -> list[tuple[str, int, Dialect]]:
    """Address, port and dialect of each port for classic programs; a port that is named twice counts once."""
    classic, listen = config.classic, config.listen
    ports = {
        classic.name_first_port: NAME_FIRST,
        classic.nick_port: NICK,
        classic.nick_second_port: NICK,
        classic.user_port: USER,
    }
    found = [(listen.host, port, dialect) for port, dialect in ports.items() if port and classic.enabled]
    extra = [one for one in listen.extra if one.kind == "classic"]
    return found + [(one.host or listen.host, one.port, DIALECTS[one.dialect]) for one in extra]


def _udp_ports(config: Config) -> list[tuple[str, int]]:
    classic, listen = config.classic, config.listen
    found = [(listen.host, classic.udp_port)] if classic.enabled and classic.udp_port else []
    return found + [(one.host or listen.host, one.port) for one in listen.extra if one.kind == "udp"]
