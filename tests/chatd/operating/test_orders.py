"""`chatd/operating/`: what the words in the server's terminal do, and how it is told. Without a terminal."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import translations
from chatd.config import ConfigError
from chatd.configfile import SECTIONS, written
from chatd.connection import Connection
from chatd.events import Audience, Event
from chatd.log import LogError, Record, Selector
from chatd.operating.desk import Means
from chatd.operating.orders import COMPLETED, ORDERS, Orders
from chatd.operating.people import SHOWN
from protocol import parse
from tests.chatd.commands.test_accounts import NOW, Server


class Post:
    """The owner of connections: keeps why it should part with them."""

    def __init__(self) -> None:
        self.parted: dict[Connection, tuple[str, bytes]] = {}

    def probe(self, connection: Connection) -> None:
        raise AssertionError("nobody is probed")

    def post(self, task: object) -> None:
        assert callable(task)
        task()

    def part_with(self, connection: Connection, reason: str, last: bytes = b"") -> None:
        self.parted[connection] = (reason, last)


class Room:
    """A server without a network, and the desk in its terminal."""

    def __init__(self, folder: Path) -> None:
        self.server = Server()
        self.context = self.server.context
        self.state = self.context.state
        self.stopped: list[str] = []
        self.post = Post()
        means = Means(folder, lambda: written(self.context.config), lambda: 7, self.stopped.append, lambda: False)
        self.orders = Orders(self.context, means)

    def enter(self, nickname: str, *lines: str) -> Connection:
        made = self.server.enter(nickname)
        made.owner = self.post
        self.server.ask(made, *lines)
        return made

    def type(self, line: str, width: int = 100) -> list[str]:
        """The answer; what the order has the log do stays for `done`."""
        answer = self.orders.carry_out(line, width)
        assert not self.state.lock.locked()
        return answer

    def done(self) -> list[Event]:
        """The events since this was last asked."""
        events = [*self.server.log._queue]
        self.server.log._queue.clear()
        return events

    def lines(self) -> list[str]:
        """Their lines, without notes of the audit."""
        return [event.line for event in self.done() if event.line and event.channel != "!audit"]

    def noted(self) -> list[str]:
        """What was noted since `done` or this was last asked."""
        return [parse(event.line).params[1] for event in self.done() if event.channel == "!audit"]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


@pytest.fixture(autouse=True)
def _level_as_it_was() -> Iterator[None]:
    root = logging.getLogger("obrolan")
    before = root.level
    yield
    root.setLevel(before)


# --- finding out what is meant


def test_nothing_typed_is_not_answered(room: Room) -> None:
    assert room.type("  ") == []


@pytest.mark.parametrize("line", ["KICK ani", "/kick ani", "  kick   ani "])
def test_an_order_may_be_written_as_in_a_window(room: Room, line: str) -> None:
    room.enter("ani")
    assert room.type(line) == ["ani is cut, and may come back"]


def test_an_unknown_word_is_one_line_with_the_nearest_word(room: Room) -> None:
    assert room.type("kik ani") == ["There is no kik here (did you mean kick?); type help"]
    assert room.type("\x1b[2J") == [r"There is no \x1b[2j here; type help"]


@pytest.mark.parametrize("name", [name for name, order in ORDERS.items() if order.least])
def test_too_few_words_are_answered_with_how_it_is_written(room: Room, name: str) -> None:
    assert room.type(name) == [f"Write it like this: {ORDERS[name].usage}"]
    assert room.done() == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_help_names_every_order_within_the_width(room: Room, language: str) -> None:
    translations.set_language(language)
    for width in (50, 80, 200):
        lines = room.type("help", width)
        assert {line.split()[0] for line in lines if line[:1] != " "} >= {*ORDERS, "help"}
        assert max(map(len, lines)) <= max(width, 58)


def test_help_for_one_order(room: Room) -> None:
    assert room.type("help unban") == ["unban [#ROOM] NAME|MASK  lift a ban"]


def test_a_mistake_of_ours_is_logged_and_the_next_order_works(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logging.getLogger("obrolan"), "propagate", True)
    with monkeypatch.context() as broken:
        broken.setattr(room.state, "people_locked", lambda: 1 / 0)
        assert room.type("who") == ["The server made a mistake"]
    assert "who could not be carried out" in caplog.text
    assert room.type("who")[-1] == "0 people"


# --- who is here


def test_who_says_as_whom_from_where_and_since_when(room: Room) -> None:
    room.enter("ani", "REGISTER * * rahasia", "JOIN #x")
    room.server.monotonic.seconds += 90
    room.enter("budi", "JOIN #x")
    head, *rows, total = room.type("who #x")
    assert head.split() == ["NAME", "ACCOUNT", "RANK", "ADDRESS", "OVER", "SILENT", "FOR"]
    assert rows == [
        "ani   ani      operator  203.0.113.7  no TLS  1m30s",
        "budi  -        -         203.0.113.7  no TLS  0s",
    ]
    assert total == "2 people"
    room.enter("cici")
    assert room.type("who")[-1] == "3 people"
    assert room.type("who #x")[-1] == "2 people"
    assert room.type("who #y") == ["There is no room #y"]
    assert room.type("who x") == ["There is no room x (the name of a room begins with #)"]


def test_more_people_than_fit_are_counted(room: Room) -> None:
    for number in range(SHOWN + 3):
        room.enter(f"orang{number:03}")
    answer = room.type("who")
    assert answer[-2:] == ["… and 3 more", f"{SHOWN + 3} people"]
    assert len(answer) == SHOWN + 3


def test_a_narrow_terminal_cuts_rows_and_wide_letters_count_twice(room: Room) -> None:
    room.enter("ani", "JOIN #x", "TOPIC #x :" + "漢" * 40)
    assert room.type("channels", 40)[1] == "#x    1       +nt    " + "漢" * 9 + "…"


def test_what_people_wrote_cannot_reach_the_terminal(room: Room) -> None:
    room.enter("ani", "JOIN #x", "TOPIC #x :a\x1b[2Jb\u202e")
    assert room.type("channels")[1].endswith(r"a\x1b[2Jb\u202e")
    assert room.type("channels", 30)[1] == r"#x    1       +nt    a\x1b[2J…", "cut as it is shown"


# --- what is done to them


def test_kick_with_a_room_is_a_kick_of_the_server(room: Room) -> None:
    room.enter("ani", "JOIN #x")
    room.enter("budi", "JOIN #x")
    room.done()
    assert room.type("kick BUDI #X jangan berisik") == ["budi is out of #x"]
    kick, note = room.done()
    assert kick.line == ":obrolan.local KICK #x budi :jangan berisik"
    assert parse(note.line).params == ["#x", "console: KICK budi: jangan berisik"]
    assert room.type("kick budi #x") == ["budi is not in #x"]
    assert room.type("kick siti") == ["Nobody here is called siti"]


def test_kick_without_a_room_is_a_kill(room: Room) -> None:
    budi = room.enter("budi")
    room.type("kick budi sudah malam")
    reason, last = room.post.parted[budi]
    assert reason == "Killed (obrolan.local (sudah malam))"
    assert last.startswith(b":obrolan.local KILL budi :sudah malam\r\n")
    assert room.noted() == ["console: KILL budi: sudah malam"]


def test_a_ban_of_the_server_cuts_lists_and_can_be_lifted_by_the_name(room: Room) -> None:
    budi = room.enter("budi", "REGISTER * * rahasia")
    assert room.type("ban") == ["Nobody is banned or muted"]
    assert room.type("ban budi 2h spam lagi") == ["a:budi is banned from the server for 2h; 1 person was cut"]
    assert budi in room.post.parted
    assert room.noted() == ["console: KLINE a:budi for 2h: spam lagi"]
    assert room.type("ban")[1].split() == ["a:budi", "console", "for", "2h", "spam", "lagi"]
    assert room.type("ban 10.0.0.0/8") == ["*!*@10.0.0.0/8 is banned from the server for ever; 0 people were cut"]
    assert room.type("unban budi") == ["a:budi may come in again"]
    assert room.type("unban 10.0.0.0/8") == ["*!*@10.0.0.0/8 may come in again"]
    assert room.noted() == [
        "console: KLINE *!*@10.0.0.0/8 for ever: no reason",
        "console: UNKLINE a:budi",
        "console: UNKLINE *!*@10.0.0.0/8",
    ]
    assert room.type("unban budi") == ["There is no such ban; ban lists them"]
    room.type("ban ani 10m")
    room.server.now.seconds = NOW + 601
    assert room.type("ban") == ["Nobody is banned or muted"], "it is over"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ban budi 10x", "A time is a number and a unit: 90s, 10m, 2h, 7d; 0 is for ever"),
        ("ban m:budi", "This is no nickname and no mask"),
        ("ban #x a:", "This is no nickname and no mask"),
        ("ban #y budi", "There is no room #y"),
        ("unban #x", "Say who: a nickname or a mask"),
        ("unban #x budi", "There is no such ban; ban #x lists them"),
        ("mute x budi", "There is no room x (the name of a room begins with #)"),
        ("op #x siti", "Nobody here is called siti"),
        ("op #x budi", "They are not in that room"),
        ("op #x", "Say who: a nickname"),
        ("say #x", "Say what: a text"),
        ("say #y halo", "There is no room #y"),
        ("backup --force", "Say where to: the name of a file"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(room: Room, line: str, answer: str) -> None:
    room.enter("ani", "JOIN #x")
    room.enter("budi")
    room.done()
    assert room.type(line) == [answer]
    assert room.done() == []


def test_a_ban_of_a_room(room: Room) -> None:
    room.enter("ani", "JOIN #x")
    room.done()
    assert room.type("ban #x budi 10m") == ["budi!*@* is banned from #x for 10m"]
    assert room.lines()[0] == ":obrolan.local MODE #x +b budi!*@*"
    assert room.type("ban #x")[1].split() == ["budi!*@*", "obrolan.local", "for", "10m"]
    assert room.type("unban #x budi") == ["budi!*@* may come to #x again"]
    assert room.lines() == [":obrolan.local MODE #x -b budi!*@*"]


def test_a_mute_is_lifted_for_whom_it_means_and_bans_stay(room: Room) -> None:
    room.enter("ani", "JOIN #x")
    budi = room.enter("budi", "JOIN #x")
    room.type("mute #x budi 5m")
    room.type("ban #x a:budi")
    assert room.server.ask(budi, "PRIVMSG #x :halo")[0][0] == "404"
    room.server.ask(budi, "NICK bobo", "REGISTER * * rahasia")
    room.type("ban #x bobo")
    room.done()
    assert room.type("unmute #x bobo") == ["*!*@h.lan may speak in #x again"]
    assert room.lines() == [":obrolan.local MODE #x -b m:*!*@h.lan"]
    assert set(room.state.channels["#x"].lists["b"]) == {"a:budi", "a:bobo"}


def test_a_full_list_says_what_would_do(room: Room) -> None:
    room.enter("ani", "JOIN #x")
    for number in range(room.context.config.limits.list_entries):
        room.type(f"ban #x orang{number}")
    assert room.type("mute #x ani") == ["The list is full; lift a ban first"]


def test_op_in_a_room_and_back(room: Room) -> None:
    room.enter("ani", "JOIN #x")
    room.enter("budi", "JOIN #x")
    room.done()
    assert room.type("op #x budi") == ["budi is an operator of #x"]
    assert room.lines() == [":obrolan.local MODE #x +o budi"]
    assert room.type("op #x budi") == ["Nothing to change: it is so already"]
    assert room.type("deop #x budi") == ["budi is no operator of #x any more"]
    assert room.noted() == ["console: MODE -o budi"]


def test_op_of_the_server_and_back(room: Room) -> None:
    budi = room.enter("budi")
    room.done()
    assert room.type("op budi") == ["budi is an operator of the server until they leave"]
    assert budi.person.oper == "console"
    assert [event.answer or event.line for event in room.done()][:2] == [
        [":obrolan.local 381 budi :You are now an IRC operator"],
        ":budi!~u@h.lan MODE budi +o",
    ]
    assert room.state.operators == 1
    room.type("deop budi")
    assert (budi.person.oper, room.state.operators) == ("", 0)
    assert room.noted() == ["console: made budi no operator of the server any more"]
    assert room.type("deop budi") == ["Nothing to change: it is so already"]


def test_nobody_becomes_operator_of_the_server_in_clear_where_there_is_tls(room: Room) -> None:
    budi = room.enter("budi")
    room.context.has_tls = True
    assert "operators_need_tls" in room.type("op budi")[0]
    assert not budi.person.oper


def test_say_to_everybody_and_to_a_room(room: Room) -> None:
    room.enter("ani", "JOIN #x")
    room.done()
    assert room.type("say kita berhenti pukul tiga") == ["Everybody reads it"]
    said, note = room.done()
    assert (said.audience, said.line) == (Audience.EVERYONE, ":obrolan.local NOTICE * :kita berhenti pukul tiga")
    assert parse(note.line).params == ["*", "console: NOTICE kita berhenti pukul tiga"]
    assert room.type("say #X halo") == ["Everybody in #x reads it"]
    said, note = room.done()
    assert parse(note.line).params == ["#x", "console: NOTICE halo"]
    assert (said.audience, said.channel, said.line) == (Audience.CHANNEL, "#x", ":obrolan.local NOTICE #x :halo")
    assert not said.stored


def test_what_was_done_is_seen_at_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr(room.server.log, "wake", lambda: woken.append(len(room.server.log._queue)))
    room.type("say halo")
    assert woken == [2], "the log is woken when all is in it"


# --- the server


def test_config_shows_the_settings_whole_or_a_section(room: Room) -> None:
    assert room.type("config", 20) == written(room.context.config).rstrip().splitlines(), "as they are, to be copied"
    section = room.type("config Lobby")
    assert section[0] == "[lobby]"
    assert 'name = "#lobby"' in section
    assert all(line[:1] != "[" for line in section[1:])
    assert room.type("config x") == room.type(f"config {'x'}")
    assert "there are server" in " ".join(room.type("config x"))


def test_config_reload_says_what_changed_or_why_nothing(room: Room) -> None:
    room.context.reload = lambda: ["changed: name"]
    assert room.type("config reload") == ["changed: name"]
    assert room.noted() == ["console: REHASH"]

    def fail() -> list[str]:
        raise ConfigError("server.toml, line 2: no")

    room.context.reload = fail
    assert room.type("config reload") == ["the settings stay as they are: server.toml, line 2: no"]


def test_log_says_and_sets_how_much_is_shown(room: Room) -> None:
    assert room.type("log warning") == ["Shown from here on: warning"]
    assert not logging.getLogger("obrolan.chat").isEnabledFor(logging.INFO)
    assert room.type("log all") == ["There are debug, info, warning, error"]
    assert room.type("log") == ["Shown from here on: warning"]


def test_audit_shows_notes_of_all_or_of_a_room(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [
        Record(n, "i", f"2026-11-30T12:00:0{n}.000Z", "NOTICE", f":obrolan.local NOTICE {where} :{who}: KICK x\x07", "")
        for n, (where, who) in enumerate([("*", "ani"), ("#x", "budi")])
    ]

    def read(key: str, _selector: Selector, limit: int) -> list[Record]:
        assert key == "!audit"
        return kept[-limit:]

    monkeypatch.setattr(room.server.log, "read", read)
    both = [r"2026-11-30 12:00:00 * ani: KICK x\x07", r"2026-11-30 12:00:01 #x budi: KICK x\x07"]
    assert room.type("audit") == [*both, "Times are UTC"]
    assert room.type("audit 1") == [both[1], "Times are UTC"]
    assert room.type("audit #X 5") == [both[1], "Times are UTC"]
    assert room.type("audit #y") == ["Nothing was done yet"]
    assert room.type("audit 0") == ["Say how many, from 1 to 200"]

    def fail(*_: object) -> list[Record]:
        raise LogError("a disk")

    monkeypatch.setattr(room.server.log, "read", fail)
    assert room.type("audit") == ["The history cannot be read now: a disk"]


def test_stats_counts(room: Room) -> None:
    ani = room.enter("ani", "JOIN #x")
    room.server.ask(ani, "PRIVMSG #x :satu", "NOTICE #x :dua")
    room.server.now.seconds = NOW + 3720
    shown = dict(re.split(r" {2,}", line, maxsplit=1) for line in room.type("stats"))
    assert shown["People"] == "1, 1 at most since the start"
    assert (shown["Connections"], shown["Rooms"]) == ("7", "1")
    assert shown["Messages"] == "2 since the start"
    assert shown["Running for"] == "1h2m"
    room.server.log.trouble = lambda: "the disk is full"  # type: ignore[method-assign]  # as when it is
    assert re.split(" {2,}", room.type("stats")[-1]) == ["Nothing is kept", "the disk is full"]


def test_a_backup_that_cannot_be_is_one_sentence(room: Room, tmp_path: Path) -> None:
    assert room.type(f"backup {tmp_path / 'b.db'}", 1000)[0].startswith(f"There is no history in {tmp_path}.")
    assert room.noted() == []


def test_owner_shows_the_code_until_it_is_used(room: Room) -> None:
    assert room.type("owner") == ["The server is nobody's; its operators stand in the settings"]
    room.context.owners.code = "k7mp-x2qa-9fhz"
    assert "/owner k7mp-x2qa-9fhz" in room.type("owner")[0]
    room.enter("ani", "REGISTER * * rahasia", "OPER owner k7mp-x2qa-9fhz")
    assert room.type("owner") == ["It belongs to the account ani"]


def test_stop_ends_the_server_with_the_reason(room: Room) -> None:
    assert room.type("stop sampai besok") == []
    assert room.stopped == ["sampai besok"]
    assert room.noted() == ["console: STOP: sampai besok"]


# --- what Tab completes


def test_tab_completes_orders_nicknames_rooms_and_what_else_may_stand_there(room: Room) -> None:
    room.enter("budi", "JOIN #x")
    room.enter("Bela", "JOIN #xyz")
    ask = room.orders.candidates
    assert ask("un") == ["unban", "unmute"]
    assert ask("help ki") == ["kick"]
    assert ask("kick B") == ["Bela", "budi"]
    assert ask("mute #x") == ["#x", "#xyz"]
    assert ask("mute #x be") == ["Bela"]
    assert ask("log d") == ["debug"]
    assert ask("config ") == sorted(["reload", *SECTIONS])
    assert ask("nothing z") == []


def test_tab_offers_no_more_than_can_be_read(room: Room) -> None:
    for number in range(COMPLETED + 5):
        room.enter(f"orang{number:03}")
    assert len(room.orders.candidates("kick o")) == COMPLETED
