"""Which extensions a client and the server use: CAP (IRCv3 capability-negotiation, version 302).

Imports `accounts` and what is below; entered by every I/O thread.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator

import protocol
from chatd.capabilities import NAMES, Cap, offered, values
from chatd.commands import accounts, metadata, tokens
from chatd.commands.call import Call, Context, Refused, answer_to
from chatd.config import Config
from chatd.connection import Connection
from chatd.events import Audience, Event

STS_S = 30 * 86_400
"""How long a client connects by TLS only once it was told so over TLS (IRCv3 sts, "The `duration` key")."""
OURS = Cap.RETRY | Cap.EDIT | Cap.QUIET | Cap.UNREDACT
"""Who asks for one of these asks for all that it wants at once: without `sasl` it will not log in."""


def negotiate(call: Call) -> bool:
    """CAP LS, LIST, REQ, END; whether it was the END."""
    subcommand = call.params[0].upper()
    if subcommand == "END":
        call.connection.cap_open = False
        return True
    handler = {"LS": _ls, "LIST": _list, "REQ": _request}.get(subcommand)
    if handler is None:
        raise Refused(protocol.ERR_INVALIDCAPCMD, call.params[0], "Invalid CAP command")
    handler(call)
    return False


def _ls(call: Call) -> None:
    connection = call.connection
    if not connection.registered:
        connection.cap_open = True
    version = call.params[1] if len(call.params) > 1 else ""
    words = list(offered(call.context.config))
    if version.isdecimal() and int(version) >= 302:
        # CAP LS 302 implies cap-notify, for as long as the connection lasts.
        connection.set_caps(connection.caps | Cap.CAP_NOTIFY | Cap.VERSION_302)
        connection.deliver_caps(connection.delivered | Cap.CAP_NOTIFY | Cap.VERSION_302)
        about = values(call.context.config)
        words = [f"{name}={about[name]}" if name in about else name for name in words]
        if call.context.sts:
            words.append(f"sts=duration={STS_S}" if connection.transport.secure else f"sts=port={call.context.port}")
    elif not connection.caps & Cap.VERSION_302:
        # Older clients know one line: what does not fit is not for them, least of all what is no standard yet.
        words = sorted(words, key=lambda word: "/" in word)
        words = protocol.split_text(" ".join(words), _room(call, "LS"))[0].split()
    _tell_words(call, "LS", words)


def _list(call: Call) -> None:
    _tell_words(call, "LIST", [name for name, bit in NAMES.items() if call.connection.caps & bit])


def _tell_words(call: Call, subcommand: str, words: list[str]) -> None:
    """As many lines as it takes; all but the last have a `*` for who knows CAP 302 (capability-negotiation)."""
    goes_on = f"{subcommand} *" if call.connection.caps & Cap.VERSION_302 else subcommand
    *lines, last = protocol.split_text(" ".join(words), _room(call, goes_on))
    for text in lines:
        _answer(call, goes_on, text)
    _answer(call, subcommand, last)


def _room(call: Call, subcommand: str) -> int:
    """Bytes for words in a line."""
    return protocol.LINE_BYTES - 2 - len(_line(call, subcommand, "").encode())


def _request(call: Call) -> None:
    connection = call.connection
    if not connection.registered:
        connection.cap_open = True
    wanted = " ".join(call.params[1:])  # some forget the colon
    if len(_line(call, "ACK", wanted).encode()) > protocol.LINE_BYTES - 2:
        raise Refused(protocol.ERR_INPUTTOOLONG, "Input line was too long")
    caps, known = connection.caps, offered(call.context.config)
    for word in wanted.split():
        name = word.removeprefix("-")
        bit = known.get(name)
        # A request is taken as a whole or not at all.
        if bit is None or (word == "-cap-notify" and caps & Cap.VERSION_302):
            _answer(call, "NAK", wanted)
            return
        caps = caps & ~bit if word[0] == "-" else caps | bit
    if caps & metadata.AWARE == metadata.AWARE:  # two versions of one thing ("Relation with other specifications")
        _answer(call, "NAK", wanted)
        return
    if not caps & metadata.AWARE:
        connection.subscriptions = None
    connection.set_caps(caps)
    if not connection.registered:
        connection.deliver_caps(caps)
        _answer(call, "ACK", wanted)
        if caps & OURS and not caps & Cap.SASL:
            accounts.check_wanted(call)
        return
    # Lines sent before the request are echoed by the old capabilities, lines after the ACK written by the new ones.
    event = Event(Audience.ORIGIN, "CAP", "", connection, stored=False)
    event.then = functools.partial(connection.deliver_caps, caps)
    event.answer = [_line(call, "ACK", wanted)]
    with call.state.lock:
        call.append_locked(event)


def _answer(call: Call, subcommand: str, caps: str) -> None:
    call.line(_line(call, subcommand, caps))


def _line(call: Call, subcommand: str, caps: str) -> str:
    return cap_line(call.context.name, call.connection, subcommand, caps)


def cap_line(server: str, connection: Connection, subcommand: str, caps: str) -> str:
    """`:server CAP ani ACK :batch`."""
    return f":{server} CAP {connection.target} {subcommand} :{caps}"


# --- the settings changed while people are here


def offers_changed_locked(context: Context, before: Config, told: list[str]) -> None:
    """Tell everybody what is offered now and was not, or is no more (CAP NEW, CAP DEL), and which tokens of 005
    changed. `before` are the settings until now, `told` the tokens; the context has the new ones.
    """
    old, new = _described(before), _described(context.config)
    gone = [name for name in old if name not in new]
    come = [name for name in new if old.get(name) != new[name]]
    bits = functools.reduce(operator.or_, (NAMES[name] for name in gone), Cap(0))
    changed = tokens.changes(told, context.isupport)
    for session in context.state.clients:
        if come or gone or changed:
            context.log.append(answer_to(session, _news(context, session, come, gone, int(bits), changed)))


def _described(config: Config) -> dict[str, str]:
    about = values(config)
    return {name: about.get(name, "") for name in offered(config)}


def _news(
    context: Context, session: Connection, come: list[str], gone: list[str], bits: int, changed: list[str]
) -> Iterator[str]:
    """The lines for one of them. Made by the thread that owns it, at their place in the order: what is gone holds up
    to the line that says so.
    """
    if session.caps & Cap.CAP_NOTIFY:
        new = come
        if session.caps & Cap.VERSION_302:
            about = values(context.config)
            new = [f"{name}={about[name]}" if about.get(name) else name for name in come]
        for subcommand, words in (("NEW", new), ("DEL", gone)):
            room = protocol.LINE_BYTES - 2 - len(cap_line(context.name, session, subcommand, "").encode())
            for text in protocol.split_text(" ".join(words), room):
                if text:
                    yield cap_line(context.name, session, subcommand, text)
    session.set_caps(session.caps & ~bits)
    session.deliver_caps(session.delivered & ~bits)
    yield from tokens.lines(context, session, changed)
