"""`[accounts] always_on`: an account that wants it stays in its rooms while nobody is connected (docs/protocol.md)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol import parse
from tests.end2end.accounts import CHEAP, PASSWORD, fresh, login, register, session
from tests.end2end.harness import HOST, NAME, Connect, IrcClient, Launch, ServerProcess, commands

SETTINGS = {
    **CHEAP,
    "accounts": {**CHEAP["accounts"], "always_on": True},
    "operators.guru": {"password": "sangat rahasia"},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), SETTINGS) as process:
        yield process
        assert process.alive


@pytest.fixture
def name(server: ServerProcess) -> str:
    """An account that wants to stay."""
    name = fresh("siti")
    standing(server, name).leave()
    return name


def standing(server: ServerProcess, name: str) -> IrcClient:
    """A session of a new account that wants to stay."""
    register(server, name)
    client = session(server, name)
    lines = client.ask("NS SET ALWAYS-ON ON")
    assert parse(lines[-1]).params[-1] == "You stay in your rooms when you are not connected"
    return client


def names(lines: list[str]) -> set[str]:
    """Who stands in the names of these lines."""
    return {word for line in lines if " 353 " in line for word in parse(line).params[-1].split()}


def test_who_stays_is_away_and_not_gone_when_the_last_connection_ends(server: ServerProcess, connect: Connect) -> None:
    witness = connect("saksi", "away-notify")
    witness.ask("JOIN #a")
    client = standing(server, "ani")
    client.ask("JOIN #a")
    witness.fence()
    client.leave()
    assert witness.fence() == [f":ani!~u@{HOST} AWAY :*"]
    assert "ani" in names(witness.ask("NAMES #a"))
    assert {"311", "301"} <= set(commands(witness.ask("WHOIS ani")))
    assert commands(witness.ask("PRIVMSG ani :halo")) == ["301"]
    assert parse(witness.ask("ISON ani")[0]).params[-1] == "ani"


def test_who_comes_back_finds_its_rooms_and_what_was_said(server: ServerProcess, connect: Connect, name: str) -> None:
    first = session(server, name)
    first.ask("JOIN #b")
    witness = connect("saksi", "away-notify")
    witness.ask("JOIN #b")
    first.leave()
    witness.fence()
    witness.ask("PRIVMSG #b :untuk nanti", f"PRIVMSG {name} :rahasia kecil")
    again = login(server, name)
    lines = again.ask(f"NICK {name}", "USER u 0 * :Name", "CAP END")
    assert f":{name}!~u@{HOST} JOIN #b" in lines
    assert {name, "@" + name} & names(lines)
    assert any("untuk nanti" in line for line in lines)
    assert any("rahasia kecil" in line for line in lines)
    assert witness.fence() == [f":{name}!~u@{HOST} AWAY"]
    assert commands(witness.ask(f"PRIVMSG {name} :halo")) == []
    again.leave()


def test_nobody_else_can_take_the_place(connect: Connect, name: str) -> None:
    assert commands(connect("x").ask(f"NICK {name}")) == ["433"]


def test_who_stays_outlives_the_process_with_rooms_and_ranks(launch: Launch) -> None:
    server = launch(SETTINGS)
    client = standing(server, "siti")
    client.ask("JOIN #b,#c", "TOPIC #b :Ujian Senin", "PART #c", "JOIN #d")
    server.terminate()
    server.start()
    witness = server.connect("saksi")
    witness.ask("JOIN #b,#c,#d")
    assert names(witness.ask("NAMES #b,#d")) == {"@siti", "saksi"}
    assert "siti" not in " ".join(names(witness.ask("NAMES #c")))
    assert witness.ask("TOPIC #b")[0].endswith(":Ujian Senin")
    again = session(server, "siti")
    assert "@siti" in names(again.ask("NAMES #b"))


def test_a_killed_process_has_it_as_it_was_at_the_last_change(launch: Launch) -> None:
    server = launch(SETTINGS)
    standing(server, "siti").ask("JOIN #b", "NICK siti2", "NICK siti")
    server.kill()
    server.start()
    witness = server.connect("saksi")
    assert "@siti" in names(witness.ask("JOIN #b"))


@pytest.mark.parametrize("order", ["NS LOGOUT", f"NS IDENTIFY budi {PASSWORD}"])
def test_who_logs_out_or_becomes_another_account_is_not_there_again_after_a_restart(launch: Launch, order: str) -> None:
    server = launch(SETTINGS)
    register(server, "budi")
    client = standing(server, "siti")
    client.ask("JOIN #b", order)
    server.kill()
    server.start()
    assert names(server.connect("saksi").ask("JOIN #b")) == {"@saksi"}
    session(server, "siti").leave()
    assert "311" in commands(server.connect("saksi2").ask("WHOIS siti")), "the account itself wants to stay as before"


def test_who_logs_in_to_an_account_that_stays_is_there_again_after_a_restart(launch: Launch) -> None:
    server = launch(SETTINGS)
    standing(server, "siti").ask("NS LOGOUT")
    client = server.connect("s")
    client.ask("JOIN #b", f"NS IDENTIFY siti {PASSWORD}")
    server.kill()
    server.start()
    assert names(server.connect("saksi").ask("JOIN #b")) == {"@s", "saksi"}


def test_of_two_under_one_account_the_one_who_stays_outlives_the_process(launch: Launch) -> None:
    server = launch(SETTINGS)
    standing(server, "siti").ask("JOIN #b")
    session(server, "siti2", account="siti").ask("JOIN #b", "NS LOGOUT")
    server.kill()
    server.start()
    assert names(server.connect("saksi").ask("JOIN #b")) == {"@siti", "saksi"}


def test_off_ends_it(server: ServerProcess, connect: Connect, name: str) -> None:
    client = session(server, name)
    client.ask("JOIN #e")
    witness = connect("saksi")
    witness.ask("JOIN #e")
    assert parse(client.ask("NS SET always-on false")[-1]).params[-1] == "You leave when your last program does"
    witness.fence()
    client.leave()
    assert commands(witness.fence()) == ["QUIT"]


def test_a_killed_suspended_or_deleted_one_goes_although_nobody_is_connected(
    server: ServerProcess, connect: Connect
) -> None:
    guru = connect("guru")
    guru.ask("OPER guru :sangat rahasia", "JOIN #f")
    for nickname, order in (("k", "KILL k :x"), ("s", "NS SUSPEND s"), ("d", "NS SADROP d")):
        client = standing(server, nickname)
        client.ask("JOIN #f")
        guru.fence()
        client.leave()
        assert "QUIT" in commands([*guru.ask(order), *guru.fence()]), order
        assert nickname not in names(guru.ask("NAMES #f"))


def test_a_kick_takes_out_who_is_not_connected(server: ServerProcess, connect: Connect, name: str) -> None:
    op = connect("oki")
    op.ask("JOIN #g")
    client = session(server, name)
    client.ask("JOIN #g")
    client.leave()
    assert "KICK" in commands(op.ask(f"KICK #g {name} :cukup"))
    assert name not in names(op.ask("NAMES #g"))
    again = session(server, name)
    assert "JOIN" not in commands(again.fence())
    again.leave()


def test_nobody_is_an_operator_while_not_connected(server: ServerProcess, connect: Connect, name: str) -> None:
    client = session(server, name)
    client.ask("OPER guru :sangat rahasia")
    client.leave()
    assert "313" not in commands(connect("saksi").ask(f"WHOIS {name}"))


def test_it_is_for_accounts_and_where_the_settings_allow_it(connect: Connect, launch: Launch) -> None:
    guest = connect("tamu")
    assert parse(guest.ask("NS SET ALWAYS-ON ON")[0]).params[-1].startswith("Log in to an account first")
    assert "There is one thing to set" in guest_of(launch, "siti", "NS SET FOO BAR")
    assert "do not allow it" in guest_of(launch, "siti", "NS SET ALWAYS-ON ON")


def guest_of(launch: Launch, name: str, order: str) -> str:
    """What NickServ of a server without the setting says."""
    client = launch(CHEAP).connect(name)
    client.ask(f"NS REGISTER {PASSWORD}")
    return parse(client.ask(order)[-1]).params[-1]


def test_the_count_of_people_stays_right(launch: Launch) -> None:
    server = launch(SETTINGS)
    client = standing(server, "siti")
    witness = server.connect("saksi")
    client.leave()
    assert f":{NAME} 251 saksi :There are 2 users and 0 invisible on 1 server" in witness.ask("LUSERS")
    session(server, "siti").leave()
    again = session(server, "siti")
    again.ask("NS SET ALWAYS-ON OFF")
    again.leave()
    assert " There are 1 users" in " ".join(witness.ask("LUSERS")).replace(":", " ")
