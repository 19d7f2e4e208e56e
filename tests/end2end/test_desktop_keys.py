"""Every key of the table in `client/keys.py`, pressed in a real window that openbox manages, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from client import theme
from client.keys import KEYS
from protocol import Message, parse
from tests.end2end.accounts import fresh
from tests.end2end.desktop import MISSING, Box, Client, Desktop
from tests.end2end.harness import IrcClient, ServerProcess, Settings

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.usefixtures("driven"),
]

Test = TypeVar("Test", bound=Callable[..., None])
EDIT = "obrolan.example/edit"
CAPS = ("message-tags", "batch", "draft/multiline", "draft/message-redaction", EDIT)
PRESSED: set[str] = set()
"""Which keys of the table the tests of this file say they press."""


def presses(*names: str) -> Callable[[Test], Test]:
    """Mark a test as one of these keys."""

    def mark(test: Test) -> Test:
        PRESSED.update(names)
        return test

    return mark


class Person:
    """Siti, who has only a keyboard, with Budi at the other end."""

    def __init__(self, client: Client, budi: IrcClient, name: str) -> None:
        self.client, self.budi, self.name = client, budi, name
        self.desktop = client.desktop

    def press(self, name: str, which: int = 0) -> None:
        """The keys of the table that go by this name; some have two."""
        told = KEYS[name].told
        self.desktop.press(told.split(" / ")[which])

    def say(self, text: str, key: str = "Enter") -> Message:
        """Write it and press Enter; the message as Budi gets it."""
        self.desktop.type(text)
        self.desktop.press(key)
        return self.budi.expect("PRIVMSG")

    def enter(self, room: str) -> None:
        """Budi opens a room, Siti comes into it."""
        self.budi.ask(f"JOIN {room}")
        self.desktop.type(f"/join {room}")
        self.desktop.press("Enter")
        self.client.wait_for_title(f"^{room} ")

    def part(self, left: float, top: float, right: float, bottom: float) -> Box:
        return self.client.box().part(left, top, right, bottom)

    @property
    def messages(self) -> Box:
        """The middle of the window, without the box."""
        return self.part(0.25, 0.2, 0.78, 0.88)

    @contextmanager
    def seen(self, name: str, box: Box | None = None) -> Iterator[None]:
        """What is done within is seen, in the messages if nothing else is said."""
        with self.client.changing(box or self.messages, name):
            yield

    @contextmanager
    def there_and_back(self, name: str, box: Box | None = None) -> Iterator[None]:
        """What is done within leaves the picture as it was."""
        box = box or self.messages
        before = self.desktop.stands_still(box)
        yield
        self.desktop.wait_for_picture(box, before, name)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    quick: Settings = {"accounts": {"kdf_iterations": 4096}, "limits": {"flood_protection": False}}
    with ServerProcess(tmp_path_factory.mktemp("server"), quick) as process:
        yield process


@pytest.fixture
def person(desktop: Desktop, server: ServerProcess, tmp_path: Path) -> Iterator[Person]:
    budi = server.connect(fresh("Budi"), *CAPS)
    budi.fence()
    name = fresh("Siti")
    with Client(desktop, tmp_path / "profile", "--port", server.port, "--name", name, "--login") as client:
        client.wait_for_chat()
        made = Person(client, budi, name)
        made.say("siap")
        yield made
    budi.leave()


@presses("switch", "previous room", "next room", "previous unread", "next unread", "leave", "read", "notify")
def test_from_room_to_room(person: Person) -> None:
    client, budi, one, two = person.client, person.budi, fresh("#meja"), fresh("#nota")
    person.enter(one)
    person.enter(two)
    person.press("previous room")
    client.wait_for_title(f"^{one} ")
    person.press("next room")
    client.wait_for_title(f"^{two} ")
    with person.there_and_back("Esc in the switcher", person.part(0.25, 0.2, 0.95, 0.88)):
        with person.seen("switch"):
            person.press("switch")
        person.press("back")
    person.press("switch")
    person.desktop.type("lobby")
    person.desktop.press("Enter")
    client.wait_for_title("^#lobby ")
    rooms = person.part(0, 0.1, 0.2, 0.9)
    for key, room in (("next unread", two), ("previous unread", one)):
        with person.seen(f"the dot of {room}", rooms):
            budi.send(f"PRIVMSG {room} :ada yang baru")
        person.press(key)
        client.wait_for_title(f"^{room} ")
    budi.send(f"PRIVMSG {two} :{person.name}: kamu di mana?")
    client.wait_for_title(rf"^\(1\) {one} ")
    person.press("read")
    client.wait_for_title(f"^{one} ")
    person.press("notify")
    client.wait_for_popup()
    person.desktop.press("Up", "Enter")
    person.desktop.until(lambda: list(client.settings()["levels"].values()) == ["nothing"], "Ctrl+M chose nothing")
    client.wait_for_no_popup()
    person.press("leave")
    assert budi.expect("PART").params[0] == one
    client.wait_for_title("^(?!" + one + " )")


@presses("next pane", "previous pane", "rooms", "back", "page", "newest")
def test_from_pane_to_pane(person: Person) -> None:
    client, desktop = person.client, person.desktop
    person.budi.ask(*(f"PRIVMSG #lobby :baris {number}" for number in range(120)))
    members, rooms = person.part(0.83, 0.1, 1, 0.9), person.part(0, 0.1, 0.2, 0.9)
    with person.there_and_back("Shift+F6", members):
        with person.seen("F6", members):
            person.press("next pane")
        person.press("previous pane")
    with person.there_and_back("Esc", rooms):
        with person.seen("the ring in the rooms", rooms):
            desktop.press("F6", "F6")
        person.press("back")
    with person.there_and_back("Ctrl+End"):
        with person.seen("PageUp"):
            person.press("page")
        with person.there_and_back("PageDown"):
            with person.seen("PageUp again"):
                person.press("page")
            person.press("page", 1)
        person.press("newest")
    desktop.xdotool("windowsize", client.window, 480, 600)
    person.desktop.until(lambda: client.box().width == 480, "it is as wide as before")
    left = person.part(0, 0.2, 0.4, 0.8)
    with person.there_and_back("Esc closes the rooms", left):
        with person.seen("Alt+1", left):
            person.press("rooms")
        person.press("back")


@presses("step", "ends", "reply", "edit", "delete", "react", "copy", "actions")
def test_with_the_messages(person: Person) -> None:
    budi, desktop = person.budi, person.desktop
    budi.ask("CAP REQ echo-message", "PRIVMSG #lobby :yang pertama")
    (asked,) = [m for m in map(parse, budi.ask("PRIVMSG #lobby :sudah?")) if m.command == "PRIVMSG"]
    budi.ask("CAP REQ -echo-message")
    with person.seen("the ring of the row"):
        person.press("previous pane")
    with person.there_and_back("Down"):
        with person.seen("Up"):
            person.press("step")
        person.press("step", 1)
    with person.there_and_back("End"):
        with person.seen("Home"):
            person.press("ends")
        person.press("ends", 1)
    person.press("reply")
    with person.seen("the tick of what the server has"):  # only that can be edited
        answer = person.say("sudah")
    desktop.stands_still(person.messages)
    assert answer.tags["+reply"] == asked.tags["msgid"]
    desktop.press("Shift+F6", "End")
    person.press("edit")
    assert person.say(" semua").tags[EDIT] == answer.tags["msgid"]
    desktop.press("Shift+F6", "End")
    person.press("react")
    desktop.press("Enter")
    assert budi.expect("TAGMSG").tags["+draft/react"]
    person.press("copy")
    desktop.press("F6", "Ctrl+v")
    assert person.say("!").params[1] == "sudah semua!"
    desktop.press("Shift+F6", "End")
    for which in (0, 1):
        person.press("actions", which)
        person.client.wait_for_popup()
        desktop.press("Esc")
        person.client.wait_for_no_popup()
    person.press("delete")
    desktop.press("Enter")
    budi.expect("REDACT")


@presses("search room", "search everywhere")
def test_searching(person: Person) -> None:
    person.say("mencari jarum")
    for key in ("search room", "search everywhere"):
        with person.there_and_back("Esc"):
            with person.seen(key, person.part(0.25, 0.05, 1, 0.88)):
                person.press(key)
            with person.seen("what is found", person.part(0.25, 0.05, 1, 0.88)):
                person.desktop.type("jarum")
                person.desktop.press("Enter")
            person.desktop.stands_still(person.messages)
            person.press("back")
            person.press("back")


@presses("send", "send always", "edit last", "recall", "emoji", "offers", "code")
def test_writing(person: Person) -> None:
    budi, desktop = person.budi, person.desktop
    desktop.type("satu")
    person.press("send", 1)
    assert person.say("dua").params[1] == "satu"
    assert budi.expect("PRIVMSG").params[1] == "dua"
    with person.seen("the tick of what the server has"):
        first = person.say("tiga", KEYS["send always"].told)
    desktop.stands_still(person.messages)
    person.press("edit last")
    assert person.say(" kali").tags[EDIT] == first.tags["msgid"]
    person.press("recall")
    assert person.say("!").params[1] == "tiga!"
    person.press("recall")
    person.press("recall", 1)
    assert person.say("baru").params[1] == "baru"
    person.press("emoji")
    desktop.type("thumbs up")
    desktop.press("Enter")
    assert person.say("").params[1].startswith("👍")
    desktop.type(f"@{budi.nickname}")
    person.press("offers")
    assert person.say("").params[1] == f"{budi.nickname}: "
    desktop.type("```")
    desktop.press("Shift+Enter")
    desktop.type("lebar " * 40)
    desktop.press("Shift+Enter")
    person.say("```")
    desktop.press("Shift+F6", "End")
    with person.there_and_back("Left"):
        with person.seen("Right"):
            person.press("code", 1)
        person.press("code")


@presses("settings", "keys", "larger", "smaller", "as it was", "wheel", "dark", "quit")
def test_the_window(person: Person) -> None:
    client, desktop = person.client, person.desktop
    middle, header = client.box().part(0.5, 0.5, 0.5, 0.5), client.box().part(0.5, 0.02, 0.5, 0.02)
    whole = person.part(0.25, 0.05, 1, 0.88)
    for key in ("settings", "keys"):
        with person.there_and_back("Esc", whole):
            with person.seen(key, whole):
                person.press(key)
            person.press("back")
    person.press("larger")
    client.wait_for_setting("zoom", 1.1)
    person.press("smaller")
    client.wait_for_setting("zoom", 1.0)
    desktop.press("Ctrl+=", "Ctrl+=")
    client.wait_for_setting("zoom", 1.25)
    person.press("as it was")
    client.wait_for_setting("zoom", 1.0)
    desktop.xdotool("mousemove", middle.x, middle.y, "keydown", "ctrl", "click", 4, "keyup", "ctrl")
    client.wait_for_setting("zoom", 1.1)
    person.press("dark")
    client.wait_for_setting("theme", "dark")
    person.desktop.until(lambda: desktop.colour(header.x, header.y).upper() == theme.DARK.window, "it is not dark")
    person.press("quit")
    assert client.process.wait(20) == 0


def test_no_key_of_the_table_is_left_out() -> None:
    assert set(KEYS) == PRESSED
