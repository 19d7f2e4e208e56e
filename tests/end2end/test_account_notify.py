"""Who is logged in to what: IRCv3 account-notify."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD, plain, register, session
from tests.end2end.harness import Connect, ServerProcess, commands, source


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        register(process, "tini")
        yield process


@covers("cap:account-notify")
def test_clients_will_get_the_account_message_for_clients_on_common_channels_including_themselves(
    connect: Connect,
) -> None:
    """Description: "... for clients on common channels with them, including themselves."."""
    ani, bela = connect("ani", "account-notify", "sasl"), connect("bela", "account-notify")
    plainly, outsider = connect("citra"), connect("dewi", "account-notify")
    for client in (ani, bela, plainly):
        client.ask("JOIN #a,#b")
    for client in (ani, bela, plainly):
        client.fence()
    answer = plain(ani, "tini")
    line = f":{source('ani')} ACCOUNT tini"
    assert line in answer
    assert commands(answer) == ["AUTHENTICATE", "ACCOUNT", "900", "903"]
    assert bela.fence() == [line]
    assert plainly.fence() == []
    assert outsider.fence() == []


@covers("cap:account-notify")
def test_registering_a_name_is_told_too(connect: Connect) -> None:
    """Description: "the user identified by nick!user@host has logged into a new account"."""
    ani, bela = connect("rina"), connect("bela", "account-notify")
    for client in (ani, bela):
        client.ask("JOIN #a")
    ani.ask(f"REGISTER * * {PASSWORD}")
    assert bela.fence() == [f":{source('rina')} ACCOUNT rina"]


@covers("cap:account-notify")
def test_proving_the_same_account_again_changes_nothing(connect: Connect, server: ServerProcess) -> None:
    """Description: "when a client's account name changes"."""
    tini, bela = session(server, "tini"), connect("bela", "account-notify")
    for client in (tini, bela):
        client.ask("JOIN #a")
    tini.fence()
    assert commands(plain(tini, "tini")) == ["AUTHENTICATE", "900", "903"]
    assert bela.fence() == []
    tini.leave()


@covers("cap:account-notify", "cap:extended-monitor")
def test_who_watches_somebody_with_extended_monitor_hears_it_without_a_common_channel(connect: Connect) -> None:
    """extended-monitor: "the server will send the notification ... to clients monitoring"."""
    bela, plainly = connect("bela", "account-notify", "extended-monitor"), connect("citra", "account-notify")
    for client in (bela, plainly):
        client.ask("MONITOR + ani")
    ani = connect("ani", "sasl")
    for client in (bela, plainly):
        client.fence()
    plain(ani, "tini")
    assert bela.fence() == [f":{source('ani')} ACCOUNT tini"]
    assert plainly.fence() == []
