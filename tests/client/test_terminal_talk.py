"""The terminal's talk with a person: what is shown, what Enter does, what the prompt says."""

from __future__ import annotations

import pytest

from client.changes import Problem
from client.console.irc import ROOM_S
from client.events import Connected, Failed
from tests.fakes import REMEMBERING
from tests.terminals import Table

BUDI = ":Budi!~b@b.lan"


@pytest.fixture
def table() -> Table:
    """Logged in, with nothing said yet."""
    table = Table()
    table.log_in()
    return table


def is_ready(table: Table) -> bool:
    """Whether the next line would be taken (asked anew each time)."""
    return table.talk.ready


# --- logging in ---------------------------------------------------------------------------------


def test_the_way_in_is_told_in_three_lines() -> None:
    table = Table()
    assert table.paper.take() == ["-- Connecting to lab2:8888…"]
    table.wire.happen(Connected())
    table.server(":srv 001 Siti :Welcome", ":srv 005 Siti NETWORK=Lab\\x202 :ok", ":srv 376 Siti :End")
    table.server(":Siti!~u@host.lan JOIN #lobby", ":srv 332 Siti #lobby :tugas minggu ini")
    assert table.paper.take() == [
        "-- Logged in to Lab 2 as Siti. /help lists the commands.",
        "-- You are in #lobby.",
        "-- Topic of #lobby: tugas minggu ini",
    ]
    assert table.talk.prompt == ">> "


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (Problem.REFUSED, "-- There is no server at lab2 port 8888. Make sure that server.py is running."),
        (Problem.UNKNOWN_HOST, "-- The address “lab2” was not found. Check the spelling."),
        (Problem.NOT_A_CHAT_SERVER, "-- The program at that address is not a chat server."),
    ],
)
def test_who_never_got_in_reads_one_sentence_and_leaves_with_one(problem: Problem, said: str) -> None:
    table = Table()
    table.paper.take()
    table.wire.happen(Failed(problem))
    assert table.paper.take() == [said]
    assert table.paper.code == 1


def find_name_taken(table: Table) -> None:
    """Siti is taken, Siti2 is free."""
    table.wire.happen(Connected())
    table.server(":srv CAP * LS :setname", ":srv 433 * Siti :In use", ":srv CAP * ACK :setname")
    table.server(":srv CAP Siti2 LIST :setname")
    table.paper.take()


def test_a_taken_name_is_a_question_that_enter_answers() -> None:
    table = Table()
    table.paper.take()
    table.wire.happen(Connected())
    table.server(":srv CAP * LS :setname", ":srv 433 * Siti :In use", ":srv CAP * ACK :setname")
    table.server(":srv CAP Siti2 LIST :setname")
    assert table.paper.take() == ["-- The name “Siti” is in use; Enter takes Siti2, /nick NAME another one."]
    assert table.paper.code is None
    table.wire.take()
    assert table.talk.accept("")
    assert "CAP END" in table.wire.take()
    table.server(":srv 001 Siti2 :Welcome", ":srv 376 Siti2 :End", ":Siti2!~u@h JOIN #lobby")
    assert table.talk.session.nickname == "Siti2"
    assert "-- You are in #lobby." in table.paper.take()


def test_to_the_question_for_a_name_a_text_is_no_answer_and_stays() -> None:
    table = Table()
    find_name_taken(table)
    table.wire.take()
    assert not table.talk.accept("halo semua")
    assert table.paper.take() == ["-- The name “Siti” is in use; Enter takes Siti2, /nick NAME another one."]
    assert table.wire.take() == []


def test_another_name_can_be_taken_by_nick() -> None:
    table = Table()
    find_name_taken(table)
    table.wire.take()
    assert not table.talk.accept("/nick " + "x" * 40)
    assert table.paper.take() == ["-- A name has at most 30 characters."]
    assert table.talk.accept("/nick Siti Nur")
    assert "NICK Siti_Nur" in table.wire.take()


def test_exit_is_an_answer_too() -> None:
    table = Table()
    find_name_taken(table)
    assert table.talk.accept("exit")
    assert table.paper.code == 0


# --- reading ------------------------------------------------------------------------------------


def test_lines_of_the_room_are_shown_as_they_come(table: Table) -> None:
    table.server(f"{BUDI} PRIVMSG #lobby :halo", f"{BUDI} PRIVMSG #lobby :\x01ACTION melambai\x01")
    assert table.paper.take() == ["Budi: halo", "* Budi melambai"]


def test_people_who_come_and_go_are_named(table: Table) -> None:
    table.server(":Cici!~c@c.lan JOIN #lobby * :Cici Paramida", ":Cici!~c@c.lan QUIT :bye")
    assert table.paper.take() == ["-- Cici joined", "-- Cici left"]


def test_a_private_message_carries_its_senders_name(table: Table) -> None:
    table.server(f"{BUDI} PRIVMSG Siti :rahasia")
    assert table.paper.take() == ["[Budi] Budi: rahasia"]
    assert table.talk.prompt == ">> "


def test_a_new_topic_is_told_once(table: Table) -> None:
    table.server(f"{BUDI} TOPIC #lobby :libur")
    assert table.paper.take() == ["-- Budi changed the topic: libur"]


def test_what_the_server_says_is_shown(table: Table) -> None:
    table.server(":srv NOTICE * :Mati lampu jam 3")
    assert table.paper.take() == ["-- Mati lampu jam 3"]


def test_escape_sequences_of_others_are_written_out(table: Table) -> None:
    table.server(f"{BUDI} PRIVMSG #lobby :\u202egnipyt")
    assert table.paper.take() == ["Budi: \\u202egnipyt"]


# --- writing ------------------------------------------------------------------------------------


def test_an_own_line_is_shown_when_it_came_back_and_waits_until_then(table: Table) -> None:
    assert table.talk.accept("halo dunia")
    assert table.paper.take() == []
    assert table.talk.waiting == ["halo dunia"]
    table.echo()
    assert table.paper.take() == ["Siti: halo dunia"]
    assert table.talk.waiting == []


def test_a_pasted_text_is_one_message_per_line(table: Table) -> None:
    assert table.talk.accept("satu\n/me dua")
    table.echo()
    assert table.paper.take() == ["Siti: satu", "Siti: /me dua"]


def test_a_text_that_looks_like_ctcp_is_a_text(table: Table) -> None:
    table.talk.accept("\x01PING 1\x01")
    assert table.wire.take()[0].endswith("PRIVMSG #lobby :PING 1")


def test_lines_that_come_at_once_keep_the_servers_order(table: Table) -> None:
    table.talk.accept("dua")
    label = table.wire.take()[0].split()[0]
    table.server(
        f"{BUDI} PRIVMSG #lobby satu",
        f"{label} :Siti!~u@host.lan PRIVMSG #lobby dua",
        f"{BUDI} PRIVMSG #lobby tiga",
    )
    assert table.paper.take() == ["Budi: satu", "Siti: dua", "Budi: tiga"]


def test_a_message_that_is_refused_says_why(table: Table) -> None:
    table.talk.accept("halo")
    label = table.wire.take()[0].split()[0].removeprefix("@label=")
    table.server(f"@label={label} :srv 404 Siti #lobby :Cannot send to channel")
    assert table.paper.take() == ["-- Not sent: halo (Cannot send to channel)"]
    assert table.talk.waiting == []


def test_what_a_person_types_on_the_way_into_a_room_waits_but_not_for_ever(table: Table) -> None:
    assert table.talk.ready
    table.talk.accept("/join #tertutup")
    assert not is_ready(table)
    table.clock.advance(ROOM_S)
    table.talk.tick()
    assert is_ready(table)
    assert table.paper.code is None


def test_an_empty_line_does_nothing(table: Table) -> None:
    assert table.talk.accept("  ")
    assert table.wire.take() == []
    assert table.paper.take() == []


@pytest.mark.parametrize("typed", ["exit", "/quit", " exit ", "/QUIT"])
def test_exit_and_quit_say_goodbye(table: Table, typed: str) -> None:
    assert table.talk.accept(typed)
    assert table.wire.take() == ["QUIT"]
    assert table.paper.code == 0
    assert table.paper.take() == []


def test_quit_takes_a_reason_along(table: Table) -> None:
    table.talk.accept("/quit mau makan")
    assert table.wire.take() == ["QUIT :mau makan"]
    assert table.paper.code == 0


def test_what_begins_like_exit_is_a_text(table: Table) -> None:
    table.talk.accept("exit dulu ya")
    assert table.wire.take()[0].endswith("PRIVMSG #lobby :exit dulu ya")


def test_a_command_nobody_knows_stays_in_the_line(table: Table) -> None:
    assert not table.talk.accept("/tari")
    assert table.paper.take() == ["-- There is no command /tari. /help lists them."]


def test_help_names_every_command_and_every_named_command_works(table: Table) -> None:
    assert table.talk.accept("/help")
    told = " ".join(table.paper.take())
    for command in ("/who", "/msg", "/me", "/join", "/room", "/part", "/nick", "/topic", "/quit", "exit"):
        assert command in told
    for command in table.talk.words.commands:
        if command != "/quit":
            table.talk.accept(command)
            assert not [line for line in table.paper.take() if "no command" in line], command


def test_who_lists_the_people_here(table: Table) -> None:
    table.talk.accept("/who")
    assert table.paper.take() == ["-- 3: @Budi, Ani, Siti"]


# --- several rooms ------------------------------------------------------------------------------


def join_tugas(table: Table) -> None:
    table.talk.accept("/join tugas")
    table.server(":Siti!~u@host.lan JOIN #tugas", ":srv 332 Siti #tugas :hal 12")


def test_a_joined_room_is_the_current_one_and_the_prompt_says_so(table: Table) -> None:
    join_tugas(table)
    assert table.paper.take() == ["-- You are in #tugas.", "-- Topic of #tugas: hal 12"]
    assert table.talk.prompt == "#tugas >> "
    table.talk.accept("halo")
    assert table.wire.take()[-1].endswith("PRIVMSG #tugas halo")


def test_lines_of_the_other_rooms_are_marked(table: Table) -> None:
    join_tugas(table)
    table.paper.take()
    table.server(f"{BUDI} PRIVMSG #lobby :di lobi", f"{BUDI} PRIVMSG #tugas :di sini")
    assert table.paper.take() == ["[#lobby] Budi: di lobi", "Budi: di sini"]


@pytest.mark.parametrize("typed", ["/room lobby", "/room #LOBBY", "/join #lobby"])
def test_switching_shows_where_and_what_was_said_last(table: Table, typed: str) -> None:
    table.server(f"{BUDI} PRIVMSG #lobby :tadi", ":Cici!~c@c.lan JOIN #lobby")
    join_tugas(table)
    table.paper.take()
    assert table.talk.accept(typed)
    assert table.paper.take() == ["-- You are in #lobby.", "Budi: tadi"]
    assert table.talk.prompt == ">> "


@pytest.mark.parametrize("typed", ["/room", "/join"])
def test_rooms_are_listed_with_what_is_unread(table: Table, typed: str) -> None:
    table.server(f"{BUDI} PRIVMSG Siti :hai", f"{BUDI} PRIVMSG Siti :hai?")
    table.paper.take()
    assert table.talk.accept(typed)
    assert table.paper.take() == ["-- > #lobby", "--   Budi (2)"]


def test_a_room_nobody_knows_is_said(table: Table) -> None:
    assert not table.talk.accept("/room bulan")
    assert table.paper.take() == ["-- There is no room or chat bulan here."]


def test_a_private_chat_is_a_room_to_switch_to(table: Table) -> None:
    table.server(f"{BUDI} PRIVMSG Siti :hai")
    table.paper.take()
    table.talk.accept("/room budi")
    assert table.paper.take() == ["-- You are writing to Budi.", "Budi: hai"]
    assert table.talk.prompt == "Budi >> "
    table.talk.accept("apa kabar")
    assert table.wire.take()[-1].endswith("PRIVMSG Budi :apa kabar")
    table.talk.accept("/who")
    assert table.paper.take() == ["-- 2: Budi, Siti"]


def test_a_renamed_partner_does_not_look_like_a_switch(table: Table) -> None:
    table.server(f"{BUDI} PRIVMSG Siti :hai")
    table.talk.accept("/room budi")
    table.paper.take()
    table.server(f"{BUDI} NICK Boni")
    assert table.talk.prompt == "Boni >> "
    assert not [line for line in table.paper.take() if "You are" in line]


def test_msg_writes_to_one_person_and_stays_here(table: Table) -> None:
    assert table.talk.accept("/msg Budi rahasia")
    table.echo()
    assert table.paper.take() == ["[Budi] Siti: rahasia"]
    assert table.talk.prompt == ">> "
    assert table.talk.session.current == "#lobby"


def test_leaving_a_room_leads_to_its_neighbour(table: Table) -> None:
    join_tugas(table)
    table.paper.take()
    table.talk.accept("/part")
    table.server(":Siti!~u@host.lan PART #tugas")
    assert table.paper.take() == ["-- You left #tugas.", "-- You are in #lobby."]
    assert table.talk.prompt == ">> "


def test_without_a_room_the_way_to_one_is_said(table: Table) -> None:
    table.talk.accept("/part")
    table.server(":Siti!~u@host.lan PART #lobby")
    table.paper.take()
    assert not table.talk.accept("halo")
    assert table.paper.take() == ["-- You are in no room. Name one: /join #room"]
    assert table.talk.accept("/join #lobby")
    assert table.wire.take()[-1] == "JOIN #lobby"


def test_being_removed_says_how_to_come_back_and_coming_back_is_said(table: Table) -> None:
    table.server(f"{BUDI} KICK #lobby Siti :ribut")
    assert table.paper.take() == ["-- You were removed by Budi: ribut /join #lobby brings you back."]
    assert not table.talk.accept("kok begitu?")
    assert table.paper.take() == ["-- You were removed by Budi: ribut /join #lobby brings you back."]
    table.talk.accept("/join #lobby")
    table.server(":Siti!~u@host.lan JOIN #lobby")
    assert table.paper.take() == ["-- You are in #lobby."]


def test_tab_offers_rooms_people_and_partners(table: Table) -> None:
    join_tugas(table)
    table.server(":Joko!~j@j.lan PRIVMSG Siti :hai")
    words = table.talk.words
    assert words.rooms == ("#lobby", "#tugas")
    assert ("Joko", "Joko") in words.people
    table.talk.accept("/room lobby")
    assert {name for name, _ in table.talk.words.people} == {"Ani", "Budi", "Joko"}


# --- the connection -----------------------------------------------------------------------------


def test_a_break_is_said_in_one_line_and_so_is_the_way_back(table: Table) -> None:
    table.lose()
    assert table.paper.take() == ["-- Connection lost. Trying again…"]
    assert table.talk.prompt == "(offline) >> "
    table.wire.happen(Failed(Problem.REFUSED))
    table.come_back()
    assert table.paper.take() == ["-- Connected again"]
    assert table.talk.prompt == ">> "


def test_a_restarted_server_is_said_once_for_all_rooms(table: Table) -> None:
    join_tugas(table)
    table.paper.take()
    table.lose()
    table.come_back(boot="b2")
    assert table.paper.take()[1:] == ["-- Connected again: the server was restarted."]


def test_what_needs_the_server_stays_in_the_line_without_a_connection_and_what_is_said_waits(table: Table) -> None:
    table.lose()
    table.paper.take()
    assert not table.talk.accept("/away")
    assert table.paper.take() == ["-- Not sent yet: the connection is down."]
    assert table.talk.accept("halo")


def test_the_break_is_not_said_again_when_that_hint_has_passed(table: Table) -> None:
    table.lose()
    table.talk.accept("/away")
    table.paper.take()
    table.clock.advance(30)
    table.talk.tick()
    assert table.paper.take() == []


def test_the_prompt_says_offline_until_the_room_is_there_again(table: Table) -> None:
    table.lose()
    due = table.talk.next_tick
    assert due is not None
    table.clock.seconds = due
    table.talk.tick()
    table.wire.happen(Connected())
    table.server(":srv 001 Siti :Welcome", ":srv 376 Siti :End")
    assert table.talk.prompt == "(offline) >> "
    table.server(":Siti!~u@host.lan JOIN #lobby")
    assert table.talk.prompt == ">> "


def test_every_break_is_said(table: Table) -> None:
    for _ in range(2):
        table.lose()
        assert table.paper.take() == ["-- Connection lost. Trying again…"]
        table.come_back()
        table.paper.take()


def test_a_message_the_break_swallowed_is_called_unsent(table: Table) -> None:
    table.talk.accept("halo")
    table.lose()
    assert "-- Not sent: halo (It is not known whether this arrived.)" in table.paper.take()


def test_enter_on_an_empty_line_tries_again_at_once(table: Table) -> None:
    table.lose()
    link = table.wire.link
    table.talk.accept("")
    assert table.wire.link == link + 1


def test_a_closing_server_is_said_in_one_line(table: Table) -> None:
    table.server("ERROR :Closing link: Server is shutting down")
    table.lose()
    assert table.paper.take() == ["-- The server is shutting down. Trying again…"]


def test_a_ban_is_said_with_the_servers_words_and_the_person_decides(table: Table) -> None:
    table.server("ERROR :Closing link: You are banned")
    table.lose()
    assert table.paper.take() == ["-- The server closed the connection. Closing link: You are banned"]
    assert table.paper.code is None


def test_a_name_lost_while_away_is_a_question_again(table: Table) -> None:
    table.lose()
    due = table.talk.next_tick
    assert due is not None
    table.clock.seconds = due
    table.talk.tick()
    table.wire.happen(Connected())
    table.server(":srv CAP * LS :setname", ":srv 433 * Siti :In use", ":srv CAP * ACK :setname")
    while (due := table.talk.next_tick) is not None and not table.talk.session.strips[""].text:
        table.clock.seconds = due
        table.talk.tick()
        table.server(":srv 433 * Siti :In use", ":srv CAP * LIST :setname")
        if any("NICK Siti2" in line for line in table.wire.take()):
            table.server(":srv CAP Siti2 LIST :setname")
    assert "-- The name “Siti” is in use; Enter takes Siti2, /nick NAME another one." in table.paper.take()
    table.wire.take()
    assert table.talk.accept("")
    assert "CAP END" in table.wire.take()


def test_events_of_an_older_connection_are_not_told(table: Table) -> None:
    table.wire.link += 1
    table.wire.happen(Connected())
    table.wire._tell(table.wire.link - 1, Failed(Problem.REFUSED))
    assert table.paper.take() == []


def test_what_still_waits_for_a_link_is_named_when_one_leaves(table: Table) -> None:
    table.lose()
    assert table.talk.accept("belum terkirim")
    table.paper.take()
    assert table.talk.accept("/quit")
    assert table.paper.take() == ["-- Not sent: belum terkirim"]


def test_a_list_of_history_waits_for_what_is_on_its_way() -> None:
    table = Table()
    table.log_in(capabilities=REMEMBERING)
    table.server(":Siti!~u@host.lan JOIN #tugas * :Siti")
    asked = next(line for line in table.wire.take() if "CHATHISTORY LATEST #tugas" in line)
    table.talk.accept("/join #tugas")
    table.talk.accept("/history")
    assert "-- Nothing was said here yet." not in table.paper.take()
    table.server(
        f"{asked.split()[0]} :srv BATCH +1 chathistory #tugas",
        "@batch=1;msgid=a;time=2023-11-14T22:00:00.000Z :Budi!~b@b.lan PRIVMSG #tugas :tadi",
        ":srv BATCH -1",
    )
    assert any("1 " in line and "tadi" in line for line in table.paper.take())
