"""Logging in, on servers of every kind: what is sent, what comes of it, and what the page is told."""

from __future__ import annotations

from typing import Any

import pytest

from client.changes import Change, LinkChanged, LinkState, LoggedIn, LoginFailed, NetworkChanged, Problem
from client.effects import Connect
from tests.fakes import CAPABILITIES, Chat


@pytest.fixture
def chat() -> Chat:
    return Chat()


def only(kind: type[Any], changes: list[Change]) -> Any:
    """The one change of this kind in the list."""
    found = [change for change in changes if isinstance(change, kind)]
    assert len(found) == 1, changes
    return found[0]


def open_connection(chat: Chat, name: str = "Siti", **options: Any) -> list[str]:
    chat.done(chat.session.login("lab2", 8888, name, **options))
    chat.done(chat.session.connected())
    return chat.sent()


def negotiate(chat: Chat) -> None:
    chat.server(f":srv CAP * LS :{CAPABILITIES}")


def test_a_login_connects_then_introduces_itself_at_once(chat: Chat) -> None:
    changes = chat.done(chat.session.login("lab2", 8888, "  Siti   Nur "))
    assert changes == [LinkChanged(LinkState.CONNECTING)]
    assert chat.connects == [Connect("lab2", 8888, tls=True)]
    assert chat.done(chat.session.connected()) == [LinkChanged(LinkState.REGISTERING)]
    assert chat.sent() == ["CAP LS 302", "NICK Siti_Nur", "USER sitinur 0 * :Siti Nur"]
    assert (chat.session.host, chat.session.port, chat.session.name) == ("lab2", 8888, "Siti Nur")


def test_only_offered_capabilities_are_requested_and_the_negotiation_is_ended(chat: Chat) -> None:
    open_connection(chat)
    chat.server("CAP", ":srv CAP * LS", ":srv CAP * LS * :sasl=PLAIN echo-message=x unknown", ":srv CAP * LS :batch")
    assert chat.sent() == ["CAP REQ :batch echo-message"]
    chat.server(":srv CAP * ACK :batch echo-message")
    assert chat.sent() == ["CAP END"]


def test_a_refused_request_still_ends_the_negotiation(chat: Chat) -> None:
    open_connection(chat)
    negotiate(chat)
    chat.sent()
    chat.server(":srv CAP * NAK :batch")
    assert chat.sent() == ["CAP END"]


def test_a_server_that_offers_nothing_of_use_is_asked_for_a_sign_before_the_end(chat: Chat) -> None:
    open_connection(chat)
    chat.server(":srv CAP * LS :tls")
    assert chat.sent() == ["CAP LIST"]
    chat.server(":srv CAP * LIST * :tls", ":srv CAP * LIST :")
    assert chat.sent() == ["CAP END"]


def test_a_second_list_of_capabilities_changes_nothing(chat: Chat) -> None:
    open_connection(chat)
    negotiate(chat)
    chat.sent()
    negotiate(chat)
    assert chat.sent() == []


def test_the_welcome_brings_the_page_with_the_lobby_the_members_and_the_network(chat: Chat) -> None:
    chat.done(chat.session.login("lab2", 8888, "Siti Nur"))
    assert chat.session.network == "lab2"
    changes = chat.welcome()
    assert only(LoggedIn, changes) == LoggedIn("Siti_Nur", again=False)
    assert LinkChanged(LinkState.ONLINE) in changes
    assert NetworkChanged() in changes
    assert (chat.session.state, chat.session.nickname, chat.session.network) == (LinkState.ONLINE, "Siti_Nur", "Lab 2")
    lobby = chat.conversation("#lobby")
    assert chat.session.current == "#lobby"
    assert [(m.name, m.prefixes) for m in lobby.members.values()] == [("Siti Nur", ""), ("Budi", "@"), ("Ani", "")]
    assert lobby.entries == []


def test_the_server_decides_the_nickname(chat: Chat) -> None:
    open_connection(chat, "Siti")
    chat.server(":srv 001 SitiX :Welcome")
    assert chat.session.nickname == "SitiX"


@pytest.mark.parametrize("line", [":srv 001", ":srv 001 :"])
def test_a_welcome_without_a_nickname_means_the_one_we_asked_for(chat: Chat, line: str) -> None:
    open_connection(chat)
    chat.server(line)
    assert chat.session.nickname == "Siti"


def test_servers_without_capabilities_take_us_in_all_the_same(chat: Chat) -> None:
    open_connection(chat)
    chat.server("NOTICE AUTH :*** Looking up", ":srv 421 * CAP :Unknown command", "PING :x", ":srv 001 Siti :Hi")
    assert chat.session.state is LinkState.ONLINE
    assert chat.sent() == ["PONG x"]


@pytest.mark.parametrize("end", ["376", "422"])
def test_a_server_that_joins_nobody_is_asked_for_the_channel_of_the_link(chat: Chat, end: str) -> None:
    open_connection(chat, channel="kelas")
    chat.server(":srv 001 Siti :Hi")
    assert chat.sent() == []
    chat.server(f":srv {end} Siti :End")
    assert chat.sent() == ["JOIN #kelas"]
    chat.server(":Siti!u@h JOIN #kelas")
    assert chat.session.current == "#kelas"


def test_without_a_channel_in_the_link_nothing_is_joined(chat: Chat) -> None:
    open_connection(chat)
    chat.server(":srv 001 Siti :Hi", ":srv 376 Siti :End")
    assert chat.sent() == []
    assert chat.session.conversations == {}


def test_the_channel_of_the_link_is_selected_though_the_server_joins_the_lobby_first(chat: Chat) -> None:
    chat.done(chat.session.login("lab2", 8888, "Siti", "#tugas"))
    chat.welcome()
    assert "JOIN #tugas" in chat.sent()
    assert chat.session.current == "#lobby"
    chat.server(":Siti!~u@host.lan JOIN #tugas * :Siti")
    assert chat.session.current == "#tugas"


def test_the_lobby_in_the_link_is_joined_once(chat: Chat) -> None:
    open_connection(chat, channel="#lobby")
    chat.server(":srv 001 Siti :Hi", ":Siti!u@h JOIN #lobby", ":srv 376 Siti :End")
    assert [line for line in chat.sent() if line.startswith("JOIN")] == []
    assert chat.session.current == "#lobby"


# --- the name -------------------------------------------------------------------------------------


def test_a_name_taken_is_answered_with_a_free_one_tried_on_the_same_connection(chat: Chat) -> None:
    open_connection(chat)
    chat.server(f":srv CAP * LS :{CAPABILITIES}", ":srv 433 * Siti :in use")
    assert chat.sent()[-2:] == ["NICK Siti2", "CAP LIST"]
    chat.server(":srv CAP * ACK :batch", ":srv 433 * Siti2 :in use")
    assert chat.sent() == ["NICK Siti3", "CAP LIST"]
    assert chat.server(":srv CAP * LIST :batch") == []
    changes = chat.server(":srv CAP * LIST :batch")
    assert only(LoginFailed, changes) == LoginFailed(Problem.NAME_TAKEN, "lab2", 8888, "Siti", suggestion="Siti3")
    assert LinkChanged(LinkState.OFFLINE, problem=Problem.NAME_TAKEN) in changes
    assert chat.sent() == []
    assert chat.disconnects == 0


def name_taken(chat: Chat) -> None:
    """The name Siti is in use and Siti2 is suggested."""
    open_connection(chat)
    chat.server(
        f":srv CAP * LS :{CAPABILITIES}", ":srv 433 * Siti :in use", ":srv CAP * ACK :batch", ":srv CAP * LIST :"
    )
    assert chat.session.state is LinkState.OFFLINE
    chat.sent()


def test_taking_the_suggestion_completes_the_login_with_the_new_name(chat: Chat) -> None:
    name_taken(chat)
    assert chat.done(chat.session.login_as("Siti2")) == [LinkChanged(LinkState.REGISTERING)]
    assert chat.sent() == ["USER siti2 0 * Siti2", "CAP END"]
    changes = chat.server(":srv 001 Siti2 :Hi")
    assert only(LoggedIn, changes) == LoggedIn("Siti2", again=False)
    assert chat.session.name == "Siti2"
    assert len(chat.connects) == 1


def test_where_the_realname_stands_already_it_is_changed_after_the_welcome(chat: Chat) -> None:
    open_connection(chat)
    chat.server(f":srv CAP * LS :{CAPABILITIES}", ":srv 433 * Siti :in use")
    chat.server(":srv CAP * ACK :setname", ":srv CAP * LIST :")
    chat.done(chat.session.login_as("Siti2"))
    chat.sent()
    chat.server(":srv 462 * :You may not reregister", ":srv 001 Siti2 :Hi")
    assert chat.sent() == ["SETNAME Siti2"]


def test_another_name_than_the_suggested_one_is_tried_on_the_same_connection_too(chat: Chat) -> None:
    name_taken(chat)
    chat.done(chat.session.login_as("Ani"))
    assert chat.sent() == ["USER ani 0 * Ani", "NICK Ani", "CAP LIST"]
    chat.server(":srv CAP * LIST :")
    assert chat.sent() == ["CAP END"]


def test_the_waiting_connection_answers_pings_and_hears_nothing_else(chat: Chat) -> None:
    name_taken(chat)
    assert chat.server("PING :abc", "PING", ":srv 433 * Siti2 :in use", "PRIVMSG") == []
    assert chat.sent() == ["PONG abc", "PONG"]


def test_when_the_waiting_connection_was_closed_the_suggestion_connects_anew(chat: Chat) -> None:
    name_taken(chat)
    assert chat.server("ERROR :Registration timed out") == []
    assert chat.done(chat.session.connection_lost("")) == []
    chat.done(chat.session.login_as("Siti2"))
    assert len(chat.connects) == 2
    chat.done(chat.session.connected())
    assert chat.sent()[1:] == ["NICK Siti2", "USER siti2 0 * Siti2"]


def test_a_server_that_welcomes_a_name_nobody_agreed_to_is_left(chat: Chat) -> None:
    name_taken(chat)
    assert chat.server(":srv 001 Siti2 :Hi") == []
    assert chat.disconnects == 1
    assert chat.session.state is LinkState.OFFLINE


def test_a_server_that_looks_at_the_name_only_at_the_end_gets_an_untried_suggestion(chat: Chat) -> None:
    open_connection(chat)
    chat.server(f":srv CAP * LS :{CAPABILITIES}")
    chat.server(":srv CAP * ACK :batch")
    chat.sent()
    changes = chat.server(":srv 433 * Siti :in use")
    assert only(LoginFailed, changes).suggestion == "Siti2"
    assert chat.sent() == []
    chat.done(chat.session.login_as("Siti2"))
    assert chat.sent() == ["USER siti2 0 * Siti2", "NICK Siti2"]
    assert only(LoginFailed, chat.server(":srv 433 * Siti2 :in use")).suggestion == "Siti3"


def test_a_server_without_capabilities_gets_an_untried_suggestion(chat: Chat) -> None:
    open_connection(chat)
    changes = chat.server(":srv 433 * Siti :in use")
    assert only(LoginFailed, changes).suggestion == "Siti2"
    assert chat.disconnects == 0
    chat.done(chat.session.login_as("Siti"))
    assert chat.sent() == ["USER siti 0 * Siti", "NICK Siti"]


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Siti", "Siti2"),
        ("user1", "user2"),
        ("pc9", "pc10"),
        ("angkatan2024", "angkatan20242"),
        ("7", "72"),
        ("Siti Nur", "Siti Nur2"),
        ("user 1", "user 2"),
        ("é" * 30, "é" * 30 + "2"),
        ("漢" * 30, "漢" * 21 + "2"),
    ],
)
def test_the_suggestion_counts_on_from_the_number_in_the_name(chat: Chat, name: str, suggestion: str) -> None:
    open_connection(chat, name)
    assert only(LoginFailed, chat.server(":srv 433 * x :in use")).suggestion == suggestion
    chat.done(chat.session.login_as(suggestion))
    assert chat.sent()[-1] == f"NICK {suggestion.replace(' ', '_')}"


def test_when_every_number_is_taken_there_is_no_suggestion(chat: Chat) -> None:
    open_connection(chat)
    changes = chat.server(f":srv CAP * LS :{CAPABILITIES}", *[":srv 433 * x :in use"] * 17)
    assert only(LoginFailed, changes) == LoginFailed(Problem.NAME_TAKEN, "lab2", 8888, "Siti")
    tried = [line.split()[1] for line in chat.sent() if line.startswith("NICK")]
    assert tried[:8] == [f"Siti{number}" for number in range(2, 10)]
    assert tried[8:] == ["Siti5050"] * 8


def test_a_suggestion_the_server_does_not_allow_is_none(chat: Chat) -> None:
    open_connection(chat)
    changes = chat.server(f":srv CAP * LS :{CAPABILITIES}", ":srv 433 * Siti :in use", ":srv 432 * Siti2 :Erroneous")
    assert only(LoginFailed, changes).suggestion == ""


@pytest.mark.parametrize("name", ["😀😀", "!!!", ""])
def test_a_name_that_gives_no_nickname_is_a_numbered_guest_and_keeps_the_name(chat: Chat, name: str) -> None:
    assert open_connection(chat, name)[1:] == ["NICK tamu1", f"USER tamu1 0 * {name or 'tamu1'}"]
    chat.server(f":srv CAP * LS :{CAPABILITIES}", ":srv 433 * tamu1 :in use")
    assert chat.sent()[1:] == ["NICK tamu2", "CAP LIST"]
    chat.server(":srv CAP * ACK :batch", ":srv CAP * LIST :")
    assert chat.sent() == ["CAP END"]
    chat.server(":srv 001 tamu2 :Hi")
    assert (chat.session.nickname, chat.session.name) == ("tamu2", name or "tamu1")


def test_a_guest_is_counted_up_on_servers_without_capabilities_too(chat: Chat) -> None:
    open_connection(chat, "😀")
    chat.server(":srv 433 * tamu1 :in use", ":srv 433 * tamu2 :in use")
    assert chat.sent() == ["NICK tamu2", "NICK tamu3"]


def test_a_name_that_mixes_scripts_is_refused_without_asking_a_server(chat: Chat) -> None:
    changes = chat.done(chat.session.login("lab2", 8888, "Sitі"))  # the last letter is Cyrillic
    assert only(LoginFailed, changes).problem is Problem.NAME_MIXED
    assert chat.connects == []
    assert chat.session.state is LinkState.OFFLINE


def test_hidden_characters_in_the_name_are_left_out(chat: Chat) -> None:
    open_connection(chat, "Si\u202eti\t\0N\u200bur")
    assert chat.session.name == "Siti Nur"


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "problem", "text"),
    [
        (":srv 432 * Siti :Erroneous nickname", Problem.NAME_NOT_ALLOWED, "Erroneous nickname"),
        (":srv 464 * :Password incorrect", Problem.PASSWORD, "Password incorrect"),
        (":srv 465 * :You are banned: spam", Problem.BANNED, "You are banned: spam"),
        (
            "ERROR :Closing link: Server is full (200 people)",
            Problem.SERVER_FULL,
            "Closing link: Server is full (200 people)",
        ),
        ("ERROR :Closing Link: K-lined", Problem.BANNED, "Closing Link: K-lined"),
        ("ERROR :Throttled", Problem.OTHER, "Throttled"),
        ("ERROR", Problem.OTHER, ""),
        ("FAIL * ACCOUNT_REQUIRED :You need \x02an\x02 account", Problem.OTHER, "You need an account"),
    ],
)
def test_a_refusal_names_its_problem_in_the_servers_words(chat: Chat, line: str, problem: Problem, text: str) -> None:
    open_connection(chat)
    changes = chat.server(line, ":srv 001 Siti :too late")
    assert only(LoginFailed, changes) == LoginFailed(problem, "lab2", 8888, "Siti", text=text)
    assert chat.session.state is LinkState.OFFLINE
    assert chat.disconnects == 1
    assert chat.done(chat.session.connection_lost("")) == []


@pytest.mark.parametrize("problem", list(Problem))
def test_a_failed_connection_is_reported_with_its_problem(chat: Chat, problem: Problem) -> None:
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    assert only(LoginFailed, chat.done(chat.session.connection_failed(problem))).problem is problem
    assert chat.session.state is LinkState.OFFLINE


def test_a_program_that_is_no_chat_server_is_reported_though_it_let_us_connect(chat: Chat) -> None:
    open_connection(chat)
    changes = chat.done(chat.session.connection_failed(Problem.NOT_A_CHAT_SERVER))
    assert only(LoginFailed, changes).problem is Problem.NOT_A_CHAT_SERVER


def test_an_end_during_login_means_the_server_is_gone(chat: Chat) -> None:
    open_connection(chat)
    changes = chat.done(chat.session.connection_lost("Connection reset by peer"))
    assert only(LoginFailed, changes) == LoginFailed(
        Problem.SERVER_GONE, "lab2", 8888, "Siti", text="Connection reset by peer"
    )


def test_a_server_that_never_welcomes_us_is_given_up_after_thirty_seconds(chat: Chat) -> None:
    open_connection(chat)
    assert chat.wait(29) == chat.done(chat.session.tick()) == []
    assert only(LoginFailed, chat.wait(1)).problem is Problem.NO_ANSWER
    assert chat.disconnects == 1
    assert chat.session.next_tick is None


def test_a_login_can_be_cancelled_while_connecting_and_while_registering(chat: Chat) -> None:
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    assert chat.done(chat.session.cancel()) == [LinkChanged(LinkState.OFFLINE)]
    open_connection(chat)
    assert chat.done(chat.session.cancel()) == [LinkChanged(LinkState.OFFLINE)]
    assert chat.disconnects == 2
    assert chat.done(chat.session.connected()) == []
    assert chat.done(chat.session.connection_failed(Problem.REFUSED)) == []
    assert chat.session.next_tick is None


def test_there_is_nothing_to_cancel_when_offline_or_online(chat: Chat) -> None:
    assert chat.done(chat.session.cancel()) == []
    chat.log_in()
    assert chat.done(chat.session.cancel()) == []
    assert chat.session.state is LinkState.ONLINE


def test_a_new_login_forgets_the_earlier_server(chat: Chat) -> None:
    chat.log_in()
    chat.server(":Budi!b@b PRIVMSG #lobby :halo")
    chat.done(chat.session.login("lain", 6667, "Ani"))
    assert chat.session.conversations == {}
    assert chat.disconnects == 1
    assert chat.connects[-1] == Connect("lain", 6667, tls=True)
    assert chat.server(":Budi!b@b PRIVMSG #lobby :from the old connection") == []


def test_logging_out_says_goodbye_and_clears_the_page(chat: Chat) -> None:
    chat.log_in()
    changes = chat.done(chat.session.logout())
    assert LinkChanged(LinkState.OFFLINE) in changes
    assert chat.session.conversations == {}
    assert chat.sent() == ["QUIT"]
    assert chat.disconnects == 1
    assert chat.done(chat.session.connection_lost("")) == []


def test_login_as_needs_a_name_and_a_login_that_failed(chat: Chat) -> None:
    name_taken(chat)
    assert chat.done(chat.session.login_as("!!")) == []
    chat.log_in()
    assert chat.done(chat.session.login_as("Ani")) == []


# --- capabilities and features later ----------------------------------------------------------------


def test_capabilities_come_and_go_while_online(chat: Chat) -> None:
    chat.log_in(capabilities="cap-notify")
    chat.server(":srv CAP Siti NEW :batch echo-message tls", ":srv CAP Siti NEW :nothing-of-ours")
    assert chat.sent() == ["CAP REQ :batch echo-message"]
    chat.server(":srv CAP Siti ACK :batch echo-message -cap-notify")
    chat.type("halo")
    assert chat.conversation().entries[-1].delivery.value == "waiting"
    chat.server(":srv CAP Siti DEL :echo-message", ":srv CAP Siti", ":srv CAP Siti WHAT :x")
    chat.type("lagi")
    assert chat.conversation().entries[-2].delivery.value == "sent"
