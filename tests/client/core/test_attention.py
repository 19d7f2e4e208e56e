"""Which messages call the person, when, and what the tray shows then."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from client.changes import Conversation, Entry, EntryKind
from client.core import attention
from client.core.attention import Level, Mark, Rules, Verdict
from client.core.texts import Mentions

NOON = datetime(2026, 11, 20, 12, 0).astimezone()
HERE = "lab2:8888"


def channel(key: str = "#lobby", unread: int = 0, mentions: int = 0) -> Conversation:
    return Conversation(key, key, channel=True, unread=unread, mentions=mentions)


def private(unread: int = 0, mentions: int = 0) -> Conversation:
    return Conversation("budi", "Budi", channel=False, unread=unread, mentions=mentions)


def said(*, mention: bool = False, own: bool = False, time: float = 9.0, deleted: bool = False) -> Entry:
    entry = Entry("m1", EntryKind.MESSAGE, "Budi", "Budi", "halo", time, own, mention)
    entry.deleted = deleted
    return entry


def at(hour: int, minute: int = 0) -> datetime:
    return NOON.replace(hour=hour, minute=minute)


def levels(**levels: Level) -> Rules:
    return Rules({f"{HERE} {key.replace('_', '#')}": level.value for key, level in levels.items()}, HERE)


# --- one message ---------------------------------------------------------------------------------------------


def test_of_a_channel_only_what_is_meant_for_us_is_announced() -> None:
    assert Rules().verdict(channel(), said(), NOON) is Verdict.COUNT
    assert Rules().verdict(channel(), said(mention=True), NOON) is Verdict.NOTIFY


def test_of_a_private_chat_everything_is_announced() -> None:
    assert Rules().verdict(private(), said(), NOON) is Verdict.NOTIFY
    assert levels(budi=Level.MENTIONS).verdict(private(), said(), NOON) is Verdict.NOTIFY


def test_a_rooms_level_can_be_everything_or_nothing() -> None:
    assert levels(_lobby=Level.ALL).verdict(channel(), said(), NOON) is Verdict.NOTIFY
    assert levels(_lobby=Level.NOTHING).verdict(channel(), said(mention=True), NOON) is Verdict.NOTHING
    assert levels(budi=Level.NOTHING).verdict(private(), said(), NOON) is Verdict.NOTHING


def test_the_same_room_of_another_server_has_a_level_of_its_own() -> None:
    loud = {f"{HERE} #lobby": "all"}
    assert Rules(loud, HERE).level(channel()) is Level.ALL
    assert Rules(loud, "elsewhere:8888").level(channel()) is Level.MENTIONS


def test_own_deleted_and_read_messages_are_worth_nothing() -> None:
    chat = private()
    chat.read = 5.0
    for entry in (said(own=True), said(deleted=True), said(time=5.0)):
        assert Rules().verdict(chat, entry, NOON) is Verdict.NOTHING
    assert Rules().verdict(chat, said(time=5.1), NOON) is Verdict.NOTIFY


# --- when the person is not to be disturbed ------------------------------------------------------------------


@pytest.mark.parametrize(("hour", "minute", "quiet"), [(11, 59, False), (12, 0, True), (13, 59, True), (14, 0, False)])
def test_hours_without_disturbance_begin_and_end_to_the_minute(hour: int, minute: int, quiet: bool) -> None:
    assert Rules(hours=(12 * 60, 14 * 60)).quiet(at(hour, minute)) is quiet


@pytest.mark.parametrize(("hour", "minute", "quiet"), [(21, 59, False), (22, 0, True), (0, 0, True), (7, 0, False)])
def test_hours_without_disturbance_may_span_midnight(hour: int, minute: int, quiet: bool) -> None:
    assert Rules(hours=(22 * 60, 7 * 60)).quiet(at(hour, minute)) is quiet


def test_without_hours_and_snooze_nothing_is_quiet() -> None:
    assert not Rules().quiet(at(3))
    assert not Rules(hours=(600, 600)).quiet(at(10))


def test_what_is_quiet_is_counted_all_the_same() -> None:
    for rules in (Rules(hours=(0, 1439)), Rules(snoozed_until=NOON.timestamp() + 1)):
        assert rules.verdict(private(), said(), NOON) is Verdict.COUNT
        assert rules.number([private(unread=2, mentions=2)]) == 2


def test_a_snooze_ends() -> None:
    hour = Rules(snoozed_until=attention.in_an_hour(NOON))
    assert hour.quiet(NOON + timedelta(minutes=59))
    assert not hour.quiet(NOON + timedelta(minutes=60))
    night = Rules(snoozed_until=attention.tomorrow(at(23, 30)))
    assert night.quiet(NOON + timedelta(hours=18, minutes=59))
    assert not night.quiet(NOON + timedelta(hours=19))


def test_a_moment_is_read_by_the_clock_on_the_wall() -> None:
    assert attention.local(NOON.timestamp()) == NOON
    assert attention.local(NOON.timestamp()).hour == 12


# --- the number and the tray ---------------------------------------------------------------------------------


def test_the_one_number_is_mentions_and_private_messages_where_the_level_is_not_nothing() -> None:
    rooms = [channel(unread=7, mentions=2), channel("#two", unread=3), private(unread=4, mentions=4)]
    assert Rules(server=HERE).number(rooms) == 6
    assert levels(_lobby=Level.NOTHING).number(rooms) == 4


def test_a_mention_comes_before_anything_unread_whatever_the_order() -> None:
    unread, mentioned = channel("#two", unread=3), channel(unread=7, mentions=1)
    assert Rules().mark([channel()]) is Mark.NOTHING
    assert Rules().mark([channel(), unread]) is Mark.UNREAD
    assert Rules().mark([mentioned, unread]) is Rules().mark([unread, mentioned]) is Mark.MEANT
    assert levels(_lobby=Level.NOTHING).mark([mentioned]) is Mark.NOTHING


def test_what_was_read_or_deleted_meanwhile_is_not_announced_any_more() -> None:
    assert attention.still_unread(private(unread=1), said())
    assert not attention.still_unread(private(), said())
    assert not attention.still_unread(private(unread=1), said(deleted=True))
    read = private(unread=1)
    read.read = 9.0
    assert not attention.still_unread(read, said())
    fetching = private()
    fetching.held = []
    assert attention.still_unread(fetching, said())


# --- words ---------------------------------------------------------------------------------------------------


def test_highlight_words_are_typed_with_commas_between_them() -> None:
    assert attention.words_of(" kuis ,,Ujian  Akhir, KUIS,") == ["kuis", "Ujian Akhir"]
    assert attention.words_of(" , ") == []


def test_highlight_words_are_found_whole_and_in_any_case() -> None:
    mentions = Mentions("Siti", "", *attention.words_of("kuis, Straße"))
    assert mentions.found_in("besok KUIS!")
    assert mentions.found_in("STRASSE")
    assert not mentions.found_in("kuisioner")
