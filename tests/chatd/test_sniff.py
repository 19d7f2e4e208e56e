"""`chatd/listeners/sniff.py`: what a peer speaks, decided from its first bytes (reliability B5)."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatd.commands import COMMANDS
from chatd.connection import WrongProtocolError
from chatd.listeners.plain import PlainTransport
from chatd.listeners.sniff import HTTP_METHODS, WORD_BYTES, Kind, Sniffer, sniff

IRC = [
    b"NICK ani\r\n",
    b"nick ani\r\n",
    b"Nick ani\n",
    b"CAP LS 302\r\n",
    b"PASS x\r\nNICK ani\r\n",
    b"USER u 0 * :x\r\n",
    b"QUIT\r\n",
    b"QUIT\n",
    b"PING :x\r\n",
    b"@label=x NICK ani\r\n",
    b":ani NICK ani\r\n",
    b"\r\n\r\nNICK ani\r\n",
    b"\n" * (WORD_BYTES - 1) + b"NICK ani\r\n",
    b"JOIN #x\r\n",
    b"TAGMSG #x\r\n",
]
HTTP = [f"{method} / HTTP/1.1\r\nHost: x\r\n\r\n".encode() for method in HTTP_METHODS] + [b"\r\nGET / HTTP/1.0\r\n\r\n"]
TLS = [bytes.fromhex("1603010200010001fc0303") + bytes(32), b"\x16\x03\x03\x00\x05hello"]
OTHER = [
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b"\x16\x02\x01\x00",
    b"\x00",
    b"\x05\x01\x00",
    b"\xff\xfe\r\n",
    b"NICK\tani\r\n",
    b"x" * (WORD_BYTES + 1),
    b"x" * (WORD_BYTES + 1) + b" y\r\n",
    b"\r\n" * WORD_BYTES,
    b"\r\n" * WORD_BYTES + b"NICK ani\r\n",
    b"\x1b[A\r\n",
    b"\x7f\r\n",
]
OPENINGS = [
    *((data, Kind.IRC) for data in IRC),
    *((data, Kind.HTTP) for data in HTTP),
    *((data, Kind.TLS) for data in TLS),
    *((data, Kind.OTHER) for data in OTHER),
]


@pytest.mark.parametrize(("data", "kind"), OPENINGS, ids=lambda value: repr(value)[:40])
def test_an_opening_is_decided_the_same_whole_and_cut_at_every_byte(data: bytes, kind: Kind) -> None:
    assert sniff(data, COMMANDS) is kind
    decisions = [sniff(data[:end], COMMANDS) for end in range(len(data) + 1)]
    first = next(number for number, each in enumerate(decisions) if each is not Kind.UNDECIDED)
    assert decisions[0] is Kind.UNDECIDED
    assert set(decisions[first:]) == {kind}, "once decided it stays decided"


@pytest.mark.parametrize(
    "data", [b"", b"N", b"NICK", b"nick", b"GET", b"\r\n", b"\n", b"\x16", b"P", b"SSH-", "é".encode()]
)
def test_a_beginning_that_could_be_several_things_wants_more(data: bytes) -> None:
    assert sniff(data, COMMANDS) is Kind.UNDECIDED


@pytest.mark.parametrize("command", COMMANDS)
def test_every_known_command_word_is_irc(command: str) -> None:
    for end in (b"\r", b"\n", b" x\r\n", b" :\n"):
        for word in (command, command.lower(), command.title()):
            assert sniff(word.encode() + end, COMMANDS) is Kind.IRC


@given(st.binary(max_size=200))
@example(b"\x16")
@example(b"\r" * 200)
def test_any_bytes_are_decided_after_few_and_once(data: bytes) -> None:
    decisions = [sniff(data[:end], COMMANDS) for end in range(len(data) + 1)]
    decided = [kind for kind in decisions if kind is not Kind.UNDECIDED]
    assert len(set(decided)) <= 1
    assert decisions[-1] is not Kind.UNDECIDED or len(data) < 2 * WORD_BYTES


# --- the transport that stands in -----------------------------------------------------------------


def fed(pieces: list[bytes]) -> tuple[list[bytes], Sniffer | PlainTransport]:
    """The lines that come out, and the transport there is at the end."""
    transport: Sniffer | PlainTransport = Sniffer(COMMANDS)
    lines: list[bytes] = []
    for piece in pieces:
        lines += transport.receive(piece)
        successor = transport.successor()
        if successor is not None:
            assert isinstance(successor, PlainTransport)
            transport = successor
    return lines, transport


@pytest.mark.parametrize("data", IRC, ids=repr)
def test_bytes_already_read_are_handed_on_wherever_they_were_cut(data: bytes) -> None:
    data += b"PING after\r\n"
    expected = [line for line in data.replace(b"\r", b"").split(b"\n") if line]
    for end in range(len(data) + 1):
        lines, transport = fed([data[:end], data[end:]])
        assert lines == expected
        assert isinstance(transport, PlainTransport)
    assert fed([data[position : position + 1] for position in range(len(data))])[0] == expected


@pytest.mark.parametrize("data", [*TLS, *OTHER], ids=lambda value: repr(value)[:40])
def test_what_we_do_not_speak_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(WrongProtocolError, match="speaks IRC") as error:
        fed([data])
    assert error.value.answer == b""


@pytest.mark.parametrize("data", HTTP, ids=lambda value: repr(value)[:20])
def test_http_is_refused_in_its_own_words(data: bytes) -> None:
    with pytest.raises(WrongProtocolError) as error:
        fed([data[:3], data[3:]])
    assert error.value.answer.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert error.value.answer.endswith(b"\r\nConnection: close\r\n\r\n")


def test_nothing_changes_on_the_way_out() -> None:
    assert Sniffer(COMMANDS).encode(b"\xff\r\n") == PlainTransport().encode(b"\xff\r\n") == b"\xff\r\n"
