"""Logging in, without a screen: what people type (addresses, ports, names) and what they are told.

Pure functions without Qt, shared by every face of the client; any thread may call them. Imports
the client's words, `protocol` and `translations`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

import checkwords
import protocol
from client.changes import AUTHORITY, LoginFailed, Problem
from client.credentials import NOTHING, Credentials
from translations import N_

IRC_PORTS = {"irc": 6667, "ircs": 6697}
"""The ports of links that name none; links we print always carry one."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to go; `port` 0 and `channel` "" when they were not named."""

    host: str
    port: int = 0
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What can be said beside address and name."""

    credentials: Credentials = NOTHING
    remember: bool = False
    """The passwords are kept in this computer's keyring."""
    on_start: bool = False
    """The window connects by itself when it is opened."""


NO_OPTIONS = Options()

_ADDRESS = re.compile(
    r"""(?: (?P<scheme> [a-z][a-z0-9+.-]* ) :// (?: [^/@]* @ )? )?
        (?: \[ (?P<v6> [0-9a-f:.]+ (?: %[^\]]+ )? ) \] | (?P<host> [^\s/:?\[\]]+ ) )
        (?: : (?P<port> [0-9]* ) )?
        (?: / (?P<path> (?!/) \S* ) )?""",
    re.IGNORECASE | re.VERBOSE,
)
_BARE_V6 = re.compile(r"(?=[0-9a-f.]*:[0-9a-f.]*:)[0-9a-f:.]+(?:%\S+)?", re.IGNORECASE)


def read_address(text: str) -> Address | None:
    """`host`, `host:port`, `[::1]:8888` or `irc(s)://host:port/room`; None for anything else.

    A port that is no port gives None too: nothing is guessed.
    """
    text = text.strip()
    if _BARE_V6.fullmatch(text):
        return Address(text)
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return None
    scheme = (match["scheme"] or "").lower()
    port = read_port(match["port"]) if match["port"] else IRC_PORTS.get(scheme, 0)
    if port is None:
        return None
    return Address(match["v6"] or match["host"], port, _channel(match["path"] or "") if scheme in IRC_PORTS else "")


_ESCAPED = re.compile("(?:%[0-9A-Fa-f]{2})+")


def _channel(path: str) -> str:
    """The channel of a link (`room`, `#room`, `%23room`, `room,needkey?x`), "" without a valid one."""
    path = _ESCAPED.sub(lambda match: bytes.fromhex(match[0].replace("%", "")).decode(errors="replace"), path)
    name = re.split("[,?]", path, maxsplit=1)[0].rstrip("/")
    channel = name if name.startswith("#") else "#" + name
    return channel if protocol.valid_channel(channel) else ""


def write_address(host: str, port: int) -> str:
    """`host:port`, with the brackets IPv6 needs."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def read_port(text: str) -> int | None:
    """A port as a number from 1 to 65535, None for anything else."""
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 5:
        return None
    return int(text) if 1 <= int(text) <= 65535 else None


def clean_name(text: str) -> str:
    """A name as it is kept: NFC, trimmed, runs of spaces made one."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def name_problem(name: str) -> str:
    """Why a cleaned name cannot be used, as an English text for `tr`; "" for a good one."""
    if not name:
        return N_("Type your name.")
    if len(name) > protocol.NAME_CHARACTERS:
        return N_("A name has at most 30 characters.")
    if protocol.has_hidden(name):
        return N_("A name cannot hold invisible characters.")
    if protocol.mixes_scripts(name):
        return N_("This name mixes letters of several scripts. Use one script only.")
    return ""


class Remedy(Enum):
    """The one way on that is offered with a problem; the value is its English text for `tr`."""

    TRY_AGAIN = N_("Try again")
    CHANGE_NAME = N_("Change name")
    CHANGE_ADDRESS = N_("Change address")
    LOG_IN_AS = N_("Log in as {suggestion}")
    TYPE_PASSWORD = N_("Type the password")
    CHANGE_ACCOUNT = N_("Change account or password")
    SEND_ANYWAY = N_("Send the password anyway")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a login did not succeed: a sentence for `tr`, the values to put into it, and the way on."""

    text: str
    values: dict[str, object]
    remedy: Remedy


def words_of(known: str) -> str:
    """The check words of a server that is known like this (`changes.Security.known`), "" where there are none."""
    if not known or known == AUTHORITY:
        return ""
    return checkwords.written(known)


def explain(failure: LoginFailed) -> Explanation:
    """What to tell a person about this failure."""
    words = failure.text.strip()
    if failure.problem is Problem.CERTIFICATE_CHANGED:
        words = words_of(words)
    values: dict[str, object] = {
        "host": failure.host,
        "port": failure.port,
        "name": failure.name,
        "suggestion": failure.suggestion,
        "words": words,
        "people": next((word for word in words.replace("(", " ").split() if word.isdigit()), ""),
    }
    if failure.problem is Problem.NAME_TAKEN and failure.suggestion:
        return Explanation(_SENTENCES[Problem.NAME_TAKEN][0], values, Remedy.LOG_IN_AS)
    if failure.problem is Problem.SERVER_FULL and values["people"]:
        return Explanation(N_("The server is full ({people} people)."), values, Remedy.TRY_AGAIN)
    text, with_words, remedy = _SENTENCES[failure.problem]
    return Explanation(with_words if words and with_words else text, values, remedy)


_SENTENCES = {
    Problem.UNKNOWN_HOST: (
        N_("The address “{host}” was not found. Check the spelling."),
        "",
        Remedy.CHANGE_ADDRESS,
    ),
    Problem.REFUSED: (
        N_("There is no server at {host} port {port}. Make sure that server.py is running."),
        "",
        Remedy.TRY_AGAIN,
    ),
    Problem.NO_ANSWER: (
        N_("The computer {host} does not answer. Make sure that both computers are on the same network."),
        "",
        Remedy.TRY_AGAIN,
    ),
    Problem.UNREACHABLE: (
        N_("This computer cannot reach {host}. Check its network connection."),
        "",
        Remedy.TRY_AGAIN,
    ),
    Problem.NAME_TAKEN: (N_("The name “{name}” is in use."), "", Remedy.CHANGE_NAME),
    Problem.NAME_NOT_ALLOWED: (
        N_("The server does not allow the name “{name}”. Choose another one."),
        "",
        Remedy.CHANGE_NAME,
    ),
    Problem.NAME_MIXED: (
        N_("This name mixes letters of several scripts. Use one script only."),
        "",
        Remedy.CHANGE_NAME,
    ),
    Problem.NOT_A_CHAT_SERVER: (
        N_("The program at that address is not a chat server."),
        "",
        Remedy.CHANGE_ADDRESS,
    ),
    Problem.CERTIFICATE_CHANGED: (
        N_(
            "The server at {host} port {port} shows another certificate than before, so this may not be the server you "
            "know. Compare its check words with those on the server's screen: {words}"
        ),
        "",
        Remedy.CHANGE_ADDRESS,
    ),
    Problem.TLS_GONE: (
        N_(
            "The server at {host} port {port} was encrypted until now, and answers in clear today. Nothing was said to "
            "it; ask the person who runs it."
        ),
        "",
        Remedy.CHANGE_ADDRESS,
    ),
    Problem.SERVER_FULL: (N_("The server is full."), "", Remedy.TRY_AGAIN),
    Problem.SERVER_GONE: (
        N_("The server ended the connection."),
        N_("The server ended the connection: {words}"),
        Remedy.TRY_AGAIN,
    ),
    Problem.PASSWORD: (
        N_("The server's password is missing or wrong."),
        "",
        Remedy.TYPE_PASSWORD,
    ),
    Problem.ACCOUNT: (
        N_("This server has no accounts with passwords."),
        N_("The server did not accept the account or its password: {words}"),
        Remedy.CHANGE_ACCOUNT,
    ),
    Problem.NOT_ENCRYPTED: (
        N_("The connection to {host} is not encrypted: others on the way could read your password. It was not sent."),
        "",
        Remedy.SEND_ANYWAY,
    ),
    Problem.BANNED: (
        N_("This server does not let you in."),
        N_("This server does not let you in: {words}"),
        Remedy.CHANGE_ADDRESS,
    ),
    Problem.OTHER: (
        N_("The server did not let you in."),
        N_("The server did not let you in: {words}"),
        Remedy.TRY_AGAIN,
    ),
}
"""Per problem: the sentence, the one used when the server said words of its own ("": the same), the way on."""
