"""What reads bytes of strangers: ten readers, each as a function of any bytes (reliability B1, B2).

A target takes whatever it is given or raises its reader's own error; anything else is a finding. What it reads it reads
the same however the bytes were cut, and what it writes can be read again. `tests/test_readers.py` tries some inputs on
each change, `python -m tests.fuzz` as many as there is time for.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import protocol
from chatd import bans, configfile
from chatd.commands import COMMANDS, modes
from chatd.config import ConfigError
from chatd.connection import HandOver, Transport, WrongProtocolError
from chatd.listeners import udp
from chatd.listeners.ascii import to_ascii
from chatd.listeners.classic import NAME_FIRST, ClassicTranslator
from chatd.listeners.sniff import Sniffer
from chatd.listeners.web import WebTransport
from chatd.listeners.websocket import WebSocketTransport
from chatd.person import Person
from chatd.sasl import Login, SaslError, read_plain
from chatd.scram import Exchange, ScramError, make_verifier
from protocol import ProtocolError

KEY = base64.b64encode(bytes(16))
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: " + KEY + b"\r\n\r\n"
)
ENTERED = [b":srv PONG srv :1", b":srv 001 Siti :x", b":Siti!~classic@h.lan JOIN #lobby", b":srv 366 Siti #lobby :x"]
VERIFIER = make_verifier(b"rahasia", 1, bytes(16))


def line(data: bytes) -> None:
    """Lines of IRC: any cut is the same, and what can be written reads the same again."""
    whole = _lines(protocol.LineBuffer(600), [data])
    assert whole == _lines(protocol.LineBuffer(600), [data[n : n + 7] for n in range(0, len(data), 7)])
    for each in whole or []:
        protocol.line_fits(each)
        try:
            message = protocol.parse(each)
        except ProtocolError:
            continue
        written = protocol.format_bytes(message)
        assert protocol.parse(written[:-2]) == message
        assert not set(written[:-2]) & set(b"\r\n\0")


def _lines(buffer: protocol.LineBuffer, pieces: list[bytes]) -> list[bytes] | None:
    try:
        return [each for piece in pieces for each in buffer.feed(piece)]
    except protocol.UnfinishedLineError:
        return None


def tags(data: bytes) -> None:
    """Message tags: a value comes back from its escaped form, all of them from theirs."""
    text = data.decode(errors="replace")
    assert protocol.unescape_tag(protocol.escape_tag(text)) == text
    found = protocol.parse_tags(text.replace(" ", ""))
    try:
        written = protocol.format_tags(found)
    except ValueError:
        return  # a key that is none
    assert protocol.parse_tags(written.removeprefix("@").rstrip(" ")) == found


def mode(data: bytes) -> None:
    """A MODE command taken apart: no more than there is in it, and it reads the same when written again."""
    words = data.decode(errors="replace").split() or [""]
    wanted = modes.read(words)
    assert len(wanted.changes) + len(wanted.lists) <= sum(map(len, words))
    if wanted.changes and not any(change.param[:1] == ":" for change in wanted.changes):
        assert modes.read(modes.written(wanted.changes).split()).changes[: modes.MODES] == wanted.changes[: modes.MODES]


def mask(data: bytes) -> None:
    """A mask of a ban: made whole once, and compared with anything."""
    text, _, other = data.decode(errors="replace").partition("\n")
    whole = bans.normalise(text)
    assert bans.normalise(whole) == whole
    person = Person(1)
    person.nickname, person.user, person.host, person.realname = other[:20] or "a", "~u", "h.lan", other
    person.identify()
    if whole:
        bans.matches(whole, person, "192.168.1.9")
    assert protocol.mask_matches("*", other)
    protocol.mask_matches(text, other)


def sasl(data: bytes) -> None:
    """Both mechanisms; nobody is let in by an input that does not know the password."""
    login = Login()
    login.begin("PLAIN")
    for piece in data.decode(errors="replace").split():
        try:
            message = login.take(piece)
            if message is not None:
                read_plain(message)
        except SaslError:
            pass
    first, _, final = data.partition(b"\n")
    try:
        exchange = Exchange(first, "n")
        exchange.challenge(VERIFIER)
        exchange.final(final)
    except ScramError:
        return
    raise AssertionError("in without the password")


def _no_websocket() -> Transport:
    raise WrongProtocolError(b"")


def http(data: bytes) -> None:
    """The head of a request: answered once, or waited for, the same however it was cut."""
    assert _web([data]) == _web([data[n : n + 1] for n in range(len(data))])


def _web(pieces: list[bytes]) -> bytes | None:
    transport = WebTransport({}, _no_websocket, "::1", secure=False)
    try:
        for piece in pieces:
            assert transport.receive(piece) == []
    except ProtocolError:
        return transport.encode(b"")
    return None


def websocket(data: bytes) -> None:
    """Frames after a handshake: lines or an end, and an answer that is bounded."""
    transport = WebSocketTransport()
    transport.receive(UPGRADE)
    transport.encode(b"")
    try:
        for piece in (data[: len(data) // 2], data[len(data) // 2 :]):
            for each in transport.receive(piece):
                assert len(each) <= len(data) or each.startswith(b"QUIT")
            transport.encode(b"PING :x\r\n")
    except ProtocolError:
        pass


def sniff(data: bytes) -> None:
    """What is spoken: decided the same whole and byte by byte, and every byte handed on."""
    whole, bits = _sniffed([data]), _sniffed([data[n : n + 1] for n in range(len(data))])
    assert "lost" not in (whole[0], bits[0])
    assert whole[0] == bits[0] or "hand" in (whole[0], bits[0]), (whole, bits)


def _sniffed(pieces: list[bytes]) -> tuple[str, bytes]:
    sniffer = Sniffer(COMMANDS)
    read = b""
    try:
        for piece in filter(None, pieces):
            read += piece
            sniffer.receive(piece)
            if sniffer.successor() is not None:
                return "irc", read
    except HandOver as handed:
        return ("hand" if read.lstrip(b"\r\n").startswith(b"".join(handed.pieces)) else "lost"), read
    except WrongProtocolError as wrong:
        return f"refused {wrong.answer!r}", read
    except ProtocolError:
        return "irc", read
    return "waits", read


def datagram(data: bytes) -> None:
    """A datagram of UDP, the first of its address and a later one: IRC lines that fit."""
    text = data[: udp.DATAGRAM_BYTES].decode(errors="replace")
    name, message = udp.first_datagram(text, ("10.0.0.9", 4711))
    assert name
    assert text.endswith(message)
    translator = ClassicTranslator(NAME_FIRST, "#lobby", to_ascii)
    translator.received(name.encode())
    for answer in ENTERED:
        translator.deliver(answer)
    translator.received(data)
    for each in translator.take_lines().split(b"\r\n")[:-1]:
        protocol.parse(each)
        assert len(b":Siti!~classic@h.lan " + each) + 2 <= protocol.LINE_BYTES or each.startswith(b"CAP")


_folder = tempfile.TemporaryDirectory(prefix="obrolan-fuzz-")


def config(data: bytes) -> None:
    """A file of settings: used, or one sentence about it; what is used reads back to the same."""
    path = Path(_folder.name) / "server.toml"
    path.write_bytes(data)
    try:
        settings = configfile.load(path)
    except ConfigError:
        return
    path.write_text(configfile.written(settings), encoding="utf-8")
    assert configfile.load(path) == settings


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (line, tags, mode, mask, sasl, http, websocket, sniff, datagram, config)
}

SEEDS: Mapping[str, list[bytes]] = {
    "line": [
        b"@time=2026-01-01T00:00:00.000Z;msgid=a1;+typing=active :Siti!~s@a.lan PRIVMSG #lobby :Halo, apa kabar?\r\n",
        b"@+a=\\:\\s\\\\\\r\\n\\b;b=;c TAGMSG #lobby\r\n:a  b   c  :d  \r\n@a :b\r\n: \r\n@ \r\n:\r\n",
        b"CAP LS 302\r\nNICK Siti\r\nUSER siti 0 * :Siti Nurhaliza\r\nMODE #lobby +b *!*@*.lan\nJOIN #a,#b\n\n\r\n",
        "PRIVMSG #日本,Éva :🙂\u200d👩 e\u0301\u0301 \u202eabc\u202c\r\n".encode(),
    ],
    "tags": [b"time=2026-01-01T00:00:00.000Z;msgid=a1;+typing=active;+a=\\:\\s\\\\\\r\\n\\b;b=;c"],
    "mode": [b"+o-v ani budi", b"+bbe-k *!*@* m:a!b@c $a:x key", b"+ntisS 5 +l-l 9", b"b"],
    "mask": [b"*!*@*.lan\nSiti", b"m:ani!*@192.168.1.0/24\nx", b"$a:siti\n", b"~r:*a*b*\naab", b"fe80::/10\n"],
    "sasl": [
        base64.b64encode(b"\0ani\0rahasia") + b" +",
        b"n,,n=ani,r=abc\nc=biws,r=abcn,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        b"y,a=ani,n=a=2Cni,r=x\n",
    ],
    "http": [b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n", b"HEAD /metrics?a HTTP/1.0\r\n\r\n", UPGRADE],
    "websocket": [
        b"\x81\x84\0\0\0\0PING\x81\x83\1\2\3\4abc",
        b"\x01\x81\0\0\0\0a\x80\x81\0\0\0\0b",
        b"\x89\x80\0\0\0\0\x88\x82\0\0\0\0\x03\xe8",
        b"\x82\xfe\x01\0\0\0\0\0" + bytes(256),
    ],
    "sniff": [
        b"NICK a\r\n",
        b"budi\nhalo",
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\0",
        b"SSH-2.0-x\r\n",
        b"\r\n@a :b c\r\n",
    ],
    "datagram": [b"Siti: halo", b"halo semua\nbaris dua", "é🙂: e\u0301".encode(), b"exit", bytes(range(256))],
    "config": [
        b"[limits]\nmessages_burst = 9\n[listen]\nport = 1\n[[listen.extra]]\nkind = 'udp'\nport = 5\n",
        b'[operators.guru]\npassword = "x"\n[server]\nmotd = ["a", "b"]\nname = "a.b"\n',
    ],
}
"""Where the search begins: what is really sent."""
