#!/usr/bin/env python3
"""The chat server: `python3 server.py`, then everybody on the network can join.

This is the front door: the `ChatServer` that puts the rooms of `chatd` together, and the process it runs in.
The main thread starts the others and then only waits for a signal. Runs on bare Python 3.11 or newer.
"""

from __future__ import annotations

import functools
import gc
import itertools
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from chatd import certificate, console, logfiles, metadata, owners, ports, serverbans, signals
from chatd.accounts import Accounts
from chatd.certificate import Certificate
from chatd.commands import COMMANDS, Dispatcher, announcing, isupport
from chatd.commands.call import Context
from chatd.commands.negotiation import offers_changed_locked
from chatd.commands.stewardship import Stewardship
from chatd.config import Config, ConfigError
from chatd.configfile import Origins, written
from chatd.connection import Connection, WrongProtocolError
from chatd.datafolder import DataFolder, DataFolderError, describe_user, keep_to_ourselves, usual_folder
from chatd.engine import IoThread
from chatd.events import Event
from chatd.listeners import websocket
from chatd.listeners.admission import Admission
from chatd.listeners.ascii import missing
from chatd.listeners.classic import NAME_FIRST
from chatd.listeners.classics import Classics
from chatd.listeners.control import Control
from chatd.listeners.extras import Extras
from chatd.listeners.health import Health
from chatd.listeners.metrics import Metrics
from chatd.listeners.openings import Openings
from chatd.listeners.plain import PlainTransport
from chatd.listeners.tcp import PortTakenError, TcpListener
from chatd.log import UnusableError
from chatd.log.opening import describe_disk, open_log
from chatd.marks import ReadMarks
from chatd.metadata import Metadata
from chatd.operating.desk import Means
from chatd.operating.orders import Orders
from chatd.operating.output import Output
from chatd.operating.prompt import Prompt, at_terminal
from chatd.owners import Owners
from chatd.reload import compare
from chatd.restoring import restore_channels, restore_people
from chatd.startup import VERSION, arguments, configure
from chatd.upkeep import commandline
from chatd.workers import Workers
from translations import set_language, system_language, tr

STOP_S = 1.2
"""How long people may take to read that the server stops; all of stopping stays under two seconds."""
FAREWELL = "Server is shutting down"
PROMPT_S = 0.5
"""How long who reads orders may take to put the terminal back."""
LAST_WORDS_S = 0.3
"""Of that, what classic programs have to take the last line."""
EXIT_BAD_START = 2
COLLECT_EVERY = 50_000
"""Objects that Python makes before it looks for cycles: hardly anything here makes any, and looking costs 4 %."""
RESTART = -1
"""No exit code: the process starts itself anew."""
EXIT_STORAGE = 74
"""What cannot be kept safely ended the server (EX_IOERR of sysexits)."""

logger = logging.getLogger("obrolan.server")


class ChatServer:
    """A chat server on one port. `start` returns at once, `stop` when everybody has been told and is gone.

    `clients[i]` is logged in as `nicknames[i]`; read them under `state.lock`.
    """

    def __init__(
        self,
        config: Config,
        listener: TcpListener,
        folder: DataFolder,
        now: Callable[[], float] = time.time,
        reread: Callable[[], Config] | None = None,
    ) -> None:
        """`listener` is the open port, `reread` gives the settings as they stand in their file now.

        Raises `CertificateError`, `PortTakenError` or OSError for a further port of `[classic]`, and `UnusableError`
        for a history that cannot be used.
        """
        self.config = config
        self._folder = folder
        self.certificate = self._certificate(config)
        monotonic = time.monotonic
        self._listener = listener
        self._reread = reread or (lambda: config)
        self._admission = Admission(config.limits, monotonic)
        self.classics = Classics(
            config,
            admit=self._admission.admit,
            release=self._admission.release,
            connect=self._connect,
            monotonic=monotonic,
        )
        self.extras = Extras(config.listen, self._arrived)
        self.on_fatal: Callable[[str], None] = logger.critical
        """Told, in the log's thread, why the process must end."""
        self.log = open_log(config.history, folder.path, now, monotonic, self._fatal)
        self.context = self._context(folder, now)
        self.state = self.context.state
        self.context.isupport.extend(isupport(self.context))
        self._numbers = itertools.count(1)
        restore_channels(self.state, self.log, self.context.accounts, config.lobby.name, now())
        self.state.server_bans = serverbans.restored(self.log.kept.facts.get(serverbans.KIND, {}), now())
        restore_people(self.state, self.log, self.context.accounts, self._numbers, now())
        service = Dispatcher(self.context)
        self.workers = Workers()
        self._io = [
            IoThread(
                number,
                self.log,
                service,
                config.limits,
                monotonic,
                self._admission.release,
                self._hand_over,
                self.workers.submit,
            )
            for number in range(config.limits.io_threads)
        ]
        self.log.follow(self._hand_out)
        steward = Stewardship(self.context)
        self.log.follow(steward.follow)
        self._control = Control(folder.path, steward.carry_out)
        self._next_thread = itertools.cycle(self._io)
        self._openings = self._ways_in()
        self._accept = threading.Thread(target=self.receive, name=f"accept-{self.port}")

    def _context(self, folder: DataFolder, now: Callable[[], float]) -> Context:
        """What the handlers of commands share, with what was kept."""
        return Context(
            config=self.config,
            log=self.log,
            now=now,
            monotonic=time.monotonic,
            host_of=folder.host_of,
            motd=folder.motd,
            version=VERSION,
            started_at=now(),
            accounts=Accounts(self.log.kept, self.config.accounts, folder.secret("accounts")),
            marks=ReadMarks(self.log.kept.markers),
            metadata=Metadata(self.log.kept.facts.get(metadata.KIND)),
            owners=self._owners(folder),
            port=self.port,
            sts=self.certificate is not None and self.certificate.authority,
            has_tls=self.certificate is not None,
            reload=self.reload,
        )

    def _owners(self, folder: DataFolder) -> Owners:
        """Whose server it is; nobody's it is until somebody claims it, unless the settings name operators."""
        kept = self.log.kept.facts.get(owners.KIND, {})
        if not kept and not self.config.operators:
            return Owners((), folder.owner_code(owners.new_code))
        folder.forget_owner_code()
        return Owners(kept)

    def _ways_in(self) -> Openings:
        """What new connections begin with, and the pages that are answered over HTTP."""
        context = self.context
        metrics = Metrics(self.state, self.log, context.usage, self._io, context.started_at, VERSION)
        health = Health(lambda: self.config.listen, self.log, metrics)
        return Openings(frozenset(COMMANDS), lambda: self.config, lambda: self.certificate, health.pages)

    def _fatal(self, why: str) -> None:
        self.on_fatal(why)

    @property
    def clients(self) -> list[Connection]:
        return self.state.clients

    @property
    def nicknames(self) -> list[str]:
        return self.state.nicknames

    @property
    def port(self) -> int:
        """The port it listens on (the real one when 0 was asked for)."""
        return int(self._listener.port)

    def start(self) -> None:
        self.log.start()
        self.workers.start()
        for thread in self._io:
            thread.start()
        self.classics.start()
        self.extras.start()
        self._control.start()
        self._accept.start()

    def receive(self) -> None:
        """The accept loop; the thread `accept-PORT` runs it."""
        self._listener.run(functools.partial(self._arrived, "tcp"))

    def _arrived(self, kind: str, sock: socket.socket, address: str, port: int) -> None:
        refusal = self._admission.admit(address)
        if refusal:
            sock.send(f"ERROR :Closing link: {refusal}\r\n".encode())  # a fresh socket takes this much at once
            sock.close()
            return
        try:
            transport = self._openings.transport(kind, address)
        except WrongProtocolError as error:
            self._admission.release(address)
            sock.send(error.answer)
            sock.close()
            return
        self.handle(Connection(sock, next(self._numbers), sys.intern(address), port, transport))

    def _certificate(self, config: Config) -> Certificate | None:
        names = certificate.names_of(config.server.name, console.lan_addresses())
        return certificate.load(config.listen, self._folder.path, names)

    def _connect(self, sock: socket.socket, address: str, port: int) -> None:
        """Take in a socket of our own making that speaks IRC, for a peer with this address (an admitted one)."""
        connection = Connection(sock, next(self._numbers), address, port, PlainTransport())
        connection.classic = True
        self.handle(connection)

    def _hand_over(self, sock: socket.socket, address: str, port: int, pieces: list[bytes]) -> None:
        """Port 8888 found out that a peer sends its name first: the gateway goes on with it."""
        self.classics.gateway.adopt(sock, address, port, NAME_FIRST, pieces)

    def handle(self, connection: Connection) -> None:
        """Give a connection to the I/O thread that will own it."""
        thread = next(self._next_thread)
        connection.owner = thread
        thread.adopt(connection)

    def _hand_out(self, batch: Sequence[Event]) -> None:
        """Give every I/O thread this batch of the log, before any of them can answer for it (PONG, labels)."""
        for thread in self._io:
            thread.hand(batch)
        for thread in self._io:
            thread.wake()

    def reload(self) -> list[str]:
        """Read the settings anew; what changed and what cannot until the next start, in sentences.

        Raises `ConfigError`; then everything stays as it is.
        """
        new = self._reread()
        renewed = self._certificate(new)
        with self.state.lock:
            before, found = self.context.config, compare(self.context.config, new)
            self.config = self.context.config = found.config
            self.context.accounts.settings = found.config.accounts
            self.certificate, self.context.has_tls = renewed, renewed is not None
            self.context.sts = renewed is not None and renewed.authority
            told, self.context.isupport = self.context.isupport, isupport(self.context)
            offers_changed_locked(self.context, before, told)
        logfiles.set_level(found.config.logs.level)
        self.log.wake()
        sentences = []
        if found.changed:
            sentences.append(tr("changed: {names}").format(names=", ".join(found.changed)))
        if found.later:
            sentences.append(tr("changes with the next start: {names}").format(names=", ".join(found.later)))
        return sentences or [tr("the settings are as they were")]

    def broadcast(self, text: str) -> None:
        """Send a notice of the server to everybody, by way of the log like all that is seen.

        It is one line of at most 400 bytes: line ends become spaces, what is more is cut.
        """
        with self.state.lock:
            announcing.tell_all_locked(self.context, text)
        self.log.wake()

    def connections(self) -> int:
        """How many there are, registered or not."""
        return sum(map(len, self._io))

    def stop(self, reason: str = FAREWELL) -> None:
        """Accept nobody, tell everybody, take in what is queued, close; every wait has its deadline."""
        self._listener.stop()
        self._accept.join(STOP_S)
        self._listener.close()
        self.classics.stop_accepting(STOP_S)
        self.extras.stop(STOP_S)
        self._control.stop(STOP_S)
        for thread in self._io:
            thread.stop(STOP_S, reason)
        for thread in self._io:
            thread.join(STOP_S + 0.3)
        self.workers.stop(STOP_S)
        self.classics.stop(LAST_WORDS_S)
        if not self.log.stop(STOP_S):
            logger.error("the log did not end in time")


# --- a process --------------------------------------------------------------------------------------


def main(argv: list[str] | None = None) -> int:
    """Run a server until it is told to stop; the process's exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a name must not end the server.
        stream.reconfigure(errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]  # text streams both
    set_language(system_language())
    keep_to_ourselves()
    argv = sys.argv[1:] if argv is None else argv
    data = usual_folder()
    if argv and argv[0] in commandline.COMMANDS:
        return commandline.main(argv, data)
    show = argv[:1] == ["config"]
    options = arguments(argv[1:] if show else argv)
    origins: Origins = {}

    def reread() -> Config:
        found: Origins = {}
        renewed = configure(options, found)
        origins.clear()
        origins.update(found)
        return renewed

    try:
        config = configure(options, origins)
        if show:
            print(written(config, origins), end="")
            return 0
        listener = _listen(config)
        folder = DataFolder(Path(config.server.data_dir or data))
        file = logfiles.opened(config.logs, folder.path)
    except (ConfigError, CannotListenError, DataFolderError) as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_START
    try:
        server = ChatServer(config, listener, folder, reread=reread)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_START
    except PortTakenError as error:
        print(ports.classic_port_taken(error.port), file=sys.stderr)
        return EXIT_BAD_START
    except UnusableError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_START
    except OSError as error:
        print(ports.address_unusable(config, error), file=sys.stderr)
        return EXIT_BAD_START
    try:
        code = _run(server, folder.path, file, origins)
    finally:
        folder.close()
    if code == RESTART:
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - what was started once is started again
    return code


class CannotListenError(Exception):
    """The address or port cannot be had; the text says what to do."""


def _listen(config: Config) -> TcpListener:
    try:
        return TcpListener(config.listen.host, config.listen.port)
    except PortTakenError as error:
        raise CannotListenError(ports.port_taken(config)) from error
    except OSError as error:
        raise CannotListenError(ports.address_unusable(config, error)) from error


def _run(server: ChatServer, folder: Path, file: logging.Handler | None, origins: Origins) -> int:
    output = Output(sys.stdout)
    terminal = console.Console(server.config.logs.level, lambda: server.state.people, file, output)
    server.log.follow(terminal.follow)
    woken = signals.Signals()
    server.on_fatal = woken.fatal
    server.context.restart = woken.restart
    woken.install()
    prompt = _prompt(server, folder, woken, output, origins) if at_terminal() else None
    server.start()
    gc.freeze()  # what is there now stays: modules, settings, what was kept
    gc.set_threshold(COLLECT_EVERY)
    settings, found = server.config, server.certificate
    words = found.words if found else ""
    network, host, code = settings.server.network, settings.listen.host, server.context.owners.code
    ports_open, can_order = server.classics.ports, prompt is not None
    print(console.banner(network, host, server.port, ports_open, words, code, orders=can_order), flush=True)
    lacking = missing() if server.config.classic.enabled else []
    if lacking:
        text = tr("Letters beyond ASCII become “?” for some classic programs; the packages {names} mend that.")
        print("  " + text.format(names=", ".join(lacking)), flush=True)
    terminal.start()
    if settings.listen.tls and not found:
        logger.info(tr("TLS is off: the package cryptography turns it on (pip install cryptography)"))
    if settings.features.websocket and not websocket.installed():
        logger.info(tr("WebSocket is off: the package websockets turns it on (pip install websockets)"))
    describe_user()
    describe_disk(folder)
    if prompt:
        prompt.start()
    while (reason := woken.wait()) == signals.RELOAD:
        _reload(server)
    if prompt:
        prompt.stop(PROMPT_S)
    logger.info(tr("stopping; everybody is told"))
    server.stop(woken.farewell or FAREWELL)
    terminal.stop()
    return {signals.SIGNAL: 0, signals.STORAGE: EXIT_STORAGE, signals.RESTART: RESTART}.get(reason, 1)


def _prompt(server: ChatServer, folder: Path, woken: signals.Signals, output: Output, origins: Origins) -> Prompt:
    """What reads orders from the terminal."""
    means = Means(folder, lambda: written(server.config, origins), server.connections, woken.stop, woken.ending)
    prompt = Prompt(Orders(server.context, means), output, woken.stop)
    woken.restore = prompt.restore
    return prompt


def _reload(server: ChatServer) -> None:
    try:
        for sentence in server.reload():
            logger.info(tr("settings read anew: %s"), sentence)
    except ConfigError as error:
        logger.error(tr("the settings stay as they are: %s"), error)


if __name__ == "__main__":
    sys.exit(main())
