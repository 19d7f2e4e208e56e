"""What those hear of somebody who watch its nickname and share no channel with it (IRCv3 extended-monitor)."""

from __future__ import annotations

import pytest

from tests.covering import covers
from tests.end2end.harness import Connect, source

CASES = [
    ("away-notify", "AWAY :eating", "AWAY :eating"),
    ("setname", "SETNAME :New Name", "SETNAME :New Name"),
]


@covers("cap:extended-monitor", "cap:away-notify", "cap:setname")
@pytest.mark.parametrize(("cap", "command", "heard"), CASES)
def test_with_the_other_capability_the_client_gets_its_notifications(
    connect: Connect, cap: str, command: str, heard: str
) -> None:
    """extended-monitor: "If `away-notify` is also enabled, the client will get AWAY notifications", and so on."""
    eye, ani = connect("eye", "extended-monitor", cap), connect("ani")
    eye.ask("MONITOR + ANI")
    ani.ask(command)
    assert eye.fence() == [f":{source('ani')} {heard}"]


@covers("cap:extended-monitor")
@pytest.mark.parametrize(("cap", "command", "heard"), CASES)
def test_either_capability_alone_gives_none(connect: Connect, cap: str, command: str, heard: str) -> None:
    """extended-monitor: "When enabled by the client"."""
    ani = connect("ani")
    for number, caps in enumerate([(cap,), ("extended-monitor",), ()]):
        eye = connect(f"eye{number}", *caps)
        eye.ask("MONITOR + ani")
        ani.ask(command, "AWAY")
        assert eye.fence() == []


@covers("cap:extended-monitor")
def test_who_shares_a_channel_too_hears_it_once(connect: Connect) -> None:
    """extended-monitor adds people to those who hear it; nobody hears it twice."""
    eye, ani = connect("eye", "extended-monitor", "away-notify"), connect("ani")
    ani.ask("JOIN #x")
    eye.ask("JOIN #x", "MONITOR + ani,eye")
    ani.ask("AWAY :x")
    assert eye.fence() == [f":{source('ani')} AWAY :x"]


@covers("cap:extended-monitor")
def test_who_no_longer_watches_hears_nothing(connect: Connect) -> None:
    """extended-monitor is for monitored nicks only."""
    eye, ani = connect("eye", "extended-monitor", "away-notify"), connect("ani")
    eye.ask("MONITOR + ani", "MONITOR - ani")
    ani.ask("AWAY :x")
    assert eye.fence() == []


@covers("cap:extended-monitor", "cap:account-notify")
def test_with_account_notify_the_client_gets_account_notifications(connect: Connect) -> None:
    """extended-monitor: "the client will get ACCOUNT notifications for monitored nicks"."""
    eye, plain = connect("eye", "extended-monitor", "account-notify"), connect("plain", "account-notify")
    for client in (eye, plain):
        client.ask("MONITOR + reni")
    reni = connect("reni", "draft/account-registration")
    reni.ask("REGISTER * * rahasia")
    assert eye.expect("ACCOUNT").params == ["reni"]
    assert not any(" ACCOUNT " in line for line in plain.fence())


@covers("cap:draft/metadata-2", "MONITOR")
def test_who_monitors_somebody_gets_the_metadata_it_subscribed_to(connect: Connect) -> None:
    """metadata, "Notifications": "who either share a channel with the updated user or are monitoring them"; also the
    current values when one begins to, "or when one of their monitored users comes online".
    """
    eye, ani = connect("eye", "draft/metadata-2", "batch"), connect("ani", "draft/metadata-2", "batch")
    eye.ask("METADATA * SUB pronouns")
    ani.ask("METADATA * SET pronouns :she")
    assert eye.fence() == []
    eye.send("MONITOR + ani")
    assert eye.expect("METADATA").params == ["ani", "pronouns", "*", "she"]
    ani.ask("METADATA * SET pronouns :they")
    assert eye.expect("METADATA").params == ["ani", "pronouns", "*", "they"]
