"""Our client's own logic on the real server: whoever was there, was cut off, or comes later sees the same.

A `Person` is a `Session` without a screen (`tests.fakes.Chat` checks every step of it) at the end of a real socket.
"""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client.changes import AccountMade, Delivery, Entry, EntryKind, Gap, LinkState, SearchResults
from tests.end2end.harness import IrcClient, ServerProcess, Settings
from tests.fakes import Chat

LOBBY = "#lobby"
SETTINGS: Settings = {"limits": {"flood_protection": False}, "accounts": {"kdf_iterations": 4096}}


class Screenless(Chat):
    def _token(self) -> str:
        return secrets.token_hex(16)  # those of several people must differ


class Person:
    """Somebody with our client; `online` until `cut`, and again after `back`."""

    def __init__(self, server: ServerProcess, name: str, secret: str | None = None) -> None:
        """With a secret ("" for a new one) it has an account."""
        self._server = server
        self.secret = secret
        self.chat = Screenless()
        self.name = name
        self.client: IrcClient | None = None
        self.hasty = False
        """Whether it does not wait for any answer."""
        self.chat.done(self.chat.session.login("127.0.0.1", server.port, name, secret=secret))
        self._connect()

    def _connect(self) -> None:
        self.client = self._server.connect()
        self.chat.done(self.chat.session.connected())
        self.settle()
        assert self.chat.session.state is LinkState.ONLINE

    def settle(self) -> None:
        """Send what the session wants sent and give it all that comes, until both have nothing to say."""
        assert self.client is not None
        quiet = False
        while not quiet:
            sent = self.chat.sent()
            self.client.send(*sent)
            lines = self.client.fence()
            for change in self.chat.server(*lines) if lines else ():
                if isinstance(change, AccountMade):
                    self.secret = change.secret
            while self.chat.derives:
                wanted = self.chat.derives.pop()
                key = hashlib.pbkdf2_hmac("sha256", wanted.password.encode(), wanted.salt, wanted.iterations)
                self.chat.done(self.chat.session.derived(key))
            quiet = not sent and not lines

    def cut(self) -> None:
        """The connection breaks; what was sent last may or may not have arrived."""
        assert self.client is not None
        lines = self.chat.sent()
        if lines:
            self.client.send(*lines)
        self.client.leave()
        self.client = None
        self.chat.done(self.chat.session.connection_lost("gone"))

    def back(self) -> None:
        while self.chat.session.state is not LinkState.CONNECTING:
            self.chat.clock.seconds = self.chat.session.next_tick or self.chat.clock.seconds
            self.chat.done(self.chat.session.tick())
        self._connect()

    @property
    def entries(self) -> list[Entry]:
        return self.chat.session.conversations[LOBBY].entries

    def said(self, text: str) -> Entry:
        (entry,) = [entry for entry in self.entries if entry.text == text and entry.kind is EntryKind.MESSAGE]
        return entry

    def say(self, text: str, reply_to: str = "") -> None:
        taken, changes = self.chat.session.send_text(LOBBY, text, reply_to)
        assert taken
        self.chat.done(changes)
        self._if_online()

    def edit(self, entry: Entry, text: str) -> None:
        taken, changes = self.chat.session.edit(LOBBY, entry.id, text)
        assert taken
        self.chat.done(changes)
        self._if_online()

    def delete(self, entry: Entry) -> None:
        self.chat.done(self.chat.session.delete(LOBBY, entry.id))
        self._if_online()

    def react(self, entry: Entry, text: str) -> None:
        self.chat.done(self.chat.session.react(LOBBY, entry.id, text))
        self._if_online()

    def _if_online(self) -> None:
        if self.client is not None and not self.hasty:
            self.settle()

    def tell(self, nickname: str, text: str) -> None:
        """Say something in private."""
        self.chat.done(self.chat.session.open_private(nickname))
        taken, changes = self.chat.session.send_text(nickname, text)
        assert taken
        self.chat.done(changes)
        self._if_online()

    def told(self, nickname: str) -> list[str]:
        """What was said in a private chat."""
        conversation = self.chat.session.conversations.get(nickname)
        entries = conversation.entries if conversation is not None else []
        return [entry.text for entry in entries if entry.kind is EntryKind.MESSAGE]

    def read_all(self) -> None:
        """Scroll until nothing is missing."""
        self.settle()
        while gap := next((entry for entry in self.entries if entry.gap is Gap.OPEN), None):
            self.chat.done(self.chat.session.load_gap(LOBBY, gap.id))
            self.settle()

    def picture(self) -> list[tuple[object, ...]]:
        """What was said, as this person sees it."""
        return [
            (
                entry.id,
                entry.nickname,
                entry.text,
                entry.edited,
                entry.deleted,
                entry.quote and entry.quote.id,
                sorted((reaction.text, tuple(sorted(reaction.names))) for reaction in entry.reactions),
            )
            for entry in self.entries
            if entry.kind is EntryKind.MESSAGE and not entry.deleted
        ]


Meet = Callable[..., Person]


@pytest.fixture
def meet(tmp_path: Path) -> Iterator[Meet]:
    with ServerProcess(tmp_path, SETTINGS) as server:
        yield lambda name, secret=None: Person(server, name, secret)


def agree(*people: Person) -> None:
    for person in people:
        person.read_all()
    for person in people[1:]:
        assert person.picture() == people[0].picture()


def test_what_one_says_others_see_and_whoever_comes_later(meet: Meet) -> None:
    ani, budi = meet("ani"), meet("budi")
    ani.say("hello")
    ani.say("two\nlines")
    budi.settle()
    budi.say("yes", reply_to=budi.said("two\nlines").id)
    late = meet("citra")
    agree(ani, budi, late)
    assert [entry[2] for entry in late.picture()] == ["hello", "two\nlines", "yes"]
    quote = late.said("yes").quote
    assert quote is not None
    assert (quote.name, quote.text) == ("ani", "two\nlines")


def test_a_text_can_be_changed_by_who_wrote_it(meet: Meet) -> None:
    ani, budi = meet("ani"), meet("budi")
    ani.say("helo")
    ani.edit(ani.said("helo"), "hello")
    ani.edit(ani.said("hello"), "hello\nagain")
    late = meet("citra")
    agree(ani, budi, late)
    assert late.said("hello\nagain").edited
    assert not budi.chat.session.may_edit(LOBBY, budi.said("hello\nagain").id)


def test_what_is_taken_back_is_gone_for_everybody(meet: Meet) -> None:
    ani, budi = meet("ani"), meet("budi")
    ani.say("oops")
    ani.say("fine")
    budi.settle()
    gone = budi.said("oops").id
    ani.delete(ani.said("oops"))
    late = meet("citra")
    agree(ani, budi, late)
    assert [entry[2] for entry in late.picture()] == ["fine"]
    (entry,) = [entry for entry in budi.entries if entry.id == gone]
    assert (entry.deleted, entry.text) == (True, "")


def test_reactions_count_per_person_and_can_be_taken_back(meet: Meet) -> None:
    ani, budi = meet("ani"), meet("budi")
    ani.say("hello")
    budi.settle()
    for person, text in ((ani, "👍"), (budi, "👍"), (budi, "🎉"), (ani, "👍")):
        person.react(person.said("hello"), text)
    late = meet("citra")
    agree(ani, budi, late)
    reactions = late.said("hello").reactions
    assert [(reaction.text, reaction.names) for reaction in reactions] == [("👍", ["budi"]), ("🎉", ["budi"])]


def test_what_is_typed_without_a_connection_goes_out_once(meet: Meet) -> None:
    ani, budi = meet("ani"), meet("budi")
    ani.cut()
    ani.say("offline")
    assert ani.said("offline").delivery is Delivery.WAITING
    ani.back()
    agree(ani, budi)
    assert budi.said("offline").delivery is ani.said("offline").delivery is Delivery.SENT


def test_what_was_sent_and_not_echoed_is_said_once(meet: Meet) -> None:
    ani, budi = meet("ani"), meet("budi")
    for number in range(3):
        taken, changes = ani.chat.session.send_text(LOBBY, f"in doubt {number}")
        assert taken
        ani.chat.done(changes)
    ani.cut()
    ani.back()
    agree(ani, budi, meet("citra"))
    assert [entry[2] for entry in budi.picture()] == [f"in doubt {number}" for number in range(3)]


def test_all_that_happened_while_one_was_cut_off_is_there_afterwards(meet: Meet) -> None:
    ani, budi = meet("ani"), meet("budi")
    for text in ("one", "two", "three"):
        ani.say(text)
    budi.settle()
    budi.cut()
    ani.edit(ani.said("one"), "first")
    ani.delete(ani.said("two"))
    ani.react(ani.said("three"), "👍")
    ani.say("four")
    budi.back()
    agree(ani, budi, meet("citra"))


def test_search_finds_the_latest_text_and_nothing_that_was_taken_back(meet: Meet) -> None:
    ani, budi = meet("ani"), meet("budi")
    for text in ("apple pie", "apple tree", "pear"):
        ani.say(text)
    ani.edit(ani.said("pear"), "apple after all")
    ani.delete(ani.said("apple tree"))
    found: list[str] = []
    while len(found) < 2:  # the index is behind the log, by a moment
        budi.chat.done(budi.chat.session.search("apple"))
        budi.client.send(*budi.chat.sent()) if budi.client else None
        lines = budi.client.fence() if budi.client else []
        changes = budi.chat.server(*lines)
        found = [hit.text for change in changes if isinstance(change, SearchResults) for hit in change.hits]
    assert sorted(found) == ["apple after all", "apple pie"]


# --- with accounts --------------------------------------------------------------------------------


def test_a_private_message_waits_for_who_is_away(meet: Meet) -> None:
    ani, budi = meet("ani", ""), meet("budi", "")
    ani.tell("budi", "before")
    budi.cut()
    ani.tell("budi", "while you were away")
    budi.back()
    assert budi.told("ani") == ["before", "while you were away"]
    budi.tell("ani", "thanks")
    ani.settle()
    assert ani.told("budi") == ["before", "while you were away", "thanks"]


def test_another_computer_of_the_same_person_sees_the_same(meet: Meet) -> None:
    ani, budi = meet("ani", ""), meet("budi", "")
    ani.tell("budi", "hello")
    ani.say("to all")
    other = meet("ani", ani.secret)
    other.read_all()
    assert other.chat.session.nickname == "ani"
    assert other.told("budi") == ["hello"]
    other.tell("budi", "from here")
    budi.settle()
    budi.tell("ani", "I see both")
    for person in (ani, other):
        person.settle()
        assert person.told("budi") == ["hello", "from here", "I see both"]
    agree(ani, other, budi)


def test_what_was_read_on_one_computer_is_read_on_the_other(meet: Meet) -> None:
    ani, budi = meet("ani", ""), meet("budi", "")
    other = meet("ani", ani.secret)
    for person in (ani, other):
        person.settle()
        person.chat.done(person.chat.session.set_active(False))
    budi.say("news")
    for person in (ani, other):
        person.settle()
        assert person.chat.session.conversations[LOBBY].unread == 1
    ani.chat.done(ani.chat.session.select(LOBBY))
    ani.chat.done(ani.chat.session.set_active(True))
    ani.settle()
    other.settle()
    assert other.chat.session.conversations[LOBBY].unread == 0


# --- anything -------------------------------------------------------------------------------------


def anything(person: Person, chance: random.Random, number: int) -> None:
    """Somebody does something."""
    own = [entry for entry in person.entries if person.chat.session.may_edit(LOBBY, entry.id)]
    known = [
        entry
        for entry in person.entries
        if entry.kind is EntryKind.MESSAGE and not entry.deleted and entry.delivery is Delivery.SENT
    ]
    match chance.choice(["say", "say", "say", "lines", "reply", "edit", "delete", "react", "react"]):
        case "lines":
            person.say(f"{person.name} {number}\n\nmore")
        case "reply" if known:
            person.say(f"re {number}", reply_to=chance.choice(known).id)
        case "edit" if own and person.client is not None:
            person.edit(chance.choice(own), f"edited {number}")
        case "delete" if own and person.client is not None:
            person.delete(chance.choice(own))
        case "react" if known and person.client is not None:
            person.react(chance.choice(known), chance.choice("👍🎉"))
        case _:
            person.say(f"{person.name} {number}")


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_all_end_up_with_the_same(meet: Meet, seed: int) -> None:
    chance = random.Random(seed)
    people = [meet(name) for name in ("ani", "budi", "citra")]
    for number in range(60):
        person = chance.choice(people)
        person.hasty = chance.random() < 0.2
        if person.client is None and chance.random() < 0.2:
            person.back()
        anything(person, chance, number)
        if person.client is not None and (person.hasty or chance.random() < 0.1):
            person.cut()  # it never hears what became of that
    for person in people:
        person.hasty = False
        if person.client is None:
            person.back()
    agree(*people, meet("dewi"))
