"""What a program without history of its own is shown when it joins (IRCv3 batch type `chathistory`)."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import datetime

import pytest

from protocol import parse, text_room
from tests.end2end.harness import Connect, Launch, ServerProcess, Settings, commands, source, untagged

LINES = 5
NOW = r"\[\d\d:\d\d\] "

_channels: Iterator[str] = (f"#ulang{number}" for number in range(10_000))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings: Settings = {
        "lobby": {"autojoin": False},
        "limits": {"flood_protection": False},
        "history": {"replay_lines": LINES},
    }
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process


@pytest.fixture
def channel(connect: Connect) -> str:
    """A channel in which ani said `0` to `9`."""
    name = next(_channels)
    connect("ani").ask(f"JOIN {name}", *[f"PRIVMSG {name} :{number}" for number in range(10)])
    return name


def behind_the_names(lines: list[str]) -> list[str]:
    """What comes after the burst of the JOIN."""
    place = commands(lines).index("366")
    return lines[place + 1 :]


def test_the_last_lines_come_behind_the_names_with_the_time_in_front(connect: Connect, channel: str) -> None:
    lines = connect("bela").ask(f"JOIN {channel}")
    assert commands(lines) == ["JOIN", "353", "366", *["PRIVMSG"] * LINES]
    for number, line in enumerate(behind_the_names(lines), 5):
        assert re.fullmatch(rf":{re.escape(source('ani'))} PRIVMSG {channel} :{NOW}{number}", line)


def test_where_it_can_be_read_the_time_is_the_one_it_was_sent_at(connect: Connect, channel: str) -> None:
    lines = behind_the_names(connect("bela", "server-time", "message-tags").ask(f"JOIN {channel}"))
    assert untagged(lines) == [f":{source('ani')} PRIVMSG {channel} :{number}" for number in range(5, 10)]
    times = [parse(line).tags["time"] for line in lines]
    assert times == sorted(times)
    assert all(datetime.fromisoformat(time) for time in times)
    assert all(parse(line).tags["msgid"] for line in lines)


def test_the_server_puts_all_of_it_into_one_chathistory_batch(connect: Connect, channel: str) -> None:
    start, *lines, end = behind_the_names(connect("bela", "batch", "server-time").ask(f"JOIN {channel}"))
    name = parse(start).params[0].removeprefix("+")
    assert parse(start).params[1:] == ["chathistory", channel]
    assert parse(end).params == ["-" + name]
    assert [parse(line).tags["batch"] for line in lines] == [name] * LINES


def test_a_client_with_the_capability_is_shown_nothing_by_itself(connect: Connect, channel: str) -> None:
    assert behind_the_names(connect("bela", "draft/chathistory").ask(f"JOIN {channel}")) == []


def test_who_is_in_the_channel_already_is_shown_nothing(connect: Connect, channel: str) -> None:
    bela = connect("bela")
    bela.ask(f"JOIN {channel}")
    assert bela.ask(f"JOIN {channel}") == []


def test_nothing_is_shown_twice_and_nothing_is_left_out(connect: Connect) -> None:
    name = next(_channels)
    speaker = connect("bicara")
    speaker.ask(f"JOIN {name}")
    for said in range(10, 210, 10):
        speaker.send(*[f"PRIVMSG {name} :{number}" for number in range(said - 10, said - 1)])
        reader = connect(f"baca{said}")
        reader.send(f"JOIN {name}")
        speaker.ask(f"PRIVMSG {name} :{said - 1}")
        texts = [parse(line).params[1] for line in reader.fence() if parse(line).command == "PRIVMSG"]
        # What is said while the server reads may stand in front of the replay.
        seen = sorted(int(re.sub(NOW, "", text)) for text in texts)
        assert seen == list(range(said - len(seen), said))
        assert len(seen) >= LINES
        reader.leave()


def test_each_channel_of_a_list_has_its_own(connect: Connect, channel: str) -> None:
    quiet = next(_channels)
    lines = connect("bela").ask(f"JOIN {quiet},{channel}")
    assert commands(lines) == ["JOIN", "353", "366"] * 2 + ["PRIVMSG"] * LINES


def test_what_comes_behind_the_join_is_answered_behind_the_replay(connect: Connect, channel: str) -> None:
    lines = connect("bela").ask(f"JOIN {channel}", "PING a")
    assert commands(lines[-2:]) == ["PRIVMSG", "PONG"]


def test_the_label_is_on_the_join_and_not_on_the_replay(connect: Connect, channel: str) -> None:
    bela = connect("bela", "labeled-response", "batch", "server-time")
    start, join, _, _, end, replay, *lines = bela.ask(f"@label=a JOIN {channel}")
    assert (parse(start).tags["label"], parse(start).params[1]) == ("a", "labeled-response")
    assert (parse(join).command, parse(end).command) == ("JOIN", "BATCH")
    assert parse(replay).tags == {}
    assert parse(replay).params[1:] == ["chathistory", channel]
    assert len(lines) == LINES + 1
    quiet = bela.ask(f"@label=b JOIN {next(_channels)}")
    assert parse(quiet[0]).tags["label"] == "b"
    assert commands(quiet) == ["BATCH", "JOIN", "353", "366", "BATCH"]


def test_joins_topics_and_questions_of_programs_are_not_shown_but_actions_are(connect: Connect) -> None:
    name = next(_channels)
    ani = connect("ani")
    ani.ask(f"JOIN {name}", f"PRIVMSG {name} :\x01ACTION waves\x01", f"PRIVMSG {name} :\x01VERSION\x01")
    ani.ask(f"TOPIC {name} :t", f"NOTICE {name} :n")
    lines = behind_the_names(connect("bela").ask(f"JOIN {name}"))
    assert [re.sub(NOW, "[] ", parse(line).params[1]) for line in lines] == ["\x01ACTION [] waves\x01", "[] n"]


def test_a_line_that_the_time_makes_too_long_becomes_two(connect: Connect) -> None:
    name = next(_channels)
    ani = connect("ani")
    ani.ask(f"JOIN {name}")
    words = " ".join(["kata"] * (text_room(source("ani"), "PRIVMSG", name) // 5))
    ani.ask(f"PRIVMSG {name} :{words}")
    lines = behind_the_names(connect("bela").ask(f"JOIN {name}"))
    assert len(lines) == 2
    assert re.sub(NOW, "", " ".join(parse(line).params[1] for line in lines)) == words


def test_the_lobby_that_is_joined_by_itself_is_replayed_too(launch: Launch) -> None:
    server = launch({"limits": {"flood_protection": False}})
    server.connect("ani").ask(*[f"PRIVMSG #lobby :{number}" for number in range(30)])
    lines = server.connect().register("bela")
    assert commands(lines)[-20:] == ["PRIVMSG"] * 20  # the number that stands in docs/administration.md


def test_zero_lines_are_none(launch: Launch) -> None:
    server = launch()
    server.connect("ani").ask("JOIN #x", "PRIVMSG #x :a")
    assert behind_the_names(server.connect("bela").ask("JOIN #x")) == []


def test_a_classic_program_reads_what_is_said_now_and_nothing_else(launch: Launch) -> None:
    server = launch({"history": {"replay_lines": LINES}})
    ani = server.connect("ani")
    ani.ask("PRIVMSG #lobby :before")
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as program:
        program.sendall(b"Budi\n")
        ani.expect("JOIN")
        ani.ask("PRIVMSG #lobby :now")
        heard = b""
        while b"now" not in heard:
            data = program.recv(4096)
            assert data, heard
            heard += data
    assert b"before" not in heard
