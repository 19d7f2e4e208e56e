"""WeeChat and irssi from Debian: they log in, register, talk, see history, and show no error (docs/clients.md)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.accounts import CHEAP
from tests.end2end.foreign import MISSING, PROGRAMS, Irssi, Login, Screen, Weechat, look_until
from tests.end2end.harness import IrcClient, ServerProcess, commands

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

Program = Weechat | Irssi
PASSWORD = "rahasia1"
LOGINS = [(program, mechanism) for program in PROGRAMS for mechanism in program.mechanisms]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {**CHEAP, "lobby": {"autojoin": True}}
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process
        assert process.alive


@pytest.fixture
def ani(server: ServerProcess) -> Iterator[IrcClient]:
    """Somebody to talk with."""
    client = server.connect("ani", "message-tags")
    yield client
    client.leave()


def in_lobby(screen: Screen, program: Program) -> None:
    """Look at the lobby once the program is in it."""
    if isinstance(program, Irssi):
        screen.wait_for(r"Act: .*2")
        screen.type("/window 2")
    screen.wait_for(r"#lobby")


def everything(screen: Screen, program: Program, name: str, ani: IrcClient) -> None:
    """What one does in the first evening."""
    in_lobby(screen, program)
    screen.type(f"/msg NickServ REGISTER {PASSWORD}")
    ani.ask("PRIVMSG #lobby :halo semuanya, ini kopi ☕ dan é")
    screen.wait_for(r"ani.*halo semuanya, ini kopi ☕ dan é")
    screen.type("selamat pagi dunia ☀")
    assert ani.expect("PRIVMSG").params == ["#lobby", "selamat pagi dunia ☀"]
    screen.type("/me melambai")
    assert ani.expect("PRIVMSG").params == ["#lobby", "\x01ACTION melambai\x01"]
    ani.ask("PRIVMSG #lobby :\x01ACTION balas melambai\x01")
    screen.wait_for(r"\* ani balas melambai|ani balas melambai")
    screen.type(f"/topic Ujian {name}")
    assert ani.expect("TOPIC").params == ["#lobby", f"Ujian {name}"]
    screen.type("/names")
    screen.type("/list -yes" if program.name == "irssi" else "/quote LIST")
    screen.type("/whois ani")
    screen.type("/away makan siang")
    ani.ask("JOIN #kelas")
    screen.type("/join #kelas")
    assert ani.expect("JOIN").params == ["#kelas"]
    screen.wait_for(r"\[#kelas\]|\d:#kelas")  # what is typed goes to the room that is looked at
    screen.type("sudah di kelas")
    assert ani.expect("PRIVMSG").params == ["#kelas", "sudah di kelas"]
    screen.type("/part")
    assert ani.expect("PART").params[0] == "#kelas"
    assert "301" in commands(ani.ask(f"PRIVMSG {name} :kamu di mana?"))
    look_until(lambda: "kamu di mana?" in program.logs(screen.folder), lambda: program.logs(screen.folder))
    screen.type("/away")
    screen.type("/quit")
    screen.wait_for_end()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_it_registers_an_account_talks_and_shows_no_error(
    server: ServerProcess, ani: IrcClient, program: Program, tmp_path: Path
) -> None:
    name = program.name
    with program.start(tmp_path, Login(server.port, name)) as screen:
        everything(screen, program, name, ani)
    said = program.logs(tmp_path)
    for shown in (
        f"The nickname {name} is yours now",
        "halo semuanya, ini kopi ☕ dan é",
        "balas melambai",
        f"Ujian {name}",
        "Name of ani",
        "#kelas",
        "kamu di mana?",
    ):
        assert shown in said, shown
    assert program.errors(tmp_path) == []


@pytest.mark.parametrize(("program", "mechanism"), LOGINS, ids=lambda value: getattr(value, "name", value))
def test_it_logs_in_and_sees_what_was_said_before(
    server: ServerProcess, ani: IrcClient, program: Program, mechanism: str, tmp_path: Path
) -> None:
    name = f"{program.name}{len(mechanism)}"
    maker = server.connect(name)
    assert "900" in commands(maker.ask(f"NS REGISTER {PASSWORD}"))
    maker.leave()
    text = f"sebelum {name} datang"
    ani.ask(f"PRIVMSG #lobby :{text}")
    with program.start(tmp_path, Login(server.port, name, PASSWORD, mechanism)) as screen:
        in_lobby(screen, program)
        screen.wait_for(text)
        assert "330" in commands(ani.ask(f"WHOIS {name}")), "it is logged in"
        screen.type("/quit")
        screen.wait_for_end()
    assert program.errors(tmp_path) == []
