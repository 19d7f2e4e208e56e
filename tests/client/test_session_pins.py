"""Messages that stand out: what the server tells of them, who may change it, and what they say."""

from __future__ import annotations

import pytest

from client.changes import Change
from client.core.pins import KEY, MOST
from client.order import Pinned, PinsChanged, PinsShown
from tests.fakes import REMEMBERING, Chat

CAPABILITIES = f"{REMEMBERING} draft/metadata-2".replace("labeled-response ", "")
TIME = "2023-11-14T22:13:20.000Z"
BUDI = ":Budi!~b@b.lan"


@pytest.fixture
def chat() -> Chat:
    """In the lobby of a server with metadata, where Budi is the operator."""
    chat = Chat()
    chat.log_in(capabilities=CAPABILITIES)
    chat.server(":srv 761 Siti #lobby nothing * :x")
    chat.wait(60)  # the questions about the past are given up
    chat.sent()
    return chat


def said(msgid: str, text: str) -> str:
    return f"@msgid={msgid};time={TIME} {BUDI} PRIVMSG #lobby :{text}"


def told(chat: Chat, *ids: str) -> list[Change]:
    """The server tells what is pinned in the lobby."""
    value = f" :{' '.join(ids)}" if ids else ""
    return chat.server(f":srv METADATA #lobby {KEY} *{value}")


def shown(changes: list[Change]) -> tuple[list[str], bool]:
    """The texts of the last PinsShown, and whether more is coming."""
    last = [change for change in changes if isinstance(change, PinsShown)][-1]
    return [item.text for item in last.items], last.loading


def become_operator(chat: Chat) -> None:
    chat.server(f"{BUDI} MODE #lobby +o Siti")
    chat.sent()


# --- what the server tells -------------------------------------------------------------------------------


def test_after_the_login_pins_are_subscribed_to_where_there_is_metadata() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(CAPABILITIES)
    assert f"METADATA * SUB {KEY}" in chat.sent()
    before = chat.texts("#lobby")
    chat.server(f":srv 770 Siti {KEY}")
    assert chat.texts("#lobby") == before
    plain = Chat()
    plain.done(plain.session.login("lab2", 8888, "Siti"))
    plain.welcome(REMEMBERING)
    assert not [line for line in plain.sent() if "METADATA" in line]
    assert not plain.session.may_pin("#lobby")


def test_what_is_pinned_is_known_by_its_ids_each_once_and_not_without_end(chat: Chat) -> None:
    assert told(chat, "m2", "m1", "m2") == [PinsChanged("#lobby")]
    assert chat.conversation().pinned == ["m2", "m1"]
    assert told(chat, "m2", "m1") == []
    assert told(chat) == [PinsChanged("#lobby")]
    assert chat.conversation().pinned == []
    told(chat, *(f"m{n}" for number in range(3) for n in range(number * 9, number * 9 + 9)))
    assert len(chat.conversation().pinned) == 2 * MOST


def test_other_keys_and_other_targets_are_passed_over(chat: Chat) -> None:
    assert chat.server(":srv METADATA #lobby url * :http://x", f":srv METADATA #x {KEY} * m1") == []
    chat.server(f"{BUDI} PRIVMSG Siti :hai")
    assert chat.server(f":srv METADATA Budi {KEY} * m1", f":srv METADATA #lobby {KEY}") == []
    chat.server(":srv 766 Siti #lobby url :Key is not set")
    assert chat.texts("#lobby")[-1] == "#lobby url Key is not set"


def test_a_room_too_large_to_tell_all_is_asked_for_its_pins_alone(chat: Chat) -> None:
    chat.server(":srv 774 Siti #lobby 2 :Ask for it in a moment")
    assert chat.sent() == [f"METADATA #lobby GET {KEY}"]
    assert chat.server(f":srv 761 Siti #lobby {KEY} * :m1") == [PinsChanged("#lobby")]
    assert chat.server(f":srv 766 Siti #lobby {KEY} :Key is not set") == [PinsChanged("#lobby")]


def test_who_comes_in_again_begins_without_pins(chat: Chat) -> None:
    told(chat, "m1")
    chat.done(chat.session.connection_lost(""))
    chat.done(chat.session.retry_now())
    chat.welcome(CAPABILITIES)
    assert chat.conversation("#lobby").pinned == []


# --- pinning ---------------------------------------------------------------------------------------------


def test_only_operators_pin_and_only_what_was_said(chat: Chat) -> None:
    chat.server(said("m1", "tugas"), said("m2", "hapus"), f"{BUDI} REDACT #lobby m2", ":Eka!e@e JOIN #lobby")
    chat.type("sendiri")
    waiting, joined = chat.conversation().entries[-1].id, chat.conversation().entries[-2].id
    assert not chat.session.may_pin("#lobby", "m1")
    become_operator(chat)
    may = {entry: chat.session.may_pin("#lobby", entry) for entry in ("m1", "m2", waiting, joined, "unknown")}
    assert may == {"m1": True, "m2": False, waiting: False, joined: False, "unknown": False}
    assert not chat.session.may_pin("#x", "m1")


def test_the_newest_pin_stands_first_and_unpinning_the_last_takes_the_value_away(chat: Chat) -> None:
    become_operator(chat)
    told(chat, "m1", "m2")
    chat.done(chat.session.pin("#lobby", "m3"))
    assert chat.sent() == [f"METADATA #lobby SET {KEY} :m3 m1 m2"]
    chat.server(f":srv 761 Siti #lobby {KEY} * :m3 m1 m2")
    assert chat.conversation().pinned == ["m3", "m1", "m2"]
    chat.done(chat.session.unpin("#lobby", "m1"))
    chat.done(chat.session.unpin("#lobby", "other"))
    assert chat.sent() == [f"METADATA #lobby SET {KEY} :m3 m2"]
    told(chat, "m3")
    chat.done(chat.session.unpin("#lobby", "m3"))
    assert chat.sent() == [f"METADATA #lobby SET {KEY}"]


def test_the_oldest_give_way_to_what_the_server_can_keep(chat: Chat) -> None:
    become_operator(chat)
    told(chat, *(f"m{number}" for number in range(MOST)))
    chat.done(chat.session.pin("#lobby", "new"))
    assert chat.sent() == [f"METADATA #lobby SET {KEY} :new " + " ".join(f"m{n}" for n in range(MOST - 1))]
    told(chat, *("x" * 40 + str(number) for number in range(6)))
    chat.done(chat.session.pin("#lobby", "new"))
    assert len(chat.sent()[0].partition(":")[2]) == 3 + 5 * 42


def test_without_the_right_nothing_is_sent(chat: Chat) -> None:
    told(chat, "m1")
    chat.done(chat.session.pin("#lobby", "m2"))
    chat.done(chat.session.unpin("#lobby", "m1"))
    for call in (chat.session.pin, chat.session.unpin):
        chat.done(call("#x", "m1"))
    chat.done(chat.session.ask_pins("#x"))
    assert chat.sent() == []


# --- what they say ---------------------------------------------------------------------------------------


def test_what_is_here_is_told_at_once_without_what_was_deleted(chat: Chat) -> None:
    chat.server(said("m1", "satu"), said("m2", "dua"), said("m3", "tiga"), f"{BUDI} REDACT #lobby m2")
    told(chat, "m3", "m2", "m1")
    changes = chat.done(chat.session.ask_pins("#lobby"))
    assert changes == [
        PinsShown(
            "#lobby",
            (Pinned("m3", "Budi", "tiga", 1_700_000_000.0), Pinned("m1", "Budi", "satu", 1_700_000_000.0)),
        )
    ]


def test_what_is_not_here_is_fetched_and_what_is_there_no_more_left_out(chat: Chat) -> None:
    chat.server(said("m3", "tiga"))
    told(chat, "m3", "m2", "m1", "m0")
    chat.sent()
    assert shown(chat.done(chat.session.ask_pins("#lobby"))) == (["tiga"], True)
    assert chat.sent() == ["CHATHISTORY AROUND #lobby msgid=m2 1"]
    batch = ":srv BATCH +1 chathistory #lobby"
    chat.server(batch, said("m2", "dua").replace("@", "@batch=1;", 1), ":srv BATCH -1")
    assert chat.sent() == ["CHATHISTORY AROUND #lobby msgid=m1 1"]
    other = said("m9", "lain").replace("@", "@batch=2;", 1)
    chat.server(batch.replace("1", "2"), other, ":srv BATCH -2")
    assert chat.sent() == ["CHATHISTORY AROUND #lobby msgid=m0 1"]
    last = chat.server(":srv FAIL CHATHISTORY MESSAGE_ERROR AROUND #lobby msgid=m0 :gone")
    assert shown(last) == (["tiga", "dua"], False)
    assert chat.texts()[-1] == "tiga"


def test_another_question_is_the_one_that_is_answered(chat: Chat) -> None:
    told(chat, "m1")
    chat.done(chat.session.ask_pins("#lobby"))
    chat.sent()
    chat.server(f"{BUDI} PART #lobby", f"@msgid=m7;time={TIME} :Ani!a@a PRIVMSG #lobby :baru")
    told(chat, "m7")
    assert shown(chat.done(chat.session.ask_pins("#lobby"))) == (["baru"], False)
    late = chat.server(
        ":srv BATCH +1 chathistory #lobby", said("m1", "satu").replace("@", "@batch=1;", 1), ":srv BATCH -1"
    )
    assert not any(isinstance(change, PinsShown) for change in late)


def test_without_a_link_what_is_here_has_to_do(chat: Chat) -> None:
    told(chat, "m1")
    chat.done(chat.session.connection_lost(""))
    assert shown(chat.done(chat.session.ask_pins("#lobby"))) == ([], False)
