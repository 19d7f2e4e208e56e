"""Keeping order by typed commands: the lines they become, what the answers teach, and what is asked when."""

from __future__ import annotations

import pytest

from client.changes import CLEAR, Security
from client.core.moderation import HELP
from client.order import Kept, Power, Roll, RollShown, RoomPower
from tests.fakes import Chat

OURS = (
    ":srv 005 Siti PREFIX=(qaohv)~&@%+ CHANMODES=Ibeg,k,Sl,CMPRUimnst EXTBAN=,amr obrolan.example/BOOT=a1 :ok",
    ":srv MODE #lobby +o Siti",
)


@pytest.fixture
def chat() -> Chat:
    """On a server like ours, as an operator of the lobby."""
    chat = Chat()
    chat.log_in()
    chat.server(*OURS)
    chat.sent()
    return chat


def plain_chat(*tokens: str) -> Chat:
    """On a server of another kind, as an operator."""
    chat = Chat()
    chat.log_in(boot="")
    chat.server(f":srv 005 Siti PREFIX=(ov)@+ {' '.join(tokens)} :ok", ":srv MODE #lobby +o Siti")
    chat.sent()
    return chat


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("/kick Budi", ["KICK #lobby Budi"]),
        ("/kick Budi terlalu ramai", ["KICK #lobby Budi :terlalu ramai"]),
        ("/kick #lobby Budi :raw habit", ["KICK #lobby Budi :raw habit"]),
        ("/ban Budi 10m berisik sekali", ["TBAN #lobby 10m Budi :berisik sekali", "KICK #lobby Budi :berisik sekali"]),
        ("/ban 2H Budi", ["TBAN #lobby 2h Budi", "KICK #lobby Budi"]),
        ("/ban Budi", ["TBAN #lobby 0 Budi", "KICK #lobby Budi"]),
        ("/ban Joko berisik", ["TBAN #lobby 0 Joko berisik"]),
        ("/mute Budi 10 ramai", ["TBAN #lobby 10m m:Budi ramai"]),
        ("/mute Budi 0", ["TBAN #lobby 0 m:Budi"]),
        ("/unban Budi", ["MODE #lobby -bbb a:Budi Budi!*@* *!*@b.lan"]),
        ("/unmute Joko", ["MODE #lobby -bb m:a:Joko m:Joko!*@*"]),
        ("/unban 10.0.0.0/8", ["MODE #lobby -b 10.0.0.0/8"]),
        ("/unban m:a:budi", ["MODE #lobby -b m:a:budi"]),
        ("/bans", ["TBAN #lobby"]),
        ("/op Budi Ani", ["MODE #lobby +o Budi", "MODE #lobby +o Ani"]),
        ("/deop Budi", ["MODE #lobby -o Budi"]),
        ("/helper Budi", ["MODE #lobby +h Budi"]),
        ("/dehelper Budi", ["MODE #lobby -h Budi"]),
        ("/voice Budi", ["MODE #lobby +v Budi"]),
        ("/devoice Budi", ["MODE #lobby -v Budi"]),
        ("/slow", ["MODE #lobby +S 10"]),
        ("/slow 60s", ["MODE #lobby +S 60"]),
        ("/slow off", ["MODE #lobby -S"]),
        ("/quiet on", ["MODE #lobby +U"]),
        ("/quiet off", ["MODE #lobby -U"]),
        ("/announce", ["MODE #lobby +m"]),
        ("/announce OFF", ["MODE #lobby -m"]),
        ("/words", ["MODE #lobby g"]),
        ("/words +satu -dua tiga", ["MODE #lobby +g satu", "MODE #lobby -g dua", "MODE #lobby +g tiga"]),
        ("/invite Joko", ["INVITE Joko #lobby"]),
        ("/mode +i", ["MODE #lobby +i"]),
        ("/mode +k rahasia", ["MODE #lobby +k rahasia"]),
        ("/audit", ["AUDIT #lobby"]),
        ("/audit 50", ["AUDIT #lobby 50"]),
        ("/kline", ["KLINE"]),
        ("/kline Budi 2h berisik", ["KLINE 2h Budi berisik"]),
        ("/kline Budi", ["KLINE 0 Budi"]),
        ("/unkline Budi", ["UNKLINE a:Budi"]),
        ("/kill Budi keluar dulu", ["KILL Budi :keluar dulu"]),
        ("/kill Budi", ["KILL Budi"]),
    ],
)
def test_a_command_becomes_what_the_server_knows(chat: Chat, typed: str, lines: list[str]) -> None:
    assert chat.type(typed)
    assert chat.sent() == lines


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "/kick",
            "/ban",
            "/ban 10m",
            "/mute",
            "/unban",
            "/unmute m:",
            "/op",
            "/voice",
            "/invite",
            "/kill",
            "/unkline",
        ),
        *("/slow soon", "/quiet perhaps", "/announce no", "/words +", "/audit all", "/owner", "/oper"),
        *("/ban :x :x", "/kick #elsewhere Budi", "/kline 2h", "/words -a +"),
    ],
)
def test_a_command_that_says_too_little_stays_and_is_explained(chat: Chat, typed: str) -> None:
    before = len(chat.sent())
    assert not chat.type(typed)
    assert [line for line in chat.sent()[before:] if not line.startswith("MODE #lobby -g")] == []
    word = typed.split(maxsplit=1)[0].removeprefix("/")
    assert chat.texts()[-1] == f"Write it like this: {HELP[word]}"


def test_a_room_command_in_a_private_chat_needs_the_room_and_one_for_the_server_does_not(chat: Chat) -> None:
    chat.done(chat.session.open_private("Budi"))
    assert not chat.type("/kick Budi")
    assert chat.type("/kick #lobby Budi")
    assert chat.type("/kline Budi 1d")
    assert chat.sent()[-2:] == ["KICK #lobby Budi", "KLINE 1d Budi"]


def test_who_has_voice_loses_it_with_a_mute_which_would_not_hold(chat: Chat) -> None:
    chat.server(":srv MODE #lobby +v Ani")
    chat.type("/mute Ani 10m")
    assert chat.sent() == ["MODE #lobby -v Ani", "TBAN #lobby 10m m:Ani"]


def test_help_lists_the_commands_by_what_they_are_about_and_explains_one(chat: Chat) -> None:
    assert chat.type("/help")
    usual, rooms, server = chat.texts()[-3:]
    assert "/join" in usual
    assert "/kick" not in usual
    assert rooms.startswith("In rooms that you run: /kick /ban ")
    assert server == "On a server that you run: /owner /oper /kline /unkline /kill."
    assert chat.type("/help /kick")
    assert chat.texts()[-1] == HELP["kick"]


# --- what it is called by afterwards ----------------------------------------------------------


def test_a_ban_of_a_name_is_lifted_by_the_mask_that_the_server_made_of_it(chat: Chat) -> None:
    chat.type("/mute Budi 10m")
    chat.type("/ban Ani")
    chat.sent()
    chat.server(":srv 442 Siti #lobby2 :x", ":Siti!~u@host.lan JOIN #b", ":Siti!~u@host.lan MODE #b +b a:x")
    chat.server(":srv 482 Siti #b :x")
    chat.sent()
    chat.server(":Siti!~u@host.lan MODE #lobby +b m:a:budiman", ":Siti!~u@host.lan MODE #lobby +b a:annisa")
    assert [(entry.text, entry.target) for entry in chat.conversation().entries[-2:]] == [
        ("+b m:a:budiman", "Budi"),
        ("+b a:annisa", "Ani"),
    ]
    chat.type("/unmute Budi")
    chat.type("/unban Ani")
    chat.type("/unkline Ani")
    assert chat.sent() == [
        "MODE #lobby -bbbb m:a:budiman m:a:Budi m:Budi!*@* m:*!*@b.lan",
        "MODE #lobby -bbbb a:annisa a:Ani Ani!*@* *!*@a.lan",
        "UNKLINE a:annisa",
    ]


def test_a_refused_ban_teaches_nothing(chat: Chat) -> None:
    chat.type("/mute Budi 10m")
    chat.server(":srv 482 Siti #lobby :You're not channel operator", ":Siti!~u@host.lan MODE #lobby +b m:a:joko")
    assert chat.conversation().entries[-1].target == "joko"
    assert chat.texts()[-2] == "You may not do that in this room."
    chat.server(":srv 482 Siti #lobby :They stand higher than you on that channel")
    chat.server(":srv 696 Siti #lobby b x :This is no mask", ":Siti!~u@host.lan MODE #lobby +b m:a:x")


def test_masks_are_remembered_within_bounds(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("client.core.masks.REMEMBERED", 1)
    for nickname in ("Budi", "Ani"):
        chat.type(f"/mute {nickname}")
        chat.server(f":Siti!~u@host.lan MODE #lobby +b m:a:x{nickname}")
    chat.sent()
    chat.type("/unmute Budi")
    assert chat.sent() == ["MODE #lobby -bbb m:a:Budi m:Budi!*@* m:*!*@b.lan"]


def test_where_somebody_came_from_is_known_after_they_left_within_bounds(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.server(":Joko!~j@j.lan JOIN #lobby * :Joko", ":Joko!~j@j.lan QUIT")
    chat.type("/unban Joko")
    assert chat.sent() == ["MODE #lobby -bbb a:Joko Joko!*@* *!*@j.lan"]
    chat.server(":Siti!~u@host.lan MODE #lobby +b *!*@j.lan")
    assert chat.conversation().entries[-1].target == "Joko"
    monkeypatch.setattr("client.core.book.HOSTS", 1)
    chat.server(":Eka!~j@e.lan JOIN #lobby * :Eka", ":Eko!~j@k.lan JOIN #lobby * :Eko")
    chat.type("/unban Budi")
    assert chat.sent() == ["MODE #lobby -bb a:Budi Budi!*@*"]
    chat.server(":Siti!~u@host.lan MODE #lobby +b *!*@nowhere")
    assert chat.conversation().entries[-1].target == "*!*@nowhere"


# --- servers that know no times ---------------------------------------------------------------


def test_where_tban_is_unknown_a_ban_is_one_by_mode_and_the_person_is_told(chat: Chat) -> None:
    chat.type("/ban Budi 10m ramai")
    assert chat.sent() == ["TBAN #lobby 10m Budi ramai", "KICK #lobby Budi ramai"]
    chat.server(":srv 421 Siti TBAN :Unknown command")
    assert chat.sent() == ["MODE #lobby +b *!*@b.lan"]
    assert chat.texts()[-1] == "This server bans without a time: it holds until you lift it."
    chat.type("/ban Ani ramai")
    chat.type("/mute Ani")
    chat.type("/ban Joko!*@* x")
    assert chat.sent() == [
        *("MODE #lobby +b *!*@a.lan", "KICK #lobby Ani ramai"),
        "MODE #lobby +b m:*!*@a.lan",
        "MODE #lobby +b Joko!*@*",
    ]


@pytest.mark.parametrize(
    ("tokens", "line"),
    [
        (["EXTBAN=~,mq"], "MODE #lobby +b ~m:*!*@b.lan"),
        (["CHANMODES=beq,k,l,imnt"], "MODE #lobby +q *!*@b.lan"),
    ],
)
def test_a_mute_is_what_the_server_calls_one(tokens: list[str], line: str) -> None:
    chat = plain_chat(*tokens)
    chat.type("/mute Budi")
    chat.server(":srv 421 Siti TBAN :Unknown command")
    assert chat.sent()[-1] == line


def test_where_nobody_can_be_muted_the_person_is_told() -> None:
    chat = plain_chat()
    chat.type("/mute Budi")
    chat.server(":srv 421 Siti TBAN :Unknown command")
    assert chat.sent() == ["TBAN #lobby 0 m:Budi"]
    assert chat.texts()[-1] == "This server cannot do that."
    chat.type("/unban Budi")
    assert chat.sent() == ["MODE #lobby -bb Budi!*@* *!*@b.lan"]


def test_other_unknown_commands_are_told(chat: Chat) -> None:
    chat.server(":srv 421 Siti WIBBLE :Unknown command")
    assert chat.texts()[-1] == "WIBBLE: Unknown command"


# --- lists ------------------------------------------------------------------------------------


def rolls(chat: Chat, *lines: str) -> list[RollShown]:
    return [change for change in chat.server(*lines) if isinstance(change, RollShown)]


def test_bans_and_mutes_come_with_who_how_long_and_why(chat: Chat) -> None:
    chat.done(chat.session.ask_roll("#lobby", Roll.BANS))
    assert chat.sent() == ["TBAN #lobby"]
    found = rolls(
        chat,
        ":srv NOTICE Siti :#lobby: m:a:budi by Siti, 9m30s left: ramai: sekali",
        ":srv NOTICE Siti :#lobby: *!*@a.lan by Pak_Adi, for ever",
        ":srv NOTICE Siti :something else",
        ":srv NOTICE Siti :#lobby: something else",
        ":srv NOTICE Siti :#lobby: 2 bans and mutes",
    )
    mute = Kept("m:a:budi", "Budi", mute=True, by="Siti", left="9m30s", reason="ramai: sekali")
    assert found == [RollShown("#lobby", Roll.BANS, (mute, Kept("*!*@a.lan", "Ani", by="Pak_Adi")))]
    assert chat.texts()[-2:] == ["something else", "#lobby: something else"]
    assert rolls(chat, ":srv NOTICE Siti :#lobby: 2 bans and mutes") == [], "nobody asked"


def test_where_tban_is_unknown_the_list_is_that_of_mode(chat: Chat) -> None:
    chat.done(chat.session.ask_roll("#lobby", Roll.BANS))
    chat.server(":srv 421 Siti TBAN :Unknown command")
    assert chat.sent() == ["TBAN #lobby", "MODE #lobby b"]
    found = rolls(
        chat,
        ":srv 367 Siti #lobby budi!*@* Ani!~a@a.lan 1700000000",
        ":srv 367 Siti #lobby m:*!*@x.lan",
        ":srv 367 Siti #other x!*@*",
        ":srv 368 Siti #other :End",
        ":srv 368 Siti #lobby :End",
    )
    assert found == [
        RollShown("#lobby", Roll.BANS, (Kept("budi!*@*", "Budi", by="Ani"), Kept("m:*!*@x.lan", "*!*@x.lan", True)))
    ]
    assert chat.texts()[-2:] == ["#other x!*@*", "End"]
    chat.done(chat.session.ask_roll("#lobby", Roll.BANS))
    assert chat.sent() == ["MODE #lobby b"]


def test_words_are_listed(chat: Chat) -> None:
    chat.done(chat.session.ask_roll("#lobby", Roll.WORDS))
    found = rolls(chat, ":srv 941 Siti #lobby kasar Siti!~u@host.lan 1", ":srv 940 Siti #lobby :End")
    assert found == [RollShown("#lobby", Roll.WORDS, (Kept("kasar", "kasar", by="Siti"),))]
    assert rolls(chat, ":srv 421 Siti TBAN :Unknown command") == []
    chat.done(chat.session.ask_roll("#lobby", Roll.WORDS))
    chat.server(":srv NOTICE Siti :#lobby: 2 bans and mutes", ":srv 421 Siti TBAN :Unknown command")
    assert chat.texts()[-2:] == ["#lobby: 2 bans and mutes", "TBAN: Unknown command"]


def test_bans_from_the_server_are_listed(chat: Chat) -> None:
    chat.done(chat.session.ask_roll("", Roll.SERVER))
    assert chat.sent() == ["KLINE"]
    found = rolls(
        chat, ":srv NOTICE Siti :a:budi by Siti (siti), 2h left: x", ":srv NOTICE Siti :1 bans from the server"
    )
    assert found == [RollShown("", Roll.SERVER, (Kept("a:budi", "Budi", by="Siti (siti)", left="2h", reason="x"),))]


def test_a_list_is_given_up_when_it_is_refused_or_the_link_is_lost(chat: Chat) -> None:
    end = ":srv NOTICE Siti :#lobby: 0 bans and mutes"
    chat.done(chat.session.ask_roll("#lobby", Roll.BANS))
    assert rolls(chat, ":srv 482 Siti #lobby :You're not channel operator", end) == []
    chat.done(chat.session.ask_roll("#lobby", Roll.BANS))
    chat.done(chat.session.connection_lost(""))
    assert chat.done(chat.session.ask_roll("#lobby", Roll.BANS)) == []
    chat.sent()
    chat.wait(2)
    chat.welcome()
    assert rolls(chat, end) == []
    chat.sent()
    chat.done(chat.session.ask_roll("#nowhere", Roll.BANS))
    assert chat.sent() == []


def test_a_list_is_bounded(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("client.core.rolls.MOST", 1)
    chat.done(chat.session.ask_roll("#lobby", Roll.WORDS))
    lines = [f":srv 941 Siti #lobby w{n} Siti 1" for n in range(3)]
    assert len(rolls(chat, *lines, ":srv 940 Siti #lobby :End")[0].items) == 1


# --- modes ------------------------------------------------------------------------------------


def test_how_a_room_is_set_is_asked_when_we_come_in_and_followed(chat: Chat) -> None:
    chat.server(":srv 366 Siti #lobby :End")
    assert chat.sent() == ["MODE #lobby"]
    told = len(chat.texts())
    chat.server(":srv 324 Siti #lobby +ntS 10", ":srv 324 Siti #elsewhere +n", ":srv 329 Siti #lobby 1")
    assert chat.conversation().modes == {"n": "", "t": "", "S": "10"}
    assert len(chat.texts()) == told, "nobody wants to read that"
    chat.server(":Siti!~u@host.lan MODE #lobby +Um-tb x!*@*", ":Siti!~u@host.lan MODE #lobby -S")
    assert chat.conversation().modes == {"n": "", "U": "", "m": ""}
    chat.server(":Siti!~u@host.lan MODE #lobby +é1-n+n", ":srv 324 Siti #lobby +n…U")
    assert chat.conversation().modes == {"n": "", "U": ""}
    chat.type("/mode")
    chat.server(":srv 324 Siti #lobby +nU")
    assert chat.texts()[-1] == "+nU"
    chat.server(":srv 324 Siti #lobby +n", ":Siti!~u@host.lan JOIN #lobby")
    assert chat.conversation().modes == {}


# --- rights -----------------------------------------------------------------------------------

ALL = frozenset(Power)
HELPING = frozenset({Power.MUTE, Power.KICK, Power.BAN, Power.VOICE})
RUNNING = HELPING | {Power.HELPER, Power.OPERATOR}


@pytest.mark.parametrize(
    ("mine", "theirs", "powers"),
    [
        ("", "", frozenset()),
        ("v", "", frozenset()),
        ("h", "", HELPING),
        ("h", "v", HELPING),
        ("h", "h", frozenset()),
        ("h", "o", frozenset()),
        ("o", "", RUNNING),
        ("o", "h", RUNNING),
        ("o", "o", RUNNING),
        ("o", "a", frozenset()),
        ("a", "a", frozenset()),
        ("q", "q", RUNNING),
    ],
)
def test_what_one_may_do_to_whom_goes_by_the_ranks(
    chat: Chat, mine: str, theirs: str, powers: frozenset[Power]
) -> None:
    chat.server(":srv MODE #lobby -o Siti", ":srv MODE #lobby -o Budi")
    chat.server(*(f":srv MODE #lobby +{rank} {who}" for rank, who in ((mine, "Siti"), (theirs, "Budi")) if rank))
    assert chat.session.powers_over("#lobby", "Budi") == powers


def test_nobody_has_power_over_oneself_or_where_one_is_not(chat: Chat) -> None:
    session = chat.session
    assert session.powers_over("#lobby", "siti") == frozenset()
    assert session.powers_over("#lobby", "") == frozenset()
    assert session.powers_over("#nowhere", "Budi") == frozenset()
    assert session.powers_in("#nowhere") == frozenset()
    assert session.powers_over("#lobby", "Joko") == {Power.MUTE, Power.BAN}, "who has left may be kept out"
    assert session.powers_in("#lobby") == frozenset(RoomPower) - {RoomPower.SERVER}
    chat.server(":srv MODE #lobby -o+h Siti Siti")
    assert session.powers_in("#lobby") == {RoomPower.TOPIC, RoomPower.WORDS, RoomPower.BANS, RoomPower.NOTES}
    chat.done(session.open_private("Budi"))
    assert session.powers_over("budi", "Budi") == frozenset()
    assert session.powers_in("budi") == frozenset()
    chat.server(":Siti!~u@host.lan KICK #lobby Siti")
    assert session.powers_in("#lobby") == frozenset()


def test_a_member_list_without_us_gives_no_rank(chat: Chat) -> None:
    chat.conversation().members.pop("siti")
    assert chat.session.powers_in("#lobby") == frozenset()


def test_no_more_is_offered_than_the_server_has() -> None:
    chat = plain_chat()
    assert Power.HELPER not in chat.session.powers_over("#lobby", "Ani")
    assert chat.session.powers_in("#lobby") == {RoomPower.ANNOUNCE, RoomPower.TOPIC, RoomPower.BANS}
    assert Power.MUTE in chat.session.powers_over("#lobby", "Ani")
    chat.server(":srv MODE #lobby +o Ani")
    assert Power.MUTE not in chat.session.powers_over("#lobby", "Ani"), "it would not hold for who has a rank"
    chat.server(":srv 381 Siti :You are now an IRC operator")
    assert Power.SERVER_BAN not in chat.session.powers_over("#lobby", "Ani"), "operators of other networks run no rooms"


def test_who_runs_the_server_may_do_everything_until_that_ends(chat: Chat) -> None:
    chat.server(":srv MODE #lobby -o Siti")
    session = chat.session
    chat.server(":srv 381 Siti :You are now an IRC operator")
    assert chat.texts()[-1] == "You run this server now."
    assert session.powers_over("#lobby", "Ani") == ALL
    assert session.powers_in("#lobby") == frozenset(RoomPower)
    chat.server(":Siti!~u@host.lan MODE Siti -o")
    assert session.powers_in("#lobby") == frozenset()
    chat.server(":Siti!~u@host.lan MODE Siti +iow")
    assert RoomPower.SERVER in session.powers_in("#lobby")
    chat.server(":srv 221 Siti +i")
    assert session.powers_in("#lobby") == frozenset()
    chat.server(":srv 221 Siti +io", ":srv 381")
    chat.done(session.connection_lost(""))
    chat.wait(2)
    chat.welcome()
    assert session.powers_in("#lobby") == frozenset()


# --- secrets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "line"), [("/oper guru rahasia", "OPER guru rahasia"), ("/owner ab-cd", "OPER owner ab-cd")]
)
def test_a_secret_goes_in_clear_to_another_machine_only_when_it_is_typed_once_more(typed: str, line: str) -> None:
    chat = Chat()
    chat.log_in()
    assert not chat.type(typed)
    assert chat.sent() == []
    assert chat.texts()[-1].startswith("Not sent: the connection to this server is not encrypted")
    assert chat.type(typed)
    assert chat.sent() == [line]


@pytest.mark.parametrize(("host", "security"), [("127.0.0.1", CLEAR), ("lab2", Security("ab" * 32))])
def test_a_secret_that_nobody_can_read_goes_at_once(host: str, security: Security) -> None:
    chat = Chat()
    chat.done(chat.session.login(host, 8888, "Siti"))
    chat.welcome(security=security)
    chat.sent()
    assert chat.type("/owner ab-cd")
    assert chat.sent() == ["OPER owner ab-cd"]
    assert not chat.type("/oper guru")
    assert chat.texts()[-1] == f"Write it like this: {HELP['oper']}"
