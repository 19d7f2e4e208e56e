"""The words of a search, with the full-text index of SQLite and without."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.log.index import TABLES
from chatd.log.spoken import is_action, nickname_of, text_of
from chatd.log.words import Words, expression, fits, marks, words_of


@pytest.fixture(scope="module")
def table() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in TABLES:
        connection.execute(statement)
    yield connection
    connection.close()


def finds(table: sqlite3.Connection, typed: str, text: str) -> bool:
    words = words_of(typed)
    table.execute("DELETE FROM messages")
    table.execute("INSERT INTO messages(rowid, text, marks) VALUES (1, ?, ?)", (text, marks([7], "siti", text)))
    asked = "SELECT 1 FROM messages WHERE messages MATCH ?" + " AND instr(text, ?)" * len(words.literals)
    return bool(table.execute(asked, (expression(words, [7], "", has_link=False), *words.literals)).fetchall())


SAID = [
    ("tugas", "Tugas besok dikumpul", True),
    ("besok tugas", "Tugas besok dikumpul", True),
    ("kumpul", "Tugas besok dikumpul", False),
    ("dikum", "Tugas besok dikumpul", True),
    ("dikum besok", "Tugas besok dikumpul", False),
    ('"dikum"', "Tugas besok dikumpul", False),
    ('"tugas besok"', "Tugas besok dikumpul", True),
    ('"besok tugas"', "Tugas besok dikumpul", False),
    ('"tugas besok', "Tugas besok dikumpul", True),
    ("cafe", "Ketemu di café", True),
    ("CAFÉ", "ketemu di cafe", True),
    ("foo-bar", "a foo bar b", True),
    ("foo-ba", "a foo-bar b", True),
    ("NOT tugas", "tugas", False),
    ("tugas OR x", "tugas", False),
    ("text:tugas", "tugas", False),
    ("tugas*", "tugasnya", True),
    ("c7", "tugas", False),
    ("😀", "senang 😀", True),
    ("😀 senang", "senang", False),
    ("?", "apa?", True),
    ("", "apa saja", True),
    ('""', "apa saja", True),
    ("2026", "tahun 2026", True),
    ("привет", "Привет всем", True),
]


@pytest.mark.parametrize(("typed", "text", "found"), SAID)
def test_the_index_finds_what_was_meant(table: sqlite3.Connection, typed: str, text: str, *, found: bool) -> None:
    assert finds(table, typed, text) is found


@pytest.mark.parametrize(("typed", "text", "found"), SAID)
def test_looking_through_finds_the_same(typed: str, text: str, *, found: bool) -> None:
    assert fits(words_of(typed), text) is found


@given(st.text(max_size=40), st.text(max_size=40))
def test_nothing_that_is_typed_reaches_the_grammar(typed: str, text: str) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for statement in TABLES:
            connection.execute(statement)
        finds(connection, typed.encode(errors="ignore").decode(), text.encode(errors="ignore").decode())
    finally:
        connection.close()


def test_only_the_last_word_may_be_a_beginning() -> None:
    assert words_of("satu dua") == Words(("satu",), "dua", ())
    assert words_of('satu "dua tiga"') == Words(("satu", "dua tiga"), "", ())
    assert words_of("satu dua  ") == Words(("satu",), "dua", ())


def test_a_text_is_read_without_colours_and_control_characters() -> None:
    assert text_of(":siti!~u@h PRIVMSG #lab :\x0304,02merah\x03 \x02tebal\x0f") == "merah tebal"


def test_all_lines_of_a_multiline_message_are_read_joined_as_they_were_sent() -> None:
    extra = '{"lines": [["satu", false], [" dua", true], ["tiga", false]]}'
    assert text_of(":siti!~u@h PRIVMSG #lab :satu", extra) == "satu dua\ntiga"


def test_an_action_is_read_and_other_ctcp_is_not() -> None:
    waves = ":siti!~u@h PRIVMSG #lab :\x01ACTION melambai\x01"
    assert text_of(waves) == "melambai"
    assert is_action(waves)
    assert not text_of(":siti!~u@h PRIVMSG #lab :\x01VERSION\x01")
    assert nickname_of(waves) == "siti"
