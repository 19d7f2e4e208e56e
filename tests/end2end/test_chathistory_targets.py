"""CHATHISTORY TARGETS: where something was said, for who comes back (IRCv3 chathistory)."""

from __future__ import annotations

import re

from protocol import parse
from tests.end2end.harness import NAME, Connect, IrcClient

CAPS = ("draft/chathistory", "batch", "server-time", "message-tags", "echo-message")
LONG_AGO, LATER = "timestamp=1970-01-01T00:00:00.000Z", "timestamp=2999-01-01T00:00:00.000Z"


def targets(client: IrcClient, first: str, second: str, limit: int = 100) -> list[str]:
    """The names that CHATHISTORY TARGETS gave."""
    lines = [parse(line) for line in client.ask(f"CHATHISTORY TARGETS {first} {second} {limit}")]
    assert lines[0].params[1:] == ["draft/chathistory-targets"]
    assert all(line.command == "CHATHISTORY" and line.params[0] == "TARGETS" for line in lines[1:-1])
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.params[2]) for line in lines[1:-1])
    return [line.params[1] for line in lines[1:-1]]


def spoke(connect: Connect) -> tuple[IrcClient, list[str]]:
    """Somebody who spoke here and there, and when each was latest."""
    ani, bela = connect("ani", *CAPS), connect("bela", *CAPS)
    connect("citra", *CAPS).ask("JOIN #asing", "PRIVMSG #asing :x", "PRIVMSG bela :x")
    times = []
    for line in ("JOIN #Satu", "JOIN #dua", "PRIVMSG #Satu :x", "PRIVMSG bela :x", "PRIVMSG #dua :x"):
        times += [parse(echo).tags["time"] for echo in ani.ask(line) if "PRIVMSG" in echo]
        while times and ani.ask("NOTICE ani :x")[0].split(";")[0][6:30] <= times[-1]:
            pass  # until the clock has moved on: each target has a time of its own
    ani.ask("JOIN #sunyi", "TOPIC #sunyi :nothing is said here")
    bela.fence()
    return ani, times


def test_targets_are_ordered_by_the_time_of_their_latest_message(connect: Connect) -> None:
    ani, _ = spoke(connect)
    assert targets(ani, LONG_AGO, LATER) == ["#Satu", "bela", "#dua", "ani"]


def test_targets_between_match_the_latest_message_exclusively_and_count_from_the_first(connect: Connect) -> None:
    ani, times = spoke(connect)
    assert targets(ani, LONG_AGO, f"timestamp={times[1]}") == ["#Satu"]
    assert targets(ani, f"timestamp={times[0]}", LATER) == ["bela", "#dua", "ani"]
    assert targets(ani, LONG_AGO, LATER, 2) == ["#Satu", "bela"]
    assert targets(ani, LATER, LONG_AGO, 2) == ["#dua", "ani"]
    assert targets(ani, f"timestamp={times[1]}", f"timestamp={times[0]}") == []


def test_targets_shows_neither_others_channels_nor_others_chats(connect: Connect) -> None:
    ani, _ = spoke(connect)
    assert "#asing" not in targets(ani, LONG_AGO, LATER)
    assert targets(connect("dewi", *CAPS), LONG_AGO, LATER) == []


def test_targets_shows_a_partner_by_the_nickname_of_now_and_leaves_guests_out_that_are_gone(connect: Connect) -> None:
    ani, bela, citra = (connect(name, *CAPS) for name in ("ani", "bela", "citra"))
    ani.ask("PRIVMSG bela,citra :x")
    bela.ask("NICK belinda")
    citra.leave()
    connect("citra", *CAPS)
    assert targets(ani, LONG_AGO, LATER) == ["belinda"]


def test_without_batch_the_targets_come_bare(connect: Connect) -> None:
    ani = connect("ani", "draft/chathistory")
    ani.ask("JOIN #bare", "PRIVMSG #bare :x")
    (line,) = ani.ask(f"CHATHISTORY TARGETS {LONG_AGO} {LATER} 10")
    assert line.startswith(f":{NAME} CHATHISTORY TARGETS #bare ")


def test_the_label_stands_on_the_batch(connect: Connect) -> None:
    ani = connect("ani", *CAPS, "labeled-response")
    assert parse(ani.ask(f"@label=c CHATHISTORY TARGETS {LONG_AGO} {LATER} 9")[0]).tags == {"label": "c"}
