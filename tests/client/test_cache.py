"""The last view on disk: what comes back, what is left out, and what a damaged file costs."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from client import cache as module
from client.cache import KEPT_ENTRIES, Cache, file_name
from client.changes import (
    Conversation,
    ConversationAdded,
    ConversationChanged,
    ConversationRemoved,
    Delivery,
    EntriesAdded,
    Entry,
    EntryKind,
    Gap,
    NetworkChanged,
    Quote,
    Reaction,
)

PATIENCE_S = 10.0
SERVER = ("127.0.0.1", 8888)
NOW = 1_700_000_000.0


class Place:
    """A cache folder, and the caches opened in it one after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.opened: list[Cache] = []

    @property
    def file(self) -> Path:
        return self.folder / file_name(SERVER, "siti")

    def open(self, nickname: str = "siti", after: Cache | None = None) -> tuple[Cache, list[Conversation]]:
        found: list[Conversation] = []
        ready = threading.Event()

        def loaded(conversations: list[Conversation]) -> None:
            found.extend(conversations)
            ready.set()

        cache = Cache(self.folder, SERVER, nickname, loaded, after=after, now=lambda: NOW)
        self.opened.append(cache)
        assert ready.wait(PATIENCE_S)
        return cache, found

    def keep(self, *conversations: Conversation, current: str = "") -> None:
        """Write these and close."""
        cache, _ = self.open()
        cache.write({c.key: c for c in conversations}, current, everything=True)
        assert cache.close(PATIENCE_S)

    def load(self) -> list[Conversation]:
        cache, found = self.open()
        assert cache.close(PATIENCE_S)
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "cache")
    yield place
    for cache in place.opened:
        cache.close(PATIENCE_S)


def said(number: int, text: str = "", **more: object) -> Entry:
    return Entry(f"e-{number}", EntryKind.MESSAGE, "Budi", "Budi", text or f"text {number}", NOW + number, **more)  # type: ignore[arg-type]


def lobby(*entries: Entry) -> Conversation:
    return Conversation("#lobby", "#lobby", channel=True, entries=list(entries))


def everything() -> Conversation:
    """A conversation in which no field has its usual value."""
    entries = [
        Entry("local-1", EntryKind.START, "Budi", "Budi", "", NOW),
        said(1, quote=Quote("e-0", "Ani", "halo"), reactions=(Reaction("👍", ["Ani", "Siti"], own=True),), edited=True),
        Entry("e-2", EntryKind.KICK, "Budi", "Budi", "", NOW, mention=True, target="Ani", deleted=True),
        Entry("local-2", EntryKind.GAP, "", "", "", NOW, gap=Gap.LOST),
        Entry("local-3", EntryKind.MESSAGE, "Siti", "Siti", "gagal", NOW, own=True, delivery=Delivery.FAILED),
        Entry("local-4", EntryKind.ACTION, "Siti", "Siti", "tunggu", NOW, own=True, delivery=Delivery.WAITING),
    ]
    entries[4].problem, entries[5].nonce = "Tidak boleh", "f" * 32
    chat = Conversation("budi", "Budi Santoso", channel=False, nickname="Budi", topic="t", entries=entries)
    chat.unread, chat.mentions, chat.first_unread, chat.draft = 3, 2, "e-2", "belum dikirim \udcff"
    return chat


def test_all_that_a_conversation_shows_comes_back(place: Place) -> None:
    chat = everything()
    place.keep(chat)
    assert place.load() == [everything()]


def test_who_is_here_and_who_types_is_not_kept(place: Place) -> None:
    room = lobby(said(1))
    room.joined, room.typing, room.ids = True, ["Budi"], {"e-1"}
    place.keep(room)
    assert place.load() == [lobby(said(1))]


def test_what_waits_for_older_messages_keeps_nothing_from_being_written(place: Place) -> None:
    room = lobby(said(1))
    room.held = [said(2)]
    place.keep(room)
    (loaded,) = place.load()
    assert loaded == lobby(said(1)), "what waited is fetched again"
    assert loaded.serial != room.serial, "the number counts for one process only"


def test_the_conversation_on_screen_comes_first_then_the_order_of_the_list(place: Place) -> None:
    rooms = [Conversation(f"#r{number}", f"#r{number}", channel=True) for number in range(3)]
    place.keep(*rooms, current="#r2")
    assert [room.key for room in place.load()] == ["#r2", "#r0", "#r1"]


def test_another_name_or_server_has_a_file_of_its_own(place: Place) -> None:
    place.keep(lobby(said(1)))
    assert place.open("budi")[1] == []
    assert file_name(("LAB2", 1), "a") == file_name(("lab2", 1), "a") != file_name(("lab2", 2), "a")


def test_the_newest_are_kept_with_a_gap_before_them_and_what_was_never_sent(place: Place) -> None:
    entries = [said(number) for number in range(KEPT_ENTRIES + 10)]
    entries[3].own, entries[3].delivery = True, Delivery.FAILED
    place.keep(lobby(*entries))
    (room,) = place.load()
    assert room.entries[0] == entries[3]
    assert (room.entries[1].kind, room.entries[1].gap) == (EntryKind.GAP, Gap.OPEN)
    assert room.entries[2:] == entries[10:]


def test_what_waits_longer_than_the_server_remembers_is_not_sent_by_itself(place: Place) -> None:
    old, new = (said(number, own=True, delivery=Delivery.WAITING) for number in range(2))
    old.time -= 24 * 3600
    place.keep(lobby(old, new))
    assert [entry.delivery for entry in place.load()[0].entries] == [Delivery.FAILED, Delivery.WAITING]


def test_only_what_changed_is_written_and_what_is_gone_goes(place: Place) -> None:
    rooms = {key: Conversation(key, key, channel=True) for key in ("#a", "#b", "#c")}
    cache, _ = place.open()
    assert not cache.note([NetworkChanged()])
    assert cache.note([ConversationAdded(key) for key in rooms])
    cache.write(rooms, "#a")
    rooms["#a"].topic = rooms["#b"].topic = "new"
    renamed = deepcopy(rooms.pop("#c"))
    renamed.key = "#d"
    rooms["#d"] = renamed
    assert cache.note([EntriesAdded("#b", 0, 1), ConversationChanged("#d", "#c")])
    cache.write(rooms, "#a")
    assert not cache.note([])
    assert cache.note([ConversationRemoved("#b")])
    rooms.pop("#b")
    cache.write(rooms, "#a")
    assert cache.close(PATIENCE_S)
    assert [(room.key, room.topic) for room in place.load()] == [("#a", ""), ("#d", "")]


def test_a_conversation_that_comes_back_is_not_gone(place: Place) -> None:
    cache, _ = place.open()
    cache.note([ConversationRemoved("#lobby"), ConversationAdded("#lobby")])
    cache.write({"#lobby": lobby(said(1))}, "")
    assert cache.close(PATIENCE_S)
    assert place.load() == [lobby(said(1))]


def test_what_is_written_is_what_was_there_when_it_was_given(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    room = lobby(said(1, reactions=(Reaction("👍", ["Ani"]),)))
    cache, _ = place.open()
    go_on = threading.Event()
    save = module._File.save

    def late(self: module._File, *given: object) -> None:
        assert go_on.wait(PATIENCE_S)
        save(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(module._File, "save", late)
    cache.write({room.key: room}, "", everything=True)
    room.entries[0].text = "changed"
    room.entries[0].reactions[0].names.append("Budi")
    go_on.set()
    assert cache.close(PATIENCE_S)
    assert place.load() == [lobby(said(1, reactions=(Reaction("👍", ["Ani"]),)))]


def test_the_next_cache_reads_what_the_one_before_still_writes(place: Place) -> None:
    before, _ = place.open()
    for number in range(20):
        before.write({"#lobby": lobby(said(number))}, "", everything=True)
    before.close(0)
    assert place.open(after=before)[1] == [lobby(said(19))]


def test_two_windows_may_use_one_file(place: Place) -> None:
    one, _ = place.open()
    two, _ = place.open()
    one.write({"#a": Conversation("#a", "#a", channel=True)}, "", everything=True)
    two.write({"#b": Conversation("#b", "#b", channel=True)}, "", everything=True)
    assert one.close(PATIENCE_S)
    assert two.close(PATIENCE_S)
    assert [room.key for room in place.load()] == ["#a", "#b"]


def test_so_many_conversations_are_kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_CONVERSATIONS", 3)
    place.keep(*[Conversation(f"#{number}", f"#{number}", channel=True) for number in range(5)])
    assert len(place.load()) == 3


def test_the_files_used_last_are_kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_FILES", 2)
    place.folder.mkdir()
    for number in range(4):
        file = place.folder / f"{number}.db"
        file.touch()
        Path(f"{file}-wal").touch()
        os.utime(file, (NOW + number, NOW + number))
    place.load()
    assert {file.name for file in place.folder.iterdir()} == {place.file.name, "3.db", "3.db-wal"}


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes there")
def test_only_the_person_can_read_it(place: Place) -> None:
    cache, _ = place.open()
    cache.write({"#lobby": lobby(said(1))}, "", everything=True)
    cache.write({}, "")
    assert place.open()[1] is not None
    assert {file.stat().st_mode & 0o077 for file in place.folder.iterdir()} == {0}


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_put_aside_and_begun_anew(
    place: Place, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    place.keep(lobby(said(1)))
    place.file.write_bytes(damage)
    assert place.load() == []
    assert "damaged" in caplog.text
    assert place.file.with_suffix(".broken").read_bytes() == damage
    place.keep(lobby(said(2)))
    assert place.load() == [lobby(said(2))]


def test_a_file_damaged_in_its_middle_costs_no_more_than_itself(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.keep(*[Conversation(f"#{n}", "x" * 3000, channel=True, entries=[said(n)]) for n in range(30)])
    data = bytearray(place.file.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    place.file.write_bytes(data)
    assert place.load() == []
    assert "damaged" in caplog.text
    place.keep(lobby(said(2)))
    assert place.load() == [lobby(said(2))]


@pytest.mark.parametrize(
    "entries", ["{", "[]]", '[{"kind": "x"}]', "[[]]", '[{"kind": "message", "time": "x"}]', '[{"id": "1"}]', "5"]
)
def test_a_conversation_that_is_not_understood_is_left_out(
    place: Place, caplog: pytest.LogCaptureFixture, entries: str
) -> None:
    place.keep(lobby(said(1)), Conversation("#other", "#other", channel=True))
    with sqlite3.connect(place.file) as database:
        database.execute("UPDATE conversations SET entries = ? WHERE key = '#lobby'", (entries,))
    database.close()
    assert [room.key for room in place.load()] == ["#other"]
    assert "not understood" in caplog.text


def test_fields_of_a_newer_version_are_passed_over(place: Place) -> None:
    place.keep(lobby(said(1)))
    with sqlite3.connect(place.file) as database:
        database.execute("UPDATE conversations SET entries = json_set(entries, '$[0].colour', 'red')")
        database.execute("UPDATE conversations SET head = json_set(head, '$.colour', 'red')")
    database.close()
    assert place.load() == [lobby(said(1))]


def test_a_file_of_a_newer_version_is_left_alone(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.keep(lobby(said(1)))
    with sqlite3.connect(place.file) as database:
        database.execute("PRAGMA user_version = 2")
    database.close()
    place.keep(lobby(said(2)))
    assert "newer version" in caplog.text
    with sqlite3.connect(place.file) as database:
        assert "text 1" in database.execute("SELECT entries FROM conversations").fetchone()[0]
    database.close()


def test_a_folder_that_cannot_be_used_costs_the_memory_only(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.folder.write_text("in the way")
    place.keep(lobby(said(1)))
    assert "cannot be used" in caplog.text


def test_a_write_that_fails_is_logged_and_the_next_one_succeeds(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    cache, _ = place.open()
    with sqlite3.connect(place.file) as database:
        database.execute("ALTER TABLE conversations RENAME TO away")
    cache.write({"#lobby": lobby(said(1))}, "", everything=True)
    assert passed(cache)
    with database:
        database.execute("ALTER TABLE away RENAME TO conversations")
    database.close()
    assert "not written" in caplog.text
    cache.write({"#lobby": lobby(said(2))}, "", everything=True)
    assert cache.close(PATIENCE_S)
    assert place.load() == [lobby(said(2))]


def passed(cache: Cache) -> bool:
    """Everything given so far has been done."""
    done = threading.Event()
    cache._work.put(done.set)
    return done.wait(PATIENCE_S)


def test_a_mistake_of_ours_does_not_end_the_thread(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    cache, _ = place.open()

    def mistake() -> None:
        raise RuntimeError("a mistake")

    with caplog.at_level(logging.ERROR):
        cache._work.put(mistake)
        assert passed(cache)
    assert "a mistake" in caplog.text
    cache.write({"#lobby": lobby(said(1))}, "", everything=True)
    assert cache.close(PATIENCE_S)
    assert place.load() == [lobby(said(1))]


def test_writing_goes_on_beside_a_close_that_does_not_wait(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    cache, _ = place.open()
    work: Callable[[], object] = go_on.wait
    cache._work.put(work)
    cache.write({"#lobby": lobby(said(1))}, "", everything=True)
    assert not cache.close(0)
    go_on.set()
    assert cache.finished.wait(PATIENCE_S)
    assert place.load() == [lobby(said(1))]
