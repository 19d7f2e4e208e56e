"""IRCv3 account-registration where settings decide: before connecting, with an e-mail address."""

from __future__ import annotations

import pytest

from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD
from tests.end2end.harness import NAME, Launch, Settings, commands

EMAIL: Settings = {**CHEAP, "accounts": {**CHEAP["accounts"], "registration_needs_email": True}}
LATER: Settings = {**CHEAP, "accounts": {**CHEAP["accounts"], "registration_before_connect": False}}
CLOSED: Settings = {**CHEAP, "server": {"password": "pintu rahasia"}}


@covers("REGISTER", "cap:draft/account-registration")
@pytest.mark.parametrize("settings", [LATER, CLOSED], ids=["setting", "server password"])
def test_before_connecting_nobody_registers_where_that_is_closed(launch: Launch, settings: Settings) -> None:
    """FAIL codes: "COMPLETE_CONNECTION_REQUIRED"; who does not know the server's password makes no account."""
    client = launch(settings).connect()
    client.ask("CAP LS 302", "CAP REQ :draft/account-registration standard-replies", "NICK ani")
    answer = client.ask(f"REGISTER * * {PASSWORD}")
    assert answer == [f":{NAME} FAIL REGISTER COMPLETE_CONNECTION_REQUIRED * :Finish connecting first"]


@covers("REGISTER", "cap:draft/account-registration")
def test_where_an_email_address_is_required_one_must_be_given(launch: Launch) -> None:
    """Capability: "email-required"; without a mail server the address is only kept."""
    server = launch(EMAIL)
    assert "email-required" in " ".join(server.connect().ask("CAP LS 302"))
    client = server.connect("ani", "draft/account-registration", "standard-replies")
    assert client.ask(f"REGISTER * * {PASSWORD}") == [
        f":{NAME} FAIL REGISTER INVALID_EMAIL ani :An e-mail address is needed"
    ]
    assert commands(client.ask(f"REGISTER * ani@example.org {PASSWORD}")) == ["REGISTER", "900"]
