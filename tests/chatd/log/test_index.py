"""The file of the full-text index: it says what history.db says, and can be made anew from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatd.log.database import FILE, open_reader
from chatd.log.index import NAME, ROUND_EVENTS, TABLES, Index, StaleIndexError
from chatd.log.schema import add_epoch
from tests.chatd.log.histories import History


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    made = History(tmp_path)
    yield made
    made.close()


@pytest.fixture
def index(history: History) -> Iterator[Index]:
    made = open_index(history, anew=True)
    yield made
    made.close()


def open_index(history: History, *, anew: bool = False) -> Index:
    return Index(history.folder / NAME, history.connection, anew=anew)


def texts(history: History, match: str = "") -> list[str]:
    connection = sqlite3.connect(history.folder / NAME)
    try:
        asked = "SELECT text FROM messages" + (f" WHERE messages MATCH '{match}'" if match else "")
        return [text for (text,) in connection.execute(asked + " ORDER BY rowid")]
    finally:
        connection.close()


def take_in(index: Index) -> None:
    while index.take_in():
        pass


def test_it_takes_in_what_was_said_and_nothing_else(history: History, index: Index) -> None:
    history.say("selamat pagi")
    history.say("siti", verb="JOIN")
    history.say("halo", verb="NOTICE")
    take_in(index)
    assert texts(history) == ["selamat pagi", "halo"]
    assert index.taken == 3


def test_more_than_a_round_is_taken_in_round_by_round(history: History, index: Index) -> None:
    history.say_all((f"kata{number}", "siti", "#lab") for number in range(ROUND_EVENTS + 1))
    assert index.take_in()
    assert index.taken == ROUND_EVENTS
    assert index.take_in()
    assert not index.take_in()
    assert len(texts(history)) == ROUND_EVENTS + 1


def test_what_is_committed_while_a_round_reads_is_taken_in_by_the_next(history: History) -> None:
    reading = open_reader(history.folder / FILE)
    with closing(reading), closing(Index(history.folder / NAME, reading, anew=True)) as index:

        def asked(statement: str) -> None:
            if statement.startswith("SELECT COALESCE(MAX"):
                reading.set_trace_callback(None)
                history.say("in between")

        reading.set_trace_callback(asked)
        take_in(index)
        take_in(index)
    assert texts(history) == ["in between"]


def test_an_edited_message_is_there_with_its_latest_text_only(history: History, index: Index) -> None:
    said = history.say("salh")
    take_in(index)
    history.say("salah", about=said)
    history.say("benar", about=said)
    take_in(index)
    assert texts(history) == ["benar"]


def test_an_edit_taken_in_together_with_its_message_counts_too(history: History, index: Index) -> None:
    said = history.say("salh")
    history.say("salah", about=said)
    take_in(index)
    assert texts(history) == ["salah"]


def test_a_removed_message_leaves_the_index_and_its_words_leave_the_file(history: History, index: Index) -> None:
    said = history.say("rahasiaku sekali")
    history.say("biasa")
    take_in(index)
    history.say("", verb="REDACT", about=said)
    take_in(index)
    index.clean()
    assert texts(history) == ["biasa"]
    left = b"".join(path.read_bytes() for path in history.folder.glob(NAME + "*"))
    assert b"rahasiaku" not in left
    assert b"biasa" in left


def test_what_was_removed_is_cleaned_after_a_restart_if_not_before(history: History, index: Index) -> None:
    said = history.say("rahasiaku sekali")
    take_in(index)
    history.say("", verb="REDACT", about=said)
    take_in(index)
    index.close()
    again = open_index(history)
    again.clean()
    again.close()
    assert b"rahasiaku" not in b"".join(path.read_bytes() for path in history.folder.glob(NAME + "*"))


def test_what_is_kept_no_longer_is_forgotten(history: History, index: Index) -> None:
    old = history.say("lama")
    history.say("baru")
    take_in(index)
    history.connection.execute("DELETE FROM places WHERE seq = ?", (old,))
    history.connection.execute("DELETE FROM events WHERE seq = ?", (old,))
    index.forget_expired()
    assert texts(history) == ["baru"]


def test_it_goes_on_where_it_was(history: History, index: Index) -> None:
    history.say("satu")
    take_in(index)
    index.close()
    history.say("dua")
    again = open_index(history)
    assert again.taken == 1
    take_in(again)
    again.close()
    assert texts(history) == ["satu", "dua"]


def test_a_round_that_fails_leaves_nothing_behind(history: History, index: Index) -> None:
    history.say("satu")
    index._index.set_authorizer(
        lambda action, *_rest: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_UPDATE else sqlite3.SQLITE_OK
    )
    with pytest.raises(sqlite3.DatabaseError):
        index.take_in()
    index.close()
    again = open_index(history)
    take_in(again)
    again.close()
    assert texts(history) == ["satu"]


def test_one_of_another_history_is_refused(history: History, index: Index) -> None:
    index.close()
    add_epoch(history.connection)
    with pytest.raises(StaleIndexError):
        open_index(history)


def test_one_that_knows_more_than_the_history_is_refused(history: History, index: Index) -> None:
    said = history.say("satu")
    take_in(index)
    index.close()
    history.connection.execute("DELETE FROM places")
    history.connection.execute("DELETE FROM events WHERE seq = ?", (said,))
    with pytest.raises(StaleIndexError):
        open_index(history)


def test_one_of_another_version_is_refused(history: History, index: Index) -> None:
    index._index.execute("PRAGMA user_version = 99")
    index.close()
    with pytest.raises(StaleIndexError):
        open_index(history)


def test_one_that_was_begun_and_not_finished_is_refused(history: History, index: Index) -> None:
    index.close()
    with closing(sqlite3.connect(history.folder / NAME)) as connection, connection:
        connection.execute("DELETE FROM state")
    with pytest.raises(StaleIndexError):
        open_index(history)


def test_one_whose_making_is_broken_off_leaves_nothing_that_looks_whole(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatd.log.index.TABLES", (*TABLES, "SELECT nothing"))
    with pytest.raises(sqlite3.Error, match="nothing"):
        open_index(history, anew=True)
    monkeypatch.undo()
    with pytest.raises(StaleIndexError):
        open_index(history)


def test_a_missing_one_is_not_made_unasked(history: History) -> None:
    with pytest.raises(StaleIndexError):
        open_index(history)
    assert not (history.folder / NAME).exists()


def test_a_damaged_one_is_an_error_and_can_be_made_anew(history: History) -> None:
    (history.folder / NAME).write_bytes(b"no database at all" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        open_index(history)
    history.say("satu")
    again = open_index(history, anew=True)
    take_in(again)
    again.close()
    assert texts(history) == ["satu"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(["satu dua", "dua tiga https://example.org", "😀"]), st.just(0)),
        st.tuples(st.just("edit"), st.sampled_from(["empat", "lima dua"]), st.integers(0, 20)),
        st.tuples(st.sampled_from(["remove", "expire"]), st.just(""), st.integers(0, 20)),
        st.tuples(st.just("take in"), st.just(""), st.just(0)),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(STEPS)
def test_following_in_any_order_ends_where_making_it_anew_ends(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, int]]
) -> None:
    history = History(tmp_path_factory.mktemp("history"))
    index = open_index(history, anew=True)
    said: list[int] = []
    for what, text, which in steps:
        if what == "say":
            said.append(history.say(text))
        elif what == "take in":
            take_in(index)
        elif said:
            seq = said[which % len(said)]
            gone = not history.connection.execute("SELECT 1 FROM events WHERE seq = ? AND gone = 0", (seq,)).fetchone()
            if what == "edit" and not gone:
                history.say(text, about=seq)
            elif what == "remove" and not gone:
                history.say("", verb="REDACT", about=seq)
            elif what == "expire" and seq == min(said):
                history.connection.execute("DELETE FROM places WHERE seq = ?", (seq,))
                history.connection.execute("DELETE FROM events WHERE seq = ?", (seq,))
                said.remove(seq)
    take_in(index)
    index.forget_expired()
    index.clean()
    followed = contents(history)
    index.close()
    anew = open_index(history, anew=True)
    take_in(anew)
    anew.close()
    assert contents(history) == followed
    history.close()


def contents(history: History) -> list[tuple[int, str, str]]:
    with closing(sqlite3.connect(history.folder / NAME)) as connection:
        connection.execute("INSERT INTO messages(messages) VALUES ('integrity-check')")
        return connection.execute("SELECT rowid, text, marks FROM messages ORDER BY rowid").fetchall()
