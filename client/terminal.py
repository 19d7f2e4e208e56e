"""The terminal client's front door: reads the command line, chooses a talk and a face, brings them together.

    python3 -m client.terminal [--host H] [--port P] [--name N] [--history N] [--udp] [irc://host:port/room]

On a terminal the line being typed stays at the bottom (client/console/screen.py); between pipes it reads
and prints plain lines (client/console/pipe.py), for scripts. Imports no Qt, and prompt_toolkit only where
there is a terminal: the prompt must be there in under 0.3 s (tests/bench/terminal_start.py). Main thread.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TextIO

if not __package__ and not hasattr(sys, "frozen"):
    # Run as a file: Python put client/ first on the path, where `protocol` is not and our modules have other names.
    sys.path[:] = [
        str(Path(__file__).resolve().parent.parent),
        *(place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent),
    ]

import protocol
import translations
from client import login_fields
from client.accounts import Accounts
from client.console import profile, udp
from client.console.contract import Face, Login, Talk
from client.console.irc import IrcTalk
from client.console.pipe import Pipe
from client.trust import Trust
from translations import tr
from translations.calling import called

if TYPE_CHECKING:
    from client.console.screen import Screen

HOST = "127.0.0.1"
_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Chat until the person leaves or the input ends; the process's exit code."""
    translations.set_language(profile.language() or translations.system_language())
    options = read_arguments(arguments)
    typed_here = is_terminal(sys.stdin)
    on_terminal = typed_here and is_terminal(sys.stdout)
    try:
        login = find_login(options, ask=on_terminal)
    except (EOFError, KeyboardInterrupt):
        print()
        return 1
    if options.udp:
        talk: Talk = udp.UdpTalk(login, interactive=typed_here)
    else:
        folder = profile.folder()
        talk = IrcTalk(
            login,
            interactive=typed_here,
            accounts=Accounts(folder),
            trust=Trust(folder),
            history=options.history,
        )
    return run(talk, on_terminal=on_terminal, interactive=typed_here)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sits at the other end (a closed stream is None)."""
    return stream is not None and stream.isatty()


# --- the command line --------------------------------------------------------------------------


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line as `host`, `port`, `name`, `channel`, `history`, `udp`; wrong ones end the process with 2."""
    description = tr("The chat in a terminal. In a pipe it reads lines and prints lines.")
    parser = argparse.ArgumentParser(prog=called("python3 -m client.terminal"), description=description)
    parser.add_argument("link", nargs="?", default="", metavar="irc://HOST:PORT/ROOM", help=tr("a server and a room"))
    parser.add_argument("--host", default="", help=tr("the server's address"))
    parser.add_argument("--port", default="", help=tr("the server's port, usually 8888"))
    parser.add_argument("--name", default="", help=tr("your name in the chat"))
    parser.add_argument(
        "--history", type=int, metavar="N", help=tr("show the last N messages from before (in a pipe none)")
    )
    parser.add_argument(
        "--new-certificate", action="store_true", help=tr("trust the certificate that the server has now")
    )
    parser.add_argument("--udp", action="store_true", help=tr("speak the old UDP dialect (port 5005)"))
    options = parser.parse_args(arguments)
    options.channel = ""
    for given in (options.link, options.host):
        address = login_fields.read_address(given) if given else login_fields.Address("")
        if address is None:
            parser.error(tr("“{text}” is no address").format(text=given))
        options.host = address.host or options.host
        options.port = options.port or (str(address.port) if address.port else "")
        options.channel = options.channel or address.channel
    usual = udp.DEFAULT_PORT if options.udp else protocol.DEFAULT_PORT
    port = login_fields.read_port(options.port) if options.port else usual
    if port is None:
        parser.error(tr("The port must be a number from 1 to 65535; usually {port}.").format(port=usual))
    options.port = port
    if options.history is not None and options.history < 0:
        parser.error(tr("--history takes a number from 0"))
    options.name = login_fields.clean_name(options.name)
    problem = login_fields.name_problem(options.name) if options.name else ""
    if problem:
        parser.error(tr(problem))
    if not options.name and not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        parser.error(tr("In a pipe a name is needed: --name"))
    return options


def find_login(options: argparse.Namespace, *, ask: bool) -> Login:
    """Where to go and as whom; without a name both are asked for. Raises EOFError, KeyboardInterrupt."""
    host, port, channel = options.host, options.port, options.channel
    name = options.name
    if not name and ask:
        name = ask_name()
        if not host:
            address = ask_address(f"{HOST}:{port}")
            host, port, channel = address.host, address.port or port, address.channel
    return Login(host or HOST, port, name, channel, options.new_certificate)


def ask_name() -> str:
    """A name that can be used."""
    while True:
        name = login_fields.clean_name(input(tr("Your name: ")))
        problem = login_fields.name_problem(name)
        if not problem:
            return name
        print(tr(problem))


def ask_address(usual: str) -> login_fields.Address:
    """A server's address; Enter alone takes the usual one."""
    while True:
        typed = input(tr("Server (Enter: {address}): ").format(address=usual)).strip() or usual
        address = login_fields.read_address(typed)
        if address is not None:
            return address
        print(tr("“{text}” is no address").format(text=protocol.show_hidden(typed)))


# --- talk and face -----------------------------------------------------------------------------


def run(talk: Talk, *, on_terminal: bool, interactive: bool) -> int:
    """Let the talk run on the face that fits this process's streams; the exit code."""
    screen = open_screen(talk) if on_terminal and os.environ.get("TERM") != "dumb" else None
    if screen is not None:
        leave_on_signals(talk, screen, exit_code=False)
        return screen.run()
    source = sys.stdin.fileno() if sys.stdin is not None else None
    pipe = Pipe(talk, source, printable(sys.stdout), printable(sys.stderr), interactive=interactive)
    leave_on_signals(talk, pipe, exit_code=not interactive)
    return pipe.run()


def open_screen(talk: Talk) -> Screen | None:
    """The terminal; None, said in a line, without the package for it."""
    try:
        from client.console.screen import Screen  # noqa: PLC0415 - heavy, and not needed between pipes
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("client"):
            raise
        sentence = tr(
            "Without the package {package} lines may stand across what you type; python3 start.py installs it."
        )
        print(sentence.format(package=error.name), file=sys.stderr)
        return None
    return Screen(talk, profile.InputHistory())


def printable(stream: TextIO | None) -> TextIO:
    """A stream that takes every character; what was closed before we started swallows them."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def leave_on_signals(talk: Talk, face: Face, *, exit_code: bool) -> None:
    """Say goodbye on Ctrl+C, `kill` and a closed terminal; a second Ctrl+C or `kill` ends the process as usual.

    `exit_code` tells a shell by 128 + number that its script did not end by itself.
    """

    def leave(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL if number in {signal.SIGINT, signal.SIGTERM} else signal.SIG_IGN)
        face.call_soon(partial(talk.quit, 128 + number if exit_code else 0))

    for number in _SIGNALS:
        signal.signal(number, leave)


if __name__ == "__main__":
    sys.exit(main())
