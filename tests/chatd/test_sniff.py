"""`chatd/listeners/sniff.py`: what a peer speaks, decided from its first bytes (reliability B5)."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatd.commands import COMMANDS
from chatd.connection import HandOver, WrongProtocolError
from chatd.listeners.plain import PlainTransport
from chatd.listeners.sniff import HTTP_METHODS, WORD_BYTES, Kind, Sniffer, sniff
from protocol import ProtocolError

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
NAMES = [
    b"Siti\n",
    b"Siti\r\n",
    b"user1 pc\n",
    "Kūn 😀\n".encode(),
    b"NICKY\n",
    b"Nick_name\n",
    b"Get\n",
    b"GET\n",
    b"get / HTTP/1.1\r\n",
    b"GETX /\n",
    b"S\n",
    b"\r\n\nSiti\n",
    b"x" * WORD_BYTES + b"\n",
    b"12345_678\r",
]
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
    *((data, Kind.NAME) for data in NAMES),
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
    "data",
    [
        *(b"", b"N", b"NICK", b"nick", b"GET", b"\r\n", b"\n", b"\x16", b"P", b"SSH-", "é".encode(), "é".encode()[:1]),
        *(b"Siti", b"Nick", b"User 1", b"USER u 0 * :x", b"who wants", b"x" * WORD_BYTES, b"\nSiti"),
    ],
)
def test_a_beginning_that_could_be_several_things_wants_more(data: bytes) -> None:
    assert sniff(data, COMMANDS) is Kind.UNDECIDED


@pytest.mark.parametrize("command", COMMANDS)
def test_every_known_command_word_is_irc(command: str) -> None:
    for end in (b"\r", b"\n", b" x\r\n", b" :\n"):
        for word in (command, command.lower(), command.title()):
            if word in HTTP_METHODS and b" " in end:
                continue  # CONNECT is HTTP first; nobody begins IRC with it
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


# --- names ----------------------------------------------------------------------------------------


def handed_over(*pieces: bytes, quiet: bool = False) -> list[bytes]:
    """The pieces that are handed over with the last of these, or by the quiet after it."""
    sniffer = Sniffer(COMMANDS)
    *early, last = pieces
    for piece in early:
        assert sniffer.receive(piece) == []
        assert sniffer.undecided
    if quiet:
        assert sniffer.receive(last) == []
    step: Callable[[], object] = sniffer.settle if quiet else functools.partial(sniffer.receive, last)
    with pytest.raises(HandOver) as handed:
        step()
    return handed.value.pieces


@pytest.mark.parametrize("data", NAMES, ids=repr)
def test_a_name_with_its_line_end_is_handed_over_wherever_it_was_cut(data: bytes) -> None:
    spoken = data.lstrip(b"\r\n")
    assert handed_over(data) == [spoken]
    for end in range(1, len(data)):
        if data[:end].strip(b"\r\n") and sniff(data[:end], COMMANDS) is not Kind.UNDECIDED:
            continue
        pieces = handed_over(data[:end], data[end:])
        assert b"".join(pieces) == spoken
        assert len(pieces) == (2 if data[:end].strip(b"\r\n") else 1)


@pytest.mark.parametrize(
    "data",
    [b"Siti", b"Nick", b"NICK", b"User 1", b"user1 pc", b"who wants to know", b"GET", "Kūn 😀".encode(), b"x" * 64],
)
def test_a_name_without_line_end_is_decided_by_quiet(data: bytes) -> None:
    assert handed_over(data, quiet=True) == [data]


@pytest.mark.parametrize(
    "pieces",
    [
        (b"Siti", b"halo"),
        (b"Nick", b"User 1"),
        (b"Siti", "é".encode()[:1]),
        (b"User 1", b"halo", b"dua"),
    ],
)
def test_reads_after_the_name_stay_messages_of_their_own(pieces: tuple[bytes, ...]) -> None:
    assert handed_over(*pieces, quiet=True) == list(pieces)


@pytest.mark.parametrize(
    "message", [b"halo\n", b"satu\ndua", b"x" * 70, b"a\tb", b"caf\xe9\n", b"\x00\xff", b"halo: x\r\n"]
)
def test_a_name_and_a_message_that_settles_it_are_two_pieces(message: bytes) -> None:
    assert handed_over(b"Siti", message) == [b"Siti", message]


def test_line_ends_before_the_name_are_dropped() -> None:
    assert handed_over(b"\n", b"\r\n", b"\nSiti\n", quiet=False) == [b"Siti\n"]
    assert handed_over(b"\n", b"\r\nSiti", b"halo", quiet=True) == [b"Siti", b"halo"]


@pytest.mark.parametrize(
    "pieces",
    [(b"",), (b"\r\n",), (b"\n", b"\n"), (b"\x16",), (b"SSH-2",), (b"SS", b"H-2.0"), ("é".encode()[:1],)],
    ids=repr,
)
def test_quiet_makes_no_name_of_what_is_none(pieces: tuple[bytes, ...]) -> None:
    sniffer = Sniffer(COMMANDS)
    for piece in pieces:
        assert sniffer.receive(piece) == []
    sniffer.settle()
    assert sniffer.undecided


def test_ssh_is_no_name_wherever_it_was_cut() -> None:
    data = b"SSH-2.0-OpenSSH_9.6\r\n"
    for end in range(1, len(data)):
        with pytest.raises(WrongProtocolError):
            fed([data[:end], data[end:]])


@pytest.mark.parametrize("data", IRC, ids=repr)
def test_quiet_after_irc_is_decided_changes_nothing(data: bytes) -> None:
    sniffer = Sniffer(COMMANDS)
    lines = sniffer.receive(data)
    sniffer.settle()
    assert not sniffer.undecided
    assert isinstance(sniffer.successor(), PlainTransport)
    assert lines


@given(st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=5), st.booleans())
def test_whatever_is_handed_over_is_all_that_was_read_and_begins_with_a_name(pieces: list[bytes], quiet: bool) -> None:
    handed = outcome(pieces, quiet=quiet)
    if handed is not None:
        read = b"".join(pieces).lstrip(b"\r\n")
        assert read.startswith(b"".join(handed))
        assert handed[0].strip(b"\r\n")


def outcome(pieces: list[bytes], *, quiet: bool) -> list[bytes] | None:
    """What is handed over of these pieces, None if they are something else or not decided."""
    sniffer = Sniffer(COMMANDS)
    try:
        for piece in pieces:
            if sniffer.undecided:
                sniffer.receive(piece)
        if quiet:
            sniffer.settle()
    except HandOver as handed:
        return handed.pieces
    except ProtocolError:
        pass  # refused
    return None


def test_nothing_changes_on_the_way_out() -> None:
    assert Sniffer(COMMANDS).encode(b"\xff\r\n") == PlainTransport().encode(b"\xff\r\n") == b"\xff\r\n"
