"""Messages, tags and lines in `protocol.py`: what is read, what is written, what is refused, and at what cost.

Names, masks and texts are in `test_protocol_names.py`; the vectors shared by all IRC parsers in
`test_protocol_vectors.py`.
"""

from __future__ import annotations

import contextlib
from typing import Any, Self

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import protocol
from protocol import LINE_BYTES, TAGS_IN_BYTES, UNFINISHED_BYTES, LineBuffer, Message, ProtocolError

anything = st.text(st.characters(exclude_categories=["Cs"]))
printable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"))
words = printable.map(lambda text: text.replace(" ", "").lstrip(":")).filter(bool)
tag_values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
tag_keys = st.from_regex(r"\+?([a-z0-9-]+\.[a-z]+/)?[a-zA-Z0-9-]+", fullmatch=True)
commands = st.from_regex(r"[A-Za-z]{1,12}|[0-9]{3}", fullmatch=True)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Messages that can be written."""
    params = draw(st.lists(words, max_size=6)) + draw(st.lists(printable, max_size=1))
    source = draw(st.just("") | printable.map(lambda text: text.replace(" ", "")))
    return Message(draw(commands), params, source, draw(st.dictionaries(tag_keys, tag_values, max_size=4)))


wild_messages = st.builds(Message, anything, st.lists(anything), anything, st.dictionaries(anything, anything))
"""Messages of which nearly all cannot be written."""


# --- reading and writing ----------------------------------------------------------------------


@given(messages())
def test_a_written_message_reads_the_same(message: Message) -> None:
    line = protocol.format_line(message)
    assert protocol.parse(line) == message
    assert protocol.parse(line.encode()) == message
    assert protocol.format_bytes(message) == line.encode() + b"\r\n"


@given(wild_messages)
@example(Message("PRIVMSG a", ["b"]))
@example(Message(""))
@example(Message("PING", [], "", {"a b": ""}))
@example(Message("PING", [], "", {"a;b": "c"}))
@example(Message("PING", [], "", {"a=b": "c"}))
@example(Message("PING", [], "", {"": "c"}))
@example(Message("PING", ["", "b"]))
@example(Message("PING", [":a", "b"]))
@example(Message("PING", ["a b", "c"]))
@example(Message("PING", [], "a b"))
@example(Message("PING", [], "", {"a": "\0"}))
@example(Message("PING", ["a\rQUIT"]))
def test_any_message_reads_the_same_or_is_not_written_at_all(message: Message) -> None:
    try:
        line = protocol.format_line(message)
    except ValueError:
        return
    assert protocol.parse(line) == message


@given(wild_messages)
def test_no_line_we_write_holds_a_line_end_or_nul(message: Message) -> None:
    try:
        line = protocol.format_bytes(message)
    except ValueError:
        return
    assert line.endswith(b"\r\n")
    assert not set(line[:-2]) & set(b"\0\r\n")


@given(st.binary(max_size=600))
@example(b"")
@example(b" ")
@example(b":")
@example(b"@")
@example(b"@a=b")
@example(b"@a=b :c")
@example(b":a  ")
@example(b":a :PING")
@example(b"12")
@example(b"12A")
@example(b"\xef\xbb\xbfPING")
@example("PÏNG".encode())
@example(b"PING\rQUIT")
@example(b"PING \xff")
@example(b"PING \xc0\x80")
@example(b"PING \xed\xa0\x80")
@example(b"PING " + b"a " * 10_000)
def test_any_bytes_are_a_message_or_a_protocol_error(line: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        message = protocol.parse(line)
        assert protocol.parse(protocol.format_line(message)) == message


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"PRIVMSG #a :\xe2\x82", "INVALID_UTF8"),
        (b"PRIVMSG #a :\0", "INVALID_MESSAGE"),
        (b"PRIVMSG #a :b\rQUIT", "INVALID_MESSAGE"),
        (b"PRIVMSG #a :b\nQUIT", "INVALID_MESSAGE"),
        (b"", "INVALID_MESSAGE"),
        (b"@a=b", "INVALID_MESSAGE"),
        (b":source", "INVALID_MESSAGE"),
        (b":source :text", "INVALID_MESSAGE"),
        (b"GET/ HTTP/1.1", "INVALID_MESSAGE"),
        ("ПРИВЕТ".encode(), "INVALID_MESSAGE"),
        ("١٢٣".encode(), "INVALID_MESSAGE"),
    ],
)
def test_a_line_that_is_no_message_is_refused_with_its_code(line: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        protocol.parse(line)
    assert refused.value.code == code
    assert str(refused.value)


def test_unusual_unicode_passes_through_a_message_unchanged() -> None:
    text = "\ufeff\uffff\u202eabc" + "e" + "\u0301" * 1000 + "\U0001f9d1\u200d\U0001f680\u0085\u2028"
    assert protocol.parse(f"PRIVMSG #a :{text}".encode()).params == ["#a", text]


@pytest.mark.parametrize(
    ("source", "nickname"),
    [("", ""), ("Siti", "Siti"), ("Siti!~u@h", "Siti"), ("Siti@h", "Siti"), ("obrolan.local", "obrolan.local")],
)
def test_a_message_knows_the_nickname_of_its_source(source: str, nickname: str) -> None:
    assert Message("PING", source=source).nickname == nickname


# --- tags -------------------------------------------------------------------------------------


@given(anything)
def test_a_tag_value_comes_back_from_its_escaped_form(value: str) -> None:
    escaped = protocol.escape_tag(value)
    assert protocol.unescape_tag(escaped) == value
    assert not set(escaped) & set("; \r\n")


@pytest.mark.parametrize(("sent", "value"), [("\\b", "b"), ("a\\", "a"), ("\\", ""), ("\\\\s", "\\s"), ("c", "c")])
def test_an_unknown_or_unfinished_escape_loses_its_backslash(sent: str, value: str) -> None:
    assert protocol.unescape_tag(sent) == value


def test_the_last_of_two_equal_tags_counts_and_nameless_ones_are_dropped() -> None:
    assert protocol.parse("@a=1;;=x;a=2;b PING").tags == {"a": "2", "b": ""}


def test_no_tags_are_written_as_nothing() -> None:
    assert protocol.format_tags({}) == ""
    assert protocol.format_tags({"a": "", "b": "c d"}) == "@a;b=c\\sd "


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rest", "fits"), [(0, True), (1, True), (LINE_BYTES - 3, True), (LINE_BYTES - 2, True), (LINE_BYTES - 1, False)]
)
@pytest.mark.parametrize(
    ("tags", "tags_fit"),
    [(0, True), (2, True), (TAGS_IN_BYTES - 1, True), (TAGS_IN_BYTES, True), (TAGS_IN_BYTES + 1, False)],
)
def test_a_line_fits_when_both_its_tags_and_its_rest_do(tags: int, tags_fit: bool, rest: int, fits: bool) -> None:
    head = b"@" + b"a" * (tags - 2) + b" " if tags else b""
    assert len(head) == tags
    assert protocol.line_fits(head + b"x" * rest) == (tags_fit and fits)


def test_tags_without_an_end_count_as_tags() -> None:
    assert protocol.line_fits(b"@" + b"a" * (TAGS_IN_BYTES - 1))
    assert not protocol.line_fits(b"@" + b"a" * TAGS_IN_BYTES)


# --- the buffer -------------------------------------------------------------------------------


def feed_all(pieces: list[bytes], limit: int = UNFINISHED_BYTES) -> list[bytes] | None:
    """The lines of a stream that comes in these pieces; None when it is cut."""
    buffer = LineBuffer(limit)
    try:
        return [line for piece in pieces for line in buffer.feed(piece)]
    except protocol.UnfinishedLineError:
        return None


@given(st.lists(st.text("ab\r\n\0é", max_size=12).map(str.encode), max_size=12), st.integers(1, 16))
def test_how_a_stream_is_cut_into_pieces_changes_nothing(pieces: list[bytes], limit: int) -> None:
    stream = b"".join(pieces)
    lines = feed_all(pieces, limit)
    assert lines == feed_all([stream], limit) == feed_all([bytes([byte]) for byte in stream], limit)
    if lines is not None:
        complete = stream.split(b"\n")[:-1]
        assert lines == [line.removesuffix(b"\r") for line in complete if line not in {b"", b"\r"}]


@pytest.mark.parametrize(
    ("length", "cut"), [(0, False), (1, False), (UNFINISHED_BYTES, False), (UNFINISHED_BYTES + 1, True)]
)
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_may_grow_to_the_limit_and_no_further(length: int, cut: bool, end: bytes) -> None:
    lines = [b"x" * length] if end and length else []
    assert feed_all([b"x" * length + end]) == (None if cut else lines)
    assert feed_all([b"PING\n" + b"x" * length + end]) == (None if cut else [b"PING", *lines])


def test_a_megabyte_without_a_line_end_is_cut_at_the_limit() -> None:
    buffer = LineBuffer()
    for _ in range(UNFINISHED_BYTES // 1024):
        assert buffer.feed(b"x" * 1024) == []
    with pytest.raises(protocol.UnfinishedLineError, match=str(UNFINISHED_BYTES)) as cut:
        buffer.feed(b"x" * 1024)
    assert cut.value.code == "LINE_TOO_LONG"


def test_only_one_carriage_return_goes_with_the_line_end() -> None:
    assert LineBuffer().feed(b"a\r\r\nb\rc\n\r\n\n\r\r\n") == [b"a\r", b"b\rc", b"\r"]


class CountingBytes(bytearray):
    """A bytearray that counts the bytes copied or searched by what is done with it."""

    touched = 0

    def __init__(self, data: Any = b"") -> None:
        super().__init__(data)
        CountingBytes.touched += len(self)

    def __iadd__(self, data: Any) -> Self:
        CountingBytes.touched += len(data)
        super().__iadd__(data)
        return self

    def __add__(self, data: Any) -> CountingBytes:
        CountingBytes.touched += len(self) + len(data)
        return CountingBytes(super().__add__(data))

    def __contains__(self, data: Any) -> bool:
        CountingBytes.touched += len(self)
        return super().__contains__(data)


def test_a_line_that_comes_byte_by_byte_costs_no_more_than_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "bytearray", CountingBytes, raising=False)
    buffer = LineBuffer()
    length = UNFINISHED_BYTES - 1
    CountingBytes.touched = 0
    for _ in range(length):
        assert buffer.feed(b"x") == []
    assert buffer.feed(b"\n") == [b"x" * length]
    assert length <= CountingBytes.touched <= 4 * length
