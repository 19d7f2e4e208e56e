"""When something happened: IRCv3 server-time."""

from __future__ import annotations

import re

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import Connect, IrcClient

TIME = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d\.\d{3}Z")


def pair(connect: Connect, *caps: str) -> tuple[IrcClient, IrcClient]:
    """Two members of #x who have read all that led there; the second one has the capabilities."""
    speaker, reader = connect("ani"), connect("bela", *caps)
    for client in (speaker, reader):
        client.ask("JOIN #x")
    speaker.fence()
    return speaker, reader


@covers("cap:server-time", "tag:time")
@pytest.mark.parametrize(
    "line",
    ["PRIVMSG #x :hi", "NOTICE #x :hi", "TOPIC #x :t", "MODE #x +m", "NICK other", "PART #x", "QUIT :bye", "JOIN #y"],
)
def test_the_value_must_have_the_syntax_of_iso_8601_to_the_millisecond_in_utc(connect: Connect, line: str) -> None:
    """Description: "<value> ::= YYYY-MM-DDThh:mm:ss.sssZ"."""
    speaker, reader = pair(connect, "server-time")
    reader.ask("JOIN #y")
    speaker.send(line)
    seen = reader.expect(line.split(maxsplit=1)[0])
    assert set(seen.tags) == {"time"}
    assert TIME.fullmatch(seen.tags["time"])


@covers("CAP", "cap:server-time", "tag:time")
def test_servers_must_not_include_it_before_acknowledging_the_capability(connect: Connect) -> None:
    """Description: "MUST NOT do so before acknowledging the client capability using CAP ACK"; nor after its end."""
    speaker, reader = pair(connect)
    for request, tagged in (("", False), ("server-time", True), ("-server-time", False)):
        if request:
            assert not any(line.startswith("@") for line in reader.ask(f"CAP REQ {request}"))
        speaker.ask("PRIVMSG #x :hi")
        assert ("time" in parse(reader.fence()[0]).tags) is tagged


@covers("cap:server-time", "cap:echo-message", "tag:time")
def test_servers_should_also_offer_echo_message_for_a_consistent_chronology(connect: Connect) -> None:
    """Description: "SHOULD also offer the echo-message capability to allow clients to keep a consistent chronology"."""
    speaker, reader = pair(connect, "server-time")
    speaker.ask("CAP REQ :server-time echo-message")
    mine: list[str] = []
    theirs: list[str] = []
    for number in range(15):
        mine += speaker.ask(f"PRIVMSG #x :{number}")
        theirs += reader.ask(f"PRIVMSG #x :{number}")
        mine += speaker.fence()
    times = [parse(line).tags["time"] for line in mine]
    assert len(times) == 30
    assert times == sorted(times)
    assert [parse(line).tags["time"] for line in theirs] == times[::2], "the echo has the time that others see"
