"""What the person who started the server reads: the first screen, and a line as people come and go.

Lines are handed to a thread of their own (`logfiles.Outlet`), so that a terminal that is held up delays nobody. Control
characters in people's text are written out, never sent to the terminal.
"""

from __future__ import annotations

import argparse
import logging
import socket
import struct
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chatd import logfiles
from chatd.events import Event
from chatd.logfiles import Outlet
from protocol import show_hidden
from translations import N_, ntr, tr
from translations.calling import called

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

if sys.platform == "linux":
    import fcntl

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
SIOCGIFADDR = 0x8915

logger = logging.getLogger("obrolan.chat")


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """`--help` in the language of the system."""

    def add_usage(self, usage, actions, groups, prefix=None):  # type: ignore[no-untyped-def]  # argparse's types are private
        super().add_usage(usage, actions, groups, prefix or tr("Usage: "))


class Console:
    """The terminal of the server, and its log file if it has one. `online` tells how many people are here now."""

    def __init__(
        self,
        level: str,
        online: Callable[[], int],
        file: logging.Handler | None = None,
        out: SupportsWrite[str] | None = None,
    ) -> None:
        """`file` is the log's, `out` what stands for standard output."""
        self._online = online
        shown = logging.StreamHandler(out or sys.stdout)
        shown.setFormatter(logfiles.of_output(sys.stdout))
        self._outlets = [Outlet("console", shown)] + ([Outlet("logfile", file)] if file else [])
        logging.raiseExceptions = False
        logfiles.root.propagate = False
        logfiles.root.handlers = list(self._outlets)
        logfiles.set_level(level)

    def start(self) -> None:
        for outlet in self._outlets:
            outlet.start()

    def stop(self) -> None:
        """Show what waits, then end."""
        last = logging.StreamHandler(sys.stderr)
        last.setFormatter(logfiles.Formatter(logfiles.for_people))
        logfiles.root.handlers = [last]
        for outlet in self._outlets:
            outlet.stop()

    def follow(self, events: Sequence[Event]) -> None:
        """Say who came and went, and to those who debug what was said in rooms; never what was said in private.

        Runs in the log's thread and only queues lines.
        """
        debug = logger.isEnabledFor(logging.DEBUG)
        if not debug and not logger.isEnabledFor(logging.INFO):
            return
        for event in events:
            if event.verb in _SENTENCES:
                self._report(event)
            elif debug and event.verb in ("PRIVMSG", "NOTICE") and event.audience.name == "CHANNEL":
                logger.debug("%s", show_hidden(_spoken(event.line)))

    def _report(self, event: Event) -> None:
        source, _, rest = event.line[1:].partition(" ")
        params = rest.partition(" ")[2]
        nickname = show_hidden(source.partition("!")[0])
        channel, _, reason = params.partition(" ") if event.verb != "QUIT" else ("", "", params)
        reason = show_hidden(reason.removeprefix(":").removesuffix(": "))  # "Quit: " stands without a reason
        sentence = tr(_SENTENCES[event.verb]).format(name=nickname, channel=show_hidden(channel))
        if reason and event.verb != "JOIN":
            sentence += f" ({reason})"
        online = self._online()
        logger.info("%-40s |  %s", sentence, ntr("{n} online", "{n} online", online).format(n=online))


def _spoken(line: str) -> str:
    source, _, rest = line[1:].partition(" ")
    _, target, text = rest.split(" ", 2)
    return f"{target} <{source.partition('!')[0]}> {text[1:]}"


_SENTENCES = {
    "JOIN": N_("{name} joined {channel}"),
    "PART": N_("{name} left {channel}"),
    "QUIT": N_("{name} is gone"),
}


LABELS = (
    "On this computer",
    "On the same network",
    "Any IRC program",
    "Classic programs",
    "Check words",
    "Make it yours",
)


def banner(
    network: str,
    host: str,
    port: int,
    classic_ports: Sequence[str] = (),
    words: str = "",
    owner_code: str = "",
    *,
    orders: bool = False,
) -> str:
    """The first screen: what to type here and what to tell the others. `words` are those of the certificate, "" without
    TLS; `owner_code` is what claims the server, "" for one that is somebody's; `orders` can be typed below it.
    """
    addresses = lan_addresses() if host in EVERYWHERE else [host]
    others = [address for address in addresses if not address.startswith("127.") and address != "::1"]
    here = called("python3 -m client.main") + (f" --port {port}" if port != 8888 else "")
    width = max(len(tr(text)) for text in LABELS)
    rows = [(tr("On this computer"), here)]
    rows += [
        (tr("On the same network") if not number else "", f"{address} : {port}")
        for number, address in enumerate(others)
    ]
    if others:
        rows.append(
            (
                tr("Any IRC program"),
                (tr("{address}, port {port}, with TLS") if words else tr("{address}, port {port}, without TLS")).format(
                    address=others[0], port=port
                ),
            )
        )
    elif host in EVERYWHERE:
        rows.append((tr("On the same network"), tr("this computer has no network address now")))
    else:
        rows.append((tr("On the same network"), tr("nobody: the server listens on this computer only (--host)")))
    if classic_ports:
        rows.append((tr("Classic programs"), tr("ports {ports}").format(ports=", ".join(classic_ports))))
    if words:
        rows.append((tr("Check words"), words))
    if owner_code:
        rows.append((tr("Make it yours"), tr("type /owner {code} in your window").format(code=owner_code)))
    title = tr("Chat server “{name}” is ready").format(name=network)
    hint = tr("Ctrl+C stops it")
    lines = [f"  {title}     ({hint})", ""]
    lines += [f"  {label.ljust(width)}  {text}" for label, text in rows]
    lines += ["", "  " + tr("Type help to see what can be done here.")] if orders else []
    return "\n".join(["", *lines, ""])


def lan_addresses() -> list[str]:
    """This computer's IPv4 addresses on its networks, the one used for the way out first. Sends nothing."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address; connecting UDP only picks a route
            found.append(probe.getsockname()[0])
        except OSError:
            pass  # no route to anywhere: the interfaces below may still have addresses
        found += _interface_addresses(probe)
    return [address for address in dict.fromkeys(found) if not address.startswith(("127.", "0."))]


def _interface_addresses(probe: socket.socket) -> list[str]:
    if sys.platform != "linux":
        return []
    found = []
    try:
        interfaces = socket.if_nameindex()
    except OSError:
        return []  # a sandbox that keeps us from asking, such as that of deploy/obrolan.service
    for _, name in interfaces:
        try:
            answer = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
        except OSError:
            continue  # an interface without an IPv4 address
        found.append(socket.inet_ntoa(answer[20:24]))
    return found
