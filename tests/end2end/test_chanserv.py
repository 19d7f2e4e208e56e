"""ChanServ: registered channels keep founder, modes, topic and lists over restarts (docs/protocol.md, "Services")."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD, fresh, notices, register, session
from tests.end2end.harness import NAME, Connect, IrcClient, Launch, ServerProcess, commands

SOURCE = f"ChanServ!ChanServ@{NAME}"
said = functools.partial(notices, "ChanServ")
SETTINGS = {**CHEAP, "operators.guru": {"password": "sangat rahasia"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), SETTINGS) as process:
        yield process
        assert process.alive


@pytest.fixture
def room() -> str:
    """A channel that no other test has."""
    return fresh("#r")


@pytest.fixture
def founder(server: ServerProcess, room: str) -> Iterator[IrcClient]:
    """Logged in to an account, and founder of the room, which is registered."""
    client = own(server, f"f{room[1:]}", room)
    yield client
    client.leave()


@pytest.fixture
def member(server: ServerProcess, founder: IrcClient, room: str) -> Iterator[IrcClient]:
    """Somebody with an account who is in the room."""
    name = f"m{room[1:]}"
    register(server, name)
    client = session(server, name)
    client.ask(f"JOIN {room}")
    founder.fence()
    yield client
    client.leave()


def own(server: ServerProcess, name: str, room: str) -> IrcClient:
    register(server, name)
    client = session(server, name)
    client.ask(f"JOIN {room}")
    assert said(client.ask(f"CS REGISTER {room}")) == [
        f"{room} is registered: its modes, lists and topic stay when everybody has left"
    ]
    return client


def modes(lines: list[str]) -> list[list[str]]:
    return [parse(line).params[1:] for line in lines if parse(line).command == "MODE"]


# --- registering


@covers("CS", "CHANSERV")
@pytest.mark.parametrize("way", ["CS {}", "CHANSERV {}", "PRIVMSG ChanServ :{}"])
def test_an_operator_with_an_account_registers_a_channel_and_is_its_founder(
    server: ServerProcess, room: str, way: str
) -> None:
    register(server, f"o{room[1:]}")
    client = session(server, f"o{room[1:]}")
    client.ask(f"JOIN {room}")
    lines = client.ask(way.format(f"REGISTER {room}"))
    assert modes([*lines, *client.fence()]) == [["+q", client.nickname]]
    assert said(client.ask(f"CS INFO {room}"))[0].startswith(f"{room}: founder {client.nickname}, registered 20")
    assert room in said(client.ask("CS LIST"))
    client.leave()


def test_register_says_what_is_missing(connect: Connect, server: ServerProcess, founder: IrcClient, room: str) -> None:
    guest = connect("tamu")
    guest.ask("JOIN #baru", f"JOIN {room}")
    assert said(guest.ask("CS REGISTER #baru")) == ["Log in to an account first: /NS IDENTIFY password"]
    register(server, f"n{room[1:]}")
    other = session(server, f"n{room[1:]}")
    other.ask("JOIN #baru")
    assert said(other.ask("CS REGISTER #baru")) == ["Only an operator of #baru can register it"]
    assert said(other.ask("CS REGISTER #nowhere")) == ["There is no channel #nowhere"]
    assert said(other.ask("CS REGISTER #lobby")) == ["The lobby belongs to the server"]
    assert said(other.ask("CS REGISTER")) == ["Write it like this: /CS REGISTER <channel>"]
    assert said(founder.ask(f"CS REGISTER {room}")) == [f"{room} is registered already"]
    other.leave()


def test_an_account_has_at_most_twenty_channels(server: ServerProcess, room: str) -> None:
    register(server, f"v{room[1:]}")
    client = session(server, f"v{room[1:]}")
    for number in range(20):
        client.ask(f"JOIN {room}-{number}")
        assert "is registered:" in said(client.ask(f"CS REGISTER {room}-{number}"))[0]
    client.ask(f"JOIN {room}-20")
    assert said(client.ask(f"CS REGISTER {room}-20")) == ["Your account has 20 channels, which is the most"]
    client.leave()


# --- what stays


def test_a_registered_channel_stays_when_everybody_has_left_and_knows_its_founder(
    connect: Connect, founder: IrcClient, room: str
) -> None:
    founder.ask(f"PART {room}")
    first = connect("pertama")
    first.ask(f"JOIN {room}")
    assert f":{NAME} 353 pertama = {room} :pertama" in first.ask(f"NAMES {room}"), "coming first makes no operator"
    founder.ask(f"JOIN {room}")
    assert f"~{founder.nickname}" in " ".join(founder.ask(f"NAMES {room}"))


def test_founder_modes_topic_and_lists_outlive_the_process(launch: Launch) -> None:
    server = launch(SETTINGS)
    founder = own(server, "siti", "#kelas")
    register(server, "budi")
    founder.ask("TOPIC #kelas :Ujian Senin", "MODE #kelas +ikl-n kunci 30", "MODE #kelas +S 5")
    founder.ask("MODE #kelas +b nakal!*@*", "MODE #kelas +e a:budi", "MODE #kelas +I a:budi")
    founder.ask("CS ACCESS #kelas ADD budi HALFOP", "METADATA #kelas SET color :#ff0000")
    before = [line.partition(" :")[2] for line in founder.ask("CS INFO #kelas")]
    shown = founder.ask("MODE #kelas", "MODE #kelas b", "MODE #kelas e", "MODE #kelas I", "TOPIC #kelas")
    server.terminate()
    server.start()
    budi = session(server, "budi")
    assert "353" in commands(lines := budi.ask("JOIN #kelas kunci")), lines
    assert f":{NAME} 353 budi = #kelas :%budi" in lines
    siti = session(server, "siti")
    siti.ask("JOIN #kelas kunci")
    assert siti.ask("MODE #kelas", "MODE #kelas b", "MODE #kelas e", "MODE #kelas I", "TOPIC #kelas") == shown
    assert "~siti" in " ".join(siti.ask("NAMES #kelas"))
    after = [line.partition(" :")[2] for line in siti.ask("CS INFO #kelas")]
    assert [text.replace("2 people", "1 person") for text in after] == before
    assert ":#ff0000" in " ".join(siti.ask("METADATA #kelas GET color"))


def test_a_killed_process_has_lost_nothing_that_was_answered(launch: Launch) -> None:
    server = launch(SETTINGS)
    founder = own(server, "siti", "#kelas")
    founder.ask("MODE #kelas +m")
    server.kill()
    server.start()
    siti = session(server, "siti")
    siti.ask("JOIN #kelas")
    assert parse(siti.ask("MODE #kelas")[0]).params[2] == "+mnt"


def test_a_new_name_and_the_end_of_a_registration_are_kept_too(launch: Launch) -> None:
    server = launch(SETTINGS)
    founder = own(server, "siti", "#satu")
    founder.ask("RENAME #satu #dua", "JOIN #tiga", "CS REGISTER #tiga", "CS DROP #tiga #tiga", "PART #tiga")
    founder.ask("MODE #dua +b siti!*@*", "CS UNBAN #dua")
    server.terminate()
    server.start()
    siti = session(server, "siti")
    assert said(siti.ask("CS LIST")) == ["#dua", "1 registered channel"]
    siti.ask("JOIN #tiga", "JOIN #satu", "JOIN #dua")
    assert commands(siti.ask("MODE #dua b")) == ["368"]
    assert "@siti" in " ".join(siti.ask("NAMES #tiga", "NAMES #satu")), "nothing of it is left"


def test_the_lobby_and_permanent_channels_are_kept_without_being_registered(launch: Launch) -> None:
    server = launch(SETTINGS)
    guru = server.connect("guru")
    guru.ask("OPER guru :sangat rahasia", "JOIN #lobby", "MODE #lobby +b nakal!*@*", "TOPIC #lobby :Selamat datang")
    guru.ask(
        "JOIN #papan", "MODE #papan +P", "TOPIC #papan :Pengumuman", "JOIN #lain", "MODE #lain +P", "MODE #lain -P"
    )
    server.terminate()
    server.start()
    ani = server.connect("ani")
    ani.ask("JOIN #lobby")
    assert "nakal!*@*" in ani.ask("MODE #lobby b")[0]
    assert ani.ask("TOPIC #lobby")[0].endswith(":Selamat datang")
    assert f":{NAME} 322 ani #papan 0 :Pengumuman" in (lines := ani.ask("LIST"))
    assert not any("#lain" in line for line in lines)


def test_a_dropped_account_gives_its_channels_back(server: ServerProcess, founder: IrcClient, room: str) -> None:
    name = f"t{room[1:]}"
    client = own(server, name, f"{room}-x")
    assert "no more" in " ".join(client.ask(f"NS DROP {PASSWORD}"))
    client.fence()
    assert said(client.ask(f"CS INFO {room}-x")) == [f"{room}-x is not registered"]
    client.leave()


# --- who has which rank


def test_access_gives_a_rank_whenever_the_account_comes_in(founder: IrcClient, member: IrcClient, room: str) -> None:
    told = said(founder.ask(f"CS ACCESS {room} ADD {member.nickname} OP"))
    assert told == [f"{member.nickname} is OP from the next time it comes in"]
    assert said(founder.ask(f"CS ACCESS {room}")) == [f"{founder.nickname}: FOUNDER", f"{member.nickname}: OP"]
    lines = member.ask(f"PART {room}", f"JOIN {room}")
    assert any(f"@{member.nickname}" in line for line in lines if " 353 " in line)
    assert said(founder.ask(f"CS AMODE {room} DEL {member.nickname}")) == [f"{member.nickname} has no rank any more"]
    assert said(founder.ask(f"CS ACCESS {room} DEL {member.nickname}")) == [f"{member.nickname} is not on the list"]


def test_who_logs_in_while_in_the_channel_gets_the_rank_at_once(
    connect: Connect, founder: IrcClient, member: IrcClient, room: str
) -> None:
    founder.ask(f"CS ACCESS {room} ADD {member.nickname} VOICE")
    guest = connect(f"g{room[1:]}")
    guest.ask(f"JOIN {room}")
    lines = guest.ask(f"NS IDENTIFY {member.nickname} {PASSWORD}")
    assert modes([*lines, *guest.fence()]) == [["+v", guest.nickname]]


def test_nobody_gives_or_takes_a_rank_that_is_not_below_their_own(
    founder: IrcClient, member: IrcClient, room: str, server: ServerProcess
) -> None:
    founder.ask(f"CS ACCESS {room} ADD {member.nickname} ADMIN")
    register(server, f"z{room[1:]}")
    assert said(member.ask(f"CS ACCESS {room} ADD z{room[1:]} ADMIN")) == ["Only for ranks below your own"]
    assert said(member.ask(f"CS ACCESS {room} ADD z{room[1:]} OP"))[0].endswith("is OP from the next time it comes in")
    assert said(member.ask(f"CS ACCESS {room} DEL {founder.nickname}")) == [
        f"{founder.nickname} is the founder; TRANSFER changes that"
    ]
    assert said(founder.ask(f"CS ACCESS {room} ADD nobody-here OP")) == ["There is no account nobody-here"]
    assert "Write it like this" in said(founder.ask(f"CS ACCESS {room} ADD x KING"))[0]
    founder.ask(f"CS ACCESS {room} ADD z{room[1:]} ADMIN")
    for order in (f"ADD z{room[1:]} VOICE", f"DEL z{room[1:]}"):
        assert said(member.ask(f"CS ACCESS {room} {order}")) == ["Only for ranks below your own"], order


def test_an_operator_of_the_server_registers_and_ranks_anywhere(
    server: ServerProcess, founder: IrcClient, member: IrcClient, room: str
) -> None:
    register(server, f"q{room[1:]}")
    guru = session(server, f"q{room[1:]}")
    guru.ask("OPER guru :sangat rahasia", f"JOIN {room}-y")
    assert said(guru.ask(f"CS ACCESS {room} ADD {member.nickname} ADMIN"))[0].startswith(f"{member.nickname} is ADMIN")
    assert said(guru.ask(f"CS ACCESS {room} DEL {member.nickname}")) == [f"{member.nickname} has no rank any more"]
    member.ask(f"JOIN {room}-z")
    guru.ask(f"JOIN {room}-z")
    assert said(guru.ask(f"CS REGISTER {room}-z"))[0].startswith(f"{room}-z is registered")
    guru.leave()


def test_the_list_of_ranks_has_an_end(server: ServerProcess, founder: IrcClient, connect: Connect, room: str) -> None:
    guru = connect("guru")
    guru.ask("OPER guru :sangat rahasia")
    names = [fresh("daftar") for _ in range(101)]
    guru.ask(*(f"NS SAREGISTER {name} {PASSWORD}" for name in names))
    told = said(founder.ask(*(f"CS ACCESS {room} ADD {name} VOICE" for name in names)))
    assert told[-2:] == [f"{names[99]} is VOICE from the next time it comes in", "The list is full: 100 accounts"]
    assert len(said(founder.ask(f"CS ACCESS {room}"))) == 101, "the founder stands in front"


def test_op_and_voice_are_given_and_taken_by_the_service(founder: IrcClient, member: IrcClient, room: str) -> None:
    lines = founder.ask(f"CS OP {room} {member.nickname}")
    assert said(lines) == [f"Done: +o {member.nickname} in {room}"]
    assert f":{SOURCE} MODE {room} +o {member.nickname}" in [*lines, *founder.fence()]
    assert said(founder.ask(f"CS OP {room} {member.nickname}")) == [f"{member.nickname} has that already"]
    assert said(founder.ask(f"CS DEOP {room} {member.nickname}")) == [f"Done: -o {member.nickname} in {room}"]
    assert said(founder.ask(f"CS VOICE {room} {member.nickname}")) == [f"Done: +v {member.nickname} in {room}"]
    assert said(founder.ask(f"CS DEVOICE {room} {member.nickname}")) == [f"Done: -v {member.nickname} in {room}"]
    assert said(founder.ask(f"CS OP {room} nobody")) == [f"nobody is not in {room}"]
    member.ask(f"PART {room}")
    assert said(founder.ask(f"CS OP {room} {member.nickname}")) == [f"{member.nickname} is not in {room}"]
    member.ask(f"JOIN {room}")
    assert said(member.ask(f"CS OP {room}")) == ["Your account may not do this in that channel"]


def test_transfer_gives_the_channel_to_another_account(founder: IrcClient, member: IrcClient, room: str) -> None:
    founder.ask(f"CS ACCESS {room} ADD {member.nickname} VOICE")
    told = said(founder.ask(f"CS TRANSFER {room} {member.nickname}"))
    assert told == [f"{room} belongs to {member.nickname} now; who had it is an admin of it"]
    assert said(member.ask(f"CS ACCESS {room}")) == [f"{member.nickname}: FOUNDER", f"{founder.nickname}: ADMIN"]
    assert said(founder.ask(f"CS DROP {room} {room}")) == ["Your account may not do this in that channel"]


def test_drop_wants_the_name_twice_and_forgets_who_had_a_rank(founder: IrcClient, member: IrcClient, room: str) -> None:
    assert said(founder.ask(f"CS DROP {room}")) == [f"If you are sure, write its name twice: /CS DROP {room} {room}"]
    assert "If you are sure" in said(founder.ask(f"CS DROP {room} {room}x"))[0]
    founder.ask(f"CS ACCESS {room} ADD {member.nickname} OP")
    assert said(founder.ask(f"CS DROP {room} {room.upper()}")) == [f"{room} is not registered any more"]
    assert said(founder.ask(f"CS DROP {room} {room}")) == [f"{room} is not registered"]
    founder.ask(f"CS REGISTER {room}")
    assert said(founder.ask(f"CS ACCESS {room}")) == [f"{founder.nickname}: FOUNDER"], "nothing is left of before"


def test_invite_and_unban_let_in_who_has_a_rank(founder: IrcClient, member: IrcClient, room: str) -> None:
    founder.ask(f"CS ACCESS {room} ADD {member.nickname} HALFOP", f"MODE {room} +ib {member.nickname}!*@*")
    member.ask(f"PART {room}")
    assert "353" in commands(member.ask(f"JOIN {room}")), "nothing keeps out who helps to run it"
    member.ask(f"PART {room}")
    founder.ask(f"CS ACCESS {room} ADD {member.nickname} VOICE")
    assert commands(member.ask(f"JOIN {room}"))[-1] == "474"
    assert said(member.ask(f"CS UNBAN {room}")) == ["Your account may not do this in that channel"]
    founder.ask(f"MODE {room} -b {member.nickname}!*@*")
    assert commands(member.ask(f"JOIN {room}"))[-1] == "473"
    assert said(member.ask(f"CS INVITE {room}")) == [f"You may come in: /JOIN {room}"]
    assert "353" in commands(member.ask(f"JOIN {room}"))
    assert said(member.ask(f"CS INVITE {room}")) == [f"You are in {room} already"]
    founder.ask(f"CS ACCESS {room} ADD {member.nickname} OP", f"MODE {room} +bb {member.nickname}!*@* lain!*@*")
    assert said(member.ask(f"CS UNBAN {room}")) == ["1 ban that meant you was lifted"]
    assert said(member.ask(f"CS UNBAN {room}")) == ["0 bans that meant you were lifted"]
    assert commands(founder.ask(f"MODE {room} b"))[-2:] == ["367", "368"], "that of somebody else stays"


def test_a_secret_channel_is_as_if_it_were_not_there(connect: Connect, founder: IrcClient, room: str) -> None:
    founder.ask(f"MODE {room} +s")
    stranger = connect("asing")
    for order in ("INFO", "OP", "REGISTER", "ACCESS"):
        told = said(stranger.ask(f"CS {order} {room}"))
        assert told in ([f"There is no channel {room}"], ["Log in to an account first: /NS IDENTIFY password"]), order
    assert room not in said(stranger.ask("CS LIST"))
    assert room in said(founder.ask("CS LIST"))
    founder.ask(f"PART {room}")
    assert said(founder.ask(f"CS INFO {room}"))[0].startswith(f"{room}: founder"), (
        "to its people it is, from outside too"
    )
    assert room in said(founder.ask("CS LIST"))


def test_help_lists_the_orders(connect: Connect) -> None:
    told = said(connect("bela").ask("CS HELP"))
    assert "/CS REGISTER <channel>" in told
