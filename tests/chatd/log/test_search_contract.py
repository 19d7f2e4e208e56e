"""What searching promises whatever log is behind it: the durable one with its index, and the one in memory."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatd.config import History
from chatd.events import Audience, Event
from chatd.log import Log, Query
from chatd.log.memory import MemoryLog
from chatd.log.opening import open_log
from chatd.log.search import Search
from chatd.log.sqlite import SqliteLog
from tests.chatd.logs import WAIT_S, Running
from tests.fakes import ManualClock

LOGS: dict[str, Callable[[ManualClock, Path], Log]] = {
    "memory": lambda clock, _folder: MemoryLog(clock),
    "durable": lambda clock, folder: open_log(History(), folder, clock, ManualClock(), pytest.fail),
}


@pytest.fixture(params=LOGS)
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    made = Running(LOGS[request.param], tmp_path)
    yield made
    assert made.log.stop(WAIT_S)


def said(text: str, nickname: str = "siti", channel: str = "#lab", verb: str = "PRIVMSG") -> Event:
    return Event(Audience.CHANNEL, verb, f":{nickname}!~u@h {verb} {channel} :{text}", None, channel)


def edit(of: Event, text: str) -> Event:
    event = said(text)
    event.about, event.edits = of.seq, True
    return event


def redaction(of: Event) -> Event:
    event = said("", verb="REDACT")
    event.about, event.removes = of.seq, True
    return event


def found(running: Running, query: Query) -> list[str]:
    return [(record.edit or record).line.partition(" :")[2] for record in running.log.search(query)]


def test_words_are_found_whatever_their_case_and_the_newest_comes_first(running: Running) -> None:
    running.send(said("Tugas satu"), said("lain"), said("tugas dua"), said("siti", verb="JOIN"))
    assert found(running, Query("TUGAS", ("#lab",))) == ["tugas dua", "Tugas satu"]


def test_a_nickname_or_a_channel_is_not_a_word_that_was_said(running: Running) -> None:
    running.send(said("halo"))
    assert found(running, Query("siti", ("#lab",))) == []
    assert found(running, Query("lab", ("#lab",))) == []


def test_every_filter_narrows(running: Running) -> None:
    one, _, _, four = running.send(
        said("tugas satu"), said("tugas dua", "Budi"), said("tugas https://example.org", "budi"), said("tugas empat")
    )
    everywhere = ("#lab", "#class")
    assert found(running, Query("tugas", everywhere, "budi")) == ["tugas https://example.org", "tugas dua"]
    assert found(running, Query("tugas", everywhere, "budi", one.seq, four.seq - 1)) == ["tugas dua"]
    assert found(running, Query(conversations=everywhere, has_link=True)) == ["tugas https://example.org"]
    assert found(running, Query("tugas", everywhere, limit=1)) == ["tugas empat"]
    assert found(running, Query("tugas", ("#class",))) == []


def test_an_edited_message_is_found_by_its_latest_text_only(running: Running) -> None:
    [first] = running.send(said("tugsa"))
    assert found(running, Query("tugsa", ("#lab",))) == ["tugsa"]
    running.send(edit(first, "tugas"))
    assert found(running, Query("tugas", ("#lab",))) == ["tugas"]
    assert found(running, Query("tugsa", ("#lab",))) == []


def test_a_redacted_message_is_not_found_nor_are_its_edits(running: Running) -> None:
    [first] = running.send(said("rahasia"))
    running.send(edit(first, "rahasia besar"))
    running.send(redaction(first))
    assert found(running, Query("rahasia", ("#lab",))) == []


@pytest.mark.parametrize("running", ["durable"], indirect=True)
def test_the_index_follows_the_log_without_being_asked(running: Running) -> None:
    assert isinstance(running.log, SqliteLog)
    index = running.log.index
    assert isinstance(index, Search)
    for text in ("satu", "dua"):
        [event] = running.send(said(text))
        knows = functools.partial(_knows, index, event.seq)
        with index._changed:
            assert index._changed.wait_for(knows, WAIT_S)


def _knows(index: Search, seq: int) -> bool:
    return index.taken >= seq
