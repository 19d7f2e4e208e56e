"""Three people do whatever they like; the server agrees with a small model of what must come of it (reliability, B3).

`--fuzz-runs N` for more than the 200 runs of the test command.
"""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import protocol
from tests.end2end.harness import QUIET, IrcClient, ServerProcess

PEOPLE = st.integers(0, 2)
ROOMS = st.sampled_from(["#a", "#b"])
FLAGS = st.sampled_from("imnst")
TEXT = st.sampled_from(["halo", "a b c", "😀", "\x01ACTION x\x01", ": x"])
NUMBERS = itertools.count()


class Room:
    """What the model knows of a channel."""

    def __init__(self, founder: int) -> None:
        self.members = {founder: "@"}
        """Who is in it, with the mark in front of the name."""
        self.modes = {"n", "t"}
        self.topic = ""
        self.invited: set[int] = set()


class ThreePeople(RuleBasedStateMachine):
    """See the module. A room belongs to one run, so that runs do not meet."""

    server: ClassVar[ServerProcess]

    @initialize()
    def arrive(self) -> None:
        self.run = next(NUMBERS)
        self.names = [f"p{self.run}x{number}" for number in range(3)]
        self.clients: list[IrcClient] = [self.server.connect(name) for name in self.names]
        self.rooms: dict[str, Room] = {}
        self.touched: set[str] = set()
        """What the last step was about."""

    def teardown(self) -> None:
        for client in getattr(self, "clients", ()):
            client.leave()

    def name(self, room: str) -> str:
        self.touched = {room}
        return f"{room}{self.run}"

    def numeric(self, lines: list[str]) -> str:
        """The first refusal among these, "" for none."""
        commands = [protocol.parse(line).command for line in lines]
        return next((command for command in commands if command[0] in "45"), "")

    def rank(self, who: int, room: str) -> str:
        return self.rooms[room].members.get(who, "-") if room in self.rooms else "-"

    def others_read(self, but: int, room: str, command: str) -> None:
        """Members read it, and nobody else."""
        members = self.rooms[room].members if room in self.rooms else {}
        for number, client in enumerate(self.clients):
            if number != but:
                seen = [protocol.parse(line).command for line in client.fence()]
                assert (command in seen) == (number in members), (number, command, seen)

    # --- what they do ------------------------------------------------------------------------

    @rule(who=PEOPLE, room=ROOMS)
    def join(self, who: int, room: str) -> None:
        answer = self.numeric(self.clients[who].ask(f"JOIN {self.name(room)}"))
        if room not in self.rooms:
            assert answer == ""
            self.rooms[room] = Room(who)
            return
        known = self.rooms[room]
        if who in known.members:
            assert answer == ""
        elif "i" in known.modes and who not in known.invited:
            assert answer == protocol.ERR_INVITEONLYCHAN
        else:
            assert answer == ""
            known.members[who] = ""
            known.invited.discard(who)
            self.others_read(who, room, "JOIN")

    @rule(who=PEOPLE, room=ROOMS)
    def part(self, who: int, room: str) -> None:
        inside = self.rank(who, room) != "-"
        answer = self.numeric(self.clients[who].ask(f"PART {self.name(room)} :dah"))
        assert (answer == "") == inside
        if inside:
            del self.rooms[room].members[who]
            self.others_read(who, room, "PART")
            if not self.rooms[room].members:
                del self.rooms[room]

    @rule(who=PEOPLE, room=ROOMS, text=TEXT)
    def say(self, who: int, room: str, text: str) -> None:
        answer = self.numeric(self.clients[who].ask(f"PRIVMSG {self.name(room)} :{text}"))
        if room not in self.rooms:
            assert answer == protocol.ERR_NOSUCHCHANNEL
            return
        known, rank = self.rooms[room], self.rank(who, room)
        heard = not (
            (rank == "-" and "n" in known.modes)
            or (rank == "-" and "m" in known.modes)
            or (not rank and "m" in known.modes)
        )
        assert (answer == "") == heard, (answer, rank, known.modes)
        for number, client in enumerate(self.clients):
            if number != who:
                seen = [protocol.parse(line).command for line in client.fence()]
                assert ("PRIVMSG" in seen) == (heard and number in known.members)

    @rule(who=PEOPLE, room=ROOMS, text=TEXT)
    def topic(self, who: int, room: str, text: str) -> None:
        answer = self.numeric(self.clients[who].ask(f"TOPIC {self.name(room)} :{text}"))
        rank = self.rank(who, room)
        may = room in self.rooms and (rank == "@" or (rank == "" and "t" not in self.rooms[room].modes))
        assert (answer == "") == may
        if may:
            self.rooms[room].topic = text

    @rule(who=PEOPLE, room=ROOMS, flag=FLAGS, on=st.booleans())
    def mode(self, who: int, room: str, flag: str, on: bool) -> None:
        answer = self.numeric(self.clients[who].ask(f"MODE {self.name(room)} {'+' if on else '-'}{flag}"))
        may = self.rank(who, room) == "@"
        assert (answer == "") == may
        if may:
            modes = self.rooms[room].modes
            (modes.add if on else modes.discard)(flag)

    @rule(who=PEOPLE, whom=PEOPLE, room=ROOMS, on=st.booleans())
    def op(self, who: int, whom: int, room: str, on: bool) -> None:
        sign = "+" if on else "-"
        answer = self.numeric(self.clients[who].ask(f"MODE {self.name(room)} {sign}o {self.names[whom]}"))
        may = self.rank(who, room) == "@" and self.rank(whom, room) != "-"
        own = who == whom and not on and self.rank(who, room) != "-"  # one's own rank one may always give up
        assert (answer == "") == (may or own)
        if may:
            self.rooms[room].members[whom] = "@" if on else ""

    @rule(who=PEOPLE, whom=PEOPLE, room=ROOMS)
    def kick(self, who: int, whom: int, room: str) -> None:
        may = self.rank(who, room) == "@" and self.rank(whom, room) != "-"
        answer = self.numeric(self.clients[who].ask(f"KICK {self.name(room)} {self.names[whom]} :keluar"))
        assert (answer == "") == may
        if may:
            del self.rooms[room].members[whom]
            if not self.rooms[room].members:
                del self.rooms[room]

    @rule(who=PEOPLE, whom=PEOPLE, room=ROOMS)
    def invite(self, who: int, whom: int, room: str) -> None:
        inside, rank = self.rank(whom, room) != "-", self.rank(who, room)
        answer = self.numeric(self.clients[who].ask(f"INVITE {self.names[whom]} {self.name(room)}"))
        may = room in self.rooms and rank != "-" and not inside and (rank == "@" or "i" not in self.rooms[room].modes)
        assert (answer == "") == may
        if may and rank == "@":
            self.rooms[room].invited.add(whom)

    @rule(who=PEOPLE)
    def rename(self, who: int) -> None:
        self.names[who] = f"p{self.run}y{next(NUMBERS)}"
        self.touched = set(self.rooms)
        assert self.numeric(self.clients[who].ask(f"NICK {self.names[who]}")) == ""

    @rule(who=PEOPLE, text=st.sampled_from(["", ":makan"]))
    def away(self, who: int, text: str) -> None:
        assert self.numeric(self.clients[who].ask(f"AWAY {text}")) == ""

    @rule(who=PEOPLE)
    def come_back(self, who: int) -> None:
        self.clients[who].leave()
        self.touched = set(self.rooms)
        self.clients[who] = self.server.connect(self.names[who])
        for room in list(self.rooms):
            self.rooms[room].members.pop(who, None)
            self.rooms[room].invited.discard(who)
            if not self.rooms[room].members:
                del self.rooms[room]

    # --- what must be ------------------------------------------------------------------------

    @invariant()
    def everybody_inside_is_told_the_same_members_modes_and_topic(self) -> None:
        for room in getattr(self, "touched", set()) & set(getattr(self, "rooms", {})):
            known = self.rooms[room]
            who = next(iter(known.members))
            name = self.name(room)
            lines = list(map(protocol.parse, self.clients[who].ask(f"NAMES {name}", f"MODE {name}", f"TOPIC {name}")))
            names = {word for line in lines if line.command == "353" for word in line.params[-1].split()}
            assert names == {mark + self.names[number] for number, mark in known.members.items()}
            assert [set(line.params[2][1:]) for line in lines if line.command == "324"] == [known.modes]
            assert [line.params[-1] for line in lines if line.command == "332"] == (
                [known.topic] if known.topic else []
            )


@pytest.mark.timeout(300)
def test_the_server_agrees_with_the_model(request: pytest.FixtureRequest) -> None:
    runs = int(request.config.getoption("--fuzz-runs"))
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder), QUIET) as server:
        ThreePeople.server = server
        run_state_machine_as_test(
            ThreePeople,
            settings=settings(
                max_examples=runs,
                stateful_step_count=50,
                deadline=None,
                derandomize=runs == 200,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
