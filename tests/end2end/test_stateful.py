"""Three people do whatever they like; the server agrees with a small model of what must come of it (reliability, B3).

Every command of the server is among it. `--fuzz-runs N` for more than the 200 runs of the test command.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from chatd.commands import COMMANDS
from protocol import parse
from tests.end2end.accounts import PASSWORD, login
from tests.end2end.harness import ServerProcess
from tests.end2end.model import OPERATOR, OUTSIDE, PREFIXES, Said, Someone
from tests.end2end.visitors import CAPS, PEOPLE, ROOMS, SETTINGS, TEXT, Visitors

QUESTIONS = {
    "ADMIN": "259",
    "HELP": "706",
    "HELPOP": "706",
    "INFO": "374",
    "ISUPPORT": "005",
    "LINKS": "365",
    "LUSERS": "266",
    "MOTD": "376",
    "STATS u": "219",
    "TIME": "391",
    "USERIP x": "340",
    "VERSION": "351",
    "WHOWAS x": "369",
    "CAP LIST": "CAP",
    "PONG x": "",
    "ERROR x": "",
    "USER x 0 * :x": "462",
    "PASS x": "462",
    "FROB x": "421",
    "VERIFY x y": "FAIL",
    "CONNECT x": "481",
    "SQUIT x :x": "481",
    "RESTART": "481",
    "SEARCH text=halo": "BATCH",
    "BATCH -x": "FAIL",
    "NICKSERV INFO": "NOTICE",
    "CHANSERV LIST": "NOTICE",
    "AUTHENTICATE *": "906",
    "PING x": "PONG",
}
"""What anybody may say at any time, and what stands in its answer."""
FOR_OPERATORS = {"RESTART": "", "CONNECT x": "402", "SQUIT x :x": "402"}
"""The same for operators; RESTART is not tried by them, as it would do it."""


class ThreePeople(Visitors):
    """See the module."""

    # --- talking -----------------------------------------------------------------------------------

    @rule(who=PEOPLE, place=ROOMS, text=TEXT, verb=st.sampled_from(["PRIVMSG", "NOTICE", "TAGMSG", "BATCH"]))
    def say(self, who: int, place: str, text: str, verb: str) -> None:
        name, room = self.about(place)
        lines = {
            "TAGMSG": f"@+typing=active TAGMSG {name}",
            "BATCH": f"BATCH +1 draft/multiline {name}\r\n@batch=1 PRIVMSG {name} :{text}\r\nBATCH -1",
        }
        answers = self.do(who, lines.get(verb, f"{verb} {name} :{text}"))
        command = "PRIVMSG" if verb == "BATCH" else verb
        errors = [message.command for message in answers if message.command in ("401", "403", "404", "FAIL")]
        if room is None:
            assert errors == ([] if verb == "NOTICE" else ["403"]), answers
            return
        heard = self.world.may_speak(who, place, text if verb != "TAGMSG" else "")
        assert bool(errors) == (not heard and verb != "NOTICE"), (errors, answers)
        self.heard(command, *(number for number in room.members if heard and number != who))
        echo = [message for message in answers if message.command == command and message.params[0] == name]
        assert bool(echo) == heard, answers
        if heard and verb != "TAGMSG":
            person = self.person(who)
            msgid = next(each.tags["msgid"] for each in answers if "msgid" in each.tags)
            room.said.append(Said(msgid, who, person.life, person.account))

    @rule(who=PEOPLE, whom=PEOPLE, verb=st.sampled_from(["PRIVMSG", "NOTICE"]))
    def whisper(self, who: int, whom: int, verb: str) -> None:
        answers = self.do(who, f"{verb} {self.person(whom).name} :psst")
        self.heard(verb, *([whom] if whom != who else []))
        told_away = "301" in [message.command for message in answers]
        assert told_away == (verb == "PRIVMSG" and bool(self.person(whom).away))

    @rule(who=PEOPLE, place=ROOMS, data=st.data())
    def redact(self, who: int, place: str, data: st.DataObject) -> None:
        name, room = self.about(place)
        if room is None or not room.said:
            return
        said = data.draw(st.sampled_from(room.said))
        person, rank = self.person(who), self.world.rank(who, place)
        found = self.refused(who, f"REDACT {name} {said.msgid} :maaf")
        mine = (said.who, said.life) == (who, person.life) if not person.account else said.account == person.account
        if person.account and not said.account:
            mine = False  # a guest's words are no account's
        if rank == OUTSIDE:
            assert found == "INVALID_TARGET"
        elif said.gone:
            assert found == "UNKNOWN_MSGID"
        elif mine or rank >= OPERATOR:
            assert found == ""
            self.heard("REDACT", *(number for number in room.members if number != who))
            said.gone, said.undoable = True, not mine
        else:
            assert found == "REDACT_FORBIDDEN"

    @rule(who=PEOPLE, place=ROOMS, data=st.data())
    def undo_a_redaction(self, who: int, place: str, data: st.DataObject) -> None:
        name, room = self.about(place)
        if room is None or not room.said:
            return
        said = data.draw(st.sampled_from(room.said))
        wanted = self.may_change(who, place, OPERATOR) or ("" if said.undoable else "UNKNOWN_MSGID")
        if self.expect(place, who, wanted, lambda: self.refused(who, f"UNREDACT {name} {said.msgid}")):
            said.gone = said.undoable = False

    @rule(who=PEOPLE, place=ROOMS)
    def read_history(self, who: int, place: str) -> None:
        name, room = self.about(place)
        answers = self.do(who, f"CHATHISTORY LATEST {name} * 200")
        if who not in self.members(place):
            assert answers[-1].params[1] == "INVALID_TARGET"
            return
        ids = {message.tags["msgid"] for message in answers if "msgid" in message.tags}
        assert room is not None
        assert {said.msgid for said in room.said if not said.gone} <= ids
        assert not {said.msgid for said in room.said if said.gone} & ids

    @rule(who=PEOPLE, place=ROOMS)
    def mark_read(self, who: int, place: str) -> None:
        name, _ = self.about(place)
        answer = self.do(who, f"MARKREAD {name} timestamp=2026-01-01T00:00:00.000Z")[-1]
        inside = who in self.members(place)
        assert (answer.command == "MARKREAD") == inside
        assert inside or answer.params[1] == "INVALID_PARAMS"

    # --- people --------------------------------------------------------------------------------------

    def peers(self, who: int) -> list[int]:
        return [number for number in range(3) if number != who and self.world.shares(who, number)]

    def tell_watchers(self, before: str, now: str) -> None:
        """Who watches hears that one nickname is gone and another is here."""
        for number, messages in self.seen.items():
            told = {each.command for each in messages if each.command in ("730", "731")}
            wanted = {"731"} if before and before in self.person(number).watched else set()
            wanted |= {"730"} if now and now in self.person(number).watched else set()
            assert told == wanted, (number, told, wanted)

    @rule(who=PEOPLE)
    def change_nickname(self, who: int) -> None:
        new, before = self._fresh_name(), self.person(who).name
        self.touched = set(self.world.rooms)
        assert self.refused(who, f"NICK {new}") == ""
        self.heard("NICK", *self.peers(who))
        self.tell_watchers(before, new)
        self.person(who).name = new

    @rule(who=PEOPLE, whom=PEOPLE)
    def take_a_nickname_that_is_in_use(self, who: int, whom: int) -> None:
        found = self.refused(who, f"NICK {self.person(whom).name}")
        assert found == ("" if who == whom else "433")

    @rule(who=PEOPLE, text=st.sampled_from(["", "makan", "rapat"]))
    def away(self, who: int, text: str) -> None:
        changes = self.person(who).away != text
        assert self.refused(who, f"AWAY :{text}" if text else "AWAY") == ""
        self.heard("AWAY", *(self.peers(who) if changes else []))
        self.person(who).away = text

    @rule(who=PEOPLE, text=st.sampled_from(["Bu Siti", "Pak Budi", " "]))
    def set_realname(self, who: int, text: str) -> None:
        found = self.refused(who, f"SETNAME :{text}")
        if not text.strip():
            assert found == "INVALID_REALNAME"
            return
        assert found == ""
        self.heard("SETNAME", *self.peers(who))
        self.person(who).realname = text

    @rule(who=PEOPLE, letter=st.sampled_from("iwB"), on=st.booleans())
    def user_mode(self, who: int, letter: str, on: bool) -> None:
        person = self.person(who)
        assert self.refused(who, f"MODE {person.name} {'+' if on else '-'}{letter}") == ""
        (person.modes.add if on else person.modes.discard)(letter)
        shown = next(each for each in self.do(who, f"MODE {person.name}") if each.command == "221").params[-1]
        expected = person.modes | ({"o"} if person.oper else set()) | ({"r"} if person.account else set())
        assert set(shown[1:]) == expected

    @rule(who=PEOPLE, whom=PEOPLE)
    def watch(self, who: int, whom: int) -> None:
        name = self.person(whom).name
        assert "730" in [each.command for each in self.do(who, f"MONITOR + {name}")]
        self.person(who).watched.add(name)

    @rule(who=PEOPLE)
    def who_is_here_of_those_watched(self, who: int) -> None:
        here = {person.name for person in self.world.people}
        answers = self.do(who, "MONITOR S")
        shown = {
            word.partition("!")[0] for each in answers if each.command == "730" for word in each.params[1].split(",")
        }
        gone = {word for each in answers if each.command == "731" for word in each.params[1].split(",")}
        assert shown == self.person(who).watched & here
        assert gone == self.person(who).watched - here

    @rule(who=PEOPLE, whom=PEOPLE)
    def ask_about(self, who: int, whom: int) -> None:
        person = self.person(whom)
        told = {each.command: each for each in self.do(who, f"WHOIS {person.name}")}
        assert told["311"].params[-1] == person.realname
        assert ("301" in told, "313" in told, "330" in told) == (bool(person.away), person.oper, bool(person.account))
        places = {self.names[place] for place in self.world.rooms if whom in self.members(place)}
        shown = {word.lstrip("~&@%+") for word in told["319"].params[-1].split()} if "319" in told else set()
        hidden = {self.names[place] for place in self.world.rooms if self.world.hidden(who, place)}
        assert shown == (places - hidden if self.world.sees(who, whom) else set())

    @rule(who=PEOPLE, whom=PEOPLE)
    def ask_shortly(self, who: int, whom: int) -> None:
        person = self.person(whom)
        answers = {each.command: each.params[-1] for each in self.do(who, f"ISON {person.name} nobody")}
        assert answers["303"].strip() == person.name
        answer = self.do(who, f"USERHOST {person.name}")[-1].params[-1]
        assert answer.startswith(f"{person.name}{'*' if person.oper else ''}={'-' if person.away else '+'}")
        assert [each.command for each in self.do(who, f"USERIP {person.name}")] == ["340"]

    @rule(who=PEOPLE, place=ROOMS)
    def look_at_a_room(self, who: int, place: str) -> None:
        name, room = self.about(place)
        listed = [each.params[1:] for each in self.do(who, f"LIST {name}") if each.command == "322"]
        found = {each.params[5] for each in self.do(who, f"WHO {name}") if each.command == "352"}
        if room is None or self.world.hidden(who, place):
            assert (listed, found) == ([], set())
            return
        assert listed == [[name, str(len(room.members)), room.topic]]
        inside = who in room.members
        visible = {self.person(one).name for one in room.members if inside or self.world.sees(who, one)}
        assert found == visible

    # --- accounts --------------------------------------------------------------------------------------

    @rule(who=PEOPLE, way=st.sampled_from(["REGISTER * * {}", "NS REGISTER {}", "PRIVMSG NickServ :REGISTER {}"]))
    def register(self, who: int, way: str) -> None:
        person = self.person(who)
        answers = self.do(who, way.format(PASSWORD))
        if person.account:
            assert "900" not in [each.command for each in answers]
            return
        assert "900" in [each.command for each in answers]
        self.heard("ACCOUNT", *self.peers(who))
        person.account, person.colour = person.name, person.colour

    @rule(who=PEOPLE)
    def log_out(self, who: int) -> None:
        person = self.person(who)
        self.touched = set(self.world.rooms)
        answers = self.do(who, "NS LOGOUT")
        if not person.account:
            assert [each.command for each in answers] == ["NOTICE"]
            return
        self.heard("ACCOUNT", *self.peers(who))
        renamed = [each for each in (*answers, *map(parse, self.clients[who].fence())) if each.command == "NICK"]
        assert bool(renamed) == (person.name == person.account), "an account's nickname is not kept without it"
        if renamed:
            self.tell_others_of(renamed[0].params[0], who)
        person.account, person.life = "", person.life + 1
        self.clients[who].nickname = person.name

    def tell_others_of(self, new: str, who: int) -> None:
        """The server has renamed somebody, which the others have read or will."""
        self.person(who).name = new
        for number in self.seen:
            self.clients[number].fence()

    @rule(who=PEOPLE, place=ROOMS)
    def register_room(self, who: int, place: str) -> None:
        name, room = self.about(place)
        person = self.person(who)
        text = self.said_by_service(who, f"CS REGISTER {name}")
        may = room is not None and not room.founder and bool(person.account) and not self.world.hidden(who, place)
        may = may and (person.oper or self.world.letters_rank(who, place) >= OPERATOR)
        assert ("is registered:" in text) == may, text
        if may and room is not None:
            room.founder = person.account
            if who in room.members:
                room.members[who].add("q")
            self.clients[who].fence()
            text = self.said_by_service(who, f"CS DROP {name} {name}")
            assert text == f"{name} is not registered any more", "else it would outlive the run"
            room.founder = ""
            if not room.members:
                del self.world.rooms[place]

    def said_by_service(self, who: int, line: str) -> str:
        """What it says; the modes that it sets may stand around that."""
        return next(each.params[-1] for each in self.do(who, line) if each.command == "NOTICE")

    # --- operators ---------------------------------------------------------------------------------------

    @rule(who=PEOPLE)
    def become_operator(self, who: int) -> None:
        assert "381" in [each.command for each in self.do(who, "OPER guru :sangat rahasia")]
        self.person(who).oper = True

    @rule(who=PEOPLE)
    def stop_being_operator(self, who: int) -> None:
        self.do(who, f"MODE {self.person(who).name} -o")
        self.person(who).oper = False

    @rule(who=PEOPLE)
    def wallops(self, who: int) -> None:
        found = self.refused(who, "WALLOPS :perhatian")
        oper = self.person(who).oper
        assert found == ("" if oper else "481")
        self.heard("WALLOPS", *(one for one in self.seen if oper and "w" in self.person(one).modes))

    @rule(
        who=PEOPLE,
        line=st.sampled_from(
            ["CHGHOST {} lain.example", "REHASH", "STATS l", "AUDIT 5", "KLINE 1h nobody!*@*", "UNKLINE nobody!*@*"]
        ),
    )
    def operate(self, who: int, line: str) -> None:
        found = self.refused(who, line.format(self.person(who).name))
        if found == "NO_SUCH_BAN":
            found = ""  # lifted already, or by nobody's ban
        assert found == ("" if self.person(who).oper else "481")

    @rule(who=PEOPLE, whom=PEOPLE)
    def kill(self, who: int, whom: int) -> None:
        if who == whom:
            return
        found = self.refused_by_killing(who, whom)
        assert found == ("" if self.person(who).oper else "481")
        if not found:
            self._gone(whom, killed=True)

    def refused_by_killing(self, who: int, whom: int) -> str:
        if not self.person(who).oper:
            return self.refused(who, f"KILL {self.person(whom).name} :cukup")
        self.clients[who].send(f"KILL {self.person(whom).name} :cukup")
        assert " KILL " in self.clients[whom].rest()[-3]
        return ""

    @rule(who=PEOPLE)
    def leave_and_come_back(self, who: int) -> None:
        self.clients[who].leave()
        self._gone(who, killed=False)

    def _gone(self, who: int, *, killed: bool) -> None:
        """The connection has ended: the others see it, and somebody comes back under the same nickname."""
        person = self.person(who)
        self.touched = set(self.world.rooms)
        others = [number for number in range(3) if number != who]
        self.seen = {number: [parse(each) for each in self.clients[number].fence()] for number in others}
        self.heard("QUIT", *self.peers(who))
        self.world.leave_all(who)
        if killed:
            self.clients[who].close()
        if person.account and person.account == person.name:
            self.clients[who] = login(self.server, person.name, *CAPS)
            self.clients[who].ask(f"NICK {person.name}", f"USER u 0 * :Name of {person.name}", "CAP END")
        else:
            self.clients[who] = self.server.connect(person.name, *CAPS)
            person.account = ""
        self.world.people[who] = Someone(
            person.name, person.account, f"Name of {person.name}", life=person.life + 1, colour=person.colour
        )
        for number in others:
            self.clients[number].fence()

    # --- anybody, any time ---------------------------------------------------------------------------------

    @rule(who=PEOPLE, line=st.sampled_from(sorted(QUESTIONS)))
    def ask(self, who: int, line: str) -> None:
        wanted = QUESTIONS[line]
        if self.person(who).oper and line in FOR_OPERATORS:
            wanted = FOR_OPERATORS[line]
            if not wanted:
                return
        answers = [each.command for each in self.do(who, line)]
        assert wanted in answers if wanted else answers == [], (line, answers)
        assert not any(self.seen.values()), "it is nobody else's business"

    # --- what must be ------------------------------------------------------------------------

    @invariant()
    def everybody_inside_is_told_the_same_members_modes_lists_and_topic(self) -> None:
        for place in getattr(self, "touched", set()):
            room, name = self.world.room(place), self.names[place]
            if room is None or not room.members:
                continue
            who = next(iter(room.members))
            lines = [
                parse(each)
                for each in self.clients[who].ask(f"NAMES {name}", f"MODE {name}", f"TOPIC {name}", f"MODE {name} b")
            ]
            names = {word for line in lines if line.command == "353" for word in line.params[-1].split()}
            assert names == {self.mark(letters) + self.person(one).name for one, letters in room.members.items()}
            modes = next(line.params[2:] for line in lines if line.command == "324")
            assert set(modes[0][1:]) == room.modes | ({"k"} if room.key else set()) | ({"l"} if room.limit else set())
            assert modes[1:] == [word for word in (room.key, str(room.limit or "")) if word]
            assert [line.params[-1] for line in lines if line.command == "332"] == ([room.topic] if room.topic else [])
            bans = {line.params[2].partition("!")[0] for line in lines if line.command == "367"}
            assert bans == room.lists["b"]
        self.touched = set()

    @staticmethod
    def mark(letters: set[str]) -> str:
        """The highest of the prefixes."""
        return next((PREFIXES[letter] for letter in PREFIXES if letter in letters), "")


@pytest.mark.timeout(300)
def test_the_server_agrees_with_the_model(request: pytest.FixtureRequest) -> None:
    runs = int(request.config.getoption("--fuzz-runs"))
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder), SETTINGS) as server:
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
                report_multiple_bugs=False,
            ),
        )


def test_every_command_of_the_server_is_among_what_they_do() -> None:
    files = (Path(__file__), Path(__file__).with_name("visitors.py"))
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    lacking = [name for name in COMMANDS if f'"{name}' not in source and f"{name} " not in source]
    assert lacking == []
