"""Where secrets lie (reliability S2): in no file of the server, and in nothing that it prints."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from tests.end2end.accounts import CHEAP, fresh, plain
from tests.end2end.harness import ServerProcess, Settings, commands

OPERATOR, GATE = "kata-sandi-operator-9f", "kata-sandi-pintu-7c"
SAID = "dan ini kalimat biasa"
SETTINGS: Settings = {
    **CHEAP,
    "server": {"password": GATE},
    "operators.guru": {"password": OPERATOR},
}


def holding(folder: Path, text: str) -> list[str]:
    """The files under this folder that hold the text."""
    return [path.name for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_of_twenty_passwords_none_is_in_a_file_or_on_the_screen(tmp_path: Path) -> None:
    passwords = [f"kata-sandi-{number:02}-{number * 7919:x}" for number in range(20)]
    with ServerProcess(tmp_path / "server", SETTINGS, ["--log-level", "debug"]) as server:
        for number, password in enumerate(passwords):
            client = server.connect()
            client.send(f"PASS {GATE}")
            name = fresh("ani")
            client.register(name, "sasl", "draft/account-registration", "echo-message")
            client.ask("JOIN #x", f"OPER guru {OPERATOR}", f"PRIVMSG #x :{SAID}")
            made = f"REGISTER * * {password}" if number % 2 else f"NS REGISTER {password}"
            assert "900" in commands(client.ask(made))
            client.ask(f"PRIVMSG NickServ :IDENTIFY {name} {password}", "NS LOGOUT")
            assert "903" in commands(plain(client, name, password))
            client.leave()
        server.terminate()
        for password in (*passwords, OPERATOR, GATE):
            assert holding(server.data, password) == []
            assert password not in server.output + server.errors
        assert holding(server.data, SAID) != [], "what is kept would be found"


def test_a_verifier_has_600_000_rounds_and_an_older_one_is_renewed_by_a_login_with_the_password(tmp_path: Path) -> None:
    kept: list[int] = []
    for rounds in (4096, 600_000):
        settings = {**SETTINGS, "server": {}, "accounts": {"kdf_iterations": rounds} if rounds < 600_000 else {}}
        with ServerProcess(tmp_path / "server", settings) as server:
            client = server.connect("tamu" if kept else "ani", "sasl", "draft/account-registration")
            if not kept:
                assert "900" in commands(client.ask("REGISTER * * rahasia"))
            else:
                assert "903" in commands(plain(client, "ani", "rahasia"))
                client.ask("PRIVMSG #x :behind it")
            client.leave()
            server.terminate()
            with sqlite3.connect(server.data / "history.db") as database:
                (made,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'accounts'").fetchone()
                assert re.search(r"\biterations\b", made)
                kept += [row[0] for row in database.execute("SELECT iterations FROM accounts")]
            database.close()
    assert kept == [4096, 600_000]
