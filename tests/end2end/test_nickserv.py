"""NickServ: the words that people type from habit do what REGISTER and SASL do (docs/protocol.md, "Services")."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD, login, notices, plain, register, session
from tests.end2end.harness import HOST, NAME, Connect, IrcClient, Launch, ServerProcess, commands

said = functools.partial(notices, "NickServ")
WITH_OPERATOR = {**CHEAP, "operators.guru": {"password": "sangat rahasia"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), WITH_OPERATOR) as process:
        yield process
        assert process.alive


@pytest.fixture
def guru(connect: Connect) -> IrcClient:
    client = connect("guru")
    assert "381" in commands(client.ask("OPER guru :sangat rahasia"))
    return client


# --- registering and logging in


@covers("NS", "NICKSERV")
@pytest.mark.parametrize("way", ["NS {}", "NICKSERV {}", "PRIVMSG NickServ :{}", "PRIVMSG nickserv :{}"])
def test_register_makes_an_account_of_the_nickname_whichever_way_it_is_said(
    connect: Connect, server: ServerProcess, name: str, way: str
) -> None:
    client = connect(name)
    lines = client.ask(way.format(f"REGISTER {PASSWORD} {name}@example.org"))
    assert lines[0] == f":{NAME} 900 {name} {name}!~u@{HOST} {name} :You are now logged in as {name}"
    assert said(lines) == [f"The nickname {name} is yours now. Next time log in with SASL or /NS IDENTIFY password"]
    assert f"E-mail: {name}@example.org; channels: none" in said(client.ask("NS INFO"))
    client.leave()
    session(server, name).leave()


def test_register_says_what_is_wrong_with_a_password_or_an_address(connect: Connect, name: str) -> None:
    client = connect(name)
    assert said(client.ask("NS REGISTER")) == ["Write it like this: /NS REGISTER <password> [e-mail]"]
    assert said(client.ask("NS REGISTER abc")) == ["A password has 6 characters or more and is not the account's name"]
    assert said(client.ask(f"NS REGISTER {name}")) == [
        "A password has 6 characters or more and is not the account's name"
    ]
    assert said(client.ask(f"NS REGISTER {PASSWORD} nowhere")) == ["This is no e-mail address"]
    client.ask(f"NS REGISTER {PASSWORD}")
    assert said(client.ask(f"NS REGISTER {PASSWORD}")) == ["You are logged in to an account already"]


def test_identify_logs_in_to_the_nickname_s_account_or_to_the_one_that_is_named(
    connect: Connect, server: ServerProcess, name: str
) -> None:
    register(server, name)
    client = connect(f"x{name}", "account-notify")
    assert said(client.ask("NS IDENTIFY wrong-one")) == ["This is not the password"]
    assert said(client.ask(f"NS IDENTIFY {name} wrong-one")) == ["This is not the password"]
    lines = client.ask(f"PRIVMSG NickServ :identify {name} {PASSWORD}")
    assert commands(lines) == ["ACCOUNT", "900", "NOTICE"]
    assert said(lines) == [f"You are logged in as {name}"]
    client.ask(f"NICK {name}")
    client.nickname = name
    assert f":{NAME} 307 {name} {name} :has identified for this nick" in client.ask(f"WHOIS {name}")


def test_who_logs_in_to_another_account_does_not_keep_the_nickname_of_the_first(
    server: ServerProcess, name: str
) -> None:
    register(server, name)
    register(server, f"y{name}")
    client = session(server, name)
    lines = client.ask(f"NS ID y{name} {PASSWORD}")
    assert commands(lines) == ["900", "NOTICE", "NICK"]
    assert parse(lines[-1]).params[0].startswith("Guest")
    client.leave()


def test_logout_logs_out_and_the_nickname_is_not_kept(connect: Connect, server: ServerProcess, name: str) -> None:
    register(server, name)
    client = session(server, name, "account-notify")
    lines = client.ask("NS LOGOUT")
    assert commands(lines) == ["NOTICE", "ACCOUNT", "901", "NICK"]
    assert parse(lines[1]).params == ["*"]
    assert parse(lines[3]).params[0].startswith("Guest")
    assert said(client.ask("NS LOGOUT")) == ["Log in to an account first: /NS IDENTIFY password"]
    client.leave()


def test_all_sessions_of_a_person_are_logged_out_together(server: ServerProcess, name: str) -> None:
    register(server, name)
    one, other = session(server, name), session(server, name)
    one.ask("NS LOGOUT")
    assert commands(other.fence()) == ["901", "NICK"]
    one.leave()
    other.leave()


# --- what is kept


def test_passwd_changes_the_password_for_who_knows_the_old_one(server: ServerProcess, name: str) -> None:
    register(server, name)
    client = session(server, name)
    assert said(client.ask("NS PASSWD wrong-one new-password")) == ["This is not the password"]
    assert said(client.ask(f"NS PASSWD {PASSWORD} abc")) == [
        "A password has 6 characters or more and is not the account's name"
    ]
    assert said(client.ask(f"NS PASSWD {PASSWORD} new-password")) == [f"{name} has another password now"]
    client.leave()
    stranger = server.connect(f"x{name}", "sasl")
    assert commands(plain(stranger, name))[-1] == "904"
    assert commands(plain(stranger, name, "new-password"))[-1] == "903"
    stranger.leave()


def test_drop_deletes_the_account_and_frees_the_nickname(connect: Connect, server: ServerProcess, name: str) -> None:
    register(server, name)
    client = session(server, name, "account-notify")
    assert said(client.ask("NS DROP wrong-one")) == ["This is not the password"]
    lines = client.ask(f"NS DROP {PASSWORD}")
    assert said(lines) == [f"The account {name} is no more, and the nickname is free"]
    assert {"ACCOUNT", "901"} <= set(commands([*lines, *client.fence()]))
    client.leave()
    other = connect(name, "sasl")
    assert commands(plain(other, name))[-1] == "904"


def test_ghost_closes_the_other_connections_under_one_s_nickname(server: ServerProcess, name: str) -> None:
    register(server, name)
    one, other = session(server, name), session(server, name)
    assert said(one.ask(f"NS GHOST {name}")) == [f"{name}: 1 other connection was closed"]
    assert "Disconnected by the owner of the nickname" in other.rest()[-1]
    assert said(one.ask(f"NS GHOST {name}")) == [f"{name}: 0 other connections were closed"]
    assert said(one.ask("NS GHOST nobody")) == ["This is not the nickname of your account"]
    one.leave()


def test_regain_gives_the_nickname_back(connect: Connect, server: ServerProcess, name: str) -> None:
    register(server, name)
    client = connect(f"x{name}")
    client.ask(f"NS IDENTIFY {name} {PASSWORD}")
    lines = client.ask(f"NS RECOVER {name}")
    assert lines[0] == f":x{name}!~u@{HOST} NICK {name}"
    client.nickname = name


def test_info_tells_of_an_account_and_the_rest_only_to_its_owner(
    connect: Connect, server: ServerProcess, name: str
) -> None:
    register(server, name)
    stranger = connect(f"x{name}")
    told = said(stranger.ask(f"NS INFO {name}"))
    assert [text.partition(" 20")[0] for text in told] == [f"{name}: registered", "Last seen"]
    assert said(stranger.ask("NS INFO nobody-at-all")) == ["There is no account of that name"]
    owner = session(server, name)
    assert said(stranger.ask(f"NS INFO {name}"))[1] == "Somebody is logged in to it now"
    assert said(owner.ask("NS INFO"))[-1] == "E-mail: none; channels: none"
    owner.leave()
    stranger.ask("OPER guru :sangat rahasia", f"NS SUSPEND {name} spam")
    told = said(stranger.ask(f"NS INFO {name}"))
    assert told[1] == "It is suspended: spam"
    assert told[-1] == "E-mail: none; channels: none", "operators know all"


# --- operators


def test_an_operator_makes_accounts_gives_passwords_and_deletes(
    guru: IrcClient, server: ServerProcess, name: str
) -> None:
    assert said(guru.ask(f"NS SAREGISTER {name} {PASSWORD}")) == [f"The account {name} is there now"]
    assert said(guru.ask(f"NS SAREGISTER {name.upper()} {PASSWORD}")) == [
        "This name belongs to an account already, or looks like one"
    ]
    assert said(guru.ask(f"NS SAREGISTER #x {PASSWORD}")) == ["This cannot be the name of an account"]
    for order in ("SAREGISTER baru", f"SAPASSWD {name}"):
        told = said(guru.ask(f"NS {order} abc"))
        assert told == ["A password has 6 characters or more and is not the account's name"], order
    session(server, name).leave()
    assert said(guru.ask(f"NS SAPASSWD {name} another-one")) == [f"{name} has another password now"]
    assert said(guru.ask(f"NS LIST {name}"))[-1] == "1 account"
    login(server, name, password="another-one").close()
    assert said(guru.ask(f"NS SADROP {name}")) == [f"The account {name} is no more, and the nickname is free"]
    assert said(guru.ask(f"NS SADROP {name}")) == ["There is no account of that name"]


def test_a_guest_does_not_keep_a_name_that_becomes_an_account_s(guru: IrcClient, connect: Connect, name: str) -> None:
    guest = connect(name)
    guru.ask(f"NS SAREGISTER {name} {PASSWORD}")
    (line,) = guest.fence()
    assert parse(line).command == "NICK", "a guest does not keep a name that is an account's now"


@covers("902")
def test_a_suspended_account_lets_nobody_in_and_cuts_who_is_there(
    guru: IrcClient, connect: Connect, server: ServerProcess, name: str
) -> None:
    """sasl-3.1, "Numerics used by this extension": 902 "MUST be sent when the client's authentication fails because
    the account is currently locked out, held, or otherwise administratively made unavailable".
    """
    register(server, name)
    inside = session(server, name)
    told = said(guru.ask(f"NS SUSPEND {name} spam and worse"))
    assert told == [f"{name} is suspended; whoever was logged in is cut"]
    assert "Your account is suspended: spam and worse" in inside.rest()[-1]
    assert said(guru.ask("NS SUSPEND")) == ["Write it like this: /NS SUSPEND <account> [reason]"]
    stranger = connect(f"x{name}", "sasl")
    assert commands(plain(stranger, name, "wrong one"))[-1] == "904"
    last = parse(plain(stranger, name)[-1])
    assert (last.command, last.params[-1]) == ("902", "This account is suspended: spam and worse")
    assert said(stranger.ask(f"NS IDENTIFY {name} {PASSWORD}")) == ["This account is suspended: spam and worse"]
    assert commands(stranger.ask(f"NICK {name}")) == ["433"], "the name is nobody else's meanwhile"
    assert said(guru.ask(f"NS UNSUSPEND {name}")) == [f"One can log in to {name} again"]
    assert said(guru.ask(f"NS UNSUSPEND {name}")) == [f"{name} is not suspended"]
    assert commands(plain(stranger, name))[-1] == "903"


@pytest.mark.parametrize("order", ["SAREGISTER a b", "SAPASSWD a b", "SADROP a", "SUSPEND a", "UNSUSPEND a", "LIST"])
def test_what_operators_do_is_for_operators(connect: Connect, order: str) -> None:
    client = connect("biasa")
    assert said(client.ask(f"NS {order}")) == ["This is for operators of the server"]
    assert f"/NS {order.split(maxsplit=1)[0]}" not in " ".join(said(client.ask("NS HELP")))


# --- as a peer


def test_help_lists_the_orders_and_says_more_of_each(connect: Connect) -> None:
    client = connect("bela")
    told = said(client.ask("PRIVMSG NickServ :HELP"))
    assert told[0].startswith("NickServ: ")
    assert "/NS IDENTIFY [account] <password>" in told
    assert said(client.ask("NS HELP IDENTIFY")) == ["/NS IDENTIFY [account] <password>", "Logs you in to your account."]
    assert said(client.ask("NS FROBNICATE")) == ["There is no FROBNICATE; /NS HELP says what there is"]
    assert commands(client.ask("NS")) == ["461"]


def test_the_echo_of_what_is_said_to_a_service_has_no_password_in_it(connect: Connect, name: str) -> None:
    client = connect(name, "echo-message", "labeled-response", "batch")
    lines = client.ask(f"@label=a PRIVMSG NickServ :REGISTER {PASSWORD}")
    assert any(line.endswith(" PRIVMSG NickServ :REGISTER ***") for line in lines)
    assert not any(PASSWORD in line for line in lines)
    for order in ("IDENTIFY", "ID", "IDENTFY", "DROP"):
        assert client.ask(f"PRIVMSG NickServ :{order} oops")[0].endswith(f"PRIVMSG NickServ :{order} ***")
    assert client.ask("PRIVMSG NickServ :INFO")[0].endswith("PRIVMSG NickServ :INFO")


def test_nobody_else_can_be_called_like_a_service_or_similar(connect: Connect) -> None:
    client = connect("cici")
    for nickname in ("NickServ", "nickserv", "ChanServ", "N\u0131ckServ"):
        assert commands(client.ask(f"NICK {nickname}")) in (["433"], ["432"]), nickname
    assert commands(client.ask("NS SAREGISTER NickServ x")) == ["NOTICE"]


def test_whois_tells_what_a_service_is(connect: Connect) -> None:
    lines = connect("dedi").ask("WHOIS NickServ")
    assert commands(lines) == ["311", "312", "313", "318"]


def test_a_service_is_written_to_alone_and_never_answers_a_notice(connect: Connect) -> None:
    client = connect("eka")
    assert commands(client.ask("NOTICE NickServ :HELP")) == []
    assert set(commands(client.ask("PRIVMSG NickServ,eka :HELP"))) == {"401", "PRIVMSG"}
    assert commands(client.ask("PRIVMSG NickServ :\x01VERSION\x01")) == []


@pytest.mark.parametrize("setting", [{"features": {"services": False}}, {"accounts": {"enabled": False}}])
def test_without_services_their_commands_are_unknown(launch: Launch, setting: dict[str, dict[str, object]]) -> None:
    client = launch({"lobby": {"autojoin": False}, **setting}).connect("ani")
    assert commands(client.ask("NS HELP", "CS HELP", "PRIVMSG NickServ :HELP")) == ["421", "421", "401"]
    assert commands(client.ask("WHOIS NickServ")) == ["401", "318"]


def test_an_operator_without_an_account_has_none_to_speak_for(launch: Launch) -> None:
    settings = {**WITH_OPERATOR, "accounts": {**CHEAP["accounts"], "always_on": True}}
    guru = launch(settings).connect("guru")
    guru.ask("OPER guru :sangat rahasia", "JOIN #x")
    first = "Log in to an account first: /NS IDENTIFY password"
    for order in ("NS SET ALWAYS-ON ON", "NS PASSWD a b", "NS DROP x"):
        assert said(guru.ask(order)) in ([first], ["This is not the password"]), order
    assert notices("ChanServ", guru.ask("CS REGISTER #x")) == [first]
    assert said(guru.ask("NS LOGOUT")) == ["You are not logged in to an account"]
    guru.ask(f"NS REGISTER {PASSWORD}")
    assert said(guru.ask(f"NS REGISTER {PASSWORD}")) == ["You are logged in to an account already"]


def test_an_operator_makes_no_account_whose_name_is_longer_than_nicknames_may_be(launch: Launch) -> None:
    guru = launch({**WITH_OPERATOR, "limits": {"nick_length": 9}}).connect("guru")
    guru.ask("OPER guru :sangat rahasia")
    assert said(guru.ask(f"NS SAREGISTER sepuluh-10 {PASSWORD}")) == ["This cannot be the name of an account"]


def test_without_registration_nickserv_makes_no_accounts(launch: Launch) -> None:
    client = launch({**CHEAP, "accounts": {"registration": False}}).connect("ani")
    assert said(client.ask(f"NS REGISTER {PASSWORD}")) == ["Accounts are made by those who run this server; ask them"]
