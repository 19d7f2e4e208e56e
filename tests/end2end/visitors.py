"""The three people of `test_stateful.py`: how they do something, what must come of it, and what they do with rooms."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from protocol import Message, parse
from tests.end2end.accounts import CHEAP
from tests.end2end.harness import NAME, IrcClient, ServerProcess
from tests.end2end.model import FOUNDER, HALFOP, OPERATOR, OUTSIDE, RANKS, Room, Someone, World

CAPS = (
    *("account-notify", "away-notify", "batch", "echo-message", "extended-join", "invite-notify", "message-tags"),
    *("sasl", "server-time", "setname", "standard-replies", "draft/channel-rename", "draft/chathistory"),
    *("draft/message-redaction", "draft/metadata-2", "draft/multiline", "draft/read-marker", "soju.im/search"),
)
PEOPLE = st.integers(0, 2)
ROOMS = st.sampled_from(["a", "b"])
FLAGS = st.sampled_from("CMRimnst")
TEXT = st.sampled_from(["halo", "a b c", "😀", "\x01ACTION x\x01", "\x01VERSION\x01", ": x"])
KEYS = st.sampled_from(["", "kunci", "lain"])
NUMBERS = itertools.count()
SETTINGS = {
    **CHEAP,
    "history": {"replay_lines": 0},
    "operators.guru": {"password": "sangat rahasia"},
    "server": {"admin": ["Bu Guru"], "motd": ["Selamat datang"]},
}


class Visitors(RuleBasedStateMachine):
    """See the module. A room belongs to one run, so that runs do not meet."""

    server: ClassVar[ServerProcess]

    @initialize()
    def arrive(self) -> None:
        self.run = next(NUMBERS)
        self.world = World([Someone(self._fresh_name()) for _ in range(3)])
        self.clients: list[IrcClient] = [self.server.connect(person.name, *CAPS) for person in self.world.people]
        for person in self.world.people:
            person.realname = f"Name of {person.name}"
        self.names = {"a": f"#a{self.run}", "b": f"#b{self.run}"}
        """The names that the rooms have now."""
        self.seen: dict[int, list[Message]] = {}
        self.touched: set[str] = set()
        """What the last step was about."""

    def teardown(self) -> None:
        for client in getattr(self, "clients", ()):
            client.leave()

    def _fresh_name(self) -> str:
        return f"p{next(NUMBERS)}x"

    # --- how they do it ------------------------------------------------------------------------

    def do(self, who: int, line: str) -> list[Message]:
        """One says something; its answers. What the others see meanwhile is `seen`."""
        answers = [parse(each) for each in self.clients[who].ask(line)]
        others = [number for number in range(3) if number != who]
        for number in others:
            self.clients[number].send("PING others")
        last = f":{NAME} PONG {NAME} :others"
        self.seen = {number: [parse(each) for each in self.clients[number].until(last)] for number in others}
        return answers

    def refused(self, who: int, line: str) -> str:
        """The first numeric of an error, or code of a FAIL, among the answers; "" for none."""
        for message in self.do(who, line):
            if message.command == "FAIL":
                return message.params[1]
            if message.command[0] in "45" or message.command in ("712", "713", "714"):
                return message.command
        return ""

    def heard(self, command: str, *whom: int) -> None:
        """Of the others these read it, and nobody else."""
        for number, messages in self.seen.items():
            there = command in [message.command for message in messages]
            assert there == (number in whom), (command, number, whom, messages)

    def about(self, place: str) -> tuple[str, Room | None]:
        self.touched = {place}
        return self.names[place], self.world.room(place)

    def members(self, place: str) -> list[int]:
        room = self.world.room(place)
        return list(room.members) if room else []

    def person(self, who: int) -> Someone:
        return self.world.people[who]

    def expect(self, place: str, who: int, refusal: str, action: Callable[[], str]) -> bool:
        """A room that is hidden is not there (403); otherwise the refusal must be this one. Whether it was done."""
        wanted = "403" if self.world.hidden(who, place) else refusal
        found = action()
        assert found == wanted, (found, wanted)
        return not wanted

    # --- rooms -----------------------------------------------------------------------------------

    @rule(who=PEOPLE, place=ROOMS, key=KEYS)
    def join(self, who: int, place: str, key: str) -> None:
        name, room = self.about(place)
        wanted = self.world.refusal_of_join(who, place, key)
        before = self.members(place)
        assert self.refused(who, f"JOIN {name} {key}".rstrip()) == wanted
        if wanted or who in before:
            self.heard("JOIN")
            return
        if room is None:
            room = self.world.rooms[place] = Room({who: {"o"}})
        else:
            letters = {"q"} if room.founder and room.founder == self.person(who).account else set()
            room.members[who] = letters
        room.invited.discard(who)
        self.heard("JOIN", *before)

    @rule(who=PEOPLE, place=ROOMS)
    def part(self, who: int, place: str) -> None:
        name, _ = self.about(place)
        before = self.members(place)
        inside = who in before
        if self.expect(place, who, "" if inside else "442", lambda: self.refused(who, f"PART {name} :dah")):
            self.heard("PART", *(number for number in before if number != who))
            self.world.leave(who, place)

    @rule(who=PEOPLE, place=ROOMS, text=TEXT)
    def topic(self, who: int, place: str, text: str) -> None:
        name, room = self.about(place)
        rank = self.world.rank(who, place)
        wanted = ""
        if rank == OUTSIDE:
            wanted = "442"
        elif room and rank < HALFOP and ("t" in room.modes or (rank == 0 and self.world.banned(who, place))):
            wanted = "482"
        if self.expect(place, who, wanted, lambda: self.refused(who, f"TOPIC {name} :{text}")) and room:
            room.topic = text

    def may_change(self, who: int, place: str, least: int) -> str:
        rank = self.world.rank(who, place)
        return "442" if rank == OUTSIDE else "482" if rank < least else ""

    @rule(who=PEOPLE, place=ROOMS, flag=FLAGS, on=st.booleans())
    def flag(self, who: int, place: str, flag: str, on: bool) -> None:
        name, room = self.about(place)
        line = f"MODE {name} {'+' if on else '-'}{flag}"
        changes = room is not None and (flag in room.modes) != on
        if self.expect(place, who, self.may_change(who, place, OPERATOR), lambda: self.refused(who, line)) and room:
            self.heard("MODE", *(number for number in room.members if changes and number != who))
            (room.modes.add if on else room.modes.discard)(flag)

    @rule(who=PEOPLE, place=ROOMS, key=KEYS)
    def key(self, who: int, place: str, key: str) -> None:
        name, room = self.about(place)
        line = f"MODE {name} +k {key}" if key else f"MODE {name} -k"
        if self.expect(place, who, self.may_change(who, place, OPERATOR), lambda: self.refused(who, line)) and room:
            room.key = key

    @rule(who=PEOPLE, place=ROOMS, limit=st.integers(0, 3))
    def limit(self, who: int, place: str, limit: int) -> None:
        name, room = self.about(place)
        line = f"MODE {name} +l {limit}" if limit else f"MODE {name} -l"
        if self.expect(place, who, self.may_change(who, place, OPERATOR), lambda: self.refused(who, line)) and room:
            room.limit = limit

    @rule(who=PEOPLE, place=ROOMS)
    def permanent(self, who: int, place: str) -> None:
        """Only an operator of the server may, and then it would outlive the run, so it is taken back."""
        name, _ = self.about(place)
        oper = self.person(who).oper and who in self.members(place)
        self.expect(place, who, "" if oper else "481", lambda: self.refused(who, f"MODE {name} +P"))
        if oper:
            self.do(who, f"MODE {name} -P")

    @rule(who=PEOPLE, whom=PEOPLE, place=ROOMS, letter=st.sampled_from("qaohv"), on=st.booleans())
    def give_rank(self, who: int, whom: int, place: str, letter: str, on: bool) -> None:
        name, room = self.about(place)
        least = {"v": HALFOP, "h": OPERATOR, "o": OPERATOR}.get(letter, FOUNDER)
        wanted = self.may_change(who, place, least)
        if who == whom and not on and who in self.members(place):
            wanted = ""  # one's own rank one may always give up
        wanted = wanted or ("441" if whom not in self.members(place) else "")
        line = f"MODE {name} {'+' if on else '-'}{letter} {self.person(whom).name}"
        if self.expect(place, who, wanted, lambda: self.refused(who, line)) and room:
            (room.members[whom].add if on else room.members[whom].discard)(letter)

    @rule(who=PEOPLE, whom=PEOPLE, place=ROOMS, letter=st.sampled_from("beI"), on=st.booleans())
    def list_mask(self, who: int, whom: int, place: str, letter: str, on: bool) -> None:
        name, room = self.about(place)
        mask = self.person(whom).name
        line = f"MODE {name} {'+' if on else '-'}{letter} {mask}"
        if self.expect(place, who, self.may_change(who, place, HALFOP), lambda: self.refused(who, line)) and room:
            (room.lists[letter].add if on else room.lists[letter].discard)(mask)

    @rule(who=PEOPLE, whom=PEOPLE, place=ROOMS)
    def ban_for_a_time(self, who: int, whom: int, place: str) -> None:
        name, room = self.about(place)
        mask = self.person(whom).name
        line = f"TBAN {name} 1h {mask}!*@* :sebentar"
        if self.expect(place, who, self.may_change(who, place, HALFOP), lambda: self.refused(who, line)) and room:
            room.lists["b"].add(mask)

    @rule(who=PEOPLE, whom=PEOPLE, place=ROOMS)
    def kick(self, who: int, whom: int, place: str) -> None:
        name, room = self.about(place)
        wanted = self.may_change(who, place, HALFOP)
        mine, theirs = self.world.rank(who, place), self.world.rank(whom, place)
        if not wanted and theirs == OUTSIDE:
            wanted = "441"
        elif not wanted and who != whom and (theirs >= mine if mine in (HALFOP, RANKS["a"]) else theirs > mine):
            wanted = "482"
        line = f"KICK {name} {self.person(whom).name} :keluar"
        if self.expect(place, who, wanted, lambda: self.refused(who, line)) and room:
            self.heard("KICK", *(number for number in room.members if number != who))
            self.world.leave(whom, place)

    @rule(who=PEOPLE, whom=PEOPLE, place=ROOMS)
    def invite(self, who: int, whom: int, place: str) -> None:
        name, room = self.about(place)
        rank = self.world.rank(who, place)
        opens = rank >= HALFOP
        wanted = "442" if rank == OUTSIDE else ""
        closed = room is not None and "i" in room.modes
        if not wanted and not opens and (closed or (rank == 0 and self.world.banned(who, place))):
            wanted = "482"
        wanted = wanted or ("443" if whom in self.members(place) else "")
        line = f"INVITE {self.person(whom).name} {name}"
        if self.expect(place, who, wanted, lambda: self.refused(who, line)) and room:
            self.heard("INVITE", whom, *(number for number in room.members if number != who))
            if opens:
                room.invited.add(whom)

    @rule(who=PEOPLE, place=ROOMS)
    def knock(self, who: int, place: str) -> None:
        name, room = self.about(place)
        wanted = "714" if who in self.members(place) else ""
        if room and not wanted:
            closed = "i" in room.modes or room.key
            banned = self.world.banned(who, place) and not self.person(who).oper
            wanted = "404" if banned else "713" if not closed else "712" if room.knocked else ""
        if self.expect(place, who, wanted, lambda: self.refused(who, f"KNOCK {name}")) and room:
            room.knocked = True
            hear = (number for number in room.members if self.world.rank(number, place) >= HALFOP)
            self.heard("710", *hear)

    @rule(who=PEOPLE, place=ROOMS)
    def rename_room(self, who: int, place: str) -> None:
        name, room = self.about(place)
        new = f"#r{next(NUMBERS)}x"
        wanted = self.may_change(who, place, OPERATOR)
        if self.expect(place, who, wanted, lambda: self.refused(who, f"RENAME {name} {new}")) and room:
            self.heard("RENAME", *(number for number in room.members if number != who))
            self.names[place] = new

    @rule(who=PEOPLE, place=ROOMS, colour=st.sampled_from(["#ff0000", ""]))
    def colour_room(self, who: int, place: str, colour: str) -> None:
        name, room = self.about(place)
        rank = self.world.rank(who, place)
        found = self.refused(who, f"METADATA {name} SET color" + (f" :{colour}" if colour else ""))
        if room is None or (rank == OUTSIDE and not self.person(who).oper):
            assert found == "INVALID_TARGET"
        elif rank < OPERATOR:
            assert found == "KEY_NO_PERMISSION"
        else:
            assert found == ("KEY_NOT_SET" if not colour and not room.colour else "")
            room.colour = colour
