"""Old state and live events make the same picture as a fresh look: however often the link broke, nothing is lost,
nothing stands there twice, and the order is the server's (reliability.md, R1 to R3).

Hypothesis lets people talk, answer, react, change and remove while the connection of one of them breaks anywhere.
"""

from __future__ import annotations

from copy import deepcopy
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.changes import Conversation, Delivery, Entry, EntryKind, Gap, LinkState
from client.core import history
from tests.client.modelserver import BUDI, EDIT, LOBBY, ME, SAID, Connection, Server
from tests.fakes import Chat

EMOJI = ("👍", "😀")


class World:
    """The server, the people, and one client that lives through it all."""

    def __init__(self, limit: int) -> None:
        self.server = Server(limit)
        self.typed: list[str] = []
        self.restarted = False
        """Reactions to what was not here when the program ended are known no more."""
        self.saved: list[Conversation] = []
        """What was kept of the conversations when it was last written down."""
        self._tokens = count(1)
        self.start()

    def start(self) -> None:
        """The program is started, and logs in with what was kept."""
        self.chat = chat = Chat()
        chat._tokens = self._tokens
        chat.done(chat.session.login("lab", 8888, ME))
        chat.done(chat.session.restore(deepcopy(self.saved)))
        chat.done(chat.session.connected())
        self.link: Connection | None = Connection(self.server, chat)
        while chat.session.state is not LinkState.ONLINE:
            self.link.serve()
            self.link.deliver()

    # --- what may happen -----------------------------------------------------------------------

    def others(self, who: str, place: str, what: str, which: int) -> None:
        """Somebody else does something."""
        server = self.server
        mine = [e for e in server.log if e.place == place and e.verb in SAID and EDIT not in e.tags and not e.gone]
        about = mine[which % len(mine)] if mine else None
        target = LOBBY if place == LOBBY else ME
        match what:
            case "say":
                server.event(place, who, "PRIVMSG", target, f"{who} {len(server.log)}")
            case "answer" if about is not None:
                server.event(place, who, "PRIVMSG", target, f"re {len(server.log)}", tags={"+reply": about.id})
            case "react" if about is not None:
                server.react(who, about, EMOJI[which % 2], which % 3 > 0)
            case "edit" if about is not None:
                server.change(about.who if about.who != ME else who, about, f"new {len(server.log)}")
            case "remove" if about is not None:
                server.remove(about.who if about.who != ME else who, about)
            case "topic":
                server.event(LOBBY, who, "TOPIC", LOBBY, f"topic {len(server.log)}")
            case "rename" if "Ani" in server.people:
                server.people = {BUDI, "Anita"}
                server.event(LOBBY, "Ani", "NICK", "Anita")
            case "rename" if "Anita" in server.people:
                server.people = {BUDI, "Ani"}
                server.event(LOBBY, "Anita", "NICK", "Ani")
            case "come":
                if "Ani" in server.people:
                    server.people.remove("Ani")
                    server.event(LOBBY, "Ani", "QUIT", "bye")
                else:
                    server.people.add("Ani")
                    server.event(LOBBY, "Ani", "JOIN", LOBBY, "*", "Ani")
            case _:
                pass

    def me(self, what: str, place: str, which: int) -> None:
        """The person in front of the client does something."""
        session, chat = self.chat.session, self.chat
        key = place.lower()
        if key not in session.conversations:
            chat.done(session.open_private(BUDI) if place == BUDI else session.tick())
            return
        entries = session.conversations[key].entries
        entry = entries[which % len(entries)] if entries else None
        match what:
            case "type":
                text = f"mine-{next(self._tokens)}"
                assert chat.type(text, key)
                self.typed.append(text)
            case "react" if entry is not None:
                chat.done(session.react(key, entry.id, EMOJI[which % 2]))
            case "edit" if entry is not None:
                chat.done(session.edit(key, entry.id, f"mine-new-{which}")[1])
            case "delete" if entry is not None and not entry.text.startswith("mine-"):
                chat.done(session.delete(key, entry.id))
            case "load":
                for gap in [entry.id for entry in entries if entry.gap is Gap.OPEN][:1]:
                    chat.done(session.load_gap(key, gap))
            case "show":
                said = [e.id for e in self.server.log if e.place == place and e.verb in SAID]
                if said:
                    chat.done(session.show_message(key, said[which % len(said)]))
            case _:
                pass

    def save(self, size: int) -> None:
        """The last view is written down: the end of each conversation, without what only the session needs."""
        self.saved = deepcopy(list(self.chat.session.conversations.values()))
        for conversation in self.saved:
            del conversation.entries[:-size]
            for entry in conversation.entries:
                entry.version = 0.0

    def kill(self) -> None:
        """The program ends without a word, and is started again."""
        if self.link is not None:
            self.link.cut()
        known = {entry.text for conversation in self.saved for entry in conversation.entries}
        known |= {event.words[2] for event in self.server.log if event.verb in SAID}
        self.typed = [text for text in self.typed if text in known]
        self.restarted = True
        self.start()

    def wire(self, what: str, size: int) -> None:
        """Something passes over the connection, or it breaks."""
        if what == "save":
            self.save(size)
        elif what == "kill":
            self.kill()
        if self.link is None:
            if what == "connect":
                self.connect()
            return
        match what:
            case "serve":
                self.link.serve(size)
            case "answer":
                self.link.answer()
            case "deliver":
                self.link.deliver(size)
            case "settle":
                self.link.settle()
            case "cut":
                self.link.cut()
                self.link = None
            case _:
                pass

    def connect(self) -> None:
        chat = self.chat
        while chat.session.state is not LinkState.CONNECTING:
            chat.clock.seconds = chat.session.next_tick or chat.clock.seconds
            chat.done(chat.session.tick())
        chat.done(chat.session.connected())
        self.link = Connection(self.server, chat)

    # --- the end -------------------------------------------------------------------------------

    def finish(self) -> None:
        """The link holds at last, and everything is looked at."""
        if self.link is None:
            self.connect()
        assert self.link is not None
        self.link.settle()
        read_all(self.link)


def read_all(link: Connection) -> None:
    """Scroll through all conversations until nothing is missing."""
    session, chat = link.chat.session, link.chat
    for _ in range(1000):
        gaps = [(c.key, e.id) for c in session.conversations.values() for e in c.entries if e.gap is not None]
        if not gaps:
            return
        for key, gap in gaps:
            chat.done(session.load_gap(key, gap))
        link.settle()
    pytest.fail("there are still gaps")


def fresh_look(server: Server) -> Chat:
    """Somebody who logs in now, with nothing, and reads everything."""
    chat = Chat()
    chat.done(chat.session.login("lab", 8888, ME))
    chat.done(chat.session.connected())
    link = Connection(server, chat)
    link.settle()
    read_all(link)
    return chat


def picture(conversation: Conversation, reacted: bool = True) -> list[Any]:
    """All that is seen of a conversation; what was removed is seen by those only who were there."""
    shown = [entry for entry in conversation.entries if not entry.id.startswith("local-") and not entry.deleted]
    return [seen(entry, reacted) for entry in shown]


def seen(entry: Entry, reacted: bool) -> tuple[Any, ...]:
    quote = (entry.quote.id, entry.quote.name, entry.quote.text) if entry.quote else None
    reactions = [(reaction.text, reaction.names, reaction.own) for reaction in entry.reactions if reacted]
    return (entry.id, entry.kind, entry.nickname, entry.text, entry.time, entry.own, quote, reactions, entry.edited)


def check(world: World) -> None:
    """The client that lived through it, a fresh one and the server agree."""
    server = world.server
    fresh = fresh_look(server).session.conversations
    lived = world.chat.session.conversations
    for place in (LOBBY, BUDI):
        key = place.lower()
        if key not in lived and not server.shown(place):
            continue
        assert [row[0] for row in picture(lived[key])] == server.shown(place)
        anew = fresh.get(key, Conversation(key, key, channel=False))
        assert picture(lived[key], not world.restarted) == picture(anew, not world.restarted)
        assert lived[key].entries[0].kind is EntryKind.START
        assert not [entry for entry in lived[key].entries if entry.delivery is not Delivery.SENT]
    firsts = [
        event.words[2] for event in server.log if event.who == ME and event.verb in SAID and EDIT not in event.tags
    ]
    assert sorted(firsts) == sorted(world.typed)


people = st.tuples(
    st.just("others"),
    st.sampled_from([BUDI, "Ani"]),
    st.sampled_from([LOBBY, LOBBY, BUDI]),
    st.sampled_from(["say", "say", "say", "answer", "react", "react", "edit", "remove", "topic", "rename", "come"]),
    st.integers(0, 50),
)
mine = st.tuples(
    st.just("me"),
    st.sampled_from(["type", "type", "react", "edit", "delete", "load", "show"]),
    st.sampled_from([LOBBY, BUDI]),
    st.integers(0, 50),
)
wires = st.tuples(
    st.just("wire"),
    st.sampled_from(["serve", "answer", "deliver", "deliver", "settle", "cut", "connect", "connect", "save", "kill"]),
    st.integers(1, 12),
)


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything the client does in large steps, in small ones."""
    for name, size in (("FIRST", 4), ("PAGE", 3), ("MISSED", 3), ("MISSED_PAGES", 2)):
        monkeypatch.setattr(history, name, size)


def live(steps: list[Any], limit: int) -> None:
    world = World(limit)
    for name, *what in steps:
        if name == "others" and what[1] == BUDI:
            what[0] = BUDI
        getattr(world, name)(*what)
    world.finish()
    check(world)


def test_whatever_happened_the_client_ends_with_what_a_fresh_look_shows(request: pytest.FixtureRequest) -> None:
    rounds = request.config.getoption("--resync-rounds")
    story = given(st.lists(st.one_of(people, people, mine, wires, wires), max_size=60), st.sampled_from([2, 5, 1000]))
    settings(max_examples=rounds, deadline=None, suppress_health_check=list(HealthCheck))(story(live))()
