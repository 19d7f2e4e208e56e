"""What every log promises (`chatd/log/__init__.py`): one suite, each implementation.

An implementation is added to `tests.chatd.logs.LOGS`; nothing else here knows which one it tests.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chatd.events import Audience, Event, Outcome
from chatd.log import BATCH_BYTES, BATCH_EVENTS, REACTIONS_LIMIT, Selector, SetMarker
from chatd.log.times import timestamp
from tests.chatd.logs import LOGS, WAIT_S, Follower, Running, edit, message, owned, redaction


@pytest.fixture(params=LOGS)
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    made = Running(LOGS[request.param], tmp_path)
    yield made
    assert made.log.stop(WAIT_S)


def test_events_come_back_in_the_order_they_were_appended(running: Running) -> None:
    events = [message(text=str(number), stored=number % 3 > 0) for number in range(1000)]
    assert running.send(*events) == events


def test_stored_events_are_numbered_without_gaps_and_passing_ones_not_at_all(running: Running) -> None:
    running.send(*[message(stored=number % 2 == 0) for number in range(10)])
    assert [event.seq for event in running.follower.events if event.stored] == [1, 2, 3, 4, 5]
    assert [(event.seq, event.id) for event in running.follower.events if not event.stored] == [(0, "")] * 5


def test_the_last_number_that_was_kept_is_told(running: Running) -> None:
    assert running.log.latest_seq() == 0
    running.send(message(), message(), message(stored=False))
    assert running.log.latest_seq() == 2


def test_a_log_that_has_ended_is_in_trouble(running: Running) -> None:
    assert running.log.trouble() == ""
    assert running.log.stop(WAIT_S)
    assert running.log.trouble() == "the log has ended"


def test_ids_are_unique_and_may_stand_in_a_line(running: Running) -> None:
    ids = [event.id for event in running.send(*[message() for _ in range(500)])]
    assert len(set(ids)) == 500
    assert all(re.fullmatch("[A-Za-z0-9][A-Za-z0-9-]*", each) for each in ids)


def test_every_event_has_its_time_to_the_millisecond(running: Running) -> None:
    running.clock.seconds = 1_700_000_000.0427
    assert running.send(message())[0].time == "2023-11-14T22:13:20.042Z"
    assert running.send(message(stored=False))[0].time == "2023-11-14T22:13:20.042Z"


@pytest.mark.parametrize("jump", [-3600.0, -86400.0, 3600.0])
def test_time_never_goes_back_even_when_the_clock_does(running: Running, jump: float) -> None:
    before = running.send(message())[0].time
    running.clock.advance(jump)
    after = running.send(message())[0].time
    running.clock.advance(-jump)
    last = running.send(message())[0].time
    assert before <= after <= last


def test_every_follower_gets_the_same_batches(running: Running) -> None:
    log = running.make()
    one, two = Follower(), Follower()
    log.follow(one)
    log.follow(two)
    log.start()
    for _ in range(300):
        log.append(message())
    log.wake()
    one.wait(300)
    assert log.stop(WAIT_S)
    assert one.batches == two.batches


def test_a_batch_has_its_bound(running: Running) -> None:
    running.send(*[message() for _ in range(BATCH_EVENTS * 3)])
    assert max(map(len, running.follower.batches)) <= BATCH_EVENTS
    assert min(map(len, running.follower.batches)) > 0


def test_a_batch_has_its_bound_in_bytes_too(running: Running) -> None:
    long = "x" * (BATCH_BYTES // 8)
    running.send(*[message(text=long) for _ in range(24)])
    assert max(map(len, running.follower.batches)) <= 8


def test_what_several_threads_append_is_all_there_and_each_ones_order_kept(running: Running) -> None:
    def speak(number: int) -> None:
        for line in range(200):
            running.log.append(message(text=f"{number}/{line}"))
            running.log.wake()

    threads = [threading.Thread(target=speak, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    running.log.wake()
    lines = [event.line.rpartition(":")[2] for event in running.follower.wait(1600)]
    for number in range(8):
        assert [line for line in lines if line.startswith(f"{number}/")] == [f"{number}/{line}" for line in range(200)]


def test_an_event_that_is_woken_alone_does_not_wait_for_the_next(running: Running) -> None:
    for number in range(500):
        running.send(message(text=str(number)))


def test_read_gives_back_what_was_stored_in_order(running: Running) -> None:
    first = message("#x", "one")
    first.client_tags = "+a=b"
    running.send(first, message("#y"), message("#x", "passing", stored=False), message("#x", "two"))
    records = running.log.read("#x", Selector(), 10)
    assert [(record.seq, record.verb, record.line) for record in records] == [
        (1, "PRIVMSG", ":a!~u@h PRIVMSG #x :one"),
        (3, "PRIVMSG", ":a!~u@h PRIVMSG #x :two"),
    ]
    assert records[0].client_tags == "+a=b"
    assert [(record.id, record.time) for record in records] == [
        (event.id, event.time) for event in running.follower.events if event.stored and event.channel == "#x"
    ]


def test_read_of_an_unknown_conversation_is_empty(running: Running) -> None:
    assert running.log.read("#nowhere", Selector(), 10) == []


@pytest.mark.parametrize(
    ("selector", "limit", "expected"),
    [
        (Selector(), 3, [8, 9, 10]),
        (Selector(newest=False), 3, [1, 2, 3]),
        (Selector(before=5), 2, [3, 4]),
        (Selector(before=5, newest=False), 2, [1, 2]),
        (Selector(after=5), 2, [9, 10]),
        (Selector(after=5, newest=False), 2, [6, 7]),
        (Selector(after=3, before=6), 9, [4, 5]),
        (Selector(after=3, before=4), 9, []),
        (Selector(after=10), 9, []),
    ],
)
def test_a_selector_cuts_exclusively_and_keeps_the_end_it_names(
    running: Running, selector: Selector, limit: int, expected: list[int]
) -> None:
    running.send(*[message() for _ in range(10)])
    assert [record.seq for record in running.log.read("#x", selector, limit)] == expected


def test_an_event_of_several_conversations_is_found_in_each_under_one_number(running: Running) -> None:
    quit_ = Event(Audience.PEERS, "QUIT", ":a!~u@h QUIT :bye", None)
    quit_.channels = ("#x", "#y")
    running.send(quit_)
    records = [running.log.read(channel, Selector(), 9) for channel in ("#x", "#y")]
    assert records[0] == records[1]
    assert records[0][0].conversations == ("#x", "#y")
    assert len(records[0]) == 1


def test_an_event_of_no_conversation_is_numbered_and_kept_nowhere(running: Running) -> None:
    running.send(Event(Audience.PEERS, "QUIT", ":a!~u@h QUIT :bye", None))
    assert running.follower.events[0].seq == 1
    assert running.log.read("", Selector(), 9) == []


def test_what_is_queued_at_the_end_is_still_taken_in(running: Running) -> None:
    log = running.make()
    follower, let_go = Follower(), threading.Event()

    def held_up(batch: Sequence[Event]) -> None:
        let_go.wait(WAIT_S)
        follower(batch)

    log.follow(held_up)
    for _ in range(1000):
        log.append(message())
    assert log.waiting() == 1000
    log.start()
    assert not log.stop(0.0), "it cannot be ready: its follower is held up"
    let_go.set()
    assert log.stop(WAIT_S)
    assert len(follower.events) == 1000
    assert log.waiting() == 0


def test_each_empty_log_says_that_it_is_another_one(running: Running) -> None:
    other = running.make()
    assert running.log.boot != other.boot
    assert other.stop(WAIT_S)


# --- resend protection -------------------------------------------------------------------------


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "later"])
def test_a_repeated_event_becomes_the_first_one_and_is_kept_once(running: Running, together: bool) -> None:
    first, again = owned("5", "n1", "hello"), owned("5", "n1", "something else")
    first.client_tags, first.extra = "+a=b", "{}"
    if together:
        running.send(first, again)
    else:
        running.send(first)
        running.clock.advance(3600)
        running.send(again)
    assert (first.outcome, again.outcome) == (Outcome.DONE, Outcome.REPEATED)
    assert [(event.id, event.seq, event.time, event.line, event.client_tags, event.extra) for event in (again,)] == [
        (first.id, 1, "2023-11-14T22:13:20.000Z", ":a!~u@h PRIVMSG #x :hello", "+a=b", "{}")
    ]
    assert [record.seq for record in running.log.read("#x", Selector(), 9)] == [1]
    assert running.send(message())[0].seq == 2


def test_a_nonce_protects_its_own_sender_only(running: Running) -> None:
    events = running.send(owned("5", "n1"), owned("6", "n1"), owned("5", "n2"))
    assert [event.outcome for event in events] == [Outcome.DONE] * 3


def test_a_guest_who_comes_back_is_another_owner_and_protected_all_the_same(running: Running) -> None:
    first, again = owned("~one", "n1"), owned("~two", "n1")
    running.send(first)
    running.send(again)
    assert again.outcome is Outcome.REPEATED
    assert again.id == first.id


def test_many_resends_at_once_are_told_from_what_is_new(running: Running) -> None:
    first = running.send(*[owned("5", f"n{number}", str(number)) for number in range(200)])
    again = [owned("5", f"n{number}", "again") for number in range(0, 300, 2)]
    running.send(*again)
    assert [event.outcome for event in again] == [Outcome.REPEATED] * 100 + [Outcome.DONE] * 50
    assert [event.id for event in again[:100]] == [event.id for event in first[::2]]
    assert [event.seq for event in again[100:]] == list(range(201, 251))


# --- redactions and edits ----------------------------------------------------------------------


def texts(running: Running, selector: Selector | None = None) -> list[str]:
    return [record.line.rpartition(":")[2] for record in running.log.read("#x", selector or Selector(), 99)]


def test_what_was_removed_is_not_given_back_but_keeps_its_place(running: Running) -> None:
    _, two, _ = running.send(message(text="one"), message(text="two"), message(text="three"))
    running.send(redaction(two))
    assert [record.seq for record in running.log.read("#x", Selector(), 9)] == [1, 3, 4]
    assert running.log.find(two.id) is None
    assert running.log.position(two.id, "#x") == 2
    found = running.log.read("#x", Selector(verbs=("REDACT",)), 9)
    assert [(record.about, record.about_id) for record in found] == [(2, two.id)]


def test_the_latest_edit_is_shown_with_the_original(running: Running) -> None:
    (original,) = running.send(message(text="helo"))
    running.send(edit(original, "hullo"))
    (last,) = running.send(edit(original, "hello"))
    for record in (running.log.read("#x", Selector(), 1 << 20)[0], running.log.find(original.id)):
        assert record is not None
        assert (record.id, record.line) == (original.id, ":a!~u@h PRIVMSG #x :helo")
        assert record.edit is not None
        assert (record.edit.id, record.edit.line) == (last.id, ":a!~u@h PRIVMSG #x :hello")
        assert (record.edit.about, record.edit.about_id) == (original.seq, original.id)
    assert texts(running) == ["helo", "hullo", "hello"]
    assert texts(running, Selector(edits=False)) == ["helo"]
    assert texts(running, Selector(verbs=("PRIVMSG", "NOTICE"), edits=False)) == ["helo"]
    assert texts(running, Selector(verbs=("PRIVMSG",), edits=False)) == ["helo"]
    assert texts(running, Selector(verbs=("PRIVMSG", "NOTICE"))) == ["helo", "hullo", "hello"]


def test_a_removal_takes_every_edit_with_it(running: Running) -> None:
    (original,) = running.send(message(text="secret"))
    (edited,) = running.send(edit(original, "secret too"))
    running.send(redaction(original))
    assert [record.verb for record in running.log.read("#x", Selector(), 9)] == ["REDACT"]
    assert running.log.find(edited.id) is None


def test_an_edit_behind_a_removal_does_not_bring_the_text_back(running: Running) -> None:
    (original,) = running.send(message(text="secret"))
    running.send(redaction(original), edit(original, "secret too"))
    assert [record.verb for record in running.log.read("#x", Selector(), 9)] == ["REDACT"]


def test_what_comes_in_one_batch_is_done_in_its_order(running: Running) -> None:
    original = message(text="one")
    later, gone = edit(original, "two"), redaction(original)
    later.about = gone.about = 1
    running.send(original, later, gone, message(text="end"))
    assert [record.seq for record in running.log.read("#x", Selector(), 9)] == [3, 4]


# --- finding -----------------------------------------------------------------------------------


def test_an_event_is_found_by_its_msgid_with_all_that_was_kept(running: Running) -> None:
    (other, event) = running.send(message(), owned("5", "n1", "hello"))
    found = running.log.find(event.id)
    assert found is not None
    assert (found.seq, found.id, found.time, found.verb) == (2, event.id, event.time, "PRIVMSG")
    assert (found.line, found.sender, found.conversations, found.edit) == (event.line, "5", ("#x",), None)
    assert found == running.log.read("#x", Selector(), 1)[0]
    assert found.id != other.id


@pytest.mark.parametrize("msgid", ["", "-", "1", "nothing-1", "{epoch}-", "{epoch}-2", "{epoch}-01", "{epoch}-x"])
def test_what_is_no_msgid_of_ours_is_not_found(running: Running, msgid: str) -> None:
    running.send(message())
    wrong = msgid.format(epoch=running.log.boot)
    assert running.log.find(wrong) is None
    assert running.log.position(wrong, "#x") is None


def test_a_position_is_one_in_its_own_conversation(running: Running) -> None:
    (event,) = running.send(message("#x"))
    running.send(message("#y"))
    assert running.log.position(event.id, "#x") == 1
    assert running.log.position(event.id, "#y") is None
    assert running.log.position(event.id, "#nowhere") is None


def test_a_time_has_its_place_among_the_numbers(running: Running) -> None:
    assert running.log.first_at("2000-01-01T00:00:00.000Z") == 1
    for _ in range(5):
        running.send(message(), message("#y"))
        running.clock.advance(1.0)
    assert running.log.first_at("2000-01-01T00:00:00.000Z") == 1
    assert running.log.first_at("2023-11-14T22:13:22.000Z") == 5
    assert running.log.first_at("2023-11-14T22:13:22.001Z") == 7
    assert running.log.first_at("2023-11-14T22:13:24.000Z") == 9
    assert running.log.first_at("2023-11-14T22:13:24.001Z") == 11


def test_targets_are_ones_own_conversations_by_what_was_said_last(running: Running) -> None:
    for key in ("@5 6", "#y", "@6 7", "@5 8", "#x", "#other"):
        running.send(message(key))
        running.clock.advance(1.0)
    (said,) = running.send(message("#x", "later"))
    running.clock.advance(1.0)
    quit_ = Event(Audience.PEERS, "QUIT", ":a!~u@h QUIT :bye", None)
    quit_.channels = ("#x", "#y")
    changed = edit(said, "better")
    running.send(quit_, changed)
    ends = "2023-11-14T22:13:20.000Z", "2023-11-14T22:13:30.000Z"
    found = running.log.targets(["#x", "#y", "#none"], "5", *ends, 9)
    assert [(target.conversation, target.time[-7:]) for target in found] == [
        ("#y", "21.000Z"),
        ("@5 8", "23.000Z"),
        ("#x", "26.000Z"),
    ], "the first private chat was at the very beginning, which is exclusive"
    assert [target.conversation for target in running.log.targets(["#x", "#y"], "5", *ends, 1)] == ["#y"]
    assert running.log.targets([], "nobody", *ends, 9) == []


def test_a_conversation_whose_last_message_was_removed_counts_by_the_one_before(running: Running) -> None:
    running.send(message())
    running.clock.advance(1.0)
    (gone,) = running.send(message())
    running.send(redaction(gone))
    (target,) = running.log.targets(["#x"], "", "2000-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z", 9)
    assert target.time == "2023-11-14T22:13:20.000Z"


def test_the_latest_of_a_kind_is_found(running: Running) -> None:
    assert running.log.latest("#x", "TOPIC") is None
    running.send(message(), Event(Audience.CHANNEL, "TOPIC", ":a!~u@h TOPIC #x :one", None, "#x"))
    running.send(Event(Audience.CHANNEL, "TOPIC", ":a!~u@h TOPIC #x :two", None, "#x"), message())
    running.send(Event(Audience.CHANNEL, "TOPIC", ":a!~u@h TOPIC #y :three", None, "#y"))
    found = running.log.latest("#x", "TOPIC")
    assert found is not None
    assert found.line == ":a!~u@h TOPIC #x :two"


def test_the_reactions_to_one_message_are_found(running: Running) -> None:
    first, other = running.send(message(), message())

    def react(about: Event, text: str, sender: str = "5") -> Event:
        event = Event(Audience.CHANNEL, "TAGMSG", ":a!~u@h TAGMSG #x", None, "#x", client_tags=f"+draft/react={text}")
        event.about, event.sender = about.seq, sender
        return event

    sent = running.send(react(first, "a"), react(other, "b"), react(first, "c", "6"), react(first, "d"))
    running.send(edit(first, "new"), redaction(sent[0]))
    found = running.log.reactions(first.seq)
    assert [(record.client_tags, record.sender) for record in found] == [
        ("+draft/react=c", "6"),
        ("+draft/react=d", "5"),
    ]
    assert running.log.reactions(0) == []
    many = running.send(*[react(other, str(number)) for number in range(REACTIONS_LIMIT + 1)])
    assert [record.id for record in running.log.reactions(other.seq)] == [event.id for event in many[1:]]


def test_what_is_written_beside_an_event_that_only_passes_leaves_it_unnumbered(running: Running) -> None:
    event = Event(Audience.ORIGIN, "REGISTER", "", None, stored=False)
    event.writes = (SetMarker("5", "#x", "2023-11-14T22:13:20.000Z"),)
    running.send(event)
    assert (event.outcome, event.seq, event.id) == (Outcome.DONE, 0, "")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1_700_000_000.9996, "2023-11-14T22:13:20.999Z"),
        (951_827_696.001, "2000-02-29T12:34:56.001Z"),
        (4_102_444_800.5, "2100-01-01T00:00:00.500Z"),
    ],
)
def test_timestamps_are_those_of_server_time(seconds: float, text: str) -> None:
    assert timestamp(seconds) == text


def test_the_memory_log_keeps_a_bounded_number_of_events_and_conversations(tmp_path: Path) -> None:
    running = Running(LOGS["memory"], tmp_path)
    running.send(*[message("#x", str(number)) for number in range(1500)])
    kept = running.log.read("#x", Selector(), 10_000)
    assert (len(kept), kept[-1].seq) == (1000, 1500)
    running.send(*[message(f"#{number}") for number in range(3000)])
    alive = [number for number in range(3000) if running.log.read(f"#{number}", Selector(), 1)]
    assert alive == list(range(3000 - len(alive), 3000))
    assert 500 <= len(alive) <= 2000
    assert running.log.stop(WAIT_S)
