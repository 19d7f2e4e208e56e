"""What is history on the wire, and what becomes of messages that the terminal has shown already."""

from __future__ import annotations

from client.changes import Entry, EntryKind, Reaction
from client.console import past, told
from client.console.past import Past
from client.console.told import Told
from protocol import parse


def see(history: Past, *lines: str) -> None:
    history.see([parse(line) for line in lines], "Siti")


def test_messages_in_a_batch_of_history_are_past_and_others_are_not() -> None:
    history = Past()
    see(
        history,
        "BATCH +1 chathistory #lobby",
        "@batch=1;msgid=a :Budi!b@b PRIVMSG #lobby :tadi",
        "@msgid=live :Budi!b@b PRIVMSG #lobby :baru",
        "@batch=1 :Budi!b@b PRIVMSG #lobby :without an id",
        "BATCH -1",
        "BATCH +2 labeled-response",
        "@batch=2;msgid=echo :Siti!s@s PRIVMSG #lobby :saya",
        "BATCH -2",
        "@batch=1;msgid=late :Budi!b@b PRIVMSG #lobby :the batch is closed",
        "BATCH",
    )
    assert [history.take(msgid) for msgid in ("a", "live", "echo", "late", "", "a")] == [True] + [False] * 5


def test_a_message_of_several_lines_in_history_is_past_by_the_id_of_its_batch() -> None:
    history = Past()
    see(
        history,
        "BATCH +1 chathistory #lobby",
        "@batch=1;msgid=m BATCH +2 draft/multiline #lobby",
        "@batch=2 :Budi!b@b PRIVMSG #lobby :satu",
        "@batch=2 :Budi!b@b PRIVMSG #lobby :dua",
        "@batch=1 BATCH -2",
        "BATCH -1",
    )
    assert history.take("m")


def test_a_server_that_never_ends_its_batches_fills_no_memory() -> None:
    history = Past()
    for number in range(past.OPEN + 1):
        see(history, f"BATCH +{number} chathistory #lobby")
    for number in range(past.REMEMBERED + 1):
        see(history, f"@batch=5;msgid=m{number} PRIVMSG #lobby :x", "@batch=0;msgid=x PRIVMSG #lobby :x")
    assert not history.take("x")
    assert not history.take("m0")
    assert history.take("m1")


def test_what_was_said_after_we_came_is_new_though_it_stands_in_the_history_too() -> None:
    history = Past()
    see(
        history,
        "@time=2026-11-25T10:00:01.000Z :Siti!s@s JOIN #lobby",
        "@time=2026-11-25T10:00:09.000Z :Budi!b@b JOIN #lobby",
        "@time=2026-11-25T10:00:05.000Z :siti!s@s JOIN #tugas",
        "BATCH +1 chathistory #LOBBY",
        "@batch=1;msgid=a;time=2026-11-25T10:00:00.999Z :Budi!b@b PRIVMSG #lobby :tadi",
        "@batch=1;msgid=b;time=2026-11-25T10:00:01.000Z :Budi!b@b PRIVMSG #lobby :baru",
        "@batch=1;msgid=c :Budi!b@b PRIVMSG #lobby :who knows when",
        "BATCH -1",
        "BATCH +2 chathistory #tugas",
        "@batch=2;msgid=d;time=2026-11-25T10:00:04.000Z BATCH +3 draft/multiline #tugas",
        "BATCH -2",
        "BATCH +4 chathistory Budi",
        "@batch=4;msgid=e;time=2026-11-25T10:00:00.000Z :Budi!b@b PRIVMSG Siti :tadi",
        "@batch=4;msgid=f;time=2026-11-25T10:00:02.000Z :Budi!b@b PRIVMSG Siti :baru",
        "BATCH +5 chathistory",
        "JOIN",
    )
    assert [history.take(msgid) for msgid in "abcdef"] == [True, False, True, True, True, False]


def message(text: str = "halo semua", name: str = "Budi") -> Entry:
    return Entry("m1", EntryKind.MESSAGE, name, name, text, 0.0)


def test_each_thing_that_is_done_to_a_message_is_told_once() -> None:
    known, entry = Told(), message()
    known.note(entry)
    assert known.changes(entry) == []
    entry.reactions = (
        Reaction("👍", ["Siti", "Ani"]),
        Reaction("😄", ["Ani"]),
    )
    assert known.changes(entry) == [
        "Ani reacted 👍 to “halo semua”.",
        "Ani reacted 😄 to “halo semua”.",
        "Siti reacted 👍 to “halo semua”.",
    ]
    entry.reactions = (Reaction("👍", ["Siti"]),)
    assert known.changes(entry) == []
    entry.text, entry.edited = "halo\nkawan", True
    assert known.changes(entry) == ["Budi changed “halo semua” to: halo kawan"]
    entry.text, entry.deleted, entry.reactions = "", True, ()
    assert known.changes(entry) == ["Budi deleted “halo kawan”."]
    assert known.changes(entry) == []


def test_who_deleted_the_message_of_somebody_else_is_named() -> None:
    known, entry = Told(), message("x" * 100)
    known.note(entry)
    entry.deleted, entry.target = True, "Ani"
    assert known.changes(entry) == [f"Ani deleted “{'x' * 59}…”."]


def test_nothing_is_told_of_what_was_never_shown_or_long_ago() -> None:
    known, first = Told(), message()
    assert known.changes(first) == []
    known.note(first)
    for number in range(told.REMEMBERED):
        known.note(Entry(f"n{number}", EntryKind.MESSAGE, "Ani", "Ani", "x", 0.0))
    known.note(Entry("t", EntryKind.TOPIC, "Ani", "Ani", "x", 0.0))
    first.text = "new"
    assert known.changes(first) == []


def test_what_others_write_is_written_out() -> None:
    known, entry = Told(), message("\x1b[2J", "Bu\u202edi")
    known.note(entry)
    entry.text, entry.reactions = "\x1b]0;x\x07", (Reaction("\x1b", ["\x1b"]),)
    assert not any(character in sentence for sentence in known.changes(entry) for character in "\x1b\x07\u202e")
