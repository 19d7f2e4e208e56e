"""The tokens of numeric 005, before registration too and in a batch: IRCv3 extended-isupport, network-icon."""

from __future__ import annotations

import pytest

import protocol
from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, QUIET, Connect, Launch, commands

CAPS = ("draft/extended-isupport", "batch")


def tokens(lines: list[str]) -> dict[str, str]:
    """The tokens of the 005 among these lines."""
    words = [word for line in lines for word in parse(line).params[1:-1] if parse(line).command == "005"]
    return dict(protocol.isupport(words))


@covers("ISUPPORT", "005", "cap:draft/extended-isupport")
def test_the_server_must_accept_isupport_before_connection_registration_completes(connect: Connect) -> None:
    """Capability: "the server MUST accept ISUPPORT commands before connection registration completes"."""
    client = connect()
    client.ask("CAP REQ draft/extended-isupport")
    lines = client.ask("ISUPPORT")
    assert set(commands(lines)) == {"005"}
    assert all(line.startswith(f":{NAME} 005 * ") for line in lines)
    assert tokens(lines)["NETWORK"] == "Obrolan"


@covers("ISUPPORT", "451")
def test_without_the_capability_it_is_451_before_registration(connect: Connect) -> None:
    """Capability: "When the ... capability is enabled by the client"."""
    assert connect().ask("ISUPPORT") == [f":{NAME} 451 * :You have not registered"]


@covers("ISUPPORT", "005", "cap:draft/extended-isupport", "cap:batch")
@pytest.mark.parametrize("caps", [CAPS, CAPS[::-1]])
def test_the_server_must_group_all_of_them_inside_a_batch(connect: Connect, caps: tuple[str, ...]) -> None:
    """Batch: "The order in which the capabilities are enabled is not significant"; "MUST NOT contain any other"."""
    client = connect()
    for name in caps:
        client.ask(f"CAP REQ {name}")
    start, *inside, end = map(parse, client.ask("ISUPPORT"))
    name = start.params[0].removeprefix("+")
    assert (start.command, start.params[1:], end.params) == ("BATCH", ["draft/isupport"], [f"-{name}"])
    assert {(line.command, line.tags["batch"]) for line in inside} == {("005", name)}


@covers("005", "cap:draft/extended-isupport", "001", "VERSION")
def test_no_unbatched_one_is_sent_at_the_welcome_or_by_version_either(connect: Connect) -> None:
    """Batch: "The server MUST NOT send any unbatched RPL_ISUPPORT message"."""
    client = connect()
    welcome = client.register("ani", *CAPS)
    for lines in (welcome, client.ask("VERSION")):
        assert [line for line in lines if parse(line).command == "005" and "batch" not in parse(line).tags] == []
        assert commands(lines).count("BATCH") == 2


@covers("ISUPPORT", "005")
def test_it_may_be_asked_for_after_registration_by_anybody(connect: Connect) -> None:
    """Command: "When receiving this command, the server MUST reply with one or more RPL_ISUPPORT messages"."""
    client = connect()
    welcome = client.register("ani")
    assert tokens(client.ask("ISUPPORT")) == tokens(welcome)


@covers("cap:labeled-response", "ISUPPORT")
def test_a_label_stands_on_its_batch(connect: Connect) -> None:
    """labeled-response: "The batch type MUST be ... an existing type applicable to the entire response"."""
    lines = connect("ani", *CAPS, "labeled-response").ask("@label=x ISUPPORT")
    assert [dict(parse(line).tags).get("label") for line in lines] == ["x"] + [None] * (len(lines) - 1)


@covers("token:draft/ICON", "token:CLIENTTAGDENY")
def test_the_icon_is_a_url_and_is_there_only_where_it_is_set(connect: Connect, launch: Launch) -> None:
    """network-icon: "the value MUST be a URL to an image"; message-tags: omitting CLIENTTAGDENY is recommended."""
    assert not {"draft/ICON", "CLIENTTAGDENY"} & set(tokens(connect().register("ani")))
    link = "https://example.org/icon.svg"
    server = launch({**QUIET, "server": {"icon": link}})
    assert tokens(server.connect().register("ani"))["draft/ICON"] == link


@covers("ISUPPORT", "421")
def test_it_can_be_switched_off(launch: Launch) -> None:
    """Our setting `[features] extended_isupport`."""
    client = launch({**QUIET, "features": {"extended_isupport": False}}).connect("ani")
    assert commands(client.ask("ISUPPORT")) == ["421"]
    assert commands(client.ask("CAP REQ draft/extended-isupport")) == ["CAP"]
    assert "draft/extended-isupport" not in " ".join(client.ask("CAP LS 302"))
