"""`export`: what was said in a room, in three forms, and nothing that was not said there."""

from __future__ import annotations

import csv
import html.parser
import json
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from chatd.upkeep.export import FORMATS, Room
from chatd.upkeep.source import UpkeepError
from tests.chatd.log.histories import History
from translations import set_language

JAKARTA = timezone(timedelta(hours=7))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    made = History(tmp_path)
    yield made
    made.close()


def export(history: History, form: str, name: str = "#lab") -> str:
    return "".join(FORMATS[form](name, Room(history.connection, name), JAKARTA))


def objects(history: History, name: str = "#lab") -> list[dict[str, Any]]:
    return [json.loads(line) for line in export(history, "jsonl", name).splitlines()]


def test_a_line_for_programs_says_who_what_and_when(history: History) -> None:
    history.say("selamat pagi")
    [said] = objects(history)
    assert said["time"] == "2026-09-21T14:13:21.000Z"
    assert (said["nickname"], said["kind"], said["text"]) == ("siti", "message", "selamat pagi")
    assert said["id"].endswith("-1")
    assert "edited" not in said


def test_only_what_was_said_in_this_room_is_written(history: History) -> None:
    history.say("di sini")
    history.say("di sana", where="#class")
    history.say("rahasia", where="@1 2")
    history.say("siti", verb="JOIN")
    assert [said["text"] for said in objects(history)] == ["di sini"]
    assert [said["text"] for said in objects(history, "class")] == ["di sana"]


@pytest.mark.parametrize("name", ["@1 2", "budi", "#nowhere"])
def test_a_private_chat_cannot_be_named(history: History, name: str) -> None:
    history.say("rahasia", where="@1 2")
    history.say("halo")
    with pytest.raises(UpkeepError, match="Rooms there are: #lab"):
        Room(history.connection, name)


def test_an_edited_message_stands_with_its_latest_text_and_a_removed_one_not_at_all(history: History) -> None:
    first = history.say("tugsa")
    second = history.say("rahasia")
    history.say("tugas", about=first)
    history.say("", verb="REDACT", about=second)
    assert [(said["text"], said.get("edited")) for said in objects(history)] == [("tugas", True)]


def test_actions_notices_and_answers_are_told_apart(history: History) -> None:
    history.say("\x01ACTION melambai\x01")
    history.say("jam 9", verb="NOTICE")
    history.connection.execute("UPDATE events SET tags = '+typing=done;+reply=abc-1' WHERE seq = 2")
    waves, notice = objects(history)
    assert (waves["kind"], waves["text"]) == ("action", "melambai")
    assert (notice["kind"], notice["reply_to"]) == ("notice", "abc-1")


def test_a_room_of_many_pages_is_written_wholly_and_in_order(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatd.upkeep.export.PAGE", 7)
    history.say_all((str(number), "siti", "#lab") for number in range(50))
    assert [said["text"] for said in objects(history)] == [str(number) for number in range(50)]


def test_no_cell_of_a_table_is_a_formula(history: History) -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\tx", 'a "b", c'):
        history.say(text, "=siti")
    rows = list(csv.reader(export(history, "csv").splitlines()))
    assert rows[0][:3] == ["Time", "Name", "Message"]
    assert [row[2] for row in rows[1:]] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", 'a "b", c']
    assert rows[1][:2] == ["2026-09-21 21:13:21", "'=siti"]


class Page(html.parser.HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_shows_texts_as_texts_whatever_stands_in_them(history: History) -> None:
    history.say('<script>alert(1)</script> & "x" </p>', "<b>")
    page = Page(export(history, "html"))
    assert "script" not in page.tags
    assert '<script>alert(1)</script> & "x" </p>' in page.text


def test_a_page_has_days_times_and_links(history: History) -> None:
    history.say('lihat https://example.org/a?b=1&c=2" onclick=x')
    page = Page(export(history, "html"))
    assert "Monday, 2026-09-21" in page.text
    assert "21:13" in page.text
    assert page.links == ["https://example.org/a?b=1&c=2"]
    assert "1 message" in page.text


def test_a_page_speaks_the_language_of_the_system(history: History) -> None:
    history.say("halo")
    set_language("id")
    try:
        assert '<html lang="id">' in export(history, "html")
    finally:
        set_language("en")


def test_from_a_damaged_history_whatever_can_be_read_is_written(history: History) -> None:
    history.say_all((f"kata {number} " + "x" * 500, "siti", ("#lab", "#class")[number % 2]) for number in range(100))
    history.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = history.connection.execute(
        "SELECT pageno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf' ORDER BY path"
    ).fetchall()
    history.close()
    path = history.folder / "history.db"
    data = bytearray(path.read_bytes())
    for (page,) in pages[3:5]:
        data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    again = History.__new__(History)
    again.folder = history.folder
    again.connection = __import__("sqlite3").connect(path, isolation_level=None)
    room = Room(again.connection, "#lab")
    found = [said.text.split()[1] for said in room]
    again.close()
    assert room.unreadable > 0
    assert 30 < len(found) < 50
    assert found[-1] == "98"
