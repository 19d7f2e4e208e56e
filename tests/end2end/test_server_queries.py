"""What is asked of the server, and 005, each token of which is tried (Modern IRC, "Server Queries and Commands")."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import protocol
from chatd.commands import COMMANDS, helptexts
from protocol import VENDOR, parse
from tests.covering import covers
from tests.end2end.harness import NAME, QUIET, Connect, IrcClient, Launch, ServerProcess, commands


def tokens_of(lines: list[str]) -> dict[str, str]:
    """The ISUPPORT tokens in these lines."""
    words = [word for line in lines if " 005 " in line for word in parse(line).params[1:-1]]
    assert len(words) == len({word.partition("=")[0] for word in words})
    return protocol.isupport(words)


def limit(client: IrcClient, token: str) -> int:
    return int(tokens_of(client.ask("VERSION"))[token])


# --- 005 ------------------------------------------------------------------------------------------


@covers("005")
def test_isupport_lists_what_this_server_supports(connect: Connect) -> None:
    tokens = tokens_of(connect().register("ani"))
    boot = tokens.pop(f"{VENDOR}/BOOT")
    assert re.fullmatch("[0-9a-f]{8}", boot)
    assert tokens.pop(f"{VENDOR}/HISTORY") in ("durable", "memory")
    assert tokens == {
        "ACCOUNTEXTBAN": "a",
        "AWAYLEN": "300",
        "BOT": "B",
        "CASEMAPPING": "ascii",
        "CHANLIMIT": "#:100",
        "CHANMODES": "Ibeg,k,Sl,CMPRUimnst",
        "CHANNELLEN": "64",
        "CHANTYPES": "#",
        "CHATHISTORY": "1000",
        "ELIST": "CMNTU",
        "EXCEPTS": "e",
        "EXTBAN": ",amr",
        "HOSTLEN": "24",
        "INVEX": "I",
        "KICKLEN": "390",
        "MAXLIST": "Ibeg:100",
        "MODES": "20",
        "MONITOR": "100",
        "MSGREFTYPES": "msgid,timestamp",
        "NAMELEN": "150",
        "NETWORK": "Obrolan",
        "NICKLEN": "32",
        "PREFIX": "(qaohv)~&@%+",
        "SAFELIST": "",
        "STATUSMSG": "~&@%+",
        "TARGMAX": "JOIN:10,KICK:10,LIST:,NAMES:10,NOTICE:4,PART:,PRIVMSG:4,TAGMSG:4,USERHOST:5,WHOIS:1",
        "TOPICLEN": "390",
        "USERLEN": "18",
        "USERIP": "",
        "UTF8ONLY": "",
        "WHOX": "",
    }


def test_at_most_13_tokens_stand_in_one_005_and_the_lines_stand_together(connect: Connect) -> None:
    lines = connect().register("ani")
    numbers = [number for number, command in enumerate(commands(lines)) if command == "005"]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert all(1 <= len(parse(lines[number]).params) - 2 <= 13 for number in numbers)


@covers("token:NETWORK")
@pytest.mark.parametrize("name", ["Lab 2", "😀" * 60, "a " * 29 + "b", "a=b\\c", "Kelas é"])
def test_the_network_name_arrives_whole_whatever_it_is(launch: Launch, name: str) -> None:
    server = launch(QUIET, "--name", name)
    ani = server.connect("я" * 32)
    assert tokens_of(ani.ask("VERSION"))["NETWORK"] == name.strip()
    assert tokens_of(ani.ask("VERSION"))["USERLEN"] == "18"


@covers("token:NICKLEN")
def test_nicklen_is_true(connect: Connect) -> None:
    ani = connect("ani")
    most = limit(ani, "NICKLEN")
    assert commands(ani.ask("NICK " + "x" * (most + 1), "NICK " + "x" * most)) == ["432", "NICK"]


@covers("token:CHANNELLEN")
def test_channellen_is_true(connect: Connect) -> None:
    ani = connect("ani")
    most = limit(ani, "CHANNELLEN")
    assert commands(ani.ask("JOIN #" + "x" * most))[0] == "403"
    assert commands(ani.ask("JOIN #" + "x" * (most - 1)))[0] == "JOIN"


@covers("token:CHANTYPES")
def test_chantypes_is_true(connect: Connect) -> None:
    ani = connect("ani")
    for character in "#&+!":
        answer = commands(ani.ask(f"JOIN {character}x"))[0]
        assert (answer == "JOIN") is (character in tokens_of(ani.ask("VERSION"))["CHANTYPES"])


@covers("token:TOPICLEN", "token:AWAYLEN", "token:NAMELEN")
def test_topiclen_awaylen_and_namelen_are_true(connect: Connect) -> None:
    ani = connect("ani", "setname")
    ani.ask("JOIN #x", "TOPIC #x :" + "t" * 450, "AWAY :" + "a" * 450)
    assert len(parse(ani.ask("TOPIC #x")[0]).params[-1]) == limit(ani, "TOPICLEN")
    assert len(parse(ani.ask("PRIVMSG ani :x")[-1]).params[-1]) == limit(ani, "AWAYLEN")
    most = limit(ani, "NAMELEN")
    assert commands(ani.ask("SETNAME " + "n" * (most + 1), "SETNAME " + "n" * most)) == ["FAIL", "SETNAME"]


@covers("token:USERLEN", "token:HOSTLEN")
def test_userlen_and_hostlen_are_true(connect: Connect) -> None:
    ani = connect()
    ani.ask("NICK ani", f"USER {'u' * 60} 0 * :x")
    _, user, host = protocol.split_source(parse(ani.ask("JOIN #x")[0]).source)
    assert len(user) == limit(ani, "USERLEN")
    assert len(host) <= limit(ani, "HOSTLEN")


@covers("token:CASEMAPPING")
def test_casemapping_is_ascii(connect: Connect) -> None:
    connect("Ani[]É")
    assert commands(connect("bela").ask("PRIVMSG aNI[]É :x", "PRIVMSG ani{}É :x", "PRIVMSG ani[]é :x")) == [
        "401",
        "401",
    ]


@covers("token:TARGMAX")
def test_targmax_is_true(connect: Connect) -> None:
    ani = connect("ani", "message-tags")
    targets = dict(pair.split(":") for pair in tokens_of(ani.ask("VERSION"))["TARGMAX"].split(","))
    for verb, text in (("PRIVMSG", " :x"), ("TAGMSG", ""), ("JOIN", "")):
        most = int(targets[verb])
        names = ",".join(f"#{verb}{number}" for number in range(most + 1))
        assert "407" not in commands(ani.ask(f"@+a {verb} {names.rpartition(',')[0]}{text}"))
        assert commands(ani.ask(f"@+a {verb} {names}{text}"))[-1] == "407"


@covers("token:PREFIX", "token:CHANMODES")
def test_prefix_and_chanmodes_share_no_letter(connect: Connect) -> None:
    tokens = tokens_of(connect("ani").ask("VERSION"))
    assert not set(tokens["PREFIX"][1:].partition(")")[0]) & set(tokens["CHANMODES"])
    assert tokens["CHANMODES"].count(",") == 3


@pytest.mark.parametrize(("options", "different"), [((), 1), (("--no-history",), 2)], ids=["durable", "in memory"])
def test_boot_changes_with_every_start_that_has_an_empty_log(
    tmp_path: Path, options: tuple[str, ...], different: int
) -> None:
    boots = set()
    with ServerProcess(tmp_path, QUIET, options) as server:
        for _ in range(2):
            boots.add(tokens_of(server.connect().register("ani"))[f"{VENDOR}/BOOT"])
            server.kill()
            server.start()
    assert len(boots) == different


# --- MOTD, VERSION, TIME, LUSERS ------------------------------------------------------------------


@covers("MOTD", "422")
def test_without_a_file_there_is_no_message_of_the_day(connect: Connect) -> None:
    assert connect("ani").ask("MOTD") == [f":{NAME} 422 ani :There is no message of the day"]


@covers("MOTD", "375", "372", "376")
def test_the_message_of_the_day_stands_between_375_and_376(launch: Launch) -> None:
    server = launch(QUIET)
    (server.data / "motd.txt").write_text("Selamat datang\n\nno\x00rules\r\n😀" + "x" * 900, encoding="utf-8")
    lines = server.connect("ani").ask("MOTD")
    assert lines[:4] == [
        f":{NAME} 375 ani :- {NAME} Message of the day -",
        f":{NAME} 372 ani :- Selamat datang",
        f":{NAME} 372 ani :- ",
        f":{NAME} 372 ani :- norules",
    ]
    assert lines[4].startswith(f":{NAME} 372 ani :- 😀xxx")
    assert lines[5:] == [f":{NAME} 376 ani :End of /MOTD command"]


def test_a_message_of_the_day_that_is_no_text_harms_nobody(launch: Launch) -> None:
    server = launch(QUIET)
    (server.data / "motd.txt").write_bytes(bytes(range(256)) * 40 + "é".encode() * 5000)
    assert commands(server.connect("ani").ask("MOTD"))[-1] == "376"


@pytest.mark.parametrize("command", ["MOTD", "VERSION", "TIME", "INFO"])
@pytest.mark.parametrize("server_name", [NAME, "obrolan.*", "OBROLAN.LOCAL", "*"])
def test_the_server_may_be_named_also_by_a_mask(connect: Connect, command: str, server_name: str) -> None:
    assert commands(connect("ani").ask(f"{command} {server_name}"))[0] in ("422", "351", "391", "371")


@covers("402")
@pytest.mark.parametrize("command", ["MOTD", "VERSION", "TIME", "INFO"])
def test_a_server_that_is_not_there_is_402(connect: Connect, command: str) -> None:
    assert connect("ani").ask(f"{command} irc.example.org") == [f":{NAME} 402 ani irc.example.org :No such server"]


@covers("VERSION", "351")
def test_version_is_351_followed_by_005(connect: Connect) -> None:
    lines = connect("ani").ask("VERSION")
    assert re.fullmatch(f":{NAME} 351 ani obrolan-[0-9.]+ {NAME} :.+", lines[0])
    assert commands(lines)[0] == "351"
    assert set(commands(lines)[1:]) == {"005"}


@covers("TIME", "391")
def test_time_is_391(connect: Connect) -> None:
    (line,) = connect("ani").ask("TIME")
    assert re.fullmatch(rf":{NAME} 391 ani {NAME} :\w+, \d\d \w+ \d{{4}}, \d\d:\d\d:\d\d [+-]\d{{4}}", line)


@covers("LUSERS", "251", "252", "253", "254", "255", "265", "266")
def test_lusers_counts_people_channels_and_the_unregistered(launch: Launch) -> None:
    server = launch(QUIET)
    server.connect().ask("NICK half")
    server.connect("gone").leave()
    server.connect("bela").ask("JOIN #a,#b")
    assert server.connect("ani").ask("LUSERS") == [
        f":{NAME} 251 ani :There are 2 users and 0 invisible on 1 server",
        f":{NAME} 252 ani 0 :operator(s) online",
        f":{NAME} 253 ani 1 :unknown connection(s)",
        f":{NAME} 254 ani 3 :channels formed",
        f":{NAME} 255 ani :I have 2 clients and 0 servers",
        f":{NAME} 265 ani 2 2 :Current local users 2, max 2",
        f":{NAME} 266 ani 2 2 :Current global users 2, max 2",
    ]


@covers("421")
def test_a_command_nobody_knows_is_421(connect: Connect) -> None:
    ani = connect("ani")
    assert ani.ask("FOO", "foo bar :x", "001 x") == [
        f":{NAME} 421 ani FOO :Unknown command",
        f":{NAME} 421 ani FOO :Unknown command",
        f":{NAME} 421 ani 001 :Unknown command",
    ]
    (line,) = ani.ask("X" * 400)
    assert parse(line).params[1] == "X" * 200


# --- HELP, INFO, LINKS, STATS ---------------------------------------------------------------------


@covers("HELP", "704", "705", "706")
def test_help_is_a_title_an_empty_line_a_text_and_its_last_line(connect: Connect) -> None:
    """Modern, "HELP message": "a single RPL_HELPSTART, then arbitrarily many RPL_HELPTXT, then RPL_ENDOFHELP"."""
    lines = connect("ani").ask("HELP privmsg")
    assert lines[0] == f":{NAME} 704 ani privmsg :** The PRIVMSG command **"
    assert lines[1] == f":{NAME} 705 ani privmsg :"
    assert commands(lines) == ["704", *["705"] * (len(lines) - 2), "706"]
    assert parse(lines[-1]).params[2].startswith("Says something")


@covers("HELP", "HELPOP")
@pytest.mark.parametrize("command", ["HELP", "HELPOP"])
def test_help_alone_names_every_command(connect: Connect, command: str) -> None:
    """Modern, "HELP message": "documentation about the IRC server and the IRC commands it implements"."""
    lines = connect("ani").ask(command)
    assert {parse(line).params[1] for line in lines} == {"*"}
    named = {word for line in lines for word in parse(line).params[2].split()}
    assert set(COMMANDS) <= named


def test_help_tells_of_nothing_that_is_not_there() -> None:
    assert helptexts.COMMANDS.keys() == COMMANDS.keys()


def test_every_command_and_topic_has_a_help_text(connect: Connect) -> None:
    """Modern, "HELP message": "Servers typically have documentation for most of the IRC commands they support"."""
    ani = connect("ani")
    for subject in [*COMMANDS, "CMODES", "umodes", "ExtBans"]:
        lines = ani.ask(f"HELP {subject}")
        assert commands(lines)[:: len(lines) - 1] == ["704", "706"], subject
        assert {parse(line).params[1] for line in lines} == {subject}


@covers("524")
def test_help_on_an_unknown_subject_is_524(connect: Connect) -> None:
    """Modern, "ERR_HELPNOTFOUND": "unless it would be an invalid parameter, in which case it MUST be `*`"."""
    assert connect("ani").ask("HELP nothing", "HELP :unknown subject") == [
        f":{NAME} 524 ani nothing :No help available on this topic",
        f":{NAME} 524 ani * :No help available on this topic",
    ]


@covers("INFO", "371", "374")
def test_info_is_followed_by_one_374(connect: Connect) -> None:
    """Modern, "INFO message": "zero or more RPL_INFO replies, followed by one RPL_ENDOFINFO"."""
    lines = connect("ani").ask("INFO")
    assert commands(lines) == ["371"] * (len(lines) - 1) + ["374"]
    assert re.fullmatch(f":{NAME} 371 ani :obrolan-[0-9.]+", lines[0])


@covers("LINKS", "364", "365")
def test_links_lists_this_server_alone(connect: Connect) -> None:
    """Modern, "LINKS message": "zero or more RPL_LINKS messages and mark the end using RPL_ENDOFLINKS"."""
    assert connect("ani").ask("LINKS") == [
        f":{NAME} 364 ani {NAME} {NAME} :0 Obrolan",
        f":{NAME} 365 ani * :End of /LINKS list",
    ]


@covers("STATS", "242", "219")
def test_stats_u_tells_how_long_the_server_has_been_up(connect: Connect) -> None:
    """Modern, "RPL_STATSUPTIME": "Server Up <days> days <hours>:<minutes>:<seconds>"."""
    lines = connect("ani").ask("STATS u")
    assert re.fullmatch(rf":{NAME} 242 ani :Server Up 0 days \d+:\d\d:\d\d", lines[0])
    assert lines[1:] == [f":{NAME} 219 ani u :End of /STATS report"]


@covers("219", "461", "402", "481")
def test_other_queries_end_at_once_or_are_for_operators(connect: Connect) -> None:
    """Modern, "STATS message": ERR_NOPRIVILEGES, ERR_NEEDMOREPARAMS, ERR_NOSUCHSERVER."""
    ani = connect("ani")
    assert commands(ani.ask("STATS c", "STATS y", "STATS :", f"STATS u {NAME}")) == ["219", "219", "219", "242", "219"]
    assert commands(ani.ask("STATS l", "STATS m")) == ["481"] * 2
    assert commands(ani.ask("STATS", "STATS u irc.example.org")) == ["461", "402"]
