"""OPER and what operators may do: KILL, WALLOPS, REHASH, RESTART and their kin (Modern IRC, "Operator Messages")."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatd import scram
from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import enter, login
from tests.end2end.harness import HOST, NAME, QUIET, Connect, IrcClient, ServerProcess, commands, free_port, source

SECRET = scram.as_text(scram.make_verifier(b"sangat rahasia", 4096))
SETTINGS = {
    **QUIET,
    "server": {"admin": ["Kelas 2", "Bu Ani", "ani@example.org"]},
    "operators.guru": {"password": "sangat rahasia"},
    "operators.tertutup": {"password": SECRET},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), SETTINGS) as process:
        yield process
        assert process.alive


@pytest.fixture
def guru(connect: Connect) -> IrcClient:
    """An operator of the server."""
    client = connect("bu")
    assert "381" in commands(client.ask("OPER guru :sangat rahasia"))
    return client


@covers("OPER", "381", "usermode:o", "221")
@pytest.mark.parametrize("name", ["guru", "tertutup"])
def test_the_right_password_is_381_and_a_mode_message(connect: Connect, name: str) -> None:
    """Modern, "OPER message": "RPL_YOUREOPER is sent", "also receive a MODE message"."""
    ani = connect("ani")
    assert ani.ask(f"OPER {name} :sangat rahasia") == [
        f":{NAME} 381 ani :You are now an IRC operator",
        f":{source('ani')} MODE ani +o",
    ]
    assert ani.ask("MODE ani") == [f":{NAME} 221 ani :+o"]
    assert ani.ask("MODE ani -o") == [f":{source('ani')} MODE ani -o"]
    assert commands(ani.ask("KILL ani")) == ["481"]


@covers("464", "263")
@pytest.mark.parametrize(
    "line", ["OPER guru salah", "OPER nobody salah", "OPER tertutup salah", "OPER nobody :sangat rahasia"]
)
def test_a_wrong_password_is_464_and_the_next_try_has_to_wait(connect: Connect, line: str) -> None:
    """Modern, "OPER message": "ERR_PASSWDMISMATCH"; "RPL_TRYAGAIN": "When a server drops a command" (10 s, S3)."""
    ani = connect("ani")
    assert commands(ani.ask(line, "OPER guru :sangat rahasia", "MODE ani")) == ["464", "263", "221"]


@covers("461", "491")
def test_oper_needs_two_parameters_and_operators(connect: Connect, tmp_path: Path) -> None:
    """Modern, "OPER message": "Both parameters are required", "ERR_NOOPERHOST"."""
    assert commands(connect("ani").ask("OPER", "OPER guru")) == ["461", "461"]
    with ServerProcess(tmp_path, QUIET) as server:
        assert commands(server.connect("ani").ask("OPER guru x")) == ["491"]


@covers("KILL", "401", "483", "461", "481")
def test_kill_closes_the_connection_and_says_by_whom_and_why(connect: Connect, guru: IrcClient) -> None:
    """Modern, "KILL message": KILL, QUIT and ERROR to the client; "Killed (<killer> (<reason>))" to its peers."""
    ani, peer = connect("ani"), connect("peer")
    ani.ask("JOIN #x")
    peer.ask("JOIN #x")
    ani.fence()
    assert commands(guru.ask("KILL nobody x", f"KILL {NAME} x", "KILL")) == ["401", "483", "461"]
    assert commands(peer.ask("KILL ani x")) == ["481"]
    guru.send("KILL ANI :no shouting")
    assert ani.rest() == [
        f":{source('bu')} KILL ani :no shouting",
        f":{source('ani')} QUIT :Killed (bu (no shouting))",
        f"ERROR :Closing Link: {NAME} (Killed (bu (no shouting)))",
    ]
    assert peer.line() == f":{source('ani')} QUIT :Killed (bu (no shouting))"


@covers("KILL")
def test_kill_cuts_every_session(server: ServerProcess, guru: IrcClient) -> None:
    """docs/protocol.md, "Sessions": what is done to a person is done to all its sessions."""
    first = server.connect("siti")
    first.ask("REGISTER * * rahasia")
    second = login(server, "siti")
    enter(second)
    guru.send("KILL siti")
    assert commands(first.rest())[-2:] == ["QUIT", "ERROR"]
    assert commands(second.rest())[-2:] == ["QUIT", "ERROR"]


@covers("WALLOPS", "usermode:w", "481", "461")
def test_wallops_reaches_all_with_the_mode(connect: Connect, guru: IrcClient) -> None:
    """Modern, "WALLOPS message": "to all currently connected users who have set the 'w' user mode"."""
    ani, bela = connect("ani"), connect("bela")
    ani.ask("MODE ani +w")
    line = f":{source('bu')} WALLOPS :lunch"
    assert guru.ask("WALLOPS lunch") == [line.replace(":lunch", ":lunch")]
    assert ani.fence() == [line]
    assert bela.fence() == []
    assert commands(guru.ask("WALLOPS", "WALLOPS :")) == ["461", "461"]
    assert commands(bela.ask("WALLOPS x")) == ["481"]


@covers("REHASH", "382", "481")
def test_rehash_is_382_and_tells_what_changed(connect: Connect, guru: IrcClient) -> None:
    """Modern, "REHASH message": RPL_REHASHING, ERR_NOPRIVILEGES."""
    assert commands(connect("ani").ask("REHASH")) == ["481"]
    lines = guru.ask("REHASH")
    assert commands(lines)[:2] == ["382", "NOTICE"]


@covers("CONNECT", "SQUIT", "402", "481", "461")
@pytest.mark.parametrize("command", ["CONNECT", "SQUIT"])
def test_connect_and_squit_are_refused(connect: Connect, guru: IrcClient, command: str) -> None:
    """Modern, "CONNECT message", "SQUIT message": no other server exists here."""
    assert commands(guru.ask(f"{command} irc.example.org x", command)) == ["402", "461"]
    assert commands(connect("ani").ask(f"{command} irc.example.org x")) == ["481"]


@covers("RESTART", "481")
def test_restart_starts_the_server_anew(tmp_path: Path) -> None:
    """Modern, "RESTART message": "force the server to restart itself"."""
    with ServerProcess(tmp_path, SETTINGS, port=free_port()) as server:
        ani, guru = server.connect("ani"), server.connect("bu")
        assert commands(ani.ask("RESTART")) == ["481"]
        guru.ask("OPER guru :sangat rahasia")
        before = server.pid
        guru.send("RESTART")
        assert "ERROR" in commands(ani.rest())
        server.wait_for(r"(?s)client\.main --port \d+.*client\.main --port \d+")
        assert server.pid == before
        assert commands(server.connect("ani").ask("TIME")) == ["391"]


@covers("313", "378", "379", "338", "340", "354", "252")
def test_operators_are_shown_and_see_more(connect: Connect, guru: IrcClient) -> None:
    """Modern, "WHOIS message": "only to the client itself and to servers operators"; "RPL_WHOREPLY": `*`."""
    ani = connect("ani")
    ani.ask("MODE ani +i")
    connect("gone").leave()
    assert f":{NAME} 313 ani bu :is an IRC operator" in ani.ask("WHOIS bu")
    assert parse(ani.ask("WHO bu")[0]).params[6] == "H*"
    assert commands(ani.ask("WHO * o%n")) == ["354", "315"]
    assert f":{NAME} 252 ani 1 :operator(s) online" in ani.ask("LUSERS")
    assert ani.ask("USERHOST bu") == [f":{NAME} 302 ani :bu*=+~u@{HOST}"]
    assert {"378", "379"} <= set(commands(guru.ask("WHOIS ani")))
    assert guru.ask("WHO a*i %in")[0] == f":{NAME} 354 bu 127.0.0.1 ani"
    assert guru.ask("USERIP ani") == [f":{NAME} 340 bu :ani=+~u@127.0.0.1"]
    assert f":{NAME} 338 bu gone ~u@127.0.0.1 127.0.0.1 :Is actually using host" in guru.ask("WHOWAS gone")


@covers("STATS", "211", "212", "243", "219")
def test_stats_for_operators(guru: IrcClient) -> None:
    """Modern, "STATS message": `l` connections, `m` commands, `o` operators."""
    assert commands(guru.ask("STATS o")) == ["243", "243", "219"]
    assert any(line.startswith(f":{NAME} 212 bu STATS ") for line in guru.ask("STATS m"))
    row = next(parse(line) for line in guru.ask("STATS l") if " bu[~u@127.0.0.1] " in line)
    assert row.command == "211"
    assert all(word.isdecimal() for word in row.params[2:])


@covers("ADMIN", "256", "257", "258", "259", "423")
def test_admin_tells_who_runs_the_server(connect: Connect, tmp_path: Path) -> None:
    """Modern, "ADMIN message": RPL_ADMINME, RPL_ADMINLOC1, RPL_ADMINLOC2, RPL_ADMINEMAIL."""
    assert connect("ani").ask("ADMIN") == [
        f":{NAME} 256 ani {NAME} :Administrative info",
        f":{NAME} 257 ani :Kelas 2",
        f":{NAME} 258 ani :Bu Ani",
        f":{NAME} 259 ani :ani@example.org",
    ]
    with ServerProcess(tmp_path, QUIET) as server:
        assert commands(server.connect("ani").ask("ADMIN", "ADMIN irc.example.org")) == ["423", "402"]
