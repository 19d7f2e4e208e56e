"""The owner of a server: the code of the first start, claimed once by `OPER owner CODE` (docs/administration.md)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD, enter, login
from tests.end2end.harness import ServerProcess, commands, source


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path, CHEAP) as process:
        yield process
        assert process.alive


def code_of(server: ServerProcess) -> str:
    """What the first screen shows."""
    return server.wait_for(r"/owner (\S+) in your window")[1]


@covers("OPER", "381", "491", "464")
def test_an_account_claims_the_server_once_and_is_its_operator_from_then_on(server: ServerProcess) -> None:
    code = code_of(server)
    guest, siti, budi = server.connect("tamu"), server.connect("siti"), server.connect("budi")
    assert commands(guest.ask(f"OPER owner {code}")) == ["491"], "a guest is gone tomorrow"
    siti.ask(f"REGISTER * * {PASSWORD}")
    budi.ask(f"REGISTER * * {PASSWORD}")
    lines = siti.ask(f"OPER owner {code.upper().replace('-', '')}")
    assert commands(lines) == ["381", "MODE"]
    assert lines[1] == f":{source('siti')} MODE siti +o"
    assert commands(siti.ask("STATS o")) == ["219"]
    assert commands(budi.ask(f"OPER owner {code}")) == ["491"], "it is used up"
    assert any("siti: claimed the server" in line for line in siti.ask("AUDIT"))
    siti.ask("NS LOGOUT")
    assert commands(siti.ask("AUDIT")) == ["481"], "it is the account's, not the person's"
    siti.leave()
    server.kill()
    server.start()
    siti = login(server, "siti")
    assert "381" in commands(enter(siti) + siti.fence())
    assert commands(siti.ask("AUDIT 1"))[-1] == "NOTICE"


@covers("OPER", "464", "263")
def test_a_wrong_code_is_464_and_the_next_try_waits(server: ServerProcess) -> None:
    siti = server.connect("siti")
    siti.ask(f"REGISTER * * {PASSWORD}")
    assert commands(siti.ask("OPER owner aaaa-bbbb-cccc", f"OPER owner {code_of(server)}")) == ["464", "263"]


def test_the_code_is_the_same_until_it_is_claimed_and_nobody_else_can_read_it(server: ServerProcess) -> None:
    code = code_of(server)
    file = server.data / "owner-code"
    assert file.read_text(encoding="ascii").strip() == code
    assert file.stat().st_mode & 0o777 == 0o600
    server.kill()
    server.start()
    assert code_of(server) == code
    siti = server.connect("siti")
    siti.ask(f"REGISTER * * {PASSWORD}", f"OPER owner {code}")
    server.kill()
    server.start()
    assert not file.exists()
    server.wait_for("ready")
    assert "/owner" not in server.output
