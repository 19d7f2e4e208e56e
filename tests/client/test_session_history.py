"""The past: fetched when a conversation is opened and after a break, merged without a gap or a second copy."""

from __future__ import annotations

import pytest

from client.changes import EntriesAdded, EntriesDropped
from client.core import book, chats, history
from tests.client.pasts import WITHOUT_LABELS, answer, asked, back, batch, gap, opened, refuse, rows, said, words
from tests.fakes import REMEMBERING, Chat

TARGETS = "draft/chathistory-targets"


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("FIRST", 4), ("PAGE", 3), ("MISSED", 3), ("MISSED_PAGES", 2)):
        monkeypatch.setattr(history, name, size)
    monkeypatch.setattr(chats, "LISTED", 3)


# --- opening a conversation ----------------------------------------------------------------------------------


def test_the_latest_messages_stand_in_a_channel_when_it_is_opened() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(REMEMBERING)
    assert words(chat) == [
        "TARGETS timestamp=2100-01-01T00:00:00.000Z timestamp=1970-01-01T00:00:00.000Z 20",
        "LATEST #lobby * 4",
    ]
    assert chat.session.is_catching_up("#lobby")
    assert not chat.session.is_catching_up("#elsewhere")
    chat = opened(said(1), said(2))
    assert not chat.session.is_catching_up("#lobby")
    assert rows(chat) == ["start", "1", "2"]
    assert chat.conversation().unread == 0


def test_where_there_is_more_a_gap_stands_above_and_is_filled_when_it_is_looked_at() -> None:
    chat = opened(said(11), said(12), said(13), said(14))
    assert rows(chat)[:2] == ["gap open", "11"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert rows(chat)[0] == "gap loading"
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert words(chat) == ["BEFORE #lobby msgid=m11 3"]
    answer(chat, said(8), said(9), said(10))
    assert rows(chat)[:3] == ["gap open", "8", "9"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    changes = answer(chat, said(7))
    assert rows(chat)[:3] == ["start", "7", "8"]
    assert changes == [EntriesDropped("#lobby", 1), EntriesAdded("#lobby", 0, 2)]
    chat.done(chat.session.load_gap("#lobby", "nothing"))
    chat.done(chat.session.load_gap("#nowhere", "nothing"))
    assert chat.sent() == []


def test_a_page_of_which_nothing_is_shown_does_not_stop_the_way_back() -> None:
    own = [f"@msgid=j{n} :Siti!u@h {what}" for n, what in enumerate(("JOIN #lobby", "PART #lobby", "QUIT :x"))]
    chat = opened(said(11), said(12), said(13), said(14))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat, *own)
    assert rows(chat)[:2] == ["gap open", "11"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert words(chat) == ["BEFORE #lobby msgid=j0 3"]


def test_what_the_server_has_no_more_stays_a_gap_and_what_it_does_not_tell_can_be_asked_again() -> None:
    chat = opened(said(11), said(12), said(13), said(14))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    refuse(chat, "INVALID_TARGET")
    assert rows(chat)[0] == "gap open"
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    chat.wait(20)
    assert rows(chat)[0] == "gap open"
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    refuse(chat)
    assert rows(chat)[0] == "gap lost"


def test_what_is_said_while_the_past_is_fetched_comes_behind_it_once_and_in_order() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(REMEMBERING)
    chat.sent()
    chat.server(said(3), said(4), ":Budi!u@h TOPIC #lobby :baru")
    assert rows(chat) == []
    assert chat.conversation().topic == "baru"
    answer(chat, said(2), said(3))
    assert rows(chat) == ["start", "2", "3", "4", "baru"]
    chat.server(said(4))
    assert rows(chat) == ["start", "2", "3", "4", "baru"]


def test_an_answer_that_begins_later_than_what_was_held_back_changes_nothing_in_the_order() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(REMEMBERING)
    chat.sent()
    chat.server(*map(said, range(1, 7)))
    answer(chat, *map(said, range(3, 7)))
    assert rows(chat) == ["gap open", "1", "2", "3", "4", "5", "6"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat, said(1), said(2))
    assert rows(chat) == ["start", "1", "2", "3", "4", "5", "6"]


def test_what_was_removed_while_the_past_was_fetched_stands_where_it_was_said() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(REMEMBERING)
    chat.server(said(1), said(2), said(3), ":Budi!u@h REDACT #lobby m2")
    answer(chat, said(1), said(3))
    assert [entry.id for entry in chat.conversation().entries[1:]] == ["m1", "m2", "m3"]


def test_a_flood_while_the_past_is_fetched_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "HISTORY_ENTRIES", 5)
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(REMEMBERING)
    chat.server(*map(said, range(9)))
    assert len(chat.conversation().held or ()) == 5


def test_a_server_that_does_not_answer_is_not_waited_for() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(REMEMBERING)
    chat.server(said(5))
    chat.wait(20)
    assert rows(chat) == ["gap open", "5"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert words(chat)[-1] == "BEFORE #lobby msgid=m5 3"
    back(chat)
    assert words(chat)[-1] == "AFTER #lobby msgid=m5 3"
    chat.wait(20)
    assert rows(chat) == ["gap open", "5", "gap open"]
    chat.server(said(9))
    back(chat)
    assert words(chat)[-1] == "AFTER #lobby msgid=m9 3"


def test_a_server_without_labels_is_understood_by_what_its_answers_are_about() -> None:
    chat = opened(said(11), said(12), said(13), said(14), capabilities=WITHOUT_LABELS)
    assert rows(chat)[:2] == ["gap open", "11"]
    chat.done(chat.session.open_private("Budi"))
    assert words(chat) == ["LATEST Budi * 4"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    chat.server(*batch(said(9), target="#LOBBY"))
    chat.server(":srv FAIL CHATHISTORY INVALID_TARGET LATEST Budi :No")
    assert rows(chat)[:2] == ["start", "9"]
    assert rows(chat, "budi") == []
    chat.server(":srv FAIL CHATHISTORY INVALID_TARGET LATEST Budi :No", ":srv FAIL CHATHISTORY X :What")
    assert rows(chat, "budi") == ["No", "What"]


def test_a_past_that_nobody_asked_for_is_taken_too_if_the_conversation_is_open() -> None:
    chat = opened(said(1))
    chat.server(*batch(said(2), said(1)), *batch(said(3, target="#x"), target="#x"), *batch(kind=TARGETS, target=""))
    chat.server(*batch(said(4), label="unknown"))
    assert rows(chat) == ["start", "1", "2", "4"]


def test_a_name_that_no_line_can_hold_has_no_past() -> None:
    chat = opened(said(1))
    chat.done(chat.session.open_private(":aneh"))
    assert rows(chat, ":aneh") == []
    chat.server(*batch(label="x", target=":aneh"))
    assert asked(chat) == []


def test_few_questions_are_asked_at_a_time_and_one_about_each_conversation() -> None:
    chat = opened(said(1))
    chat.server(*[f":Siti!u@h JOIN #{n}" for n in range(6)])
    assert words(chat) == [f"LATEST #{n} * 4" for n in range(4)]
    chat.server(*batch(target="#0"), *batch(target="#1"))
    chat.server("@label=past-local-11 :srv BATCH +1 chathistory #0", ":srv BATCH -1")
    chat.wait(20)
    assert words(chat) == ["LATEST #4 * 4", "LATEST #5 * 4"]


def test_what_comes_for_a_conversation_that_was_closed_meanwhile_is_passed_over() -> None:
    chat = opened(said(1))
    chat.done(chat.session.open_private("Budi"))
    chat.done(chat.session.close("budi"))
    answer(chat, said(2, target="Siti"), target="Budi")
    assert list(chat.session.conversations) == ["#lobby"]


def test_the_limit_of_the_server_is_kept() -> None:
    chat = opened(said(1))
    chat.server(":srv 005 Siti CHATHISTORY=2 :ok", ":srv 005 Siti CHATHISTORY=x :ok")
    chat.done(chat.session.open_private("Budi"))
    assert words(chat) == ["LATEST Budi * 2"]
    answer(chat, private(1), private(2), target="Budi")
    assert rows(chat, "budi") == ["gap open", "1", "2"]


# --- after a break -------------------------------------------------------------------------------------------


def test_after_a_break_all_that_was_missed_is_fetched_until_nothing_more_comes() -> None:
    chat = opened(said(1))
    back(chat)
    chat.server(said(9))
    assert words(chat)[-1] == "AFTER #lobby msgid=m1 3"
    answer(chat, said(2), said(3))
    assert words(chat) == ["AFTER #lobby msgid=m3 3"]
    answer(chat)
    assert rows(chat) == ["start", "1", "2", "3", "9"]


def test_messages_without_an_id_end_the_way_forward() -> None:
    chat = opened(said(1))
    back(chat)
    answer(chat, ":Budi!u@h PRIVMSG #lobby :tanpa")
    assert rows(chat) == ["start", "1", "tanpa"]
    assert asked(chat) == []


def test_after_a_long_absence_a_gap_is_left_and_filled_from_below() -> None:
    chat = opened(said(1))
    back(chat)
    answer(chat, said(2), said(3), said(4))
    answer(chat, said(5), said(6), said(7))
    assert words(chat) == ["LATEST #lobby * 4"]
    answer(chat, *map(said, range(17, 21)))
    assert rows(chat)[6:10] == ["6", "7", "gap open", "17"]
    for numbers, question in (
        (range(14, 17), "BETWEEN #lobby msgid=m17 msgid=m7 3"),
        (range(11, 14), "BETWEEN #lobby msgid=m14 msgid=m7 3"),
    ):
        chat.done(chat.session.load_gap("#lobby", gap(chat)))
        assert words(chat) == [question]
        answer(chat, *map(said, numbers))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat, said(8), said(9), said(10))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat)
    assert rows(chat) == ["start", *map(str, range(1, 21))]


def test_a_gap_closes_by_itself_when_the_latest_messages_meet_what_is_known() -> None:
    chat = opened(said(1))
    back(chat)
    answer(chat, said(2), said(3), said(4))
    answer(chat, said(5), said(6), said(7))
    answer(chat, said(6), said(7), said(8))
    assert rows(chat) == ["start", *map(str, range(1, 9))]


def test_what_the_server_no_longer_has_is_a_gap_that_stays() -> None:
    chat = opened(said(1))
    back(chat)
    refuse(chat)
    assert words(chat) == ["LATEST #lobby * 4"]
    answer(chat, said(8), said(9))
    assert rows(chat) == ["start", "1", "gap lost", "8", "9"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert asked(chat) == []


def test_a_server_that_has_nothing_at_all_any_more_leaves_a_gap() -> None:
    chat = opened(said(1))
    back(chat)
    refuse(chat)
    answer(chat)
    assert rows(chat) == ["start", "1", "gap lost"]


def test_a_refusal_after_a_break_leaves_what_is_there() -> None:
    chat = opened(said(1))
    back(chat)
    refuse(chat, "INVALID_TARGET")
    assert rows(chat) == ["start", "1"]
    chat.server(said(2))
    assert rows(chat) == ["start", "1", "2"]


def test_behind_the_mark_of_a_restart_the_latest_messages_are_asked_for() -> None:
    chat = opened(said(1))
    chat.done(chat.session.connection_lost("x"))
    chat.wait(60)
    chat.welcome(REMEMBERING, boot="b2")
    assert words(chat)[-1] == "LATEST #lobby * 4"
    answer(chat, said(7))
    assert rows(chat) == ["start", "1", "restarted", "7"]


def test_a_link_lost_in_the_middle_of_catching_up_leaves_no_gap_for_all_is_fetched_again() -> None:
    chat = opened(said(1), said(2), said(3), said(4))
    back(chat)
    chat.server(said(9))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    back(chat)
    assert rows(chat) == ["gap open", "1", "2", "3", "4"]
    answer(chat, said(5), said(9))
    assert rows(chat) == ["gap open", "1", "2", "3", "4", "5", "9"]


def test_a_link_lost_while_the_first_messages_are_fetched_leaves_a_gap_above_what_was_said() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(REMEMBERING)
    chat.server(said(5))
    back(chat)
    assert rows(chat) == ["gap open", "5"]


def test_a_second_break_before_anything_was_told_leaves_one_gap() -> None:
    chat = opened(said(1))
    back(chat)
    chat.wait(20)
    chat.wait(20)
    back(chat)
    chat.wait(20)
    assert rows(chat) == ["start", "1", "gap open"]
    chat.server(":srv NOTE * X :catatan", said(9))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert words(chat)[-1] == "BETWEEN #lobby msgid=m9 msgid=m1 3"


def test_what_an_earlier_session_kept_may_begin_in_the_middle() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    kept = opened(said(1), said(2)).conversation()
    del kept.entries[:2]
    chat.done(chat.session.restore([kept]))
    assert rows(chat) == ["2"]
    chat.welcome(REMEMBERING)
    answer(chat)
    assert rows(chat) == ["gap open", "2"]


def test_kept_conversations_go_on_where_they_ended() -> None:
    first = opened(said(1), said(2))
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.done(chat.session.restore([first.conversation()]))
    chat.welcome(REMEMBERING)
    assert words(chat)[0].startswith("TARGETS timestamp=2026-11-20T02:59:52.000Z ")
    back(chat)
    assert words(chat)[-1] == "AFTER #lobby msgid=m2 3"


# --- private chats -------------------------------------------------------------------------------------------


def private(number: int, text: str = "", who: str = "Budi") -> str:
    return said(number, text, who, "Siti" if who != "Siti" else "Budi")


def targets(chat: Chat, *found: str) -> None:
    """Answer the question for private chats: `Name second`."""
    question = next(q for q in asked(chat) if q.params[0] == "TARGETS")
    lines = [
        f":srv CHATHISTORY TARGETS {name} 2026-11-20T03:00:{int(second):02}.000Z"
        for name, second in (one.split() for one in found)
    ]
    chat.server(*batch(*lines, label=question.tags["label"], target="", kind=TARGETS))


def test_the_latest_private_chats_are_there_after_the_first_login() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(REMEMBERING)
    targets(chat, "Budi 9", "#lobby 10", "Siti 3", "Ani 5")
    assert list(chat.session.conversations) == ["#lobby", "budi", "ani"]
    assert words(chat) == ["LATEST Ani * 4", "LATEST Budi * 4"]
    assert chat.session.current == "#lobby"


def test_what_was_said_to_us_while_we_were_away_waits_in_its_chat_unread() -> None:
    chat = opened(said(1))
    back(chat)
    targets(chat, "Budi 9")
    answer(chat, private(8), private(9), target="Budi")
    assert rows(chat, "budi") == ["start", "8", "9"]
    assert (chat.conversation("budi").unread, chat.conversation("budi").mentions) == (2, 2)


def test_what_is_said_in_private_chats_comes_behind_what_was_missed_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chats, "LATEST", 1)  # only the latest is asked about whatever the server lists
    chat = opened(said(1))
    chat.done(chat.session.open_private("Zul"))
    answer(chat, said(1, who="Zul", target="Siti"), target="Zul")
    chat.done(chat.session.open_private("Budi"))
    answer(chat, private(2), private(3), target="Budi")
    chat.done(chat.session.open_private("Ani"))
    answer(chat, said(4, who="Ani", target="Siti"), target="Ani")
    chat.server(said(5, who="Ani", target="Siti"))
    back(chat)
    chat.server(private(9), said(8, who="Ani", target="Siti"), said(10, who="Zul", target="Siti"))
    assert rows(chat, "budi") == ["start", "2", "3"]
    targets(chat, "Budi 7", "Zul 0")
    assert rows(chat, "zul") == ["start", "1", "10"]
    answer(chat, target="Ani")
    assert rows(chat, "ani") == ["start", "4", "5", "8"]
    answer(chat, private(7), target="Budi")
    answer(chat, target="Budi")
    assert rows(chat, "budi") == ["start", "2", "3", "7", "9"]


def test_many_chats_with_news_are_asked_for_in_several_questions() -> None:
    chat = opened(said(1))
    back(chat)
    targets(chat, "Budi 8", "Ani 9", "Zul 9")
    answer(chat)
    assert "TARGETS timestamp=2026-11-20T03:00:09.000Z timestamp=2100-01-01T00:00:00.000Z 3" in words(chat)


def test_a_server_that_cannot_list_private_chats_is_asked_about_each() -> None:
    chat = opened(said(1))
    chat.done(chat.session.open_private("Budi"))
    answer(chat, private(2), target="Budi")
    back(chat)
    question = next(q for q in asked(chat) if q.params[0] == "TARGETS")
    chat.server(f"@label={question.tags['label']} :srv FAIL CHATHISTORY INVALID_PARAMS TARGETS :No")
    assert "AFTER Budi msgid=m2 3" in words(chat)


def test_a_chat_opened_while_offline_is_filled_when_we_are_back() -> None:
    chat = opened(said(1))
    chat.done(chat.session.connection_lost("x"))
    chat.done(chat.session.open_private("Budi"))
    chat.wait(60)
    chat.welcome(REMEMBERING)
    targets(chat)
    assert words(chat) == ["LATEST Budi * 4"]


def test_own_messages_under_an_earlier_name_are_own_in_a_private_chat() -> None:
    chat = opened(said(1))
    chat.done(chat.session.open_private("Budi"))
    answer(chat, said(2, who="Tamu", target="Budi"), said(3, who="Budi", target="Tamu"), target="Budi")
    assert [entry.own for entry in chat.conversation("budi").entries[1:]] == [True, False]


def test_coming_and_going_has_no_place_in_the_past_of_two_people() -> None:
    chat = opened(said(1))
    chat.done(chat.session.open_private("Budi"))
    answer(chat, private(2), target="Budi")
    chat.server("@msgid=q1 :Budi!u@h QUIT :bye")
    back(chat)
    targets(chat, "Budi 9")
    assert "AFTER Budi msgid=m2 3" in words(chat)
