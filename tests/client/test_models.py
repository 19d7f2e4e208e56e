"""The item models: what rows a conversation has, and that the window on it never shows anything else."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PyQt5.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester

from client.changes import (
    Conversation,
    Delivery,
    EntriesAdded,
    EntriesDropped,
    Entry,
    EntryChanged,
    EntryKind,
    EntryRemoved,
    Gap,
    Member,
    Quote,
    Reaction,
)
from client.models import messages as messages_module
from client.models.messages import EntriesChange, MessageModel
from client.models.rows import Row, RowBuilder
from client.models.texts import day_text, plain, reaction_names
from translations import set_language

NOON = time.mktime((2026, 11, 20, 12, 0, 0, 0, 0, -1))
LONG_AGO = time.mktime((2026, 11, 19, 12, 0, 0, 0, 0, -1))

make_id: Callable[[], str] = iter(f"id{n}" for n in range(10_000_000)).__next__


def entry(text: str = "halo", who: str = "Budi", at: float = 0.0, kind: EntryKind = EntryKind.MESSAGE) -> Entry:
    """One entry, `at` seconds after noon."""
    return Entry(make_id(), kind, who, who, text, NOON + at)


def gap(state: Gap = Gap.OPEN) -> Entry:
    return Entry(make_id(), EntryKind.GAP, "", "", "", NOON, gap=state)


def join(who: str, at: float = 0.0) -> Entry:
    return entry("", who, at, EntryKind.JOIN)


def room(*entries: Entry, people: int = 2) -> Conversation:
    members = {f"u{n}": Member(f"u{n}", f"u{n}") for n in range(people)}
    return Conversation("#lobby", "#lobby", channel=True, joined=True, entries=list(entries), members=members)


def rows_of(*entries: Entry, first_unread: str = "", membership: bool = True) -> list[Row]:
    return RowBuilder(entries, first_unread, membership).build(0, len(entries))


def model_of(conversation: Conversation) -> MessageModel:
    model = MessageModel()
    model.open(conversation)
    return model


def texts(model: MessageModel) -> list[str]:
    return [str(model.index(n).data(Qt.AccessibleTextRole)) for n in range(model.rowCount())]


# --- which rows there are ---------------------------------------------------------------------


def test_messages_of_one_person_within_five_minutes_stand_under_one_name() -> None:
    rows = rows_of(entry(at=0), entry(at=299), entry(at=299 + 301), entry(who="Ani", at=610), entry(at=620))
    assert [row.head for row in rows] == [True, False, True, True, True]


def test_a_new_day_has_its_line_and_its_own_head() -> None:
    rows = rows_of(entry(at=-60), entry(at=12 * 3600 + 60), entry(at=12 * 3600 + 61))
    assert [(row.day, row.head) for row in rows] == [(True, True), (True, True), (False, False)]


def test_joins_leaves_and_renames_in_a_row_are_one_row() -> None:
    entries = [entry(), join("Ani"), entry("", "Eko", kind=EntryKind.QUIT), entry("Dewi2", "Dewi", kind=EntryKind.NICK)]
    rows = rows_of(*entries, entry())
    assert [(row.start, row.count) for row in rows] == [(0, 1), (1, 3), (4, 1)]


def test_the_line_of_new_messages_stands_above_the_first_unread_one() -> None:
    old, new = entry(), entry(at=1)
    assert [row.new for row in rows_of(old, new, first_unread=new.id)] == [False, True]
    assert rows_of(old, new, first_unread=new.id)[1].head


def test_without_joins_and_leaves_what_stands_around_them_is_one_group() -> None:
    rows = rows_of(entry(at=0), join("Ani", 1), entry(at=2), membership=False)
    assert [(row.start, row.head) for row in rows] == [(0, True), (2, False)]


def test_a_gap_has_no_day_and_what_follows_it_opens_a_group() -> None:
    rows = rows_of(gap(), entry(at=0), entry(at=1), gap(), entry(at=2), gap(), entry(at=86400))
    assert [(row.day, row.head) for row in rows] == [
        (False, False), (True, True), (False, False), (False, False), (False, True), (False, False), (True, True),
    ]  # fmt: skip


def test_joins_on_both_sides_of_a_gap_are_two_rows() -> None:
    assert [(row.start, row.count) for row in rows_of(join("A"), gap(), join("B"))] == [(0, 1), (1, 1), (2, 1)]


@pytest.mark.parametrize(
    ("entries", "english", "indonesian"),
    [
        ([join("Ani")], "Ani joined", "Ani bergabung"),
        ([join("Ani"), join("Eko")], "Ani and Eko joined", "Ani dan Eko bergabung"),
        ([join("A"), join("B"), join("C"), join("A")], "3 people joined", "3 orang bergabung"),
        (
            [join("A"), join("B"), join("C"), entry("", "Eko", kind=EntryKind.PART)],
            "3 people joined, Eko left",
            "3 orang bergabung, Eko keluar",
        ),
        (
            [entry("Budi_2", kind=EntryKind.NICK)],
            "Budi is now called Budi_2",
            "Budi sekarang bernama Budi_2",
        ),
    ],
)
def test_a_fold_says_who_or_how_many_came_and_went(entries: list[Entry], english: str, indonesian: str) -> None:
    model = model_of(room(*entries))
    assert texts(model) == [f"{day_text(NOON)}, 12:00, {english}"]
    set_language("id")
    assert texts(model) == [f"{day_text(NOON)}, 12.00, {indonesian}"]


# --- what a row says to those who cannot see it -----------------------------------------------


def test_every_kind_of_row_has_its_whole_sentence_as_accessible_text() -> None:
    own = Entry(make_id(), EntryKind.MESSAGE, "Siti", "Siti", "pagi", NOON, own=True, delivery=Delivery.WAITING)
    failed = Entry(make_id(), EntryKind.MESSAGE, "Siti", "Siti", "x", NOON, own=True, delivery=Delivery.FAILED)
    kick = Entry(make_id(), EntryKind.KICK, "Adi", "Pak Adi", "tenang", NOON, target="Eko")
    model = model_of(
        room(
            entry("halo semua", "Siti"), own, failed, entry("melambai", kind=EntryKind.ACTION), kick,
            entry("tugas", "Adi", kind=EntryKind.TOPIC), entry("", "Adi", kind=EntryKind.TOPIC),
            entry("+m", "Adi", kind=EntryKind.MODE), entry("selamat datang", "", kind=EntryKind.SERVER),
            entry("", "", kind=EntryKind.RESTARTED),
        )
    )  # fmt: skip
    assert texts(model) == [
        f"{day_text(NOON)}, Siti, 12:00, halo semua",
        "You, 12:00, pagi, waiting",
        "You, 12:00, x, Not sent",
        "12:00, Budi melambai",
        "12:00, Pak Adi removed Eko: tenang",
        "12:00, Adi changed the topic: tugas",
        "12:00, Adi cleared the topic.",
        "12:00, Adi made this a room for announcements: only people with voice may write.",
        "12:00, selamat datang",
        "12:00, The server was restarted",
    ]


def test_marks_say_what_stands_there() -> None:
    begin = Entry(make_id(), EntryKind.START, "Adi", "Pak Adi", "", NOON)
    model = model_of(room(begin, *(gap(state) for state in Gap), entry()))
    assert texts(model)[:4] == [
        f"Start of #lobby. Created by Pak Adi on {day_text(NOON)}.",
        "Show more messages",
        "Loading messages…",
        "Messages are missing here",
    ]


def test_a_private_chat_begins_with_a_person() -> None:
    begin = Entry(make_id(), EntryKind.START, "", "", "", NOON)
    model = model_of(Conversation("ani", "Ani", channel=False, entries=[begin]))
    assert texts(model) == ["Start of the chat with Ani."]


def test_answers_reactions_edits_and_deletions_are_in_the_sentence() -> None:
    answer = entry("ya")
    answer.quote = Quote("m1", "Siti", "sudah\nselesai?")
    answer.edited = True
    answer.reactions = (Reaction("\U0001f44d", ["Ani", "Siti"], own=True), Reaction("\u2764", ["Eko"]))
    unknown = entry("ya", at=1)
    unknown.quote = Quote("m2")
    taken_back, removed = entry("", at=2), entry("", at=3)
    taken_back.deleted = removed.deleted = True
    removed.target = "Pak Adi"
    assert texts(model_of(room(answer, unknown, taken_back, removed))) == [
        f"{day_text(NOON)}, Budi, 12:00, replies to Siti: sudah selesai?, ya, (edited), \U0001f44d 2 (yours), \u2764 1",
        "Budi, 12:00, replies to: a message that is not here, ya",
        "Budi, 12:00, This message was deleted.",
        "Budi, 12:00, This message was deleted by Pak Adi.",
    ]


def test_who_reacted_is_told_by_name_as_far_as_there_is_room() -> None:
    names = [f"u{n}" for n in range(23)]
    assert plain(reaction_names(Reaction("x", ["Ani"]))) == "Ani"
    assert plain(reaction_names(Reaction("x", ["Ani", "Eko", "Budi"]))) == "Ani, Eko and Budi"
    assert plain(reaction_names(Reaction("x", names))).endswith("u18, u19 and 3 others")


def test_the_date_is_written_as_the_language_has_it() -> None:
    assert day_text(NOON, now=NOON) == "Friday, 20 November"
    set_language("id")
    assert day_text(NOON, now=NOON) == "Jumat, 20 November"
    assert day_text(NOON, now=NOON + 400 * 86400) == "Jumat, 20 November 2026"


def test_names_and_texts_cannot_turn_or_hide_anything() -> None:
    model = model_of(room(entry("a\u202eb", "Bu\u202edi"), entry("x", "E\u200bvil", kind=EntryKind.ACTION)))
    assert texts(model)[0].endswith("Bu\\u202edi, 12:00, a\\u202eb")
    assert texts(model)[1] == "12:00, E\\u200bvil x"


# --- the window -------------------------------------------------------------------------------


class Mirror:
    """A view that believes the model's signals alone: it must end up with the model's rows."""

    def __init__(self, model: MessageModel) -> None:
        self.model = model
        self.serials: list[int] = []
        model.modelReset.connect(self._reset)
        model.rowsInserted.connect(self._inserted)
        model.rowsRemoved.connect(self._removed)
        model.dataChanged.connect(self._changed)
        self._reset()

    def _all(self) -> list[int]:
        return [self.model.row(n).serial for n in range(self.model.rowCount())]

    def _reset(self) -> None:
        self.serials = self._all()

    def _inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.serials[first:first] = self._all()[first : last + 1]

    def _removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        del self.serials[first : last + 1]

    def _changed(self, top: QModelIndex, bottom: QModelIndex) -> None:
        self.serials[top.row() : bottom.row() + 1] = self._all()[top.row() : bottom.row() + 1]

    def check(self) -> None:
        """The rows are those of the whole conversation, as far as they are loaded, and not too many."""
        model = self.model
        assert model.conversation is not None
        builder = RowBuilder(model.entries, model.conversation.first_unread)
        whole = builder.build(0, len(model.entries))
        loaded = [model.row(n) for n in range(model.rowCount())]
        assert loaded == [row for row in whole if model.start <= row.start < model.stop]
        assert model.rowCount() <= messages_module.ALIVE_ROWS
        assert self.serials == self._all()
        assert len(set(self.serials)) == len(self.serials)
        assert model.length == len(model.entries)


kinds = st.sampled_from(
    [EntryKind.MESSAGE] * 4 + [EntryKind.JOIN] * 2 + [EntryKind.PART, EntryKind.TOPIC, EntryKind.GAP]
)
fresh_entries = st.lists(
    st.builds(
        lambda kind, who, day: Entry(make_id(), kind, who, who, "x", NOON if day else LONG_AGO),
        kinds,
        st.sampled_from(["Ani", "Budi"]),
        st.integers(0, 9).map(bool),
    ),
    min_size=1,
    max_size=15,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), fresh_entries),
        st.tuples(st.just("insert"), fresh_entries, st.floats(0, 1)),
        st.tuples(st.just("change"), st.floats(0, 1)),
        st.tuples(st.just("remove"), st.floats(0, 1)),
        st.tuples(st.just("drop"), st.integers(1, 8)),
        st.tuples(st.just("unread"), st.floats(0, 1)),
        st.tuples(st.sampled_from(["older", "newer", "newest", "oldest", "follow", "stay", "open"])),
        st.tuples(st.just("around"), st.floats(0, 1)),
    ),
    max_size=25,
)


class Reader:
    """Somebody who reads, scrolls, and to whom things happen; several changes may come in one list."""

    def __init__(self, model: MessageModel, conversation: Conversation) -> None:
        self.model, self.conversation = model, conversation
        self.follow = True
        self.pending: list[EntriesChange] = []

    def at(self, share: float) -> int:
        return min(int(share * len(self.conversation.entries)), len(self.conversation.entries) - 1)

    def do(self, what: str, *rest: object) -> None:
        """One step; changes of the entries wait in `pending` until `show`."""
        entries = self.conversation.entries
        match what, *rest:
            case "append", list() as fresh:
                self.pending.append(EntriesAdded("#lobby", len(entries), len(fresh)))
                entries.extend(fresh)
            case "insert", list() as fresh, float() as share:
                first = self.at(share) if entries else 0
                self.pending.append(EntriesAdded("#lobby", first, len(fresh)))
                entries[first:first] = fresh
            case "change", float() as share if entries:
                index = self.at(share)
                entries[index].text += "!"
                self.pending.append(EntryChanged("#lobby", index))
            case "remove", float() as share if entries:
                index = self.at(share)
                del entries[index]
                self.pending.append(EntryRemoved("#lobby", index))
            case "drop", int() as count if len(entries) > count:
                del entries[:count]
                self.pending.append(EntriesDropped("#lobby", count))
            case "unread", float() as share if entries:
                self.show()
                candidates = [e.id for e in entries if e.kind is EntryKind.MESSAGE]
                self.conversation.first_unread = candidates[int(share * (len(candidates) - 1))] if candidates else ""
                self.model.unread_changed()
            case (("follow" | "stay"), *_):
                self.follow = what == "follow"
            case (("older" | "newer" | "newest" | "oldest" | "open" | "around"), *_):
                self.scroll(what, *rest)

    def scroll(self, what: str, *rest: object) -> None:
        """Move the window."""
        self.show()
        if what == "around" and isinstance(rest[0], float) and self.conversation.entries:
            self.model.load_around(self.at(rest[0]))
        elif what == "newest":
            self.model.load_newest(6)
        elif what == "oldest":
            self.model.load_oldest(6)
        elif what == "open":
            self.model.open(self.conversation, 6)
        elif what == "older":
            self.model.load_older()
        elif what == "newer":
            self.model.load_newer()

    def show(self) -> None:
        """Hand all that is pending to the model in one list."""
        self.model.apply(self.pending, follow=self.follow and self.model.at_end, rows=6)
        self.pending = []


@settings(max_examples=300, deadline=None)
@given(steps, st.lists(st.booleans(), min_size=25, max_size=25))
def test_the_window_shows_what_the_whole_conversation_would(
    script: list[tuple[object, ...]], shows: list[bool]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages_module, "ALIVE_ROWS", 12)
        patch.setattr(messages_module, "LOAD_ROWS", 6)
        patch.setattr(messages_module, "SCROLL_ROWS", 4)
        conversation = room()
        model = model_of(conversation)
        mirror = Mirror(model)
        reader = Reader(model, conversation)
        for (what, *rest), show in zip(script, shows, strict=False):
            reader.do(str(what), *rest)
            if show:
                reader.show()
                mirror.check()
        reader.show()
        mirror.check()


def test_at_most_400_rows_are_alive_wherever_one_scrolls() -> None:
    model = model_of(room(*(entry(str(n), at=n) for n in range(1500))))
    assert (model.start, model.stop) == (1300, 1500)
    seen = [model.start]
    while model.load_older():
        assert model.rowCount() <= 400
        seen.append(model.start)
    assert seen == list(range(1300, -1, -50))
    while model.load_newer():
        assert model.rowCount() <= 400
    assert model.stop == 1500
    model.load_oldest()
    assert (model.start, model.stop) == (0, 200)
    model.load_around(700)
    assert (model.start, model.stop) == (500, 900)


def test_who_reads_further_up_gets_new_rows_only_while_there_is_room() -> None:
    conversation = room(*(entry(at=n) for n in range(300)))
    model = model_of(conversation)
    for size in (150, 400):
        first = len(conversation.entries)
        conversation.entries += [entry(at=first + n) for n in range(size)]
        model.apply([EntriesAdded("#lobby", first, size)], follow=False)
    assert (model.start, model.stop, model.at_end) == (100, 500, False)


def test_what_comes_between_leaves_the_rows_nearest_to_the_reader() -> None:
    conversation = room(*(entry(at=n) for n in range(400)))
    model = model_of(conversation)
    assert all(model.load_older() for _ in range(4))
    conversation.entries[390:390] = [entry(at=390) for _ in range(100)]
    model.apply([EntriesAdded("#lobby", 390, 100)], follow=False, near=385)
    assert (model.start, model.stop, model.rowCount()) == (100, 500, 400)
    conversation.entries[101:101] = [entry(at=101) for _ in range(100)]
    model.apply([EntriesAdded("#lobby", 101, 100)], follow=False, near=100)
    assert (model.start, model.stop, model.rowCount()) == (100, 500, 400)


def test_a_lump_brings_only_its_end_to_who_reads_the_newest() -> None:
    conversation = room(entry())
    model = model_of(conversation)
    conversation.entries += [entry(at=n) for n in range(5000)]
    model.apply([EntriesAdded("#lobby", 1, 5000)], follow=True, rows=80)
    assert (model.start, model.stop) == (4921, 5001)


def test_a_room_that_becomes_large_stops_showing_who_comes_and_goes() -> None:
    conversation = room(entry(), join("Ani"), entry())
    model = model_of(conversation)
    assert (model.rowCount(), model.has_become_large) == (3, False)
    conversation.members |= {f"m{n}": Member(f"m{n}", f"m{n}") for n in range(20)}
    assert model.has_become_large
    model.hide_membership()
    assert [model.row(n).start for n in range(model.rowCount())] == [0, 2]


def test_a_changed_row_gets_another_serial_and_the_others_keep_theirs() -> None:
    conversation = room(entry(), entry(at=1), entry(at=2))
    model = model_of(conversation)
    before = [model.row(n).serial for n in range(3)]
    conversation.entries[1].text = "lain"
    model.apply([EntryChanged("#lobby", 1)], follow=True)
    after = [model.row(n).serial for n in range(3)]
    assert (before[0], before[2]) == (after[0], after[2])
    assert before[1] != after[1]


def test_the_first_loaded_row_changes_with_what_stands_before_it() -> None:
    conversation = room(*(entry(at=n) for n in range(500)))
    conversation.entries[299].time = LONG_AGO
    model = model_of(conversation)
    assert (model.start, model.row(0).day) == (300, True)
    del conversation.entries[299]
    model.apply([EntryRemoved("#lobby", 299)], follow=False)
    assert (model.start, model.row(0).day) == (299, False)
    conversation.entries[298].time = LONG_AGO
    model.apply([EntryChanged("#lobby", 298)], follow=False)
    assert model.row(0).day


def test_a_fold_at_the_windows_end_takes_in_what_comes_to_stand_beside_it() -> None:
    conversation = room(
        *(entry(at=n) for n in range(399)), join("Ani", 399), entry(at=400), join("Eko", 401), entry(at=402)
    )
    model = model_of(conversation)
    model.load_oldest(400)
    assert (model.stop, model.row(399).count) == (400, 1)
    del conversation.entries[400]
    model.apply([EntryRemoved("#lobby", 400)], follow=False)
    assert (model.stop, model.row(399).count) == (401, 2)


def test_a_fold_in_a_full_window_goes_on_with_what_is_appended() -> None:
    conversation = room(*(entry(at=n) for n in range(399)), join("Ani", 399))
    model = model_of(conversation)
    model.load_oldest(400)
    conversation.entries += [join("Eko", 400), entry(at=401)]
    model.apply([EntriesAdded("#lobby", 400, 2)], follow=False)
    assert (model.stop, model.row(399).count, model.rowCount()) == (401, 2, 400)


def test_a_window_that_lost_all_its_entries_shows_what_is_left() -> None:
    conversation = room(*(entry(at=n) for n in range(500)))
    model = model_of(conversation)
    model.load_oldest()
    del conversation.entries[:300]
    model.apply([EntriesDropped("#lobby", 300)], follow=False)
    assert (model.start, model.stop) == (0, 200)


def test_the_message_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    conversation = room(*(entry(at=n) for n in range(500)))
    model = model_of(conversation)
    qtmodeltester.check(model)
    model.load_older()
    model.load_newer()
    del conversation.entries[10]
    model.apply([EntryRemoved("#lobby", 10)], follow=False)
    qtmodeltester.check(model)
