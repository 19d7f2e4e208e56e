"""The window as a program of its own on a screen with a window manager, from the first start to the last."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from client import theme
from tests.end2end.accounts import fresh
from tests.end2end.desktop import MISSING, SMALL, Box, Client, Desktop
from tests.end2end.harness import IrcClient, ServerProcess, Settings, free_port

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.usefixtures("driven"),
]

Open = Callable[..., Client]
"""`open_client(*arguments, profile=...)`: a window, which the test may end."""
ATTENTION = "_NET_WM_STATE_DEMANDS_ATTENTION"
QUICK: Settings = {"accounts": {"kdf_iterations": 4096}, "limits": {"flood_protection": False}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), QUICK) as process:
        yield process


@pytest.fixture
def budi(server: ServerProcess) -> Iterator[IrcClient]:
    client = server.connect(fresh("Budi"), "message-tags")
    client.fence()
    yield client
    client.leave()


@pytest.fixture
def open_client(desktop: Desktop, tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as clients:

        def open_one(*arguments: object, profile: str = "profile", **environment: str) -> Client:
            return clients.enter_context(Client(desktop, tmp_path / profile, *arguments, environment=environment))

        yield open_one


@pytest.fixture
def siti(open_client: Open, server: ServerProcess, budi: IrcClient) -> Client:
    """A window that is logged in and has been answered."""
    client = open_client("--port", server.port, "--name", fresh("Siti"), "--login")
    client.wait_for_chat()
    say(client, budi, "siap")
    return client


def say(client: Client, hearer: IrcClient, text: str) -> None:
    """Write it; the other one gets it."""
    client.desktop.type(text)
    client.desktop.press("Enter")
    assert hearer.expect("PRIVMSG").params[1] == text


def close(client: Client) -> None:
    """As the window manager does it; the program ends well."""
    client.desktop.press("Alt+F4")
    assert client.process.wait(20) == 0


# --- the first minute -----------------------------------------------------------------------------


def test_from_the_first_start_to_the_first_message_without_the_mouse_and_with_one_enter(
    desktop: Desktop, open_client: Open, server: ServerProcess, budi: IrcClient
) -> None:
    name = fresh("Siti")
    client = open_client("--port", server.port)
    desktop.type(name)
    desktop.press("Enter")
    client.wait_for_chat()
    assert client.windows() == [client.window], "nothing asks anything"
    say(client, budi, "halo semua")
    close(client)
    again = open_client()
    desktop.press("Enter")
    again.wait_for_chat()
    assert again.windows() == [again.window]
    desktop.type("saya lagi")
    desktop.press("Enter")
    heard = budi.expect("PRIVMSG")
    assert (heard.source or "").partition("!")[0] == name
    assert heard.params[1] == "saya lagi"


# --- menus ----------------------------------------------------------------------------------------


MEMBER, ROOM, MORE, ACCOUNT, FREE = (900, 100), (100, 136), (812, 24), (100, 655), (660, 300)
TRY_NOW = (793, 65)
"""Where things are in a window of 1040x680, the messages from above."""


def at(client: Client, place: tuple[int, int]) -> tuple[int, int]:
    """A place in the window, on the screen."""
    box = client.box()
    return box.x + place[0], box.y + place[1]


def newest(client: Client) -> tuple[int, int]:
    """The place of the newest message: the lowest text that is not white, left in the messages."""
    box, desktop = client.box(), client.desktop
    desktop.stands_still(client.box().part(0.25, 0.2, 0.78, 0.88))
    column = Box(box.x + 280, box.y + 90, 20, min(530, desktop.box.bottom - box.y - 90))
    empty = desktop.colour(*at(client, FREE))
    for y in range(column.bottom - 1, column.y, -1):
        if any(desktop.colour(x, y) != empty for x in range(column.x, column.right)):
            return column.x + 4, y - 6
    raise AssertionError("there is no message")


def opens(client: Client, place: tuple[int, int], button: int = 3) -> Box:
    """A click there opens a menu, whole on the screen, beside it; Esc closes it, and another click opens it again."""
    desktop = client.desktop
    for _ in range(2):
        desktop.click(*place, button)
        box = client.box(client.wait_for_popup())
        if _ == 0:
            desktop.press("Esc")
            client.wait_for_no_popup()
    return box


def touches(box: Box, place: tuple[int, int]) -> bool:
    """Whether a menu stands at the place that was clicked."""
    return box.x - 1 <= place[0] <= box.right + 1 and box.y - 1 <= place[1] <= box.bottom + 1


@pytest.mark.parametrize("corner", [(0, 22), (239, 119), (600, 400)], ids=["left top", "right bottom", "half outside"])
def test_menus_open_where_they_are_asked_for_and_stay_on_the_screen(
    desktop: Desktop, siti: Client, budi: IrcClient, corner: tuple[int, int]
) -> None:
    desktop.xdotool("windowmove", siti.window, *corner)
    desktop.until(lambda: siti.box()[:2] == corner, "it is where it was")
    places = [newest(siti), at(siti, ROOM), at(siti, MEMBER)]
    for place in (place for place in places if place[0] < desktop.box.right and place[1] < desktop.box.bottom):
        assert touches(opens(siti, place), place)
        desktop.press("Esc")
        siti.wait_for_no_popup()
    if corner[1] < 120:
        opens(siti, at(siti, ACCOUNT), button=1)
        desktop.press("Esc")
        siti.wait_for_no_popup()


def test_an_entry_of_each_menu_does_what_it_says(desktop: Desktop, siti: Client, budi: IrcClient) -> None:
    room, name = fresh("#meja"), fresh("Ani")
    budi.ask(f"JOIN {room}")
    desktop.type(f"/join {room}")
    desktop.press("Enter")
    siti.wait_for_title(f"^{room} ")
    budi.ask(f"PRIVMSG {room} :siapa ikut?")
    opens(siti, newest(siti))
    desktop.press("Down", "Down", "Enter")
    desktop.type("saya")
    desktop.press("Enter")
    assert "+reply" in budi.expect("PRIVMSG").tags
    opens(siti, at(siti, MEMBER))
    desktop.press("Down", "Enter")
    siti.wait_for_title(f"^{budi.nickname} ")
    desktop.press("Ctrl+w")
    siti.wait_for_title("^#")
    desktop.press("Ctrl+k")
    desktop.type(room[1:])
    desktop.press("Enter")
    siti.wait_for_title(f"^{room} ")
    opens(siti, at(siti, MORE), button=1)
    desktop.press("Up", "Enter")
    assert budi.expect("PART").params[0] == room
    siti.wait_for_title("^#lobby ")
    opens(siti, at(siti, ACCOUNT), button=1)
    desktop.press("Down", "Enter", "Ctrl+a")
    desktop.type(name)
    desktop.press("Enter")
    assert budi.expect("NICK").params == [name]


# --- dragging -------------------------------------------------------------------------------------


def test_a_room_is_dragged_to_the_top_and_is_there_the_next_time(
    desktop: Desktop, siti: Client, open_client: Open, server: ServerProcess, budi: IrcClient
) -> None:
    rooms = [fresh("#meja"), fresh("#nota")]
    for room in rooms:
        desktop.type(f"/join {room}")
        desktop.press("Enter")
        siti.wait_for_title(f"^{room} ")
    first, last, line = at(siti, ROOM), at(siti, (ROOM[0], ROOM[1] + 64)), at(siti, (ROOM[0], ROOM[1] - 16))
    desktop.click(*at(siti, (ROOM[0], ROOM[1] + 32)))
    siti.wait_for_title(f"^{rooms[0]} ")

    def drag_up() -> None:
        desktop.xdotool("mousemove", *last, "mousedown", 1)
        for y in range(last[1], first[1] - 10, -8):
            desktop.xdotool("mousemove", last[0], y)
        desktop.until(lambda: desktop.colour(*line).upper() == theme.LIGHT.accent, "no line shows where it falls")

    drag_up()
    desktop.press("Esc")
    desktop.until(lambda: desktop.colour(*line).upper() != theme.LIGHT.accent, "the line is still there")
    desktop.xdotool("mouseup", 1)
    drag_up()
    budi.send(f"PRIVMSG {siti.settings()['names'][0]} :di tengah-tengah")
    siti.wait_for_title(r"^\(1\) ")
    desktop.xdotool("mouseup", 1)
    siti.wait_for_setting("pinned", [f"127.0.0.1:{server.port} {rooms[1]}"])
    siti.wait_for_title(rf"^\(1\) {rooms[0]} ")
    close(siti)
    again = open_client("--login")
    again.wait_for_title(rf"^\(1\) {rooms[0]} ")
    desktop.stands_still(again.box())
    desktop.click(*at(again, ROOM))
    again.wait_for_title(rf"^\(1\) {rooms[1]} ")


# --- the window among others ----------------------------------------------------------------------


def test_place_and_size_are_remembered_and_so_is_that_it_was_maximised(
    desktop: Desktop, siti: Client, open_client: Open
) -> None:
    box = Box(50, 60, 900, 600)
    desktop.xdotool("windowmove", siti.window, box.x, box.y, "windowsize", siti.window, box.width, box.height)
    desktop.until(lambda: siti.box() == box, "it is not there")
    close(siti)
    again = open_client("--login")
    desktop.until(lambda: again.box() == box, f"it does not come back to {box}")
    maximise(again)
    desktop.until(lambda: again.box().width == desktop.box.width, "it is not as wide as the screen")
    close(again)
    large = open_client("--login")
    desktop.until(lambda: large.box().width == desktop.box.width, "it is not maximised again")
    maximise(large)
    desktop.until(lambda: large.box() == box, "it does not become small again")
    desktop.xdotool("windowminimize", large.window)
    desktop.until(lambda: not large.windows(), "it is not minimised")
    desktop.xdotool("windowactivate", large.window)
    desktop.until(lambda: large.box() == box and desktop.active() == large.window, "it does not come back")


def maximise(client: Client) -> None:
    """Two clicks on its title; two more undo it."""
    box = client.box()
    client.desktop.xdotool("mousemove", box.x + 300, box.y - 10, "click", "--repeat", 2, "--delay", 20, 1)


LOOKS = {
    "narrow": (SMALL, "1", "id", "dark", 1.0, (480, 600)),
    "large letters": (SMALL, "1", "en", "light", 2.0, (480, 600)),
    "4K": ((3840, 2160), "2", "id", "contrast", 2.0, (1040, 680)),
}
"""Screen, its scale, language, theme, zoom, size of the chat; all others: tests/bench/screenshots.py."""


@pytest.mark.parametrize("look", LOOKS)
def test_it_opens_in_each_language_theme_and_size(
    server: ServerProcess, budi: IrcClient, tmp_path: Path, look: str
) -> None:
    screen, scale, language, name, zoom, size = LOOKS[look]
    profile = tmp_path / "profile"
    profile.mkdir()
    remembered = {"language": language, "theme": name, "zoom": zoom, "geometry": {"chat": [40, 50, *size, 0]}}
    (profile / "settings.json").write_text(json.dumps(remembered), encoding="utf-8")
    colour = theme.THEMES[name].window.lower()
    factor = int(scale)
    arguments = ("--port", server.port, "--name", fresh("Siti"), "--login")
    with (
        Desktop(tmp_path / "desktop", screen) as desktop,
        Client(desktop, profile, *arguments, environment={"QT_SCALE_FACTOR": scale}) as client,
    ):
        wanted = Box(40 * factor, 50 * factor, size[0] * factor, size[1] * factor)
        desktop.until(lambda: client.box() == wanted, "it has another size")
        client.wait_for_chat()
        say(client, budi, "siap")
        desktop.until(lambda: desktop.colour(wanted.x + 8 * factor, wanted.y + 8 * factor) == colour, "another theme")
        for key in ("Ctrl+,", "Ctrl+/"):
            whole = wanted.part(0, 0.1, 1, 0.8)
            before = desktop.stands_still(whole)
            desktop.press(key)
            desktop.wait_for_change(whole, before, key)
            desktop.press("Esc")
        desktop.save(tmp_path / f"{look}.png", wanted)


def test_two_windows_of_one_profile_take_two_names_and_two_places(
    desktop: Desktop, siti: Client, open_client: Open, budi: IrcClient
) -> None:
    second = open_client()
    assert second.box()[:2] != siti.box()[:2]
    name = fresh("Ani")
    desktop.type(name)
    desktop.press("Enter")
    second.wait_for_chat()
    say(second, budi, f"saya {name}")
    assert second.settings()["names"][0] == name


def test_who_is_called_is_told_and_the_focus_stays_where_it_is(
    desktop: Desktop, siti: Client, open_client: Open, budi: IrcClient
) -> None:
    ring = at(siti, (440, 629))
    before = desktop.colour(*ring)
    other = open_client(profile="other")
    desktop.until(lambda: desktop.colour(*ring) != before, "its box still shows the keyboard")
    budi.send("PRIVMSG #lobby :bukan untuk kamu")
    name = siti.settings()["names"][0]
    budi.send(f"PRIVMSG #lobby :{name}: di mana?")
    siti.wait_for_title(r"^\(1\) ")
    desktop.until(lambda: desktop.x.has_state(int(siti.window), ATTENTION), "the task bar is not told")
    assert desktop.active() == other.window
    desktop.type("A")
    other.desktop.xdotool("windowactivate", siti.window)
    siti.wait_for_title("^#lobby ")
    desktop.until(lambda: not desktop.x.has_state(int(siti.window), ATTENTION), "the task bar still shows it")


# --- trouble --------------------------------------------------------------------------------------


def test_when_the_server_is_gone_the_strip_says_so_and_try_now_brings_it_back(
    desktop: Desktop, open_client: Open, tmp_path: Path
) -> None:
    with ServerProcess(tmp_path / "server", QUICK, port=free_port()) as server:
        client = open_client("--port", server.port, "--name", "Siti", "--login")
        client.wait_for_chat()
        budi = server.connect("Budi")
        say(client, budi, "siap")
        strip = client.box().part(0.22, 0.075, 0.95, 0.12)
        with client.changing(strip, "the strip"):
            server.kill()
        desktop.type("selagi putus")
        with socket.create_server(("127.0.0.1", server.port)) as nobody:
            nobody.accept()[0].close()  # it tries to come back, in vain
        desktop.type(" lama")
        desktop.press("Enter")
        server.start()
        budi = server.connect("Budi")

        def back() -> bool:
            desktop.click(*at(client, TRY_NOW))
            return any("selagi putus lama" in line for line in budi.fence())

        desktop.until(back, "Try now does not bring it back")


def test_a_window_that_is_closed_while_it_connects_ends_at_once(desktop: Desktop, open_client: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = open_client("--port", silent.getsockname()[1], "--name", "Siti", "--login")
        peer, _ = silent.accept()
        with peer:
            close(client)
