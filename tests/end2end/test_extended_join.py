"""Who comes in, with account and realname: IRCv3 extended-join."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.covering import covers
from tests.end2end.accounts import CHEAP, plain, register, session
from tests.end2end.harness import HOST, Connect, ServerProcess, commands, source


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        register(process, "Tini")
        yield process
        assert process.alive


@covers("JOIN", "cap:extended-join")
def test_a_star_says_that_the_user_has_not_logged_in(connect: Connect) -> None:
    """Description: "JOIN #channelname * :Real Name"; those without the capability see the plain line."""
    ani, bela = connect("ani", "extended-join"), connect("bela")
    assert ani.ask("JOIN #x")[0] == f":{source('ani')} JOIN #x * :Name of ani"
    assert bela.ask("JOIN #x")[0] == f":{source('bela')} JOIN #x"
    assert ani.fence() == [f":{source('bela')} JOIN #x * :Name of bela"]


@covers("JOIN", "cap:extended-join")
def test_the_penultimate_parameter_is_the_display_name_of_the_account(server: ServerProcess, connect: Connect) -> None:
    """Description: "The penultimate parameter is the display name of that account"."""
    watcher = connect("watcher", "extended-join")
    watcher.ask("JOIN #x")
    tini = session(server, "TINI", account="tini")
    tini.ask("JOIN #x")
    assert watcher.fence() == [f":TINI!~u@{HOST} JOIN #x Tini :Name"]
    tini.leave()


@covers("JOIN", "cap:extended-join", "cap:sasl")
def test_who_logs_in_after_registration_joins_with_the_account_from_then_on(connect: Connect) -> None:
    """Description: "the account name of the user when they join a channel"."""
    watcher, ani = connect("watcher", "extended-join"), connect("ani", "sasl")
    watcher.ask("JOIN #a,#b")
    ani.ask("JOIN #a")
    assert commands(plain(ani, "tini"))[-1] == "903"
    ani.ask("JOIN #b")
    assert watcher.fence() == [
        f":{source('ani')} JOIN #a * :Name of ani",
        f":{source('ani')} JOIN #b Tini :Name of ani",
    ]


@covers("JOIN", "cap:extended-join", "SETNAME")
def test_the_last_parameter_is_the_realname_of_now(connect: Connect) -> None:
    """Description: "The last parameter is the user's GECOS"."""
    ani, bela = connect("ani", "extended-join"), connect("bela")
    ani.ask("JOIN #x")
    bela.ask("SETNAME :New name", "JOIN #x")
    assert ani.fence() == [f":{source('bela')} JOIN #x * :New name"]
