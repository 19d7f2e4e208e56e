"""One order for everybody (design section 4): of what is said, of who is there, and of one's own answers."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from protocol import parse
from tests.end2end.harness import NAME, QUIET, Connect, IrcClient, ServerProcess, Settings, commands, source

SPEAKERS = 50
LINES_EACH = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings: Settings = {**QUIET, "limits": {"flood_protection": False, "io_threads": 4}}
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process


def test_when_50_clients_speak_at_once_every_line_reaches_every_member_once_and_in_the_same_order(
    connect: Connect,
) -> None:
    speakers = [connect(f"orang{number}", "echo-message") for number in range(SPEAKERS)]
    for speaker in speakers:
        speaker.ask("JOIN #ramai")
    for speaker in speakers:
        speaker.fence()
    for number, speaker in enumerate(speakers):
        speaker.send(*[f"PRIVMSG #ramai :{number}/{line}" for line in range(LINES_EACH)])
    heard = [speaker.fence() for speaker in speakers]  # after this every line is at every member
    for lines, speaker in zip(heard, speakers, strict=True):
        lines += speaker.fence()
    assert all(lines == heard[0] for lines in heard)
    said = [
        f":{source(f'orang{number}')} PRIVMSG #ramai :{number}/{line}"
        for number in range(SPEAKERS)
        for line in range(LINES_EACH)
    ]
    assert sorted(heard[0]) == sorted(said)
    for number in range(SPEAKERS):
        mine = [line for line in heard[0] if line.startswith(f":orang{number}!")]
        assert [line.rpartition("/")[2] for line in mine] == [str(line) for line in range(LINES_EACH)]


def test_a_pong_proves_that_what_was_said_before_is_at_every_member(connect: Connect) -> None:
    speaker, *readers = (connect(f"orang{number}") for number in range(7))
    for client in (speaker, *readers):
        client.ask("JOIN #x")
    for reader in readers:
        reader.fence()
    for number in range(300):
        speaker.ask(f"PRIVMSG #x :{number}")
        for reader in readers:
            assert reader.fence() == [f":{source('orang0')} PRIVMSG #x :{number}"]


def test_a_pong_proves_that_a_private_message_has_arrived(connect: Connect) -> None:
    speaker, *readers = (connect(f"orang{number}") for number in range(5))
    for number in range(100):
        for reader in readers:
            speaker.ask(f"PRIVMSG {reader.nickname} :{number}")
            assert commands(reader.fence()) == ["PRIVMSG"]


def test_commands_are_answered_in_the_order_they_were_sent(connect: Connect) -> None:
    ani = connect("ani", "echo-message")
    sent = {
        "JOIN #x": ["JOIN", "353", "366"],
        "PRIVMSG #x :a": ["PRIVMSG"],
        "PING a": ["PONG"],
        "FOO": ["421"],
        "TOPIC #x :t": ["TOPIC"],
        "TOPIC #x": ["332", "333"],
        "NAMES #x": ["353", "366"],
        "WHO ani": ["352", "315"],
        "PRIVMSG nobody :a": ["401"],
        "NICK ani2": ["NICK"],
        "AWAY :x": ["306"],
        "NICK ani": ["NICK"],
        "PART #x": ["PART"],
        "PRIVMSG #x :b": ["403"],
    }
    expected = [command for answer in sent.values() for command in answer]
    assert commands(ani.ask(*list(sent) * 20)) == expected * 20


def test_answers_wait_behind_ones_own_messages(connect: Connect) -> None:
    ani = connect("ani", "echo-message")
    ani.ask("JOIN #x")
    lines = ani.ask(*[line for number in range(100) for line in (f"PRIVMSG #x :{number}", f"PING {number}")])
    assert [parse(line).params[1] for line in lines] == [str(number // 2) for number in range(200)]


def test_an_answer_has_the_nickname_of_its_moment(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("JOIN #x")
    lines = ani.ask("FOO", "NICK ani2", "WHO ani2", "LIST #x", "NAMES #x", "WHOIS ani2", "NICK ani", "FOO")
    targets = [parse(line).params[0] for line in lines if commands([line])[0] != "NICK"]
    assert targets == ["ani", *["ani2"] * (len(targets) - 2), "ani"]


# --- NAMES agrees with the JOIN, PART, NICK and QUIT lines seen -----------------------------------


class Replay:
    """Who is in a channel according to the lines somebody saw there since his own JOIN."""

    def __init__(self) -> None:
        self.members: set[str] = set()
        self.compared = 0
        self._listed: set[str] = set()

    def see(self, line: str) -> None:
        message = parse(line)
        match message.command:
            case "JOIN":
                assert message.nickname not in self.members, line
                self.members.add(message.nickname)
            case "PART" | "QUIT":
                self.members.remove(message.nickname)
            case "NICK":
                self.members.remove(message.nickname)
                self.members.add(message.params[0])
            case "PRIVMSG":
                assert message.nickname in self.members, line
            case "353":
                self._listed |= {word.lstrip("@") for word in message.params[-1].split()}
            case "366":
                if self.compared:
                    assert self._listed == self.members
                self.members, self._listed = self._listed, set()
                self.compared += 1


def unrest(chance: random.Random, number: int, wave: int) -> list[str]:
    """What one restless client sends in a wave: all of it is allowed in any state it can be in."""
    lines = [
        "JOIN #x",
        "PART #x",
        "JOIN #x",
        "PRIVMSG #x :a",
        "PART #x :b",
        f"NICK r{number}w{wave}",
        f"NICK r{number}",
    ]
    return chance.choices(lines, k=15)


@pytest.mark.parametrize("seed", range(3))
def test_names_always_agrees_with_the_lines_one_has_seen(connect: Connect, server: ServerProcess, seed: int) -> None:
    chance = random.Random(seed)
    watchers = [connect(f"penonton{number}") for number in range(4)]
    seen: list[list[str]] = [watcher.ask("JOIN #x") for watcher in watchers]
    restless: list[IrcClient] = [connect(f"r{number}") for number in range(8)]
    for wave in range(25):
        for number, client in enumerate(restless):
            client.send(*unrest(chance, number, wave))
        for watcher in watchers:
            watcher.send("NAMES #x")
        leaver = chance.randrange(len(restless))
        restless[leaver].leave()
        restless[leaver] = connect(f"r{leaver}n{wave}")
        for watcher, lines in zip(watchers, seen, strict=True):
            lines += watcher.ask("NAMES #x")
    for client in restless:
        client.fence()
    for watcher, lines in zip(watchers, seen, strict=True):
        lines += watcher.ask("NAMES #x")
        replay = Replay()
        for line in lines:
            replay.see(line)
        assert replay.compared > 50
    final = watchers[0].ask("NAMES #x")
    assert final == [line.replace("penonton1", "penonton0", 1) for line in watchers[1].ask("NAMES #x")]


def test_all_members_see_joins_parts_and_renames_in_the_same_order(connect: Connect) -> None:
    watchers = [connect(f"penonton{number}") for number in range(4)]
    for watcher in watchers:
        watcher.ask("JOIN #x")
    for watcher in watchers:
        watcher.fence()
    restless = [connect(f"r{number}") for number in range(10)]
    for client in restless:
        client.send(
            *["JOIN #x", "PRIVMSG #x :a", f"NICK {client.nickname}b", f"NICK {client.nickname}", "PART #x"] * 20
        )
    for client in restless:
        client.fence()
    stories = [watcher.fence() for watcher in watchers]
    assert len(stories[0]) == 10 * 5 * 20
    assert all(story == stories[0] for story in stories)


def test_only_members_get_the_lines_of_a_channel_and_from_their_own_join_to_their_own_part(connect: Connect) -> None:
    speaker, listener = connect("bicara"), connect("dengar")
    speaker.ask("JOIN #x")
    speaker.send(*[f"PRIVMSG #x :{number}" for number in range(500)])
    lines = [line for _ in range(20) for line in listener.ask("JOIN #x", "PART #x")]
    inside = False
    for line in lines:
        message = parse(line)
        if message.nickname == "dengar":
            inside = message.command == "JOIN"
        elif message.source != NAME:
            assert inside, line
