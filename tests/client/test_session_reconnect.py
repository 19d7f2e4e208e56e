"""Losing the link and coming back: waits, the name, the channels, the strip, and what was on its way."""

from __future__ import annotations

import pytest

from client.changes import (
    Change,
    Delivery,
    EntryKind,
    LinkChanged,
    LinkState,
    LoggedIn,
    Problem,
    StripChanged,
    StripKind,
)
from tests.fakes import CAPABILITIES, Chat


@pytest.fixture
def chat() -> Chat:
    chat = Chat()
    chat.log_in()
    return chat


def strip(chat: Chat, key: str = "") -> StripKind:
    """The strip that stands."""
    standing = chat.session.strips.get(key)
    return standing.kind if standing else StripKind.NONE


def lose(chat: Chat, text: str = "") -> list[Change]:
    return chat.done(chat.session.connection_lost(text))


def come_back(chat: Chat, boot: str = "a1") -> list[Change]:
    """The next try succeeds."""
    chat.wait(60)
    return chat.welcome(boot=boot)


def test_a_lost_link_keeps_the_page_says_so_and_counts_down(chat: Chat) -> None:
    chat.server(":Budi!b@b PRIVMSG #lobby :halo")
    changes = lose(chat, "Connection reset by peer")
    assert LinkChanged(LinkState.WAITING, retry_at=1001.0) in changes
    assert changes[-1] == StripChanged(StripKind.LOST, text="Connection reset by peer")
    assert chat.texts("#lobby") == ["halo"]
    assert not chat.conversation("#lobby").joined
    assert chat.session.next_tick == 1001.0


def test_the_waits_grow_to_half_a_minute_and_start_anew_after_a_stable_link(chat: Chat) -> None:
    lose(chat)
    waits = []
    for _ in range(7):
        waits.append((chat.session.next_tick or 0) - chat.clock.seconds)
        chat.wait(waits[-1])
        assert chat.session.state is LinkState.CONNECTING
        changes = chat.done(chat.session.connection_failed(Problem.REFUSED))
        assert any(isinstance(c, LinkChanged) and c.problem is Problem.REFUSED for c in changes)
    assert waits == [1, 2, 4, 8, 15, 30, 30]
    assert len(chat.connects) == 8
    come_back(chat)
    lose(chat)
    assert (chat.session.next_tick or 0) - chat.clock.seconds == 30
    come_back(chat)
    chat.wait(10)
    lose(chat)
    assert (chat.session.next_tick or 0) - chat.clock.seconds == 1


def test_try_now_does_not_wait(chat: Chat) -> None:
    assert chat.done(chat.session.retry_now()) == []
    lose(chat)
    assert chat.done(chat.session.retry_now()) == [LinkChanged(LinkState.CONNECTING)]
    assert chat.session.next_tick is None
    assert chat.done(chat.session.retry_now()) == []
    assert strip(chat) is StripKind.LOST


def test_an_early_tick_does_no_harm(chat: Chat) -> None:
    lose(chat)
    assert chat.done(chat.session.tick()) == []


def test_coming_back_is_said_for_two_seconds(chat: Chat) -> None:
    lose(chat)
    changes = come_back(chat)
    assert LoggedIn("Siti", again=True) in changes
    assert changes[-1] == StripChanged(StripKind.BACK)
    assert chat.wait(1.9) == []
    assert chat.wait(0.1) == [StripChanged(StripKind.NONE)]
    assert strip(chat) is StripKind.NONE


def test_everything_said_before_is_still_there(chat: Chat) -> None:
    chat.server(":Budi!b@b PRIVMSG #lobby :halo", ":Ani!a@a PRIVMSG Siti :hai")
    lose(chat)
    come_back(chat)
    chat.server(":Budi!b@b PRIVMSG #lobby :lagi")
    assert chat.texts("#lobby") == ["halo", "lagi"]
    assert chat.texts("ani") == ["hai"]
    assert list(chat.conversation("#lobby").members) == ["siti", "budi", "ani"]


def test_channels_are_joined_again_but_for_those_the_server_joined_us_to(chat: Chat) -> None:
    chat.type("/join #kunci rahasia")
    for name in ("#a", "#b", "#kunci", "#left"):
        chat.server(f":Siti!~u@host.lan JOIN {name} * :Siti")
    chat.done(chat.session.close("#left"))
    chat.server(":Siti!~u@host.lan PART #left")
    assert chat.session.current == "#kunci"
    chat.sent()
    lose(chat)
    chat.wait(2)
    chat.done(chat.session.connected())
    chat.sent()
    chat.server(":srv 001 Siti :Hi", ":Siti!~u@host.lan JOIN #lobby * :Siti", ":srv 376 Siti :End")
    assert chat.sent() == ["JOIN #kunci rahasia", "JOIN #a,#b"]
    assert chat.type("belum", "#a")
    assert chat.type("belum juga", "#b")
    assert chat.sent() == []
    chat.server(":Siti!~u@host.lan JOIN #a", ":srv 474 Siti #b :Cannot join channel (+b)")
    assert chat.sent() == ["PRIVMSG #a belum"]
    assert chat.session.current == "#kunci"
    assert chat.texts("#b") == ["belum juga", "Cannot join channel (+b)"]
    assert chat.conversation("#b").entries[0].problem == "Cannot join channel (+b)"


def test_many_channels_fit_into_lines(chat: Chat) -> None:
    names = [f"#{'x' * 40}{number}" for number in range(20)]
    chat.server(*[f":Siti!~u@host.lan JOIN {name}" for name in names])
    lose(chat)
    come_back(chat)
    joins = [line for line in chat.sent() if line.startswith("JOIN")]
    assert sorted(",".join(line.split()[1] for line in joins).split(",")) == sorted([*names, "#lobby"])
    assert all(len(line) < 510 for line in joins)


def test_a_link_lost_again_before_the_channels_are_back_asks_for_all_of_them(chat: Chat) -> None:
    chat.server(":Siti!~u@host.lan JOIN #a")
    lose(chat)
    chat.wait(2)
    chat.done(chat.session.connected())
    chat.server(":srv 001 Siti :Hi")
    lose(chat)
    come_back(chat)
    assert "JOIN #a,#lobby" in chat.sent()


def test_a_channel_left_while_offline_is_gone_at_once_and_stays_so(chat: Chat) -> None:
    chat.server(":Siti!~u@host.lan JOIN #a")
    lose(chat)
    chat.done(chat.session.close("#a"))
    assert list(chat.session.conversations) == ["#lobby"]
    come_back(chat)
    assert not any("#a" in line for line in chat.sent())


# --- a restarted server ----------------------------------------------------------------------------


def test_a_server_restarted_with_an_empty_log_is_said_and_marked_in_every_conversation(chat: Chat) -> None:
    chat.server(":Budi!b@b PRIVMSG #lobby :halo", ":Ani!a@a PRIVMSG Siti :hai")
    lose(chat)
    changes = come_back(chat, boot="b2")
    assert changes[-1] == StripChanged(StripKind.RESTARTED)
    for key in ("#lobby", "ani"):
        assert chat.conversation(key).entries[1].kind is EntryKind.RESTARTED
    assert chat.conversation("ani").unread == 1
    assert chat.wait(10)[-1] == StripChanged(StripKind.NONE)
    lose(chat)
    assert come_back(chat, boot="b2")[-1] == StripChanged(StripKind.BACK)


def test_a_server_that_does_not_tell_its_boot_is_never_called_restarted() -> None:
    chat = Chat()
    chat.log_in(boot="")
    for boot in ("", "b2"):
        lose(chat)
        assert come_back(chat, boot=boot)[-1] == StripChanged(StripKind.BACK)


def test_a_server_shutting_down_is_said_in_its_words_until_it_is_back(chat: Chat) -> None:
    changes = chat.server("ERROR :Closing link: Server is shutting down")
    assert changes == [StripChanged(StripKind.CLOSING, text="Closing link: Server is shutting down")]
    lose(chat)
    assert strip(chat) is StripKind.CLOSING
    assert chat.session.state is LinkState.WAITING
    come_back(chat)
    assert strip(chat) is StripKind.BACK


@pytest.mark.parametrize("text", ["Closing Link: (K-Lined: spam)", "You have been banned", "Killed by oper"])
def test_a_server_that_ends_it_for_good_is_not_asked_again_unless_the_person_wants(chat: Chat, text: str) -> None:
    chat.server(f"ERROR :{text}")
    lose(chat)
    assert chat.session.strips[""] == StripChanged(StripKind.CLOSED, text=text)
    assert chat.session.state is LinkState.OFFLINE
    assert chat.session.next_tick is None
    assert LinkChanged(LinkState.CONNECTING) in chat.done(chat.session.retry_now())


def test_any_other_error_is_a_lost_link(chat: Chat) -> None:
    assert chat.server("ERROR :Ping timeout", "ERROR") == []
    lose(chat)
    assert strip(chat) is StripKind.LOST


@pytest.mark.parametrize(("line", "state"), [(":srv 465 * :Banned", "offline"), ("ERROR :Server is full", "waiting")])
def test_a_refusal_on_the_way_back_is_final_only_if_trying_again_cannot_help(chat: Chat, line: str, state: str) -> None:
    lose(chat)
    chat.wait(1)
    chat.done(chat.session.connected())
    chat.server(line)
    assert chat.session.state.value == state
    assert strip(chat) is (StripKind.CLOSED if state == "offline" else StripKind.LOST)


@pytest.mark.parametrize("silent", [True, False])
def test_a_way_back_that_ends_in_the_middle_is_tried_again(chat: Chat, silent: bool) -> None:
    lose(chat)
    chat.wait(1)
    chat.done(chat.session.connected())
    if silent:
        chat.wait(30)
        assert chat.disconnects == 1
    else:
        lose(chat)
    assert chat.session.state is LinkState.WAITING


# --- the name on the way back -----------------------------------------------------------------------


def back_but_taken(chat: Chat) -> None:
    """Reconnected to a server that says 433 to the first NICK."""
    lose(chat)
    chat.wait(1)
    chat.done(chat.session.connected())
    chat.server(f":srv CAP * LS :{CAPABILITIES}", ":srv 433 * Siti :in use", ":srv CAP * ACK :batch echo-message")
    assert chat.sent()[3:] == [f"CAP REQ :{' '.join(sorted(CAPABILITIES.split()))}"]


def test_a_name_still_held_by_the_dead_connection_is_asked_for_until_it_is_free(chat: Chat) -> None:
    back_but_taken(chat)
    for _ in range(3):
        assert chat.wait(1) == []
        assert chat.sent() == ["NICK Siti", "CAP LIST"]
        chat.server(":srv 433 * Siti :in use", ":srv CAP * LIST :batch")
        assert chat.sent() == []
    chat.wait(1)
    chat.server(":srv CAP * LIST :batch")
    assert chat.sent() == ["NICK Siti", "CAP LIST", "CAP END"]
    assert LoggedIn("Siti", again=True) in chat.server(":srv 001 Siti :Hi")


def test_after_fifteen_seconds_the_name_is_called_lost_and_a_free_one_offered(chat: Chat) -> None:
    back_but_taken(chat)
    for _ in range(15):
        chat.wait(1)
        chat.server(":srv 433 * Siti :in use", ":srv CAP * LIST :batch")
    assert chat.sent()[-2:] == ["NICK Siti2", "CAP LIST"]
    changes = chat.server(":srv CAP * LIST :batch")
    assert changes == [
        LinkChanged(LinkState.OFFLINE, problem=Problem.NAME_TAKEN),
        StripChanged(StripKind.NAME_LOST, text="Siti2"),
    ]
    assert not chat.type("/away")
    chat.wait(4)
    assert strip(chat) is StripKind.NAME_LOST
    chat.done(chat.session.login_as("Siti2"))
    assert chat.sent()[-2:] == ["USER siti2 0 * Siti2", "CAP END"]
    chat.server(":srv 001 Siti2 :Hi", ":srv 376 Siti2 :End")
    assert strip(chat) is StripKind.BACK
    assert "JOIN #lobby" in chat.sent()
    assert chat.texts("#lobby") == []


def test_a_lost_name_can_be_asked_for_again_on_a_new_connection(chat: Chat) -> None:
    back_but_taken(chat)
    chat.clock.advance(15)
    chat.done(chat.session.tick())
    chat.server(":srv 433 * Siti :in use", ":srv CAP * LIST :", ":srv CAP * LIST :")
    assert strip(chat) is StripKind.NAME_LOST
    lose(chat)
    assert chat.session.state is LinkState.OFFLINE
    chat.done(chat.session.login_as("Siti2"))
    chat.done(chat.session.connected())
    assert chat.sent()[-2:] == ["NICK Siti2", "USER siti2 0 * Siti2"]
    lose(chat)
    assert LinkChanged(LinkState.CONNECTING) in chat.wait(60)


def test_a_guest_comes_back_under_the_number_it_had() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "😀"))
    chat.done(chat.session.connected())
    chat.server(f":srv CAP * LS :{CAPABILITIES}", ":srv 433 * tamu1 :x", ":srv CAP * ACK :batch", ":srv CAP * LIST :")
    chat.server(":srv 001 tamu2 :Hi", ":srv 376 tamu2 :End")
    lose(chat)
    chat.wait(1)
    chat.sent()
    chat.done(chat.session.connected())
    assert chat.sent()[1:] == ["NICK tamu2", "USER tamu2 0 * 😀"]


def test_after_nick_the_new_name_is_the_one_to_come_back_with(chat: Chat) -> None:
    chat.type("/nick Siti Nur")
    chat.server(":Siti!~u@host.lan NICK Siti_Nur")
    lose(chat)
    chat.wait(1)
    chat.sent()
    chat.done(chat.session.connected())
    assert chat.sent()[1:] == ["NICK Siti_Nur", "USER sitinur 0 * :Siti Nur"]


def test_a_nickname_given_by_the_server_is_not_kept(chat: Chat) -> None:
    chat.server(":Siti!~u@host.lan NICK Guest123")
    assert chat.session.nickname == "Guest123"
    lose(chat)
    chat.wait(1)
    chat.done(chat.session.connected())
    assert "NICK Siti" in chat.sent()


# --- what was on its way ------------------------------------------------------------------------------


def test_while_offline_what_needs_the_server_stays_in_the_box_and_the_strip_says_why(chat: Chat) -> None:
    lose(chat)
    assert not chat.type("/away")
    assert strip(chat) is StripKind.OFFLINE_SEND
    assert not chat.type("/join #a")
    assert not chat.type("halo", "nobody")
    assert chat.texts("#lobby") == []
    chat.wait(0.5)
    chat.done(chat.session.join("#a"))
    assert chat.sent() == []
    chat.done(chat.session.connection_failed(Problem.REFUSED))
    chat.wait(4)
    assert strip(chat) is StripKind.LOST


def test_where_resending_is_not_protected_it_is_unknown_what_the_break_swallowed(chat: Chat) -> None:
    chat.type("satu\ndua")
    chat.server(f"@label={chat.conversation().entries[0].id};msgid=m1 :Siti!~u@host.lan PRIVMSG #lobby :satu")
    lose(chat)
    one, two = chat.conversation("#lobby").entries
    assert (one.delivery, two.delivery) == (Delivery.SENT, Delivery.FAILED)
    assert two.problem == "It is not known whether this arrived."
    come_back(chat)
    chat.sent()
    chat.server(":Budi!b@b PRIVMSG #lobby :tiga")
    chat.done(chat.session.resend("#lobby", two.id))
    assert chat.texts("#lobby") == ["satu", "tiga", "dua"]
    again = chat.conversation("#lobby").entries[-1]
    assert again.delivery is Delivery.WAITING
    assert chat.sent() == [f"@label={again.id} PRIVMSG #lobby dua"]


def test_an_unsent_message_can_be_deleted_but_no_other(chat: Chat) -> None:
    chat.server("@msgid=m1 :Budi!b@b PRIVMSG #lobby :halo")
    chat.type("satu")
    waiting = chat.conversation().entries[1]
    chat.done(chat.session.discard("#lobby", waiting.id))
    chat.done(chat.session.discard("#lobby", "m1"))
    chat.done(chat.session.discard("nowhere", waiting.id))
    chat.done(chat.session.resend("nowhere", waiting.id))
    chat.done(chat.session.resend("#lobby", "m1"))
    assert chat.texts() == ["halo", "satu"]
    lose(chat)
    chat.done(chat.session.discard("#lobby", waiting.id))
    assert chat.texts() == ["halo"]


def test_a_server_silent_about_a_message_for_thirty_seconds_did_not_take_it(chat: Chat) -> None:
    chat.type("satu\ndua")
    one, two = chat.conversation().entries
    chat.wait(29)
    chat.server(f"@label={one.id} :Siti!~u@host.lan PRIVMSG #lobby :satu")
    chat.wait(29)
    assert two.delivery is Delivery.WAITING
    chat.wait(1)
    assert (one.delivery, two.delivery) == (Delivery.SENT, Delivery.FAILED)
    assert chat.session.next_tick is None


def test_strips_of_channels_survive_the_loss_of_the_link(chat: Chat) -> None:
    chat.server(":Budi!b@b KICK #lobby Siti :diam")
    lose(chat)
    assert strip(chat, "#lobby") is StripKind.KICKED
    chat.wait(2)
    chat.done(chat.session.connected())
    chat.sent()
    chat.server(":srv 001 Siti :Hi", ":srv 376 Siti :End")
    assert chat.sent() == []
    assert strip(chat, "#lobby") is StripKind.KICKED


def test_what_was_sent_without_an_echo_to_come_stays_sent_when_the_link_is_lost() -> None:
    chat = Chat()
    chat.log_in(capabilities="labeled-response")
    chat.type("halo")
    lose(chat)
    assert chat.conversation().entries[0].delivery is Delivery.SENT


def test_logging_out_while_waiting_ends_the_tries(chat: Chat) -> None:
    lose(chat)
    chat.done(chat.session.logout())
    assert chat.session.next_tick is None
    assert chat.session.strips == {}
    assert chat.sent() == []
    assert chat.done(chat.session.retry_now()) == []
