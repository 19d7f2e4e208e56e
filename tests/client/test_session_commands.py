"""What is typed: texts of one line and of many, commands, and how each is answered."""

from __future__ import annotations

import pytest

from client.changes import CLEAR, ConversationAdded, EntryKind, LinkState, Security
from tests.fakes import Chat


@pytest.fixture
def chat() -> Chat:
    chat = Chat()
    chat.log_in(capabilities="echo-message")
    return chat


def test_every_line_of_a_text_is_a_message_and_empty_ones_are_none(chat: Chat) -> None:
    assert chat.type("satu\r\n\n  dua  \rtiga\n")
    assert chat.sent() == ["PRIVMSG #lobby satu", "PRIVMSG #lobby :  dua  ", "PRIVMSG #lobby tiga"]
    assert chat.texts() == ["satu", "  dua  ", "tiga"]


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_an_empty_text_is_taken_and_nothing_happens(chat: Chat, text: str) -> None:
    assert chat.type(text)
    assert chat.sent() == []


def test_what_no_line_can_hold_is_left_out(chat: Chat) -> None:
    chat.type("a\0b\ud800c")
    assert chat.sent() == ["PRIVMSG #lobby ab?c"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("//me", ["PRIVMSG #lobby /me"]),
        ("/usr/bin/python", ["PRIVMSG #lobby /usr/bin/python"]),
        ("/", ["PRIVMSG #lobby /"]),
        ("/me satu\ndua", ["PRIVMSG #lobby :/me satu", "PRIVMSG #lobby dua"]),
        ("/me melambai", ["PRIVMSG #lobby :\x01ACTION melambai\x01"]),
        ("/ME  melambai ", ["PRIVMSG #lobby :\x01ACTION melambai\x01"]),
        ("/msg Budi halo semua", ["PRIVMSG Budi :halo semua"]),
        ("/join #a", ["JOIN #a"]),
        ("/join a", ["JOIN #a"]),
        ("/join #a rahasia", ["JOIN #a rahasia"]),
        ("/part", ["PART #lobby"]),
        ("/part sampai besok", ["PART #lobby :sampai besok"]),
        ("/part #lobby sampai besok", ["PART #lobby :sampai besok"]),
        ("/nick Pak Adi", ["NICK Pak_Adi"]),
        ("/topic tugas hari ini", ["TOPIC #lobby :tugas hari ini"]),
        ("/away makan siang", ["AWAY :makan siang"]),
        ("/away", ["AWAY"]),
        ("/names #other", ["NAMES #other"]),
        ("/whois Budi", ["WHOIS Budi"]),
        ("/list", ["LIST"]),
        ("/list >10", ["LIST >10"]),
    ],
)
def test_a_command_becomes_its_line(chat: Chat, text: str, lines: list[str]) -> None:
    assert chat.type(text)
    assert chat.sent() == lines


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/dance", "There is no command /dance. /help lists them."),
        ("/me", "Write it like this: /me text"),
        ("/msg Budi", "Write it like this: /msg nickname text"),
        ("/msg #lobby halo", "Write it like this: /msg nickname text"),
        ("/msg :x halo", "Write it like this: /msg nickname text"),
        ("/msg", "Write it like this: /msg nickname text"),
        ("/join", "Write it like this: /join #channel"),
        ("/join #a,#b", "Write it like this: /join #channel"),
        ("/nick 😀", "Write it like this: /nick name"),
        ("/whois", "Write it like this: /whois nickname"),
    ],
)
def test_a_command_that_cannot_be_done_stays_in_the_box_and_says_why(chat: Chat, text: str, answer: str) -> None:
    assert not chat.type(text)
    assert chat.sent() == []
    assert [(entry.kind, entry.text) for entry in chat.conversation().entries] == [(EntryKind.SERVER, answer)]


def test_commands_in_a_private_chat_speak_of_the_person(chat: Chat) -> None:
    chat.done(chat.session.open_private("Budi"))
    assert chat.type("/whois")
    assert chat.sent() == ["WHOIS Budi"]
    assert not chat.type("/part")
    assert not chat.type("/topic x")
    assert chat.type("/names")
    assert chat.texts() == ["Write it like this: /part #channel", "Write it like this: /topic text"]
    assert chat.type("/part #lobby")
    assert chat.sent() == ["PART #lobby"]


def test_a_message_by_command_opens_the_chat_and_shows_it(chat: Chat) -> None:
    taken, changes = chat.session.send_text("#lobby", "/msg Budi halo")
    chat.done(changes)
    assert taken
    assert ConversationAdded("budi", select=True) in changes
    assert chat.session.current == "budi"
    assert chat.texts() == ["halo"]


def test_an_action_is_shown_as_one_and_matched_with_its_echo(chat: Chat) -> None:
    chat.type("/me melambai")
    chat.server(":Siti!~u@host.lan PRIVMSG #lobby :\x01ACTION melambai\x01")
    assert [(e.kind, e.text, e.delivery.value) for e in chat.conversation().entries] == [
        (EntryKind.ACTION, "melambai", "sent")
    ]


def test_a_long_action_is_split_into_actions(chat: Chat) -> None:
    chat.type("/me " + "kata " * 200)
    lines = chat.sent()
    assert len(lines) == 3
    assert all(line.startswith("PRIVMSG #lobby :\x01ACTION ") and line.endswith("\x01") for line in lines)
    assert all(len(f":Siti!~u@host.lan {line}") <= 510 for line in lines)


def test_a_notice_that_was_refused_is_sent_again_as_a_notice(chat: Chat) -> None:
    chat.type("/me x")
    chat.server(":srv 404 Siti #lobby :no")
    chat.sent()
    chat.done(chat.session.resend("#lobby", chat.conversation().entries[0].id))
    assert chat.sent() == ["PRIVMSG #lobby :\x01ACTION x\x01"]


def test_the_topic_and_the_members_can_be_asked_for_without_the_server(chat: Chat) -> None:
    chat.type("/topic")
    chat.server(":srv 332 Siti #lobby :tugas")
    chat.type("/topic")
    chat.type("/names")
    assert chat.texts() == ["No topic is set.", "tugas", "@Budi, Ani, Siti"]
    assert chat.sent() == []


def test_help_lists_the_commands(chat: Chat) -> None:
    assert chat.type("/help")
    assert chat.texts()[0].startswith("Commands: /me /msg /join ")


def test_quit_leads_back_to_the_login(chat: Chat) -> None:
    assert chat.type("/quit sampai besok")
    assert chat.sent() == ["QUIT :sampai besok"]
    assert chat.session.state is LinkState.OFFLINE
    assert chat.session.conversations == {}


def test_answers_to_commands_are_shown_where_the_person_is(chat: Chat) -> None:
    chat.server(
        ":srv 311 Siti Budi ~b b.lan * :Budi",
        ":srv 319 Siti Budi :#lobby",
        ":srv 318 Siti Budi :End of WHOIS",
        ":srv 704 Siti",
    )
    assert chat.texts() == ["Budi ~b b.lan * Budi", "Budi #lobby"]


def test_the_welcome_of_the_server_stays_out_of_the_conversation(chat: Chat) -> None:
    assert (
        chat.server(*[f":srv {n} Siti :text" for n in ("002", "003", "004", "251", "265", "372", "375", "221")]) == []
    )


def test_a_list_of_channels_is_shown_up_to_a_hundred(chat: Chat) -> None:
    chat.server(
        ":srv 321 Siti Channel :Users Name", ":srv 322 Siti #a 5 :tugas", ":srv 322 Siti #b 1", ":srv 323 Siti :End"
    )
    assert chat.texts() == ["#a (5) tugas", "#b (1)"]
    chat.server(*[f":srv 322 Siti #c{n} 1 :" for n in range(120)], ":srv 323 Siti :End")
    assert len(chat.texts()) == 2 + 100 + 1
    assert chat.texts()[-1] == "… +20"


def test_a_busy_server_is_quoted(chat: Chat) -> None:
    chat.server(":srv 263 Siti LIST :Please try again", ":srv 263")
    assert chat.texts() == ["Please try again"]


def elsewhere(security: Security = CLEAR, host: str = "192.168.1.20") -> Chat:
    chat = Chat()
    chat.done(chat.session.login(host, 8888, "Siti"))
    chat.welcome("echo-message", security=security)
    chat.sent()
    return chat


@pytest.mark.parametrize("text", ["IDENTIFY rahasia", "identify Siti rahasia", "Register rahasia", "PASSWD a b"])
def test_a_password_goes_in_clear_to_another_machine_only_when_it_is_sent_once_more(text: str) -> None:
    chat = elsewhere()
    assert not chat.type(f"/msg NickServ {text}"), "the text stays in the box"
    assert chat.sent() == []
    assert "not encrypted" in chat.texts("nickserv")[-1]
    assert chat.type(text, "nickserv")
    assert chat.sent() == [f"PRIVMSG NickServ :{text}"]
    assert not chat.type(text, "nickserv"), "that was for once"
    chat.type("halo", "nickserv")
    assert not chat.type(text, "nickserv"), "and something else came between"


@pytest.mark.parametrize(
    ("security", "host", "line"),
    [
        (Security("11" * 32), "192.168.1.20", "/msg NickServ IDENTIFY rahasia"),
        (CLEAR, "127.0.0.1", "/msg NickServ IDENTIFY rahasia"),
        (CLEAR, "192.168.1.20", "/msg NickServ INFO Budi"),
        (CLEAR, "192.168.1.20", "/msg NickServ IDENTIFY"),
        (CLEAR, "192.168.1.20", "/msg Budi identify yourself"),
        (CLEAR, "192.168.1.20", "register now"),
    ],
)
def test_nothing_else_is_held_back(security: Security, host: str, line: str) -> None:
    chat = elsewhere(security, host)
    assert chat.type(line)
    assert len([sent for sent in chat.sent() if sent.startswith("PRIVMSG")]) == 1
