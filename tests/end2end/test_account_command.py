"""`python3 server.py account ...`: beside a running server and a stopped one (docs/administration.md, "Accounts")."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator

import pytest

from chatd import scram
from tests.end2end.accounts import CHEAP, login, plain, session
from tests.end2end.harness import ROOT, Connect, IrcClient, Launch, ServerProcess, commands


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        yield process
        assert process.alive


def account(server: ServerProcess, *words: str, password: str = "", language: str = "en") -> tuple[int, str]:
    """What the command says, and how it ends; `password` is its standard input."""
    config = str(server.data.parent / "server.toml")
    done = subprocess.run(
        [sys.executable, str(ROOT / "server.py"), "account", *words, "--data", str(server.data), "--config", config],
        input=password + "\n",
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "LANGUAGE": language, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def test_an_account_is_made_while_the_server_runs_and_its_name_is_protected_at_once(
    server: ServerProcess, connect: Connect
) -> None:
    guest = connect("siti")
    assert account(server, "add", "siti", password="rahasia") == (0, "The account siti is made\n")
    assert commands(guest.fence()) == ["NICK"]
    login(server, "siti").close()
    assert account(server, "add", "SITI", password="rahasia") == (
        1,
        "The name SITI belongs to an account already, or looks like one\n",
    )


def test_a_password_is_changed_and_an_account_suspended_opened_and_deleted(
    server: ServerProcess, connect: Connect
) -> None:
    account(server, "add", "budi", password="rahasia")
    assert account(server, "password", "budi", password="yang baru") == (0, "budi has another password now\n")
    stranger = connect("x", "sasl")
    assert commands(plain(stranger, "budi"))[-1] == "904"
    inside = session_of(server, "budi", "yang baru")
    done = account(server, "suspend", "budi", "nakal", "sekali")
    assert done == (0, "budi is suspended; whoever was logged in is cut\n")
    assert "suspended: nakal sekali" in inside.rest()[-1]
    assert ", suspended: nakal sekali\n" in account(server, "list")[1]
    assert commands(plain(stranger, "budi", "yang baru"))[-1] == "902"
    assert account(server, "unsuspend", "budi") == (0, "One can log in to budi again\n")
    assert commands(plain(stranger, "budi", "yang baru"))[-1] == "903"
    assert account(server, "drop", "budi") == (0, "The account budi is no more, and the nickname is free\n")
    assert commands(stranger.fence()) == ["901"]
    assert account(server, "drop", "budi") == (1, "There is no account budi\n")


def session_of(server: ServerProcess, name: str, password: str) -> IrcClient:
    client = login(server, name, password=password)
    client.ask(f"NICK {name}", "USER u 0 * :Name", "CAP END")
    return client


def test_without_a_server_it_does_the_same_and_the_next_start_knows_it(launch: Launch) -> None:
    server = launch(CHEAP)
    server.terminate()
    assert account(server, "list") == (0, "There are no accounts yet\n")
    assert account(server, "add", "siti", password="rahasia") == (0, "The account siti is made\n")
    assert account(server, "add", "budi", password="rahasia")[0] == 0
    assert account(server, "drop", "budi")[0] == 0
    server.start()
    session(server, "siti").leave()
    assert server.connect("budi").nickname == "budi"
    assert account(server, "list")[1].startswith("siti, last seen 20")


@pytest.mark.parametrize(
    ("words", "password", "said"),
    [
        (["add", "siti"], "abc", "A password has 6 characters or more and is not the account's name\n"),
        (["add", "siti"], "", "This cannot be a password\n"),
        (["add", "#siti"], "rahasia", "#siti cannot be the name of an account: it has to be a nickname\n"),
        (["password", "nobody"], "rahasia", "There is no account nobody\n"),
        (["drop"], "", "Name the account: python3 server.py account drop NAME\n"),
        (["frob"], "", "frob is none of: add, list, password, suspend, unsuspend, drop, hash\n"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    server: ServerProcess, words: list[str], password: str, said: str
) -> None:
    assert account(server, *words, password=password) == (1, said)


def test_it_speaks_indonesian(launch: Launch) -> None:
    server = launch(CHEAP)
    server.terminate()
    assert account(server, "drop", "siti", language="id") == (1, "Tidak ada akun siti\n")


def test_hash_prints_what_settings_take_in_place_of_a_password(server: ServerProcess, launch: Launch) -> None:
    code, text = account(server, "hash", password="sangat rahasia")
    assert code == 0
    assert scram.secret_fits(text.strip(), "sangat rahasia")
    operated = launch({**CHEAP, "operators.guru": {"password": text.strip()}})
    assert "381" in commands(operated.connect("guru").ask("OPER guru :sangat rahasia"))


# --- the control port ---------------------------------------------------------------------------


def test_only_the_owner_of_the_folder_can_read_where_the_control_port_is(server: ServerProcess) -> None:
    assert stat.S_IMODE((server.data / "control").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        b"\n",
        b"[1, 2]\n",
        b'{"secret": "guessed", "words": ["list"], "password": ""}\n',
        b'{"words": ["list"]}\n',
        b"x" * 20_000,
        b"[" * 10_000 + b"\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_a_stranger_at_the_control_port_gets_nothing_and_keeps_nobody_out(
    server: ServerProcess, request_: bytes
) -> None:
    port = json.loads((server.data / "control").read_text())["port"]
    with socket.create_connection(("127.0.0.1", port)) as stranger:
        stranger.sendall(request_)
        stranger.shutdown(socket.SHUT_WR)
        try:
            assert stranger.recv(100) == b""
        except ConnectionResetError:
            pass  # it did not even read all of it
    assert account(server, "list")[0] == 0


@pytest.mark.parametrize("words", [["frob"], []])
def test_a_request_that_is_right_but_for_an_unknown_order_is_no_traceback(
    server: ServerProcess, words: list[str]
) -> None:
    where = json.loads((server.data / "control").read_text())
    with socket.create_connection(("127.0.0.1", where["port"])) as client:
        client.sendall(json.dumps({"secret": where["secret"], "words": words, "password": ""}).encode() + b"\n")
        assert client.recv(100) == b""
    assert account(server, "list")[0] == 0


def test_the_control_file_is_gone_with_the_server_and_one_left_by_a_crash_does_no_harm(launch: Launch) -> None:
    server = launch(CHEAP)
    server.kill()
    assert (server.data / "control").exists()
    assert account(server, "add", "siti", password="rahasia") == (0, "The account siti is made\n")
    server.start()
    session(server, "siti").leave()
    assert account(server, "list")[0] == 0
    server.terminate()
    assert not (server.data / "control").exists()
