"""Searching what was said: the index follows the log, and an index that is no good costs nobody an answer."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatd.log import LogError, Query
from chatd.log.database import open_reader
from chatd.log.index import NAME, Index
from chatd.log.search import RESTS, Search
from tests.chatd.log.histories import History
from tests.fakes import ManualClock

WAIT_S = 30.0


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    made = History(tmp_path)
    yield made
    made.close()


@pytest.fixture
def start(history: History) -> Iterator[Callable[..., Search]]:
    started = []

    def start(**options: Any) -> Search:
        search = Search(history.folder, history.fetch, **options)
        started.append(search)
        search.start()
        return search

    yield start
    for search in started:
        assert search.stop(WAIT_S)


@pytest.fixture(params=["index", "no index"])
def search(request: pytest.FixtureRequest, start: Callable[..., Search]) -> Search:
    return start(indexing=request.param == "index")


def wait_until(search: Search, condition: Callable[[], bool]) -> None:
    with search._changed:
        assert search._changed.wait_for(condition, WAIT_S)


def caught_up(search: Search, seq: int) -> Search:
    search.wake()
    wait_until(search, lambda: search.taken >= seq and not search._damaged)
    return search


def numbers(search: Search, text: str = "", *conversations: str, **filters: Any) -> list[int]:
    found = search.search(Query(text, conversations or ("#lab", "#class"), **filters))
    return [record.seq for record in found]


# --- what is found ---


def test_all_words_must_stand_in_it_and_the_newest_comes_first(history: History, search: Search) -> None:
    first = history.say("tugas besok")
    history.say("tugas saja")
    third = history.say("besok ada tugas")
    assert numbers(search, "tugas besok") == [third, first]


def test_what_was_said_just_now_is_found_without_being_told(history: History, search: Search) -> None:
    assert numbers(search, "tugas") == []
    said = history.say("tugas")
    assert numbers(search, "tugas") == [said]


def test_only_readable_conversations_are_searched(history: History, search: Search) -> None:
    history.say("rahasia", where="@1 2")
    mine = history.say("rahasia", where="#lab")
    assert numbers(search, "rahasia") == [mine]
    assert numbers(search, "rahasia", "#class") == []
    assert search.search(Query("rahasia", ())) == []


def test_a_right_is_asked_of_the_history_even_if_the_index_is_wrong(history: History, start: Any) -> None:
    said = history.say("rahasia", where="#lab")
    history.say("lain", where="#class")
    search = caught_up(start(), 2)
    with sqlite3.connect(history.folder / NAME) as index:
        index.execute("UPDATE messages SET marks = 'c1 c2' WHERE rowid = ?", (said,))
    index.close()
    assert numbers(search, "rahasia", "#class") == []


def test_it_narrows_by_who_said_it(history: History, search: Search) -> None:
    history.say("tugas", "budi")
    said = history.say("tugas", "Siti")
    assert numbers(search, "tugas", nickname="siti") == [said]
    assert numbers(search, nickname="siti") == [said]


def test_it_narrows_by_number(history: History, search: Search) -> None:
    first, second, third = (history.say("tugas") for _ in range(3))
    assert numbers(search, "tugas", after=first, before=third) == [second]


def test_it_narrows_by_links(history: History, search: Search) -> None:
    history.say("tugas di papan")
    said = history.say("tugas: https://example.org/a")
    assert numbers(search, "tugas", has_link=True) == [said]


def test_no_more_than_asked_for_come_back(history: History, search: Search) -> None:
    said = history.say_all(("tugas", "siti", "#lab") for _ in range(5))
    assert numbers(search, "tugas", limit=2) == said[:2:-1]
    assert numbers(search, "tugas", limit=2, newest=False) == said[:2]
    assert numbers(search, "tugas", after=said[1], limit=2, newest=False) == said[2:4]


def test_an_edited_message_comes_back_with_its_edit_and_by_its_latest_text(history: History, search: Search) -> None:
    said = history.say("tugsa")
    edit = history.say("tugas", about=said)
    [record] = search.search(Query("tugas", ("#lab",)))
    assert (record.seq, record.edit and record.edit.seq) == (said, edit)
    assert numbers(search, "tugsa") == []


def test_a_removed_message_is_not_found(history: History, search: Search) -> None:
    said = history.say("rahasia")
    assert numbers(search, "rahasia") == [said]
    history.say("", verb="REDACT", about=said)
    assert numbers(search, "rahasia") == []


def test_every_line_of_a_multiline_message_is_searched(history: History, search: Search) -> None:
    said = history.say("satu", extra='{"lines": [["satu", false], ["dua", false]]}')
    assert numbers(search, "dua") == [said]


# --- an index that is no good ---


def test_a_damaged_index_is_made_anew_and_the_search_is_answered(history: History, start: Any) -> None:
    said = history.say_all((f"tugas {number}", "siti", "#lab") for number in range(3000))
    search = caught_up(start(), said[-1])
    assert search.stop(WAIT_S)
    index = history.folder / NAME
    index.write_bytes(index.read_bytes()[:8192] + b"\xff" * (index.stat().st_size - 8192))
    again = start()
    assert numbers(again, "tugas", limit=1) == [said[-1]]
    wait_until(caught_up(again, said[-1]), lambda: again.taken == said[-1])
    assert numbers(again, '"tugas 2999"') == [said[-1]]


def test_one_that_turns_out_damaged_by_a_search_is_made_anew(history: History, start: Any) -> None:
    said = history.say("tugas")
    search = caught_up(start(), said)
    with sqlite3.connect(history.folder / NAME) as index:
        index.execute("DROP TABLE messages")
    index.close()
    assert numbers(search, "tugas") == [said]
    wait_until(search, lambda: not search._damaged and search.taken >= said)
    check = open_reader(history.folder / NAME)
    assert check.execute("SELECT COUNT(*) FROM messages").fetchone() == (1,)
    check.close()


def test_one_that_cannot_be_written_leaves_searching_possible(
    history: History, start: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (history.folder / NAME).mkdir()
    said = history.say("tugas")
    logging.getLogger("obrolan").propagate = True
    search = start()
    assert numbers(search, "tugas") == [said]
    assert "index" in caplog.text


def test_without_fts5_a_line_says_so(start: Any, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("obrolan").propagate = True
    start(indexing=False)
    assert "FTS5" in caplog.text


def test_a_history_that_cannot_be_read_is_an_error(history: History, start: Any) -> None:
    history.say("tugas")
    search = start(indexing=False)
    history.connection.execute("DROP TABLE places")
    with pytest.raises(LogError):
        search.search(Query("tugas", ("#lab",)))


def test_a_search_that_takes_too_long_is_given_up(history: History, start: Any) -> None:
    said = history.say_all((f"kata{number} ?", "siti", "#lab") for number in range(5000))
    search = caught_up(start(), said[-1])
    clock = iter(range(10**9))  # every look at it is a second later
    search._monotonic = lambda: float(next(clock))
    with pytest.raises(LogError, match="too long"):
        search.search(Query("!", ("#lab",)))


def test_without_an_index_it_goes_as_far_back_as_the_time_allows(history: History, start: Any) -> None:
    said = history.say_all(("tugas", "siti", "#lab") for _ in range(20_000))
    clock = iter(range(10**9))
    search = start(monotonic=lambda: float(next(clock)), indexing=False)
    found = numbers(search, "tugas", limit=len(said))
    assert 0 < len(found) < len(said)
    assert found[0] == said[-1]


def test_old_ones_are_forgotten_when_the_log_says_so(history: History, start: Any) -> None:
    old = history.say("lama")
    new = history.say("baru")
    search = caught_up(start(), new)
    history.connection.execute("DELETE FROM places WHERE seq = ?", (old,))
    history.connection.execute("DELETE FROM events WHERE seq = ?", (old,))
    search.expired()
    index = open_reader(history.folder / NAME)
    wait_until(search, lambda: index.execute("SELECT rowid FROM messages").fetchall() == [(new,)])
    index.close()


def test_an_index_answers_without_looking_at_every_message(history: History, start: Any) -> None:
    said = history.say_all((f"kata{number % 50} tugas", "siti", "#lab") for number in range(5000))
    search = caught_up(start(), said[-1])
    steps = []
    search._limit = lambda connection: connection.set_progress_handler(lambda: steps.append(1), 1000)  # type: ignore[method-assign]
    assert len(numbers(search, "kata7", "#lab", limit=50)) == 50
    by_index = len(steps)
    steps.clear()
    search._indexing = False
    assert len(numbers(search, "kata7 zzz", "#lab", limit=50)) == 0
    assert by_index * 10 < len(steps)


# --- removing, and stopping ---


def test_what_was_removed_leaves_the_file_without_being_asked(history: History, start: Any) -> None:
    said = history.say("rahasiaku sekali")
    search = caught_up(start(), said)
    caught_up(search, history.say("", verb="REDACT", about=said))
    wait_until(search, lambda: b"rahasiaku" not in content(history))


def content(history: History) -> bytes:
    return b"".join(path.read_bytes() for path in history.folder.glob(NAME + "*"))


def test_cleaning_takes_a_small_part_of_the_time(history: History, start: Any, monkeypatch: Any) -> None:
    clock = ManualClock()
    cleaned = []

    def clean(index: Index) -> None:
        clock.advance(1.0)
        cleaned.append(clock())
        index.unclean = False

    monkeypatch.setattr(Index, "clean", clean)
    search = start(monotonic=clock)
    for _ in range(3):
        said = history.say("x")
        caught_up(search, said)
        caught_up(search, history.say("", verb="REDACT", about=said))
    caught_up(search, history.say("what comes after the last round"))
    assert len(cleaned) == 1


def test_the_index_rests_while_more_is_said_unless_somebody_searches(
    history: History, start: Any, monkeypatch: Any
) -> None:
    clock, real = ManualClock(), Index.take_in
    begun, more_was_said, rested = threading.Event(), threading.Event(), threading.Event()
    search = start(monotonic=clock)
    caught_up(search, history.say("halo"))

    def take_in(index: Index) -> bool:
        found = real(index)
        if found and not begun.is_set():
            begun.set()
            assert more_was_said.wait(WAIT_S)
            clock.advance(WAIT_S)
        return found

    def wait_for(condition: Callable[[], bool], timeout: float | None = None) -> bool:
        if timeout == RESTS * WAIT_S:
            rested.set()
        return bool(waiting(condition, timeout))

    waiting = search._changed.wait_for
    monkeypatch.setattr(search._changed, "wait_for", wait_for)
    monkeypatch.setattr(Index, "take_in", take_in)
    history.say("dua")
    search.wake()
    assert begun.wait(WAIT_S)
    last = history.say("tiga")
    search.wake()
    more_was_said.set()
    assert rested.wait(WAIT_S)
    assert search.taken < last
    assert numbers(search, "tiga") == [last]
    assert search.taken == last, "a search is worth being in a hurry"


def test_a_long_cleaning_does_not_hold_up_the_end(history: History, start: Any, monkeypatch: Any) -> None:
    begun = threading.Event()

    def clean(index: Index) -> None:
        begun.set()
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n"
        index._index.execute(endless).fetchone()

    monkeypatch.setattr(Index, "clean", clean)
    search = start()
    said = history.say("x")
    caught_up(search, said)
    caught_up(search, history.say("", verb="REDACT", about=said))
    assert begun.wait(WAIT_S)
    assert search.stop(WAIT_S)
